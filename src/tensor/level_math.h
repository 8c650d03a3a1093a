/* exp, tanh and the sigmoid for a level's vectors, within 2 units in the last place of the right
 * float.
 *
 * exp as everyone does it: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r (Cephes'
 * expf), and 2^n put together from exponent bits, in two factors so that results below 2^-126 and
 * above 2^127 come out right. Infinities and NaN give what they should. Included by kernel files
 * alone. */
#ifndef SCRAWL_TENSOR_LEVEL_MATH_H
#define SCRAWL_TENSOR_LEVEL_MATH_H

#include "tensor/level.h"

INLINE vf power_of_two(vi n)
{
    return (vf)(((vu)n + 127) << 23);
}

INLINE vf vexp(vf x)
{
    const float round = 12582912.0f; /* 1.5 * 2^23: adding it leaves the nearest whole number */
    vf n, r, p;
    vi whole, half;

    /* Beyond these e^x is 0 or infinity; a NaN passes both. */
    x = vselect(x > 90.0f, vset(90.0f), x);
    x = vselect(x < -106.0f, vset(-106.0f), x);
    n = x * 1.44269504f + round;
    whole = (vi)((vu)n - 0x4B400000);
    n -= round;
    r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    p = 1.9875691500e-4f * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    half = whole >> 1;
    return p * power_of_two(half) * power_of_two(whole - half);
}

/* From e^-|x|, so that a result near zero keeps its digits. */
INLINE vf vsigmoid(vf x)
{
    vf e = vexp((vf)((vi)x | INT32_MIN));

    return vselect(x < 0, e, vset(1)) / (1.0f + e);
}

/* Near zero 1 - 2/(e^2x + 1) would cancel: a polynomial (Cephes' tanhf) there. */
INLINE vf vtanh(vf x)
{
    vi sign = (vi)x & INT32_MIN;
    vf a = (vf)((vi)x ^ sign), z = x * x, p, far;

    p = -5.70498872745e-3f * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    p = p * z * x + x;
    far = 1.0f - 2.0f / (vexp(a + a) + 1.0f);
    return vselect(a < 0.625f, p, (vf)((vi)far | sign));
}

#endif
