/* Whether Intel's tile unit can be used: inside tensor/ only. */
#ifndef SCRAWL_TENSOR_AMX_UNIT_H
#define SCRAWL_TENSOR_AMX_UNIT_H

#include "tensor/kernels.h"

/* Whether the processor has tiles, their bf16 products and AVX-512's bf16, and Linux lets this process use them. */
bool amx_unit_granted(void);

/* Whether two tables' products agree but for rounding on a small example of each. */
bool amx_unit_agrees(const Kernels *a, const Kernels *b);

#endif
