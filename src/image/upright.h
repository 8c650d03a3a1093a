/* A picture turned the right way up, by what the camera noted.
 *
 *     im = image_upright(im, jpeg_scan(bytes, size).orientation, &e);
 */
#ifndef SCRAWL_IMAGE_UPRIGHT_H
#define SCRAWL_IMAGE_UPRIGHT_H

#include "image/image.h"

/* `orientation` as Exif counts them: 1 upright, 3 upside down, 6 and 8 on its sides, 2, 4, 5, 7 mirrored as
 * well. Takes `im` over and returns it or another picture in its place; NULL, and `im` is freed, when
 * memory is gone. */
Image *image_upright(Image *im, int orientation, Err *e);

#endif
