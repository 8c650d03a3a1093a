/* What became of a picture's digits, and the clean copies that can be made of it.
 *
 *     Typeface *face = typeface_open("Courier.ttf", &e);
 *     Image *copy = redrawn_picture(page, &(RedrawLook){.face = face, .height_px = 2000}, &e);
 *     char *svg = redrawn_svg(page, face, &e);
 *
 * Copies are black on white and have the picture's shape. Each digit stands where it was written, as the net
 * drew it, enlarged, or as a typeface has it; what is no digit leaves no trace. A single digit stands as in the
 * net's 28x28, and light on dark if it was written so.
 */
#ifndef SCRAWL_READ_REDRAWN_H
#define SCRAWL_READ_REDRAWN_H

#include <stdbool.h>

#include "image/crisp.h"
#include "image/glyph.h"
#include "image/image.h"

typedef struct RedrawnDigit {
    float x, y, width, height;   /* of the writing, in pixels of the picture */
    int line;                    /* of writing, from 0 */
    GlyphBox type;               /* where its typeset copy goes: redrawn_arrange */
    int digit;                   /* what it was read as, else by the net's second head; -1: none */
    double probability;          /* of the digit, or of its being none */
    uint8_t seen[DIGIT_PIXELS];  /* what the net saw */
    uint8_t drawn[DIGIT_PIXELS]; /* and what it drew, light on 0 */
} RedrawnDigit;

typedef struct Redrawn {
    int width, height; /* of the picture */
    bool single;       /* it is one digit: width and height are 28 */
    bool light_ink;    /* a single digit was written light on dark, and so are its copies */
    int count;
    RedrawnDigit *digits; /* in reading order */
} Redrawn;

void redrawn_free(Redrawn *page); /* NULL is fine */

/* Fills .type of every digit for a typeface, NULL: for Times New Roman. Type needs order where a hand does not: the
 * digits of a line get one size, the median of their heights, less where they stand too close together for it, and
 * stand on the straight line through their middles, each at its own place along it, or as near to it as the others
 * let it without touching. Of a single digit: where the net's training had it. ERR_MEMORY is the only error. */
int redrawn_arrange(Redrawn *page, const Typeface *face, Err *e);

typedef struct RedrawLook {
    Crisp crisp;    /* of what the net drew; CRISP_STEPS enlarges pixels as squares */
    Typeface *face; /* not NULL: the digits that were read, in this typeface, instead */
    int height_px;  /* of the copy; 0: the picture's */
} RedrawLook;

/* A grey picture. ERR_LIMIT beyond image.h's limits. */
Image *redrawn_picture(const Redrawn *page, const RedrawLook *look, Err *e);

/* The copy in a typeface as an SVG document, one path a digit, in pixels of the picture; the caller frees. */
char *redrawn_svg(const Redrawn *page, Typeface *face, Err *e);

/* `original` and copies of it side by side at the height of the first copy, with a gap between: colour if the
 * original has it. */
Image *redrawn_beside(const Image *original, const Image *const *copies, int count, Err *e);

#endif
