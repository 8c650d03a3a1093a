/* Normalisation: sums and scales that repeat every 16 numbers, lane by lane.
 *
 * The sums run in four accumulators, one for each quarter of a block of four groups: an addition
 * takes four cycles, and shorter chains round less. */
#include "tensor/level_kernels.h"

INLINE void affine_run(size_t n, const float *x, const float *scale, const float *shift, bool relu,
                       bool add, float *y)
{
    vf a[GROUP], b[GROUP];

    for (int g = 0; g < GROUP; g++) {
        a[g] = vload(scale + g * VL);
        b[g] = vload(shift + g * VL);
    }
    for (size_t i = 0; i < n; i += LANES) {
        UNROLL
        for (int g = 0; g < GROUP; g++) {
            vf v = vload(x + i + g * VL) * a[g] + b[g];

            if (relu)
                v = vrelu(v);
            if (add)
                v += vload(y + i + g * VL);
            vstore(y + i + g * VL, v);
        }
    }
}

void KERNEL(affine)(size_t n, const float *x, const float *scale, const float *shift, bool relu,
                    bool add, float *y)
{
    if (add)
        affine_run(n, x, scale, shift, relu, true, y);
    else if (relu)
        affine_run(n, x, scale, shift, true, false, y);
    else
        affine_run(n, x, scale, shift, false, false, y);
}

INLINE void affine2_run(size_t n, const float *p, const float *q, const float *a, const float *b,
                        const float *c, bool add, float *y)
{
    vf as[GROUP], bs[GROUP], cs[GROUP];

    for (int g = 0; g < GROUP; g++) {
        as[g] = vload(a + g * VL);
        bs[g] = vload(b + g * VL);
        cs[g] = vload(c + g * VL);
    }
    for (size_t i = 0; i < n; i += LANES) {
        UNROLL
        for (int g = 0; g < GROUP; g++) {
            vf v = as[g] * vload(p + i + g * VL) + (bs[g] * vload(q + i + g * VL) + cs[g]);

            if (add)
                v += vload(y + i + g * VL);
            vstore(y + i + g * VL, v);
        }
    }
}

void KERNEL(affine2)(size_t n, const float *p, const float *q, const float *a, const float *b,
                     const float *c, bool add, float *y)
{
    if (add)
        affine2_run(n, p, q, a, b, c, true, y);
    else
        affine2_run(n, p, q, a, b, c, false, y);
}

enum { CHAINS = GROUP > 4 ? 1 : 4 / GROUP }; /* groups of 16 at a time: four vectors of each sum */

/* first[l] += p, second[l] += p*q */
INLINE void sums_run(size_t n, const float *p, const float *q, float *first, float *second)
{
    vf a[CHAINS][GROUP] = {{{0}}}, b[CHAINS][GROUP] = {{{0}}};
    size_t i = 0;

    for (; i + CHAINS * LANES <= n; i += CHAINS * LANES) {
        UNROLL
        for (int k = 0; k < CHAINS; k++) {
            UNROLL
            for (int g = 0; g < GROUP; g++) {
                size_t j = i + k * LANES + g * VL;

                a[k][g] += vload(p + j);
                b[k][g] += vload(p + j) * vload(q + j);
            }
        }
    }
    for (; i < n; i += LANES) {
        UNROLL
        for (int g = 0; g < GROUP; g++) {
            a[0][g] += vload(p + i + g * VL);
            b[0][g] += vload(p + i + g * VL) * vload(q + i + g * VL);
        }
    }
    UNROLL
    for (int g = 0; g < GROUP; g++) {
        UNROLL
        for (int k = 1; k < CHAINS; k++) {
            a[0][g] += a[k][g];
            b[0][g] += b[k][g];
        }
        vstore(first + g * VL, vload(first + g * VL) + a[0][g]);
        vstore(second + g * VL, vload(second + g * VL) + b[0][g]);
    }
}

void KERNEL(moments)(size_t n, const float *x, float *sum, float *square)
{
    sums_run(n, x, x, sum, square);
}

void KERNEL(moments2)(size_t n, const float *dy, const float *x, float *sum, float *product)
{
    sums_run(n, dy, x, sum, product);
}
