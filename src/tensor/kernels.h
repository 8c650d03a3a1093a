/* The kernels: all that is hot, compiled once for each level of processor and chosen at run time.
 *
 *     const Kernels *k = kernels_best();
 *     k->gemm(&(Gemm){ ... });
 *
 * Every kernel works on groups of 16 floats (view.h), whatever the processor's vectors are, so the tables that
 * drive it are the same at each level. The plain references are in reference.h. Nothing here allocates or fails;
 * pointers never overlap unless it is said. Sums run in an order that the arguments alone decide. */
#ifndef SCRAWL_TENSOR_KERNELS_H
#define SCRAWL_TENSOR_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensor/view.h"

/* The one matrix product of the house, an implicit GEMM without im2col:
 *
 *   y[i*y_row + y_at[j] + l] = f( start + sum over k of  w[i*w_row + w_at[k]] * x[x_k[k] + x_j[j] + l] )
 *
 * for i < m, j < n, lanes l < 16. The tables hold all that makes one layer differ from another: stride, padding,
 * kernel, 1x1, transposed, dense. start is y itself (.add), bias[i] (by image: one a row), bias[j*16+l] (.bias_lanes:
 * by channel) or zero. f: ReLU (.relu), or zero where mask[i*mask_row + mask_at[j] + l] <= 0 (.mask). */
typedef struct Gemm {
    int m, n, k;
    const float *w;
    size_t w_row;
    const int *w_at; /* (k) */
    const float *x;
    const int *x_k, *x_j; /* (k), (n) */
    float *y;
    size_t y_row;
    const int *y_at; /* (n) */
    const float *bias;
    const float *mask;
    size_t mask_row;
    const int *mask_at; /* (n) */
    bool add, relu, bias_lanes;
} Gemm;

/* The weight gradient: a dot product over all lanes and positions.
 *
 *   g[i + k*g_row] += sum over j, l of  d[i*d_row + d_at[j] + l] * x[x_k[k] + x_j[j] + l]
 *
 * for i < m, k < k. */
typedef struct Dot {
    int m, n, k;
    const float *d;
    size_t d_row;
    const int *d_at; /* (n) */
    const float *x;
    const int *x_k, *x_j; /* (k), (n) */
    float *g;
    size_t g_row;
} Dot;

/* A window that slides: y (OH,OW) from x (H,W). Positions outside x are left out. */
typedef struct Window {
    int kernel_y, kernel_x, stride_y, stride_x, top, left;
} Window;

/* What act does; nn's ActKind has the same order. */
enum { RUN_RELU, RUN_LEAKY_RELU, RUN_TANH, RUN_SIGMOID, RUN_SILU };

typedef struct Kernels {
    const char *level;    /* "baseline", "avx2", "avx512" */
    const char *products; /* how gemm and dot multiply: "f32", "bf16", "bf16 on AMX", "bf16 on AVX-512" */

    void (*gemm)(const Gemm *g);
    void (*dot)(const Dot *d);
    /* gemm where each number of w and x is a pair of bf16, the first in its low half, and k counts pairs; y, bias and mask are f32 as
     * ever. NULL where products have no such form. pair: y = (a, b), 0 for b NULL, n a multiple of 16; pair_row: y[i] = (a[2i], a[2i+1]). */
    void (*gemm_pairs)(const Gemm *g);
    void (*pair)(size_t n, const float *a, const float *b, float *y);
    void (*pair_row)(size_t n, const float *a, float *y);
    /* sums[i] += sum over j, l of d[i*d_row + d_at[j] + l], i < m: a bias' gradient. */
    void (*row_sums)(int m, int n, const float *d, size_t d_row, const int *d_at, float *sums);
    /* y (columns, LANES..) -> t (16, t_row): t[l*t_row + i] = y[i*16 + l] for i < rows. */
    void (*transpose)(int rows, const float *y, float *t, size_t t_row);

    /* ---- pooling, on views of one slice; x and y point to memory that the views' `at` counts from ---- */
    void (*max_pool)(const Window *s, const View *xv, const float *x, const View *yv, float *y);
    /* The gradient goes to the first maximum of each window in row order. Overwrites dx (.add: adds to it); with
     * masked, it is zero where x <= 0. */
    void (*max_pool_back)(const Window *s, const View *xv, const float *x, const View *yv, const float *y,
                          const View *dyv, const float *dy, const View *dxv, float *dx, bool add, bool masked);
    void (*avg_pool)(const Window *s, const View *xv, const float *x, const View *yv, float *y);
    void (*avg_pool_back)(const Window *s, const View *dyv, const float *dy, const View *dxv, float *dx, bool add);

    /* ---- runs of n floats, n a multiple of 16; y may be x ---- */
    void (*act)(int kind, float slope, size_t n, const float *x, float *y);
    /* dx = dy * f'(x), from x and y = f(x); dx may be dy. */
    void (*act_back)(int kind, float slope, size_t n, const float *x, const float *y, const float *dy, float *dx,
                     bool add);
    void (*mask)(size_t n, const float *y, float *dy); /* dy = 0 where y <= 0 */
    void (*add)(size_t n, const float *a, const float *b, bool relu, float *y);
    /* y = x*scale + shift with 16 scales and shifts that repeat, then ReLU if asked; add: y += . */
    void (*affine)(size_t n, const float *x, const float *scale, const float *shift, bool relu, bool add, float *y);
    /* y = a*p + b*q + c lane by lane, 16 of each that repeat: a norm's backward. */
    void (*affine2)(size_t n, const float *p, const float *q, const float *a, const float *b, const float *c, bool add,
                    float *y);
    /* sum[l] += x, square[l] += x*x, for 16 lanes. */
    void (*moments)(size_t n, const float *x, float *sum, float *square);
    /* sum[l] += dy, product[l] += dy*x. */
    void (*moments2)(size_t n, const float *dy, const float *x, float *sum, float *product);

    /* ---- softmax over `count` groups of 16 lanes; those of each tensor lie its own step apart; y may be x ---- */
    void (*softmax)(int count, const float *x, size_t x_step, float *y, size_t y_step);
    /* dx = y * (dy - sum y dy); dx may be dy. */
    void (*softmax_back)(int count, const float *y, size_t y_step, const float *dy, size_t dy_step, float *dx,
                         size_t dx_step, bool add);

    /* ---- 16 images at once, each with its own map: theta (6,16), see net_affine_sample; by-image views ---- */
    void (*sample)(const View *xv, const float *x, const float *theta, bool align_corners, const View *yv, float *y);
    /* Adds to dx (NULL: not wanted) and dtheta (6,16; NULL: not wanted). */
    void (*sample_back)(const View *xv, const float *x, const float *theta, bool align_corners, const View *dyv,
                        const float *dy, const View *dxv, float *dx, float *dtheta);

    /* ---- between row-major images and lanes: images (count, C,H,W), count <= 16; lanes beyond are
     * zeroed. By channel: one image. x points to the view's number (0,0,0), whatever `at` says ---- */
    void (*lanes_from_bytes)(int count, const uint8_t *images, float scale, float shift, const View *v, float *x);
    void (*lanes_from_floats)(int count, const float *images, const View *v, float *x);
    void (*floats_from_lanes)(int count, const View *v, const float *x, float *images);

    /* ---- optimisers: p, g and what they remember, n numbers each; see nn/optim.h for the formulas ---- */
    void (*step_sgd)(size_t n, float *p, const float *g, float *v, float lr, float momentum, bool nesterov, float decay);
    void (*step_rmsprop)(size_t n, float *p, const float *g, float *v, float lr, float rho, float eps, float decay);
    void (*step_adam)(size_t n, float *p, const float *g, float *m, float *v, float lr, float beta1, float beta2,
                      float c1, float c2, float c1_next, bool nadam, float eps, float decay, float decoupled);
} Kernels;

/* The fastest that this processor runs. */
const Kernels *kernels_best(void);

/* A level by name, or NULL if this build or this processor lacks it. kernels_levels lists what is there. */
const Kernels *kernels_find(const char *level);
int kernels_levels(const char *names[], int room);

/* A level's kernels with gemm and dot in bf16: operands rounded to it (to the nearest, of two the even one), products and sums in f32.
 * Slower than f32 where the f32 units do it (bf16.c). kernels_bf16_unit: by the processor's own unit for it, Intel's tiles or AVX-512's
 * pairs, if there is one, the system grants it and all its products are those of bf16.c; NULL if not. */
const Kernels *kernels_bf16(const char *level);
const Kernels *kernels_bf16_unit(void);

#endif
