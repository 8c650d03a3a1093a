#include "read/page.h"

#include <leptonica/allheaders.h>
#include <stdbool.h>
#include <stdlib.h>

#include "image/codec.h"

/* Leptonica's pictures are freed by address and set to NULL. Every step takes its input over. */

enum {
    WORK_SIDE = 2400,       /* pixels of the longer side that strokes are looked for at */
    TILE = 16, PAPER = 200, /* of the background's normalisation: grey value of paper afterwards */
    FAINTEST = 18,          /* grey steps between ink and paper */
    LINE_LEAST = 120        /* pixels: a shorter straight stroke may be a 1 */
};

typedef struct Page {
    PIX *ink;     /* 1 bit, black ink */
    double scale; /* pixels of the picture to one of ours */
} Page;

/* ---- ink ---- */

/* Coloured ink is darkest in its weakest channel; the mean of that and luma serves all pens. */
static uint8_t grey_of(const uint8_t *p, int channels)
{
    if (channels == 1)
        return p[0];
    int least = p[0] < p[1] ? (p[0] < p[2] ? p[0] : p[2]) : (p[1] < p[2] ? p[1] : p[2]);

    return (uint8_t)((299 * p[0] + 587 * p[1] + 114 * p[2] + 1000 * least) / 2000);
}

static PIX *pix_from_image(const Image *im)
{
    PIX *pix = pixCreateNoInit(im->width, im->height, 8);

    for (int y = 0; pix && y < im->height; y++) {
        l_uint32 *row = pixGetData(pix) + (size_t)y * pixGetWpl(pix);
        const uint8_t *from = im->pixels + (size_t)y * im->width * im->channels;

        for (int x = 0; x < im->width; x++)
            SET_DATA_BYTE(row, x, grey_of(from + x * im->channels, im->channels));
    }
    return pix;
}

static PIX *replace(PIX *old, PIX *new)
{
    if (new != old)
        pixDestroy(&old);
    return new;
}

static PIX *shrink(PIX *pix, double *scale)
{
    int side = pixGetWidth(pix) > pixGetHeight(pix) ? pixGetWidth(pix) : pixGetHeight(pix);

    *scale = side > WORK_SIDE ? (double)side / WORK_SIDE : 1;
    return *scale > 1 ? replace(pix, pixScaleAreaMap(pix, (float)(1 / *scale), (float)(1 / *scale))) : pix;
}

/* Paper is what there is more of. */
static PIX *make_dark_ink(PIX *pix)
{
    NUMA *counts = pixGetGrayHistogram(pix, 1);
    int threshold = 128;
    float below = 0, all = (float)pixGetWidth(pix) * pixGetHeight(pix);

    numaSplitDistribution(counts, 0.f, &threshold, NULL, NULL, NULL, NULL, NULL);
    for (int i = 0; i <= threshold && i < 256; i++) {
        float n;

        numaGetFValue(counts, i, &n);
        below += n;
    }
    numaDestroy(&counts);
    if (below > 0.5f * all)
        pixInvert(pix, pix);
    return pix;
}

/* Uneven light becomes even where the picture is large enough to tell it from strokes. */
static PIX *even_light(PIX *pix)
{
    if (pixGetWidth(pix) < 8 * TILE || pixGetHeight(pix) < 4 * TILE)
        return pix;
    PIX *even = pixBackgroundNorm(pix, NULL, NULL, TILE, TILE, 60, 60, PAPER, 2, 2);

    return even ? replace(pix, even) : pix;
}

/* Ink at half contrast; nothing where ink and paper are hardly apart. */
static PIX *binarize(PIX *pix)
{
    NUMA *counts = pixGetGrayHistogram(pix, 1);
    int threshold = 128;
    float ink = 0, paper = 0;

    numaSplitDistribution(counts, 0.1f, &threshold, &ink, &paper, NULL, NULL, NULL);
    numaDestroy(&counts);
    PIX *bits = paper - ink >= FAINTEST ? pixThresholdToBinary(pix, threshold)
                                        : pixCreate(pixGetWidth(pix), pixGetHeight(pix), 1);

    return replace(pix, bits);
}

/* Straight lines along one axis, by opening with a long brick; what a digit has across them is closed again. */
static PIX *remove_lines(PIX *bits, bool across)
{
    int length = across ? pixGetWidth(bits) / 8 : pixGetHeight(bits) / 8;

    if (length < LINE_LEAST)
        return bits;
    PIX *lines = across ? pixOpenBrick(NULL, bits, length, 1) : pixOpenBrick(NULL, bits, 1, length);
    PIX *wide = across ? pixDilateBrick(NULL, lines, 3, 3) : pixDilateBrick(NULL, lines, 3, 3);
    PIX *rest = pixSubtract(NULL, bits, wide);
    PIX *closed = across ? pixCloseSafeBrick(NULL, rest, 1, 9) : pixCloseSafeBrick(NULL, rest, 9, 1);

    pixAnd(closed, closed, wide);
    pixOr(rest, rest, closed);
    pixDestroy(&lines);
    pixDestroy(&wide);
    pixDestroy(&closed);
    return replace(bits, rest);
}

static int find_ink(const Image *im, Page *page, Err *e)
{
    PIX *pix = pix_from_image(im);

    if (pix)
        pix = shrink(pix, &page->scale);
    if (pix)
        pix = even_light(make_dark_ink(pix));
    if (pix)
        pix = binarize(pix);
    if (pix)
        pix = remove_lines(pix, true);
    if (pix)
        pix = remove_lines(pix, false);
    page->ink = pix;
    return pix ? 0 : err_set(e, ERR_MEMORY, "no memory for a picture of %dx%d", im->width, im->height);
}

/* ---- pieces ---- */

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

static Piece *list_boxes(BOXA *boxes, int n)
{
    Piece *p = malloc((n + 1) * sizeof *p);

    for (int i = 0; p && i < n; i++) {
        l_int32 x = 0, y = 0, w = 0, h = 0;

        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        p[i] = (Piece){x, y, w, h, 0};
    }
    return p;
}

Piece *page_find(const Image *im, int *count, Err *e)
{
    Page page = {0};

    codec_quiet();
    if (find_ink(im, &page, e))
        return NULL;
    BOXA *boxes = pixConnCompBB(page.ink, 8);
    int n = boxes ? boxaGetCount(boxes) : 0;
    Piece *p = list_boxes(boxes, n);

    boxaDestroy(&boxes);
    pixDestroy(&page.ink);
    if (!p) {
        err_set(e, ERR_MEMORY, "no memory for %d pieces", n);
        return NULL;
    }
    n = drop_specks(p, n);
    if (n > PAGE_PIECE_LIMIT)
        n = 0;
    n = join_strokes(p, n);
    order_rows(p, n);
    for (int i = 0; i < n; i++)
        place(&p[i], page.scale, im);
    *count = n;
    return p;
}
