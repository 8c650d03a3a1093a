#include "read/numbers.h"

#include <stdbool.h>
#include <stdlib.h>

enum { GAPS_LIMIT = 64 };

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* The height that half of all writing reaches. */
static int usual_height(const Piece *p, int n)
{
    long sum = 0, part = 0;
    int height = 0, *heights = malloc(((size_t)n + 1) * sizeof *heights);

    for (int i = 0; heights && i < n; i++)
        sum += heights[i] = p[i].height;
    if (heights)
        qsort(heights, (size_t)n, sizeof *heights, by_size);
    for (int i = 0; heights && i < n && 2 * part < sum; i++)
        part += height = heights[i];
    free(heights);
    return height;
}

static int gap_before(const Piece *p, int i)
{
    return p[i].x - (p[i - 1].x + p[i - 1].width);
}

/* Whether the gaps between pieces, in rising order, are of two kinds: half of them or more narrow, and the others three
 * times as wide at least and about as wide as a digit is high. *wide is the least of these. What counts is the gap
 * between their ink, which is wider by the paper around two pieces (pieces.c). */
static bool two_kinds(const int *gaps, int count, int height, int *wide)
{
    int paper = height / 4 + 3, digit = 3 * height / 4 - 3; /* of a piece so high, less its paper */

    for (int k = 0; k + 1 < count; k++) {
        int narrow = most(gaps[k] + paper, digit / 8), next = gaps[k + 1] + paper;

        if (k > 0 && 2 * (k + 1) >= count && next >= 3 * narrow && 5 * next >= 4 * digit) {
            *wide = gaps[k + 1];
            return true;
        }
    }
    return false;
}

/* The widest gap that there may be within a number: well above a digit's height and the usual gap, or less than those
 * that are of another kind. */
static int widest_gap(const Piece *p, int n)
{
    int gaps[GAPS_LIMIT], count = 0, height = usual_height(p, n), wide;

    for (int i = 1; i < n && count < GAPS_LIMIT; i++)
        gaps[count++] = gap_before(p, i);
    if (!count)
        return 0;
    qsort(gaps, (size_t)count, sizeof *gaps, by_size);
    return two_kinds(gaps, count, height, &wide) ? wide - 1 : most(3 * height / 2, 3 * gaps[(count - 1) / 2]);
}

static void add_piece(Number *to, const Piece *p)
{
    int right = most(to->x + to->width, p->x + p->width),
        bottom = most(to->y + to->height, p->y + p->height);

    to->x = least(to->x, p->x);
    to->y = least(to->y, p->y);
    to->width = right - to->x;
    to->height = bottom - to->y;
    to->count++;
}

/* The numbers of one line. */
static int split_line(const Piece *p, int first, int end, Number *numbers)
{
    int limit = widest_gap(p + first, end - first), count = 0;

    for (int i = first; i < end; i++) {
        if (i == first || gap_before(p, i) > limit)
            numbers[count++] = (Number){p[i].x, p[i].y, p[i].width, p[i].height, p[i].line, i, 0};
        add_piece(&numbers[count - 1], &p[i]);
    }
    return count;
}

int numbers_find(const Piece *p, int n, Number *numbers)
{
    int usual = usual_height(p, n), count = 0;

    for (int first = 0, end; first < n; first = end) {
        for (end = first; end < n && p[end].line == p[first].line; end++)
            ;
        if (2 * usual_height(p + first, end - first) >= usual)
            count += split_line(p, first, end, numbers + count);
    }
    return count;
}
