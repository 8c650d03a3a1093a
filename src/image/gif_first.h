/* The first frame of a GIF as a file of its own, so that an animation is not decoded whole.
 *
 *     GifFirst f = gif_first(bytes, size);
 *     if (f.size) ...                       // bytes[0..f.size) and a trailer byte are a GIF
 *
 * GIF89a specification. Never reads outside the bytes, whatever they hold. */
#ifndef SCRAWL_IMAGE_GIF_FIRST_H
#define SCRAWL_IMAGE_GIF_FIRST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GIF_TRAILER = 0x3B };

typedef struct GifFirst {
    size_t size;       /* bytes up to the end of the first frame; 0 if there is no whole frame */
    bool cut;          /* because the bytes end before it does */
    int width, height; /* the larger of the screen and the frame */
} GifFirst;

GifFirst gif_first(const uint8_t *bytes, size_t size);

#endif
