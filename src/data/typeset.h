/* What each class is redrawn as: a digit as a typeface has it, white on black; noise as nothing.
 *
 *     Typeset *t = typeset_new(NULL, GLYPH_USUAL, 11, &e);          // ten digits and noise
 *     typeset_batch(t, labels, count, targets);                     // (count, 28,28) in 0..1
 *     typeset_free(t);
 *
 * The targets of a net that redraws, and what its pictures are held against. */
#ifndef SCRAWL_DATA_TYPESET_H
#define SCRAWL_DATA_TYPESET_H

#include "image/glyph.h"

enum { TYPESET_SIDE = 28, TYPESET_PIXELS = TYPESET_SIDE * TYPESET_SIDE };

typedef struct Typeset {
    int classes;
    float *pictures; /* (classes, 28,28) in 0..1 */
    char *name;      /* of the typeface, as the font has it */
} Typeset;

/* `font` as in typeface_open. `classes` is 10, or 11 with data/dataset.h's noise: anything else is
 * ERR_ARGUMENT, as are a size outside glyph.h's limits and a place at which a digit leaves no ink. */
Typeset *typeset_new(const char *font, GlyphPlace place, int classes, Err *e);
void typeset_free(Typeset *t); /* NULL is fine */

/* What a net was trained to draw, by the record in its model (model/model.h): typeface, size and place, GLYPH_USUAL in
 * Times New Roman where it says nothing. `font` not NULL: in another typeface. ERR_ARGUMENT where this system has
 * another typeface than the record names. */
Typeset *typeset_recorded(const char *record, const char *font, int classes, Err *e);

/* Overwrites out (count, 28,28) by the pictures of these classes. */
void typeset_batch(const Typeset *t, const int *classes, int count, float *out);

/* The class whose picture is nearest to this one (28,28) by squared distance; the smaller of equals. */
int typeset_nearest(const Typeset *t, const float *picture);

#endif
