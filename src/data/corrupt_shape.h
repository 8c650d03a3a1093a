/* The corruptions that look at a pixel's surroundings. Internal to corrupt.h; pictures are (28,28) in
 * 0..1 and change in place. */
#ifndef SCRAWL_DATA_CORRUPT_SHAPE_H
#define SCRAWL_DATA_CORRUPT_SHAPE_H

#include "base/rng.h"

/* Gaussian of this deviation, four deviations to each side, edge pixels repeated; or, for
 * `zero_outside`, black around. */
void shape_blur(float *p, float deviation, bool zero_outside);

void shape_glass(float *p, Rng *r);
void shape_motion(float *p, Rng *r);
void shape_edges(float *p);

/* Output pixel (x,y) is taken, bilinearly, from a*(x,y) about the middle, moved by (dx,dy); black outside. */
void shape_warp(float *p, const float a[2][2], float dx, float dy);

/* The heights of a plasma fractal (Fournier, Fussell and Carpenter 1982) of 256x256 in 0..1, of which the
 * corner (28,28). */
void shape_plasma(float *out, float decay, Rng *r);

#endif
