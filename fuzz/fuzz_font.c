/* A font file: opened, and all its digits drawn. */
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "image/glyph.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Typeface *t = typeface_from_bytes(bytes, size, "fuzz", NULL);
    uint8_t out[28 * 28] = {0};
    GlyphBox box = {2, 2, 20, 24};

    for (int d = 0; t && d < GLYPH_DIGITS; d++) {
        Writer w = {0};

        glyph_draw(t, d, &GLYPH_USUAL, 28, 28, out);
        glyph_fill(t, d, &box, 28, 28, out, NULL);
        glyph_path(t, d, &box, &w);
        writer_free(&w);
    }
    typeface_free(t);
    return 0;
}
