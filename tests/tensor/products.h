/* Every way to multiply that this machine has, AMX emulated (amx_emulated.h) and pairs emulated (pairs.h), for tests of products. */
#ifndef SCRAWL_TESTS_PRODUCTS_H
#define SCRAWL_TESTS_PRODUCTS_H

#include <math.h>

#include "tensor/kernels.h"

enum { PRODUCTS_MOST = 9 };

void gemm_emulated(const Gemm *g);
void dot_emulated(const Dot *d);
void gemm_pairs_emulated(const Gemm *g);
void pair_emulated(size_t n, const float *a, const float *b, float *y);
void pair_row_emulated(size_t n, const float *a, float *y);

static inline const Kernels *kernels_emulated(void)
{
    static Kernels k;

    if (!k.level) {
        k = *kernels_best();
        k.products = "bf16 on emulated AMX";
        k.gemm = gemm_emulated;
        k.dot = dot_emulated;
    }
    return &k;
}

/* Where convolutions multiply pairs, and all else is as above. */
static inline const Kernels *kernels_pairs_emulated(void)
{
    static Kernels k;

    if (!k.level) {
        k = *kernels_emulated();
        k.products = "bf16 of emulated pairs";
        k.gemm_pairs = gemm_pairs_emulated;
        k.pair = pair_emulated;
        k.pair_row = pair_row_emulated;
    }
    return &k;
}

static inline int products_all(const Kernels *out[PRODUCTS_MOST])
{
    const char *names[3];
    int levels = kernels_levels(names, 3), n = 0;

    for (int i = 0; i < levels; i++) {
        out[n++] = kernels_find(names[i]);
        out[n++] = kernels_bf16(names[i]);
    }
    out[n++] = kernels_emulated();
    out[n++] = kernels_pairs_emulated();
    if (kernels_bf16_unit())
        out[n++] = kernels_bf16_unit();
    return n;
}

/* A number as these kernels multiply it: for bf16, to the nearest of 8 significant bits, of two the even one. */
static inline double operand(const Kernels *k, double x)
{
    int exponent;

    if (*k->products == 'f')
        return x;
    x = frexp(x, &exponent);
    return ldexp(nearbyint(ldexp(x, 8)), exponent - 8);
}

#endif
