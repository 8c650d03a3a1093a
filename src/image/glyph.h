/* A digit as a typeface has it: at the place and size of a training picture, as an outline at any
 * size, or as a path for SVG. FreeType's and fontconfig's one door.
 *
 *     Typeface *t = typeface_open(NULL, &e);                     // Times New Roman
 *     uint8_t seven[28 * 28] = {0};
 *     if (t)
 *         glyph_draw(t, 7, &GLYPH_USUAL, 28, 28, seven);
 *     typeface_free(t);
 *
 * A typeface is opened whole and checked once: afterwards every digit has an outline that can be
 * drawn. Not more than one thread at a time may draw with the same Typeface. */
#ifndef SCRAWL_IMAGE_GLYPH_H
#define SCRAWL_IMAGE_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct Writer; /* base/bytes.h */

enum { GLYPH_DIGITS = 10, GLYPH_SIZE_LIMIT = 1000 };

typedef struct Typeface Typeface;

/* `font` is a font file, or the name of a family that fontconfig finds the nearest to; NULL is
 * Times New Roman, for which free systems have Liberation Serif, whose digits have the same widths.
 * What exists as a file, or has a slash or a dot in it, is a file. ERR_FORMAT for a file that is no
 * font, that lacks a digit, or whose digits have no outline. */
Typeface *typeface_open(const char *font, Err *e);
void typeface_free(Typeface *t); /* NULL is fine */

/* The same from a font in memory, which is copied; `name` stands for it in sentences. */
Typeface *typeface_from_bytes(const void *bytes, size_t size, const char *name, Err *e);

/* "Liberation Serif": the family's name as the font has it. */
const char *typeface_name(const Typeface *t);

/* Whether it stands for a family that was named, which is not installed. */
bool typeface_stands_in(const Typeface *t);

/* Where a glyph stands in a picture: the size of its em in pixels (1 to GLYPH_SIZE_LIMIT), the left end
 * of its advance, and the top of the line, which is the font's ascender above the baseline (rounded up to
 * a whole pixel), as Pillow's ImageDraw.text has it. */
typedef struct GlyphPlace {
    int size_px, x, y;
} GlyphPlace;

#define GLYPH_USUAL ((GlyphPlace){30, 7, -2}) /* in 28x28 */

/* Draws a digit, hinted for its size, into (height,width): out becomes the larger of what it was and
 * the glyph's cover, 0..255. What lies outside is cut off. */
void glyph_draw(Typeface *t, int digit, const GlyphPlace *place, int width, int height,
                uint8_t *out);

/* A box in pixels that the ink of a digit fills from top to bottom, centred between left and right
 * whatever its width. */
typedef struct GlyphBox {
    float x, y, width, height;
} GlyphBox;

/* How wide the ink of a digit of this height is. */
float glyph_width(const Typeface *t, int digit, float height);

/* Draws a digit's outline, unhinted, over what is in `out`, as glyph_draw does. The box's height is above
 * 0. ERR_MEMORY, or ERR_FORMAT for an outline that cannot be filled. */
int glyph_fill(Typeface *t, int digit, const GlyphBox *box, int width, int height, uint8_t *out,
               Err *e);

/* The same for any sign of ASCII, which the box holds whole. ERR_FORMAT also where the font has no outline of
 * it. */
int glyph_sign(Typeface *t, char sign, const GlyphBox *box, int width, int height, uint8_t *out, Err *e);

/* Appends the outline as the data of an SVG path: "M12.50 3.00Q..Z". `out` holds such data or nothing. */
void glyph_path(Typeface *t, int digit, const GlyphBox *box, struct Writer *out);

#endif
