/* Measurements, each about 0 when it says nothing and changing its sign with the picture's, weighed by a
 * logistic regression over some 18,000 pictures whose polarity was known: photos and made ones, shaded,
 * with sharp shadows, ruled, cut tight, with borders. It has no constant term, so that a picture and its
 * inverse vote alike. */
#include "image/polarity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/closing.h"
#include "image/levels.h"
#include "image/resample.h"

enum { SIDE = 64 }; /* enough to see strokes, small enough to be quick */

/* Of the picture's longer side. */
static const float near_share = 0.05f, narrow_share = 0.05f, wide_share = 0.14f;
static const float deepest = 0.2f; /* of the picture: where a border line has ended at the latest */

typedef struct Rect {
    int x, y, w, h;
} Rect;

/* The rim of the picture and of what lies inside its border lines, the plane taken away that fits it
 * best; the rim, with the bends taken away as well; how lopsided the picture is about that surface,
 * and about means near by; whether narrow and less narrow strokes are dark. */
enum { RIM, INNER_RIM, FLAT_RIM, FLAT_LOPSIDED, NEAR_LOPSIDED, NARROW, LESS_NARROW, MEASURES };

static const float weights[MEASURES] = {12.9f, 5.5f, 3.9f, 5.6f, 4.7f, 3.1f, -4.9f};

static int reach_of(int w, int h, float share)
{
    return (int)fmaxf(1, share * (float)(w > h ? w : h) + 0.5f);
}

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

/* How light the rim is. */
static float light_rim(const float *v, int stride, Rect r, float cut)
{
    float dark = 0;

    for (int side = 0; side < 4; side++)
        dark += dark_share(v, stride, strip(r, side, 0), cut) * (float)(side < 2 ? r.h : r.w);
    return 0.5f - dark / (float)(2 * r.w + 2 * r.h);
}

static float cut_of(const float *v, int n)
{
    Levels levels;

    levels_count(&levels, v, n, -256, 256);
    return levels_cut(&levels, levels_quantile(&levels, 0.01f), levels_quantile(&levels, 0.99f)).at;
}

/* Of the picture, and of what lies inside its border lines. */
static void measure_rims(const float *v, int w, int h, float out[2])
{
    float cut = cut_of(v, w * h);

    out[0] = light_rim(v, w, (Rect){0, 0, w, h}, cut);
    out[1] = light_rim(v, w, inside_borders(v, w, h, cut), cut);
}

/* 1, x, y, xx - mean, xy and yy - mean, with x and y from the middle, are orthogonal over a picture's
 * pixels, so that each can be fitted and taken away by itself. */
static float term(int k, float x, float y, float mean_xx, float mean_yy)
{
    const float terms[6] = {1, x, y, x * x - mean_xx, x * y, y * y - mean_yy};

    return terms[k];
}

/* v less what terms `first` to `last` say of it. */
static void remove_terms(float *v, int w, int h, int first, int last)
{
    float middle_x = 0.5f * (float)(w - 1), middle_y = 0.5f * (float)(h - 1);
    float mean_xx = (float)(w * w - 1) / 12, mean_yy = (float)(h * h - 1) / 12, share[6] = {0};

    for (int k = first; k <= last; k++) {
        double sum = 0, squares = 0;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                float t = term(k, (float)x - middle_x, (float)y - middle_y, mean_xx, mean_yy);
                sum += (double)t * v[y * w + x];
                squares += (double)t * t;
            }
        }
        share[k] = squares > 0 ? (float)(sum / squares) : 0;
    }
    for (int k = first; k <= last; k++)
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                v[y * w + x] -=
                    share[k] * term(k, (float)x - middle_x, (float)y - middle_y, mean_xx, mean_yy);
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

/* The sum of cubes over the sum of their sizes: 1 where all that stands out is dark, -1 where it is light. */
typedef struct Lopsided {
    double cubes, sizes;
} Lopsided;

static void lopsided_add(Lopsided *l, float darker)
{
    float cube = darker * darker * darker;

    l->cubes += cube;
    l->sizes += fabsf(cube);
}

static float lopsided(const Lopsided *l)
{
    return l->sizes > 1e-9 ? (float)(l->cubes / l->sizes) : 0;
}

/* About 0, where the mean of v is. */
static float lopsided_overall(const float *v, int n)
{
    Lopsided l = {0};

    for (int i = 0; i < n; i++)
        lopsided_add(&l, -v[i]);
    return lopsided(&l);
}

/* About the means over windows: strokes are further from them than paper is. */
static float lopsided_near(const float *v, int w, int h, const double *sums)
{
    int reach = reach_of(w, h, near_share);
    Lopsided l = {0};

    for (int y = 0; y < h; y++) {
        int y0 = y > reach ? y - reach : 0, y1 = y + reach + 1 < h ? y + reach + 1 : h;
        const double *top = sums + (size_t)y0 * (w + 1), *bottom = sums + (size_t)y1 * (w + 1);
        for (int x = 0; x < w; x++) {
            int x0 = x > reach ? x - reach : 0, x1 = x + reach + 1 < w ? x + reach + 1 : w;
            double sum = bottom[x1] - bottom[x0] - top[x1] + top[x0];
            lopsided_add(&l, (float)(sum / ((x1 - x0) * (y1 - y0))) - v[y * w + x]);
        }
    }
    return lopsided(&l);
}

/* What work takes: an area sum, or a picture and its closing. */
static size_t work_size(int w, int h)
{
    size_t sums = ((size_t)w + 1) * (h + 1) * sizeof(double);
    int reach = reach_of(w, h, wide_share);
    size_t hats = (2 * (size_t)w * h + closing_room(w, h, reach)) * sizeof(float);

    return sums > hats ? sums : hats;
}

/* The root of the squares of what a closing fills: strokes darker than what lies on both sides. A
 * shadow, which has one edge, leaves nothing. */
static double filled(const float *v, int w, int h, int reach, float *closed, float *work)
{
    double sum = 0;

    closing(v, w, h, reach, closed, work);
    for (int i = 0; i < w * h; i++)
        sum += ((double)closed[i] - v[i]) * (closed[i] - v[i]);
    return sqrt(sum);
}

/* 1 where only dark strokes are narrower than the window, -1 where only light ones are. */
static float narrow_strokes(const float *v, int w, int h, float share, float *work)
{
    int n = w * h, reach = reach_of(w, h, share);
    float *inverse = work, *closed = work + n, *rest = closed + n;
    double dark = filled(v, w, h, reach, closed, rest), light;

    for (int i = 0; i < n; i++)
        inverse[i] = -v[i];
    light = filled(inverse, w, h, reach, closed, rest);
    return dark + light > 1e-3 ? (float)((dark - light) / (dark + light)) : 0;
}

/* Changes v (h,w); `work` is of work_size. */
static void measure(float *v, int w, int h, void *work, float out[MEASURES])
{
    out[NARROW] = narrow_strokes(v, w, h, narrow_share, work);
    out[LESS_NARROW] = narrow_strokes(v, w, h, wide_share, work);
    sum_areas(v, w, h, work);
    out[NEAR_LOPSIDED] = lopsided_near(v, w, h, work);
    remove_terms(v, w, h, 0, 2); /* light that falls off must not make a rim dark */
    measure_rims(v, w, h, out + RIM);
    remove_terms(v, w, h, 3, 5);
    out[FLAT_RIM] = light_rim(v, w, (Rect){0, 0, w, h}, cut_of(v, w * h));
    out[FLAT_LOPSIDED] = lopsided_overall(v, w * h);
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
    void *work = malloc(work_size(small_w, small_h));

    if (!small || !work)
        err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", small_w, small_h);
    else
        status = shrink(v, w, h, small, small_w, small_h, e);
    if (status == 0) {
        measure(small, small_w, small_h, work, f);
        *vote = 0;
        for (int i = 0; i < MEASURES; i++)
            *vote += weights[i] * f[i];
    }
    free(small);
    free(work);
    return status;
}

float polarity_certainty(float vote)
{
    return 1 / (1 + expf(-fabsf(vote)));
}
