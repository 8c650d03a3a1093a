/* Pictures from files and to files: the only place that knows how they are packed.
 *
 *     Image *im = image_load("photo.jpg", &e);            // "-" is standard input
 *     if (im && image_save(im, "photo.png", &e) == 0)
 *         ...
 *     image_free(im);
 *
 * Reads JPEG, PNG, GIF (its first frame), BMP, PNM, TIFF (its first page; image/pages.h has the others) and WebP, and with libheif (image/heif.h) HEIC and AVIF, by what the
 * bytes are and not by the name. The size that a header claims is checked before anything is decoded (of HEIC and AVIF libheif
 * decodes what is in them all the same, up to IMAGE_SIDE_LIMIT a side); a file that
 * ends early or holds damaged data is ERR_FORMAT, never half a picture. The result is upright (the
 * orientation that cameras write into JPEGs is applied), 8-bit, grey or RGB, on white where it is
 * transparent, or on black if its ink is light. */
#ifndef SCRAWL_IMAGE_CODEC_H
#define SCRAWL_IMAGE_CODEC_H

#include <stdbool.h>

#include "image/image.h"

#define IMAGE_FILE_LIMIT ((size_t)256 << 20) /* bytes of a file */

/* `name` is what error sentences call the bytes. The caller frees the picture. */
Image *image_load(const char *path, Err *e);
Image *image_decode(const uint8_t *bytes, size_t size, const char *name, Err *e);

/* The size that the header claims, without decoding: for a caller with a tighter limit. The sides
 * of a picture that was taken upright may come in the other order from image_decode. */
int image_claimed_size(const uint8_t *bytes, size_t size, const char *name, int *width, int *height,
                       Err *e);

/* Writes by the ending of `path`: png, jpg or jpeg (quality 92), bmp, pgm (grey), ppm (colour),
 * pnm, tif or tiff (deflate), webp (lossless). "-" is PNG on standard output. */
int image_save(const Image *im, const char *path, Err *e);

/* Whether image_save can write to a path, by its ending: to be asked before a long work. */
bool image_can_save(const char *path);
#define IMAGE_ENDINGS ".png, .jpg, .bmp, .pgm, .ppm, .pnm, .tif or .webp" /* for the sentence if it cannot */

/* The bytes of a PNG file; the caller frees. */
uint8_t *image_encode_png(const Image *im, size_t *size, Err *e);

/* The same for ink without paper: each pixel has this grey and the grey picture's value as opacity. */
uint8_t *image_encode_png_ink(const Image *opacity, uint8_t grey, size_t *size, Err *e);

/* Keeps the picture library from printing; whoever calls it directly (the page reader) calls this
 * first. Any number of times, from any thread. */
void codec_quiet(void);

#endif
