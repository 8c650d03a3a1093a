/* The straight edge of a shadow, such as a hand or a phone throws, taken out of a picture.
 *
 *     if (shadow_lift(v, w, h))
 *         ...                              // there was one: its dark side is as light as the other now
 *
 * A surface that is smooth cannot follow such an edge, and what a closing takes for paper beside it is
 * shadow. The edge has to cross the picture from rim to rim with the same fall of light all along,
 * which strokes and the borders of cells do not. */
#ifndef SCRAWL_IMAGE_SHADOW_H
#define SCRAWL_IMAGE_SHADOW_H

#include <stdbool.h>

/* v (h,w) in 0..255, ink darker than paper; its shaded part is brightened in place. Allocates nothing. */
bool shadow_lift(float *v, int w, int h);

#endif
