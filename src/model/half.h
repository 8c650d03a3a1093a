/* Numbers of 16 bits, as files store them: IEEE 754's half precision and the upper half of a float.
 *
 *     uint16_t h = half_from_float(0.1f);   // 0x2E66
 *     float back = half_to_float(h);        // 0.0999755859375
 *
 * Plain C on purpose: the same bytes on every machine, whatever its instructions round like. */
#ifndef SCRAWL_MODEL_HALF_H
#define SCRAWL_MODEL_HALF_H

#include <stdint.h>

/* To nearest, ties to even; from 65520 on infinity, below 2^-25 zero. A NaN stays a (quiet) NaN. */
uint16_t half_from_float(float value);

/* Exact, subnormal numbers too. */
float half_to_float(uint16_t half);

/* Of bfloat16: exact. */
float bfloat_to_float(uint16_t bfloat);

#endif
