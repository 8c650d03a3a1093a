#include "data/typeset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"

/* One digit's picture; false where nothing of it is inside. */
static bool draw(Typeface *face, int digit, const GlyphPlace *place, float *out)
{
    uint8_t grey[TYPESET_PIXELS] = {0};
    bool inked = false;

    glyph_draw(face, digit, place, TYPESET_SIDE, TYPESET_SIDE, grey);
    for (int i = 0; i < TYPESET_PIXELS; i++) {
        out[i] = (float)grey[i] / 255;
        inked |= grey[i] != 0;
    }
    return inked;
}

static int draw_all(Typeset *t, Typeface *face, const GlyphPlace *place, Err *e)
{
    t->name = strdup(typeface_name(face));
    t->pictures = calloc((size_t)t->classes * TYPESET_PIXELS, sizeof *t->pictures);
    if (!t->name || !t->pictures)
        return err_set(e, ERR_MEMORY, "no memory for %d typeset pictures", t->classes);
    for (int d = 0; d < GLYPH_DIGITS; d++)
        if (!draw(face, d, place, t->pictures + d * TYPESET_PIXELS))
            return err_set(
                e, ERR_ARGUMENT, "%s: digit %d of size %d at (%d,%d) leaves no ink in %dx%d pixels",
                t->name, d, place->size_px, place->x, place->y, TYPESET_SIDE, TYPESET_SIDE);
    return 0;
}

static int check(GlyphPlace place, int classes, Err *e)
{
    if (classes != GLYPH_DIGITS && classes != DATASET_NOISE + 1)
        return err_set(e, ERR_ARGUMENT,
                       "what is redrawn is ten digits, with noise or without, not %d classes",
                       classes);
    if (place.size_px < 1 || place.size_px > GLYPH_SIZE_LIMIT)
        return err_set(e, ERR_ARGUMENT, "a type size of %d is not in 1 .. %d", place.size_px,
                       GLYPH_SIZE_LIMIT);
    return 0;
}

Typeset *typeset_new(const char *font, GlyphPlace place, int classes, Err *e)
{
    Typeface *face = NULL;
    Typeset *t;
    int code;

    if (check(place, classes, e))
        return NULL;
    if (!(t = calloc(1, sizeof *t))) {
        err_set(e, ERR_MEMORY, "no memory for %d typeset pictures", classes);
        return NULL;
    }
    t->classes = classes;
    face = typeface_open(font, e);
    code = face ? draw_all(t, face, &place, e) : -ERR_IO;
    typeface_free(face);
    if (code) {
        typeset_free(t);
        return NULL;
    }
    return t;
}

void typeset_free(Typeset *t)
{
    if (!t)
        return;
    free(t->pictures);
    free(t->name);
    free(t);
}

void typeset_batch(const Typeset *t, const int *classes, int count, float *out)
{
    for (int i = 0; i < count; i++) {
        assert(classes[i] >= 0 && classes[i] < t->classes);
        memcpy(out + (size_t)i * TYPESET_PIXELS, t->pictures + (size_t)classes[i] * TYPESET_PIXELS,
               TYPESET_PIXELS * sizeof *out);
    }
}

int typeset_nearest(const Typeset *t, const float *picture)
{
    double least = 0;
    int nearest = 0;

    for (int c = 0; c < t->classes; c++) {
        double sum = 0;

        for (int i = 0; i < TYPESET_PIXELS; i++) {
            double d = (double)picture[i] - (double)t->pictures[c * TYPESET_PIXELS + i];

            sum += d * d;
        }
        if (c == 0 || sum < least) {
            least = sum;
            nearest = c;
        }
    }
    return nearest;
}
