/* Where type goes: a size and a straight line for each line of writing. Medians, so that the long tail of
 * a 9 or a small 0 moves nothing. */
#include <math.h>
#include <stdlib.h>

#include "read/redrawn.h"

/* Of a digit with the gap to the next, in heights: half an em of Times New Roman, and of a 1, whose sides
 * are empty. */
#define TYPE_WIDTH 0.74f
#define TYPE_ONE   0.60f
#define TYPE_GAP   0.12f /* between the ink of two digits of another typeface */

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

/* Neighbours that were moved together: their mean place, less what is ahead of each. */
typedef struct Pool {
    float mean;
    int count;
} Pool;

/* The digits of one line, in an array of pointers. */
typedef struct Line {
    const Typeface *face; /* NULL: Times New Roman */
    float page_width;
    RedrawnDigit **digits;
    int count;
    float *room; /* (count) */
    Pool *pools; /* (count) */
} Line;

/* A digit's width with the gap to the next, in heights. */
static float width_of(const Line *l, int i)
{
    int digit = l->digits[i]->digit;

    if (l->face)
        return glyph_width(l->face, digit, 1) + TYPE_GAP;
    return digit == 1 ? TYPE_ONE : TYPE_WIDTH;
}

/* How far the middles of digit i and the one before it have to be apart, in heights. */
static float step_of(const Line *l, int i)
{
    return (width_of(l, i - 1) + width_of(l, i)) / 2;
}

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
        float apart = middle_x(l->digits[i]) - middle_x(l->digits[i - 1]);

        if (apart > 0)
            l->room[n++] = apart / step_of(l, i);
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

/* Type that would touch moves apart: the middles nearest to those of the writing, by least squares, each of which is
 * far enough behind the one before (Ayer et al. 1955: those that are not share a mean). room[i] receives how far
 * digit i is behind the first where all stand tight. Returns the number of pools. */
static int spread(const Line *l, float size)
{
    int n = 0;

    for (int i = 0; i < l->count; i++) {
        l->room[i] = i ? l->room[i - 1] + step_of(l, i) * size : 0;
        l->pools[n++] = (Pool){middle_x(l->digits[i]) - l->room[i], 1};
        for (; n > 1 && l->pools[n - 2].mean > l->pools[n - 1].mean; n--) {
            Pool *a = &l->pools[n - 2], *b = &l->pools[n - 1];

            a->mean += (b->mean - a->mean) * (float)b->count / (float)(a->count + b->count);
            a->count += b->count;
        }
    }
    return n;
}

/* Gives each digit's type its place along the line, on the page where that holds the line. */
static void place_line(const Line *l, float size)
{
    int pools = spread(l, size), i = 0, last = l->count - 1;
    float least = width_of(l, 0) * size / 2;
    float most = l->page_width - width_of(l, last) * size / 2 - l->room[last];

    for (int p = 0; p < pools; p++) {
        float from = l->pools[p].mean;

        if (least <= most)
            from = fminf(fmaxf(from, least), most);
        for (int k = 0; k < l->pools[p].count; k++, i++)
            l->digits[i]->type.x = from + l->room[i] - l->digits[i]->width / 2;
    }
}

static void arrange_line(const Line *l)
{
    float size = size_of(l), slope = slope_of(l), level;

    for (int i = 0; i < l->count; i++)
        l->room[i] = middle_y(l->digits[i]) - slope * middle_x(l->digits[i]);
    level = quantile(l->room, l->count, .5f);
    place_line(l, size);
    for (int i = 0; i < l->count; i++) {
        GlyphBox *type = &l->digits[i]->type;

        type->y = level + slope * (type->x + type->width / 2) - size / 2;
        type->height = size;
    }
}

int redrawn_arrange(Redrawn *page, const Typeface *face, Err *e)
{
    enum { TOP = 5, HEIGHT = 20 }; /* of the digits' ink at GLYPH_USUAL in 28x28 */
    Line line = {.face = face,
                 .page_width = (float)page->width,
                 .digits = malloc((size_t)page->count * sizeof *line.digits),
                 .room = malloc((size_t)page->count * sizeof *line.room),
                 .pools = malloc((size_t)page->count * sizeof *line.pools)};
    int code = line.digits && line.room && line.pools
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
    free(line.pools);
    return code;
}
