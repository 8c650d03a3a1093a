/* Every way to multiply that this machine has, AMX emulated (amx_emulated.h) and pairs emulated (pairs.h), for tests of products. */
#ifndef SCRAWL_TESTS_PRODUCTS_H
#define SCRAWL_TESTS_PRODUCTS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/kernels.h"
#include "tensor/units.h"

enum { PRODUCTS_MOST = 12 };

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

/* Any product by k's gemm_pairs: w's numbers side by side in rows, x's terms two by two. */
static inline void gemm_by_pairs(const Kernels *k, const Gemm *g)
{
    const int half = (g->k + 1) / 2, row = g->n * LANES;
    float *side_by_side = calloc((size_t)g->m * 2 * half + 1, sizeof(float)),
          *w = malloc(((size_t)g->m * half + 1) * sizeof(float)),
          *x = malloc(((size_t)half * row + LANES) * sizeof(float));
    int *at = malloc(((size_t)2 * half + g->n + 1) * sizeof(int)), *x_k = at + half, *x_j = x_k + half;
    Gemm pairs = *g;

    for (int i = 0; i < g->m; i++)
        for (int j = 0; j < g->k; j++)
            side_by_side[(size_t)i * 2 * half + j] = g->w[i * g->w_row + g->w_at[j]];
    k->pair_row((size_t)g->m * half, side_by_side, w);
    for (int p = 0; p < half; p++) {
        at[p] = p;
        x_k[p] = p * row;
        for (int j = 0; j < g->n; j++) {
            const float *first = g->x + g->x_k[2 * p] + g->x_j[j];

            x_j[j] = j * LANES;
            k->pair(LANES, first, 2 * p + 1 < g->k ? g->x + g->x_k[2 * p + 1] + g->x_j[j] : NULL,
                    x + p * row + j * LANES);
        }
    }
    pairs.k = half;
    pairs.w = w;
    pairs.w_row = half;
    pairs.w_at = at;
    pairs.x = x;
    pairs.x_k = x_k;
    pairs.x_j = x_j;
    k->gemm_pairs(&pairs);
    free(side_by_side), free(w), free(x), free(at);
}

static inline void gemm_by_emulated_pairs(const Gemm *g)
{
    gemm_by_pairs(kernels_pairs_emulated(), g);
}

static inline void gemm_by_unit_pairs(const Gemm *g)
{
    gemm_by_pairs(unit_kernels(UNIT_AVX512), g);
}

/* A table whose gemm takes the way through pairs. */
static inline const Kernels *products_by_pairs(bool unit)
{
    static Kernels tables[2];
    Kernels *k = &tables[unit];

    if (!k->level) {
        *k = unit ? *unit_kernels(UNIT_AVX512) : *kernels_pairs_emulated();
        k->gemm = unit ? gemm_by_unit_pairs : gemm_by_emulated_pairs;
    }
    return k;
}

/* Convolutions that multiply pairs are among them, and pairs by themselves in gemm's place. */
static inline int products_all(const Kernels *out[PRODUCTS_MOST])
{
    const char *names[3];
    int levels = kernels_levels(names, 3), n = 0;

    for (int i = 0; i < levels; i++) {
        out[n++] = kernels_find(names[i]);
        out[n++] = kernels_bf16(names[i]);
    }
    out[n++] = kernels_emulated();
    out[n++] = products_by_pairs(false);
    for (Unit u = 0; u < UNITS; u++)
        if (unit_kernels(u))
            out[n++] = unit_kernels(u);
    if (unit_kernels(UNIT_AVX512))
        out[n++] = products_by_pairs(true);
    return n;
}

/* A number as these kernels multiply it: for bf16, to the nearest of 8 significant bits, of two the even one. */
static inline double operand(const Kernels *k, double x)
{
    int exponent;
    double digits = frexp(x, &exponent);

    return strcmp(k->products, "f32") ? ldexp(nearbyint(ldexp(digits, 8)), exponent - 8) : x;
}

#endif
