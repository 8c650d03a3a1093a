/* Every kernel of one level, declared from its pointer in Kernels, so that the two cannot disagree.
 *
 *     const Kernels KERNEL(kernels) = {KERNELS_PRODUCTS(KERNEL_FILL) KERNELS_OTHERS(KERNEL_FILL)};
 *
 * Included by kernel files alone, as level.h is. */
#ifndef SCRAWL_TENSOR_LEVEL_KERNELS_H
#define SCRAWL_TENSOR_LEVEL_KERNELS_H

#include "tensor/kernels.h"
#include "tensor/level.h"

#define KERNELS_PRODUCTS(each) each(gemm) each(dot)
#define KERNELS_OTHERS(each)                                                                       \
    each(row_sums) each(transpose) each(max_pool) each(max_pool_back) each(avg_pool)               \
        each(avg_pool_back) each(act) each(act_back) each(mask) each(add) each(affine)             \
            each(affine2) each(moments) each(moments2) each(softmax) each(softmax_back)            \
                each(sample) each(sample_back) each(lanes_from_bytes) each(lanes_from_floats)      \
                    each(floats_from_lanes) each(step_sgd) each(step_rmsprop) each(step_adam)

#define KERNEL_DECLARE(name) __typeof__(*((Kernels *)0)->name) KERNEL(name);
#define KERNEL_FILL(name)    .name = KERNEL(name),

KERNELS_PRODUCTS(KERNEL_DECLARE)
KERNELS_OTHERS(KERNEL_DECLARE)

/* The products with operands rounded to bf16. */
void KERNEL(gemm_bf16)(const Gemm *g);
void KERNEL(dot_bf16)(const Dot *d);

/* Of pairs of bf16: gemm_pairs.c. */
KERNEL_DECLARE(gemm_pairs)
KERNEL_DECLARE(pair)
KERNEL_DECLARE(pair_row)

#endif
