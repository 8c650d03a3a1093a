/* What is on the paper besides the number. */
#include <math.h>

#include "data/made_strings_parts.h"

static bool chance(Rng *r, float share)
{
    return rng_uniform(r) < share;
}

static Pen printed_line(Rng *r)
{
    return (Pen){0.5f * rng_range(r, 0.5f, 3.2f), chance(r, 0.5f) ? 1 : rng_range(r, 0.25f, 1)};
}

/* A straight line across, some of them broken into dashes or dots. */
static void draw_line(Sheet *s, Point a, Point b, Pen pen, Rng *r)
{
    float length = hypotf(b.x - a.x, b.y - a.y), at = 0;
    float dash = chance(r, 0.12f) ? rng_range(r, 0.3f, 5) : length, space = rng_range(r, 1.5f, 4);

    while (at < length) {
        float from = at / length, to = less(1, (at + dash) / length);

        pen_line(s, a.x + from * (b.x - a.x), a.y + from * (b.y - a.y), a.x + to * (b.x - a.x),
                 a.y + to * (b.y - a.y), pen);
        at += dash + space + 2 * pen.radius;
    }
}

static void draw_level(Sheet *s, float y, float slope, int first, int end, Pen pen, Rng *r)
{
    float middle = 0.5f * (float)(first + end);

    draw_line(s, (Point){(float)first, y + slope * ((float)first - middle)},
              (Point){(float)end, y + slope * ((float)end - middle)}, pen, r);
}

static void draw_upright(Sheet *s, float x, float slope, Pen pen, Rng *r)
{
    float top = chance(r, 0.85f) ? -2 : rng_range(r, -2, 3);
    float bottom = STRING_HEIGHT + (chance(r, 0.85f) ? 2 : rng_range(r, -3, 2));

    draw_line(s, (Point){x - slope * (top - 16), top}, (Point){x - slope * (bottom - 16), bottom},
              pen, r);
}

/* The borders of a cell, on one to four sides. Upright ones keep clear of the digits, mostly. */
static void draw_borders(const Writing *w, int first, int end, Rng *r, Sheet *s)
{
    Pen pen = printed_line(r);
    unsigned sides = chance(r, 0.4f) ? 15 : 1 + rng_below(r, 15);
    float slope = 0.015f * rng_normal(r), lean = chance(r, 0.7f) ? slope : 0.03f * rng_normal(r);
    float near = chance(r, 0.15f) ? -1.5f : 1.5f;

    if (sides & 1)
        draw_level(s, rng_range(r, -1, 5), slope, first, end, pen, r);
    if (sides & 2)
        draw_level(s, STRING_HEIGHT - rng_range(r, -1, 5), slope, first, end, pen, r);
    if (sides & 4)
        draw_upright(s, more((float)first, w->left - pen.radius - rng_range(r, near, 14)), lean,
                     pen, r);
    if (sides & 8)
        draw_upright(s, less((float)end, w->right + pen.radius + rng_range(r, near, 14)), lean, pen,
                     r);
}

/* A box wider and higher than what stands in it, with paper around. */
static void draw_frame(const Writing *w, Rng *r, Sheet *s)
{
    Pen pen = printed_line(r);
    float left = w->left - pen.radius - rng_range(r, 1, 30), right = w->right + pen.radius + rng_range(r, 1, 30);
    float top = rng_range(r, -1, 7), bottom = STRING_HEIGHT - rng_range(r, -1, 7), slope = 0.015f * rng_normal(r);
    float fall = slope * (right - left), lean = slope * (bottom - top);

    draw_line(s, (Point){left, top}, (Point){right, top + fall}, pen, r);
    draw_line(s, (Point){left - lean, bottom}, (Point){right - lean, bottom + fall}, pen, r);
    draw_line(s, (Point){left, top}, (Point){left - lean, bottom}, pen, r);
    draw_line(s, (Point){right, top + fall}, (Point){right - lean, bottom + fall}, pen, r);
}

static void draw_rules(const Writing *w, int first, int end, Rng *r, Sheet *s)
{
    Pen pen = {0.5f * rng_range(r, 0.4f, 1.8f), rng_range(r, 0.2f, 0.9f)};
    float y = w->hand->middle + w->hand->height * rng_range(r, -0.2f, 0.75f);
    float pitch = rng_range(r, 20, 34);

    draw_level(s, y, 0.01f * rng_normal(r), first, end, pen, r);
    if (chance(r, 0.5f))
        draw_level(s, y - pitch, 0.01f * rng_normal(r), first, end, pen, r);
}

/* One or two strokes of the pen below a number. */
static void draw_underline(const Writing *w, Rng *r, Sheet *s)
{
    const Hand *h = w->hand;
    float y = h->middle + h->height * rng_range(r, 0.45f, 0.8f), lean = rng_range(r, -2, 2);
    float left = w->left - rng_range(r, -8, 8), right = w->right + rng_range(r, -8, 8);

    for (int i = 0; i < (chance(r, 0.25f) ? 2 : 1); i++, y += rng_range(r, 2.5f, 5))
        pen_line(s, left, y + lean, right, y - lean, h->pen);
}

/* A ring around a number, as teachers draw; most of them leave the strip above and below. */
static void draw_ring(const Writing *w, Rng *r, Sheet *s)
{
    enum { PARTS = 24 };
    const float turn = 6.2831853f / PARTS;
    float across = 0.5f * (w->right - w->left) + rng_range(r, 2.5f, 8), half = w->hand->height * rng_range(r, 0.6f, 0.95f);
    float x = 0.5f * (w->left + w->right) + rng_normal(r), y = w->hand->middle + rng_normal(r);
    float start = 6.2831853f * rng_uniform(r), growth = 1 + 0.08f * rng_normal(r);
    int parts = PARTS + (int)rng_below(r, 4) - 1; /* it may stay open or overlap */
    Pen pen = {w->hand->pen.radius * rng_range(r, 0.7f, 1.2f), w->hand->pen.level};

    for (int i = 0; i < parts; i++) {
        float a = start + turn * (float)i, b = a + turn;
        float before = 1 + (growth - 1) * (float)i / PARTS, after = 1 + (growth - 1) * (float)(i + 1) / PARTS;

        pen_line(s, x + before * across * cosf(a), y + before * half * sinf(a), x + after * across * cosf(b),
                 y + after * half * sinf(b), pen);
    }
}

/* Upright rules at even distances through the whole strip, as ledgers have for their columns. */
static void draw_columns(int first, int end, Rng *r, Sheet *s)
{
    Pen pen = {0.5f * rng_range(r, 0.4f, 1.3f), rng_range(r, 0.15f, 0.5f)};
    float pitch = rng_range(r, 14, 40), lean = 0.02f * rng_normal(r);

    for (float x = (float)first + rng_range(r, 0, pitch); x < (float)end; x += pitch)
        draw_upright(s, x, lean, pen, r);
}

/* The pattern that cheques are printed on, as far as it is left: weak lines close together. */
static void draw_pattern(int first, int end, Rng *r, Sheet *s)
{
    Pen pen = {0.5f * rng_range(r, 0.5f, 1.5f), rng_range(r, 0.1f, 0.35f)};
    float pitch = rng_range(r, 3.5f, 9), lean = rng_range(r, -40, 40), reach = fabsf(lean);

    for (float x = (float)first - reach; x < (float)end + reach; x += pitch)
        pen_line(s, x + lean, 0, x - lean, STRING_HEIGHT, pen);
}

/* The same as waves one below the other, or as a grid of dots. */
static void draw_waves(int first, int end, Rng *r, Sheet *s)
{
    Pen pen = {0.5f * rng_range(r, 0.5f, 1.3f), rng_range(r, 0.1f, 0.4f)};
    float pitch = rng_range(r, 3, 8), height = rng_range(r, 0.5f, 5),
          turn = 6.2832f / rng_range(r, 8, 50);
    float phase = rng_range(r, 0, 6.3f), shift = rng_range(r, -1, 1);

    for (float y = -height; y < (float)s->height + height; y += pitch, phase += shift)
        for (float x = (float)first; x < (float)end; x += 3)
            pen_line(s, x, y + height * sinf(turn * x + phase), x + 3,
                     y + height * sinf(turn * (x + 3) + phase), pen);
}

static void draw_dots(int first, int end, Rng *r, Sheet *s)
{
    Pen pen = {rng_range(r, 0.3f, 0.9f), rng_range(r, 0.1f, 0.5f)};
    float pitch = more(2.5f * pen.radius + 1.2f, rng_range(r, 2.5f, 7)),
          odd = chance(r, 0.5f) ? 0.5f * pitch : 0;
    int row = 0;

    for (float y = rng_range(r, 0, pitch); y < (float)s->height; y += pitch, row++)
        for (float x = (float)first + (row % 2 ? odd : 0); x < (float)end; x += pitch)
            pen_dot(s, x, y, pen);
}

/* Tips of what stands above or below. */
static void draw_neighbours(const Writing *w, int first, int end, Rng *r, Sheet *s)
{
    const Hand *h = w->hand;
    bool above = chance(r, 0.5f);
    int count = 1 + (int)rng_below(r, 5);

    for (int i = 0; i < count; i++) {
        float inside = rng_range(r, 0.5f, 7), height = h->height;
        float y = above ? inside - 0.5f * height : STRING_HEIGHT - inside + 0.5f * height;
        Place place = {.cx = rng_range(r, (float)first, (float)end),
                       .cy = y,
                       .xx = height * h->aspect,
                       .xy = -h->slant * height,
                       .yy = height};

        sketch_draw((int)rng_below(r, 10), place, h->pen, r, s);
    }
}

/* Ends of strokes at the left and right edge. */
static void draw_slivers(const Writing *w, int first, int end, Rng *r, Sheet *s)
{
    for (int i = 0; i < 2; i++)
        if (chance(r, 0.6f)) {
            float x = i ? (float)end : (float)first, y = rng_range(r, 2, 30),
                  size = rng_range(r, 1, 3.5f);

            pen_line(s, x, y, x + (i ? -size : size), y + rng_range(r, -6, 6), w->hand->pen);
        }
}

static void draw_specks(int first, int end, Rng *r, Sheet *s)
{
    int count = 1 + (int)rng_below(r, chance(r, 0.2f) ? 60 : 9);

    for (int i = 0; i < count; i++) {
        float x = rng_range(r, (float)first, (float)end), y = rng_range(r, 0, STRING_HEIGHT);
        Pen pen = {rng_range(r, 0.1f, 1.1f), rng_range(r, 0.3f, 1)};

        pen_line(s, x, y, x + rng_range(r, -1, 1), y + rng_range(r, -1, 1), pen);
    }
}

/* A shadow that the background's surface did not follow: soft ink, larger than any digit, or the
 * edge of the paper. */
static void draw_shadow(int first, int end, Rng *r, Sheet *s)
{
    float cx = rng_range(r, (float)first, (float)end), cy = rng_range(r, -8, 40),
          level = rng_range(r, 0.2f, 0.9f);
    float width = rng_range(r, 10, 60), height = rng_range(r, 6, 24);

    for (int y = 0; y < s->height; y++)
        for (int x = first; x < end; x++) {
            float u = ((float)x - cx) / width, v = ((float)y - cy) / height, q = 1 - u * u - v * v;
            float *p = &s->ink[y * s->width + x];

            *p = less(1, *p + (q > 0 ? level * q * q : 0));
        }
}

/* What is left of a fold: a soft line through everything. */
static void draw_fold(int first, int end, Rng *r, Sheet *s)
{
    float x = rng_range(r, (float)first, (float)end), lean = 12 * rng_normal(r), width = rng_range(r, 0.7f, 4);
    float level = rng_range(r, 0.15f, 0.8f);

    for (int y = 0; y < s->height; y++)
        for (int i = first; i < end; i++) {
            float away = ((float)i - x - lean * ((float)y / STRING_HEIGHT - 0.5f)) / width, q = 1 - away * away;
            float *p = &s->ink[y * s->width + i];

            *p = more(*p, q > 0 ? level * q : 0);
        }
}

/* The rim that a drop or a cup leaves, weaker in places. */
static void draw_stain(int first, int end, Rng *r, Sheet *s)
{
    float cx = rng_range(r, (float)first, (float)end), cy = rng_range(r, 0, STRING_HEIGHT), radius = rng_range(r, 5, 30);
    float aspect = rng_range(r, 0.7f, 1.4f), width = rng_range(r, 0.8f, 4), level = rng_range(r, 0.15f, 0.8f);
    float turn = rng_range(r, 0, 6.28f);

    for (int y = 0; y < s->height; y++)
        for (int x = first; x < end; x++) {
            float u = ((float)x - cx) * aspect, v = (float)y - cy, away = (hypotf(u, v) - radius) / width, q = 1 - away * away;
            float *p = &s->ink[y * s->width + x];

            if (q > 0)
                *p = more(*p, level * q * (0.6f + 0.4f * cosf(atan2f(v, u) - turn)));
        }
}

static void draw_paper_edge(const Writing *w, int first, int end, Rng *r, Sheet *s)
{
    float x = chance(r, 0.5f) ? less(w->left - 3, (float)first + rng_range(r, 0, 4))
                              : more(w->right + 3, (float)end - rng_range(r, 0, 4));
    float side = x < w->left ? 1 : -1, lean = 0.05f * rng_normal(r);

    for (int y = 0; y < s->height; y++)
        for (int i = first; i < end; i++) {
            float beyond = side * (x + lean * (float)(y - 16) - (float)i);
            float *p = &s->ink[y * s->width + i];

            *p = more(*p, less(1, beyond));
        }
}

void page_draw(const Writing *w, int first, int end, Rng *r, Sheet *s)
{
    bool empty = w->left >= w->right;

    if (chance(r, 0.42f))
        draw_borders(w, first, end, r, s);
    else if (chance(r, 0.08f))
        draw_frame(w, r, s);
    if (chance(r, 0.14f))
        draw_rules(w, first, end, r, s);
    if (chance(r, 0.03f))
        draw_columns(first, end, r, s);
    if (chance(r, 0.05f))
        draw_underline(w, r, s);
    if (chance(r, 0.03f))
        draw_ring(w, r, s);
    if (chance(r, 0.04f))
        draw_pattern(first, end, r, s);
    if (chance(r, 0.05f))
        draw_waves(first, end, r, s);
    if (chance(r, 0.025f))
        draw_dots(first, end, r, s);
    if (chance(r, 0.2f))
        draw_neighbours(w, first, end, r, s);
    if (chance(r, 0.08f))
        draw_slivers(w, first, end, r, s);
    if (chance(r, 0.3f))
        draw_specks(first, end, r, s);
    if (chance(r, 0.07f))
        draw_shadow(first, end, r, s);
    if (chance(r, empty ? 0.3f : 0.02f))
        draw_fold(first, end, r, s);
    if (chance(r, empty ? 0.3f : 0.02f))
        draw_stain(first, end, r, s);
    if (chance(r, 0.04f))
        draw_paper_edge(w, first, end, r, s);
}

/* A curve that goes nowhere, or a few hatching strokes. */
void page_scribble(Pen pen, Rng *r, Sheet *s)
{
    Point p[12];
    int count = 4 + (int)rng_below(r, 9);
    float size = rng_range(r, 5, 16), drift = rng_range(r, 0, 8);
    Point at = {rng_range(r, 8, (float)s->width - 8), rng_range(r, 10, 22)};

    for (int i = 0; i < count; i++)
        p[i] = (Point){at.x + drift * (float)i + size * rng_normal(r) * 0.6f,
                       at.y + size * rng_normal(r) * 0.6f};
    pen_curve(s, p, count, pen);
}
