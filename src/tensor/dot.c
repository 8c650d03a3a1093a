/* The weight gradient and its relatives (kernels.h, Dot): dot products over all lanes and positions.
 *
 * A tile of MR channels by KR taps of vector accumulators runs along the positions; one halving lane-sum at the
 * end. Positions are cut into blocks; of one, some rows of d stay in the second-level cache while all taps pass over them, and a few taps'
 * inputs in the first-level cache.
 * Where there are many channels, AVX-512 has another way (below). */
#include <stdbool.h>

#include "tensor/level_kernels.h"
#include "tensor/turn.h"

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

/* ---- many channels and taps: d is turned once for all taps, so that channels lie side by side ---- */

#ifdef __AVX512F__
enum { VECTORS_MOST = 3, TURNED_TAPS = 8, TURNED_MOST = 52 }; /* vectors of channels, taps in a tile; positions at a time: 156 KB */

typedef struct Turned {
    float at[TURNED_MOST * LANES][VECTORS_MOST * VL];
} __attribute__((aligned(64))) Turned;

static void turn_d(const Dot *t, Part p, int vectors, Turned *to)
{
    for (int j = p.first; j < p.end; j++)
        for (int i = 0; i < vectors; i++) {
            const float *d = t->d + (size_t)(p.row + i * VL) * t->d_row + t->d_at[j];
            Words rows[LANES];

            UNROLL for (int r = 0; r < LANES; r++) rows[r] = *(const Words *)(d + r * t->d_row);
            turn(rows);
            UNROLL for (int l = 0; l < LANES; l++)
                *(Words *)(to->at[(j - p.first) * LANES + l] + i * VL) = rows[l];
        }
}

/* As dot_tile, but a sum's vector holds channels: no lanes to add up in the end. */
INLINE void turned_tile(const int KR, const int VR, const Dot *t, Part p, const Turned *d)
{
    vf c[TURNED_TAPS][VECTORS_MOST];
    const float *x[TURNED_TAPS], *row = d->at[0];
    float *g = t->g + p.row + p.tap * t->g_row;

    UNROLL for (int k = 0; k < KR; k++)
        x[k] = t->x + t->x_k[p.tap + k];
    UNROLL for (int k = 0; k < KR; k++)
        UNROLL for (int i = 0; i < VR; i++)
            c[k][i] = vset(0);
    for (int j = p.first; j < p.end; j++)
        for (size_t at = t->x_j[j], end = at + LANES; at < end; at++, row += VECTORS_MOST * VL) {
            vf v[VECTORS_MOST];

            UNROLL for (int i = 0; i < VR; i++)
                v[i] = vload(row + i * VL);
            UNROLL for (int k = 0; k < KR; k++)
            {
                vf a = vset(x[k][at]);

                UNROLL for (int i = 0; i < VR; i++)
                    c[k][i] += a * v[i];
            }
        }
    UNROLL for (int k = 0; k < KR; k++)
        UNROLL for (int i = 0; i < VR; i++)
            vstore(g + k * t->g_row + i * VL, vload(g + k * t->g_row + i * VL) + c[k][i]);
}

typedef void TurnedTile(const Dot *t, Part p, const Turned *d);

#define TURNED_TILE(KR, VR)                                                                        \
    static __attribute__((noinline)) void turned_##KR##_##VR(const Dot *t, Part p, const Turned *d) \
    {                                                                                              \
        turned_tile(KR, VR, t, p, d);                                                              \
    }
#define TURNED_TILES(KR) TURNED_TILE(KR, 1) TURNED_TILE(KR, 2) TURNED_TILE(KR, 3)
#define TURNED_NAMES(KR) {turned_##KR##_1, turned_##KR##_2, turned_##KR##_3}

TURNED_TILES(1) TURNED_TILES(2) TURNED_TILES(3) TURNED_TILES(4)
TURNED_TILES(5) TURNED_TILES(6) TURNED_TILES(7) TURNED_TILES(8)
static TurnedTile *const turned_tiles[TURNED_TAPS][VECTORS_MOST] = {
    TURNED_NAMES(1), TURNED_NAMES(2), TURNED_NAMES(3), TURNED_NAMES(4),
    TURNED_NAMES(5), TURNED_NAMES(6), TURNED_NAMES(7), TURNED_NAMES(8)};

/* All taps of some vectors of channels over one block of positions. */
static void turned_taps(const Dot *t, Part p, int vectors)
{
    Turned d;

    turn_d(t, p, vectors, &d);
    for (int left = (t->k + TURNED_TAPS - 1) / TURNED_TAPS; left > 0; left--) {
        int taps = (t->k - p.tap + left - 1) / left;

        turned_tiles[taps - 1][vectors - 1](t, p, &d);
        p.tap += taps;
    }
}

static void turned_block(const Dot *t, int first, int end)
{
    Part p = {.first = first, .end = end};

    for (int left = (t->m / VL + VECTORS_MOST - 1) / VECTORS_MOST; left > 0; left--) {
        int vectors = ((t->m - p.row) / VL + left - 1) / left;

        turned_taps(t, p, vectors);
        p.row += vectors * VL;
    }
}

static bool worth_turning(const Dot *t)
{
    enum { CHANNELS = 2 * VL, TAPS = 64 }; /* below, turning takes as long as it saves */

    return t->m % VL == 0 && t->m >= CHANNELS && t->k >= TAPS;
}
#endif

/* ---- all ---- */

/* Calls work for the positions in as many blocks as none is longer than `most`. */
static void in_blocks(const Dot *t, int most, void (*work)(const Dot *t, int first, int end))
{
    int blocks = (t->n + most - 1) / most;

    for (int b = 0; b < blocks; b++)
        work(t, (int)((long)t->n * b / blocks), (int)((long)t->n * (b + 1) / blocks));
}

void KERNEL(dot)(const Dot *t)
{
#ifdef __AVX512F__
    if (worth_turning(t)) {
        in_blocks(t, TURNED_MOST, turned_block);
        return;
    }
#endif
    in_blocks(t, BLOCK, dot_block);
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
