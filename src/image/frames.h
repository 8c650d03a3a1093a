/* What is around writing in a box or a cell taken out of an ink map: the box's four sides, and what a table's rules part
 * from it.
 *
 *     if (frames_erase(map, &e) == 0)
 *         ...                                  // strokes that pass through a side are left whole
 *
 * Unlike the lines of image/lines.h a box's sides need not reach the map's rims. */
#ifndef SCRAWL_IMAGE_FRAMES_H
#define SCRAWL_IMAGE_FRAMES_H

#include "image/ink.h"

/* Sets ink and depth to 0 where the sides of boxes are that hold something, where something is that the rim cuts and a box or a rule
 * parts from the rest (with that rule), and the level to that of the rest. Other rules stay. ERR_MEMORY is the only error. */
int frames_erase(InkMap *m, bool cell, Err *e);

#endif
