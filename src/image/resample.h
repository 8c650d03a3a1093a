/* A window of a picture at another size: averaged over areas when it shrinks, bilinear when it
 * grows.
 *
 *     Window whole = {0, 0, im->width, im->height};
 *     Image *small = image_resample(im, whole, 64, 48, &e);
 *     ...
 *     image_free(small);
 *
 * Coordinates are real numbers in pixels of the source, pixel (i,j) covering [j,j+1) x [i,i+1).
 * Every output pixel is the mean of the source over a box around its centre, one output pixel or
 * one source pixel wide, whichever is larger: that is the exact area average for a smaller copy,
 * bilinear interpolation for a larger one, and the very same numbers for a copy at whole offsets.
 */
#ifndef SCRAWL_IMAGE_RESAMPLE_H
#define SCRAWL_IMAGE_RESAMPLE_H

#include "image/image.h"

typedef struct Window {
    float x, y, width, height; /* left, top and size, in source pixels; the size is above 0 */
} Window;

/* What lies around the source: a constant, or its edge pixels repeated. */
#define RESAMPLE_EDGE (-1.0f)

/* src (h,w) -> dst (dst_h,dst_w); `outside` is the value around the source (0 or more), or
 * RESAMPLE_EDGE. Overwrites dst. ERR_MEMORY is the only error. */
int resample_f32(const float *src, int w, int h, Window window, float outside, float *dst,
                 int dst_w, int dst_h, Err *e);

/* src (h,w,channels) of bytes -> dst (dst_h,dst_w,channels) of real numbers 0..255, edges repeated.
 */
int resample_u8(const uint8_t *src, int w, int h, int channels, Window window, float *dst,
                int dst_w, int dst_h, Err *e);

/* The window as a picture of its own, edges repeated; rounded to the nearest level. */
Image *image_resample(const Image *im, Window window, int width, int height, Err *e);

#endif
