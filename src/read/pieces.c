#include "read/pieces.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { ON_SIDE_LEAST = 4, ON_SIDE_MOST = 1000 }; /* pieces by which it is told */

static int by_height(const void *a, const void *b)
{
    return ((const Piece *)a)->height - ((const Piece *)b)->height;
}

/* Height of the writing: that of the piece below which lies half of all height, so that specks, of which there may be
 * many, do not count. */
static int writing_height(Piece *p, int n)
{
    long total = 0, sum = 0;

    qsort(p, n, sizeof *p, by_height);
    for (int i = 0; i < n; i++)
        total += p[i].height;
    for (int i = 0; i < n; i++) {
        sum += p[i].height;
        if (2 * sum >= total)
            return p[i].height;
    }
    return 1;
}

static bool at_edge(const Piece *p, double scale, const Image *im)
{
    return p->x <= 1 || p->y <= 1 || (p->x + p->width + 2) * scale >= im->width ||
           (p->y + p->height + 2) * scale >= im->height;
}

/* Brings what does not touch the picture's edge to the front and returns how many those are. */
static int inner_first(Piece *p, int n, double scale, const Image *im)
{
    int inner = 0;

    for (int i = 0; i < n; i++)
        if (!at_edge(&p[i], scale, im)) {
            Piece other = p[inner];

            p[inner++] = p[i];
            p[i] = other;
        }
    return inner;
}

/* Specks, and what is too large or too flat to be writing: the edge of the paper, the table beyond it. */
static int drop_others(Piece *p, int n, double scale, const Image *im)
{
    int inner = inner_first(p, n, scale, im), kept = 0;
    int height = n ? writing_height(p, inner ? inner : n) : 0;

    for (int i = 0; i < n; i++) {
        bool speck = p[i].height < height / 3 && p[i].width < height / 2;
        bool giant = p[i].height > 6 * height ||
                     (at_edge(&p[i], scale, im) && (p[i].height > 2 * height || p[i].width > 5 * height));
        bool flat = p[i].width > 10 * p[i].height;

        if (!speck && !giant && !flat && p[i].height >= 5)
            p[kept++] = p[i];
    }
    return kept;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* How much of the shorter one of two ranges the other covers. */
static double cover(int a, int a_size, int b, int b_size)
{
    int common = least(a + a_size, b + b_size) - most(a, b);

    return common > 0 ? (double)common / least(a_size, b_size) : 0;
}

static void join(Piece *into, const Piece *p)
{
    int right = most(into->x + into->width, p->x + p->width), bottom = most(into->y + into->height, p->y + p->height);

    into->x = least(into->x, p->x);
    into->y = least(into->y, p->y);
    into->width = right - into->x;
    into->height = bottom - into->y;
}

static int by_x(const void *a, const void *b)
{
    return ((const Piece *)a)->x - ((const Piece *)b)->x;
}

static double gap(int a, int a_size, int b, int b_size)
{
    return fmax(0, most(a, b) - least(a + a_size, b + b_size));
}

/* Whether the piece that is nearest to a piece, among those of its size, is above or below it rather than beside it. */
static bool follows_down(const Piece *pieces, int count, int i)
{
    const Piece *a = &pieces[i];
    int side = most(a->width, a->height);
    double nearest = INFINITY;
    bool down = false;

    for (int k = 0; k < count; k++) {
        const Piece *b = &pieces[k];
        int other = most(b->width, b->height);
        double across = gap(a->x, a->width, b->x, b->width), along = gap(a->y, a->height, b->y, b->height);

        if (k == i || 2 * other < side || 2 * side < other || hypot(across, along) >= nearest)
            continue;
        nearest = hypot(across, along);
        down = along > across;
    }
    return down;
}

/* Whether the writing seems to lie on its side: strokes are wider than high and follow each other downwards, or nearly all
 * are wide, as a column of digits. */
static bool on_side(const Piece *pieces, int count)
{
    int wide = 0, down = 0;

    if (count < ON_SIDE_LEAST || count > ON_SIDE_MOST)
        return false;
    for (int i = 0; i < count; i++) {
        wide += 10 * pieces[i].width > 11 * pieces[i].height;
        down += follows_down(pieces, count, i);
    }
    return (10 * wide >= 4 * count && 10 * down >= 6 * count) || 10 * wide >= 6 * count;
}

/* How far strokes of one digit may be apart. Two that are as high as the writing are digits, or halves of a broken one, between
 * which there is little. */
static int stroke_gap(const Piece *a, const Piece *b, int writing)
{
    int tallest = most(a->height, b->height), lower = least(a->height, b->height);
    bool digits = 10 * lower > 7 * writing && tallest < 2 * writing;

    return digits ? writing / 8 : tallest / 3;
}

/* Strokes of one digit stand above each other: the bar of a 5, the halves of a broken 8. */
static int join_strokes(Piece *p, int n)
{
    enum { MANY = 5 }; /* of fewer nobody can tell how high the writing is */
    int writing = n < MANY ? 0 : writing_height(p, n); /* which sorts them */

    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            int apart = most(p[i].y, p[j].y) - least(p[i].y + p[i].height, p[j].y + p[j].height);

            if (cover(p[i].x, p[i].width, p[j].x, p[j].width) < 0.6 || apart > stroke_gap(&p[i], &p[j], writing))
                continue;
            join(&p[i], &p[j]);
            p[j] = p[--n];
            j = i; /* the larger piece may reach others now */
        }
    return n;
}

/* Lines of writing, from the left to the right: a piece joins the line that runs towards it, or begins one. Lines may
 * bend, so where a line runs is what its latest pieces say. */
typedef struct Row {
    double y, height, right; /* where it runs; where it ends */
    double middle;           /* of its first piece */
} Row;

static double row_cover(const Row *r, const Piece *p)
{
    double common = fmin(r->y + r->height, p->y + p->height) - fmax(r->y, p->y);

    return common / fmin(r->height, p->height);
}

static int find_rows(Piece *p, int n, Row *rows)
{
    int count = 0;

    qsort(p, n, sizeof *p, by_x);
    for (int i = 0; i < n; i++) {
        int best = -1;

        for (int r = 0; r < count; r++)
            if (row_cover(&rows[r], &p[i]) > 0.5 &&
                (best < 0 || p[i].x - rows[r].right < p[i].x - rows[best].right))
                best = r;
        if (best < 0)
            rows[best = count++] = (Row){p[i].y, p[i].height, 0, p[i].y + 0.5 * p[i].height};
        double trust = 2 * p[i].height > rows[best].height ? 0.4 : 0; /* a bit of a digit says nothing */

        rows[best].y += trust * (p[i].y - rows[best].y);
        rows[best].height += trust * (p[i].height - rows[best].height);
        rows[best].right = p[i].x + p[i].width;
        p[i].line = best;
    }
    return count;
}

static int by_line(const void *a, const void *b)
{
    const Piece *p = a, *q = b;

    return p->line != q->line ? p->line - q->line : by_x(a, b);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How far the middle of the nearest piece to the right of p[i] lies below that of p[i], for each step to the right;
 * false if there is none near by. */
static bool slope_after(const Piece *p, int n, int i, double *slope)
{
    int x = 2 * p[i].x + p[i].width, y = 2 * p[i].y + p[i].height, height = p[i].height;
    int nearest = 8 * height;

    for (int k = 0; k < n; k++) {
        int dx = 2 * p[k].x + p[k].width - x, dy = 2 * p[k].y + p[k].height - y;
        bool alike = 2 * p[k].height > height && p[k].height < 2 * height;

        if (k != i && alike && dx > height / 2 && dx < nearest && 2 * abs(dy) < height + dx / 2) {
            nearest = dx;
            *slope = (double)dy / dx;
        }
    }
    return nearest < 8 * height;
}

/* The slope of the lines of writing: the median over neighbours; 0 where there are few to tell by. */
static double find_slope(const Piece *p, int n)
{
    enum { ENOUGH = 4, STEEPEST = 5 }; /* tenths */
    double *slopes = malloc((n + 1) * sizeof *slopes), slope = 0;
    int count = 0;

    for (int i = 0; slopes && i < n; i++)
        count += slope_after(p, n, i, &slopes[count]);
    if (count >= ENOUGH) {
        qsort(slopes, count, sizeof *slopes, by_value);
        slope = slopes[count / 2];
    }
    free(slopes);
    return 10 * fabs(slope) <= STEEPEST ? slope : 0;
}

/* Lowers each piece by its place on a line that rises so much; the other way round with -slope. */
static void level(Piece *p, int n, double slope)
{
    for (int i = 0; i < n; i++)
        p[i].y -= (int)lround(slope * (p[i].x + 0.5 * p[i].width));
}

static void order_rows(Piece *p, int n)
{
    Row *rows = malloc((n + 1) * sizeof *rows);
    int count = rows ? find_rows(p, n, rows) : 0;

    for (int i = 0; i < n && rows; i++) { /* a row's rank is how many begin above it */
        int rank = 0, own = p[i].line;

        for (int r = 0; r < count; r++)
            rank += rows[r].middle < rows[own].middle || (r < own && rows[r].middle == rows[own].middle);
        p[i].line = rank;
    }
    free(rows);
    qsort(p, n, sizeof *p, by_line);
}

/* How far lines that are level but for little fall: one slope that fits all of them, by least squares; false where that
 * may be by chance, since the middles of digits stray. */
static bool rest_of_slope(const Piece *p, int n, double slope, double *total)
{
    double xx = 0, xy = 0, yy = 0;
    int free_count = -1;

    for (int first = 0, end; first < n; first = end) {
        double x = 0, y = 0;

        for (end = first; end < n && p[end].line == p[first].line; end++) {
            x += p[end].x + 0.5 * p[end].width;
            y += p[end].y + 0.5 * p[end].height;
        }
        x /= end - first;
        y /= end - first;
        for (int i = first; i < end; i++) {
            double dx = p[i].x + 0.5 * p[i].width - x, dy = p[i].y + 0.5 * p[i].height - y;

            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
        free_count += end - first - 1;
    }
    if (free_count < 2 || !(xx > 0))
        return false;
    *total = slope + xy / xx;
    return fabs(*total) > 4 * sqrt(fmax(0, yy - xy * xy / xx) / free_count / xx);
}

/* Back to the picture's pixels, with a margin of paper around. */
static void place(Piece *p, double scale, const Image *im)
{
    int margin = p->height / 6 + 2;
    int left = most(0, (int)((p->x - margin) * scale)), top = most(0, (int)((p->y - margin) * scale));

    p->width = least(im->width, (int)((p->x + p->width + margin) * scale + 1)) - left;
    p->height = least(im->height, (int)((p->y + p->height + margin) * scale + 1)) - top;
    p->x = left;
    p->y = top;
}

int pieces_arrange(Piece *p, int n, double scale, const Image *im, Lay *lay)
{
    n = drop_others(p, n, scale, im);
    if (n > PAGE_PIECE_LIMIT)
        n = 0;
    if (lay)
        lay->on_side = on_side(p, n);
    n = join_strokes(p, n);
    double slope = find_slope(p, n);

    level(p, n, slope);
    order_rows(p, n);
    if (lay && !rest_of_slope(p, n, slope, &lay->slope))
        lay->slope = 0;
    level(p, n, -slope);
    for (int i = 0; i < n; i++)
        place(&p[i], scale, im);
    return n;
}
