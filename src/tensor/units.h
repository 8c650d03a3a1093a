/* A processor's own units for bf16: inside tensor/ and its tests only. */
#ifndef SCRAWL_TENSOR_UNITS_H
#define SCRAWL_TENSOR_UNITS_H

#include "tensor/kernels.h"

/* Fastest first. */
typedef enum Unit { UNIT_AMX, UNIT_AVX512, UNITS } Unit;

/* The kernels that multiply by it; NULL where this build lacks them, the processor the unit, or Linux does not let this process use
 * its registers. Whether they are right is another question. */
const Kernels *unit_kernels(Unit unit);

/* Whether products are those of `like`, which rounds to bf16 and multiplies in f32, on a small example of each. */
bool unit_agrees(const Kernels *k, const Kernels *like);

#endif
