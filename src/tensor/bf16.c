/* The two products with operands rounded to bf16, for processors whose units know only f32 (kernels.h).
 *
 * The product of two numbers of 8 bits is exact in f32, so this differs from a bf16 unit in the order of the sums alone:
 * it is slower than f32, but shows on any processor what bf16 costs in accuracy. Blocks of both operands are rounded
 * into buffers, from which this level's f32 kernels work. */
#include "tensor/level_kernels.h"

/* To the nearest of 8 significant bits, of two the even one; infinities and NaN stay what they are. */
INLINE float nearest(float x)
{
    union {
        float f;
        uint32_t u;
    } v = {x};

    v.u = x == x ? (v.u + 0x7FFF + (v.u >> 16 & 1)) & 0xFFFF0000 : v.u;
    return v.f;
}

INLINE void round_lanes(const float *from, float *to)
{
    for (int l = 0; l < LANES; l++)
        to[l] = nearest(from[l]);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* ---- gemm: y's rows in blocks, sums in blocks that are added to y, columns in blocks ---- */

enum { ROWS = 64, SUMS = 128, COLUMNS = 6 }; /* 32 KB of w, 48 KB of x */

typedef struct Factors {
    float w[SUMS * ROWS], x[SUMS * COLUMNS * LANES];
    int w_at[SUMS], x_k[SUMS], x_j[COLUMNS];
} Factors;

typedef struct Block { /* of a Gemm: rows row.., terms k.., columns j.. */
    int row, rows, k, sums, j, columns;
} Block;

static void round_w(const Gemm *g, const Block *b, Factors *f)
{
    for (int k = 0; k < b->sums; k++) {
        const float *w = g->w + b->row * g->w_row + g->w_at[b->k + k];

        for (int i = 0; i < b->rows; i++)
            f->w[k * ROWS + i] = nearest(w[i * g->w_row]);
    }
}

static void round_x(const Gemm *g, const Block *b, Factors *f)
{
    for (int k = 0; k < b->sums; k++)
        for (int j = 0; j < b->columns; j++)
            round_lanes(g->x + g->x_k[b->k + k] + g->x_j[b->j + j], f->x + f->x_k[k] + f->x_j[j]);
}

/* The block's part of g: it starts where g starts, or from what the block of sums before it left, and ends as g does if it
 * is the last. */
static void multiply(const Gemm *g, const Block *b, const Factors *f)
{
    bool first = b->k == 0, last = b->k + b->sums == g->k;
    Gemm part = {.m = b->rows,
                 .n = b->columns,
                 .k = b->sums,
                 .w = f->w,
                 .w_row = 1,
                 .w_at = f->w_at,
                 .x = f->x,
                 .x_k = f->x_k,
                 .x_j = f->x_j,
                 .y = g->y + b->row * g->y_row,
                 .y_row = g->y_row,
                 .y_at = g->y_at + b->j,
                 .add = g->add || !first,
                 .relu = g->relu && last,
                 .bias_lanes = g->bias_lanes};

    if (g->bias && first)
        part.bias = g->bias + (g->bias_lanes ? b->j * LANES : b->row);
    if (g->mask && last) {
        part.mask = g->mask + b->row * g->mask_row;
        part.mask_row = g->mask_row;
        part.mask_at = g->mask_at + b->j;
    }
    KERNEL(gemm)(&part);
}

void KERNEL(gemm_bf16)(const Gemm *g)
{
    Factors f;
    Block b = {0};

    for (int k = 0; k < SUMS; k++) {
        f.w_at[k] = k * ROWS;
        f.x_k[k] = k * COLUMNS * LANES;
    }
    for (int j = 0; j < COLUMNS; j++)
        f.x_j[j] = j * LANES;
    for (b.row = 0; b.row < g->m; b.row += ROWS) {
        b.rows = least(ROWS, g->m - b.row);
        b.k = 0;
        do {
            b.sums = least(SUMS, g->k - b.k);
            round_w(g, &b, &f);
            for (b.j = 0; b.j < g->n; b.j += COLUMNS) {
                b.columns = least(COLUMNS, g->n - b.j);
                round_x(g, &b, &f);
                multiply(g, &b, &f);
            }
            b.k += b.sums;
        } while (b.k < g->k);
    }
}

/* ---- dot: positions, rows and taps in blocks ---- */

enum { POSITIONS = 32, SIDE = 32, RUN = POSITIONS * LANES }; /* 64 KB of d, 64 KB of x */

/* `rows` rows, at from[i], of `positions` positions. */
static void round_rows(int rows, const float *const *from, int positions, const int *at, float *to)
{
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < positions; j++)
            round_lanes(from[i] + at[j], to + i * RUN + j * LANES);
}

void KERNEL(dot_bf16)(const Dot *t)
{
    float d[SIDE * RUN], x[SIDE * RUN];
    const float *rows[SIDE];
    int j_at[POSITIONS], k_at[SIDE];

    for (int j = 0; j < POSITIONS; j++)
        j_at[j] = j * LANES;
    for (int k = 0; k < SIDE; k++)
        k_at[k] = k * RUN;
    for (int j = 0; j < t->n; j += POSITIONS)
        for (int i = 0; i < t->m; i += SIDE) {
            int n = least(POSITIONS, t->n - j), m = least(SIDE, t->m - i);

            for (int r = 0; r < m; r++)
                rows[r] = t->d + (i + r) * t->d_row;
            round_rows(m, rows, n, t->d_at + j, d);
            for (int k = 0; k < t->k; k += SIDE) {
                int taps = least(SIDE, t->k - k);

                for (int r = 0; r < taps; r++)
                    rows[r] = t->x + t->x_k[k + r];
                round_rows(taps, rows, n, t->x_j + j, x);
                KERNEL(dot)
                (&(Dot){.m = m,
                        .n = n,
                        .k = taps,
                        .d = d,
                        .d_row = RUN,
                        .d_at = j_at,
                        .x = x,
                        .x_k = k_at,
                        .x_j = j_at,
                        .g = t->g + i + k * t->g_row,
                        .g_row = t->g_row});
            }
        }
}
