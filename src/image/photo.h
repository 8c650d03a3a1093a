/* A sheet of paper as a phone takes it, made up: for tests and benchmarks, which know then what is on it.
 *
 *     Image *photo = photo_take(sheet, &(PhotoOptions){.seed = 3, .tilt_deg = 15, .noise = 4}, &e);
 *
 * The sheet lies on a table, seen by a pinhole camera from a tilt in some direction, turned, a little bent; light
 * falls off, a hand throws its shadow, the lens blurs, the sensor adds grain. The same options give the same bytes. */
#ifndef SCRAWL_IMAGE_PHOTO_H
#define SCRAWL_IMAGE_PHOTO_H

#include "image/image.h"

typedef struct PhotoOptions { /* zero is a clean view from above */
    uint64_t seed;            /* of the direction of the tilt, the light, the table, the grain */
    int width;                /* of the photo; 0: as the sheet's. Its height is 4/3 of that */
    float tilt_deg;           /* of the camera, in a direction of chance */
    float turn_deg;           /* of the sheet on the table */
    float bend;               /* how far the paper leaves the table, in shares of its height */
    float shadow;             /* light lost towards one side, 0..1 */
    float hand;               /* light lost behind the edge of a hand's shadow, 0..1 */
    float blur_px;            /* deviation of the lens */
    float noise;              /* deviation of the grain in grey steps */
} PhotoOptions;

/* RGB; the caller frees. ERR_LIMIT, ERR_MEMORY. */
Image *photo_take(const Image *sheet, const PhotoOptions *options, Err *e);

#endif
