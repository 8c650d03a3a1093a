/* Digits set side by side as a hand does it: 28x28 pictures become a number.
 *
 *     Image *number = hand_join(pictures, 6, &(HandOptions){.height = 64, .seed = 1}, &e);
 *     ...                                                      // ink is light on 0
 *     image_free(number);
 *
 * The set of digits that was learnt from put each one into a box of 20 pixels with its weight in
 * the middle: wide ones are low there, all stand alone and lean as they like. Here the slants are
 * pulled towards the number's, low digits grow to the others' height, strokes come nearer to one
 * width, all stand on a line that wavers a little, and each stands as far from the one before as
 * their ink allows, not their boxes. */
#ifndef SCRAWL_READ_HAND_H
#define SCRAWL_READ_HAND_H

#include "image/image.h"

enum { HAND_HEIGHT_LEAST = 16, HAND_HEIGHT_MOST = 1024 };

typedef struct HandOptions {
    int height;    /* of the picture in pixels; digits take about two thirds; 0: 64 */
    uint64_t seed; /* of the line, the gaps and the sizes */
} HandOptions;

/* pictures (count, 28, 28), count at least 1. ERR_LIMIT for a picture that would be too wide,
 * ERR_MEMORY. */
Image *hand_join(const uint8_t *pictures, int count, const HandOptions *options, Err *e);

/* As the first system did it: each picture loses 5 columns on the left and on the right, the rest
 * stand side by side; then enlarged to the height (0: 28). */
Image *hand_join_seed(const uint8_t *pictures, int count, int height, Err *e);

#endif
