/* Ruled lines taken out of the ink, so that the digits on them are parts of their own: inside read/ only.
 *
 *     float *clear = rules_erase(ink, w, h, &e);
 *
 * For finding and cutting writing; the line net sees the rules, as it did when it was trained. Rules need not reach the
 * rims, as those of image/lines.h do, and are nearly level; one pass over the map. */
#ifndef SCRAWL_READ_RULES_H
#define SCRAWL_READ_RULES_H

#include "base/err.h"

/* A copy of a map (h,w) of ink 0..1 without the level runs that are RULE_HEIGHTS times as long as the map is high, or
 * longer, and RULE_LEAST pixels. Strokes that go on above and below one stay whole, what ends in it loses its end. The
 * caller frees; NULL without memory. */
float *rules_erase(const float *ink, int w, int h, Err *e);

#define RULE_HEIGHTS 1.2f
enum { RULE_LEAST = 32 };

#endif
