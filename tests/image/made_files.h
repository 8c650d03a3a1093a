/* Picture files made byte by byte, of kinds that scrawl itself does not write. */
#ifndef TESTS_IMAGE_MADE_FILES_H
#define TESTS_IMAGE_MADE_FILES_H

#include "base/bytes.h"

typedef struct MadePng {
    int width, height, bits,
        colour;             /* colour types as PNG numbers them: 0 grey, 2 RGB, 3 palette, 4, 6 */
    const uint8_t *palette; /* red, green, blue; or NULL */
    size_t palette_size;
    const uint8_t *alpha; /* of the palette's colours; or NULL */
    size_t alpha_size;
    const uint8_t *rows; /* (height, row size) as PNG packs pixels */
    size_t row_size;
} MadePng;

void made_png(Writer *w, MadePng png);

/* A PNG's header alone, with a size that nothing follows. */
void made_png_header(Writer *w, uint32_t width, uint32_t height);

/* A GIF of two colours whose every frame is filled with one of them: frame k with colours[k]. */
void made_gif(Writer *w, int width, int height, const int *colours, int frames);

/* A JPEG with an Exif segment after its first marker that notes the orientation. */
void made_exif(Writer *w, const uint8_t *jpeg, size_t size, int orientation, int big_endian);

#endif
