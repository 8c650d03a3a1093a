/* HEIC and AVIF, in which phones save photos, by libheif where that is installed: inside image/ only.
 *
 *     HeifPicture p;
 *     if (heif_name(bytes, size) && heif_size(bytes, size, name, &width, &height, &e) == 0 &&
 *         heif_read(bytes, size, name, &p, &e) == 0)
 *         ... free(p.pixels);
 *
 * The library is opened for each such picture, so that who reads others does not wait for it. */
#ifndef SCRAWL_IMAGE_HEIF_H
#define SCRAWL_IMAGE_HEIF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef struct HeifPicture {
    int width, height, samples; /* 3: RGB; 4: and opacity */
    uint8_t *pixels;            /* (height,width,samples) */
} HeifPicture;

/* "HEIC" or "AVIF"; NULL for other bytes. */
const char *heif_name(const uint8_t *bytes, size_t size);

/* The upright size of the main picture, without decoding it. ERR_UNSUPPORTED without libheif, ERR_FORMAT. */
int heif_size(const uint8_t *bytes, size_t size, const char *name, int *width, int *height, Err *e);

/* The main picture, upright. The caller frees its pixels. As heif_size's errors, ERR_MEMORY. */
int heif_read(const uint8_t *bytes, size_t size, const char *name, HeifPicture *out, Err *e);

#endif
