/* The two products on a processor's bf16 unit: operands rounded to bf16, products and sums in f32. The unit is Intel's tiles (unit_amx.h) or
 * AVX-512's pairs (unit_avx512.h); units.c says which a processor has, and compares it with bf16.c before anybody gets it.
 *
 * Both add to 16x16 sums the product of 16 rows of 32 numbers and 32 columns of 16; the 32 numbers of a
 * column lie in pairs, [16 pairs][16 columns][2]. Both operands are packed so, a block at a time, into buffers
 * that stay in the caches. For gemm rows are y's rows and columns its 16 lanes; w is what must be turned to lie in rows, once for all of y.
 * For dot, rows are the taps and columns the channels of d: d is what must be turned, once for all taps.
 * Two by two tiles of sums share what is loaded. */
#include <string.h>

#include "tensor/level_kernels.h"
#include "tensor/pairs.h"
#include "tensor/turn.h"

enum {
    SIDE = 16,             /* rows and columns of a tile of sums */
    DEPTH = 32,            /* terms in a tile */
    STEPS = 16,            /* tiles between loading sums and storing them */
    BLOCK = STEPS * DEPTH, /* terms in a block */
    TILES = 8,             /* tiles along the operand that is packed once for many of the other */
    PAIR = 2               /* tiles of the other */
};

/* An operand's tile: 1 KB. */
typedef struct Tile {
    uint16_t at[SIDE][DEPTH];
} __attribute__((aligned(64))) Tile;

typedef struct Sums {
    float at[SIDE][SIDE];
} __attribute__((aligned(64))) Sums;

static const float zeros[LANES];

/* ---- rounding and packing ---- */

#ifndef __AVX512BF16__ /* else one instruction rounds 32 numbers */
/* To the nearest, of two the even one; a NaN stays one. */
INLINE uint16_t nearest(float x)
{
    union {
        float f;
        uint32_t u;
    } v = {x};

    return x == x ? (uint16_t)((v.u + 0x7FFF + (v.u >> 16 & 1)) >> 16)
                  : (uint16_t)(v.u >> 16 | 0x40);
}
#endif

/* 16 numbers, then 16 others. */
INLINE void pack_row(const float *a, const float *b, uint16_t *to)
{
#ifdef __AVX512BF16__
    _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(b), _mm512_loadu_ps(a)));
#else
    for (int l = 0; l < LANES; l++) {
        to[l] = nearest(a[l]);
        to[LANES + l] = nearest(b[l]);
    }
#endif
}

/* 16 numbers, each followed by its partner. */
INLINE void pack_pairs(const float *a, const float *b, uint16_t *to)
{
    for (int l = 0; l < LANES; l += VL)
        *(vf *)(to + 2 * l) = pair_of(vload(a + l), vload(b + l));
}

/* Rows become pairs of columns, and the other way round. */
static void turn_tile(Tile *t)
{
    turn((Words *)t);
}

/* ---- the unit ---- */

/* What is multiplied, `steps` tiles a row of tiles: a's tiles lie in rows, b's in pairs. */
typedef struct Operands {
    int steps;
    const Tile *a[PAIR], *b[PAIR];
} Operands;

#include UNIT /* unit_begin, unit_end, multiply */

static void multiply_any(int rows, int columns, const Operands *o, Sums c[PAIR][PAIR])
{
    if (rows > 1 && columns > 1)
        multiply(true, true, o, c);
    else if (rows > 1)
        multiply(true, false, o, c);
    else if (columns > 1)
        multiply(false, true, o, c);
    else
        multiply(false, false, o, c);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int tiles_for(int count, int side)
{
    return (count + side - 1) / side;
}

/* ---- gemm ---- */

typedef struct Terms { /* of the sums: k.., at most BLOCK of them */
    int k, count, steps;
} Terms;

static Terms terms_at(const Gemm *g, int k)
{
    int count = least(BLOCK, g->k - k);

    return (Terms){k, count, tiles_for(count, DEPTH)};
}

/* Where x's 16 lanes of term k and column j lie; zeros beyond the last term. */
INLINE const float *x_lanes(const Gemm *g, const Terms *t, int k, int j)
{
    return k < t->count ? g->x + g->x_k[t->k + k] + g->x_j[j] : zeros;
}

static void pack_x(const Gemm *g, const Terms *t, int j, Tile *to)
{
    for (int s = 0; s < t->steps; s++)
        for (int p = 0; p < SIDE; p++) {
            int k = s * DEPTH + 2 * p;

            pack_pairs(x_lanes(g, t, k, j), x_lanes(g, t, k + 1, j), to[s].at[p]);
        }
}

/* 16 of a row's terms from k on: where they lie side by side, or gathered. */
static const float *w_run(const Gemm *g, const Terms *t, int row, int k, float *gathered)
{
    const float *w = g->w + row * g->w_row;
    const int *at = g->w_at + t->k + k;
    int count = t->count - k, i = 0;

    while (i < LANES && i < count && at[i] == at[0] + i)
        i++;
    if (i == LANES)
        return w + at[0];
    for (i = 0; i < LANES; i++)
        gathered[i] = i < count ? w[at[i]] : 0;
    return gathered;
}

static void pack_w_by_rows(const Gemm *g, const Terms *t, int row, int s, Tile *to)
{
    float gathered[2][LANES];
    int rows = least(SIDE, g->m - row);

    for (int r = 0; r < rows; r++)
        pack_row(w_run(g, t, row + r, s * DEPTH, gathered[0]),
                 w_run(g, t, row + r, s * DEPTH + LANES, gathered[1]), to->at[r]);
    memset(to->at[rows], 0, (SIDE - rows) * sizeof to->at[0]);
}

/* Where 16 rows of a term lie side by side. */
static void pack_w_by_terms(const Gemm *g, const Terms *t, int row, int s, Tile *to)
{
    const float *w = g->w + row;

    for (int p = 0; p < SIDE; p++) {
        int k = s * DEPTH + 2 * p;

        pack_pairs(k < t->count ? w + g->w_at[t->k + k] : zeros,
                   k + 1 < t->count ? w + g->w_at[t->k + k + 1] : zeros, to->at[p]);
    }
    turn_tile(to);
}

static void pack_w(const Gemm *g, const Terms *t, int row, Tile *to)
{
    for (int s = 0; s < t->steps; s++)
        if (g->w_row == 1 && g->m - row >= SIDE)
            pack_w_by_terms(g, t, row, s, &to[s]);
        else
            pack_w_by_rows(g, t, row, s, &to[s]);
}

static void gemm_start(const Gemm *g, const Terms *t, int row, int j, Sums *c)
{
    int rows = least(SIDE, g->m - row);

    for (int r = 0; r < rows; r++)
        if (g->add || t->k)
            memcpy(c->at[r], g->y + (row + r) * g->y_row + g->y_at[j], sizeof c->at[r]);
        else if (g->bias && g->bias_lanes)
            memcpy(c->at[r], g->bias + j * LANES, sizeof c->at[r]);
        else
            for (int l = 0; l < LANES; l++)
                c->at[r][l] = g->bias ? g->bias[row + r] : 0;
    memset(c->at[rows], 0, (SIDE - rows) * sizeof c->at[0]);
}

static void gemm_finish(const Gemm *g, const Terms *t, int row, int j, const Sums *c)
{
    int rows = least(SIDE, g->m - row);
    bool last = t->k + t->count == g->k;

    for (int r = 0; r < rows; r++) {
        float *y = g->y + (row + r) * g->y_row + g->y_at[j];
        const float *mask =
            g->mask && last ? g->mask + (row + r) * g->mask_row + g->mask_at[j] : NULL;

        for (int l = 0; l < LANES; l += VL) {
            vf sum = vload(c->at[r] + l);

            if (g->relu && last)
                sum = vrelu(sum);
            if (mask)
                sum = vkeep(sum, vload(mask + l) > 0);
            vstore(y + l, sum);
        }
    }
}

/* Rows row.. of y, as many as w holds tiles for, columns j and j+1. */
static void gemm_columns(const Gemm *g, const Terms *t, int row, int j, const Tile *w,
                         const Tile *x)
{
    int columns = least(PAIR, g->n - j), tiles = least(TILES, tiles_for(g->m - row, SIDE));

    for (int i = 0; i < tiles; i += PAIR) {
        int rows = least(PAIR, tiles - i);
        Operands o = {t->steps, {w + i * STEPS, w + (i + 1) * STEPS}, {x, x + STEPS}};
        Sums c[PAIR][PAIR];

        for (int r = 0; r < rows; r++)
            for (int q = 0; q < columns; q++)
                gemm_start(g, t, row + (i + r) * SIDE, j + q, &c[r][q]);
        multiply_any(rows, columns, &o, c);
        for (int r = 0; r < rows; r++)
            for (int q = 0; q < columns; q++)
                gemm_finish(g, t, row + (i + r) * SIDE, j + q, &c[r][q]);
    }
}

void KERNEL(gemm)(const Gemm *g)
{
    Tile w[TILES * STEPS], x[PAIR * STEPS];

    unit_begin();
    for (int row = 0; row < g->m; row += TILES * SIDE) {
        Terms t = {0};

        do {
            t = terms_at(g, t.k + t.count);
            for (int i = 0; i < TILES && row + i * SIDE < g->m; i++)
                pack_w(g, &t, row + i * SIDE, w + i * STEPS);
            for (int j = 0; j < g->n; j += PAIR) {
                for (int q = 0; q < PAIR && j + q < g->n; q++)
                    pack_x(g, &t, j + q, x + q * STEPS);
                gemm_columns(g, &t, row, j, w, x);
            }
        } while (t.k + t.count < g->k);
    }
    unit_end();
}

/* ---- dot ---- */

/* A term is a lane of a position; a step holds two positions. */
typedef struct Positions {
    int j, count, steps;
} Positions;

static void pack_positions(const float *row, const int *at, const Positions *p, int s, uint16_t *to)
{
    bool both = 2 * s + 1 < p->count;

    pack_row(row + at[p->j + 2 * s], both ? row + at[p->j + 2 * s + 1] : zeros, to);
}

static void pack_d(const Dot *d, const Positions *p, int row, Tile *to)
{
    int rows = least(SIDE, d->m - row);

    for (int s = 0; s < p->steps; s++) {
        for (int r = 0; r < rows; r++)
            pack_positions(d->d + (row + r) * d->d_row, d->d_at, p, s, to[s].at[r]);
        memset(to[s].at[rows], 0, (SIDE - rows) * sizeof to[s].at[0]);
        turn_tile(&to[s]);
    }
}

static void pack_taps(const Dot *d, const Positions *p, int k, Tile *to)
{
    int rows = least(SIDE, d->k - k);

    for (int s = 0; s < p->steps; s++) {
        for (int r = 0; r < rows; r++)
            pack_positions(d->x + d->x_k[k + r], d->x_j, p, s, to[s].at[r]);
        memset(to[s].at[rows], 0, (SIDE - rows) * sizeof to[s].at[0]);
    }
}

/* Sums of taps k.. and rows row..: from g into a tile, and back. */
static void dot_start(const Dot *d, int k, int row, Sums *c)
{
    int taps = least(SIDE, d->k - k), rows = least(SIDE, d->m - row);

    for (int t = 0; t < taps; t++) {
        const float *g = d->g + row + (k + t) * d->g_row;

        if (rows == SIDE) /* a size that the compiler knows */
            memcpy(c->at[t], g, sizeof c->at[t]);
        else
            for (int i = 0; i < SIDE; i++)
                c->at[t][i] = i < rows ? g[i] : 0;
    }
    memset(c->at[taps], 0, (SIDE - taps) * sizeof c->at[0]);
}

static void dot_finish(const Dot *d, int k, int row, const Sums *c)
{
    int taps = least(SIDE, d->k - k), rows = least(SIDE, d->m - row);

    for (int t = 0; t < taps; t++) {
        float *g = d->g + row + (k + t) * d->g_row;

        if (rows == SIDE)
            memcpy(g, c->at[t], sizeof c->at[t]);
        else
            memcpy(g, c->at[t], rows * sizeof *g);
    }
}

/* Taps k.. to k+31, rows row.., as many as `turned` holds tiles for. */
static void dot_taps(const Dot *d, const Positions *p, int k, int row, const Tile *x,
                     const Tile *turned)
{
    int taps = least(PAIR, tiles_for(d->k - k, SIDE)),
        tiles = least(TILES, tiles_for(d->m - row, SIDE));

    for (int i = 0; i < tiles; i += PAIR) {
        int rows = least(PAIR, tiles - i);
        Operands o = {p->steps, {x, x + STEPS}, {turned + i * STEPS, turned + (i + 1) * STEPS}};
        Sums c[PAIR][PAIR];

        for (int t = 0; t < taps; t++)
            for (int r = 0; r < rows; r++)
                dot_start(d, k + t * SIDE, row + (i + r) * SIDE, &c[t][r]);
        multiply_any(taps, rows, &o, c);
        for (int t = 0; t < taps; t++)
            for (int r = 0; r < rows; r++)
                dot_finish(d, k + t * SIDE, row + (i + r) * SIDE, &c[t][r]);
    }
}

void KERNEL(dot)(const Dot *d)
{
    Tile turned[TILES * STEPS], x[PAIR * STEPS];

    unit_begin();
    for (int j = 0; j < d->n; j += 2 * STEPS) {
        int count = least(2 * STEPS, d->n - j);
        Positions p = {j, count, tiles_for(count, 2)};

        for (int row = 0; row < d->m; row += TILES * SIDE) {
            for (int i = 0; i < TILES && row + i * SIDE < d->m; i++)
                pack_d(d, &p, row + i * SIDE, turned + i * STEPS);
            for (int k = 0; k < d->k; k += PAIR * SIDE) {
                for (int q = 0; q < PAIR && k + q * SIDE < d->k; q++)
                    pack_taps(d, &p, k + q * SIDE, x + q * STEPS);
                dot_taps(d, &p, k, row, x, turned);
            }
        }
    }
    unit_end();
}
