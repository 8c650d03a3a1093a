/* Bands in which ink and paper change places: white writing on a black stripe that a digit crosses.
 *
 *     if (bands_lift(v, w, h))
 *         ...                        // all of it is dark ink on light paper now
 *
 * Upright bands from top to bottom, or level ones from side to side, with sharp edges: rims that face each
 * other are both light or both dark, and in the dark bands what differs from the rim is light. So a shadow's
 * edge is none, nor the black border of a cell. */
#ifndef SCRAWL_IMAGE_BANDS_H
#define SCRAWL_IMAGE_BANDS_H

#include <stdbool.h>

/* v (h,w), 0..255, more is brighter. Makes the dark bands light in place where there are such bands, and else
 * touches nothing. */
bool bands_lift(float *v, int w, int h);

#endif
