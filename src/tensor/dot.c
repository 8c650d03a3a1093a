/* The weight gradient and its relatives (kernels.h, Dot): dot products over all lanes and positions.
 *
 * A tile of MR channels by KR taps of vector accumulators runs along the positions; one halving lane-sum at the
 * end. Positions are cut into blocks; of one, some rows of d stay in the second-level cache while all taps pass over them, and a few taps'
 * inputs in the first-level cache. */
#include "tensor/level_kernels.h"

enum { ROWS_MOST = REGISTERS == 32 ? 6 : 3, TAPS_MOST = 4 };
enum { BLOCK = 112 }; /* positions in a block: 6 + 4 rows of 7 KB */

typedef struct Part { /* a tile and the positions that it sums over */
    int row, tap, first, end;
} Part;

INLINE void dot_tile(const int MR, const int KR, const Dot *t, Part p)
{
    vf c[ROWS_MOST][TAPS_MOST];
    const float *x[TAPS_MOST];
    const float *d = t->d + p.row * t->d_row;

    UNROLL for (int k = 0; k < KR; k++)
        x[k] = t->x + t->x_k[p.tap + k];
    UNROLL for (int i = 0; i < MR; i++)
        UNROLL for (int k = 0; k < KR; k++)
            c[i][k] = vset(0);
    for (int j = p.first; j < p.end; j++) {
        size_t d_at = t->d_at[j], x_at = t->x_j[j];

        UNROLL for (int l = 0; l < LANES; l += VL)
        {
            vf v[TAPS_MOST];

            UNROLL for (int k = 0; k < KR; k++)
                v[k] = vload(x[k] + x_at + l);
            UNROLL for (int i = 0; i < MR; i++)
            {
                vf a = vload(d + i * t->d_row + d_at + l);

                UNROLL for (int k = 0; k < KR; k++)
                    c[i][k] += a * v[k];
            }
        }
    }
    float *g = t->g + p.row + p.tap * t->g_row;

    UNROLL for (int i = 0; i < MR; i++)
        UNROLL for (int k = 0; k < KR; k++)
            g[i + k * t->g_row] += hsum(c[i][k]);
}

typedef void DotTile(const Dot *t, Part p);

#define TILE(MR, KR)                                                                               \
    static __attribute__((noinline)) void dot_##MR##_##KR(const Dot *t, Part p)                    \
    {                                                                                              \
        dot_tile(MR, KR, t, p);                                                                    \
    }
#define TILES(MR) TILE(MR, 1) TILE(MR, 2) TILE(MR, 3) TILE(MR, 4)
#define NAMES(MR) {dot_##MR##_1, dot_##MR##_2, dot_##MR##_3, dot_##MR##_4}

TILES(1) TILES(2) TILES(3)
#if defined(__AVX512F__) || defined(__aarch64__) /* 32 registers */
TILES(4) TILES(5) TILES(6)
static DotTile *const tiles[ROWS_MOST][TAPS_MOST] = {NAMES(1), NAMES(2), NAMES(3),
                                                     NAMES(4), NAMES(5), NAMES(6)};
#else
static DotTile *const tiles[ROWS_MOST][TAPS_MOST] = {NAMES(1), NAMES(2), NAMES(3)};
#endif

/* The tiles of rows row.. and taps tap.. over one block of positions. */
static void dot_tiles(const Dot *t, Part at, int rows, int taps)
{
    const int row_end = at.row + rows, tap_end = at.tap + taps, tap_first = at.tap;

    for (int left = (rows + ROWS_MOST - 1) / ROWS_MOST; left > 0; left--) {
        int mr = (row_end - at.row + left - 1) / left;

        at.tap = tap_first;
        for (int some = (taps + TAPS_MOST - 1) / TAPS_MOST; some > 0; some--) {
            int kr = (tap_end - at.tap + some - 1) / some;

            tiles[mr - 1][kr - 1](t, at);
            at.tap += kr;
        }
        at.row += mr;
    }
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* All tiles over one block of positions. */
static void dot_block(const Dot *t, int first, int end)
{
    enum { ROWS = 60, TAPS = 32 }; /* whole tiles; 420 KB of d */

    for (int row = 0; row < t->m; row += ROWS)
        for (int tap = 0; tap < t->k; tap += TAPS)
            dot_tiles(t, (Part){row, tap, first, end}, least(ROWS, t->m - row), least(TAPS, t->k - tap));
}

void KERNEL(dot)(const Dot *t)
{
    int blocks = (t->n + BLOCK - 1) / BLOCK;

    for (int b = 0; b < blocks; b++)
        dot_block(t, (int)((long)t->n * b / blocks), (int)((long)t->n * (b + 1) / blocks));
}

void KERNEL(row_sums)(int m, int n, const float *d, size_t d_row, const int *d_at, float *sums)
{
    for (int i = 0; i < m; i++) {
        vf s[GROUP];

        UNROLL for (int q = 0; q < GROUP; q++)
            s[q] = vset(0);
        for (int j = 0; j < n; j++)
            UNROLL for (int q = 0; q < GROUP; q++)
                s[q] += vload(d + i * d_row + d_at[j] + q * VL);
        for (int q = 1; q < GROUP; q++)
            s[0] += s[q];
        sums[i] += hsum(s[0]);
    }
}

void KERNEL(transpose)(int rows, const float *y, float *t, size_t t_row)
{
    for (int i = 0; i < rows; i++)
        for (int l = 0; l < LANES; l++)
            t[l * t_row + i] = y[(size_t)i * LANES + l];
}
