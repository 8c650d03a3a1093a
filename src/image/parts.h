/* Connected parts of a map, each with its box and place.
 *
 *     Parts *parts = parts_find(ink, w, h, 0.4f, &e);
 *     for (int k = 0; k < parts->count; k++)
 *         ... parts->list[k].area ...                // parts->label[i] == k marks its pixels
 *     parts_free(parts);
 */
#ifndef SCRAWL_IMAGE_PARTS_H
#define SCRAWL_IMAGE_PARTS_H

#include <stdbool.h>

#include "base/err.h"

typedef struct Part {
    int x0, y0, x1, y1;       /* its first and last column and row */
    int area;                 /* pixels */
    float middle_x, middle_y; /* of its pixels */
    bool touches_edge;        /* of the map */
    bool dropped;             /* free for the caller's use; false at first */
} Part;

typedef struct Parts {
    int count;
    Part *list;
    int *label; /* (h,w) the part's index, -1 where there is none */
} Parts;

/* The parts of v (h,w) above `threshold`, neighbours in eight directions, in reading order of their
 * first pixels. ERR_MEMORY is the only error. */
Parts *parts_find(const float *v, int w, int h, float threshold, Err *e);
void parts_free(Parts *p); /* NULL is fine */

int part_width(const Part *p);
int part_height(const Part *p);
int part_side(const Part *p); /* the longer of the two */

#endif
