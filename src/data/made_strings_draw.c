#include <math.h>
#include <string.h>

#include "data/made_strings_parts.h"
#include "data/thin.h"

enum { SIDE = 28, BOX = 20 }; /* of a picture, and of the digit in it */

/* Bilinear, black outside. */
static float sample(const uint8_t *p, float x, float y)
{
    float fx = floorf(x), fy = floorf(y), u = x - fx, v = y - fy;
    int x0 = (int)fx, y0 = (int)fy;
    float a = 0, b = 0;

    if (x0 < -1 || y0 < -1 || x0 >= SIDE || y0 >= SIDE)
        return 0;
    p += y0 * SIDE + x0;
    if (y0 >= 0)
        a = (x0 >= 0 ? (1 - u) * p[0] : 0) + (x0 + 1 < SIDE ? u * p[1] : 0);
    if (y0 + 1 < SIDE)
        b = (x0 >= 0 ? (1 - u) * p[SIDE] : 0) + (x0 + 1 < SIDE ? u * p[SIDE + 1] : 0);
    return ((1 - v) * a + v * b) * (1 / 255.f);
}

/* A sine of 12 to 50 px a wave; its depth is normal, with a deviation of px. */
static void sway_axis(float px, Rng *r, float *out, int n)
{
    float turn = 6.2832f / rng_range(r, 12, 50), phase = rng_range(r, 0, 6.2832f);
    float depth = px * rng_normal(r);

    for (int i = 0; i < n; i++)
        out[i] = depth * sinf(turn * (float)i + phase);
}

Sway sway_draw(float px, Rng *r)
{
    Sway s = {0};

    if (px > 0) {
        sway_axis(px, r, s.rows, STRING_HEIGHT);
        sway_axis(px, r, s.columns, TILE);
    }
    return s;
}

static float largest(const float *v, int n)
{
    float most = 0;

    for (int i = 0; i < n; i++)
        most = more(most, fabsf(v[i]));
    return most;
}

void draw_picture(const uint8_t *picture, Place p, const Sway *sway, Sheet *s)
{
    float reach = 0.5f * SIDE / BOX, det = p.xx * p.yy - p.xy * p.yx, longest = 1 + more(0, more(p.up, p.down));
    float side = largest(sway->rows, STRING_HEIGHT), fall = largest(sway->columns, TILE);
    float w = side + reach * (fabsf(p.xx) + longest * fabsf(p.xy)), h = fall + reach * (fabsf(p.yx) + longest * fabsf(p.yy));
    int x0 = (int)more(0, p.cx - w), x1 = (int)less((float)s->width, p.cx + w + 1);
    int y0 = (int)more(0, p.cy - h), y1 = (int)less((float)s->height, p.cy + h + 1);
    float ux = BOX * p.yy / det, uy = -BOX * p.xy / det, vx = -BOX * p.yx / det,
          vy = BOX * p.xx / det;

    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            float dx = (float)x + 0.5f - p.cx - sway->rows[y], dy = (float)y + 0.5f - p.cy - sway->columns[x];
            float u = ux * dx + uy * dy, v = vx * dx + vy * dy;
            float ink = sample(picture, 0.5f * (SIDE - 1) + u, 0.5f * (SIDE - 1) + v / (1 + (v < 0 ? p.up : p.down)));

            s->ink[y * s->width + x] = more(s->ink[y * s->width + x], ink);
        }
}

/* Row or column of a coordinate, the last one beyond the tile. */
static int line_of(float v, int n)
{
    return v < 0 ? 0 : v < (float)n ? (int)v : n - 1;
}

static Point swayed(const uint8_t point[2], Place place, const Sway *sway)
{
    Point p = place_point(place, ((float)point[0] / THIN_UNIT - SIDE / 2.f) / BOX,
                          ((float)point[1] / THIN_UNIT - SIDE / 2.f) / BOX);

    return (Point){p.x + sway->rows[line_of(p.y, STRING_HEIGHT)], p.y + sway->columns[line_of(p.x, TILE)]};
}

/* Points that are neighbours along a stroke. */
static bool are_neighbours(const uint8_t a[2], const uint8_t b[2])
{
    int dx = a[0] - b[0], dy = a[1] - b[1];

    return dx * dx + dy * dy <= THIN_UNIT * THIN_UNIT;
}

void draw_points(const uint8_t (*points)[2], int count, Place place, const Sway *sway, Pen pen, Sheet *tile)
{
    bool apart = more(place.up, place.down) > 0.25f; /* dots would leave holes between them */

    for (int i = 0; i < count; i++) {
        Point p = swayed(points[i], place, sway);

        pen_dot(tile, p.x, p.y, pen);
        for (int k = 0; apart && k < i; k++)
            if (are_neighbours(points[i], points[k])) {
                Point q = swayed(points[k], place, sway);

                pen_line(tile, p.x, p.y, q.x, q.y, pen);
            }
    }
}

void draw_bold(Sheet *s, float bold)
{
    float before[2][STRING_WIDTH] = {0}; /* the rows above and at work as they were */
    float sign = bold < 0 ? -1 : 1, share = fabsf(bold);

    for (int y = 0; y < s->height; y++) {
        float *row = s->ink + y * s->width, *now = before[y % 2];
        const float *above = before[(y + 1) % 2], *below = y + 1 < s->height ? row + s->width : row;

        memcpy(now, row, (size_t)s->width * sizeof *row);
        for (int x = 1; x + 1 < s->width;
             x++) { /* the most, or least, of a pixel and four others */
            float beside = more(sign * now[x - 1], sign * now[x + 1]);
            float most = more(more(beside, sign * now[x]), more(sign * above[x], sign * below[x]));

            row[x] = now[x] + share * (sign * most - now[x]);
        }
    }
}

/* A stroke from (u0,v0) to (u1,v1) in heights of a digit. */
static void stroke(Sheet *s, Place place, Pen pen, float u0, float v0, float u1, float v1)
{
    Point a = place_point(place, u0, v0), b = place_point(place, u1, v1);

    pen_line(s, a.x, a.y, b.x, b.y, pen);
}

/* Several strokes from a table of u0,v0,u1,v1 in hundredths, as wide as `w` says. */
static void strokes(Sheet *s, Place place, Pen pen, float w, const signed char (*table)[4],
                    int count)
{
    for (int i = 0; i < count; i++)
        stroke(s, place, pen, w * (float)table[i][0], 0.01f * (float)table[i][1],
               w * (float)table[i][2], 0.01f * (float)table[i][3]);
}

/* A round bracket: `bow` is how far its middle lies to the left of its ends. */
static void draw_bracket(Sheet *s, Place place, Pen pen, float half, float bow)
{
    enum { PARTS = 8 };

    for (int i = 0; i < PARTS; i++) {
        float a = 2.f * (float)i / PARTS - 1, b = 2.f * (float)(i + 1) / PARTS - 1;

        stroke(s, place, pen, bow * (a * a - 0.5f), half * a, bow * (b * b - 0.5f), half * b);
    }
}

/* What stands before a number, as points in hundredths of a digit's height that a pen goes through, a point given twice
 * being a corner; {UP} lifts the pen, and (0,0) ends. */
enum { UP = 127, UNIT_POINTS = 40 };

static const signed char units[][UNIT_POINTS][2] = {
    {{20, -28}, {8, -40}, {-12, -36}, {-17, -18}, {0, -3}, {18, 12}, {16, 34}, {-4, 42}, {-20, 30}, {UP}, {0, -54}, {0, 54}, {UP}},
    {{-42, 40}, {-42, -40}, {-42, -40}, {-20, -40}, {-8, -30}, {-9, -12}, {-20, -2}, {-40, -2}, {UP}, {-24, -2}, {-6, 40}, {UP},
     {36, -1}, {25, -6}, {14, -2}, {13, 9}, {24, 16}, {36, 23}, {36, 35}, {24, 41}, {11, 36}, {UP}},
    {{-26, -40}, {30, -40}, {UP}, {-26, -20}, {30, -20}, {UP}, {-26, -40}, {2, -40}, {16, -28}, {14, -10}, {2, -2}, {-24, -2}, {-24, -2}, {18, 42}, {UP}},
    {{26, -32}, {10, -41}, {-10, -34}, {-20, -10}, {-20, 12}, {-10, 34}, {10, 41}, {27, 32}, {UP}, {-32, -8}, {16, -8}, {UP}, {-32, 10}, {14, 10}, {UP}},
    {{22, -28}, {10, -40}, {-6, -36}, {-11, -20}, {-8, 10}, {-12, 30}, {-24, 40}, {-24, 40}, {26, 40}, {UP}, {-24, 2}, {14, 2}, {UP}},
    {{-42, 40}, {-42, -40}, {-42, -40}, {-8, 40}, {-8, 40}, {-8, -40}, {UP}, {24, -4}, {13, 4}, {11, 18}, {14, 34}, {24, 41}, {35, 34}, {38, 18}, {35, 3}, {24, -4}, {UP}},
};

/* One of them, by hand or in print: bolder, paler, smaller than the digits or larger. */
_Static_assert(sizeof units / sizeof *units == SIGN_NUMBER - SIGN_DOLLAR + 1, "a unit has no points");

static void draw_unit(const Hand *hand, SignKind kind, Place place, Rng *r, Sheet *s)
{
    const signed char(*at)[2] = units[kind - SIGN_DOLLAR]; /* in the order of SignKind */
    bool printed = rng_uniform(r) < 0.5f;
    float size = 0.01f * rng_range(r, 0.6f, 1.2f), wide = size * rng_range(r, 0.8f, 1.3f), shake = printed ? 0.5f : 3;
    Pen pen = {hand->pen.radius * rng_range(r, 0.7f, 1.2f), hand->pen.level};
    Point points[UNIT_POINTS];
    int count = 0;

    if (printed) {
        place.xy = rng_uniform(r) < 0.3f ? -0.2f * place.yy : 0;
        pen = (Pen){place.yy * size * rng_range(r, 3, 9), rng_range(r, 0.4f, 1)};
    }
    for (int i = 0; i < UNIT_POINTS && (at[i][0] || at[i][1]); i++) {
        if (at[i][0] == UP) {
            pen_curve(s, points, count, pen);
            count = 0;
            continue;
        }
        if (count && at[i][0] == at[i - 1][0] && at[i][1] == at[i - 1][1]) /* shaken alike */
            points[count] = points[count - 1];
        else
            points[count] = place_point(place, wide * ((float)at[i][0] + shake * rng_normal(r)), size * ((float)at[i][1] + shake * rng_normal(r)));
        count++;
    }
}

void draw_sign(const Hand *hand, SignKind kind, Place place, Rng *r, Sheet *s)
{
    static const signed char hash[][4] = {
        {-9, -45, -14, 45}, {14, -45, 9, 45}, {-25, -15, 25, -18}, {-25, 18, 25, 15}};
    static const signed char star[][4] = {{-15, 0, 15, 0}, {-8, -15, 8, 15}, {8, -15, -8, 15}};
    Pen pen = {hand->pen.radius * rng_range(r, 0.7f, 1.2f), hand->pen.level};
    float w = rng_range(r, 0.1f, 0.28f), foot = rng_range(r, 0.32f, 0.55f);
    float tilt = 0.3f * w * rng_normal(r), size = 0.01f * rng_range(r, 0.7f, 1.2f), half;

    switch (kind) {
    case SIGN_STOP:
        stroke(s, place, pen, 0, foot, 0.02f, foot);
        break;
    case SIGN_COMMA:
        stroke(s, place, pen, 0.02f, foot, -0.3f * w, foot + w);
        break;
    case SIGN_DASH:
        stroke(s, place, pen, -w, tilt, w, -tilt);
        break;
    case SIGN_EQUALS:
        stroke(s, place, pen, -w, tilt - 0.09f, w, -tilt - 0.09f);
        stroke(s, place, pen, -w, tilt + 0.09f, w, -tilt + 0.09f);
        break;
    case SIGN_SLASH: /* flatter than any 1 */
        place.xy = 0;
        stroke(s, place, pen, 0.25f + w, -0.52f, -0.25f - w, 0.52f);
        break;
    case SIGN_COLON:
        stroke(s, place, pen, 0, foot, 0.02f, foot);
        stroke(s, place, pen, 0, foot - 0.35f, 0.02f, foot - 0.35f);
        break;
    case SIGN_HASH:
        strokes(s, place, pen, size, hash, 4);
        break;
    case SIGN_STAR:
        strokes(s, place, pen, size, star, 3);
        break;
    case SIGN_DOLLAR:
    case SIGN_RUPEES:
    case SIGN_RUPEE:
    case SIGN_EURO:
    case SIGN_POUND:
    case SIGN_NUMBER:
        draw_unit(hand, kind, place, r, s);
        break;
    case SIGN_STROKE:
        w = rng_range(r, 0.4f, 1.4f);
        stroke(s, place, pen, -w, tilt, w, -tilt);
        break;
    case SIGN_OPEN:
    case SIGN_CLOSE:
        half = rng_range(r, 0.5f, 0.75f);
        draw_bracket(s, place, pen, half, (kind == SIGN_OPEN ? 1 : -1) * rng_range(r, 0.15f, 0.4f));
        break;
    case SIGN_TALL_SLASH:
        place.xy = 0;
        half = rng_range(r, 0.45f, 0.85f);
        stroke(s, place, pen, 0.05f + w, -half, -0.05f - w, half);
        break;
    default: /* as high as the strip or as the boxes, whatever the hand */
        pen_line(s, place.cx + 4 * tilt, hand->bar_top, place.cx - 4 * tilt, hand->bar_bottom,
                 (Pen){rng_range(r, 0.3f, 1.2f), rng_range(r, 0.4f, 1)});
    }
}
