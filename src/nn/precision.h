/* In what numbers the products of convolutions and dense layers are computed.
 *
 *     Precision p = precision_choose(PRECISION_AUTO, net);
 *     Exec *run = exec_new(net, &(ExecOptions){ .batch = 64, .training = true, .kernels = precision_kernels(p) }, &e);
 *
 * bf16: both operands of each product, forward and backward, are rounded to 8 significant bits; products, sums and all that
 * is kept (weights, activations, statistics, what an optimiser remembers) stay f32. Intel's tile unit (AMX) multiplies so many times
 * faster than in f32, AVX-512's pairs twice. Other processors compute the same numbers but for the order of the sums, more slowly than
 * in f32. */
#ifndef SCRAWL_NN_PRECISION_H
#define SCRAWL_NN_PRECISION_H

#include "nn/net.h"
#include "tensor/kernels.h"

typedef enum Precision { PRECISION_AUTO, PRECISION_F32, PRECISION_BF16 } Precision;

/* "auto", "f32", "bf16"; precision_find gives -1 for another name. */
const char *precision_name(Precision p);
int precision_find(const char *name);

/* What auto means for training a net: bf16 where the processor has the unit for it and the net is large enough to gain, else
 * f32. The others mean themselves. */
Precision precision_choose(Precision p, const Net *net);

/* This processor's fastest kernels for it; auto is f32. */
const Kernels *precision_kernels(Precision p);

#endif
