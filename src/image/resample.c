/* Two passes, rows first: a row of the output is a weighted sum of source rows, whose pixels are then
 * summed along the row. The weights are overlaps of intervals; along the row they are the same for every
 * row, and kept. */
#include "image/resample.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct Source {
    const float *real;    /* (h,w,channels), or NULL */
    const uint8_t *bytes; /* the same as bytes */
    int w, h, channels;
    float outside;
} Source;

/* The box of output pixel `i` along one axis, [*low, *high) in source pixels. */
static void box_of(float start, float step, int i, float *low, float *high)
{
    float half = step > 1 ? 0.5f * step : 0.5f, middle = start + ((float)i + 0.5f) * step;

    *low = middle - half;
    *high = middle + half;
}

/* How much of source pixel `k` lies in the box, as a share of the box. */
static float share_of(int k, float low, float high)
{
    float from = fmaxf(low, (float)k), to = fminf(high, (float)k + 1);

    return to > from ? (to - from) / (high - low) : 0;
}

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* sum += weight * row `y`, of which the source may have none. */
static void add_row(const Source *s, int y, float weight, float *sum)
{
    size_t n = (size_t)s->w * s->channels;

    if ((y < 0 || y >= s->h) && s->outside >= 0) {
        for (size_t i = 0; i < n; i++)
            sum[i] += weight * s->outside;
        return;
    }
    size_t at = (size_t)clamp(y, s->h) * n;
    if (s->real)
        for (size_t i = 0; i < n; i++)
            sum[i] += weight * s->real[at + i];
    else
        for (size_t i = 0; i < n; i++)
            sum[i] += weight * (float)s->bytes[at + i];
}

typedef struct Taps { /* the source columns that make each output column */
    int most;         /* of them */
    int *first;       /* (dst_w) */
    float *weight;    /* (dst_w, most) */
} Taps;

static bool make_taps(Taps *t, Window window, int dst_w)
{
    float step = window.width / (float)dst_w, low, high;

    t->most = (int)ceilf(step > 1 ? step : 1) + 1;
    t->first = malloc((size_t)dst_w * sizeof *t->first);
    t->weight = malloc((size_t)dst_w * t->most * sizeof *t->weight);
    if (!t->first || !t->weight)
        return false;
    for (int j = 0; j < dst_w; j++) {
        box_of(window.x, step, j, &low, &high);
        t->first[j] = (int)floorf(low);
        for (int k = 0; k < t->most; k++)
            t->weight[(size_t)j * t->most + k] = share_of(t->first[j] + k, low, high);
    }
    return true;
}

/* The value of column `k` of a finished row sum. */
static float column(const Source *s, const float *row, int k, int channel)
{
    if ((k < 0 || k >= s->w) && s->outside >= 0)
        return s->outside;
    return row[(size_t)clamp(k, s->w) * s->channels + channel];
}

/* A row of the output from a finished row sum. */
static void along_row(const Source *s, const float *row, const Taps *t, float *dst, int dst_w)
{
    int channels = s->channels;

    for (int j = 0; j < dst_w; j++) {
        const float *weight = t->weight + (size_t)j * t->most;
        int first = t->first[j];
        bool inside = first >= 0 && first + t->most <= s->w;
        for (int c = 0; c < channels; c++) {
            float sum = 0;
            if (inside) {
                const float *from = row + (size_t)first * channels + c;
                for (int k = 0; k < t->most; k++)
                    sum += weight[k] * from[k * channels];
            } else {
                for (int k = 0; k < t->most; k++)
                    sum += weight[k] * column(s, row, first + k, c);
            }
            *dst++ = sum;
        }
    }
}

static int resample(const Source *s, Window window, float *dst, int dst_w, int dst_h, Err *e)
{
    assert(window.width > 0 && window.height > 0 && dst_w > 0 && dst_h > 0);
    size_t n = (size_t)s->w * s->channels;
    float *row = malloc(n * sizeof *row), low, high;
    Taps taps = {0};
    bool fits = make_taps(&taps, window, dst_w) && row;

    for (int i = 0; fits && i < dst_h; i++) {
        memset(row, 0, n * sizeof *row);
        box_of(window.y, window.height / (float)dst_h, i, &low, &high);
        for (int k = (int)floorf(low); (float)k < high; k++)
            add_row(s, k, share_of(k, low, high), row);
        along_row(s, row, &taps, dst + (size_t)i * dst_w * s->channels, dst_w);
    }
    free(row);
    free(taps.first);
    free(taps.weight);
    return fits ? 0 : err_set(e, ERR_MEMORY, "no memory for a row of %d pixels", s->w);
}

int resample_f32(const float *src, int w, int h, Window window, float outside, float *dst,
                 int dst_w, int dst_h, Err *e)
{
    Source s = {.real = src, .w = w, .h = h, .channels = 1, .outside = outside};

    return resample(&s, window, dst, dst_w, dst_h, e);
}

int resample_u8(const uint8_t *src, int w, int h, int channels, Window window, float *dst,
                int dst_w, int dst_h, Err *e)
{
    Source s = {.bytes = src, .w = w, .h = h, .channels = channels, .outside = RESAMPLE_EDGE};

    return resample(&s, window, dst, dst_w, dst_h, e);
}

Image *image_resample(const Image *im, Window window, int width, int height, Err *e)
{
    Image *out = image_new(width, height, im->channels, e);
    size_t n = (size_t)width * height * im->channels;
    float *real = out ? malloc(n * sizeof *real) : NULL;

    if (out && !real)
        err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", width, height);
    if (!real || resample_u8(im->pixels, im->width, im->height, im->channels, window, real, width,
                             height, e)) {
        free(real);
        image_free(out);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        out->pixels[i] = (uint8_t)(real[i] + 0.5f);
    free(real);
    return out;
}
