/* A photo in grey, perhaps smaller, and what in it is darker than its surroundings: inside read/ only.
 *
 *     Dark d;
 *     if (dark_find(photo, 1600, 0.78f, &d, &e) == 0)
 *         ... d.dark[y * d.width + x] ...                       // 1 dark, 0 not
 *     dark_free(&d); */
#ifndef SCRAWL_READ_DARK_H
#define SCRAWL_READ_DARK_H

#include "image/image.h"
#include "image/perspective.h"

typedef struct Dark {
    float *grey; /* (height,width) luma 0..255 */
    float *dark; /* (height,width); NULL where it was not asked for */
    int width, height;
    double scale; /* photo pixels a pixel */
} Dark;

/* A photo whose longer side is above `side_px` is shrunk to that. Dark is what has less than `share` of the mean of a
 * window a twelfth of the photo wide; with `share` 0 only the grey is made. dark_free frees what is in *out, also after an error. */
int dark_find(const Image *photo, int side_px, float share, Dark *out, Err *e);
void dark_free(Dark *d);

/* The grey at a spot of d; outside, that of the nearest pixel. */
float dark_grey(const Dark *d, Spot s);

#endif
