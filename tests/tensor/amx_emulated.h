/* The few AMX instructions that src/tensor/unit_amx.h uses, in plain C after the operations of Intel's manual (volume 2, LDTILECFG,
 * TILELOADD, TILESTORED, TDPBF16PS): numbers too small for a normal float count as zero, and the products of even and of
 * odd terms are summed apart. What the unit would fault on ends the program. */
#ifndef SCRAWL_TESTS_AMX_EMULATED_H
#define SCRAWL_TESTS_AMX_EMULATED_H

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct AmxTile {
    int rows, row_bytes;
    unsigned char at[16][64];
} AmxTile;

static _Thread_local AmxTile amx_tiles[8];

static inline void _tile_loadconfig(const void *memory)
{
    const uint8_t *c = memory;

    assert(c[0] == 1 && c[1] == 0); /* the palette, no row to go on from */
    for (int i = 2; i < 16; i++)
        assert(c[i] == 0);
    for (int t = 0; t < 16; t++) {
        int rows = c[48 + t], row_bytes = c[16 + 2 * t] | c[17 + 2 * t] << 8;

        assert(rows <= 16 && row_bytes <= 64 && row_bytes % 4 == 0 &&
               (t < 8 || (!rows && !row_bytes)));
        if (t < 8)
            amx_tiles[t] = (AmxTile){.rows = rows, .row_bytes = row_bytes};
    }
}

static inline void _tile_release(void)
{
    memset(amx_tiles, 0, sizeof amx_tiles);
}

static inline void _tile_loadd(int tile, const void *memory, ptrdiff_t stride)
{
    AmxTile *t = &amx_tiles[tile];

    assert(t->rows);
    memset(t->at, 0, sizeof t->at);
    for (int r = 0; r < t->rows; r++)
        memcpy(t->at[r], (const char *)memory + r * stride, t->row_bytes);
}

static inline void _tile_stored(int tile, void *memory, ptrdiff_t stride)
{
    const AmxTile *t = &amx_tiles[tile];

    assert(t->rows);
    for (int r = 0; r < t->rows; r++)
        memcpy((char *)memory + r * stride, t->at[r], t->row_bytes);
}

static inline float amx_flushed(float x)
{
    return fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
}

/* All numbers of a tile of bf16. */
static inline void amx_numbers(const AmxTile *t, float to[16][32])
{
    for (int r = 0; r < t->rows; r++)
        for (int i = 0; i < t->row_bytes / 2; i++) {
            uint16_t half;

            memcpy(&half, t->at[r] + 2 * i, sizeof half);
            memcpy(&to[r][i], &(uint32_t){(uint32_t)half << 16}, sizeof to[r][i]);
            to[r][i] = amx_flushed(to[r][i]);
        }
}

static inline void _tile_dpbf16ps(int sums, int a, int b)
{
    AmxTile *c = &amx_tiles[sums];
    int columns = c->row_bytes / 4;
    float x[16][32], y[16][32];

    assert(sums != a && sums != b && a != b);
    assert(c->rows == amx_tiles[a].rows && c->row_bytes == amx_tiles[b].row_bytes);
    assert(amx_tiles[a].row_bytes == 4 * amx_tiles[b].rows);
    amx_numbers(&amx_tiles[a], x);
    amx_numbers(&amx_tiles[b], y);
    for (int m = 0; m < c->rows; m++) {
        float parts[32] = {0}, row[16];

        for (int k = 0; k < amx_tiles[b].rows; k++)
            for (int n = 0; n < 2 * columns; n++)
                parts[n] = amx_flushed(parts[n] + x[m][2 * k + n % 2] * y[k][n]);
        memcpy(row, c->at[m], c->row_bytes);
        for (int n = 0; n < columns; n++)
            row[n] =
                amx_flushed(amx_flushed(row[n]) + amx_flushed(parts[2 * n] + parts[2 * n + 1]));
        memcpy(c->at[m], row, c->row_bytes);
    }
}

#endif
