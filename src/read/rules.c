#include "read/rules.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SHORTEST = 32, GAP = 2 }; /* pixels: of a rule, and of a hole in it */

static const float inked = 0.4f;

/* Marks the runs of a row that no digit has. */
static void mark_row(const float *row, int w, int least, uint8_t *mask)
{
    int first = -1, last = -1;

    for (int x = 0; x <= w; x++) {
        bool ink = x < w && row[x] > inked;

        if (first >= 0 && (x == w || x - last > GAP + 1)) {
            if (last - first + 1 >= least)
                memset(mask + first, 1, (size_t)(last - first + 1));
            first = -1;
        }
        if (ink) {
            first = first < 0 ? x : first;
            last = x;
        }
    }
}

/* Erases what is marked of a column, except where ink goes on above and below. */
static void erase_column(const uint8_t *mask, int w, int h, float *ink)
{
    for (int y = 0, end; y < h; y = end + 1) {
        for (end = y; end < h && mask[(size_t)end * w]; end++)
            ;
        bool crossed = y > 0 && end < h && ink[(size_t)(y - 1) * w] > inked && ink[(size_t)end * w] > inked;

        for (int k = y; !crossed && k < end; k++)
            ink[(size_t)k * w] = 0;
    }
}

float *rules_erase(const float *ink, int w, int h, Err *e)
{
    size_t size = (size_t)w * h;
    int least = 6 * h / 5 > SHORTEST ? 6 * h / 5 : SHORTEST;
    float *out = malloc(size * sizeof *out + 1);
    uint8_t *mask = calloc(size + 1, 1);

    if (!out || !mask) {
        free(out);
        free(mask);
        err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", w, h);
        return NULL;
    }
    memcpy(out, ink, size * sizeof *out);
    for (int y = 0; y < h; y++)
        mark_row(ink + (size_t)y * w, w, least, mask + (size_t)y * w);
    for (int x = 0; x < w; x++)
        erase_column(mask + x, w, h, out + x);
    free(mask);
    return out;
}
