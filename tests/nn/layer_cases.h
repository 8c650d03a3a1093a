/* Every layer as a case: how it is added to a net, and what its plain reference makes of the same
 * numbers. A case is read by test_layers.c alone. */
#ifndef SCRAWL_TESTS_LAYER_CASES_H
#define SCRAWL_TESTS_LAYER_CASES_H

#include <math.h>
#include <string.h>

#include "nn/net.h"
#include "tensor/reference.h"

enum { CASE_INPUTS = 3, CASE_PARAMS = 4 };

typedef struct LayerCase LayerCase;

/* One pass through a layer: n images. Forward reads x and p and writes y; backward reads dy as well
 * and writes dx, the gradient of the first input, and dp. */
typedef struct LayerRun {
    const LayerCase *t;
    int n;
    Shape out;
    const float *x[CASE_INPUTS], *p[CASE_PARAMS];
    float *y;
    const float *dy;
    float *dx, *dp[CASE_PARAMS];
} LayerRun;

struct LayerCase {
    const char *name;
    Node (*add)(Net *net, const LayerCase *t, const Node *x);
    void (*forward)(const LayerRun *r);
    void (*backward)(const LayerRun *r);
    void (*infer)(const LayerRun *r); /* where it differs from forward */
    int input_count;
    Shape in[CASE_INPUTS];
    Conv conv;
    Pool pool;
    PoolKind global;
    Norm norm;
    Act act;
    int sizes[4];
    bool flag;
    bool alone; /* its input is no picture, so no convolution stands before it */
};

static inline size_t shape_count(Shape s)
{
    return (size_t)s.c * s.h * s.w;
}

/* ---- convolution and pooling ---- */

static inline int before(bool same, int pad, int wide, int narrow, int kernel, int stride)
{
    int total = (narrow - 1) * stride + kernel - wide;

    return !same ? pad : total > 0 ? total / 2 : 0;
}

static inline MapShape map_of(const LayerRun *r, int kernel, int kernel_x, int stride, int stride_x,
                              bool same, int pad, bool transposed)
{
    Shape in = r->t->in[0], wide = transposed ? r->out : in, narrow = transposed ? in : r->out;
    MapShape s = {
        .n = r->n, .c = in.c, .h = in.h, .w = in.w, .f = r->out.c, .oh = r->out.h, .ow = r->out.w};

    kernel_x = kernel_x ? kernel_x : kernel;
    stride_x = stride_x ? stride_x : stride;
    s.window = (Window){kernel,
                        kernel_x,
                        stride,
                        stride_x,
                        before(same, pad, wide.h, narrow.h, kernel, stride),
                        before(same, pad, wide.w, narrow.w, kernel_x, stride_x)};
    return s;
}

static inline MapShape conv_map(const LayerRun *r, bool transposed)
{
    const Conv *c = &r->t->conv;

    return map_of(r, c->kernel, c->kernel_x, c->stride ? c->stride : 1, c->stride_x, c->same,
                  c->pad, transposed);
}

static inline Node add_conv(Net *net, const LayerCase *t, const Node *x)
{
    return net_conv2d(net, x[0], "it", t->conv);
}

static inline void conv_forward(const LayerRun *r)
{
    MapShape s = conv_map(r, false);

    reference_conv2d(&s, r->x[0], r->p[0], r->p[1], r->y);
}

static inline void conv_backward(const LayerRun *r)
{
    MapShape s = conv_map(r, false);

    reference_conv2d_dx(&s, r->p[0], r->dy, r->dx);
    reference_conv2d_dw(&s, r->x[0], r->dy, r->dp[0], r->dp[1]);
}

static inline Node add_transposed(Net *net, const LayerCase *t, const Node *x)
{
    return net_conv2d_transposed(net, x[0], "it", t->conv);
}

static inline void transposed_forward(const LayerRun *r)
{
    MapShape s = conv_map(r, true);

    reference_conv2d_transposed(&s, r->x[0], r->p[0], r->p[1], r->y);
}

static inline void transposed_backward(const LayerRun *r)
{
    MapShape s = conv_map(r, true);

    reference_conv2d_transposed_dx(&s, r->p[0], r->dy, r->dx);
    reference_conv2d_transposed_dw(&s, r->x[0], r->dy, r->dp[0], r->dp[1]);
}

static inline Node add_dense(Net *net, const LayerCase *t, const Node *x)
{
    return net_dense(net, x[0], "it", (Dense){.units = t->sizes[0], .no_bias = t->flag});
}

static inline void dense_forward(const LayerRun *r)
{
    reference_dense(r->n, (int)shape_count(r->t->in[0]), r->out.c, r->x[0], r->p[0], r->p[1], r->y);
}

static inline void dense_backward(const LayerRun *r)
{
    int in = (int)shape_count(r->t->in[0]);

    reference_dense_dx(r->n, in, r->out.c, r->p[0], r->dy, r->dx);
    reference_dense_dw(r->n, in, r->out.c, r->x[0], r->dy, r->dp[0], r->dp[1]);
}

static inline Node add_pool(Net *net, const LayerCase *t, const Node *x)
{
    return net_pool(net, x[0], t->pool);
}

static inline Node add_global_pool(Net *net, const LayerCase *t, const Node *x)
{
    return net_global_pool(net, x[0], t->global);
}

static inline MapShape pool_map(const LayerRun *r, bool *largest)
{
    const Pool *p = &r->t->pool;
    Shape in = r->t->in[0];
    MapShape s;

    if (r->t->add == add_global_pool) {
        *largest = r->t->global == POOL_MAX;
        s = map_of(r, in.h, in.w, 1, 1, false, 0, false);
    } else {
        int kernel_x = p->kernel_x ? p->kernel_x : p->kernel;
        int stride_x = p->stride_x ? p->stride_x : p->stride ? p->stride : kernel_x;

        *largest = p->kind == POOL_MAX;
        s = map_of(r, p->kernel, kernel_x, p->stride ? p->stride : p->kernel, stride_x, p->same,
                   p->pad, false);
    }
    return s;
}

static inline void pool_forward(const LayerRun *r)
{
    bool largest;
    MapShape s = pool_map(r, &largest);

    (largest ? reference_max_pool : reference_avg_pool)(&s, r->x[0], r->y);
}

static inline void pool_backward(const LayerRun *r)
{
    bool largest;
    MapShape s = pool_map(r, &largest);

    if (largest)
        reference_max_pool_dx(&s, r->x[0], r->dy, r->dx);
    else
        reference_avg_pool_dx(&s, r->dy, r->dx);
}

/* ---- norms, activations, softmax ---- */

static inline NormShape norm_shape(const LayerRun *r)
{
    return (NormShape){r->n, r->out.c, r->out.h * r->out.w, r->t->norm.groups,
                       r->t->norm.eps > 0 ? r->t->norm.eps : 1e-5f};
}

static inline Node add_batch_norm(Net *net, const LayerCase *t, const Node *x)
{
    return net_batch_norm(net, x[0], "it", t->norm);
}

static inline Node add_group_norm(Net *net, const LayerCase *t, const Node *x)
{
    return net_group_norm(net, x[0], "it", t->norm);
}

static inline void norm_forward(const LayerRun *r)
{
    NormShape s = norm_shape(r);
    float mean[1024], var[1024];

    reference_norm(&s, r->x[0], r->p[0], r->p[1], r->y, mean, var);
}

static inline void norm_backward(const LayerRun *r)
{
    NormShape s = norm_shape(r);

    reference_norm_dx(&s, r->x[0], r->p[0], r->dy, r->dx, r->dp[0], r->dp[1]);
}

/* With running mean p[2] and variance p[3]. */
static inline void batch_norm_infer(const LayerRun *r)
{
    NormShape s = norm_shape(r);

    for (size_t i = 0; i < (size_t)s.n * s.c * s.hw; i++) {
        size_t c = i / s.hw % s.c;
        double xhat = ((double)r->x[0][i] - r->p[2][c]) / sqrt((double)r->p[3][c] + s.eps);

        r->y[i] = (float)(r->p[0][c] * xhat + r->p[1][c]);
    }
}

static inline Node add_act(Net *net, const LayerCase *t, const Node *x)
{
    return t->act.slope > 0 ? net_leaky_relu(net, x[0], t->act.slope)
                            : net_act(net, x[0], t->act.kind);
}

static inline void act_forward(const LayerRun *r)
{
    reference_act((int)r->t->act.kind, r->t->act.slope > 0 ? r->t->act.slope : 0.01f,
                  r->n * shape_count(r->out), r->x[0], r->y);
}

static inline void act_backward(const LayerRun *r)
{
    reference_act_dx((int)r->t->act.kind, r->t->act.slope > 0 ? r->t->act.slope : 0.01f,
                     r->n * shape_count(r->out), r->x[0], r->dy, r->dx);
}

static inline Node add_softmax(Net *net, const LayerCase *t, const Node *x)
{
    (void)t;
    return net_softmax(net, x[0]);
}

static inline void softmax_forward(const LayerRun *r)
{
    reference_softmax(r->n, r->out.c, r->out.h * r->out.w, r->x[0], r->y);
}

static inline void softmax_backward(const LayerRun *r)
{
    reference_softmax_dx(r->n, r->out.c, r->out.h * r->out.w, r->x[0], r->dy, r->dx);
}

/* ---- what moves numbers ---- */

static inline Node add_add(Net *net, const LayerCase *t, const Node *x)
{
    (void)t;
    return net_add(net, x[0], x[1]);
}

static inline void add_forward(const LayerRun *r)
{
    for (size_t i = 0; i < r->n * shape_count(r->out); i++)
        r->y[i] = r->x[0][i] + r->x[1][i];
}

static inline void add_backward(const LayerRun *r)
{
    memcpy(r->dx, r->dy, r->n * shape_count(r->out) * sizeof *r->dx);
}

/* sizes: the order of the inputs. */
static inline Node add_concat(Net *net, const LayerCase *t, const Node *x)
{
    Node parts[CASE_INPUTS];

    for (int i = 0; i < t->input_count; i++)
        parts[i] = x[t->sizes[i]];
    return net_concat(net, parts, t->input_count);
}

static inline void concat_forward(const LayerRun *r)
{
    float *y = r->y;

    for (int n = 0; n < r->n; n++)
        for (int i = 0; i < r->t->input_count; i++) {
            int k = r->t->sizes[i];
            size_t size = shape_count(r->t->in[k]);

            memcpy(y, r->x[k] + n * size, size * sizeof *y);
            y += size;
        }
}

static inline void concat_backward(const LayerRun *r)
{
    const float *dy = r->dy;

    for (int n = 0; n < r->n; n++)
        for (int i = 0; i < r->t->input_count; i++) {
            size_t size = shape_count(r->t->in[r->t->sizes[i]]);

            if (r->t->sizes[i] == 0)
                memcpy(r->dx + n * size, dy, size * sizeof *dy);
            dy += size;
        }
}

/* sizes: c, h, w; or none for flatten. */
static inline Node add_reshape(Net *net, const LayerCase *t, const Node *x)
{
    return t->sizes[0] ? net_reshape(net, x[0], t->sizes[0], t->sizes[1], t->sizes[2])
                       : net_flatten(net, x[0]);
}

static inline void reshape_forward(const LayerRun *r)
{
    memcpy(r->y, r->x[0], r->n * shape_count(r->out) * sizeof *r->y);
}

static inline void reshape_backward(const LayerRun *r)
{
    memcpy(r->dx, r->dy, r->n * shape_count(r->out) * sizeof *r->dx);
}

static inline Node add_pad(Net *net, const LayerCase *t, const Node *x)
{
    return net_pad(net, x[0], t->sizes[0], t->sizes[1], t->sizes[2], t->sizes[3]);
}

static inline void each_padded(const LayerRun *r, float *y, float *dx)
{
    Shape in = r->t->in[0], out = r->out;
    size_t i = 0;

    for (int p = 0; p < r->n * in.c; p++)
        for (int a = 0; a < in.h; a++)
            for (int b = 0; b < in.w; b++, i++) {
                size_t to = ((size_t)p * out.h + a + r->t->sizes[0]) * out.w + b + r->t->sizes[1];

                if (y)
                    y[to] = r->x[0][i];
                else
                    dx[i] = r->dy[to];
            }
}

static inline void pad_forward(const LayerRun *r)
{
    memset(r->y, 0, r->n * shape_count(r->out) * sizeof *r->y);
    each_padded(r, r->y, NULL);
}

static inline void pad_backward(const LayerRun *r)
{
    each_padded(r, NULL, r->dx);
}

static inline Node add_upsample(Net *net, const LayerCase *t, const Node *x)
{
    return net_upsample(net, x[0], t->sizes[0]);
}

static inline void upsample_forward(const LayerRun *r)
{
    Shape in = r->t->in[0];

    reference_upsample(r->n * in.c, in.h, in.w, r->t->sizes[0], r->x[0], r->y);
}

static inline void upsample_backward(const LayerRun *r)
{
    Shape in = r->t->in[0];

    reference_upsample_dx(r->n * in.c, in.h, in.w, r->t->sizes[0], r->dy, r->dx);
}

/* flag: align_corners; sizes[0]: the map is the first input. */
static inline Node add_sample(Net *net, const LayerCase *t, const Node *x)
{
    return net_affine_sample(net, x[t->sizes[0]], x[!t->sizes[0]], t->flag);
}

static inline void sample_forward(const LayerRun *r)
{
    Shape s = r->out;

    reference_sample(r->n, s.c, s.h, s.w, r->x[r->t->sizes[0]], r->x[!r->t->sizes[0]], r->t->flag,
                     r->y);
}

static inline void sample_backward(const LayerRun *r)
{
    static float unused[1 << 16];
    Shape s = r->out;
    bool map_first = r->t->sizes[0];

    reference_sample_dx(r->n, s.c, s.h, s.w, r->x[map_first], r->x[!map_first], r->t->flag, r->dy,
                        map_first ? unused : r->dx, map_first ? r->dx : unused);
}

static inline Node add_embedding(Net *net, const LayerCase *t, const Node *x)
{
    return net_embedding(net, x[0], "it",
                         (Embedding){.classes = t->sizes[0], .units = t->sizes[1]});
}

static inline void embedding_forward(const LayerRun *r)
{
    reference_embedding(r->n, r->t->sizes[0], r->t->sizes[1], r->x[0], r->p[0], r->y);
}

static inline void embedding_backward(const LayerRun *r)
{
    memset(r->dx, 0, r->n * sizeof *r->dx);
    reference_embedding_dw(r->n, r->t->sizes[0], r->t->sizes[1], r->x[0], r->dy, r->dp[0]);
}

/* sizes: which input is x, which the gain, which the shift. */
static inline Node add_modulate(Net *net, const LayerCase *t, const Node *x)
{
    return net_modulate(net, x[t->sizes[0]], x[t->sizes[1]], x[t->sizes[2]]);
}

static inline void modulate_forward(const LayerRun *r)
{
    Shape s = r->out;

    reference_modulate(r->n * s.c, s.h * s.w, r->x[r->t->sizes[0]], r->x[r->t->sizes[1]],
                       r->x[r->t->sizes[2]], r->y);
}

static inline void modulate_backward(const LayerRun *r)
{
    static float unused[3][1 << 14];
    Shape s = r->out;
    float *to[3];

    for (int k = 0; k < 3; k++)
        to[k] = r->t->sizes[k] ? unused[k] : r->dx;
    reference_modulate_dx(r->n * s.c, s.h * s.w, r->x[r->t->sizes[0]], r->x[r->t->sizes[1]], r->dy,
                          to[0], to[1], to[2]);
}

/* ---- the table ---- */

#define CASE_CONV                                                                                  \
    .add = add_conv, .forward = conv_forward, .backward = conv_backward, .input_count = 1
#define CASE_TRANSPOSED                                                                            \
    .add = add_transposed, .forward = transposed_forward, .backward = transposed_backward,         \
    .input_count = 1
#define CASE_DENSE                                                                                 \
    .add = add_dense, .forward = dense_forward, .backward = dense_backward, .input_count = 1
#define CASE_POOL                                                                                  \
    .add = add_pool, .forward = pool_forward, .backward = pool_backward, .input_count = 1
#define CASE_GLOBAL                                                                                \
    .add = add_global_pool, .forward = pool_forward, .backward = pool_backward, .input_count = 1
#define CASE_BATCH_NORM                                                                            \
    .add = add_batch_norm, .forward = norm_forward, .backward = norm_backward,                     \
    .infer = batch_norm_infer, .input_count = 1
#define CASE_GROUP_NORM                                                                            \
    .add = add_group_norm, .forward = norm_forward, .backward = norm_backward, .input_count = 1
#define CASE_ACT .add = add_act, .forward = act_forward, .backward = act_backward, .input_count = 1
#define CASE_SOFTMAX                                                                               \
    .add = add_softmax, .forward = softmax_forward, .backward = softmax_backward, .input_count = 1
#define CASE_ADD    .add = add_add, .forward = add_forward, .backward = add_backward, .input_count = 2
#define CASE_CONCAT .add = add_concat, .forward = concat_forward, .backward = concat_backward
#define CASE_RESHAPE                                                                               \
    .add = add_reshape, .forward = reshape_forward, .backward = reshape_backward, .input_count = 1
#define CASE_PAD .add = add_pad, .forward = pad_forward, .backward = pad_backward, .input_count = 1
#define CASE_UPSAMPLE                                                                              \
    .add = add_upsample, .forward = upsample_forward, .backward = upsample_backward,               \
    .input_count = 1
#define CASE_SAMPLE                                                                                \
    .add = add_sample, .forward = sample_forward, .backward = sample_backward, .input_count = 2
#define CASE_EMBEDDING                                                                             \
    .add = add_embedding, .forward = embedding_forward, .backward = embedding_backward,            \
    .input_count = 1
#define CASE_MODULATE                                                                              \
    .add = add_modulate, .forward = modulate_forward, .backward = modulate_backward,               \
    .input_count = 3

static const LayerCase layer_cases[] = {
    {"conv2d 3x3", CASE_CONV, .in = {{3, 5, 7}}, .conv = {.filters = 4, .kernel = 3, .pad = 1}},
    {"conv2d 4x3 by 2x1, same", CASE_CONV, .in = {{2, 7, 6}},
     .conv = {.filters = 3, .kernel = 4, .kernel_x = 3, .stride = 2, .stride_x = 1, .same = true}},
    {"conv2d 1x1, 19 channels", CASE_CONV, .in = {{19, 3, 2}},
     .conv = {.filters = 21, .kernel = 1}},
    {"conv2d 5x5 without bias", CASE_CONV, .in = {{1, 8, 9}},
     .conv = {.filters = 6, .kernel = 5, .no_bias = true}},
    {"conv2d 3x3 by 3", CASE_CONV, .in = {{2, 8, 10}},
     .conv = {.filters = 2, .kernel = 3, .stride = 3, .pad = 1}},
    {"conv2d 4x4 by 2, 18 to 35 channels", CASE_CONV, .in = {{18, 5, 6}},
     .conv = {.filters = 35, .kernel = 4, .stride = 2, .pad = 1}},
    {"transposed conv2d 4x4 by 2, 35 to 18 channels", CASE_TRANSPOSED, .in = {{35, 2, 3}},
     .conv = {.filters = 18, .kernel = 4, .stride = 2, .pad = 1}},
    {"transposed conv2d 4x4 by 2", CASE_TRANSPOSED, .in = {{3, 4, 3}},
     .conv = {.filters = 2, .kernel = 4, .stride = 2, .pad = 1}},
    {"transposed conv2d 3x3 by 2, same", CASE_TRANSPOSED, .in = {{2, 3, 5}},
     .conv = {.filters = 3, .kernel = 3, .stride = 2, .same = true}},
    {"transposed conv2d 5x2", CASE_TRANSPOSED, .in = {{17, 2, 3}},
     .conv = {.filters = 1, .kernel = 5, .kernel_x = 2}},
    {"dense", CASE_DENSE, .in = {{3, 4, 5}}, .sizes = {7}},
    {"dense without bias, 19 to 33", CASE_DENSE, .in = {{19, 1, 1}}, .sizes = {33}, .flag = true},
    {"max pool 2x2", CASE_POOL, .in = {{3, 7, 9}}, .pool = {POOL_MAX, .kernel = 2}},
    {"max pool 2x2, 19 channels", CASE_POOL, .in = {{19, 4, 4}}, .pool = {POOL_MAX, .kernel = 2}},
    {"max pool 3x3 by 2", CASE_POOL, .in = {{2, 9, 8}},
     .pool = {POOL_MAX, .kernel = 3, .stride = 2, .pad = 1}},
    {"max pool 2x1", CASE_POOL, .in = {{2, 6, 5}}, .pool = {POOL_MAX, .kernel = 2, .kernel_x = 1}},
    {"max pool 3x3 by 2, same", CASE_POOL, .in = {{2, 6, 5}},
     .pool = {POOL_MAX, .kernel = 3, .stride = 2, .same = true}},
    {"average pool 2x2", CASE_POOL, .in = {{3, 5, 6}}, .pool = {POOL_AVG, .kernel = 2}},
    {"average pool 3x3 by 2", CASE_POOL, .in = {{2, 7, 7}},
     .pool = {POOL_AVG, .kernel = 3, .stride = 2, .pad = 1}},
    {"global average", CASE_GLOBAL, .in = {{5, 3, 4}}, .global = POOL_AVG},
    {"global maximum", CASE_GLOBAL, .in = {{5, 3, 4}}, .global = POOL_MAX},
    {"batch norm", CASE_BATCH_NORM, .in = {{3, 5, 6}}},
    {"batch norm, 19 channels", CASE_BATCH_NORM, .in = {{19, 2, 3}}, .norm = {.eps = 1e-3f}},
    {"group norm", CASE_GROUP_NORM, .in = {{6, 4, 5}}, .norm = {.groups = 3}},
    {"group norm, 20 channels", CASE_GROUP_NORM, .in = {{20, 3, 3}}, .norm = {.groups = 2}},
    {"relu", CASE_ACT, .in = {{3, 5, 4}}, .act = {ACT_RELU, 0}},
    {"leaky relu", CASE_ACT, .in = {{3, 5, 4}}, .act = {ACT_LEAKY_RELU, 0.2f}},
    {"leaky relu as it comes", CASE_ACT, .in = {{3, 5, 4}}, .act = {ACT_LEAKY_RELU, 0}},
    {"tanh", CASE_ACT, .in = {{3, 5, 4}}, .act = {ACT_TANH, 0}},
    {"sigmoid", CASE_ACT, .in = {{17, 2, 2}}, .act = {ACT_SIGMOID, 0}},
    {"silu", CASE_ACT, .in = {{3, 5, 4}}, .act = {ACT_SILU, 0}},
    {"softmax", CASE_SOFTMAX, .in = {{11, 1, 1}}},
    {"softmax at each position", CASE_SOFTMAX, .in = {{19, 3, 2}}},
    {"add", CASE_ADD, .in = {{3, 5, 4}, {3, 5, 4}}},
    {"concat", CASE_CONCAT, .input_count = 2, .in = {{3, 4, 5}, {2, 4, 5}}, .sizes = {0, 1}},
    {"concat, last", CASE_CONCAT, .input_count = 3, .in = {{3, 4, 5}, {19, 4, 5}, {1, 4, 5}},
     .sizes = {1, 2, 0}},
    {"concat of 16 and more", CASE_CONCAT, .input_count = 2, .in = {{18, 2, 2}, {16, 2, 2}},
     .sizes = {1, 0}},
    {"flatten", CASE_RESHAPE, .in = {{3, 4, 5}}},
    {"flatten, 17 channels", CASE_RESHAPE, .in = {{17, 2, 3}}},
    {"reshape", CASE_RESHAPE, .in = {{24, 1, 1}}, .sizes = {2, 3, 4}},
    {"pad", CASE_PAD, .in = {{3, 4, 5}}, .sizes = {1, 0, 2, 3}},
    {"upsample", CASE_UPSAMPLE, .in = {{3, 4, 5}}, .sizes = {2}},
    {"upsample by 3", CASE_UPSAMPLE, .in = {{17, 2, 1}}, .sizes = {3}},
    {"modulate", CASE_MODULATE, .in = {{3, 5, 4}, {3, 1, 1}, {3, 1, 1}}, .sizes = {0, 1, 2}},
    {"modulate, 17 channels", CASE_MODULATE, .in = {{17, 2, 3}, {17, 1, 1}, {17, 1, 1}},
     .sizes = {0, 2, 1}},
    {"modulate's gain", CASE_MODULATE, .in = {{19, 1, 1}, {19, 3, 2}, {19, 1, 1}},
     .sizes = {1, 0, 2}},
    {"modulate's shift", CASE_MODULATE, .in = {{3, 1, 1}, {3, 1, 1}, {3, 4, 5}},
     .sizes = {2, 1, 0}},
    {"affine sample", CASE_SAMPLE, .in = {{2, 7, 6}, {6, 1, 1}}},
    {"affine sample, aligned, 17 channels", CASE_SAMPLE, .in = {{17, 4, 5}, {6, 1, 1}},
     .flag = true},
    {"affine sample's map", CASE_SAMPLE, .in = {{6, 1, 1}, {2, 7, 6}}, .sizes = {1}, .alone = true},
    {"embedding", CASE_EMBEDDING, .in = {{1, 1, 1}}, .sizes = {5, 19}, .alone = true},
};

enum { LAYER_CASES = sizeof layer_cases / sizeof *layer_cases };

#endif
