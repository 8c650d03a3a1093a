#include "data/noise.h"

#include <math.h>
#include <string.h>

#include "data/dataset_build.h"
#include "data/drawn.h"

enum { SIDE = DIGIT_SIDE, PIXELS = DIGIT_PIXELS };

static const struct {
    const char *name;
    int weight;
} kinds[NOISE_KINDS] = {
    [NOISE_BLANK] = {"blank", 1},
    [NOISE_LINES] = {"lines", 2},
    [NOISE_CORNER] = {"corner", 2},
    [NOISE_CROSS] = {"cross", 2},
    [NOISE_SMUDGE] = {"smudge", 2},
    [NOISE_DOTS] = {"dots", 2},
    [NOISE_HALF] = {"half", 4},
    [NOISE_PAIR] = {"pair", 4},
    [NOISE_CROSSED_OUT] = {"crossed out", 4},
    [NOISE_LETTER] = {"letter", 6},
};

const char *noise_name(NoiseKind kind)
{
    return kinds[kind].name;
}

NoiseKind noise_pick(Rng *r)
{
    int sum = 0, kind = 0;

    for (int i = 0; i < NOISE_KINDS; i++)
        sum += kinds[i].weight;
    for (int at = (int)rng_below(r, (uint32_t)sum); (at -= kinds[kind].weight) >= 0;)
        kind++;
    return (NoiseKind)kind;
}

/* ---- pens ---- */

typedef struct Pen {
    float half_width; /* px */
    float grey;       /* of full ink, 0..255 */
} Pen;

static Pen draw_pen(Rng *r)
{
    float half_width = rng_range(r, .4f, 1.8f);

    return (Pen){half_width, rng_range(r, 120, 255)};
}

static void put_ink(uint8_t *p, float grey)
{
    uint8_t v = (uint8_t)(grey < 0 ? 0 : grey > 255 ? 255 : grey);

    if (v > *p)
        *p = v;
}

/* A straight stroke with round ends and soft edges, over what is there. */
static void stroke(uint8_t *out, Pen pen, float x0, float y0, float x1, float y1)
{
    float dx = x1 - x0, dy = y1 - y0, length2 = fmaxf(dx * dx + dy * dy, 1e-6f);

    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            float px = (float)x - x0, py = (float)y - y0;
            float along = fminf(fmaxf((px * dx + py * dy) / length2, 0), 1);
            float distance = hypotf(px - along * dx, py - along * dy);
            put_ink(&out[y * SIDE + x], pen.grey * (pen.half_width + .5f - distance));
        }
}

/* A stroke through (x,y) in a direction of 0 (level) to 180 degrees; `half` is half its length. */
static void stroke_through(uint8_t *out, Pen pen, float x, float y, float angle_deg, float half)
{
    float angle = angle_deg * 3.14159265f / 180, dx = half * cosf(angle), dy = half * sinf(angle);

    stroke(out, pen, x - dx, y - dy, x + dx, y + dy);
}

/* ---- kinds without digits ---- */

/* Nothing, or the grain that weak light leaves. */
static void draw_blank(Rng *r, uint8_t *out)
{
    float deviation = rng_uniform(r) < .5f ? 0 : rng_range(r, 0, 25);

    for (int i = 0; deviation > 0 && i < PIXELS; i++)
        put_ink(&out[i], deviation * rng_normal(r));
}

/* Upright ones stand well inside: what lies at a border is cleaned away, and one line left over would
 * be a 1. */
static void draw_lines(Rng *r, uint8_t *out)
{
    Pen pen = draw_pen(r);
    bool upright = rng_uniform(r) < .3f;
    int n = upright ? 2 + (int)rng_below(r, 2) : 1 + (int)rng_below(r, 3);
    float room = upright ? 14 : 24, middle = 13.5f + rng_range(r, -2, 2);
    float angle = upright ? rng_range(r, 80, 100) : rng_range(r, -35, 35);
    float gap = rng_range(r, 5, fmaxf(5, room / (float)(n > 1 ? n - 1 : 1)));
    float half = upright ? rng_range(r, 6, 11) : rng_range(r, 6, 20);

    for (int i = 0; i < n; i++) {
        float at = middle + gap * ((float)i - (float)(n - 1) / 2);
        stroke_through(out, pen, upright ? at : 13.5f, upright ? 13.5f : at,
                       angle + rng_range(r, -4, 4), half);
    }
}

/* Two or three sides of a frame that meet near the edge. */
static void draw_corner(Rng *r, uint8_t *out)
{
    Pen pen = draw_pen(r);
    float x = rng_range(r, 1, 8), y = rng_range(r, 1, 8), tilt = rng_range(r, -3, 3);
    bool right = rng_uniform(r) < .5f, low = rng_uniform(r) < .5f, third = rng_uniform(r) < .3f;
    float far_x = right ? -2.f : 30.f, far_y = low ? -2.f : 30.f;

    x = right ? 27 - x : x;
    y = low ? 27 - y : y;
    stroke(out, pen, x, y, far_x, y + tilt);
    stroke(out, pen, x, y, x - tilt, far_y);
    if (third)
        stroke(out, pen, x - tilt, 27 - y, far_x, 27 - y + tilt);
}

static void draw_cross(Rng *r, uint8_t *out)
{
    Pen pen = draw_pen(r);
    float x = rng_range(r, 10, 17), y = rng_range(r, 10, 17);
    float angle = (rng_uniform(r) < .5f ? 0 : 45) + rng_range(r, -15, 15);
    float half = rng_range(r, 6, 14), other = rng_range(r, 6, 14), between = rng_range(r, 70, 110);

    stroke_through(out, pen, x, y, angle, half);
    x += rng_range(r, -2, 2);
    y += rng_range(r, -2, 2);
    stroke_through(out, pen, x, y, angle + between, other);
}

/* A heap of soft blobs, each wider one way than the other. */
static void draw_smudge(Rng *r, uint8_t *out)
{
    float ink[PIXELS] = {0}, x = rng_range(r, 8, 20), y = rng_range(r, 8, 20);

    for (int n = 1 + (int)rng_below(r, 5); n > 0; n--) {
        float wide = rng_range(r, 1.5f, 6), high = rng_range(r, 1.5f, 6),
              grey = rng_range(r, 40, 200);
        for (int i = 0; i < PIXELS; i++) {
            float u = ((float)(i % SIDE) - x) / wide, v = ((float)(i / SIDE) - y) / high;
            ink[i] += grey * expf(-(u * u + v * v) / 2);
        }
        x += rng_range(r, -6, 6);
        y += rng_range(r, -6, 6);
    }
    for (int i = 0; i < PIXELS; i++)
        put_ink(&out[i], ink[i] + 8 * rng_normal(r));
}

static void draw_dots(Rng *r, uint8_t *out)
{
    for (int n = 1 + (int)rng_below(r, 7); n > 0; n--) {
        Pen pen = draw_pen(r);
        float x = rng_range(r, 2, 25), y = rng_range(r, 2, 25);
        float to_x = x + rng_range(r, -1, 1), to_y = y + rng_range(r, -1, 1);
        stroke(out, pen, x, y, to_x, to_y);
    }
}

/* ---- kinds made of digits ---- */

static const uint8_t *any_digit(const Dataset *digits, Rng *r)
{
    return digits->pixels + (size_t)rng_below(r, (uint32_t)digits->count) * PIXELS;
}

/* Columns or rows of the ink's box; `*first` .. `*last` is where ink is. */
static void find_ink(const uint8_t *p, bool columns, int *first, int *last)
{
    *first = SIDE;
    *last = -1;
    for (int i = 0; i < PIXELS; i++)
        if (p[i] > 64) {
            int at = columns ? i % SIDE : i / SIDE;
            *first = at < *first ? at : *first;
            *last = at > *last ? at : *last;
        }
}

enum { LEFT = 1, RIGHT = 2, UPPER = 4, LOWER = 8 };

/* The sides of each digit that are no digit by themselves: the lower half of a 7 is a 1, the right
 * one of an 8 a 3, the left one nearly a 6. */
static const uint8_t no_digit_sides[10] = {
    [0] = UPPER | LOWER,        [2] = LEFT | UPPER | LOWER,
    [3] = LEFT | UPPER | LOWER, [4] = UPPER,
    [5] = LEFT | UPPER | LOWER, [6] = RIGHT,
    [7] = LEFT | UPPER,         [9] = LEFT,
};

/* A picture and a side of it to keep; 0 if the set seems to have none. */
static int pick_side(const Dataset *digits, Rng *r, const uint8_t **digit)
{
    for (int tries = 0; tries < 100; tries++) {
        uint32_t i = rng_below(r, (uint32_t)digits->count);
        int side = 1 << rng_below(r, 4), label = digits->labels[i];
        *digit = digits->pixels + (size_t)i * PIXELS;
        if (label < 10 && no_digit_sides[label] & side)
            return side;
    }
    return 0;
}

/* A quarter to half of the digit is left, at one side, where the picture was cut. */
static void draw_half(const Dataset *digits, Rng *r, uint8_t *out)
{
    const uint8_t *digit;
    int side = pick_side(digits, r, &digit), first, last;
    bool columns = side & (LEFT | RIGHT), begins = side & (LEFT | UPPER);
    float share = rng_range(r, .25f, .45f);

    if (!side)
        return;
    find_ink(digit, columns, &first, &last);
    float size = (float)(last - first + 1);
    int begin = begins ? first : (int)((float)first + size * (1 - share));
    int end = begins ? (int)((float)first + size * share) : last;
    for (int i = 0; i < PIXELS; i++) {
        int at = columns ? i % SIDE : i / SIDE;
        out[i] = at >= begin && at <= end ? digit[i] : 0;
    }
}

/* A digit squeezed to half its width, its middle at column `at`. */
static void put_narrow(uint8_t *out, const uint8_t *digit, int at)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE / 2; x++) {
            int to = at - SIDE / 4 + x;
            if (to >= 0 && to < SIDE)
                put_ink(&out[y * SIDE + to],
                        (float)(digit[y * SIDE + 2 * x] + digit[y * SIDE + 2 * x + 1]) / 2);
        }
}

static void draw_pair(const Dataset *digits, Rng *r, uint8_t *out)
{
    int apart = 5 + (int)rng_below(r, 4);

    put_narrow(out, any_digit(digits, r), SIDE / 2 - apart);
    put_narrow(out, any_digit(digits, r), SIDE / 2 + apart);
}

/* Three to six strokes all across it, or a zigzag from side to side, with a pen as thick as the digit's: thin
 * lines across a digit leave it one (data/blemish.h). */
static void draw_crossed_out(const Dataset *digits, Rng *r, uint8_t *out)
{
    Pen pen = {rng_range(r, .9f, 2), rng_range(r, 180, 255)};
    int n = 3 + (int)rng_below(r, 4);
    bool zigzag = rng_uniform(r) < .4f;
    float angle = rng_range(r, -45, 45), x = 3, y = rng_range(r, 6, 21);

    memcpy(out, any_digit(digits, r), PIXELS);
    for (int i = 0; i < n; i++, angle = -angle) {
        float middle = rng_range(r, 8, 19), turn = rng_range(r, -12, 12),
              half = rng_range(r, 9, 13);
        if (!zigzag)
            stroke_through(out, pen, 13.5f, middle, angle + turn, half);
    }
    for (int i = 0; zigzag && i < n + 2; i++) {
        float to_x = i & 1 ? rng_range(r, 2, 7) : rng_range(r, 20, 25), to_y = rng_range(r, 4, 23);
        stroke(out, pen, x, y, to_x, to_y);
        x = to_x;
        y = to_y;
    }
}

void noise_draw(NoiseKind kind, const Dataset *digits, Rng *r, uint8_t *out)
{
    memset(out, 0, PIXELS);
    switch (kind) {
    case NOISE_LINES:
        draw_lines(r, out);
        break;
    case NOISE_CORNER:
        draw_corner(r, out);
        break;
    case NOISE_CROSS:
        draw_cross(r, out);
        break;
    case NOISE_SMUDGE:
        draw_smudge(r, out);
        break;
    case NOISE_DOTS:
        draw_dots(r, out);
        break;
    case NOISE_HALF:
        draw_half(digits, r, out);
        break;
    case NOISE_PAIR:
        draw_pair(digits, r, out);
        break;
    case NOISE_CROSSED_OUT:
        draw_crossed_out(digits, r, out);
        break;
    case NOISE_LETTER:
        drawn_letter(r, out);
        break;
    case NOISE_BLANK:
    case NOISE_KINDS:
        draw_blank(r, out);
        break;
    }
}

/* Is what cleaning and scaling left an upright stroke, such as the one side of a corner? */
static bool is_like_one(const uint8_t *p)
{
    int left, right, top, bottom;

    find_ink(p, true, &left, &right);
    find_ink(p, false, &top, &bottom);
    return right - left < 8 && bottom - top >= 15;
}

Dataset *noise_dataset(const Dataset *digits, size_t count, uint64_t seed, bool canonical,
                       Team *team, Err *e)
{
    if (!digits->pixels || digits->count == 0 || digits->height != SIDE || digits->width != SIDE) {
        err_set(e, ERR_ARGUMENT, "noise is made of digits of %dx%d: %zu of %dx%d are no such set",
                SIDE, SIDE, digits->count, digits->width, digits->height);
        return NULL;
    }
    Dataset *d = dataset_new(count, SIDE, SIDE, DATASET_NOISE + 1, e);
    if (!d)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        Rng r = rng_stream(seed, RNG_NOISE, i);
        noise_draw(noise_pick(&r), digits, &r, d->pixels + i * PIXELS);
        d->labels[i] = DATASET_NOISE;
    }
    if (canonical && pixels_to_canonical(d->pixels, count, SIDE, SIDE, INK_LIGHT, team, d->pixels, e)) {
        dataset_free(d);
        return NULL;
    }
    for (size_t i = 0; canonical && i < count; i++)
        if (is_like_one(d->pixels + i * PIXELS))
            memset(d->pixels + i * PIXELS, 0, PIXELS);
    return d;
}
