/* Pairs of bf16, each in the place of a float, the first of the two in its low half: inside kernel files only. */
#ifndef SCRAWL_TENSOR_PAIRS_H
#define SCRAWL_TENSOR_PAIRS_H

#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

#include "tensor/level.h"

/* No arithmetic: as a float a pair may be anything. */
INLINE vf broadcast_pair(const void *pair)
{
    return (vf)(*(const uint32_t __attribute__((may_alias)) *)pair - (vu){0});
}

/* sum + both products of each pair. */
INLINE vf multiply_add_pair(vf sum, vf w, vf x)
{
#ifdef __AVX512BF16__
    return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)w, (__m512bh)x);
#else
    sum += (vf)((vu)w << 16) * (vf)((vu)x << 16);
    return sum + (vf)((vu)w & 0xFFFF0000) * (vf)((vu)x & 0xFFFF0000);
#endif
}

/* Rounded to the nearest of 8 significant bits, of two the even one; a NaN stays one. */
INLINE vf pair_of(vf first, vf second)
{
#ifdef __AVX512BF16__
    const __m512i turn =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);

    return (vf)_mm512_permutexvar_epi16(turn, both);
#else
    vf x[2] = {first, second};

    for (int i = 0; i < 2; i++) {
        vu bits = (vu)x[i], odd = bits >> 16 & 1, nan = (vu)(x[i] != x[i]);

        x[i] = (vf)(((bits + 0x7FFF + odd) & ~nan) | ((bits | 0x400000) & nan));
    }
    return (vf)((vu)x[0] >> 16 | ((vu)x[1] & 0xFFFF0000));
#endif
}

#endif
