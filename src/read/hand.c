/* A digit is a map from the number's plane back to its picture: upright shear and one scale. All
 * measuring happens in pixels of the pictures ("units"); only drawing knows the output's. */
#include "read/hand.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "image/resample.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, ROWS = 64 };

static const float page = 30;      /* units of the picture's height */
static const float base_line = 25; /* units from its top */
static const float margin = 5;
static const float pull = 0.6f;        /* of a slant towards the number's */
static const float most_growth = 1.3f; /* of a low digit */
static const float size_spread = 0.03f;
static const float drift_kept = 0.6f, drift = 0.5f; /* the line's wavering, from digit to digit */
static const float gap_least = 5.0f, gap_most = 7.5f, gap_spread = 0.8f;
static const float ink_level = 0.25f; /* what counts as ink when measuring */

typedef struct Glyph {
    float ink[PIXELS];   /* 0..1 */
    float x, y;          /* the middle of its weight */
    float foot;          /* lowest row of ink */
    float height, slant; /* of the ink; dx/dy, to the right downwards */
    float stroke;        /* width */
    float scale, shear;  /* how it is drawn */
    float level;         /* of its ink where the outline goes */
    float left, base;    /* where its middle and foot stand in the number */
    float from[ROWS],
        to[ROWS]; /* ink of each row of the number, from its middle; from > to: none */
} Glyph;

static float clamp(float v, float low, float high)
{
    return v < low ? low : v > high ? high : v;
}

/* ---- looking at a digit ---- */

/* Ink at a place between the pixels: Catmull-Rom in both directions (Keys 1981). */
static void weights(float t, float w[4])
{
    w[0] = ((-0.5f * t + 1) * t - 0.5f) * t;
    w[1] = (1.5f * t - 2.5f) * t * t + 1;
    w[2] = ((-1.5f * t + 2) * t + 0.5f) * t;
    w[3] = (0.5f * t - 0.5f) * t * t;
}

static float ink_at(const Glyph *g, float x, float y)
{
    float fx = floorf(x - 0.5f), fy = floorf(y - 0.5f), wx[4], wy[4], sum = 0;

    if (!(x > -2 && x < SIDE + 2 && y > -2 && y < SIDE + 2))
        return 0;
    weights(x - 0.5f - fx, wx);
    weights(y - 0.5f - fy, wy);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            int r = (int)fy - 1 + i, c = (int)fx - 1 + j;

            if (r >= 0 && r < SIDE && c >= 0 && c < SIDE)
                sum += wy[i] * wx[j] * g->ink[r * SIDE + c];
        }
    return sum;
}

static void measure_moments(Glyph *g)
{
    double mass = 1e-6, sx = 0, sy = 0, xy = 0, yy = 0;

    for (int i = 0; i < PIXELS; i++) {
        mass += g->ink[i];
        sx += g->ink[i] * (i % SIDE + 0.5);
        sy += g->ink[i] * (i / SIDE + 0.5);
    }
    g->x = (float)(sx / mass);
    g->y = (float)(sy / mass);
    for (int i = 0; i < PIXELS; i++) {
        double dx = i % SIDE + 0.5 - g->x, dy = i / SIDE + 0.5 - g->y;

        xy += g->ink[i] * dx * dy;
        yy += g->ink[i] * dy * dy;
    }
    g->slant = yy > 0 ? clamp((float)(xy / yy), -0.8f, 0.8f) : 0;
}

/* Rows of ink, and the width of strokes: twice the ink over the length of its edge. */
static void measure_ink(Glyph *g)
{
    int top = SIDE, bottom = 0;
    double area = 0, edge = 0;

    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++) {
            float v = g->ink[r * SIDE + c];
            float right = c + 1 < SIDE ? g->ink[r * SIDE + c + 1] : 0;
            float below = r + 1 < SIDE ? g->ink[(r + 1) * SIDE + c] : 0;

            area += v;
            edge += sqrt((right - v) * (right - v) + (below - v) * (below - v));
            if (v > ink_level) {
                top = r < top ? r : top;
                bottom = r + 1;
            }
        }
    g->foot = bottom > top ? (float)bottom : SIDE / 2.f;
    g->height = bottom > top ? (float)(bottom - top) : 1;
    g->stroke = edge > 0 ? (float)(2 * area / edge) : 2;
}

static void look_at(Glyph *g, const uint8_t *picture)
{
    float most = 1e-6f;

    for (int i = 0; i < PIXELS; i++)
        most = fmaxf(most, (float)picture[i] / 255);
    for (int i = 0; i < PIXELS; i++) /* a faint digit is written as firmly as the others */
        g->ink[i] = (float)picture[i] / 255 / most;
    measure_moments(g);
    measure_ink(g);
}

/* ---- making one hand of them ---- */

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static float median(float *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

typedef struct Style { /* what the digits of a number have in common */
    float slant, height, stroke;
} Style;

static Style style_of(const Glyph *g, int count, float *room)
{
    Style s;

    for (int i = 0; i < count; i++)
        room[i] = g[i].slant;
    s.slant = median(room, count);
    for (int i = 0; i < count; i++)
        room[i] = g[i].height;
    s.height = median(room, count);
    for (int i = 0; i < count; i++)
        room[i] = g[i].stroke;
    s.stroke = median(room, count);
    return s;
}

/* Shear, size and the level of the outline: a lower level makes thin strokes wider. */
static void adapt(Glyph *g, const Style *s, Rng *r)
{
    float grown = clamp(s->height / g->height, 1, most_growth);

    g->shear = pull * (s->slant - g->slant);
    g->scale = grown * expf(size_spread * rng_normal(r));
    g->level = clamp(0.45f + 0.22f * (g->stroke * grown - s->stroke), 0.3f, 0.65f);
}

/* ---- setting them side by side ---- */

/* The number's plane to the picture: rows from the base upwards, columns from the middle. */
static float ink_of(const Glyph *g, float x, float y)
{
    float v = g->foot + (y - g->base) / g->scale;

    return ink_at(g, g->x + x / g->scale - g->shear * (v - g->y), v);
}

/* From where to where each row of the number has ink of this digit. */
static void find_profile(Glyph *g)
{
    const float reach = 24, step = 0.25f;

    for (int row = 0; row < ROWS; row++) {
        float y = page * ((float)row + 0.5f) / ROWS;

        g->from[row] = reach;
        g->to[row] = -reach;
        for (float x = -reach; x <= reach; x += step)
            if (ink_of(g, x, y) > g->level) {
                g->from[row] = fminf(g->from[row], x);
                g->to[row] = x;
            }
    }
}

/* How far apart the middles are when the ink of two just touches in a row, or in rows near it. */
static float touching(const Glyph *a, const Glyph *b)
{
    const int near = 3; /* rows of the profile, about a pixel and a half of the picture */
    float most = 0;

    for (int i = 0; i < ROWS; i++)
        for (int j = i - near < 0 ? 0 : i - near; j <= i + near && j < ROWS; j++)
            if (a->from[i] <= a->to[i] && b->from[j] <= b->to[j])
                most = fmaxf(most, a->to[i] - b->from[j]);
    return most;
}

static void row_ends(const Glyph *g, float *left, float *right)
{
    *left = 0;
    *right = 0;
    for (int i = 0; i < ROWS; i++)
        if (g->from[i] <= g->to[i]) {
            *left = fminf(*left, g->from[i]);
            *right = fmaxf(*right, g->to[i]);
        }
}

/* Gives each digit its place; returns the number's width. */
static float set_out(Glyph *g, int count, Rng *r)
{
    float gap = rng_range(r, gap_least, gap_most), wander = 0, left, right, width = 0;

    for (int i = 0; i < count; i++) {
        wander = drift_kept * wander + drift * sqrtf(1 - drift_kept * drift_kept) * rng_normal(r);
        g[i].base = base_line + wander;
        find_profile(&g[i]);
        row_ends(&g[i], &left, &right);
        if (!i) {
            g[i].left = margin - left;
        } else {
            float between = touching(&g[i - 1], &g[i]) + fmaxf(1, gap + gap_spread * rng_normal(r));

            g[i].left = g[i - 1].left + between;
        }
        width = fmaxf(width, g[i].left + right + margin);
    }
    return width;
}

/* ---- drawing ---- */

/* Ink in units 0..1 becomes a pixel whose edge is about one pixel of the output wide. */
static uint8_t shade(float ink, float level, float sharpness)
{
    return (uint8_t)lrintf(255 * clamp(0.5f + (ink - level) * sharpness, 0, 1));
}

static void draw(const Glyph *g, float scale, Image *im)
{
    float left, right, sharpness = fmaxf(2, scale * g->scale);
    int from, to;

    row_ends(g, &left, &right);
    from = (int)clamp((g->left + left - 2) * scale, 0, (float)im->width);
    to = (int)clamp((g->left + right + 3) * scale, 0, (float)im->width);
    for (int y = 0; y < im->height; y++)
        for (int x = from; x < to; x++) {
            float ink = ink_of(g, ((float)x + 0.5f) / scale - g->left, ((float)y + 0.5f) / scale);
            uint8_t *pixel = im->pixels + (size_t)y * (size_t)im->width + (size_t)x;
            uint8_t value = shade(ink, g->level, sharpness);

            *pixel = value > *pixel ? value : *pixel;
        }
}

Image *hand_join(const uint8_t *pictures, int count, const HandOptions *options, Err *e)
{
    Rng r = rng_stream(options->seed, RNG_WRITE, 6);
    int height = options->height ? options->height : 64;
    float scale = (float)height / page, width;
    Glyph *g = calloc((size_t)count, sizeof *g);
    float *room = malloc((size_t)count * sizeof *room);
    Image *im = NULL;

    assert(count > 0);
    if (g && room) {
        Style style;

        for (int i = 0; i < count; i++)
            look_at(&g[i], pictures + (size_t)i * PIXELS);
        style = style_of(g, count, room);
        for (int i = 0; i < count; i++)
            adapt(&g[i], &style, &r);
        width = set_out(g, count, &r);
        im = image_new((int)ceilf(width * scale), height, 1, e);
        for (int i = 0; im && i < count; i++)
            draw(&g[i], scale, im);
    } else {
        err_set(e, ERR_MEMORY, "no memory for a number of %d digits", count);
    }
    free(g);
    free(room);
    return im;
}

Image *hand_join_seed(const uint8_t *pictures, int count, int height, Err *e)
{
    enum { CUT = 5, LEFT = SIDE - 2 * CUT };
    Image *im = image_new(count * LEFT, SIDE, 1, e), *large = NULL;

    assert(count > 0);
    for (int i = 0; im && i < count; i++)
        for (int y = 0; y < SIDE; y++)
            memcpy(im->pixels + ((size_t)y * (size_t)count + (size_t)i) * LEFT,
                   pictures + (size_t)i * PIXELS + y * SIDE + CUT, LEFT);
    if (!im || !height || height == SIDE)
        return im;
    large = image_resample(im, (Window){0, 0, (float)im->width, SIDE},
                           (int)lrintf((float)im->width * (float)height / SIDE), height, e);
    image_free(im);
    return large;
}
