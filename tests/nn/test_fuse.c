/* Layers that do their neighbours' work (exec_fuse.c) against the same nets where each does its own (.keep). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "nn/exec.h"
#include "nn/precision.h"
#include "products.h"

#define PAIRS_TOLERANCE 0.005

enum { BATCH = 19, CLASSES = 3 }; /* two slices, the second not full */

static Node norm_relu(Net *net, Node x, const char *name)
{
    return net_act(net, net_batch_norm(net, x, name, (Norm){0}), ACT_RELU);
}

static Node conv(Net *net, Node x, const char *name, int filters, int kernel, int stride)
{
    return net_conv2d(net, x, name,
                      (Conv){.filters = filters, .kernel = kernel, .stride = stride, .same = true});
}

static void finish(Net *net, Node x)
{
    net_output(
        net, "logits",
        net_dense(net, net_global_pool(net, x, POOL_AVG), "dense", (Dense){.units = CLASSES}));
}

/* Wide enough for several strips. */
static void build_chain(Net *net)
{
    Node x = conv(net, net_input(net, "image", 2, 40, 37), "conv1", 32, 3, 1);

    x = conv(net, norm_relu(net, x, "norm1"), "conv2", 32, 3, 1);
    x = conv(net, norm_relu(net, x, "norm2"), "conv3", 24, 5, 1);
    x = conv(net, norm_relu(net, x, "norm3"), "conv4", 8, 1, 1);
    finish(net, norm_relu(net, x, "norm4"));
}

/* No padding, no strips; a norm without ReLU; one before a pool. */
static void build_valid(Net *net)
{
    Node x = net_conv2d(net, net_input(net, "image", 2, 40, 37), "conv1",
                        (Conv){.filters = 5, .kernel = 3});

    x = net_conv2d(net, norm_relu(net, x, "norm1"), "conv2",
                   (Conv){.filters = 7, .kernel = 5, .stride = 2, .pad = 1});
    x = net_conv2d(net, net_batch_norm(net, x, "norm2", (Norm){0}), "conv3",
                   (Conv){.filters = 6, .kernel = 3});
    x = net_maxpool2d(net, norm_relu(net, x, "norm3"), 2);
    finish(net, conv(net, x, "conv4", 4, 3, 1));
}

static Node residual(Net *net, Node x, const char *name, int filters, int stride, bool project)
{
    Node a, y, shortcut = x;

    net_scope(net, "%s", name);
    a = norm_relu(net, x, "norm1");
    if (project)
        shortcut = conv(net, a, "shortcut", filters, 1, stride);
    y = conv(net, a, "conv1", filters / 2, 1, stride);
    y = conv(net, norm_relu(net, y, "norm2"), "conv2", filters / 2, 3, 1);
    y = conv(net, norm_relu(net, y, "norm3"), "conv3", filters, 1, 1);
    return net_add(net, shortcut, y);
}

/* Norms that two convolutions share, strides, sums in a row: a residual network before activation. */
static void build_before(Net *net)
{
    Node x = conv(net, net_input(net, "image", 2, 40, 37), "conv", 8, 3, 1);

    x = residual(net, x, "a", 16, 1, true);
    x = residual(net, x, "b", 16, 1, false);
    x = residual(net, x, "c", 20, 2, true);
    x = residual(net, x, "d", 20, 1, false);
    finish(net, norm_relu(net, x, "norm"));
}

/* After activation: the sums have a ReLU, and one input of a sum is one. */
static void build_after(Net *net)
{
    Node x = norm_relu(net, conv(net, net_input(net, "image", 2, 40, 37), "conv", 8, 3, 1), "norm"),
         y;

    for (int i = 0; i < 2; i++) {
        net_scope(net, "block%d", i);
        y = conv(net, norm_relu(net, conv(net, x, "conv1", 8, 3, 1), "norm1"), "conv2", 8, 3, 1);
        x = net_act(net, net_add(net, i ? x : y, i ? y : x), ACT_RELU);
    }
    finish(net, x);
}

/* A sum of what others read, too, and of two convolutions of one tensor. */
static void build_shared(Net *net)
{
    Node x = conv(net, net_input(net, "image", 2, 40, 37), "conv1", 6, 3, 1), a, b, c;

    a = conv(net, x, "a", 6, 3, 1);
    b = conv(net, x, "b", 6, 1, 1);
    c = net_add(net, a, b);
    x = net_add(net, net_add(net, c, x), conv(net, norm_relu(net, c, "norm"), "c", 6, 3, 1));
    finish(net, net_add(net, x, conv(net, a, "d", 6, 1, 1)));
}

typedef struct Result {
    Net *net;
    float *gradient, *logits;
    double loss;
} Result;

static Net *make_net(void (*build)(Net *))
{
    Err e = {0};
    Net *net = net_new();

    assert_non_null(net);
    build(net);
    if (net_build(net, &e))
        fail_msg("%s", e.text);
    net_init(net, 7);
    return net;
}

static Result run(void (*build)(Net *), bool keep, int threads, const Kernels *kernels)
{
    Loss loss = {.kind = LOSS_CROSS_ENTROPY, .output = "logits"};
    float *values = malloc(BATCH * 2 * 40 * 37 * sizeof *values);
    int labels[BATCH];
    Rng rng = rng_stream(3, RNG_TEST, 0);
    Err e = {0};
    LossReport report;
    Result r = {.net = make_net(build), .logits = malloc(BATCH * CLASSES * sizeof(float))};
    Team *team = team_new(threads, &e);
    Exec *x = exec_new(r.net,
                       &(ExecOptions){.batch = BATCH,
                                      .team = team,
                                      .training = true,
                                      .losses = &loss,
                                      .loss_count = 1,
                                      .keep = keep,
                                      .kernels = kernels},
                       &e);

    assert_non_null(x);
    for (int i = 0; i < BATCH * 2 * 40 * 37; i++)
        values[i] = (float)rng_normal(&rng);
    for (int i = 0; i < BATCH; i++)
        labels[i] = (int)rng_below(&rng, CLASSES);
    Batch batch = {.count = BATCH, .values = values, .targets = (const void *const[]){labels}};

    exec_train(x, &batch, &report);
    r.loss = report.sum;
    r.gradient = malloc(net_block_size(r.net) * sizeof(float));
    memcpy(r.gradient, exec_gradient(x), net_block_size(r.net) * sizeof(float));
    exec_infer(x, &batch, (float *const[]){r.logits}, 1);
    exec_free(x);
    team_free(team);
    free(values);
    return r;
}

static void result_free(Result *r)
{
    net_free(r->net);
    free(r->gradient);
    free(r->logits);
}

static double length(const float *a, const float *b, size_t n)
{
    double square = 0;

    for (size_t i = 0; i < n; i++)
        square += ((double)a[i] - (b ? b[i] : 0)) * ((double)a[i] - (b ? b[i] : 0));
    return sqrt(square);
}

static void same_numbers(const char *name, const float *own, const float *fused, size_t n,
                         double least, double tolerance)
{
    double off = length(own, fused, n), size = length(own, NULL, n) + least;

    if (!(off < tolerance * size))
        fail_msg("%s is off by %g of %g", name, off, size);
}

/* A bias before a batch norm has a gradient of nothing but rounding: it is held against the whole. */
static void same_result_of(void (*build)(Net *), const Kernels *k, double tolerance)
{
    Result own = run(build, true, 1, k), fused = run(build, false, 2, k);
    double whole = length(own.gradient, NULL, net_block_size(own.net));

    assert_true(fabs(own.loss - fused.loss) < tolerance * own.loss);
    same_numbers("the output", own.logits, fused.logits, BATCH * CLASSES, 0, tolerance);
    same_numbers("a statistic", net_state(own.net), net_state(fused.net), net_state_size(own.net),
                 1, tolerance);
    for (int i = 0; i < net_param_count(own.net); i++) {
        const Param *p = net_param(own.net, i);

        if (!p->state)
            same_numbers(p->name, own.gradient + p->offset, fused.gradient + p->offset,
                         (size_t)p->rows * p->pitch, 0.1 * whole, tolerance);
    }
    result_free(&own);
    result_free(&fused);
}

/* Where a convolution multiplies pairs, its strips are turned into them: what is rounded differs by where a norm is applied. */
static void same_result(void (*build)(Net *))
{
    same_result_of(build, NULL, 1e-5);
    same_result_of(build, kernels_pairs_emulated(), PAIRS_TOLERANCE);
    if (unit_kernels(UNIT_AVX512))
        same_result_of(build, unit_kernels(UNIT_AVX512), PAIRS_TOLERANCE);
}

static void a_chain_of_convolutions_and_norms_is_the_same_in_strips(void **state)
{
    (void)state;
    same_result(build_chain);
}

static void norms_are_done_on_load_without_padding_and_with_strides(void **state)
{
    (void)state;
    same_result(build_valid);
}

static void a_residual_network_shares_norms_and_passes_gradients_through_sums(void **state)
{
    (void)state;
    same_result(build_before);
}

static void a_sum_with_a_relu_keeps_its_gradient_apart(void **state)
{
    (void)state;
    same_result(build_after);
}

static void a_sum_of_what_others_read_keeps_it(void **state)
{
    (void)state;
    same_result(build_shared);
}

static void fused_layers_give_the_same_bytes_for_any_number_of_threads(void **state)
{
    const Precision precisions[] = {PRECISION_F32, PRECISION_BF16};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const Kernels *k = precision_kernels(precisions[i]);
        Result one = run(build_before, false, 1, k), three = run(build_before, false, 3, k);

        assert_memory_equal(one.gradient, three.gradient, net_block_size(one.net) * sizeof(float));
        assert_memory_equal(one.logits, three.logits, BATCH * CLASSES * sizeof(float));
        result_free(&one);
        result_free(&three);
    }
}

static void a_residual_network_in_training_stores_little_more_than_half(void **state)
{
    Err e = {0};
    Net *net = make_net(build_before);
    Loss loss = {.kind = LOSS_CROSS_ENTROPY, .output = "logits"};
    size_t memory[2];

    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        Exec *x = exec_new(
            net,
            &(ExecOptions){
                .batch = 64, .training = true, .losses = &loss, .loss_count = 1, .keep = keep},
            &e);

        assert_non_null(x);
        memory[keep] = exec_memory(x);
        exec_free(x);
    }
    assert_true(memory[0] < 0.7 * memory[1]);
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_convolutions_and_norms_is_the_same_in_strips),
        cmocka_unit_test(norms_are_done_on_load_without_padding_and_with_strides),
        cmocka_unit_test(a_residual_network_shares_norms_and_passes_gradients_through_sums),
        cmocka_unit_test(a_sum_with_a_relu_keeps_its_gradient_apart),
        cmocka_unit_test(a_sum_of_what_others_read_keeps_it),
        cmocka_unit_test(fused_layers_give_the_same_bytes_for_any_number_of_threads),
        cmocka_unit_test(a_residual_network_in_training_stores_little_more_than_half),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
