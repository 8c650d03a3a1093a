/* A picture whose lines of writing fall or rise, turned until they are level: inside read/ only.
 *
 *     Turned t;
 *     Image *level = turned_fits(image, slope) ? turned_level(image, slope, &t, &e) : NULL;
 *     ... a box that was found on it ...
 *     turned_back(&t, &x, &y, &width, &height);       // the picture's box round it
 */
#ifndef SCRAWL_READ_TURNED_H
#define SCRAWL_READ_TURNED_H

#include <stdbool.h>

#include "image/image.h"

typedef struct Turned {
    double m[6];       /* (x, y) of the level picture lies at (m0 x + m1 y + m2, m3 x + m4 y + m5) of the other one */
    int width, height; /* of the other one */
} Turned;

/* Whether the level picture is one that may be: within the limits of image.h, and not many times as large as this one,
 * as long strips that lie askew would be. */
bool turned_fits(const Image *im, double slope);

/* A larger picture that holds all of `im`, in which a line that falls by `slope` for each step to the right is level;
 * around it is its median colour. turned_fits has to hold. The caller frees. ERR_MEMORY. */
Image *turned_level(const Image *im, double slope, Turned *out, Err *e);

/* Replaces a box of the level picture by the box round it, in pixels of the other one and within it. */
void turned_back(const Turned *t, int *x, int *y, int *width, int *height);

#endif
