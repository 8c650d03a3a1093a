#include "read/page.h"

#include <leptonica/allheaders.h>
#include <stdbool.h>
#include <stdlib.h>

#include "image/borders.h"
#include "image/codec.h"
#include "image/ink.h"
#include "image/parts.h"
#include "read/pieces.h"

/* Leptonica's pictures are freed by address and set to NULL. Every step takes its input over. */

enum {
    WORK_SIDE = 1600, /* pixels of the longer side that strokes are looked for at */
    LINE_LEAST = 120, /* pixels: a shorter straight stroke may be a 1 */
    BROAD_SIDE = 160, /* pixels of the longer side that broad strokes are looked for at */
    BROAD_LEAST = 200, /* pixels: strokes of a smaller picture are never too wide for its working size */
    BROAD_PARTS = 16
};

static const float thickest = 0.08f; /* stroke, of the longer side */
static const float broad = 0.035f;   /* the mean width of strokes, of the longer side, from which some may be thicker */
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

/* What was found on a picture. */
typedef struct Look {
    Piece *pieces; /* (count), in pixels of the working size */
    int count;
    double scale; /* the picture's size over the working size */
    bool dark_ink;
} Look;

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
    ink_free(map);
    if (pix)
        pix = remove_lines(pix, true);
    if (pix)
        pix = remove_lines(pix, false);
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

/* ---- broad strokes ---- */

static bool is_part(const Parts *parts, int w, int h, int x, int y)
{
    return x >= 0 && y >= 0 && x < w && y < h && parts->label[y * w + x] >= 0;
}

/* The mean width of all strokes: a stroke has two sides. */
static float stroke_width(const Parts *parts, int w, int h)
{
    long area = 0, rim = 0;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            if (is_part(parts, w, h, x, y)) {
                area++;
                rim += !is_part(parts, w, h, x - 1, y) || !is_part(parts, w, h, x + 1, y) ||
                       !is_part(parts, w, h, x, y - 1) || !is_part(parts, w, h, x, y + 1);
            }
    return rim ? 2 * (float)area / (float)rim : 0;
}

/* A few parts with broad strokes, none of which fills a corner as shadows and what lies beside the paper do. */
static bool are_broad(const Parts *parts, int w, int h)
{
    int longer = w > h ? w : h;

    return parts->count && parts->count <= BROAD_PARTS && !is_part(parts, w, h, 0, 0) &&
           !is_part(parts, w, h, w - 1, 0) && !is_part(parts, w, h, 0, h - 1) &&
           !is_part(parts, w, h, w - 1, h - 1) && stroke_width(parts, w, h) > broad * (float)longer;
}

/* Whether a finer look found nothing but bits of these parts, or took the paper for ink: then there is no finer writing
 * beside them. */
static bool holds_all(const Parts *parts, const InkMap *map, const Look *fine)
{
    double ratio = fine->scale / map->scale;

    for (int i = 0; i < fine->count && map->dark_ink == fine->dark_ink; i++) {
        const Piece *p = &fine->pieces[i];
        double x = (p->x + 0.5 * p->width) * ratio, y = (p->y + 0.5 * p->height) * ratio;
        bool inside = p->width * ratio < 3 && p->height * ratio < 3; /* a speck */

        for (int k = 0; k < parts->count && !inside; k++) {
            const Part *q = &parts->list[k];

            inside = x > q->x0 - 2 && x < q->x1 + 3 && y > q->y0 - 2 && y < q->y1 + 3; /* their rims are softer */
        }
        if (!inside)
            return false;
    }
    return true;
}

/* Replaces the look. */
static int take_parts(const Parts *parts, const InkMap *map, Look *look, Err *e)
{
    Piece *p = malloc((size_t)parts->count * sizeof *p);

    if (!p)
        return err_set(e, ERR_MEMORY, "no memory for %d pieces", parts->count);
    for (int i = 0; i < parts->count; i++) {
        const Part *q = &parts->list[i];

        p[i] = (Piece){q->x0, q->y0, part_width(q), part_height(q), 0};
    }
    free(look->pieces);
    *look = (Look){p, parts->count, map->scale, map->dark_ink};
    return 0;
}

/* Writing that fills the picture, with strokes that are too broad for find_strokes, which finds their rims or nothing:
 * its pieces in place of those. */
static int look_for_broad(const Image *im, Look *look, Err *e)
{
    InkMap *map = ink_find(im, &(InkOptions){.side_px = BROAD_SIDE}, e);
    Parts *parts = NULL;
    int status = map && (map->blank || borders_erase(map, e) == 0) ? 0 : -(int)ERR_MEMORY;

    if (!status && !map->blank && !(parts = parts_find(map->ink, map->width, map->height, least_ink, e)))
        status = -(int)ERR_MEMORY;
    if (parts && are_broad(parts, map->width, map->height) && holds_all(parts, map, look))
        status = take_parts(parts, map, look, e);
    parts_free(parts);
    ink_free(map);
    return status;
}

Piece *page_find(const Image *im, int *count, double *slope, Err *e)
{
    Look look = {0};
    int status;

    codec_quiet();
    status = find_strokes(im, &look, e);
    if (!status && (im->width > BROAD_LEAST || im->height > BROAD_LEAST))
        status = look_for_broad(im, &look, e);
    if (status) {
        free(look.pieces);
        return NULL;
    }
    *count = pieces_arrange(look.pieces, look.count, look.scale, im, slope);
    return look.pieces;
}
