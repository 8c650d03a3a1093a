#include "read/rules.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HOLE = 2 }; /* pixels without ink that do not end a rule */

static const float inked = 0.3f; /* as little as a part has that writing is cut from (line_digits.c) */

/* Marks the runs of a row that are `least` pixels long. */
static void mark_row(const float *row, int w, int least, uint8_t *mask)
{
    int first = -1, last = -1;

    for (int x = 0; x <= w; x++) {
        bool ink = x < w && row[x] > inked;

        if (first >= 0 && (x == w || x - last > HOLE + 1)) {
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

/* Whether there is ink that is no rule's in a row of the map, no further than `reach` from column x. */
static bool goes_on(const float *ink, const uint8_t *mask, int w, int h, int x, int y, int reach)
{
    bool any = false;

    for (int u = x - reach; y >= 0 && y < h && u <= x + reach; u++)
        any = any || (u >= 0 && u < w && ink[(size_t)y * w + u] > inked && !mask[(size_t)y * w + u]);
    return any;
}

/* Erases what is marked of a column, except where a stroke goes on above and below, aslant perhaps. */
static void erase_column(const float *ink, const uint8_t *mask, int w, int h, int x, float *out)
{
    for (int y = 0, end; y < h; y = end + 1) {
        for (end = y; end < h && mask[(size_t)end * w + x]; end++)
            ;
        int reach = end - y;
        bool crossed = reach > 0 && goes_on(ink, mask, w, h, x, y - 1, reach) && goes_on(ink, mask, w, h, x, end, reach);

        for (int k = y; !crossed && k < end; k++)
            out[(size_t)k * w + x] = 0;
    }
}

float *rules_erase(const float *ink, int w, int h, Err *e)
{
    size_t size = (size_t)w * h;
    int high = (int)(RULE_HEIGHTS * (float)h), least = high > RULE_LEAST ? high : RULE_LEAST;
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
        erase_column(ink, mask, w, h, x, out);
    free(mask);
    return out;
}
