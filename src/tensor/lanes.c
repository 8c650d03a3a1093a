/* Between row-major images and lanes: a transpose of (images, pixels) to (pixels, 16), in blocks of
 * 16x16 bytes or 4x4 floats that stay in registers. */
#include <string.h>

#include "tensor/level_kernels.h"

typedef uint8_t b16 __attribute__((vector_size(16), aligned(1), may_alias));
typedef int32_t i4 __attribute__((vector_size(16)));

/* A run of pixels that lie without gaps both in an image and in the view: a row, or all. x points
 * to the view's number (0,0,0), so v->at plays no part. */
typedef struct Run {
    size_t pixels, from, to; /* in each image; in an image, in floats of x */
} Run;

static size_t run_count(const View *v)
{
    return view_is_dense(v) ? 1 : (size_t)v->planes * v->h;
}

static Run run_at(const View *v, size_t index)
{
    if (view_is_dense(v))
        return (Run){(size_t)v->planes * v->h * v->w, 0, 0};
    return (Run){(size_t)v->w, index * v->w, index / v->h * v->plane + index % v->h * v->row};
}

static size_t image_size(const View *v)
{
    return (size_t)v->c * v->h * v->w;
}

/* ---- bytes ---- */

/* Four rounds of interleaving transpose 16x16: after each, twice as many numbers of a column stand
 * together. */
INLINE void transpose_bytes(b16 rows[16])
{
    UNROLL
    for (int round = 0; round < 4; round++) {
        b16 next[16];

        UNROLL
        for (int i = 0; i < 8; i++) {
            next[2 * i] = SHUFFLE(b16, rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                  21, 6, 22, 7, 23);
            next[2 * i + 1] = SHUFFLE(b16, rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12,
                                      28, 13, 29, 14, 30, 15, 31);
        }
        UNROLL
        for (int i = 0; i < 16; i++)
            rows[i] = next[i];
    }
}

/* 16 pixels of each image; scale and shift are a lane's, zero where there is no image. */
static void block_from_bytes(const uint8_t *const images[LANES], size_t pixel,
                             const float *restrict scale, const float *restrict shift,
                             float *restrict x)
{
    b16 rows[16];
    uint8_t bytes[16][LANES];

    for (int l = 0; l < LANES; l++)
        rows[l] = *(const b16 *)(images[l] + pixel);
    transpose_bytes(rows);
    memcpy(bytes, rows, sizeof bytes);
    for (int p = 0; p < 16; p++)
        for (int l = 0; l < LANES; l++)
            x[p * LANES + l] = (float)bytes[p][l] * scale[l] + shift[l];
}

static void run_from_bytes(const uint8_t *const images[LANES], Run run, const float *scale,
                           const float *shift, float *x)
{
    size_t p = 0;

    for (; p + 16 <= run.pixels; p += 16)
        block_from_bytes(images, run.from + p, scale, shift, x + run.to + p * LANES);
    if (p < run.pixels && run.pixels >= 16) /* the last block again, ending with the run */
        block_from_bytes(images, run.from + run.pixels - 16, scale, shift,
                         x + run.to + (run.pixels - 16) * LANES);
    else
        for (; p < run.pixels; p++)
            for (int l = 0; l < LANES; l++)
                x[run.to + p * LANES + l] = (float)images[l][run.from + p] * scale[l] + shift[l];
}

/* One image, 16 of its channels in the lanes. */
static size_t channel_offset(const View *v, int c, int y, int x)
{
    return c / LANES * v->plane + y * v->row + (size_t)x * LANES + c % LANES;
}

static void clear_last_plane(const View *v, float *x)
{
    for (int y = 0; v->c % LANES && y < v->h; y++)
        memset(x + (v->planes - 1) * v->plane + y * v->row, 0, sizeof *x * v->w * LANES);
}

static void channels_from_bytes(const uint8_t *image, float scale, float shift, const View *v,
                                float *x)
{
    clear_last_plane(v, x);
    for (int c = 0; c < v->c; c++)
        for (int i = 0; i < v->h; i++) {
            float *to = x + channel_offset(v, c, i, 0);

            for (int j = 0; j < v->w; j++)
                to[(size_t)j * LANES] = (float)*image++ * scale + shift;
        }
}

void KERNEL(lanes_from_bytes)(int count, const uint8_t *images, float scale, float shift,
                              const View *v, float *x)
{
    const uint8_t *image[LANES];
    float scales[LANES] = {0}, shifts[LANES] = {0};

    if (v->by_channel) {
        channels_from_bytes(images, scale, shift, v, x);
        return;
    }
    for (int l = 0; l < LANES; l++)
        image[l] = images + (l < count ? l : 0) * image_size(v);
    for (int l = 0; l < count; l++) {
        scales[l] = scale;
        shifts[l] = shift;
    }
    for (size_t i = 0; i < run_count(v); i++)
        run_from_bytes(image, run_at(v, i), scales, shifts, x);
}

/* ---- floats ---- */

INLINE void transpose_floats(v4 m[4])
{
    v4 a = SHUFFLE(i4, m[0], m[2], 0, 4, 1, 5), b = SHUFFLE(i4, m[0], m[2], 2, 6, 3, 7);
    v4 c = SHUFFLE(i4, m[1], m[3], 0, 4, 1, 5), d = SHUFFLE(i4, m[1], m[3], 2, 6, 3, 7);

    m[0] = SHUFFLE(i4, a, c, 0, 4, 1, 5);
    m[1] = SHUFFLE(i4, a, c, 2, 6, 3, 7);
    m[2] = SHUFFLE(i4, b, d, 0, 4, 1, 5);
    m[3] = SHUFFLE(i4, b, d, 2, 6, 3, 7);
}

/* Moves `rows` runs of `pixels` numbers, `step` apart, into as many lanes; the other way round if
 * `back`. */
INLINE void move_lanes(int rows, size_t pixels, float *images, size_t step, float *x, bool back)
{
    size_t p = 0;

    for (; rows == 4 && p + 4 <= pixels; p += 4) {
        v4 m[4];

        UNROLL
        for (int k = 0; k < 4; k++)
            m[k] = *(v4 *)(back ? x + (p + k) * LANES : images + k * step + p);
        transpose_floats(m);
        UNROLL
        for (int k = 0; k < 4; k++)
            *(v4 *)(back ? images + k * step + p : x + (p + k) * LANES) = m[k];
    }
    for (; p < pixels; p++)
        for (int k = 0; k < rows; k++) {
            if (back)
                images[k * step + p] = x[p * LANES + k];
            else
                x[p * LANES + k] = images[k * step + p];
        }
}

INLINE void move_run(int count, Run run, float *images, size_t step, float *x, bool back)
{
    for (int l = 0; l < count; l += 4)
        move_lanes(count - l < 4 ? count - l : 4, run.pixels, images + l * step + run.from, step,
                   x + run.to + l, back);
}

/* Lanes that hold no image. */
static void clear_lanes(int count, Run run, float *x)
{
    for (size_t p = 0; count < LANES && p < run.pixels; p++)
        memset(x + run.to + p * LANES + count, 0, sizeof *x * (LANES - count));
}

static void move_channels(const View *v, float *image, float *x, bool back)
{
    for (int c = 0; c < v->c; c++)
        for (int i = 0; i < v->h; i++) {
            float *lane = x + channel_offset(v, c, i, 0);

            for (int j = 0; j < v->w; j++, image++) {
                if (back)
                    *image = lane[(size_t)j * LANES];
                else
                    lane[(size_t)j * LANES] = *image;
            }
        }
}

void KERNEL(lanes_from_floats)(int count, const float *images, const View *v, float *x)
{
    float *from = (float *)(uintptr_t)images; /* only read: move_run goes both ways */

    if (v->by_channel) {
        clear_last_plane(v, x);
        move_channels(v, from, x, false);
        return;
    }
    for (size_t i = 0; i < run_count(v); i++) {
        clear_lanes(count, run_at(v, i), x);
        move_run(count, run_at(v, i), from, image_size(v), x, false);
    }
}

void KERNEL(floats_from_lanes)(int count, const View *v, const float *x, float *images)
{
    float *from = (float *)(uintptr_t)x; /* only read */

    if (v->by_channel) {
        move_channels(v, images, from, true);
        return;
    }
    for (size_t i = 0; i < run_count(v); i++)
        move_run(count, run_at(v, i), images, image_size(v), from, true);
}
