#include "data/blemish.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "data/pen.h"
#include "image/digit.h"

enum { SIDE = DIGIT_SIDE, PIXELS = DIGIT_PIXELS };

static const float pi = 3.14159265f, middle = SIDE * 0.5f;

static const struct {
    const char *name;
    int weight;
} kinds[BLEMISH_KINDS] = {
    [BLEMISH_STROKES] = {"strokes", 6}, [BLEMISH_DOTTED] = {"dotted lines", 3},
    [BLEMISH_SPECKS] = {"specks", 3},   [BLEMISH_GRAIN] = {"grain", 3},
    [BLEMISH_BLOTS] = {"blots", 3},     [BLEMISH_OUTLINE] = {"outline", 4},
    [BLEMISH_SHUFFLE] = {"shuffle", 2}, [BLEMISH_BANDS] = {"bands", 1},
};

const char *blemish_name(BlemishKind kind)
{
    return kinds[kind].name;
}

BlemishKind blemish_pick(Rng *r)
{
    int sum = 0, kind = 0;

    for (int i = 0; i < BLEMISH_KINDS; i++)
        sum += kinds[i].weight;
    for (int at = (int)rng_below(r, (uint32_t)sum); (at -= kinds[kind].weight) >= 0;)
        kind++;
    return (BlemishKind)kind;
}

static int held(int v)
{
    return v < 0 ? 0 : v >= SIDE ? SIDE - 1 : v;
}

/* ---- lines ---- */

/* A line through the picture, seen from the point of it that is nearest to the middle. */
typedef struct Way {
    float x, y, c, s;
} Way;

static Way draw_way(Rng *r)
{
    float angle = rng_range(r, -pi / 2, pi / 2), off = rng_range(r, -11, 11);

    return (Way){middle - off * sinf(angle), middle + off * cosf(angle), cosf(angle), sinf(angle)};
}

static Point point_at(const Way *w, float along, float across)
{
    return (Point){w->x + along * w->c - across * w->s, w->y + along * w->s + across * w->c};
}

static Pen draw_thin_pen(Rng *r)
{
    float radius = rng_range(r, 0.3f, 1.1f);

    return (Pen){radius, rng_range(r, 0.5f, 1)};
}

/* From one side of the picture towards the other in one swing to and fro after the other. */
static void draw_wave(Sheet *s, const Way *w, Pen pen, Rng *r)
{
    float swing = rng_range(r, 0.8f, 3.5f), step = rng_range(r, 1.2f, 5),
          begin = rng_range(r, -18, -4);
    float end = rng_range(r, 4, 18);
    Point from = point_at(w, begin, swing);

    for (float along = begin + step; along < end; along += step) {
        swing = -swing;
        Point to = point_at(w, along, swing);
        pen_line(s, from.x, from.y, to.x, to.y, pen);
        from = to;
    }
}

static void draw_bent(Sheet *s, const Way *w, Pen pen, Rng *r)
{
    Point p[4];

    for (int i = 0; i < 4; i++) {
        float along = (float)(12 * i - 18) + rng_range(r, -3, 3);
        p[i] = point_at(w, along, rng_range(r, -3, 3));
    }
    pen_curve(s, p, 4, pen);
}

static void draw_strokes(Sheet *s, Rng *r)
{
    for (int n = rng_uniform(r) < 0.75f ? 1 : 2 + (int)rng_below(r, 2); n > 0; n--) {
        Way w = draw_way(r);
        Pen pen = draw_thin_pen(r);
        float shape = rng_uniform(r), begin = rng_range(r, -20, -5), end = rng_range(r, 5, 20);
        Point a = point_at(&w, begin, 0), b = point_at(&w, end, 0);

        if (shape < 0.55f)
            draw_wave(s, &w, pen, r);
        else if (shape < 0.8f)
            draw_bent(s, &w, pen, r);
        else
            pen_line(s, a.x, a.y, b.x, b.y, pen);
    }
}

static void draw_dotted(Sheet *s, Rng *r)
{
    for (int n = rng_uniform(r) < 0.75f ? 1 : 2; n > 0; n--) {
        Way w = draw_way(r);
        Pen pen = draw_thin_pen(r);
        float dash = rng_range(r, 0, 3), gap = rng_range(r, 1.5f, 5) + pen.radius;

        for (float along = -20; along < 20; along += dash + gap) {
            Point a = point_at(&w, along, 0), b = point_at(&w, along + dash, 0);
            pen_line(s, a.x, a.y, b.x, b.y, pen);
        }
    }
}

/* ---- pixels ---- */

static void add_specks(float *p, Rng *r)
{
    float share = rng_range(r, 0.02f, 0.22f), white = rng_range(r, 0.2f, 0.7f);

    for (int i = 0; i < PIXELS; i++)
        if (rng_uniform(r) < share)
            p[i] = rng_uniform(r) < white;
}

static void make_grainy(float *p, Rng *r)
{
    int drops = 2 + (int)rng_below(r, 7);

    for (int i = 0; i < PIXELS; i++) {
        int n = 0;
        for (int k = 0; p[i] > 0 && k < drops; k++)
            n += rng_uniform(r) < 0.8f * p[i];
        p[i] = less(1, (float)n / (0.8f * (float)drops));
    }
}

static void blur(float *p, float share)
{
    float across[PIXELS];

    for (int i = 0; i < PIXELS; i++) {
        int x = i % SIDE, row = i - x;
        across[i] =
            (1 - share) * p[i] + share * 0.5f * (p[row + held(x - 1)] + p[row + held(x + 1)]);
    }
    for (int i = 0; i < PIXELS; i++) {
        int x = i % SIDE, y = i / SIDE;
        p[i] = (1 - share) * across[i] +
               share * 0.5f * (across[held(y - 1) * SIDE + x] + across[held(y + 1) * SIDE + x]);
    }
}

static void shuffle(float *p, Rng *r)
{
    int reach = 1 + (rng_uniform(r) < 0.2f), rounds = reach > 1 ? 1 : 1 + (int)rng_below(r, 3);
    float chance = rng_range(r, 0.3f, 0.9f);

    blur(p, rng_range(r, 0, 0.6f));
    for (int i = 0; i < rounds * PIXELS; i++) {
        int at = i % PIXELS, x = at % SIDE, y = at / SIDE;
        int u = held(x - reach + (int)rng_below(r, (uint32_t)(2 * reach + 1)));
        int v = held(y - reach + (int)rng_below(r, (uint32_t)(2 * reach + 1)));
        float value = p[at];

        if (!(rng_uniform(r) < chance))
            continue;
        p[at] = p[v * SIDE + u];
        p[v * SIDE + u] = value;
    }
    blur(p, rng_range(r, 0, 0.7f));
}

/* ---- areas ---- */

/* Where enough of them heap up, soft round spots are one grey patch. */
static void add_blots(float *p, Rng *r)
{
    float heap[PIXELS] = {0}, grey = rng_range(r, 0.08f, 0.35f), edge = rng_range(r, 0.1f, 0.4f);

    for (int n = 2 + (int)rng_below(r, 24); n > 0; n--) {
        float x = rng_range(r, 0, SIDE), y = rng_range(r, 0, SIDE), size = rng_range(r, 0.7f, 2.5f);
        for (int i = 0; i < PIXELS; i++) {
            float u = ((float)(i % SIDE) + 0.5f - x) / size,
                  v = ((float)(i / SIDE) + 0.5f - y) / size;
            if (u * u + v * v < 12)
                heap[i] += expf(-(u * u + v * v) / 2);
        }
    }
    for (int i = 0; i < PIXELS; i++) {
        float cover = less(1, more(0, (heap[i] - 0.5f) / edge + 0.5f));
        p[i] += cover * (grey - p[i]);
    }
}

/* The largest of a pixel and its 4 or 8 neighbours. */
static void widen(const float *p, int neighbours, float *out)
{
    static const int dx[] = {0, -1, 1, 0, 0, -1, 1, -1, 1}, dy[] = {0, 0, 0, -1, 1, -1, -1, 1, 1};

    for (int i = 0; i < PIXELS; i++) {
        out[i] = p[i];
        for (int k = 1; k <= neighbours; k++)
            out[i] = more(out[i], p[held(i / SIDE + dy[k]) * SIDE + held(i % SIDE + dx[k])]);
    }
}

/* The ink's rim, one pixel on its outer or inner side, or both; sharp or as soft as the ink's edge. */
static void leave_outline(float *p, Rng *r)
{
    int neighbours = rng_below(r, 2) ? 4 : 8, side = (int)rng_below(r, 3);
    float cut = rng_range(r, 0.15f, 0.6f), outer[PIXELS], paper[PIXELS], inner[PIXELS];
    bool sharp = rng_uniform(r) < 0.7f;

    if (rng_uniform(r) < 0.5f)
        blur(p, rng_range(r, 0.2f, 0.7f));
    for (int i = 0; i < PIXELS; i++)
        p[i] = sharp ? p[i] > cut : p[i];
    widen(p, neighbours, outer);
    for (int i = 0; i < PIXELS; i++)
        paper[i] = 1 - p[i];
    widen(paper, neighbours, inner); /* 1 - inner: the ink without its rim */
    for (int i = 0; i < PIXELS; i++)
        p[i] = (side != 1 ? outer[i] : p[i]) - (side != 0 ? 1 - inner[i] : p[i]);
    if (rng_uniform(r) < 0.3f)
        blur(p, rng_range(r, 0, 0.5f));
}

static void change_places(float *p, Rng *r)
{
    bool level = rng_uniform(r) < 0.4f, inside = rng_below(r, 2);
    int begin = (int)rng_below(r, SIDE - 8), size = 4 + (int)rng_below(r, 16);

    for (int i = 0; i < PIXELS; i++) {
        int at = level ? i / SIDE : i % SIDE;
        if ((at >= begin && at < begin + size) == inside)
            p[i] = 1 - p[i];
    }
}

/* ---- all ---- */

void blemish_draw(BlemishKind kind, Rng *r, const uint8_t *in, uint8_t *out)
{
    float p[PIXELS];
    Sheet sheet = {p, SIDE, SIDE};

    for (int i = 0; i < PIXELS; i++)
        p[i] = (float)in[i] / 255;
    switch (kind) {
    case BLEMISH_STROKES:
        draw_strokes(&sheet, r);
        break;
    case BLEMISH_DOTTED:
        draw_dotted(&sheet, r);
        break;
    case BLEMISH_SPECKS:
        add_specks(p, r);
        break;
    case BLEMISH_GRAIN:
        make_grainy(p, r);
        break;
    case BLEMISH_BLOTS:
        add_blots(p, r);
        break;
    case BLEMISH_OUTLINE:
        leave_outline(p, r);
        break;
    case BLEMISH_SHUFFLE:
        shuffle(p, r);
        break;
    case BLEMISH_BANDS:
        change_places(p, r);
        break;
    case BLEMISH_KINDS:
        break;
    }
    for (int i = 0; i < PIXELS; i++)
        out[i] = (uint8_t)(255 * less(1, more(0, p[i])) + 0.5f);
}

void blemish_any(Rng *r, const uint8_t *in, uint8_t *out)
{
    BlemishKind first = blemish_pick(r), second = blemish_pick(r);

    blemish_draw(first, r, in, out);
    if (second != first && second != BLEMISH_OUTLINE && rng_uniform(r) < 0.15f)
        blemish_draw(second, r, out, out);
}
