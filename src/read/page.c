#include "read/page.h"

#include <leptonica/allheaders.h>
#include <stdbool.h>
#include <stdlib.h>

#include "image/codec.h"
#include "read/pieces.h"

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
    *count = pieces_arrange(p, n, page.scale, im);
    return p;
}
