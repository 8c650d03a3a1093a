#include "data/pen.h"

#include <math.h>

static int limit(int v, int end)
{
    return v < 0 ? 0 : v > end ? end : v;
}

/* Inks the pixels of a box by their distance from the segment a + t*d, t in 0..1. */
static void ink_box(Sheet *s, Point a, Point d, Pen pen, int x0, int y0, int x1, int y1)
{
    float length2 = d.x * d.x + d.y * d.y, scale = length2 > 0 ? 1 / length2 : 0;

    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            float px = (float)x + 0.5f - a.x, py = (float)y + 0.5f - a.y;
            float t = (px * d.x + py * d.y) * scale, v;

            t = t < 0 ? 0 : t > 1 ? 1 : t;
            px -= t * d.x;
            py -= t * d.y;
            v = pen.radius + 0.5f - sqrtf(px * px + py * py);
            v = (v > 1 ? 1 : v) * pen.level;
            if (v > s->ink[y * s->width + x])
                s->ink[y * s->width + x] = v;
        }
}

void pen_line(Sheet *s, float x0, float y0, float x1, float y1, Pen pen)
{
    float reach = pen.radius + 0.5f;
    Point a = {x0, y0}, d = {x1 - x0, y1 - y0};

    ink_box(s, a, d, pen, limit((int)floorf(less(x0, x1) - reach), s->width),
            limit((int)floorf(less(y0, y1) - reach), s->height),
            limit((int)ceilf(more(x0, x1) + reach), s->width),
            limit((int)ceilf(more(y0, y1) + reach), s->height));
}

void pen_dot(Sheet *s, float x, float y, Pen pen)
{
    pen_line(s, x, y, x, y, pen);
}

static float spline(float a, float b, float c, float d, float t)
{
    return b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

void pen_curve(Sheet *s, const Point *p, int count, Pen pen)
{
    for (int i = 0; i + 1 < count; i++) {
        const Point *before = &p[i > 0 ? i - 1 : 0], *after = &p[i + 2 < count ? i + 2 : count - 1];
        float length = hypotf(p[i + 1].x - p[i].x, p[i + 1].y - p[i].y);
        int parts = 1 + (int)(length / 2);
        Point from = p[i];

        for (int k = 1; k <= parts; k++) {
            float t = (float)k / (float)parts;
            Point to = {spline(before->x, p[i].x, p[i + 1].x, after->x, t),
                        spline(before->y, p[i].y, p[i + 1].y, after->y, t)};

            pen_line(s, from.x, from.y, to.x, to.y, pen);
            from = to;
        }
    }
}
