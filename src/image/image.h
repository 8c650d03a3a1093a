/* A picture in memory: 8-bit grey or RGB, rows without padding.
 *
 *     Image *im = image_new(28, 28, 1, &e);
 *     im->pixels[y * im->width + x] = 255;
 *     image_free(im);
 */
#ifndef SCRAWL_IMAGE_IMAGE_H
#define SCRAWL_IMAGE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { IMAGE_SIDE_LIMIT = 30000 };              /* pixels along one side */
#define IMAGE_PIXEL_LIMIT ((size_t)100 << 20) /* pixels of a whole picture */

typedef struct Image {
    int width, height;
    int channels;    /* 1 grey, 3 red green blue */
    uint8_t *pixels; /* (height, width, channels) */
} Image;

/* A black picture. ERR_LIMIT beyond the limits above. image_free frees it (NULL is fine). */
Image *image_new(int width, int height, int channels, Err *e);
void image_free(Image *im);

Image *image_copy(const Image *im, Err *e);
Image *image_crop(const Image *im, int x, int y, int width, int height, Err *e); /* inside `im` */
void image_invert(Image *im); /* its negative, in place */
Image *image_to_grey(const Image *im, Err *e); /* Rec. 601 luma: .299 R + .587 G + .114 B */

#endif
