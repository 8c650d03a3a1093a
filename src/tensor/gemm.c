/* The matrix product behind convolution, dense layers and their gradients (kernels.h, Gemm).
 *
 * A register tile of MR rows by NC vectors stays in registers for all of k: NC loads, MR broadcasts and MR*NC
 * fused multiply-adds a step. Vectors, not groups, are counted along n here: a group of 16 lanes is one vector
 * of AVX-512, two of AVX2, four of SSE, and a tile may begin and end inside a group. Column tiles
 * run outside, row blocks inside, so that a column tile's inputs stay in the first-level cache. Where w is large, k is cut
 * into blocks, so that w's part stays in the second-level cache while all columns pass; y keeps the sums meanwhile, which
 * changes no order.
 *
 * After Goto and van de Geijn 2008, with offset tables in place of packing. */
#include "tensor/level_kernels.h"

#ifdef PAIRS /* gemm_pairs.c: each number of w and x is a pair of bf16, and terms are twice as many */
#include "tensor/pairs.h"
#define GEMM                    KERNEL(gemm_pairs)
#define BROADCAST(w)            broadcast_pair(w)
#define MULTIPLY_ADD(sum, w, x) multiply_add_pair(sum, w, x)
#else
#define GEMM                    KERNEL(gemm)
#define BROADCAST(w)            vset(*(w))
#define MULTIPLY_ADD(sum, w, x) ((sum) + (w) * (x))
#endif

enum { ROWS_MOST = 12, COLUMNS_MOST = 8 };

typedef struct Tile { /* where one register tile lies */
    int row, column;
} Tile;

INLINE int vector_offset(const int *table, int column)
{
    return table[column / GROUP] + column % GROUP * VL;
}

typedef vf Accumulators[ROWS_MOST][COLUMNS_MOST];

/* What the sums start from; y[j] is where column j of the tile's first row lies. */
INLINE void tile_start(const int MR, const int NC, const Gemm *g, Tile t, const size_t *y, Accumulators c)
{
    const float *bias = !g->bias ? NULL : g->bias + (g->bias_lanes ? t.column * VL : t.row);

    if (g->add) {
        UNROLL for (int i = 0; i < MR; i++)
            UNROLL for (int j = 0; j < NC; j++)
                c[i][j] = vload(g->y + y[j] + i * g->y_row);
    } else if (g->bias && g->bias_lanes) {
        UNROLL for (int i = 0; i < MR; i++)
            UNROLL for (int j = 0; j < NC; j++)
                c[i][j] = vload(bias + j * VL);
    } else {
        UNROLL for (int i = 0; i < MR; i++)
        {
            vf b = g->bias ? vset(bias[i]) : vset(0);

            UNROLL for (int j = 0; j < NC; j++)
                c[i][j] = b;
        }
    }
}

INLINE void tile_finish(const int MR, const int NC, const Gemm *g, Tile t, const size_t *y, Accumulators c)
{
    const size_t y_row = g->y_row;
    float *to = g->y;

    if (g->relu)
        UNROLL for (int i = 0; i < MR; i++)
            UNROLL for (int j = 0; j < NC; j++)
                c[i][j] = vrelu(c[i][j]);
    if (g->mask)
        UNROLL for (int j = 0; j < NC; j++)
        {
            const float *mask = g->mask + t.row * g->mask_row + vector_offset(g->mask_at, t.column + j);

            UNROLL for (int i = 0; i < MR; i++)
                c[i][j] = vkeep(c[i][j], vload(mask + i * g->mask_row) > 0);
        }
    UNROLL for (int i = 0; i < MR; i++)
        UNROLL for (int j = 0; j < NC; j++)
            vstore(to + y[j] + i * y_row, c[i][j]);
}

/* The sums themselves. w_row is a constant in the common cases, so that the broadcasts' addresses are, too. */
INLINE void tile_sum(const int MR, const int NC, const Gemm *g, const float *w, size_t w_row, const float *const *x,
                     Accumulators c)
{
    const int *w_at = g->w_at, *x_k = g->x_k;
    const int K = g->k;

    for (int k = 0; k < K; k++) {
        const float *wk = w + w_at[k];
        ptrdiff_t at = x_k[k]; /* may lie before x: a halo */
        vf v[COLUMNS_MOST];

        UNROLL for (int j = 0; j < NC; j++)
            v[j] = vload(x[j] + at);
        UNROLL for (int i = 0; i < MR; i++)
        {
            vf a = BROADCAST(wk + i * w_row);

            UNROLL for (int j = 0; j < NC; j++)
                c[i][j] = MULTIPLY_ADD(c[i][j], a, v[j]);
        }
    }
}

INLINE void tile_run(const int MR, const int NC, const Gemm *g, Tile t)
{
    Accumulators c;
    const float *x[COLUMNS_MOST];
    size_t y[COLUMNS_MOST];
    const float *w = g->w + t.row * g->w_row;

    UNROLL for (int j = 0; j < NC; j++)
    {
        x[j] = g->x + vector_offset(g->x_j, t.column + j);
        y[j] = t.row * g->y_row + vector_offset(g->y_at, t.column + j);
    }
    tile_start(MR, NC, g, t, y, c);
    if (g->w_row == 1)
        tile_sum(MR, NC, g, w, 1, x, c);
    else if (g->w_row == LANES)
        tile_sum(MR, NC, g, w, LANES, x, c);
    else
        tile_sum(MR, NC, g, w, g->w_row, x, c);
    tile_finish(MR, NC, g, t, y, c);
}

typedef void TileRun(const Gemm *g, Tile t);

#define TILE(MR, NC)                                                                               \
    static __attribute__((noinline)) void tile_##MR##_##NC(const Gemm *g, Tile t)                  \
    {                                                                                              \
        tile_run(MR, NC, g, t);                                                                    \
    }
#define TILES_TO_4(NC) TILE(1, NC) TILE(2, NC) TILE(3, NC) TILE(4, NC)
#define TILES_TO_6(NC) TILES_TO_4(NC) TILE(5, NC) TILE(6, NC)
#define NAMES_TO_4(NC) tile_1_##NC, tile_2_##NC, tile_3_##NC, tile_4_##NC
#define NAMES_TO_6(NC) NAMES_TO_4(NC), tile_5_##NC, tile_6_##NC

TILES_TO_6(1) TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1)
TILES_TO_6(2)
TILES_TO_4(3)
TILE(1, 4) TILE(2, 4)
TILE(1, 8)
#define NAMES_TO_12(NC)                                                                            \
    NAMES_TO_6(NC), tile_7_##NC, tile_8_##NC, tile_9_##NC, tile_10_##NC, tile_11_##NC, tile_12_##NC
#if defined(__AVX512F__) || defined(__aarch64__) /* 32 registers */
TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2) TILE(12, 2)
TILE(5, 3) TILE(6, 3) TILE(7, 3) TILE(8, 3)
TILE(3, 4) TILE(4, 4) TILE(5, 4) TILE(6, 4)
TILE(2, 8)
static TileRun *const tiles[COLUMNS_MOST + 1][ROWS_MOST] = {
    [1] = {NAMES_TO_12(1)}, [2] = {NAMES_TO_12(2)}, [3] = {NAMES_TO_6(3), tile_7_3, tile_8_3},
    [4] = {NAMES_TO_6(4)},  [8] = {tile_1_8, tile_2_8}};
static const int rows_most[COLUMNS_MOST + 1] = {[1] = 12, [2] = 12, [3] = 8, [4] = 6, [8] = 2};
#else
static TileRun *const tiles[COLUMNS_MOST + 1][ROWS_MOST] = {
    [1] = {NAMES_TO_12(1)}, [2] = {NAMES_TO_6(2)}, [3] = {NAMES_TO_4(3)},
    [4] = {tile_1_4, tile_2_4}, [8] = {tile_1_8}};
static const int rows_most[COLUMNS_MOST + 1] = {[1] = 12, [2] = 6, [3] = 4, [4] = 2, [8] = 1};
#endif

/* How many vectors wide the next tile is, with `left` to go: wide where there are few rows, and so that what
 * remains is no sliver. */
static int tile_columns(int m, int left)
{
    static const int wide_rows = REGISTERS == 32 ? 2 : 1;

    if (m <= wide_rows && left >= COLUMNS_MOST)
        return COLUMNS_MOST;
    if (left <= 3)
        return left;
    int blocks3 = (m + rows_most[3] - 1) / rows_most[3], blocks4 = (m + rows_most[4] - 1) / rows_most[4];

    if (REGISTERS == 32) /* the larger tile of the two */
        return 4 * blocks3 > 3 * blocks4 ? 4 : left == 4 ? 2 : 3;
    return m % 4 == 0 && left != 4 ? 3 : 2;
}

static void multiply(const Gemm *g)
{
    const int columns = g->n * GROUP;

    for (int column = 0, width; column < columns; column += width) {
        width = tile_columns(g->m, columns - column);
        int most = rows_most[width];
        int row = 0;

        for (int blocks = (g->m + most - 1) / most; blocks > 0; blocks--) {
            int rows = (g->m - row + blocks - 1) / blocks; /* even blocks: 16 = 8 + 8 */

            tiles[width][rows - 1](g, (Tile){row, column});
            row += rows;
        }
    }
}

enum { LARGE = 96 * 1024, BLOCK = 48 * 1024, TERMS_LEAST = 64 }; /* floats of w: as a whole, in a block */

/* Terms first.. to end-1: they start from what those before them left in y. */
static void multiply_part(const Gemm *g, int first, int end)
{
    Gemm part = *g;

    part.k = end - first;
    part.w_at += first;
    part.x_k += first;
    if (first) {
        part.add = true;
        part.bias = NULL;
    }
    if (end < g->k) {
        part.relu = false;
        part.mask = NULL;
    }
    multiply(&part);
}

void GEMM(const Gemm *g)
{
    int terms = BLOCK / g->m > TERMS_LEAST ? BLOCK / g->m : TERMS_LEAST, blocks = 1;

    if ((long)g->m * g->k > LARGE)
        blocks = (g->k + terms - 1) / terms;
    for (int b = 0; b < blocks; b++)
        multiply_part(g, (int)((long)g->k * b / blocks), (int)((long)g->k * (b + 1) / blocks));
}
