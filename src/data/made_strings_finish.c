/* What a camera does to a strip, and what telling ink from paper leaves of it. */
#include <math.h>
#include <string.h>

#include "data/made_strings_parts.h"

static bool chance(Rng *r, float share)
{
    return rng_uniform(r) < share;
}

/* in (h,w) -> out (oh,ow), bilinear between pixel centres, edges repeated. */
static void rescale(const float *in, int w, int h, float *out, int ow, int oh)
{
    float sx = (float)w / (float)ow, sy = (float)h / (float)oh;

    for (int y = 0; y < oh; y++) {
        float v = less(more(((float)y + 0.5f) * sy - 0.5f, 0), (float)(h - 1));
        int y0 = (int)v, y1 = y0 + (y0 + 1 < h);

        for (int x = 0; x < ow; x++) {
            float u = less(more(((float)x + 0.5f) * sx - 0.5f, 0), (float)(w - 1));
            int x0 = (int)u, x1 = x0 + (x0 + 1 < w);
            float a = in[y0 * w + x0] + (u - (float)x0) * (in[y0 * w + x1] - in[y0 * w + x0]);
            float b = in[y1 * w + x0] + (u - (float)x0) * (in[y1 * w + x1] - in[y1 * w + x0]);

            out[y * ow + x] = a + (v - (float)y0) * (b - a);
        }
    }
}

/* Each pixel a share of the way to the mean 1-2-1 of its neighbourhood, along both axes. */
static void blur(Sheet *s, float share)
{
    float above[STRING_WIDTH], side = 0.25f * share, middle = 1 - 2 * side;

    for (int y = 0; y < s->height; y++) {
        float *row = s->ink + y * s->width, left = row[0];

        for (int x = 0; x < s->width; x++) {
            float v = row[x];

            row[x] = middle * v + side * (left + row[x + (x + 1 < s->width)]);
            left = v;
        }
    }
    memcpy(above, s->ink, (size_t)s->width * sizeof *above);
    for (int y = 0; y < s->height; y++) {
        float *row = s->ink + y * s->width, *below = y + 1 < s->height ? row + s->width : row;

        for (int x = 0; x < s->width; x++) {
            float v = row[x];

            row[x] = middle * v + side * (above[x] + below[x]);
            above[x] = v;
        }
    }
}

/* Ink weaker in places: soft patches, each stroke of several. */
static void fade(Sheet *s, float depth, Rng *r)
{
    enum { PITCH = 12, ROWS = STRING_HEIGHT / PITCH + 2 };
    float grid[ROWS][STRING_WIDTH / PITCH + 2];

    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < STRING_WIDTH / PITCH + 2; k++)
            grid[i][k] = 1 - depth * rng_uniform(r);
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            float *g = &grid[y / PITCH][x / PITCH];
            float u = (float)(x % PITCH) / PITCH, v = (float)(y % PITCH) / PITCH;
            float a = g[0] + u * (g[1] - g[0]), *below = grid[y / PITCH + 1] + x / PITCH;

            s->ink[y * s->width + x] *= a + v * (below[0] + u * (below[1] - below[0]) - a);
        }
}

/* Seen at a lower resolution. */
static void coarsen(Sheet *s, float factor, float *spare)
{
    int w = (int)((float)s->width / factor), h = (int)((float)s->height / factor);

    blur(s, less(1, factor - 0.8f));
    rescale(s->ink, s->width, s->height, spare, w, h);
    rescale(spare, w, h, s->ink, s->width, s->height);
}

/* Grain of about this deviation: the sum of two even numbers. */
static void grain(Sheet *s, float deviation, Rng *r)
{
    float scale = deviation * 2.45f / 32768;
    int pixels = s->width * s->height;

    for (int i = 0; i < pixels; i += 2) {
        uint64_t u = rng_u64(r);

        s->ink[i] += scale * ((float)(u & 65535) + (float)(u >> 16 & 65535) - 65535) * 0.5f;
        if (i + 1 < pixels)
            s->ink[i + 1] += scale * ((float)(u >> 32 & 65535) + (float)(u >> 48) - 65535) * 0.5f;
    }
}

/* How deep a full stroke is: the mean, in which deep ink counts for more. */
static float level_of(const Sheet *s)
{
    float sum = 0, weight = 0;

    for (int i = 0; i < s->width * s->height; i++) {
        float v = s->ink[i], square = v * v;

        sum += v * square;
        weight += square;
    }
    return weight > 1 ? less(1, more(0.15f, sum / weight)) : 1;
}

/* The soft threshold between paper and ink. */
static void ramp(Sheet *s, float low, float high)
{
    float scale = 1 / (high - low);

    for (int i = 0; i < s->width * s->height; i++)
        s->ink[i] = less(1, more(0, (s->ink[i] - low) * scale));
}

/* Nothing is known outside the crop. */
static void crop(Sheet *s, int first, int end)
{
    for (int y = 0; y < s->height; y++) {
        float *row = s->ink + y * s->width;

        memset(row, 0, (size_t)first * sizeof *row);
        memset(row + end, 0, (size_t)(s->width - end) * sizeof *row);
    }
}

void finish(int first, int end, Rng *r, Sheet *s, float *spare)
{
    bool paper = chance(r, 0.3f); /* grain is there before ink is told from it */
    float level;

    if (chance(r, 0.3f))
        fade(s, rng_range(r, 0.1f, 0.6f), r);
    if (chance(r, 0.3f))
        coarsen(s, rng_range(r, 1.15f, 2.9f), spare);
    if (chance(r, 0.4f))
        blur(s, rng_range(r, 0.1f, 1));
    if (paper)
        grain(s, rng_range(r, 0.02f, 0.12f), r);
    level = chance(r, 0.85f) ? level_of(s) : 1;
    ramp(s, level * rng_range(r, -0.02f, 0.2f), level * rng_range(r, 0.6f, 1.15f));
    if (!paper && chance(r, 0.3f))
        grain(s, rng_range(r, 0.01f, 0.06f), r);
    crop(s, first, end);
}
