/* Where the ink is: a soft map, 0 for paper and 1 for a full stroke, from any picture of writing.
 *
 *     InkMap *map = ink_find(image, NULL, &e);
 *     if (map && !map->blank)
 *         ... map->ink[y * map->width + x] ...
 *     ink_free(map);
 *
 * Grey or colour, dark ink or light, on paper lit unevenly. The picture is shrunk to a working size; its
 * colours are projected on the direction in which ink differs from paper; the paper under the ink is
 * found (image/paper.h) and the depth of each pixel below it; a full stroke's depth becomes 1. What is
 * not the digit (lines, specks, neighbours) is still there: image/clean.h takes that away. */
#ifndef SCRAWL_IMAGE_INK_H
#define SCRAWL_IMAGE_INK_H

#include <stdbool.h>

#include "image/image.h"

typedef enum InkPolarity {
    INK_AUTO, /* found out */
    INK_DARK, /* dark ink on light paper */
    INK_LIGHT
} InkPolarity;

typedef struct InkOptions {
    InkPolarity polarity;
    int side_px;   /* the working size: a longer side is shrunk to this; 0: 96 */
    int stroke_px; /* strokes are narrower than this at the working size, so that any shadow can be told from
                      them; 0: not known, a digit may fill the picture */
} InkOptions;

typedef struct InkMap {
    int width, height; /* the working size */
    float scale;       /* input pixels per map pixel, at least 1 */
    float *ink;        /* (height,width) 0..1 */
    float *depth;      /* (height,width) grey steps below the paper, at least 0 */
    float level;       /* depth of a full stroke */
    float noise;       /* deviation of the bare paper in grey steps, at least 1 */
    bool blank;        /* nothing stands out; ink is what there is all the same */
    bool dark_ink;
    float certainty; /* the probability that dark_ink is right; 1 where the caller said so */
} InkMap;

/* `o` may be NULL. The caller frees with ink_free. ERR_MEMORY is the only error. */
InkMap *ink_find(const Image *im, const InkOptions *o, Err *e);
void ink_free(InkMap *m); /* NULL is fine */

/* Measures the level anew and sets `blank` and `ink` by it, after depth was set to 0 somewhere. */
void ink_level(InkMap *m);

/* Takes the ink where mask (height,width) is not 0 out, with its faint fringe; `ink` and `level` become those of the rest. Where that is much
 * fainter than what went it is its blur, and the map is blank. */
void ink_take_out(InkMap *m, const uint8_t *mask);

#endif
