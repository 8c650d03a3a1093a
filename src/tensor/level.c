/* The tables of one level's kernels. */
#include "tensor/level_kernels.h"

#define LEVEL_TEXT_(level) #level
#define LEVEL_TEXT(level)  LEVEL_TEXT_(level)

extern const Kernels KERNEL(kernels), KERNEL(kernels_bf16);
const Kernels KERNEL(kernels) = {.level = LEVEL_TEXT(LEVEL),
                                 .products = "f32",
                                 KERNELS_PRODUCTS(KERNEL_FILL) KERNELS_OTHERS(KERNEL_FILL)};
const Kernels KERNEL(kernels_bf16) = {.level = LEVEL_TEXT(LEVEL),
                                      .products = "bf16",
                                      .gemm = KERNEL(gemm_bf16),
                                      .dot = KERNEL(dot_bf16),
                                      KERNELS_OTHERS(KERNEL_FILL)};

#if defined(LEVELS_AMX) && defined(__AVX512F__)
void gemm_amx(const Gemm *g);
void dot_amx(const Dot *d);

extern const Kernels kernels_of_amx;
const Kernels kernels_of_amx = {.level = LEVEL_TEXT(LEVEL),
                                .products = "bf16 on AMX",
                                .gemm = gemm_amx,
                                .dot = dot_amx,
                                KERNELS_OTHERS(KERNEL_FILL)};
#endif
