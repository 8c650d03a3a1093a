#include "read/broad.h"

#include <stdlib.h>

#include "image/borders.h"
#include "image/ink.h"
#include "image/parts.h"

enum {
    SIDE = 160, /* pixels of the longer side that broad strokes are looked for at */
    LEAST = 90, /* pixels: a stroke of a fifth of a smaller picture is not broader than page.c looks for */
    PARTS = 16  /* of a few digits */
};

static const float broad = 0.035f; /* mean width of strokes, of the longer side: some may be twice that */
static const float least_ink = 0.4f;
static const float deeper = 1.4f; /* than broad strokes: finer writing */

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

    return parts->count && parts->count <= PARTS && !is_part(parts, w, h, 0, 0) &&
           !is_part(parts, w, h, w - 1, 0) && !is_part(parts, w, h, 0, h - 1) &&
           !is_part(parts, w, h, w - 1, h - 1) && stroke_width(parts, w, h) > broad * (float)longer;
}

/* Paper on a table, a card, a blot: nearly all of its box, in which more than a bit of finer ink lies clear of its rim, or
 * ink of the other polarity. No digit is so full but a 1, which is narrow. */
static bool is_block(const Part *q, const InkMap *map, const Look *fine)
{
    double ratio = fine->scale / map->scale;
    int w = part_width(q), h = part_height(q), held = 0;

    if (q->area < 0.7 * w * h)
        return false;
    for (int i = 0; i < fine->count; i++) {
        const Piece *p = &fine->pieces[i];
        double x = (p->x + 0.5 * p->width) * ratio, y = (p->y + 0.5 * p->height) * ratio;
        bool speck = p->width * ratio < 1.5 && p->height * ratio < 1.5;

        held += !speck && x > q->x0 + 2 && x < q->x1 - 2 && y > q->y0 + 2 && y < q->y1 - 2;
    }
    return held > 1 || (map->dark_ink != fine->dark_ink && 2 * w > h);
}

/* Whether a finer look found nothing but bits of these parts. Bits are no deeper than the strokes that they are of; writing in a
 * shadow is. */
static bool holds_all(const Parts *parts, const InkMap *map, const Look *fine)
{
    double ratio = fine->scale / map->scale;

    if (fine->dark_ink == map->dark_ink && fine->level > deeper * map->level)
        return false;
    for (int k = 0; k < parts->count; k++)
        if (is_block(&parts->list[k], map, fine))
            return false;
    if (map->dark_ink != fine->dark_ink) /* it took what lies between broad strokes for strokes */
        return true;
    for (int i = 0; i < fine->count; i++) {
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
    *look = (Look){p, parts->count, map->scale, map->dark_ink, map->level};
    return 0;
}

int broad_look(const Image *im, Look *look, Err *e)
{
    if (im->width <= LEAST && im->height <= LEAST)
        return 0;
    InkMap *map = ink_find(im, &(InkOptions){.side_px = SIDE}, e);
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
