/* Where type goes: a size and a straight line for each line of writing. Medians, so that the long tail of
 * a 9 or a small 0 moves nothing. */
#include <stdlib.h>

#include "read/redrawn.h"

#define TYPE_WIDTH                                                                                 \
    0.74f /* of a digit with the gap to the next, in heights: half an em of Times New Roman */
#define TYPE_ONE 0.60f /* of a 1, whose sides are empty */

static int rising(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

/* The value that `share` of the others lie below; reorders them. n >= 1. */
static float quantile(float *v, int n, float share)
{
    qsort(v, (size_t)n, sizeof *v, rising);
    return v[(int)(share * (float)(n - 1) + .5f)];
}

static float middle_x(const RedrawnDigit *d)
{
    return d->x + d->width / 2;
}

static float middle_y(const RedrawnDigit *d)
{
    return d->y + d->height / 2;
}

static float width_of(const RedrawnDigit *d)
{
    return d->digit == 1 ? TYPE_ONE : TYPE_WIDTH;
}

/* The digits of one line, in an array of pointers. */
typedef struct Line {
    RedrawnDigit **digits;
    int count;
    float *room; /* (count) */
} Line;

/* The median height; less, so that of five neighbours at most one still touches. */
static float size_of(const Line *l)
{
    enum { FIFTH = 5 };
    float size;
    int n = 0;

    for (int i = 0; i < l->count; i++)
        l->room[i] = l->digits[i]->height;
    size = quantile(l->room, l->count, .5f);
    for (int i = 1; i < l->count; i++) {
        const RedrawnDigit *a = l->digits[i - 1], *b = l->digits[i];
        float apart = middle_x(b) - middle_x(a);

        if (apart > 0)
            l->room[n++] = 2 * apart / (width_of(a) + width_of(b));
    }
    if (n) {
        float fits = quantile(l->room, n, 1.f / FIFTH);

        size = fits < size ? fits : size;
    }
    return size;
}

/* The median slope between each digit and the one half a line on: Theil's, with n/2 of the pairs. */
static float slope_of(const Line *l)
{
    int half = l->count / 2, n = 0;

    for (int i = 0; half && i + half < l->count; i++) {
        const RedrawnDigit *a = l->digits[i], *b = l->digits[i + half];
        float apart = middle_x(b) - middle_x(a);

        if (apart > 0)
            l->room[n++] = (middle_y(b) - middle_y(a)) / apart;
    }
    return n ? quantile(l->room, n, .5f) : 0;
}

static void arrange_line(const Line *l)
{
    float size = size_of(l), slope = slope_of(l), level;

    for (int i = 0; i < l->count; i++)
        l->room[i] = middle_y(l->digits[i]) - slope * middle_x(l->digits[i]);
    level = quantile(l->room, l->count, .5f);
    for (int i = 0; i < l->count; i++) {
        RedrawnDigit *d = l->digits[i];

        d->type = (GlyphBox){d->x, level + slope * middle_x(d) - size / 2, d->width, size};
    }
}

int redrawn_arrange(Redrawn *page, Err *e)
{
    enum { TOP = 5, HEIGHT = 20 }; /* of the digits' ink at GLYPH_USUAL in 28x28 */
    Line line = {.digits = malloc((size_t)page->count * sizeof *line.digits),
                 .room = malloc((size_t)page->count * sizeof *line.room)};
    int code = line.digits && line.room
                   ? 0
                   : err_set(e, ERR_MEMORY, "no memory to arrange %d digits", page->count);

    for (int i = 0; i < page->count && !code; i++) {
        RedrawnDigit *d = &page->digits[i];

        d->type = page->single ? (GlyphBox){0, TOP, DIGIT_SIDE, HEIGHT}
                               : (GlyphBox){d->x, d->y, d->width, d->height};
        if (d->digit >= 0)
            line.digits[line.count++] = d;
        if (line.count && !page->single && (i + 1 == page->count || d[1].line != d->line)) {
            arrange_line(&line);
            line.count = 0;
        }
    }
    free(line.digits);
    free(line.room);
    return code;
}
