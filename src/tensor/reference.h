/* Every operation in its plainest form: the specification that the kernels and layers are tested
 * against.
 *
 *     MapShape s = {.n = 2, .c = 1, .h = 28, .w = 28, .f = 6, .oh = 28, .ow = 28,
 *                   .window = {5, 5, 1, 1, 2, 2}};
 *     reference_conv2d(&s, x, weight, bias, y);
 *
 * Tensors are row-major: N images, C channels, H rows, W columns. Sums are in double. Everything
 * overwrites its results; a gradient is d + name. Nothing is fast, nothing fails. */
#ifndef SCRAWL_TENSOR_REFERENCE_H
#define SCRAWL_TENSOR_REFERENCE_H

#include "tensor/kernels.h"

/* From x (N,C,H,W) to y (N,F,OH,OW) by a window that slides over x (transposed: over y). */
typedef struct MapShape {
    int n, c, h, w, f, oh, ow;
    Window window;
} MapShape;

/* y[f,i,j] = b[f] + sum over c,u,v of w[f,c,u,v] * x[c, i*s+u-top, j*s+v-left]; b may be NULL. */
void reference_conv2d(const MapShape *s, const float *x, const float *w, const float *b, float *y);
void reference_conv2d_dx(const MapShape *s, const float *w, const float *dy, float *dx);
void reference_conv2d_dw(const MapShape *s, const float *x, const float *dy, float *dw, float *db);

/* y[f, i*s+u-top, j*s+v-left] += w[c,f,u,v] * x[c,i,j] for all c,i,j,u,v, on top of b[f]. */
void reference_conv2d_transposed(const MapShape *s, const float *x, const float *w, const float *b,
                                 float *y);
void reference_conv2d_transposed_dx(const MapShape *s, const float *w, const float *dy, float *dx);
void reference_conv2d_transposed_dw(const MapShape *s, const float *x, const float *dy, float *dw,
                                    float *db);

/* y (N,out) = x (N,in) w^T + b, w (out,in). */
void reference_dense(int n, int in, int out, const float *x, const float *w, const float *b,
                     float *y);
void reference_dense_dx(int n, int in, int out, const float *w, const float *dy, float *dx);
void reference_dense_dw(int n, int in, int out, const float *x, const float *dy, float *dw,
                        float *db);

/* The largest number of each window (a NaN if it holds one), or the mean of those inside x; F = C.
 * The largest's gradient goes to the first of them in row order. */
void reference_max_pool(const MapShape *s, const float *x, float *y);
void reference_max_pool_dx(const MapShape *s, const float *x, const float *dy, float *dx);
void reference_avg_pool(const MapShape *s, const float *x, float *y);
void reference_avg_pool_dx(const MapShape *s, const float *dy, float *dx);

/* y = gain[c] * (x - mean) / sqrt(var + eps) + shift[c]. Mean and (biased) variance are taken over
 * a channel of the whole batch (groups 0; both (C)), or over C/groups channels of an image (both
 * (N,groups)). */
typedef struct NormShape {
    int n, c, hw, groups;
    float eps;
} NormShape;
void reference_norm(const NormShape *s, const float *x, const float *gain, const float *shift,
                    float *y, float *mean, float *var);
void reference_norm_dx(const NormShape *s, const float *x, const float *gain, const float *dy,
                       float *dx, float *dgain, float *dshift);

/* y = f(x), n numbers; kind is a RUN_ of kernels.h. */
void reference_act(int kind, float slope, size_t n, const float *x, float *y);
void reference_act_dx(int kind, float slope, size_t n, const float *x, const float *dy, float *dx);

/* y[c] = exp(x[c]) / sum over c of exp(x[c]) at each of the hw positions of an image. */
void reference_softmax(int n, int c, int hw, const float *x, float *y);
void reference_softmax_dx(int n, int c, int hw, const float *x, const float *dy, float *dx);

/* y[c,i,j] = x at (theta applied to (j,i) as -1..1 coordinates), bilinear, zero outside; theta
 * (N,6) is row by row the map to x's column and row. */
void reference_sample(int n, int c, int h, int w, const float *x, const float *theta,
                      bool align_corners, float *y);
void reference_sample_dx(int n, int c, int h, int w, const float *x, const float *theta,
                         bool align_corners, const float *dy, float *dx, float *dtheta);

/* y = (1 + gain[p]) * x + shift[p] for each of n planes of hw numbers. */
void reference_modulate(int n, int hw, const float *x, const float *gain, const float *shift,
                        float *y);
void reference_modulate_dx(int n, int hw, const float *x, const float *gain, const float *dy,
                           float *dx, float *dgain, float *dshift);

/* y[i,j] = x[i/factor, j/factor]; n counts images and channels. */
void reference_upsample(int n, int h, int w, int factor, const float *x, float *y);
void reference_upsample_dx(int n, int h, int w, int factor, const float *dy, float *dx);

/* y (N,units) = row x[n] of w (classes,units); x is rounded and held within 0 .. classes-1. */
void reference_embedding(int n, int classes, int units, const float *x, const float *w, float *y);
void reference_embedding_dw(int n, int classes, int units, const float *x, const float *dy,
                            float *dw);

#endif
