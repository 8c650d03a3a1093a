#include "read/pieces.h"

#include <stdbool.h>
#include <stdlib.h>

static int by_height(const void *a, const void *b)
{
    return ((const Piece *)a)->height - ((const Piece *)b)->height;
}

/* Height of the writing: that of the piece below which lies three quarters of all height, so that specks, of which
 * there may be many, do not count. */
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

static int drop_specks(Piece *p, int n)
{
    int height = n ? writing_height(p, n) : 0, kept = 0;

    for (int i = 0; i < n; i++) {
        bool speck = p[i].height < height / 3 && p[i].width < height / 2;
        bool giant = p[i].height > 6 * height;

        if (!speck && !giant && p[i].height >= 5)
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

/* Strokes of one digit stand above each other: the bar of a 5, the halves of a broken 8. */
static int join_strokes(Piece *p, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            int apart = most(p[i].y, p[j].y) - least(p[i].y + p[i].height, p[j].y + p[j].height);
            int tallest = most(p[i].height, p[j].height);

            if (cover(p[i].x, p[i].width, p[j].x, p[j].width) < 0.6 || apart > tallest / 3)
                continue;
            join(&p[i], &p[j]);
            p[j] = p[--n];
            j = i; /* the larger piece may reach others now */
        }
    return n;
}

/* Lines of writing: each piece, tallest first, joins the line that it overlaps most, or begins one. */
typedef struct Row {
    int y, height, first;
} Row;

static int find_rows(Piece *p, int n, Row *rows)
{
    int count = 0;

    qsort(p, n, sizeof *p, by_height);
    for (int i = n - 1; i >= 0; i--) {
        int best = -1;

        for (int r = 0; r < count; r++)
            if (cover(p[i].y, p[i].height, rows[r].y, rows[r].height) > 0.5 &&
                (best < 0 || abs(p[i].x - rows[r].first) < abs(p[i].x - rows[best].first)))
                best = r;
        if (best < 0)
            rows[best = count++] = (Row){p[i].y, p[i].height, p[i].x};
        p[i].line = best;
    }
    return count;
}

static int by_line(const void *a, const void *b)
{
    const Piece *p = a, *q = b;

    return p->line != q->line ? p->line - q->line : by_x(a, b);
}

static void order_rows(Piece *p, int n)
{
    Row *rows = malloc((n + 1) * sizeof *rows);
    int count = rows ? find_rows(p, n, rows) : 0;

    for (int i = 0; i < n && rows; i++) { /* a row's rank is how many begin above it */
        int rank = 0, own = p[i].line;

        for (int r = 0; r < count; r++)
            rank += rows[r].y + rows[r].height / 2 < rows[own].y + rows[own].height / 2 ||
                    (r < own && rows[r].y + rows[r].height / 2 == rows[own].y + rows[own].height / 2);
        p[i].line = rank;
    }
    free(rows);
    qsort(p, n, sizeof *p, by_line);
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

int pieces_arrange(Piece *p, int n, double scale, const Image *im)
{
    n = drop_specks(p, n);
    if (n > PAGE_PIECE_LIMIT)
        n = 0;
    n = join_strokes(p, n);
    order_rows(p, n);
    for (int i = 0; i < n; i++)
        place(&p[i], scale, im);
    return n;
}
