/* page.h without Leptonica, for the page in the browser: ink as a single digit's is found (image/ink.h), boxes and lines from rim
 * to rim taken out, connected parts. Strokes may be of any width, so it needs no second look (read/broad.h). */
#include <math.h>
#include <stdlib.h>

#include "image/borders.h"
#include "image/cut_off.h"
#include "image/frames.h"
#include "image/ink.h"
#include "image/parts.h"
#include "read/page.h"
#include "read/pieces.h"

enum { WORK_SIDE = 800 }; /* pixels of the longer side that strokes are looked for at */

static const float stroke = 0.4f; /* ink that belongs to a stroke */

static Piece *list_parts(const InkMap *map, int *count, Err *e)
{
    Parts *parts = parts_find(map->ink, map->width, map->height, map->blank ? INFINITY : stroke, e);
    Piece *p = parts ? malloc(((size_t)parts->count + 1) * sizeof *p) : NULL;

    if (parts && !p)
        err_set(e, ERR_MEMORY, "no memory for %d pieces", parts->count);
    *count = p ? parts->count : 0;
    for (int i = 0; i < *count; i++) {
        const Part *part = &parts->list[i];

        p[i] = (Piece){part->x0, part->y0, part_width(part), part_height(part), 0};
    }
    parts_free(parts);
    return p;
}

/* Faint writing on a sheet in shadow may be taken for its inverse, in which there is nothing: a look at the other
 * side costs little. */
static InkMap *find_ink(const Image *im, Err *e)
{
    InkOptions o = {.side_px = WORK_SIDE};
    InkMap *map = ink_find(im, &o, e);

    if (map && map->blank) {
        o.polarity = map->dark_ink ? INK_LIGHT : INK_DARK;
        ink_free(map);
        map = ink_find(im, &o, e);
    }
    return map;
}

Piece *page_find(const Image *im, int *count, Lay *lay, Err *e)
{
    InkMap *map = find_ink(im, e);
    bool is_cell = map && map->width <= PAGE_CELL_SIDE && map->height <= PAGE_CELL_SIDE;
    Piece *p = NULL;

    *count = 0;
    if (lay)
        *lay = (Lay){0};
    if (map && (!is_cell || (frames_erase(map, e) == 0 && cut_off_erase(map, e) == 0)) && borders_erase(map, e) == 0)
        p = list_parts(map, count, e);
    if (p)
        *count = pieces_arrange(p, *count, map->scale, im, lay);
    ink_free(map);
    return p;
}
