#include "image/sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* ---- what a digit looks like: strokes through points, x to the right and y down, 0..1 ---- */

typedef struct Point {
    float x, y;
} Point;

enum { POINTS_MOST = 12, STROKES_MOST = 3, CURVE_STEPS = 10 };

typedef struct Glyph {
    float width;
    struct {
        int count;
        Point at[POINTS_MOST];
    } stroke[STROKES_MOST];
} Glyph;

static const Glyph glyphs[12] = {
    {.62f, {{9, {{.5f, .02f}, {.2f, .1f}, {.05f, .45f}, {.12f, .8f}, {.4f, .99f}, {.72f, .9f}, {.92f, .52f}, {.8f, .14f},
                 {.45f, .03f}}}}},
    {.30f, {{4, {{.3f, .16f}, {.6f, .02f}, {.55f, .5f}, {.5f, 1.f}}}}},
    {.60f, {{7, {{.1f, .24f}, {.25f, .05f}, {.55f, .0f}, {.82f, .15f}, {.78f, .4f}, {.48f, .7f}, {.07f, .98f}}},
            {3, {{.07f, .98f}, {.5f, .94f}, {.96f, .97f}}}}},
    {.56f, {{5, {{.12f, .12f}, {.42f, .0f}, {.78f, .12f}, {.74f, .34f}, {.38f, .47f}}},
            {5, {{.38f, .47f}, {.8f, .56f}, {.9f, .8f}, {.55f, 1.f}, {.08f, .9f}}}}},
    {.66f, {{5, {{.56f, .0f}, {.3f, .34f}, {.04f, .66f}, {.5f, .66f}, {.96f, .63f}}},
            {3, {{.7f, .34f}, {.67f, .7f}, {.62f, 1.f}}}}},
    {.58f, {{2, {{.2f, .03f}, {.15f, .45f}}},
            {6, {{.15f, .45f}, {.5f, .37f}, {.86f, .55f}, {.82f, .86f}, {.45f, 1.f}, {.06f, .9f}}},
            {2, {{.2f, .03f}, {.88f, .0f}}}}},
    {.58f, {{9, {{.72f, .0f}, {.36f, .24f}, {.1f, .62f}, {.18f, .93f}, {.52f, 1.f}, {.86f, .8f}, {.74f, .57f},
                 {.42f, .55f}, {.14f, .76f}}}}},
    {.58f, {{3, {{.06f, .05f}, {.5f, .04f}, {.92f, .02f}}}, {3, {{.92f, .02f}, {.6f, .45f}, {.4f, 1.f}}}}},
    {.58f, {{11, {{.78f, .16f}, {.5f, .0f}, {.22f, .15f}, {.3f, .38f}, {.62f, .53f}, {.86f, .78f}, {.5f, 1.f}, {.14f, .8f},
                  {.34f, .53f}, {.68f, .36f}, {.78f, .14f}}}}},
    {.56f, {{7, {{.84f, .2f}, {.55f, .0f}, {.2f, .1f}, {.14f, .36f}, {.45f, .5f}, {.78f, .34f}, {.84f, .18f}}},
            {3, {{.84f, .18f}, {.76f, .6f}, {.6f, 1.f}}}}},
    /* European */
    {.46f, {{3, {{.02f, .38f}, {.4f, .16f}, {.72f, .0f}}}, {3, {{.72f, .0f}, {.68f, .5f}, {.62f, 1.f}}}}},
    {.60f, {{3, {{.06f, .05f}, {.5f, .04f}, {.92f, .02f}}}, {3, {{.92f, .02f}, {.6f, .45f}, {.4f, 1.f}}},
            {2, {{.24f, .52f}, {.86f, .46f}}}}},
};

static const Glyph *glyph_of(char c, bool crossed)
{
    int digit = c - '0';

    return crossed && digit == 1 ? &glyphs[10] : crossed && digit == 7 ? &glyphs[11] : &glyphs[digit];
}

/* ---- the sheet: how much ink lies on each pixel ---- */

typedef struct Sheet {
    int width, height;
    float *ink; /* (height, width), 0..1 */
    float pen_px;
} Sheet;

static float distance(Point p, Point a, Point b)
{
    float dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    float t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypotf(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/* A straight piece of a round pen's trace, its edge one pixel soft. */
static void draw_piece(Sheet *s, Point a, Point b)
{
    float radius = s->pen_px / 2;
    int x0 = (int)(fminf(a.x, b.x) - radius - 2), x1 = (int)(fmaxf(a.x, b.x) + radius + 2);
    int y0 = (int)(fminf(a.y, b.y) - radius - 2), y1 = (int)(fmaxf(a.y, b.y) + radius + 2);

    for (int y = y0 < 0 ? 0 : y0; y <= y1 && y < s->height; y++)
        for (int x = x0 < 0 ? 0 : x0; x <= x1 && x < s->width; x++) {
            float cover = radius + 0.5f - distance((Point){x + 0.5f, y + 0.5f}, a, b);
            float *ink = &s->ink[(size_t)y * s->width + x];

            cover = cover < 0 ? 0 : cover > 1 ? 1 : cover;
            *ink = cover > *ink ? cover : *ink;
        }
}

/* Catmull and Rom's spline: smooth, and through every point. */
static Point spline(Point a, Point b, Point c, Point d, float t)
{
    float t2 = t * t, t3 = t2 * t;
    float wa = -t + 2 * t2 - t3, wb = 2 - 5 * t2 + 3 * t3, wc = t + 4 * t2 - 3 * t3, wd = t3 - t2;

    return (Point){0.5f * (wa * a.x + wb * b.x + wc * c.x + wd * d.x), 0.5f * (wa * a.y + wb * b.y + wc * c.y + wd * d.y)};
}

static void draw_stroke(Sheet *s, const Point *p, int n)
{
    for (int i = 0; i + 1 < n; i++) {
        Point a = p[i > 0 ? i - 1 : 0], d = p[i + 2 < n ? i + 2 : n - 1], last = p[i];

        for (int step = 1; step <= CURVE_STEPS; step++) {
            Point next = spline(a, p[i], p[i + 1], d, (float)step / CURVE_STEPS);

            draw_piece(s, last, next);
            last = next;
        }
    }
}

/* ---- the hand ---- */

typedef struct Hand {
    float height, gap, jitter, slant, wide;
    bool crossed, boxed;
    Rng rng;
} Hand;

static float give_or_take(Hand *h, float share)
{
    return 1 + share * (2 * rng_uniform(&h->rng) - 1);
}

/* Draws one digit with its lower left corner at (x, y); returns how far it reaches. */
static float draw_digit(Sheet *s, Hand *h, char c, float x, float y)
{
    const Glyph *g = glyph_of(c, h->crossed);
    float height = h->height * give_or_take(h, 0.08f), width = g->width * height * h->wide * give_or_take(h, 0.1f);
    float slant = h->slant + 0.04f * rng_normal(&h->rng), drop = 0.03f * h->height * rng_normal(&h->rng);

    for (int k = 0; k < STROKES_MOST && g->stroke[k].count; k++) {
        Point p[POINTS_MOST];

        for (int i = 0; i < g->stroke[k].count; i++) {
            Point at = g->stroke[k].at[i];
            float px = at.x * width + (1 - at.y) * slant * height, py = y + drop - (1 - at.y) * height;

            p[i].x = x + px + h->jitter * height * rng_normal(&h->rng);
            p[i].y = py + h->jitter * height * rng_normal(&h->rng);
        }
        draw_stroke(s, p, g->stroke[k].count);
    }
    return width;
}

/* A printed box from (x, y), thinner than the pen. */
static void draw_box(Sheet *s, float x, float y, float width, float height)
{
    Point corner[5] = {{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}, {x, y}};
    float pen_px = s->pen_px;

    s->pen_px = 0.5f * pen_px;
    for (int i = 0; i < 4; i++)
        draw_piece(s, corner[i], corner[i + 1]);
    s->pen_px = pen_px;
}

/* One digit in the middle of its box; returns the box's width. */
static float draw_boxed(Sheet *s, Hand *h, char c, float x, float y)
{
    float width = 1.2f * h->height, height = 1.5f * h->height;
    float slack = width - h->wide * glyph_of(c, h->crossed)->width * h->height - h->slant * h->height;

    draw_box(s, x, y - 1.25f * h->height, width, height);
    draw_digit(s, h, c, x + 0.5f * slack, y);
    return width;
}

static void draw_lines(Sheet *s, Hand *h, const char *text)
{
    float x = h->height, y = 2 * h->height;

    for (; *text; text++) {
        if (*text == '\n') {
            x = h->height;
            y += 1.8f * h->height;
        } else if (*text == ' ') {
            x += 0.9f * h->height;
        } else if (h->boxed) {
            x += draw_boxed(s, h, *text, x, y);
        } else {
            x += draw_digit(s, h, *text, x, y) + h->gap * h->height * give_or_take(h, 0.3f);
        }
    }
}

/* ---- paper, light and lens ---- */

static void blur_axis(float *v, int n, size_t step, float sigma, float *line)
{
    int reach = (int)(3 * sigma + 1);

    for (int i = 0; i < n; i++) {
        float sum = 0, weight = 0;

        for (int d = -reach; d <= reach; d++) {
            int j = i + d < 0 ? 0 : i + d >= n ? n - 1 : i + d;
            float w = expf(-0.5f * d * d / (sigma * sigma));

            sum += w * v[j * step];
            weight += w;
        }
        line[i] = sum / weight;
    }
    for (int i = 0; i < n; i++)
        v[i * step] = line[i];
}

static int blur(Sheet *s, float sigma, Err *e)
{
    float *line = malloc((size_t)(s->width > s->height ? s->width : s->height) * sizeof *line);

    if (!line)
        return err_set(e, ERR_MEMORY, "no memory to draw %dx%d", s->width, s->height);
    for (int y = 0; y < s->height; y++)
        blur_axis(s->ink + (size_t)y * s->width, s->width, 1, sigma, line);
    for (int x = 0; x < s->width; x++)
        blur_axis(s->ink + x, s->height, s->width, sigma, line);
    free(line);
    return 0;
}

static uint8_t to_byte(float v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5f);
}

/* Faint blue lines: one under every row of writing, or squares. */
static float rule_at(const Hand *h, const SketchOptions *o, int x, int y)
{
    float below = fmodf(y - 2.12f * h->height + 18 * h->height, 1.8f * h->height), side = 0.6f * h->height;

    if (o->squared && (fmodf(x, side) < 1.2f || fmodf(y, side) < 1.2f))
        return 0.5f;
    return o->ruled && y > h->height && below < 1.5f ? 0.35f : 0;
}

typedef struct Shade { /* what lies behind a straight edge is darker */
    float across, down, edge; /* the edge's direction and place */
    float soft_px, loss;
} Shade;

static Shade shade_of(Hand *h, const SketchOptions *o, const Sheet *s)
{
    if (!(o->hand_shadow > 0))
        return (Shade){.soft_px = 1};
    float angle = rng_range(&h->rng, 0, 6.2832f), at = rng_range(&h->rng, -0.2f, 0.2f);
    Shade shade = {.across = cosf(angle), .down = sinf(angle), .soft_px = 1.5f, .loss = o->hand_shadow};

    shade.edge = shade.across * s->width * (0.5f + at) + shade.down * s->height * (0.5f + at);
    return shade;
}

/* The share of light that is left at a pixel. */
static float lit(const Shade *s, int x, int y)
{
    return 1 - s->loss / (1 + expf(-(s->across * x + s->down * y - s->edge) / s->soft_px));
}

static void photograph(const Sheet *s, Hand *h, const SketchOptions *o, Image *im)
{
    static const float paper[2][3] = {{244, 241, 232}, {26, 28, 30}}, blue[3] = {120, 150, 205};
    const float *sheet = paper[o->on_black];
    float corner_x = rng_uniform(&h->rng), corner_y = rng_uniform(&h->rng);
    Shade shade = shade_of(h, o, s);

    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            float ink = s->ink[(size_t)y * s->width + x], rule = rule_at(h, o, x, y);
            float far = hypotf((float)x / s->width - corner_x, (float)y / s->height - corner_y);
            float light = (1 - o->shadow * 0.6f * far * far) * lit(&shade, x, y), grain = 2.5f * rng_normal(&h->rng);

            for (int c = 0; c < 3; c++) {
                float under = sheet[c] * (1 - rule) + blue[c] * rule + grain, pen = o->on_black ? 235 : o->ink[c] + 18;
                float v = (under * (1 - ink) + pen * ink) * light;

                im->pixels[((size_t)y * s->width + x) * 3 + c] = to_byte(v + o->noise * rng_normal(&h->rng));
            }
        }
}

/* ---- all of it ---- */

static int check_text(const char *text, int *lines, int *longest, Err *e)
{
    int column = 0;

    *lines = 1;
    *longest = 1;
    if (strlen(text) > SKETCH_TEXT_LIMIT)
        return err_set(e, ERR_LIMIT, "a text of %zu letters; at most %d are drawn", strlen(text), SKETCH_TEXT_LIMIT);
    for (; *text; text++) {
        if (!strchr("0123456789 \n", *text))
            return err_set(e, ERR_ARGUMENT, "'%c' is no digit", *text);
        column = *text == '\n' ? 0 : column + 1;
        *lines += *text == '\n';
        *longest = column > *longest ? column : *longest;
    }
    return 0;
}

static Hand hand_of(const SketchOptions *o)
{
    Hand h = {.height = o->height_px > 0 ? o->height_px : 48, .gap = o->gap > 0 ? o->gap : 0.25f,
              .jitter = o->jitter > 0 ? o->jitter : 0.02f, .crossed = o->crossed, .boxed = o->boxed,
              .rng = rng_stream(o->seed, RNG_WRITE, 0)};

    h.slant = rng_range(&h.rng, -0.05f, 0.3f);
    h.wide = rng_range(&h.rng, 0.85f, 1.15f);
    return h;
}

Image *sketch_text(const char *text, const SketchOptions *o, Err *e)
{
    Hand h = hand_of(o);
    int lines, longest;

    if (check_text(text, &lines, &longest, e))
        return NULL;
    float advance = o->boxed ? fmaxf(1.2f, 0.85f + h.gap) : 0.85f + h.gap;
    float width = h.height * (2.6f + longest * advance), height = h.height * (1.2f + 1.8f * lines);
    Image *im = image_new((int)width, (int)height, 3, e);
    Sheet s = {.width = (int)width, .height = (int)height, .pen_px = o->pen_px > 0 ? o->pen_px : h.height / 14};
    int status = im ? 0 : -(int)ERR_MEMORY;

    s.ink = im ? calloc((size_t)s.width * s.height, sizeof *s.ink) : NULL;
    if (im && !s.ink)
        status = err_set(e, ERR_MEMORY, "no memory to draw %dx%d", s.width, s.height);
    if (!status)
        draw_lines(&s, &h, text);
    if (!status && o->blur_px > 0)
        status = blur(&s, o->blur_px, e);
    if (!status)
        photograph(&s, &h, o, im);
    free(s.ink);
    if (status) {
        image_free(im);
        return NULL;
    }
    return im;
}
