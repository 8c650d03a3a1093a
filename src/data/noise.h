/* Pictures of what is no digit, drawn at random: what a reader's eleventh class learns from.
 *
 *     Rng r = rng_stream(seed, RNG_NOISE, i);
 *     noise_draw(noise_pick(&r), digits, &r, picture);
 *
 * They are what cells of forms and pieces of photos hold besides digits: nothing, bits of frames
 * and rules, crosses, smudges, specks, digits cut through, two at once, and crossed out, and letters. A lone
 * upright line is never among them: that is a 1. */
#ifndef SCRAWL_DATA_NOISE_H
#define SCRAWL_DATA_NOISE_H

#include "base/rng.h"
#include "data/dataset.h"

typedef enum NoiseKind {
    NOISE_BLANK,
    NOISE_LINES,  /* level or slanting, or several upright */
    NOISE_CORNER, /* of a frame */
    NOISE_CROSS,
    NOISE_SMUDGE,
    NOISE_DOTS,
    NOISE_HALF,        /* a digit of which a part is cut away */
    NOISE_PAIR,        /* two digits side by side */
    NOISE_CROSSED_OUT, /* a digit with strokes through it */
    NOISE_LETTER,      /* or a sign, like no digit */
    NOISE_KINDS
} NoiseKind;

const char *noise_name(NoiseKind kind);

/* A kind, as often as it should be trained on: digits that are not whole are the most. */
NoiseKind noise_pick(Rng *r);

/* Overwrites out (28,28) by a picture of that kind, light on black. `digits` is a set of 28x28
 * pictures of classes 0 to 9. */
void noise_draw(NoiseKind kind, const Dataset *digits, Rng *r, uint8_t *out);

/* `count` pictures of class DATASET_NOISE; the same seed gives the same ones. `canonical`: as
 * reading would make them, and blank where that leaves an upright stroke; `team` as in
 * DatasetOptions. ERR_ARGUMENT if `digits` are none. */
Dataset *noise_dataset(const Dataset *digits, size_t count, uint64_t seed, bool canonical,
                       Team *team, Err *e);

#endif
