/* Numbers drawn by a pen on paper, made up: for tests, examples and the demo, which need pictures of their own.
 *
 *     Image *im = sketch_text("1247\n0905", &(SketchOptions){ .seed = 3, .ruled = true, .shadow = 0.5f }, &e);
 *     image_save(im, "page.png", &e);
 *     image_free(im);
 *
 * A digit is a few strokes through points that a hand never hits twice, with the slant and the pen of one writer; paper has
 * grain, light falls off to one side. The same options give the same bytes. */
#ifndef SCRAWL_IMAGE_SKETCH_H
#define SCRAWL_IMAGE_SKETCH_H

#include <stdbool.h>

#include "image/image.h"

enum { SKETCH_TEXT_LIMIT = 2000 }; /* letters */

typedef struct SketchOptions { /* zero is the usual */
    uint64_t seed;      /* another hand, another paper */
    float height_px;    /* of a digit; 0: 48 */
    float pen_px;       /* width of a stroke; 0: height/14 */
    float gap;          /* between digits, in heights; 0: 0.25 */
    float jitter;       /* how far the hand misses, in heights; 0: 0.02 */
    uint8_t ink[3];     /* red, green, blue; all 0: black */
    float shadow;       /* light lost towards one corner, 0..1 */
    float noise;        /* deviation of the camera's grain in grey steps */
    float blur_px;      /* deviation of the lens */
    bool ruled;         /* lines below the writing */
    bool squared;       /* squared paper */
    bool boxed;         /* a printed box round each digit */
    float hand_shadow;  /* light lost behind the edge of a hand's shadow, 0..1 */
    bool crossed;       /* European: the 7 has a bar, the 1 a long flag */
    bool on_black;      /* white chalk on black */
} SketchOptions;

/* `text` holds digits, spaces and newlines; ERR_ARGUMENT for anything else, ERR_LIMIT if it is too long. RGB. The
 * caller frees. */
Image *sketch_text(const char *text, const SketchOptions *options, Err *e);

#endif
