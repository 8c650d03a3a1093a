#include "data/drawn.h"

#include <math.h>
#include <string.h>

#include "data/dataset_build.h"
#include "data/sketches.h"
#include "image/glyph.h"

enum { SIDE = DIGIT_SIDE, PIXELS = DIGIT_PIXELS };

static const char *const families[] = {"Liberation Serif", "Liberation Sans", "Liberation Mono",
                                       "DejaVu Serif",     "DejaVu Sans",     "DejaVu Sans Mono"};

enum { FAMILIES = sizeof families / sizeof *families };

/* ---- by pen ---- */

static void draw(int digit, Rng *r, uint8_t *out)
{
    float ink[PIXELS] = {0}, height = rng_range(r, 17, 21), wide = rng_range(r, 0.7f, 1.25f);
    float slant = rng_range(r, -0.25f, 0.3f), turn = rng_range(r, -0.12f, 0.12f);
    Sheet sheet = {ink, SIDE, SIDE};
    Place place = {.cx = 14,
                   .cy = 14,
                   .xx = height * wide * cosf(turn),
                   .xy = height * (-slant - sinf(turn)),
                   .yx = height * wide * sinf(turn),
                   .yy = height * cosf(turn)};
    float bold = rng_uniform(r);
    Pen pen = {0.7f + 2.1f * bold * sqrtf(bold), 1};

    if (digit < 0)
        sketch_letter(place, pen, r, &sheet);
    else
        sketch_draw(digit, place, pen, r, &sheet);
    for (int i = 0; i < PIXELS; i++)
        out[i] = (uint8_t)(255 * ink[i] + 0.5f);
}

void drawn_digit(int digit, Rng *r, uint8_t *out)
{
    draw(digit, r, out);
}

void drawn_letter(Rng *r, uint8_t *out)
{
    draw(-1, r, out);
}

/* ---- in print ---- */

/* Of letters those that nobody takes for a digit, and signs. */
static const char signs[] = "ACDEFGHJKLMNPQRTUVWXYacdefhjkmnprtuvwxy?&@#%$+*=<>~";

/* A digit, or -1 for any sign, in the middle of the picture. */
static int print_one(Typeface *t, int digit, Rng *r, uint8_t *out, Err *e)
{
    float height = rng_range(r, 16, 21), x = 14 + rng_range(r, -1, 1);
    GlyphBox box = {x - 0.5f * height, 14 - 0.5f * height, height, height};

    if (digit < 0)
        return glyph_sign(t, signs[rng_below(r, sizeof signs - 1)], &box, SIDE, SIDE, out, e);
    return glyph_fill(t, digit, &box, SIDE, SIDE, out, e);
}

/* The pictures with an odd number, a typeface after the other. */
static int print_all(Dataset *d, uint64_t seed, Err *e)
{
    for (int f = 0; f < FAMILIES; f++) {
        Typeface *t = typeface_open(families[f], e);
        int code = t ? 0 : -(int)ERR_IO;

        for (size_t i = 1; !code && i < d->count; i += 2) {
            Rng r = rng_stream(seed, RNG_NOISE, i);
            int digit = d->labels[i] == DATASET_NOISE ? -1 : d->labels[i];

            if (rng_below(&r, FAMILIES) == (uint32_t)f)
                code = print_one(t, digit, &r, d->pixels + i * PIXELS, e);
        }
        typeface_free(t);
        if (code)
            return code;
    }
    return 0;
}

/* ---- sets ---- */

static Dataset *make(size_t count, bool letters, uint64_t seed, bool canonical, Team *team, Err *e)
{
    Dataset *d = dataset_new(count, SIDE, SIDE, letters ? DATASET_NOISE + 1 : 10, e);

    if (!d)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        Rng r = rng_stream(seed, RNG_NOISE, i);

        d->labels[i] = letters ? DATASET_NOISE : (int)(i / 2 % 10);
        if (i % 2 == 0)
            draw(letters ? -1 : d->labels[i], &r, d->pixels + i * PIXELS);
    }
    if (print_all(d, seed, e) ||
        (canonical &&
         pixels_to_canonical(d->pixels, count, SIDE, SIDE, INK_LIGHT, team, d->pixels, e))) {
        dataset_free(d);
        return NULL;
    }
    return d;
}

Dataset *drawn_dataset(size_t count, uint64_t seed, bool canonical, Team *team, Err *e)
{
    return make(count, false, seed, canonical, team, e);
}

Dataset *letters_dataset(size_t count, uint64_t seed, bool canonical, Team *team, Err *e)
{
    return make(count, true, seed, canonical, team, e);
}
