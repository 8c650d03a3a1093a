/* Boxes around writing taken out of an ink map: their four sides, and what the map's rim cuts outside of them.
 *
 *     if (frames_erase(map, &e) == 0)
 *         ...                                  // strokes that pass through a side are left whole
 *
 * Unlike the lines of image/borders.h a box's sides need not reach the rims. */
#ifndef SCRAWL_IMAGE_FRAMES_H
#define SCRAWL_IMAGE_FRAMES_H

#include "image/ink.h"

/* Takes out (ink_take_out) boxes that hold something lower than they are, or that passes through a side, and empty ones that are too
 * wide to be a digit. ERR_MEMORY is the only error. */
int frames_erase(InkMap *m, Err *e);

#endif
