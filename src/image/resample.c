/* Two passes, rows first: a row of the output is a weighted sum of source rows, whose pixels are
 * then summed along the row. The weights are overlaps of intervals, cheap enough to need no table.
 */
#include "image/resample.h"

#include <assert.h>
#include <math.h>
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

/* One channel of output pixel `j` from a finished row sum. */
static float along_row(const Source *s, const float *row, float low, float high, int channel)
{
    float value = 0;

    for (int k = (int)floorf(low); (float)k < high; k++) {
        float weight = share_of(k, low, high);
        if ((k < 0 || k >= s->w) && s->outside >= 0)
            value += weight * s->outside;
        else
            value += weight * row[(size_t)clamp(k, s->w) * s->channels + channel];
    }
    return value;
}

static int resample(const Source *s, Window window, float *dst, int dst_w, int dst_h, Err *e)
{
    assert(window.width > 0 && window.height > 0 && dst_w > 0 && dst_h > 0);
    size_t n = (size_t)s->w * s->channels;
    float *row = malloc(n * sizeof *row), low, high;

    if (!row)
        return err_set(e, ERR_MEMORY, "no memory for a row of %d pixels", s->w);
    for (int i = 0; i < dst_h; i++) {
        memset(row, 0, n * sizeof *row);
        box_of(window.y, window.height / (float)dst_h, i, &low, &high);
        for (int k = (int)floorf(low); (float)k < high; k++)
            add_row(s, k, share_of(k, low, high), row);
        for (int j = 0; j < dst_w; j++) {
            box_of(window.x, window.width / (float)dst_w, j, &low, &high);
            for (int c = 0; c < s->channels; c++)
                *dst++ = along_row(s, row, low, high, c);
        }
    }
    free(row);
    return 0;
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
