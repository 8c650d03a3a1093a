/* Measurements, each about 0 when it says nothing and changing its sign with the picture's, weighed by a
 * logistic regression over some 12,000 pictures whose polarity was known: photos and made ones, shaded,
 * shadowed, inverted, cut tight, with borders. It has no constant term, so that a picture and its
 * inverse vote alike. */
#include "image/polarity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/levels.h"
#include "image/resample.h"

enum { SIDE = 48 }; /* enough to see strokes, small enough to be quick */

static const float corner_share = 0.1f, near_share = 0.1f, far_share = 0.2f;
static const float deepest = 0.2f; /* of the picture: where a border line has ended at the latest */

typedef struct Rect {
    int x, y, w, h;
} Rect;

enum { RIM, CORNERS, RIM_MEASURES };
enum { MEASURES = 4 * RIM_MEASURES + 2 };

static const float weights[MEASURES] = {
    2.85f, 2.04f, /* the rim and the corners of the picture as it is */
    1.54f, 2.47f, /* of what lies inside its border lines */
    3.57f, 1.97f, /* the same four with the plane taken away that fits the picture best */
    2.23f, 2.21f, 2.99f, 2.27f, /* how lopsided the picture is about near and about far means */
};

static float dark_share(const float *v, int stride, Rect r, float cut)
{
    int dark = 0;

    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            dark += v[y * stride + x] < cut;
    return (float)dark / (float)(r.w * r.h);
}

/* The strip one pixel wide along a side, `depth` pixels inside: left, right, top, bottom. */
static Rect strip(Rect r, int side, int depth)
{
    switch (side) {
    case 0:
        return (Rect){r.x + depth, r.y, 1, r.h};
    case 1:
        return (Rect){r.x + r.w - 1 - depth, r.y, 1, r.h};
    case 2:
        return (Rect){r.x, r.y + depth, r.w, 1};
    default:
        return (Rect){r.x, r.y + r.h - 1 - depth, r.w, 1};
    }
}

/* How deep a border line reaches from a side: to where a strip that is all of one kind is followed by one
 * that is mostly of the other; 0 where there is no such line. */
static int border_depth(const float *v, int stride, Rect r, int side, float cut)
{
    int across = side < 2 ? r.w : r.h, depth = 0;
    bool dark = false, line = false;

    for (int d = 0; d <= (int)(deepest * (float)across); d++) {
        float share = dark_share(v, stride, strip(r, side, d), cut);
        if (line && (dark ? share < 0.3f : share > 0.7f))
            depth = d;
        if (!line && (share < 0.12f || share > 0.88f) &&
            d <= (int)(0.5f * deepest * (float)across)) {
            line = true;
            dark = share > 0.5f;
        }
    }
    return depth;
}

static Rect inside_borders(const float *v, int w, int h, float cut)
{
    Rect all = {0, 0, w, h};
    int left = border_depth(v, w, all, 0, cut), right = border_depth(v, w, all, 1, cut);
    int top = border_depth(v, w, all, 2, cut), bottom = border_depth(v, w, all, 3, cut);

    return (Rect){left, top, w - left - right, h - top - bottom};
}

/* How light the rim is, and the corners are. */
static void measure_rim(const float *v, int stride, Rect r, float cut, float out[RIM_MEASURES])
{
    int cw = (int)(corner_share * (float)r.w + 0.5f), ch = (int)(corner_share * (float)r.h + 0.5f);
    float dark_rim = 0, dark_corners = 0;

    for (int side = 0; side < 4; side++)
        dark_rim += dark_share(v, stride, strip(r, side, 0), cut) * (float)(side < 2 ? r.h : r.w);
    cw = cw < 1 ? 1 : cw;
    ch = ch < 1 ? 1 : ch;
    for (int k = 0; k < 4; k++) {
        Rect corner = {k % 2 ? r.x + r.w - cw : r.x, k / 2 ? r.y + r.h - ch : r.y, cw, ch};
        dark_corners += dark_share(v, stride, corner, cut) / 4;
    }
    out[RIM] = 0.5f - dark_rim / (float)(2 * r.w + 2 * r.h);
    out[CORNERS] = 0.5f - dark_corners;
}

/* Of the picture, and of what lies inside its border lines. */
static void measure_rims(const float *v, int w, int h, float out[2 * RIM_MEASURES])
{
    Levels levels;

    levels_count(&levels, v, w * h, -256, 256);
    float low = levels_quantile(&levels, 0.01f), high = levels_quantile(&levels, 0.99f);
    float cut = levels_cut(&levels, low, high).at;
    measure_rim(v, w, (Rect){0, 0, w, h}, cut, out);
    measure_rim(v, w, inside_borders(v, w, h, cut), cut, out + RIM_MEASURES);
}

/* v less the plane that fits it best. */
static void remove_plane(float *v, int w, int h)
{
    float middle_x = 0.5f * (float)(w - 1), middle_y = 0.5f * (float)(h - 1);
    double sum = 0, sx = 0, sy = 0, xx = 0, yy = 0;

    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            double dx = (float)x - middle_x, dy = (float)y - middle_y;
            sum += v[y * w + x];
            sx += dx * v[y * w + x];
            sy += dy * v[y * w + x];
            xx += dx * dx;
            yy += dy * dy;
        }
    }
    float mean = (float)(sum / (w * h));
    float kx = xx > 0 ? (float)(sx / xx) : 0, ky = yy > 0 ? (float)(sy / yy) : 0;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            v[y * w + x] -= mean + kx * ((float)x - middle_x) + ky * ((float)y - middle_y);
}

/* sums (h+1,w+1): the sum of v above and to the left of each pixel corner. */
static void sum_areas(const float *v, int w, int h, double *sums)
{
    memset(sums, 0, ((size_t)w + 1) * sizeof *sums);
    for (int y = 0; y < h; y++) {
        double *above = sums + (size_t)y * (w + 1), *row = above + w + 1, sum = 0;
        row[0] = 0;
        for (int x = 0; x < w; x++) {
            sum += v[y * w + x];
            row[x + 1] = above[x + 1] + sum;
        }
    }
}

/* How lopsided v is about its means over windows: strokes are further from them than paper is. 1 where
 * all that stands out is dark, -1 where it is light. */
static float lopsided(const float *v, int w, int h, const double *sums, float reach_share)
{
    int reach = (int)fmaxf(1, reach_share * (float)(w > h ? w : h) + 0.5f);
    double cubes = 0, sizes = 0;

    for (int y = 0; y < h; y++) {
        int y0 = y > reach ? y - reach : 0, y1 = y + reach + 1 < h ? y + reach + 1 : h;
        const double *top = sums + (size_t)y0 * (w + 1), *bottom = sums + (size_t)y1 * (w + 1);
        for (int x = 0; x < w; x++) {
            int x0 = x > reach ? x - reach : 0, x1 = x + reach + 1 < w ? x + reach + 1 : w;
            double sum = bottom[x1] - bottom[x0] - top[x1] + top[x0];
            float off = (float)(sum / ((x1 - x0) * (y1 - y0))) - v[y * w + x];
            float cube = off * off * off;
            cubes += cube;
            sizes += fabsf(cube);
        }
    }
    return sizes > 1e-9 ? (float)(cubes / sizes) : 0;
}

/* Changes v (h,w); `sums` has room for (h+1,w+1). */
static void measure(float *v, int w, int h, double *sums, float out[MEASURES])
{
    measure_rims(v, w, h, out);
    sum_areas(v, w, h, sums);
    out[4 * RIM_MEASURES] = lopsided(v, w, h, sums, near_share);
    out[4 * RIM_MEASURES + 1] = lopsided(v, w, h, sums, far_share);
    remove_plane(v, w, h); /* light that falls off must not make a rim dark */
    measure_rims(v, w, h, out + 2 * RIM_MEASURES);
}

/* v, at most SIDE pixels long. */
static int shrink(const float *v, int w, int h, float *small, int small_w, int small_h, Err *e)
{
    if (small_w != w || small_h != h)
        return resample_f32(v, w, h, (Window){0, 0, (float)w, (float)h}, RESAMPLE_EDGE, small,
                            small_w, small_h, e);
    memcpy(small, v, (size_t)w * h * sizeof *small);
    return 0;
}

int polarity_vote(const float *v, int w, int h, float *vote, Err *e)
{
    int longer = w > h ? w : h, side = longer < SIDE ? longer : SIDE, status = -(int)ERR_MEMORY;
    int small_w = (w * side + longer - 1) / longer, small_h = (h * side + longer - 1) / longer;
    float *small = malloc((size_t)small_w * small_h * sizeof *small), f[MEASURES];
    double *sums = malloc(((size_t)small_w + 1) * (small_h + 1) * sizeof *sums);

    if (!small || !sums)
        err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", small_w, small_h);
    else
        status = shrink(v, w, h, small, small_w, small_h, e);
    if (status == 0) {
        measure(small, small_w, small_h, sums, f);
        *vote = 0;
        for (int i = 0; i < MEASURES; i++)
            *vote += weights[i] * f[i];
    }
    free(small);
    free(sums);
    return status;
}

float polarity_certainty(float vote)
{
    return 1 / (1 + expf(-fabsf(vote)));
}
