/* What is not the digit, taken out of an ink map: border lines, frames, specks, neighbours' bits.
 *
 *     if (clean_digit(map, &e) == 0 && !map->blank)
 *         ...                              // map->ink holds the digit alone
 *
 * Made for a picture of one digit. Boxes (image/frames.h) go first, then lines that run from rim to rim, parts that hug the
 * rim, frames round something, and what is small or far beside the main part. What then is left of an erased border's flank is
 * nothing. */
#ifndef SCRAWL_IMAGE_CLEAN_H
#define SCRAWL_IMAGE_CLEAN_H

#include "image/ink.h"

/* Sets ink and depth to 0 outside the digit, level anew, blank if nothing is left. ERR_MEMORY is the only
 * error. */
int clean_digit(InkMap *m, Err *e);

#endif
