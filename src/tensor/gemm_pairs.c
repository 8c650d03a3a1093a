/* The matrix product of bf16 where an instruction multiplies pairs (AVX-512: AMD from Zen 4 on, Intel's Cooper Lake and Sapphire Rapids),
 * at twice f32's multiply-adds: gemm.c with other words in it. Two terms lie in the place of one float, so the offset
 * tables are those of half as many terms, and nothing has to be packed for a tile.
 *
 * Without that instruction the same is done by two multiply-adds of f32: for tests. */
#include <string.h>

#define PAIRS
#include "tensor/gemm.c"

void KERNEL(pair)(size_t n, const float *a, const float *b, float *y)
{
    for (size_t i = 0; i < n; i += VL)
        vstore(y + i, pair_of(vload(a + i), b ? vload(b + i) : vset(0)));
}

void KERNEL(pair_row)(size_t n, const float *a, float *y)
{
    for (size_t i = 0; i < n; i += VL) {
        float low[VL], high[VL], pairs[VL];
        size_t count = n - i < VL ? n - i : VL;

        for (size_t l = 0; l < VL; l++) {
            low[l] = l < count ? a[2 * (i + l)] : 0;
            high[l] = l < count ? a[2 * (i + l) + 1] : 0;
        }
        vstore(pairs, pair_of(vload(low), vload(high)));
        memcpy(y + i, pairs, count * sizeof *y);
    }
}
