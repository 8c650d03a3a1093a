/* Whether a picture file was cut short, by kind: it says that more bytes follow than are there. For the sentence about
 * a file that cannot be decoded; what is whole may lack an end mark and still be a picture.
 *
 *     if (png_cut_short(bytes, size)) ...
 *
 * The formats' specifications: ITU-T T.81, PNG second edition, GIF89a, Microsoft's BMP and RIFF, netpbm's pnm and pam,
 * TIFF 6.0. Never reads outside the bytes, whatever they hold. */
#ifndef SCRAWL_IMAGE_CUT_SHORT_H
#define SCRAWL_IMAGE_CUT_SHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool jpeg_cut_short(const uint8_t *bytes, size_t size);
bool png_cut_short(const uint8_t *bytes, size_t size);
bool gif_cut_short(const uint8_t *bytes, size_t size);
bool bmp_cut_short(const uint8_t *bytes, size_t size);
bool webp_cut_short(const uint8_t *bytes, size_t size);
bool pnm_cut_short(const uint8_t *bytes, size_t size);
bool tiff_cut_short(const uint8_t *bytes, size_t size);

#endif
