/* Ruled lines taken out of the ink, so that the digits on them are parts of their own: inside read/ only.
 *
 *     float *clear = rules_erase(ink, w, h, &e);
 *
 * For finding and cutting writing; the line net sees the rules, as it did when it was trained. */
#ifndef SCRAWL_READ_RULES_H
#define SCRAWL_READ_RULES_H

#include "base/err.h"

/* A copy of a map (h,w) without level runs of ink that are longer than the map is high. Strokes that cross one stay
 * whole. The caller frees; NULL without memory. */
float *rules_erase(const float *ink, int w, int h, Err *e);

#endif
