/* Layers as plain loops over one picture, (C,H,W) row-major: what a C header carries (header.h) and
 * what a frozen graph is checked with (frozen_run.h).
 *
 * This file is also text: the part behind each line "//: name needs.." goes into a header that uses
 * the layer `name`, and so do the parts that it needs. It stands alone, in C99, and allocates nothing.
 * What is int8 stands for (q - zero) * scale; sums are int32, and are brought to the scale of the
 * result by a multiplier of 31 bits and a shift, rounded once (Jacob et al. 2018). */
#ifndef SCRAWL_MODEL_PLAIN_KERNELS_H
#define SCRAWL_MODEL_PLAIN_KERNELS_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

//: shapes
typedef struct scrawl_shape {
    int c, h, w;
} scrawl_shape;

typedef struct scrawl_window {
    int kernel_y, kernel_x, stride_y, stride_x, top, left;
} scrawl_window;

//: conv2d shapes
/* y[f,i,j] = bias[f] + sum of weight[f,c,u,v] * x[c, i*stride+u-top, j*stride+v-left] */
static void scrawl_conv2d(const float *x, scrawl_shape in, const float *weight, const float *bias,
                          scrawl_window k, int relu, float *y, scrawl_shape out)
{
    for (int f = 0; f < out.c; f++)
        for (int i = 0; i < out.h; i++)
            for (int j = 0; j < out.w; j++) {
                const float *w = weight + (size_t)f * in.c * k.kernel_y * k.kernel_x;
                float sum = bias[f];
                for (int c = 0; c < in.c; c++)
                    for (int u = 0; u < k.kernel_y; u++)
                        for (int v = 0; v < k.kernel_x; v++, w++) {
                            int a = i * k.stride_y + u - k.top, b = j * k.stride_x + v - k.left;
                            if (a >= 0 && a < in.h && b >= 0 && b < in.w)
                                sum += *w * x[((size_t)c * in.h + a) * in.w + b];
                        }
                *y++ = relu && sum < 0 ? 0 : sum;
            }
}

//: conv2d_transposed shapes
/* x[c,i,j] adds weight[c,f,u,v] * x to y[f, i*stride+u-top, j*stride+v-left]. */
static void scrawl_conv2d_transposed(const float *x, scrawl_shape in, const float *weight,
                                     const float *bias, scrawl_window k, int relu, float *y,
                                     scrawl_shape out)
{
    for (int f = 0; f < out.c; f++)
        for (int a = 0; a < out.h; a++)
            for (int b = 0; b < out.w; b++) {
                float sum = bias[f];
                for (int u = 0; u < k.kernel_y; u++)
                    for (int v = 0; v < k.kernel_x; v++) {
                        int i = a + k.top - u, j = b + k.left - v;
                        if (i < 0 || j < 0 || i % k.stride_y || j % k.stride_x ||
                            i / k.stride_y >= in.h || j / k.stride_x >= in.w)
                            continue;
                        for (int c = 0; c < in.c; c++)
                            sum += weight[(((size_t)c * out.c + f) * k.kernel_y + u) * k.kernel_x +
                                          v] *
                                   x[((size_t)c * in.h + i / k.stride_y) * in.w + j / k.stride_x];
                    }
                *y++ = relu && sum < 0 ? 0 : sum;
            }
}

//: pool shapes
/* The largest number of each window, or the mean of those inside the picture. */
static void scrawl_pool(const float *x, scrawl_shape in, scrawl_window k, int max, float *y,
                        scrawl_shape out)
{
    for (int c = 0; c < out.c; c++)
        for (int i = 0; i < out.h; i++)
            for (int j = 0; j < out.w; j++) {
                float sum = 0, largest = -FLT_MAX;
                int count = 0;
                for (int u = 0; u < k.kernel_y; u++)
                    for (int v = 0; v < k.kernel_x; v++) {
                        int a = i * k.stride_y + u - k.top, b = j * k.stride_x + v - k.left;
                        if (a < 0 || a >= in.h || b < 0 || b >= in.w)
                            continue;
                        float value = x[((size_t)c * in.h + a) * in.w + b];
                        largest = value > largest ? value : largest;
                        sum += value;
                        count++;
                    }
                *y++ = max ? largest : sum / (float)count;
            }
}

//: scale shapes
/* y = weight[c] * x + bias[c]: a batch norm at rest. */
static void scrawl_scale(const float *x, scrawl_shape in, const float *weight, const float *bias,
                         int relu, float *y)
{
    int pixels = in.h * in.w;

    for (int i = 0; i < in.c * pixels; i++) {
        float value = weight[i / pixels] * x[i] + bias[i / pixels];
        y[i] = relu && value < 0 ? 0 : value;
    }
}

//: group_norm shapes
static void scrawl_group_norm(const float *x, scrawl_shape in, int groups, float eps,
                              const float *weight, const float *bias, float *y)
{
    int pixels = in.h * in.w, n = in.c / groups * pixels;

    for (int g = 0; g < groups; g++, x += n) {
        double mean = 0, variance = 0;
        for (int i = 0; i < n; i++)
            mean += x[i];
        mean /= n;
        for (int i = 0; i < n; i++)
            variance += (x[i] - mean) * (x[i] - mean);
        variance = 1 / sqrt(variance / n + eps);
        for (int i = 0; i < n; i++) {
            int c = (g * n + i) / pixels;
            *y++ = (float)((x[i] - mean) * variance) * weight[c] + bias[c];
        }
    }
}

//: relu
static void scrawl_relu(const float *x, int n, float slope, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] < 0 ? slope * x[i] : x[i];
}

//: tanh
static void scrawl_tanh(const float *x, int n, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = tanhf(x[i]);
}

//: sigmoid
static void scrawl_sigmoid(const float *x, int n, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = 1 / (1 + expf(-x[i]));
}

//: silu
static void scrawl_silu(const float *x, int n, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] / (1 + expf(-x[i]));
}

//: softmax shapes
/* Over the channels of each pixel. */
static void scrawl_softmax(const float *x, scrawl_shape in, float *y)
{
    int pixels = in.h * in.w;

    for (int p = 0; p < pixels; p++) {
        float largest = x[p], sum = 0;
        for (int c = 1; c < in.c; c++)
            largest = x[c * pixels + p] > largest ? x[c * pixels + p] : largest;
        for (int c = 0; c < in.c; c++)
            sum += y[c * pixels + p] = expf(x[c * pixels + p] - largest);
        for (int c = 0; c < in.c; c++)
            y[c * pixels + p] /= sum;
    }
}

//: embedding
static void scrawl_embedding(const float *x, int classes, int units, const float *weight, float *y)
{
    float row = *x > 0 ? *x : 0;

    row = row < (float)(classes - 1) ? row : (float)(classes - 1);
    memcpy(y, weight + (size_t)(row + 0.5f) * (size_t)units, (size_t)units * sizeof *y);
}

//: add
static void scrawl_add(const float *a, const float *b, int n, int relu, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = relu && a[i] + b[i] < 0 ? 0 : a[i] + b[i];
}

//: modulate shapes
/* y = (1 + gain[c]) * x + shift[c] */
static void scrawl_modulate(const float *x, const float *gain, const float *shift, scrawl_shape in,
                            float *y)
{
    int pixels = in.h * in.w;

    for (int i = 0; i < in.c * pixels; i++)
        y[i] = (1 + gain[i / pixels]) * x[i] + shift[i / pixels];
}

//: copy
static void scrawl_copy(const float *x, int n, float *y)
{
    memcpy(y, x, (size_t)n * sizeof *y);
}

//: pad shapes
static void scrawl_pad(const float *x, scrawl_shape in, int top, int left, float *y,
                       scrawl_shape out)
{
    memset(y, 0, (size_t)out.c * out.h * out.w * sizeof *y);
    for (int r = 0; r < in.c * in.h; r++)
        memcpy(y + ((size_t)(r / in.h) * out.h + r % in.h + top) * out.w + left,
               x + (size_t)r * in.w, (size_t)in.w * sizeof *y);
}

//: upsample shapes
static void scrawl_upsample(const float *x, scrawl_shape in, int factor, float *y)
{
    int h = in.h * factor, w = in.w * factor;

    for (int c = 0; c < in.c; c++)
        for (int i = 0; i < h; i++)
            for (int j = 0; j < w; j++)
                *y++ = x[((size_t)c * in.h + i / factor) * in.w + j / factor];
}

//: affine_sample shapes
/* Where pixel i of n lies in -1..1, and back. */
static float scrawl_to_grid(int i, int n, int align_corners)
{
    if (align_corners)
        return n > 1 ? 2 * (float)i / (float)(n - 1) - 1 : 0;
    return (2 * (float)i + 1) / (float)n - 1;
}

static float scrawl_from_grid(float g, int n, int align_corners)
{
    return align_corners ? (g + 1) / 2 * (float)(n - 1) : ((g + 1) * (float)n - 1) / 2;
}

/* x at a place between pixels; outside is 0. */
static float scrawl_between(const float *x, scrawl_shape in, float at_x, float at_y)
{
    float sum = 0;

    if (!(at_x > -1 && at_x < (float)in.w && at_y > -1 && at_y < (float)in.h))
        return 0;
    int left = (int)floorf(at_x), top = (int)floorf(at_y);
    for (int i = top; i < top + 2; i++)
        for (int j = left; j < left + 2; j++)
            if (i >= 0 && i < in.h && j >= 0 && j < in.w)
                sum += (1 - fabsf(at_y - (float)i)) * (1 - fabsf(at_x - (float)j)) *
                       x[(size_t)i * in.w + j];
    return sum;
}

static void scrawl_affine_sample(const float *x, const float *t, scrawl_shape in, int align_corners,
                                 float *y)
{
    for (int c = 0; c < in.c; c++, x += in.h * in.w)
        for (int i = 0; i < in.h; i++)
            for (int j = 0; j < in.w; j++) {
                float u = scrawl_to_grid(j, in.w, align_corners);
                float v = scrawl_to_grid(i, in.h, align_corners);
                *y++ = scrawl_between(
                    x, in, scrawl_from_grid(t[0] * u + t[1] * v + t[2], in.w, align_corners),
                    scrawl_from_grid(t[3] * u + t[4] * v + t[5], in.h, align_corners));
            }
}

//: bytes
static void scrawl_bytes(const uint8_t *x, int n, float scale, float shift, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = scale * x[i] + shift;
}

//: q_round
/* sum * multiplier * 2^(shift-31) + zero, rounded and cut to low..127. */
static int8_t scrawl_q_round(int64_t sum, int32_t multiplier, int shift, int zero, int low)
{
    int64_t half = (int64_t)1 << (30 - shift);
    int64_t value = ((sum * multiplier + half) >> (31 - shift)) + zero;

    return (int8_t)(value < low ? low : value > 127 ? 127 : value);
}

//: q_conv2d shapes q_round
static void scrawl_q_conv2d(const int8_t *x, scrawl_shape in, int zero_in, const int8_t *weight,
                            const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                            scrawl_window k, int zero, int low, int8_t *y, scrawl_shape out)
{
    for (int f = 0; f < out.c; f++)
        for (int i = 0; i < out.h; i++)
            for (int j = 0; j < out.w; j++) {
                const int8_t *w = weight + (size_t)f * in.c * k.kernel_y * k.kernel_x;
                int32_t sum = bias[f];
                for (int c = 0; c < in.c; c++)
                    for (int u = 0; u < k.kernel_y; u++)
                        for (int v = 0; v < k.kernel_x; v++, w++) {
                            int a = i * k.stride_y + u - k.top, b = j * k.stride_x + v - k.left;
                            if (a >= 0 && a < in.h && b >= 0 && b < in.w)
                                sum += *w * (x[((size_t)c * in.h + a) * in.w + b] - zero_in);
                        }
                *y++ = scrawl_q_round(sum, multiplier[f], shift[f], zero, low);
            }
}

//: q_conv2d_transposed shapes q_round
static void scrawl_q_conv2d_transposed(const int8_t *x, scrawl_shape in, int zero_in,
                                       const int8_t *weight, const int32_t *bias,
                                       const int32_t *multiplier, const int8_t *shift,
                                       scrawl_window k, int zero, int low, int8_t *y,
                                       scrawl_shape out)
{
    for (int f = 0; f < out.c; f++)
        for (int a = 0; a < out.h; a++)
            for (int b = 0; b < out.w; b++) {
                int32_t sum = bias[f];
                for (int u = 0; u < k.kernel_y; u++)
                    for (int v = 0; v < k.kernel_x; v++) {
                        int i = a + k.top - u, j = b + k.left - v;
                        if (i < 0 || j < 0 || i % k.stride_y || j % k.stride_x ||
                            i / k.stride_y >= in.h || j / k.stride_x >= in.w)
                            continue;
                        for (int c = 0; c < in.c; c++)
                            sum += weight[(((size_t)c * out.c + f) * k.kernel_y + u) * k.kernel_x +
                                          v] *
                                   (x[((size_t)c * in.h + i / k.stride_y) * in.w + j / k.stride_x] -
                                    zero_in);
                    }
                *y++ = scrawl_q_round(sum, multiplier[f], shift[f], zero, low);
            }
}

//: q_scale shapes q_round
static void scrawl_q_scale(const int8_t *x, scrawl_shape in, int zero_in, const int8_t *weight,
                           const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                           int zero, int low, int8_t *y)
{
    int pixels = in.h * in.w;

    for (int i = 0; i < in.c * pixels; i++) {
        int c = i / pixels;
        y[i] = scrawl_q_round((int32_t)weight[c] * (x[i] - zero_in) + bias[c], multiplier[c],
                              shift[c], zero, low);
    }
}

//: q_pool shapes
/* Means are rounded, halves away from zero; the scale stays. */
static void scrawl_q_pool(const int8_t *x, scrawl_shape in, scrawl_window k, int max, int8_t *y,
                          scrawl_shape out)
{
    for (int c = 0; c < out.c; c++)
        for (int i = 0; i < out.h; i++)
            for (int j = 0; j < out.w; j++) {
                int sum = 0, count = 0, largest = -128;
                for (int u = 0; u < k.kernel_y; u++)
                    for (int v = 0; v < k.kernel_x; v++) {
                        int a = i * k.stride_y + u - k.top, b = j * k.stride_x + v - k.left;
                        if (a < 0 || a >= in.h || b < 0 || b >= in.w)
                            continue;
                        int value = x[((size_t)c * in.h + a) * in.w + b];
                        largest = value > largest ? value : largest;
                        sum += value;
                        count++;
                    }
                *y++ = (int8_t)(max       ? largest
                                : sum < 0 ? (sum - count / 2) / count
                                          : (sum + count / 2) / count);
            }
}

//: q_add q_round
/* Both sides are brought to a common scale with 20 bits below the point first. */
static void scrawl_q_add(const int8_t *a, int zero_a, int32_t multiplier_a, const int8_t *b,
                         int zero_b, int32_t multiplier_b, int n, int zero, int low, int8_t *y)
{
    for (int i = 0; i < n; i++) {
        int64_t sum =
            (int64_t)(a[i] - zero_a) * multiplier_a + (int64_t)(b[i] - zero_b) * multiplier_b;
        y[i] = scrawl_q_round(sum, 1, 11, zero, low);
    }
}

//: q_table
/* Any function of one number: y = table[x + 128]. */
static void scrawl_q_table(const int8_t *x, int n, const int8_t *table, int8_t *y)
{
    for (int i = 0; i < n; i++)
        y[i] = table[x[i] + 128];
}

//: q_pad shapes
static void scrawl_q_pad(const int8_t *x, scrawl_shape in, int zero, int top, int left, int8_t *y,
                         scrawl_shape out)
{
    memset(y, zero, (size_t)out.c * out.h * out.w);
    for (int r = 0; r < in.c * in.h; r++)
        memcpy(y + ((size_t)(r / in.h) * out.h + r % in.h + top) * out.w + left,
               x + (size_t)r * in.w, (size_t)in.w);
}

//: q_upsample shapes
static void scrawl_q_upsample(const int8_t *x, scrawl_shape in, int factor, int8_t *y)
{
    int h = in.h * factor, w = in.w * factor;

    for (int c = 0; c < in.c; c++)
        for (int i = 0; i < h; i++)
            for (int j = 0; j < w; j++)
                *y++ = x[((size_t)c * in.h + i / factor) * in.w + j / factor];
}

//: q_bytes
/* A pixel as the net's input: y = table[x]. */
static void scrawl_q_bytes(const uint8_t *x, int n, const int8_t *table, int8_t *y)
{
    for (int i = 0; i < n; i++)
        y[i] = table[x[i]];
}

//: q_floats
static void scrawl_q_floats(const int8_t *x, int n, float scale, int zero, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = scale * (float)(x[i] - zero);
}

//: end
#endif
