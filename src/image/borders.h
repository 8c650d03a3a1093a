/* Straight lines from rim to rim taken out of an ink map: borders of cells, ruled and squared paper.
 *
 *     if (borders_erase(map, &e) == 0)
 *         ...                                  // strokes that pass through a line are left whole
 *
 * Care is taken that the bar of a 7 that was cut tight, or the base of a 2, is not taken for a border. */
#ifndef SCRAWL_IMAGE_BORDERS_H
#define SCRAWL_IMAGE_BORDERS_H

#include "image/ink.h"

/* Sets ink and depth to 0 where borders are, and the level to that of the rest. ERR_MEMORY is the only
 * error. */
int borders_erase(InkMap *m, Err *e);

#endif
