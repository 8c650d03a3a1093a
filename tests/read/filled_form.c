#include "filled_form.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "data/thin.h"
#include "read/form.h"

#define SCALE 10.0 /* pixels a mm */

typedef struct Nib {
    float color[3];  /* 0..255 */
    float strength;  /* 1 covers the paper */
    float radius_mm; /* of a nib; 0: strokes as thick as the picture's own */
    float grain;     /* how uneven, as pencils are */
} Nib;

typedef struct Paper {
    Image *im;
    Rng *r;
} Paper;

/* ---- ink ---- */

static void put_ink(Paper *p, int x, int y, float ink, const Nib *nib)
{
    if (x < 0 || y < 0 || x >= p->im->width || y >= p->im->height || ink <= 0)
        return;
    uint8_t *pixel = p->im->pixels + 3 * ((size_t)y * p->im->width + x);
    float cover = fminf(ink, 1) * nib->strength;

    for (int c = 0; c < 3; c++) /* the darker of what is there and the ink */
        pixel[c] = (uint8_t)fminf(pixel[c], 255 + cover * (nib->color[c] - 255) + 0.5f);
}

/* ink (h,w), its corner at (x0,y0) of the sheet. */
static void put_map(Paper *p, const float *ink, int w, int h, int x0, int y0, const Nib *nib)
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            if (ink[y * w + x] > 0)
                put_ink(p, x0 + x, y0 + y, ink[y * w + x] * (1 - nib->grain * rng_uniform(p->r)),
                        nib);
}

static void dot(float *ink, int w, int h, float x, float y, float radius)
{
    for (int j = (int)(y - radius - 1); j <= (int)(y + radius + 1); j++)
        for (int i = (int)(x - radius - 1); i <= (int)(x + radius + 1); i++) {
            float v = radius + 0.5f - hypotf((float)i + 0.5f - x, (float)j + 0.5f - y);
            if (i >= 0 && j >= 0 && i < w && j < h && v > ink[j * w + i])
                ink[j * w + i] = fminf(v, 1);
        }
}

static void stroke(float *ink, int w, int h, float x0, float y0, float x1, float y1, float radius)
{
    int n = (int)(hypotf(x1 - x0, y1 - y0) / 2) + 1;

    for (int i = 0; i <= n; i++)
        dot(ink, w, h, x0 + (x1 - x0) * (float)i / (float)n, y0 + (y1 - y0) * (float)i / (float)n,
            radius);
}

/* ---- digits ---- */

typedef struct Place { /* from a 28x28 picture, its middle at 14, to a map */
    float a, b, c, d, x, y;
} Place;

static float picture_at(const uint8_t *in, float x, float y)
{
    int x0 = (int)floorf(x - 0.5f), y0 = (int)floorf(y - 0.5f);
    float fx = x - 0.5f - (float)x0, fy = y - 0.5f - (float)y0, v[4];

    for (int i = 0; i < 4; i++) {
        int px = x0 + i % 2, py = y0 + i / 2;
        v[i] = px < 0 || py < 0 || px > 27 || py > 27 ? 0 : in[py * 28 + px];
    }
    return ((v[0] * (1 - fx) + v[1] * fx) * (1 - fy) + (v[2] * (1 - fx) + v[3] * fx) * fy) / 255;
}

/* The picture itself, enlarged, its edge a little sharper: a felt pen. */
static void draw_picture(const uint8_t *in, const Place *t, float *ink, int w, int h)
{
    float det = t->a * t->d - t->b * t->c;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            float u = (float)x + 0.5f - t->x, v = (float)y + 0.5f - t->y;
            float value =
                picture_at(in, 14 + (t->d * u - t->b * v) / det, 14 + (t->a * v - t->c * u) / det);
            ink[y * w + x] = fmaxf(0, fminf(1, 1.4f * value - 0.1f));
        }
}

/* Does some of the ink, faint ink too, lie far from all middle lines? Then they would be another digit. */
static bool loses_ink(const uint8_t *in, uint8_t points[THIN_LIMIT][2], int n)
{
    for (int i = 0; i < 784; i++) {
        int x = (2 * (i % 28) + 1) * THIN_UNIT / 2, y = (2 * (i / 28) + 1) * THIN_UNIT / 2,
            nearest = 1 << 20;
        for (int k = 0; in[i] > 50 && k < n; k++) {
            int d =
                (points[k][0] - x) * (points[k][0] - x) + (points[k][1] - y) * (points[k][1] - y);
            nearest = d < nearest ? d : nearest;
        }
        if (in[i] > 50 && nearest > 6 * THIN_UNIT * THIN_UNIT)
            return true;
    }
    return false;
}

/* Its middle lines with a pen; false for a picture that thinning would spoil. */
static bool draw_thin(const uint8_t *in, const Place *t, float radius, float *ink, int w, int h)
{
    uint8_t points[THIN_LIMIT][2];
    int n = thin_digit(in, points);
    float x[THIN_LIMIT], y[THIN_LIMIT];

    if (n == 0 || loses_ink(in, points, n))
        return false;
    for (int i = 0; i < n; i++) {
        float u = (float)points[i][0] / THIN_UNIT - 14, v = (float)points[i][1] / THIN_UNIT - 14;
        x[i] = t->x + t->a * u + t->b * v;
        y[i] = t->y + t->c * u + t->d * v;
    }
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            if (abs(points[i][0] - points[j][0]) <= 10 && abs(points[i][1] - points[j][1]) <= 10)
                stroke(ink, w, h, x[i], y[i], x[j], y[j], radius);
    return true;
}

static void draw_digit(Paper *p, const Field *f, int index, const uint8_t *in, const Nib *nib,
                       float hand, bool hard)
{
    Rng *r = p->r;
    Area a = field_item(f, index);
    int w = (int)((a.width + 8) * SCALE), h = (int)((a.height + 8) * SCALE);
    float *ink = calloc((size_t)w * h, sizeof *ink);
    float share =
        hard ? rng_range(r, 0.6f, 1.05f) : rng_range(r, 0.62f, 0.82f); /* of the box's height */
    float size = share * (float)a.height * (float)SCALE / 20, turn = rng_range(r, -0.08f, 0.08f),
          slant = hand;
    float room = hard ? 0.16f : 0.08f, wide = rng_range(r, 0.85f, 1.05f);
    Place t = {size * wide * cosf(turn),
               size * (slant - sinf(turn)),
               size * wide * sinf(turn),
               size * cosf(turn),
               (float)w / 2 + rng_normal(r) * room * (float)a.width * (float)SCALE * 0.6f,
               (float)h / 2 + rng_normal(r) * room * (float)a.height * (float)SCALE * 0.5f};

    if (!ink)
        return;
    if (!(nib->radius_mm > 0 && draw_thin(in, &t, nib->radius_mm * (float)SCALE, ink, w, h)))
        draw_picture(in, &t, ink, w, h);
    put_map(p, ink, w, h, (int)((a.x - 4) * SCALE), (int)((a.y - 4) * SCALE), nib);
    free(ink);
}

/* ---- bubbles ---- */

typedef enum Mark {
    MARK_FILL,
    MARK_TICK,
    MARK_CROSS,
    MARK_DOT,
    MARK_ERASED,
    MARK_CROSSED_OUT
} Mark;

static void draw_mark(Paper *p, Area a, Mark mark, const Nib *nib)
{
    Rng *r = p->r;
    int side = (int)((a.width + 6) * SCALE);
    float *ink = calloc((size_t)side * side, sizeof *ink), radius = (float)(a.width / 2 * SCALE);
    float x = (float)side / 2 + rng_normal(r) * 0.1f * radius,
          y = (float)side / 2 + rng_normal(r) * 0.1f * radius;
    float tip = rng_range(r, 0.17f, 0.4f) * (float)SCALE,
          reach = radius * rng_range(r, 0.75f, 1.05f);
    Nib used = *nib;

    if (!ink)
        return;
    if (mark == MARK_ERASED)
        used.strength = 0.06f;
    if (mark == MARK_FILL || mark == MARK_ERASED ||
        mark == MARK_CROSSED_OUT) /* to and fro, not quite everywhere */
        for (float v = -reach; v <= reach; v += tip * rng_range(r, 1, 2.2f)) {
            float half = sqrtf(reach * reach - v * v);
            stroke(ink, side, side, x - half, y + v + rng_normal(r), x + half,
                   y + v + rng_normal(r), tip);
        }
    if (mark == MARK_DOT)
        dot(ink, side, side, x, y, radius * 0.5f);
    if (mark == MARK_TICK) {
        stroke(ink, side, side, x - radius * 0.6f, y, x - radius * 0.1f, y + radius * 0.6f, tip);
        stroke(ink, side, side, x - radius * 0.1f, y + radius * 0.6f, x + radius, y - radius, tip);
    }
    if (mark == MARK_CROSS || mark == MARK_CROSSED_OUT) {
        float out = mark == MARK_CROSS ? 0.7f * radius : 1.3f * radius;
        stroke(ink, side, side, x - out, y - out, x + out, y + out, tip);
        stroke(ink, side, side, x + out, y - out, x - out, y + out, tip);
    }
    put_map(p, ink, side, side, (int)((a.x - 3) * SCALE), (int)((a.y - 3) * SCALE), &used);
    free(ink);
}

static Mark pick_mark(Rng *r, bool hard)
{
    static const Mark marks[] = {MARK_FILL, MARK_FILL, MARK_FILL,  MARK_FILL,
                                 MARK_FILL, MARK_TICK, MARK_CROSS, MARK_DOT};

    return hard ? marks[rng_below(r, sizeof marks / sizeof *marks)] : MARK_FILL;
}

/* One of n bubbles, and now and then what goes wrong with it. Returns which, -1 for none, -2 for more than one. */
static int fill_one(Paper *p, const Field *f, int first, int n, const Nib *nib, bool hard)
{
    int which = (int)rng_below(p->r, (uint32_t)n), other = (which + 1) % n;
    float chance = hard ? rng_uniform(p->r) : 1;

    if (chance < 0.03f)
        return -1;
    draw_mark(p, field_item(f, first + which), pick_mark(p->r, hard), nib);
    if (n > 1 && chance < 0.06f) {
        draw_mark(p, field_item(f, first + other), chance < 0.045f ? MARK_FILL : MARK_CROSSED_OUT,
                  nib);
        return -2;
    }
    if (n > 1 && chance < 0.1f)
        draw_mark(p, field_item(f, first + other), MARK_ERASED, nib);
    return which;
}

/* ---- the form ---- */

static Nib pick_pen(Rng *r, bool hard)
{
    static const float colors[][3] = {
        {25, 25, 30}, {25, 35, 120}, {15, 60, 150}, {30, 30, 30}, {150, 25, 30}};
    Nib nib = {.strength = rng_range(r, 0.85f, 1), .radius_mm = rng_range(r, 0.16f, 0.35f)};
    float kind = rng_uniform(r);

    memcpy(nib.color, colors[rng_below(r, 5)], sizeof nib.color);
    if (kind < 0.3f || !hard)
        nib.radius_mm = 0;
    if (kind > 0.7f) { /* a pencil */
        memcpy(nib.color, (float[]){70, 70, 74}, sizeof nib.color);
        nib.strength = hard ? rng_range(r, 0.45f, 0.8f) : rng_range(r, 0.65f, 0.9f);
        nib.grain = 0.45f;
    }
    return nib;
}

static const uint8_t *next_digit(Fill *fill, int *label)
{
    size_t n = fill->indices ? fill->count : fill->digits->count;

    for (;;) {
        size_t i = fill->indices ? fill->indices[fill->next % n] : fill->next % n;
        fill->next++;
        *label = fill->digits->labels[i];
        if (*label < 10)
            return fill->digits->pixels + i * 784;
    }
}

/* Any digit but, on a sheet that collects, only the one that the box holds. */
static void fill_digits(Paper *p, const Field *f, Fill *fill, const Nib *nib, float hand,
                        char *text)
{
    int n = f->partial && !(f->holds >= 0) ? 1 + (int)rng_below(p->r, (uint32_t)f->count)
                                           : f->count,
        label;
    int first = f->count - n;

    if (f->most >= 0 && n > 2)
        first = 1, n = 2;
    for (int i = 0; i < n; i++) {
        const uint8_t *in = next_digit(fill, &label);
        while (f->holds >= 0 && label != f->holds)
            in = next_digit(fill, &label);
        draw_digit(p, f, first + i, in, nib, hand, fill->hard);
        text[i] = (char)('0' + label);
    }
    text[n] = '\0';
}

static char *fill_field(Paper *p, const Field *f, Fill *fill, const Nib *nib, float hand)
{
    char text[LAYOUT_NAME + LAYOUT_COUNT + 1] = "";
    bool flagged = false;

    if (f->kind == FIELD_DIGITS)
        fill_digits(p, f, fill, nib, hand, text);
    else if (f->kind == FIELD_BUBBLES) {
        for (int i = 0; i < f->count; i++) {
            int digit = fill_one(p, f, 10 * i, 10, nib, fill->hard);
            flagged = flagged || digit < 0;
            text[i] = (char)('0' + (digit < 0 ? 0 : digit));
        }
    } else if (!f->several || rng_uniform(p->r) < 0.3f) {
        int which = fill_one(p, f, 0, f->count, nib, fill->hard);
        flagged = which < 0 && !(f->several && which == -1);
        snprintf(text, sizeof text, "%s", which < 0 ? "" : f->choices[which]);
    }
    return flagged ? NULL : strdup(text);
}

Image *fill_form(const Layout *l, Fill *fill, char ***meant, Err *e)
{
    Canvas *c = form_draw(l, e);
    Image *im = c ? canvas_render(c, SCALE * 25.4 / 72, e) : NULL;
    Rng r = rng_stream(fill->seed, RNG_TEST, 0xF111);
    Paper paper = {im, &r};
    Nib nib = pick_pen(&r, fill->hard);
    float hand = rng_range(&r, -0.15f, 0.25f);

    canvas_free(c);
    *meant = calloc((size_t)l->field_count, sizeof **meant);
    if (!im || !*meant) {
        image_free(im);
        return NULL;
    }
    for (int i = 0; i < l->field_count; i++)
        (*meant)[i] = fill_field(&paper, &l->fields[i], fill, &nib, hand);
    return im;
}

void fill_free(char **meant, const Layout *l)
{
    for (int i = 0; meant && i < l->field_count; i++)
        free(meant[i]);
    free(meant);
}
