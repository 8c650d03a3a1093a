/* The fifteen corruptions of MNIST-C: Mu and Gilmer, "MNIST-C: a robustness benchmark for computer
 * vision", 2019, arXiv 1906.02337, rebuilt with the constants of its published program.
 *
 *     corrupt_apply(CORRUPT_FOG, seed, index, picture, foggy);
 *
 * They measure a reader on what it was not trained for. The chances drawn are scrawl's own, so that the
 * pictures are like those of the published set, not the same ones. */
#ifndef SCRAWL_DATA_CORRUPT_H
#define SCRAWL_DATA_CORRUPT_H

#include "data/dataset.h"

enum { CORRUPT_SIDE = 28, CORRUPT_PIXELS = CORRUPT_SIDE * CORRUPT_SIDE };

typedef enum Corruption {
    CORRUPT_SHOT_NOISE,
    CORRUPT_IMPULSE_NOISE,
    CORRUPT_GLASS_BLUR,
    CORRUPT_MOTION_BLUR,
    CORRUPT_SHEAR,
    CORRUPT_SCALE,
    CORRUPT_ROTATE,
    CORRUPT_BRIGHTNESS,
    CORRUPT_TRANSLATE,
    CORRUPT_STRIPE,
    CORRUPT_FOG,
    CORRUPT_SPATTER,
    CORRUPT_DOTTED_LINE,
    CORRUPT_ZIGZAG,
    CORRUPT_CANNY_EDGES,
    CORRUPTIONS
} Corruption;

/* "shot_noise", ..; and back: -1 when there is no such corruption. */
const char *corrupt_name(Corruption kind);
int corrupt_find(const char *name);

/* in (28,28), light on black -> out (28,28), which may be the same. What happens depends on seed and
 * index alone. Allocates nothing, but takes 300 kB of stack for fog. */
void corrupt_apply(Corruption kind, uint64_t seed, uint64_t index, const uint8_t *in, uint8_t *out);

/* A copy of the pictures, corrupted; labels as they were. `canonical`: then brought to the form that
 * reading makes, which finds out for itself what is ink. ERR_ARGUMENT for pictures that are not
 * 28x28. The caller frees with dataset_free. */
Dataset *corrupt_dataset(const Dataset *d, Corruption kind, uint64_t seed, bool canonical,
                         Team *team, Err *e);

#endif
