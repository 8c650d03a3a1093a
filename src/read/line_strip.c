#include "read/line_strip.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "image/resample.h"

static const float ink_threshold = 0.4f;
static const float steepest = 0.15f; /* a slope that a line of writing may have */

typedef struct Weighed {
    float value, weight;
} Weighed;

static int by_value(const void *a, const void *b)
{
    float x = ((const Weighed *)a)->value, y = ((const Weighed *)b)->value;

    return (x > y) - (x < y);
}

/* The value with half of the weight on either side. */
static float median(Weighed *v, int n)
{
    float half = 0, sum = 0;
    int i = 0;

    qsort(v, (size_t)n, sizeof *v, by_value);
    for (int k = 0; k < n; k++)
        half += 0.5f * v[k].weight;
    while (i + 1 < n && (sum += v[i].weight) < half)
        i++;
    return v[i].value;
}

/* Digits that all touch are as flat as a rule is, but as high as writing, and not as full. */
static bool is_rule(const Part *p, int h)
{
    int pw = part_width(p), ph = part_height(p);
    bool chain = pw < 12 * ph && 4 * ph > h && (double)p->area < 0.6 * pw * ph;

    return pw > 5 * ph && !chain;
}

bool part_is_writing(const Part *p, int w, int h)
{
    int pw = part_width(p), ph = part_height(p);
    bool at_end = p->x0 <= 1 || p->x1 >= w - 2, level = is_rule(p, h);
    bool upright =
        (float)ph >= (at_end ? 0.6f : 0.95f) * (float)h && 5 * pw < ph && p->touches_edge;
    bool frame =
        w > h && (float)pw > 0.8f * (float)w && (float)ph > 0.7f * (float)h && p->touches_edge;

    return ph >= 4 && (float)ph >= 0.1f * (float)h && !level && !upright && !frame;
}

static float height_of(const Parts *parts, Weighed *work)
{
    int n = 0;

    for (int i = 0; i < parts->count; i++)
        if (!parts->list[i].dropped)
            work[n++] =
                (Weighed){(float)part_height(&parts->list[i]), sqrtf((float)parts->list[i].area)};
    return n ? median(work, n) : 0;
}

/* Drops what is no writing, and what is much lower than most of the ink; returns how many are left. */
static int drop_others(Parts *parts, int w, int h, Weighed *work)
{
    int left = 0;
    float usual;

    for (int i = 0; i < parts->count; i++)
        parts->list[i].dropped = !part_is_writing(&parts->list[i], w, h);
    usual = height_of(parts, work);
    for (int i = 0; i < parts->count; i++) {
        Part *p = &parts->list[i];

        p->dropped |= (float)part_height(p) < 0.4f * usual;
        left += !p->dropped;
    }
    return left;
}

/* Drops what lies off the line, such as the tips of what stands above or below. */
static void drop_strays(Parts *parts, const TextLine *line, int *left)
{
    for (int i = 0; i < parts->count; i++) {
        Part *p = &parts->list[i];
        float off = 0.5f * (float)(p->y0 + p->y1 + 1) - line->middle;

        if (!p->dropped && fabsf(off) > 0.9f * line->height && *left > 1) {
            p->dropped = true;
            --*left;
        }
    }
}

/* The straight line through the parts' middles, if there are enough of them to say. */
static void fit_slope(const Parts *parts, int left, TextLine *line)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0, slope;

    for (int i = 0; i < parts->count; i++)
        if (!parts->list[i].dropped) {
            double x = 0.5 * (parts->list[i].x0 + parts->list[i].x1 + 1);
            double y = 0.5 * (parts->list[i].y0 + parts->list[i].y1 + 1);

            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
        }
    if (left < 4 || line->right - line->left < 4 * line->height)
        return;
    slope = (sxy - sx * sy / left) / (sxx - sx * sx / left + 1e-9);
    if (fabs(slope) > steepest)
        return;
    line->slope = (float)slope;
    line->middle = (float)((sy - slope * sx) / left);
}

/* Every part counts alike: a thick digit says no more about the size than a thin one. */
static void measure(Parts *parts, int left, Weighed *work, TextLine *out)
{
    int n = 0;

    for (int i = 0; i < parts->count; i++)
        if (!parts->list[i].dropped)
            work[n++] = (Weighed){(float)part_height(&parts->list[i]), 1};
    out->height = median(work, n);
    n = 0;
    for (int i = 0; i < parts->count; i++)
        if (!parts->list[i].dropped)
            work[n++] = (Weighed){0.5f * (float)(parts->list[i].y0 + parts->list[i].y1 + 1), 1};
    out->middle = median(work, n);
    drop_strays(parts, out, &left);
    out->left = INFINITY;
    out->right = 0;
    for (int i = 0; i < parts->count; i++)
        if (!parts->list[i].dropped) {
            out->left = fminf(out->left, (float)parts->list[i].x0);
            out->right = fmaxf(out->right, (float)parts->list[i].x1 + 1);
        }
    for (int i = 0; i < parts->count; i++)
        out->signs += !parts->list[i].dropped && (float)part_height(&parts->list[i]) > 0.6f * out->height;
    fit_slope(parts, left, out);
}

int text_line_find(const float *clear, int w, int h, TextLine *out, Err *e)
{
    Parts *parts = parts_find(clear, w, h, ink_threshold, e);
    Weighed *work = parts ? malloc((size_t)parts->count * sizeof *work + 1) : NULL;
    int left;

    if (!work) {
        parts_free(parts);
        return err_set(e, ERR_MEMORY, "no memory to find a line of writing");
    }
    *out = (TextLine){0.7f * (float)h, 0.5f * (float)h, 0, 0, (float)w, 0};
    left = drop_others(parts, w, h, work);
    if (left)
        measure(parts, left, work, out);
    free(work);
    parts_free(parts);
    return 0;
}

/* Row `y` (real) of a column, linear between rows, paper outside. */
static float column_at(const float *map, int w, int h, int x, float y)
{
    float fy = floorf(y - 0.5f), v = y - 0.5f - fy;
    int y0 = (int)fy;
    float a = y0 >= 0 && y0 < h ? map[(size_t)y0 * w + x] : 0;
    float b = y0 >= -1 && y0 + 1 < h ? map[(size_t)(y0 + 1) * w + x] : 0;

    return a + v * (b - a);
}

int strip_cut(const float *ink, int w, int h, const TextLine *line, float height_px, Strip *out,
              Err *e)
{
    float room = STRIP_LIMIT - 2 * STRIP_MARGIN, reach = 0.8f * line->height;
    float left = fmaxf(0, line->left - reach), right = fminf((float)w, line->right + reach);
    float scale = fminf(height_px / line->height, room / (right - left));
    int columns = (int)fmaxf(1, fminf(room, ceilf((right - left) * scale))), /* the product may come out above room */
        rows = (int)fmaxf(1, roundf((float)h * scale));
    float *map = malloc((size_t)columns * (size_t)rows * sizeof *map);
    int status;

    *out = (Strip){.width = (columns + 2 * STRIP_MARGIN + 3) / 4 * 4, .scale = scale};
    out->ink = calloc((size_t)out->width * STRIP_HEIGHT, sizeof *out->ink);
    out->shift = STRIP_MARGIN - (int)roundf(left * scale);
    status = map && out->ink ? 0 : err_set(e, ERR_MEMORY, "no memory for a strip of writing");
    if (!status)
        status = resample_f32(ink, w, h, (Window){left, 0, (float)columns / scale, (float)h}, 0,
                              map, columns, rows, e);
    for (int c = 0; !status && c < columns; c++) {
        float x = left + ((float)c + 0.5f) / scale;
        float top = (line->middle + line->slope * x) * (float)rows / (float)h - STRIP_HEIGHT / 2;

        if (line->slope == 0)
            top = roundf(top);
        for (int r = 0; r < STRIP_HEIGHT; r++)
            out->ink[(size_t)r * out->width + STRIP_MARGIN + c] =
                column_at(map, columns, rows, c, top + (float)r + 0.5f);
    }
    free(map);
    if (status)
        strip_free(out);
    return status;
}

void strip_free(Strip *s)
{
    free(s->ink);
    s->ink = NULL;
}
