/* A float has 1 bit of sign, 8 of exponent (bias 127) and 23 of mantissa; a half 1, 5 (bias 15) and
 * 10. Rounding adds just under half of what is cut off, and one more if the last bit kept is odd;
 * a carry out of the mantissa runs into the exponent, which is what it should do. */
#include "model/half.h"

#include <string.h>

static uint32_t float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float bits_float(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Drops the low `count` bits, 1 to 24, to the nearest, ties to even. */
static uint32_t round_off(uint32_t bits, int count)
{
    return (bits + (1u << (count - 1)) - 1 + (bits >> count & 1)) >> count;
}

uint16_t half_from_float(float value)
{
    uint32_t bits = float_bits(value), sign = bits >> 16 & 0x8000, size = bits & 0x7FFFFFFF;
    uint32_t half;

    if (size > 0x7F800000) /* NaN */
        half = 0x7E00;
    else if (size >= 0x477FF000) /* 65520 */
        half = 0x7C00;
    else if (size >= 0x38800000) /* 2^-14, the smallest normal half */
        half = round_off(size - ((127 - 15) << 23), 13);
    else if (size >= 0x33000000) /* 2^-25; what counts are units of 2^-24 */
        half = round_off((size & 0x7FFFFF) | 0x800000, 126 - (int)(size >> 23));
    else
        half = 0;
    return (uint16_t)(sign | half);
}

float half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31;
    uint32_t mantissa = half & 0x3FF;

    if (exponent == 31)
        return bits_float(sign | 0x7F800000 | mantissa << 13);
    if (exponent > 0)
        return bits_float(sign | (exponent + 127 - 15) << 23 | mantissa << 13);
    float size = (float)mantissa * 0x1p-24f;
    return sign ? -size : size;
}

float bfloat_to_float(uint16_t bfloat)
{
    return bits_float((uint32_t)bfloat << 16);
}
