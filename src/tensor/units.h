/* Which bf16 units of a processor can be used: inside tensor/ only. */
#ifndef SCRAWL_TENSOR_UNITS_H
#define SCRAWL_TENSOR_UNITS_H

#include "tensor/kernels.h"

typedef enum Unit { UNIT_AMX, UNIT_AVX512 } Unit;

/* Whether the processor has AVX-512's products of pairs of bf16; for UNIT_AMX tiles and theirs as well, which Linux lets this process use.
 * That the system saves AVX-512's registers is for the level avx512 to know. */
bool unit_granted(Unit unit);

/* Whether two tables' products agree but for rounding on a small example of each. */
bool unit_agrees(const Kernels *a, const Kernels *b);

#endif
