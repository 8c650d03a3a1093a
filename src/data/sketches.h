/* Digits as pens draw them elsewhere than in MNIST: crossed and curved 7, 1 with an upstroke or a long flag, 4 open or round
 * below, looped 0 and 2, 9 with a straight tail or a flat foot.
 *
 *     sketch_draw(7, place, pen, &rng, &sheet);
 *
 * Each is a few points that a pen goes through, shaken differently every time. */
#ifndef SCRAWL_DATA_SKETCHES_H
#define SCRAWL_DATA_SKETCHES_H

#include "base/rng.h"
#include "data/pen.h"

/* Where a digit of height 1 around (0,0) comes to lie: x = cx + xx*u + xy*v, y = cy + yx*u + yy*v, once the
 * halves above and below its middle were made longer by the shares `up` and `down`. */
typedef struct Place {
    float cx, cy, xx, xy, yx, yy;
    float up, down;
} Place;

static inline Point place_point(Place p, float u, float v)
{
    v *= 1 + (v < 0 ? p.up : p.down);
    return (Point){p.cx + p.xx * u + p.xy * v, p.cy + p.yx * u + p.yy * v};
}

void sketch_draw(int digit, Place place, Pen pen, Rng *r, Sheet *sheet);

/* A letter, a sign or a doodle that is like no digit, as high as a digit would be. */
void sketch_letter(Place place, Pen pen, Rng *r, Sheet *sheet);

#endif
