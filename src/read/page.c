#include "read/page.h"

#include <leptonica/allheaders.h>
#include <stdbool.h>
#include <stdlib.h>

#include "image/codec.h"
#include "image/cut_off.h"
#include "image/frames.h"
#include "image/ink.h"
#include "read/broad.h"
#include "read/pieces.h"

/* Leptonica's pictures are freed by address and set to NULL. What is replaced is freed. */

enum {
    WORK_SIDE = 1600, /* pixels of the longer side that strokes are looked for at */
    LINE_LEAST = 120, /* pixels: a shorter straight stroke may be a 1 */
    LINE_RUN = 36,    /* pixels that a line stays in a row */
    LINE_BROAD = 12,  /* pixels: what is broader is a stroke */
    LINE_GAP = 25,    /* pixels that writing may cut out of it */
    THIN_RUN = 16,    /* pixels of a straight rest of a thin line */
    THIN_MOST = 3,    /* pixels that a thin line is thick */
    FEW = 10          /* less than one in so many */
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

/* Bricks lie along an axis. */
static PIX *dilate(PIX *bits, bool across, int along, int beside)
{
    return across ? pixDilateBrick(NULL, bits, along, beside) : pixDilateBrick(NULL, bits, beside, along);
}

/* What stays after opening with a brick along an axis. */
static PIX *open_along(PIX *bits, bool across, int along, int beside)
{
    return across ? pixOpenBrick(NULL, bits, along, beside) : pixOpenBrick(NULL, bits, beside, along);
}

static int pixel_count(PIX *bits)
{
    l_int32 count = 0;

    pixCountPixels(bits, &count, NULL);
    return count;
}

/* The connected parts that are shorter along an axis than `length`, or those that are not. */
static PIX *select_along(PIX *bits, bool across, int length, bool shorter)
{
    return pixSelectBySize(bits, across ? length : 0, across ? 0 : length, 8, across ? L_SELECT_WIDTH : L_SELECT_HEIGHT,
                           shorter ? L_SELECT_IF_LT : L_SELECT_IF_GTE, NULL);
}

/* Most lines are about as thick: what is thicker than nearly all of them is a stroke of the pen along one, unless it is long. */
static void leave_strokes(PIX *lines, bool across, int length)
{
    bool few = false;

    for (int limit = THIN_MOST + 1; !few && limit < LINE_BROAD; limit += 2) {
        PIX *thick = open_along(lines, across, 1, limit), *strokes;

        few = pixel_count(thick) * FEW < pixel_count(lines);
        strokes = few ? select_along(thick, across, length / 2, true) : NULL;
        if (strokes)
            pixSubtract(lines, lines, strokes);
        pixDestroy(&thick);
        pixDestroy(&strokes);
    }
}

/* Straight lines along one axis. They may fall or rise a little, as those of a sheet that lies askew do: a line is a chain of
 * level runs, each a row above or below the one before. Somewhere it goes on for `length`; elsewhere writing may cut it.
 * Broad strokes would be such chains, too; of what is broad only blocks as long as that count, a sheet of other paper, and not
 * what the picture's border cuts, whose rest would look like a digit. */
static PIX *find_lines(PIX *bits, bool across, int length)
{
    PIX *level = open_along(bits, across, LINE_RUN, 1), *broad = open_along(level, across, 1, LINE_BROAD);
    PIX *runs = pixSubtract(NULL, level, broad), *broad_lines = open_along(bits, across, length, LINE_BROAD);
    PIX *blocks = pixRemoveBorderConnComps(broad_lines, 8);
    PIX *chains = dilate(runs, across, 3, 3), *cut_chains = dilate(runs, across, LINE_GAP, 3);
    PIX *whole = select_along(chains, across, length, false);
    PIX *lines = pixSeedfillBinary(NULL, whole, cut_chains, 8);

    pixAnd(lines, lines, runs);
    leave_strokes(lines, across, length);
    pixOr(lines, lines, blocks);
    pixDestroy(&level);
    pixDestroy(&broad);
    pixDestroy(&runs);
    pixDestroy(&broad_lines);
    pixDestroy(&blocks);
    pixDestroy(&chains);
    pixDestroy(&cut_chains);
    pixDestroy(&whole);
    return lines;
}

/* Takes lines along one axis away; what a digit has across them is closed again. */
static PIX *remove_lines(PIX *bits, PIX *lines, bool across)
{
    PIX *wide = pixDilateBrick(NULL, lines, 3, 3);
    PIX *rest = pixSubtract(NULL, bits, wide);
    PIX *closed = across ? pixCloseSafeBrick(NULL, rest, 1, 9) : pixCloseSafeBrick(NULL, rest, 9, 1);

    pixAnd(closed, closed, wide);
    pixOr(rest, rest, closed);
    pixDestroy(&wide);
    pixDestroy(&closed);
    return replace(bits, rest);
}

/* Whether all ink, specks aside, is one large digit: its strokes may be as long as lines. */
static bool is_one_digit(PIX *bits)
{
    BOXA *boxes = pixConnCompBB(bits, 8);
    int n = boxes ? boxaGetCount(boxes) : 0, width = pixGetWidth(bits), height = pixGetHeight(bits), large = 0;
    l_int32 x = 0, y = 0, w = 0, h = 0;

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
    return 2 * (double)pixel_count(bits) < (double)w * h;
}

/* Of a line in a picture of that side: of a small one it goes through most, as a digit in it may be large. */
static int line_length(int side)
{
    return side / 8 >= LINE_LEAST ? side / 8 : side * 6 / 10;
}

/* Straight runs along one axis that are as thin as lines. */
static PIX *find_thin_runs(PIX *bits, bool across)
{
    PIX *runs = open_along(bits, across, THIN_RUN, 1), *thick = open_along(bits, across, 1, THIN_MOST + 1);
    PIX *thin = pixSubtract(NULL, runs, thick);

    pixDestroy(&runs);
    pixDestroy(&thick);
    return thin;
}

/* Takes from `thin` what belongs to connected ink of `fine` that is no straight line for the most part: a finer pen's. */
static void spare_curves(PIX *thin, PIX *fine)
{
    PIXA *parts = NULL;
    BOXA *boxes = pixConnComp(fine, &parts, 8);

    for (int i = 0; parts && i < pixaGetCount(parts); i++) {
        l_int32 x = 0, y = 0, w = 0, h = 0;
        PIX *part = pixaGetPix(parts, i, L_CLONE), *straight;

        pixaGetBoxGeometry(parts, i, &x, &y, &w, &h);
        straight = pixCopy(NULL, part);
        pixRasterop(straight, 0, 0, w, h, PIX_SRC & PIX_DST, thin, x, y);
        if (2 * pixel_count(straight) < pixel_count(part))
            pixRasterop(thin, x, y, w, h, PIX_NOT(PIX_SRC) & PIX_DST, straight, 0, 0);
        pixDestroy(&straight);
        pixDestroy(&part);
    }
    boxaDestroy(&boxes);
    pixaDestroy(&parts);
}

/* Takes rests of thin lines away, where most ink is broader. */
static PIX *without_thin_runs(PIX *bits)
{
    PIX *broad = pixOpenBrick(NULL, bits, 2 * THIN_MOST, 2 * THIN_MOST);

    if (2 * pixel_count(broad) >= pixel_count(bits)) {
        PIX *down = find_thin_runs(bits, false), *thin = find_thin_runs(bits, true);
        PIX *strokes = pixSeedfillBinary(NULL, broad, bits, 8), *fine = pixSubtract(NULL, bits, strokes);

        pixOr(thin, thin, down);
        spare_curves(thin, fine);
        pixSubtract(bits, bits, thin);
        pixDestroy(&down);
        pixDestroy(&thin);
        pixDestroy(&strokes);
        pixDestroy(&fine);
    }
    pixDestroy(&broad);
    return bits;
}

/* The lines of both axes are found before either are taken away: squared paper's cut each other. Of what is no single digit; once
 * the level ones are gone it may be one. */
static PIX *without_lines(PIX *bits)
{
    int sides[2] = {pixGetHeight(bits), pixGetWidth(bits)};
    PIX *lines[2] = {NULL, NULL};

    for (int across = 0; across < 2; across++)
        if (sides[across] >= 2 * LINE_LEAST)
            lines[across] = find_lines(bits, across, line_length(sides[across]));
    bool any = (lines[0] && pixel_count(lines[0])) || (lines[1] && pixel_count(lines[1]));

    for (int across = 1; across >= 0 && (across || !is_one_digit(bits)); across--)
        if (lines[across])
            bits = remove_lines(bits, lines[across], across);
    if (any)
        bits = without_thin_runs(bits);
    pixDestroy(&lines[0]);
    pixDestroy(&lines[1]);
    return bits;
}

/* What is ink at the working size, without long straight lines. */
static PIX *find_ink(const Image *im, Look *look, Err *e)
{
    int longer = im->width > im->height ? im->width : im->height;
    int side = longer < WORK_SIDE ? longer : WORK_SIDE;
    InkMap *map = ink_find(
        im, &(InkOptions){.side_px = side, .stroke_px = 9 + (int)(thickest * (float)side)}, e);
    bool failed = map && side <= PAGE_CELL_SIDE && (frames_erase(map, e) || cut_off_erase(map, e));
    PIX *pix = map && !failed ? pix_from_ink(map) : NULL;

    look->scale = map ? map->scale : 1;
    look->dark_ink = map && map->dark_ink;
    look->level = map ? map->level : 0;
    ink_free(map);
    if (pix && !is_one_digit(pix))
        pix = without_lines(pix);
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
