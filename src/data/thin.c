#include "data/thin.h"

#include <stdbool.h>
#include <string.h>

/* Twice 28, with a margin of background. */
enum { IN = 28, SIDE = 2 * IN + 2, LEVEL = 110 };

typedef struct Bits {
    uint8_t at[SIDE][SIDE];
} Bits;

/* Bilinear at quarter offsets, then a threshold. */
static void enlarge(const uint8_t *in, Bits *out)
{
    memset(out, 0, sizeof *out);
    for (int y = 0; y < 2 * IN; y++)
        for (int x = 0; x < 2 * IN; x++) {
            int y0 = y / 2, x0 = x / 2, y1 = y0 + (y % 2 ? 1 : -1), x1 = x0 + (x % 2 ? 1 : -1), sum;

            y1 = y1 < 0 ? 0 : y1 >= IN ? IN - 1 : y1;
            x1 = x1 < 0 ? 0 : x1 >= IN ? IN - 1 : x1;
            sum =
                9 * in[y0 * IN + x0] + 3 * (in[y0 * IN + x1] + in[y1 * IN + x0]) + in[y1 * IN + x1];
            out->at[y + 1][x + 1] = sum > 16 * LEVEL;
        }
}

/* The eight neighbours from north clockwise, as bits 0..7. */
static unsigned neighbours(const Bits *b, int y, int x)
{
    return (unsigned)(b->at[y - 1][x] | b->at[y - 1][x + 1] << 1 | b->at[y][x + 1] << 2 |
                      b->at[y + 1][x + 1] << 3 | b->at[y + 1][x] << 4 | b->at[y + 1][x - 1] << 5 |
                      b->at[y][x - 1] << 6 | b->at[y - 1][x - 1] << 7);
}

/* Whether a pixel with these neighbours goes in the first or second half of a pass. */
static bool goes(unsigned n, int half)
{
    unsigned a = half ? 0x45 : 0x15, b = half ? 0x51 : 0x54;
    int count = 0, starts = 0;

    for (int i = 0; i < 8; i++) {
        count += n >> i & 1;
        starts += !(n >> i & 1) && n >> (i + 1) % 8 & 1;
    }
    return count >= 2 && count <= 6 && starts == 1 && (n & a) != a && (n & b) != b;
}

/* One half of a pass over the pixels of a list, which loses those that go. */
static bool thin_half(Bits *b, const bool *table, uint16_t *list, int *count)
{
    uint16_t gone[SIDE * SIDE];
    int kept = 0, going = 0;

    for (int i = 0; i < *count; i++)
        if (table[neighbours(b, list[i] / SIDE, list[i] % SIDE)])
            gone[going++] = list[i];
        else
            list[kept++] = list[i];
    for (int i = 0; i < going; i++)
        b->at[gone[i] / SIDE][gone[i] % SIDE] = 0;
    *count = kept;
    return going > 0;
}

/* Passes until nothing goes; returns how many there were. */
static int thin(Bits *b, uint16_t *list, int *count)
{
    bool tables[2][256];
    int passes = 0;

    for (int i = 0; i < 512; i++)
        tables[i / 256][i % 256] = goes((unsigned)i % 256, i / 256);
    for (bool changed = true; changed; passes++) {
        changed = thin_half(b, tables[0], list, count);
        changed = thin_half(b, tables[1], list, count) || changed;
    }
    return passes;
}

/* The mean place of the thinned pixels within two of (y,x), in eighths of an input pixel. */
static void smooth(const Bits *b, int y, int x, uint8_t *point)
{
    int n = 0, sum_x = 0, sum_y = 0;

    for (int v = y < 2 ? 0 : y - 2; v <= y + 2 && v < SIDE; v++)
        for (int u = x < 2 ? 0 : x - 2; u <= x + 2 && u < SIDE; u++)
            if (b->at[v][u]) {
                n++;
                sum_x += u;
                sum_y += v;
            }
    point[0] = (uint8_t)((8 * sum_x - 4 * n + n) / (2 * n)); /* (mean - 1/2) / 2 px */
    point[1] = (uint8_t)((8 * sum_y - 4 * n + n) / (2 * n));
}

int thin_digit(const uint8_t *in, uint8_t points[THIN_LIMIT][2])
{
    uint16_t list[SIDE * SIDE];
    int count = 0, area, passes;
    Bits b;

    enlarge(in, &b);
    for (int i = 0; i < SIDE * SIDE; i++)
        if (b.at[i / SIDE][i % SIDE])
            list[count++] = (uint16_t)i;
    area = count;
    passes = thin(&b, list, &count);
    /* A pass takes a pixel from either side, so a blot takes many more than strokes as thick as the
     * mean. Nearly twice as many: of MNIST's 8 every fifteenth goes, of the others every fortieth. */
    if (count > THIN_LIMIT || 2.f * (float)(passes - 1) * (float)count > 1.8f * (float)area)
        return 0;
    for (int i = 0; i < count; i++)
        smooth(&b, list[i] / SIDE, list[i] % SIDE, points[i]);
    return count;
}
