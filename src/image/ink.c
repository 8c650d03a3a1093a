#include "image/ink.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/bands.h"
#include "image/levels.h"
#include "image/paper.h"
#include "image/polarity.h"
#include "image/resample.h"
#include "image/shadow.h"

enum { SIDE = 96, SMOOTHED_SIDE = 60, AXIS_STEPS = 20, AXIS_SIDE = 64, FRINGE = 2 };

static const float full_ink = 0.4f;    /* of a stroke: fainter ink beside what is taken out goes, too */
static const float least_rest = 0.15f; /* level of what is left when ink was taken out, of the level before */
static const float least_depth = 9;    /* grey steps: less is no ink */
static const float least_contrast = 4; /* of a stroke against the noise of the paper */
static const float most_ink = 0.75f;   /* a darker part larger than this is not ink */
static const float middle = 0.16f;     /* from here to the other side is the middle of a picture */
static const float foot = 0.30f, head = 0.85f; /* of the level: where ink begins and is full */

/* ---- one number a pixel ---- */

/* The sums of products of colour differences between pixels a little apart: strokes show in them, light
 * that falls off does not. */
static void difference_products(const float *rgb, int w, int h, double m[3][3])
{
    int longer = w > h ? w : h, apart = (int)(0.03f * (float)longer + 0.5f);
    int step = 1 + longer / AXIS_SIDE;

    apart = apart < 1 ? 1 : apart;
    memset(m, 0, 9 * sizeof **m);
    for (int y = 0; y < h; y += step) {
        for (int x = 0; x < w; x += step) {
            const float *p = rgb + 3 * (y * w + x);
            const float *others[2] = {x + apart < w ? p + 3 * apart : p,
                                      y + apart < h ? p + 3 * apart * w : p};
            for (int k = 0; k < 2; k++) {
                float r = others[k][0] - p[0], g = others[k][1] - p[1], b = others[k][2] - p[2];
                m[0][0] += r * r, m[0][1] += r * g, m[0][2] += r * b;
                m[1][1] += g * g, m[1][2] += g * b, m[2][2] += b * b;
            }
        }
    }
    m[1][0] = m[0][1], m[2][0] = m[0][2], m[2][1] = m[1][2];
}

/* The weights of red, green and blue along which ink differs from paper most: the first principal axis
 * of the differences, by power iteration from luma. Their sizes add up to 1, so that a depth along it
 * is in grey steps, and more of it is brighter. */
static void ink_axis(const float *rgb, int w, int h, float axis[3])
{
    double m[3][3], u[3] = {0.299, 0.587, 0.114}, brighter = 0, sum = 0;

    difference_products(rgb, w, h, m);
    for (int step = 0; step < AXIS_STEPS; step++) {
        double t[3];
        for (int i = 0; i < 3; i++)
            t[i] = m[i][0] * u[0] + m[i][1] * u[1] + m[i][2] * u[2];
        double length = sqrt(t[0] * t[0] + t[1] * t[1] + t[2] * t[2]);
        if (!(length > 1e-6))
            break;
        for (int i = 0; i < 3; i++)
            u[i] = t[i] / length;
    }
    brighter = 0.299 * u[0] + 0.587 * u[1] + 0.114 * u[2] < 0 ? -1 : 1;
    for (int i = 0; i < 3; i++)
        sum += fabs(u[i]);
    for (int i = 0; i < 3; i++)
        axis[i] = (float)(brighter * u[i] / sum);
}

/* v = the colours along the axis, 0..255. */
static void project(const float *rgb, int w, int h, float *v)
{
    float axis[3], offset = 0;

    ink_axis(rgb, w, h, axis);
    for (int i = 0; i < 3; i++)
        offset -= axis[i] < 0 ? 255 * axis[i] : 0;
    for (int i = 0; i < w * h; i++)
        v[i] = offset + axis[0] * rgb[3 * i] + axis[1] * rgb[3 * i + 1] + axis[2] * rgb[3 * i + 2];
}

/* 1 2 1 both ways: takes the edge off sensor noise; `spare` is as large as v. */
static void smooth(float *v, int w, int h, float *spare)
{
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            const float *p = v + y * w + x;
            float left = x > 0 ? p[-1] : p[0], right = x < w - 1 ? p[1] : p[0];
            spare[y * w + x] = 0.25f * (left + right) + 0.5f * p[0];
        }
    }
    for (int y = 0; y < h; y++) {
        const float *row = spare + y * w, *up = y > 0 ? row - w : row;
        const float *down = y < h - 1 ? row + w : row;
        for (int x = 0; x < w; x++)
            v[y * w + x] = 0.25f * (up[x] + down[x]) + 0.5f * row[x];
    }
}

/* The picture at the working size, as real numbers. */
static int shrink(const Image *im, const InkMap *m, float *out, Err *e)
{
    if (m->width != im->width || m->height != im->height)
        return resample_u8(im->pixels, im->width, im->height, im->channels,
                           (Window){0, 0, (float)im->width, (float)im->height}, out, m->width,
                           m->height, e);
    for (int i = 0; i < m->width * m->height * im->channels; i++)
        out[i] = im->pixels[i];
    return 0;
}

/* ---- how deep is a stroke ---- */

typedef struct Stroke {
    float level, share;
} Stroke;

static Stroke stroke_of(const float *depth, int n)
{
    /* the deepest few pixels are reflexes and dust, yet a small digit on a large sheet is few too */
    float top = fminf(0.005f, 12.0f / (float)n);
    Levels levels;

    levels_count(&levels, depth, n, 0, 256);
    Cut cut = levels_cut(&levels, 0, levels_quantile(&levels, 1 - top));

    return (Stroke){cut.upper_mean, cut.upper_share};
}

/* The same for the middle of the picture, whose rim may hold a line blacker than the digit. */
static Stroke middle_stroke(const InkMap *m, float *work)
{
    int x0 = (int)(middle * (float)m->width), y0 = (int)(middle * (float)m->height), n = 0;

    for (int y = y0; y < m->height - y0; y++)
        for (int x = x0; x < m->width - x0; x++)
            work[n++] = m->depth[y * m->width + x];
    return stroke_of(work, n);
}

static void ramp(InkMap *m)
{
    float from = fminf(fmaxf(foot * m->level, 2 * m->noise), 0.55f * m->level);
    float to = fmaxf(head * m->level, from + 0.2f * m->level);

    for (int i = 0; i < m->width * m->height; i++) {
        float ink = to > from ? (m->depth[i] - from) / (to - from) : 0;
        m->ink[i] = ink < 0 ? 0 : ink > 1 ? 1 : ink;
    }
}

void ink_level(InkMap *m)
{
    int n = m->width * m->height;
    Stroke all = stroke_of(m->depth, n), inner = middle_stroke(m, m->ink);

    m->level = all.level;
    m->blank = all.level < least_depth || all.level < least_contrast * m->noise ||
               all.share > most_ink;
    if (n > 60 && inner.level < 0.8f * all.level && inner.level > 0.15f * all.level &&
        inner.level > least_depth + 1 && inner.level > (least_contrast + 1) * m->noise &&
        inner.share < 0.5f) {
        m->level = inner.level;
        m->blank = false;
    }
    ramp(m);
}

/* ---- together ---- */

/* How much lies in strokes below a paper that is found with a narrow window. */
static int stroke_sum(const float *v, int n, int w, int h, int stroke_px, float *paper, double *sum, Err *e)
{
    float noise;

    if (paper_find(v, w, h, stroke_px, paper, &noise, e))
        return -1;
    *sum = 1;
    for (int i = 0; i < n; i++)
        *sum += fmaxf(0, paper[i] - v[i] - 2 * noise);
    return 0;
}

/* Strokes are narrow, what lies between them is not: for writing this says more about which is which than
 * the picture's grey values. Adds to a vote of polarity_vote; `paper` is used up. */
static int writing_vote(float *v, int w, int h, int stroke_px, float *paper, float *vote, Err *e)
{
    int n = w * h, narrow = stroke_px / 4 < 4 ? 4 : stroke_px / 4;
    double dark = 1, light = 1;
    int code = stroke_sum(v, n, w, h, narrow, paper, &dark, e);

    for (int i = 0; i < n; i++)
        v[i] = 255 - v[i];
    if (!code)
        code = stroke_sum(v, n, w, h, narrow, paper, &light, e);
    for (int i = 0; i < n; i++)
        v[i] = 255 - v[i];
    if (!code)
        *vote += 3 * (float)log(dark / light);
    return code;
}

static int find_depth(const Image *im, const InkOptions *o, InkMap *m, float *planes, float *v, Err *e)
{
    int w = m->width, h = m->height, n = w * h;
    float vote;

    if (shrink(im, m, planes, e))
        return -1;
    if (im->channels == 3)
        project(planes, w, h, v);
    else
        memcpy(v, planes, (size_t)n * sizeof *v);
    if (!o->stroke_px && o->polarity == INK_AUTO)
        bands_lift(v, w, h);
    if (polarity_vote(v, w, h, &vote, e))
        return -1;
    if (o->stroke_px && o->polarity == INK_AUTO && writing_vote(v, w, h, o->stroke_px, m->depth, &vote, e))
        return -1;
    m->dark_ink = o->polarity == INK_AUTO ? vote > 0 : o->polarity == INK_DARK;
    m->certainty = o->polarity == INK_AUTO ? polarity_certainty(vote) : 1;
    for (int i = 0; i < n && !m->dark_ink; i++)
        v[i] = 255 - v[i];
    if (w > SMOOTHED_SIDE || h > SMOOTHED_SIDE)
        smooth(v, w, h, planes);
    if (!o->stroke_px)
        shadow_lift(v, w, h);
    if (paper_find(v, w, h, o->stroke_px, m->depth, &m->noise, e))
        return -1;
    for (int i = 0; i < n; i++)
        m->depth[i] = m->depth[i] > v[i] ? m->depth[i] - v[i] : 0;
    return 0;
}

static void working_size(const Image *im, int side, InkMap *m)
{
    int longer = im->width > im->height ? im->width : im->height;

    m->width = im->width;
    m->height = im->height;
    m->scale = 1;
    if (longer > side) {
        m->scale = (float)longer / (float)side;
        m->width = (int)fmaxf(1, (float)im->width / m->scale + 0.5f);
        m->height = (int)fmaxf(1, (float)im->height / m->scale + 0.5f);
    }
}

InkMap *ink_find(const Image *im, const InkOptions *options, Err *e)
{
    InkOptions o = options ? *options : (InkOptions){0};
    InkMap *m = calloc(1, sizeof *m);
    float *planes = NULL, *v = NULL;
    bool fits = false;

    assert(o.side_px >= 0);
    if (m) {
        working_size(im, o.side_px ? o.side_px : SIDE, m);
        size_t n = (size_t)m->width * m->height;
        m->ink = malloc(n * sizeof *m->ink);
        m->depth = malloc(n * sizeof *m->depth);
        planes = malloc(n * im->channels * sizeof *planes);
        v = malloc(n * sizeof *v);
        fits = m->ink && m->depth && planes && v;
    }
    if (!fits)
        err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", im->width, im->height);
    if (!fits || find_depth(im, &o, m, planes, v, e)) {
        ink_free(m);
        m = NULL;
    } else {
        ink_level(m);
    }
    free(planes);
    free(v);
    return m;
}

void ink_free(InkMap *m)
{
    if (!m)
        return;
    free(m->ink);
    free(m->depth);
    free(m);
}

/* Whether all four neighbours of pixel (x, y) are inked: its fringe is theirs. */
static bool is_inside(const float *ink, int w, int h, int x, int y)
{
    const float *p = ink + (size_t)y * w + x;

    return x > 0 && y > 0 && x < w - 1 && y < h - 1 && p[-1] > full_ink && p[1] > full_ink && p[-w] > full_ink && p[w] > full_ink;
}

/* Sets depth to 0 at a pixel and in the faint fringe round it. */
static void take_pixel(InkMap *m, int x, int y)
{
    int w = m->width, h = m->height;
    int x0 = x > FRINGE ? x - FRINGE : 0, x1 = x + FRINGE < w ? x + FRINGE : w - 1;
    int y0 = y > FRINGE ? y - FRINGE : 0, y1 = y + FRINGE < h ? y + FRINGE : h - 1;

    m->depth[(size_t)y * w + x] = 0;
    if (is_inside(m->ink, w, h, x, y))
        return;
    for (int v = y0; v <= y1; v++)
        for (int u = x0; u <= x1; u++)
            if (!(m->ink[(size_t)v * w + u] > full_ink))
                m->depth[(size_t)v * w + u] = 0;
}

void ink_take_out(InkMap *m, const uint8_t *mask)
{
    float level = m->level;

    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++)
            if (mask[(size_t)y * m->width + x])
                take_pixel(m, x, y);
    ink_level(m);
    m->blank |= m->level < least_rest * level;
}
