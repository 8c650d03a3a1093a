#include "read/page.h"

#include <leptonica/allheaders.h>
#include <stdbool.h>
#include <stdlib.h>

#include "image/codec.h"
#include "image/ink.h"
#include "read/broad.h"
#include "read/pieces.h"

/* Leptonica's pictures are freed by address and set to NULL. Every step takes its input over. */

enum {
    WORK_SIDE = 1600, /* pixels of the longer side that strokes are looked for at */
    LINE_LEAST = 120  /* pixels: a shorter straight stroke may be a 1 */
};

static const float thickest = 0.08f; /* stroke, of the longer side */
static const float least_ink = 0.4f;

/* ---- ink ---- */

static PIX *pix_from_ink(const InkMap *map)
{
    PIX *pix = pixCreate(map->width, map->height, 1);

    for (int y = 0; pix && !map->blank && y < map->height; y++) {
        l_uint32 *row = pixGetData(pix) + (size_t)y * pixGetWpl(pix);
        const float *from = map->ink + (size_t)y * map->width;

        for (int x = 0; x < map->width; x++)
            if (from[x] > least_ink)
                SET_DATA_BIT(row, x);
    }
    return pix;
}

static PIX *replace(PIX *old, PIX *new)
{
    if (new != old)
        pixDestroy(&old);
    return new;
}

/* Straight lines along one axis, by opening with a long brick; what a digit has across them is closed again. */
static PIX *remove_lines(PIX *bits, bool across)
{
    int length = across ? pixGetWidth(bits) / 8 : pixGetHeight(bits) / 8;

    if (length < LINE_LEAST)
        return bits;
    PIX *lines = across ? pixOpenBrick(NULL, bits, length, 1) : pixOpenBrick(NULL, bits, 1, length);
    PIX *wide = pixDilateBrick(NULL, lines, 3, 3);
    PIX *rest = pixSubtract(NULL, bits, wide);
    PIX *closed = across ? pixCloseSafeBrick(NULL, rest, 1, 9) : pixCloseSafeBrick(NULL, rest, 9, 1);

    pixAnd(closed, closed, wide);
    pixOr(rest, rest, closed);
    pixDestroy(&lines);
    pixDestroy(&wide);
    pixDestroy(&closed);
    return replace(bits, rest);
}

/* Whether all ink, specks aside, is one large digit: its strokes may be as long as lines. */
static bool is_one_digit(PIX *bits)
{
    BOXA *boxes = pixConnCompBB(bits, 8);
    int n = boxes ? boxaGetCount(boxes) : 0, width = pixGetWidth(bits), height = pixGetHeight(bits), large = 0;
    l_int32 x = 0, y = 0, w = 0, h = 0, area = 0;

    for (int i = 0; i < n; i++) {
        l_int32 u, v, across = 0, down = 0;

        boxaGetBoxGeometry(boxes, i, &u, &v, &across, &down);
        if (across * 20 > width || down * 20 > height) {
            large++;
            x = u, y = v, w = across, h = down;
        }
    }
    boxaDestroy(&boxes);
    if (large != 1 || 10 * h < 3 * height || x < 2 || y < 2 || x + w > width - 2 || y + h > height - 2)
        return false;
    pixCountPixels(bits, &area, NULL);
    return 2 * (double)area < (double)w * h;
}

/* What is ink at the working size, without long straight lines. */
static PIX *find_ink(const Image *im, Look *look, Err *e)
{
    int longer = im->width > im->height ? im->width : im->height;
    int side = longer < WORK_SIDE ? longer : WORK_SIDE;
    InkMap *map = ink_find(
        im, &(InkOptions){.side_px = side, .stroke_px = 9 + (int)(thickest * (float)side)}, e);
    PIX *pix = map ? pix_from_ink(map) : NULL;

    look->scale = map ? map->scale : 1;
    look->dark_ink = map && map->dark_ink;
    look->level = map ? map->level : 0;
    ink_free(map);
    for (int across = 1; pix && across >= 0 && !is_one_digit(pix); across--)
        pix = remove_lines(pix, across);
    if (!pix)
        err_set(e, ERR_MEMORY, "no memory for a picture of %dx%d", im->width, im->height);
    return pix;
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

static int find_strokes(const Image *im, Look *look, Err *e)
{
    PIX *ink = find_ink(im, look, e);
    BOXA *boxes = ink ? pixConnCompBB(ink, 8) : NULL;

    look->count = boxes ? boxaGetCount(boxes) : 0;
    look->pieces = ink ? list_boxes(boxes, look->count) : NULL;
    if (ink && !look->pieces)
        err_set(e, ERR_MEMORY, "no memory for %d pieces", look->count);
    boxaDestroy(&boxes);
    pixDestroy(&ink);
    return look->pieces ? 0 : -(int)ERR_MEMORY;
}

Piece *page_find(const Image *im, int *count, Lay *lay, Err *e)
{
    Look look = {0};
    int status;

    codec_quiet();
    status = find_strokes(im, &look, e);
    if (!status)
        status = broad_look(im, &look, e);
    if (status) {
        free(look.pieces);
        return NULL;
    }
    *count = pieces_arrange(look.pieces, look.count, look.scale, im, lay);
    return look.pieces;
}
