/* Digits that something has happened to and that are digits still: what a reader should see through.
 *
 *     Rng r = rng_stream(seed, RNG_BLEMISH, i);
 *     blemish_draw(blemish_pick(&r), &r, digit, out);
 *
 * Unlike an augmentation (data/augment.h) this comes before a picture is prepared for reading, so that a
 * net learns from what image/digit makes of it. Every kind has wide ranges; none has the constants of
 * data/corrupt.h, which measures what the net has not been trained for. Some are of the same family all the
 * same: specks and impulse noise, grain and shot noise, blots and spatter, outlines and Canny's edges,
 * shuffled pixels and glass, dotted and wavy lines, bands and stripes. */
#ifndef SCRAWL_DATA_BLEMISH_H
#define SCRAWL_DATA_BLEMISH_H

#include <stdint.h>

#include "base/rng.h"

typedef enum BlemishKind {
    BLEMISH_STROKES, /* one to three thin ones across it: straight, bent, or wavy */
    BLEMISH_DOTTED,  /* dots or dashes along a line or two */
    BLEMISH_SPECKS,  /* pixels black or white, whatever was there */
    BLEMISH_GRAIN,   /* ink that comes in a few drops a pixel */
    BLEMISH_BLOTS,   /* grey patches, on the ink too */
    BLEMISH_OUTLINE, /* only the edge of the ink is left */
    BLEMISH_SHUFFLE, /* pixels exchanged with neighbours, then blurred */
    BLEMISH_BANDS,   /* upright or level bands in which ink and paper change places */
    BLEMISH_KINDS
} BlemishKind;

const char *blemish_name(BlemishKind kind);
BlemishKind blemish_pick(Rng *r);

/* in (28,28), light on black -> out (28,28), which may be the same; in the case of bands a part of it is
 * then dark on white. */
void blemish_draw(BlemishKind kind, Rng *r, const uint8_t *in, uint8_t *out);

/* One kind, sometimes two. */
void blemish_any(Rng *r, const uint8_t *in, uint8_t *out);

#endif
