/* The one way from a drawn digit to the 28x28 picture that the nets see.
 *
 *     uint8_t out[DIGIT_PIXELS];
 *     DigitInfo info;
 *     if (digit_from_image(image, NULL, out, &info, &e) == 0 && !info.blank)
 *         ...                                  // out (28,28): ink light on 0, as in MNIST
 *
 * Dark or light ink, grey or colour, any size, off the middle, photographed, scanned, cut from a form or
 * drawn on a screen: find the ink (image/ink.h), take away what is not the digit (image/clean.h), scale
 * the longer side of what is left to 20 pixels by area averages, and put its centre of mass into the
 * middle pixel, as MNIST was made. The training set goes through the same code, and a digit of MNIST
 * comes out nearly as it went in. Touches nothing but its arguments: any number of threads may call it. */
#ifndef SCRAWL_IMAGE_DIGIT_H
#define SCRAWL_IMAGE_DIGIT_H

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"
#include "image/ink.h"

enum { DIGIT_SIDE = 28, DIGIT_BOX = 20, DIGIT_PIXELS = DIGIT_SIDE * DIGIT_SIDE };

typedef struct DigitOptions {
    InkPolarity polarity;
    bool no_clean; /* all ink is the digit's: nothing is taken for a border, a speck or a neighbour */
} DigitOptions;

typedef struct DigitInfo {
    bool blank;     /* no digit: out is all 0 */
    bool dark_ink;
    float certainty; /* the probability that dark_ink is right; 1 where the options said so */
    float contrast;  /* depth of a stroke against the noise of the paper */
    float box[4];    /* x, y, width, height of the ink in pixels of the input; 0 when blank */
} DigitInfo;

/* `o` (NULL: defaults) and `info` (may be NULL). A blank picture is no error. Overwrites out; ERR_MEMORY is
 * the only error. */
int digit_from_image(const Image *im, const DigitOptions *o, uint8_t out[DIGIT_PIXELS],
                     DigitInfo *info, Err *e);

/* The last step alone: the ink of a map (h,w) of 0..1, all of it, as a digit. Returns false, and out is
 * all 0, when there is none. */
int digit_fit(const float *ink, int w, int h, uint8_t out[DIGIT_PIXELS], bool *blank, Err *e);

#endif
