/* A digit picture drawn a little differently each time that it is shown to a net.
 *
 *     Augment a = {.rotate_deg = 10, .shift_px = 2};     // or augment_preset("strong", &a)
 *     augment_apply(&a, picture, changed, seed, epoch, index);
 *
 * One resampling pass does all that moves ink: zoom, slant, shift and rotation in the order in
 * which Keras composes them, and an elastic field (Simard, Steinkraus and Platt 2003) drawn as a
 * cubic B-spline over a grid of 7 px. Then come the changes of the ink itself, in the order of the
 * fields. What happens depends only on seed, epoch and index, not on threads or on what came
 * before. Allocates nothing. */
#ifndef SCRAWL_DATA_AUGMENT_H
#define SCRAWL_DATA_AUGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { AUGMENT_SIDE = 28, AUGMENT_PIXELS = AUGMENT_SIDE * AUGMENT_SIDE };

typedef enum AugmentFill {
    FILL_ZERO,   /* what comes in from outside is black */
    FILL_NEAREST /* it repeats the nearest edge pixel, as Keras does */
} AugmentFill;

/* Zero switches each one off. "+-r": evenly from -r to r. */
typedef struct Augment {
    float rotate_deg; /* +-, at most 180 */
    float shift_px;   /* +- along each axis, at most 14 */
    float shear_deg;  /* +- of slant, at most 45 */
    float zoom;       /* both axes by e^+-zoom, at most 1 */
    float zoom_axes;  /* each axis by its own 1+-zoom_axes, as Keras' zoom_range; at most 0.5 */
    float aspect;     /* width against height by e^N(0,aspect), at most 1 */
    float elastic_px; /* control points move +- this, ink a third of it typically; at most 8 */
    AugmentFill fill;

    float thickness; /* strokes +- this many px wider on each side, at most 1 */
    float half;      /* probability of being seen at half the resolution */
    float blur;      /* 0 to this share of a 1-2-1 filter along both axes, at most 1 */
    float tone;      /* greys lighter or darker: p/(p + (1-p)k), k = e^+-tone; at most 2 */
    float dim;       /* ink weaker by 0 to this share, at most 1 */
    float noise;     /* grain of a deviation of 0 to this many grey steps, at most 100 */
    float cutout_px; /* a black square of 0 to this side somewhere, at most 28 */
} Augment;

/* The settings that have a name; NULL ends the list.
 *   none
 *   mild     a few degrees, px and per cent: what a small net on MNIST profits from
 *   strong   what reading strangers' digits takes: long trainings
 *   saral    Saral's mark-sheet scanner in Keras: turns by 15 degrees, shift and zoom by 10 % */
extern const char *const augment_names[];
bool augment_preset(const char *name, Augment *out); /* false if there is none of that name */

/* ERR_ARGUMENT if a field is outside the limits above or not a number. */
int augment_check(const Augment *a, Err *e);

bool augment_is_none(const Augment *a);

/* in (28,28) -> out (28,28), which do not overlap; `a` has passed augment_check. */
void augment_apply(const Augment *a, const uint8_t *in, uint8_t *out, uint64_t seed, uint64_t epoch,
                   uint32_t index);

#endif
