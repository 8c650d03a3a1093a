/* Handwritten digits as a dataset, made up by image/sketch.h: for tests that need no MNIST. */
#ifndef TESTS_READ_SKETCHED_H
#define TESTS_READ_SKETCHED_H

#include <stdio.h>

#include "data/dataset.h"
#include "image/digit.h"
#include "image/sketch.h"

/* `hands` pictures of each digit in mixed order; NULL where there is no memory. */
static inline Dataset *sketched_digits(int hands)
{
    Dataset *d = dataset_new((size_t)hands * 10, 28, 28, 10, NULL);

    for (int i = 0; d && i < hands * 10; i++) {
        int digit = (i * 7 + i / 10) % 10;
        char text[2] = {(char)('0' + digit), 0};
        SketchOptions o = {.seed = (uint64_t)(i / 10 + 1), .height_px = 60, .jitter = 0.012f};
        Image *im = sketch_text(text, &o, NULL);
        if (im)
            digit_from_image(im, NULL, d->pixels + 784 * (size_t)i, NULL, NULL);
        image_free(im);
        d->labels[i] = digit;
    }
    return d;
}

#endif
