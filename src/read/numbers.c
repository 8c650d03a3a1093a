#include "read/numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    GAPS_LIMIT = 1024,
    PAGE_LINES = 3 /* from which on they are judged together */
};

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

/* The end of the line that begins at a piece. */
static int line_end(const Piece *p, int n, int first)
{
    int end = first;

    while (end < n && p[end].line == p[first].line)
        end++;
    return end;
}

/* Where gaps in rising order part, for pieces of a height: at the widest step from one to the next, if that is as wide as half a
 * digit is high, the gaps below, which are most, stray little, and those above are two or more and about as wide as a digit
 * is high. *wide is the least of these. */
static bool parting(const int *gaps, int count, int height, int *wide)
{
    int paper = height / 4 + 3, digit = 3 * height / 4 - 3;
    bool found = false;
    double sum = 0, squares = 0;

    for (int k = 0, widest = digit / 2; k + 2 < count; k++) {
        double gap = gaps[k], step = gaps[k + 1] - gap;

        sum += gap;
        squares += gap * gap;
        double mean = sum / (k + 1), stray = sqrt(fmax(0, squares / (k + 1) - mean * mean));

        if (2 * (k + 1) >= count && step >= widest && 5 * (gaps[k + 1] + paper) >= 4 * digit && gaps[k + 1] >= mean + 4 * stray) {
            widest = (int)step;
            *wide = gaps[k + 1];
            found = true;
        }
    }
    return found;
}

/* The least gap between numbers by the gaps of all lines together, the first GAPS_LIMIT of them, for pieces of a height. */
static bool wide_on_page(const Piece *p, int n, int height, int *wide)
{
    int gaps[GAPS_LIMIT], count = 0, lines = 0;

    for (int first = 0, end; first < n; first = end) {
        end = line_end(p, n, first);
        int here = usual_height(p + first, end - first);

        if (here < 1 || 2 * here < height)
            continue;
        lines += end - first > 1;
        for (int i = first + 1; i < end && count < GAPS_LIMIT; i++)
            gaps[count++] = gap_before(p, i) * height / here;
    }
    qsort(gaps, (size_t)count, sizeof *gaps, by_size);
    return lines >= PAGE_LINES && parting(gaps, count, height, wide);
}

/* The widest gap that there may be within a number: less than those that are of another kind on the line, or on the page, or
 * well above a digit's height and the usual gap. */
static int widest_gap(const Piece *p, int n, int height, const int *wide_there)
{
    int gaps[GAPS_LIMIT], count = 0, wide;

    for (int i = 1; i < n && count < GAPS_LIMIT; i++)
        gaps[count++] = gap_before(p, i);
    if (!count)
        return 0;
    qsort(gaps, (size_t)count, sizeof *gaps, by_size);
    if (two_kinds(gaps, count, height, &wide))
        return wide - 1;
    return wide_there ? *wide_there - 1 : most(3 * height / 2, 3 * gaps[(count - 1) / 2]);
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
static int split_line(const Piece *p, int first, int end, int limit, Number *numbers)
{
    int count = 0;

    for (int i = first; i < end; i++) {
        if (i == first || gap_before(p, i) > limit)
            numbers[count++] = (Number){p[i].x, p[i].y, p[i].width, p[i].height, p[i].line, i, 0};
        add_piece(&numbers[count - 1], &p[i]);
    }
    return count;
}

int numbers_find(const Piece *p, int n, Number *numbers)
{
    int usual = usual_height(p, n), wide, count = 0;
    bool parted = wide_on_page(p, n, usual, &wide);

    for (int first = 0, end; first < n; first = end) {
        end = line_end(p, n, first);
        int height = usual_height(p + first, end - first);

        int wide_here = parted ? wide * height / most(usual, 1) : 0;

        if (2 * height >= usual)
            count += split_line(p, first, end, widest_gap(p + first, end - first, height, parted ? &wide_here : NULL), numbers + count);
    }
    return count;
}
