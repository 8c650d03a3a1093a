/* Eight measurements, each about 0 when it says nothing, weighed by a logistic regression over some
 * 12,000 pictures whose polarity was known (photos and made ones: shaded, shadowed, inverted, cut tight,
 * with borders). It has no constant term, so that a picture and its inverse vote alike. */
#include "image/polarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/levels.h"
#include "image/resample.h"

enum { SIDE = 64 }; /* enough to see strokes, small enough to be quick */

static const float corner_share = 0.1f, near_share = 0.1f, far_share = 0.2f;

static float dark_share(const float *v, int stride, int w, int h, float cut)
{
    int dark = 0;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            dark += v[y * stride + x] < cut;
    return (float)dark / (float)(w * h);
}

/* The share of dark pixels along the rim. */
static float dark_rim(const float *v, int w, int h, float cut)
{
    float rows = dark_share(v, w, w, 1, cut) + dark_share(v + (h - 1) * w, w, w, 1, cut);
    float columns = dark_share(v, w, 1, h, cut) + dark_share(v + w - 1, w, 1, h, cut);

    return (rows * (float)w + columns * (float)h) / (float)(2 * w + 2 * h);
}

static float lesser(float a, float b)
{
    return a < b ? a : b;
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

/* The mean of the corners' dark shares, and of the two in the middle: one corner may hold ink. */
static void dark_corners(const float *v, int w, int h, float cut, float *mean, float *middle)
{
    int cw = (int)(corner_share * (float)w + 0.5f), ch = (int)(corner_share * (float)h + 0.5f);
    cw = cw < 1 ? 1 : cw;
    ch = ch < 1 ? 1 : ch;
    const float *bottom = v + (h - ch) * w;
    float a = dark_share(v, w, cw, ch, cut), b = dark_share(v + w - cw, w, cw, ch, cut);
    float c = dark_share(bottom, w, cw, ch, cut), d = dark_share(bottom + w - cw, w, cw, ch, cut);
    float all = a + b + c + d;

    *mean = all / 4;
    *middle = (all - lesser(lesser(a, b), lesser(c, d)) - larger(larger(a, b), larger(c, d))) / 2;
}

static float rim_vote(const float *v, int w, int h, const float weights[3])
{
    Levels levels;
    float mean, middle;

    levels_count(&levels, v, w * h, -256, 256);
    float low = levels_quantile(&levels, 0.01f), high = levels_quantile(&levels, 0.99f);
    float cut = levels_cut(&levels, low, high).at;
    dark_corners(v, w, h, cut, &mean, &middle);
    return weights[0] * (0.5f - dark_rim(v, w, h, cut)) + weights[1] * (0.5f - mean) +
           weights[2] * (0.5f - middle);
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

/* How lopsided v is about its means over windows: strokes are further from them than paper, -1 all
 * dark to 1 all light. */
static float lopsided(const float *v, int w, int h, const double *sums, int reach)
{
    double cubes = 0, sizes = 0;

    for (int y = 0; y < h; y++) {
        int y0 = y > reach ? y - reach : 0, y1 = y + reach + 1 < h ? y + reach + 1 : h;
        const double *top = sums + (size_t)y0 * (w + 1), *bottom = sums + (size_t)y1 * (w + 1);
        for (int x = 0; x < w; x++) {
            int x0 = x > reach ? x - reach : 0, x1 = x + reach + 1 < w ? x + reach + 1 : w;
            double sum = bottom[x1] - bottom[x0] - top[x1] + top[x0];
            float off = v[y * w + x] - (float)(sum / ((x1 - x0) * (y1 - y0)));
            float cube = off * off * off;
            cubes += cube;
            sizes += fabsf(cube);
        }
    }
    return sizes > 1e-9 ? (float)(cubes / sizes) : 0;
}

static int reach_of(float share, int w, int h)
{
    int reach = (int)(share * (float)(w > h ? w : h) + 0.5f);

    return reach < 1 ? 1 : reach;
}

/* The vote of v (h,w), which is changed; `sums` has room for (h+1,w+1). */
static float vote_of(float *v, int w, int h, double *sums)
{
    static const float as_it_is[3] = {1.55f, 1.17f, 1.17f}, level[3] = {1.85f, 1.25f, 1.51f};

    float vote = rim_vote(v, w, h, as_it_is);
    sum_areas(v, w, h, sums);
    vote -= 1.82f * lopsided(v, w, h, sums, reach_of(near_share, w, h));
    vote -= 2.25f * lopsided(v, w, h, sums, reach_of(far_share, w, h));
    remove_plane(v, w, h); /* light that falls off must not make a rim dark */
    return vote + rim_vote(v, w, h, level);
}

/* v, at most SIDE pixels long. */
static int shrink(const float *v, int w, int h, float *small, int small_w, int small_h, Err *e)
{
    if (small_w != w || small_h != h)
        return resample_f32(v, w, h, (Window){0, 0, (float)w, (float)h}, RESAMPLE_EDGE, small, small_w,
                            small_h, e);
    memcpy(small, v, (size_t)w * h * sizeof *small);
    return 0;
}

int polarity_vote(const float *v, int w, int h, float *vote, Err *e)
{
    int longer = w > h ? w : h, side = longer < SIDE ? longer : SIDE, status = -(int)ERR_MEMORY;
    int small_w = (w * side + longer - 1) / longer, small_h = (h * side + longer - 1) / longer;
    float *small = malloc((size_t)small_w * small_h * sizeof *small);
    double *sums = malloc(((size_t)small_w + 1) * (small_h + 1) * sizeof *sums);

    if (!small || !sums)
        err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", small_w, small_h);
    else
        status = shrink(v, w, h, small, small_w, small_h, e);
    if (status == 0)
        *vote = vote_of(small, small_w, small_h, sums);
    free(small);
    free(sums);
    return status;
}

float polarity_certainty(float vote)
{
    return 1 / (1 + expf(-fabsf(vote)));
}
