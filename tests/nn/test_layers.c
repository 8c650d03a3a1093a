/* Each layer against its plain reference: alone, and between two convolutions that put a halo
 * around its input and its output, with ReLUs that layers take over and a second reader whose
 * gradient has to be added. Layers that multiply alone in bf16 as well, on numbers that bf16 holds exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "layer_cases.h"
#include "nn/exec.h"
#include "products.h"

/* Sums of some hundred float products against double, relative to numbers around 1. */
#define VALUE_ROUNDING 1e-5
/* Two layers more, and sums over a batch of 37. */
#define GRADIENT_ROUNDING 1e-4
/* A step of 1e-3 in float leaves two to three digits of a difference. */
#define DIFFERENCE_STEP     1e-3f
#define DIFFERENCE_ROUNDING 1e-2

enum { BETWEEN = 1, RELU_IN = 2, RELU_OUT = 4, TAP = 8 };
enum { MOST = 37, ARRAYS = 64 };

static const int batches[] = {1, 5, 16, 37};

static const Kernels *kernels; /* NULL: the usual; else products in bf16 */

/* A case in a net of its own, its numbers, and what should come out. */
typedef struct Pass {
    const LayerCase *t;
    int flags, n;
    Net *net;
    Node layer;
    Shape out, last; /* of the layer, of the net */
    float *x[CASE_INPUTS];
    float *near, *middle, *y; /* the layer's first input, its output, the net's */
    float *dy, *tap;          /* given gradients of y and near */
    float *dx;                /* of x[0] */
    float *p[3][CASE_PARAMS], *dp[3][CASE_PARAMS]; /* of "before", "it", "after" */
    float *owned[ARRAYS];
    int owned_count;
} Pass;

static float *take(Pass *p, size_t n)
{
    float *numbers = calloc(n, sizeof *numbers);

    assert_non_null(numbers);
    assert_true(p->owned_count < ARRAYS);
    p->owned[p->owned_count++] = numbers;
    return numbers;
}

static float *take_random(Pass *p, Rng *r, size_t n)
{
    float *x = take(p, n);

    for (size_t i = 0; i < n; i++)
        x[i] = kernels ? (float)operand(kernels, rng_normal(r)) : rng_normal(r);
    return x;
}

static void pass_free(Pass *p)
{
    for (int i = 0; i < p->owned_count; i++)
        free(p->owned[i]);
    net_free(p->net);
}

static Net *build(Pass *p)
{
    const LayerCase *t = p->t;
    Net *net = net_new();
    Node x[CASE_INPUTS], y;
    Err e = {0};

    assert_non_null(net);
    for (int i = 0; i < t->input_count; i++)
        x[i] = net_input(net, NULL, t->in[i].c, t->in[i].h, t->in[i].w);
    if (p->flags & BETWEEN)
        x[0] =
            net_conv2d(net, x[0], "before", (Conv){.filters = t->in[0].c, .kernel = 3, .pad = 1});
    if (p->flags & RELU_IN)
        x[0] = net_act(net, x[0], ACT_RELU);
    if (p->flags & TAP)
        net_output(net, "tap", x[0]);
    p->layer = y = t->add(net, t, x);
    if (p->flags & RELU_OUT)
        y = net_act(net, y, ACT_RELU);
    if (p->flags & BETWEEN)
        y = net_conv2d(net, y, "after", (Conv){.filters = 2, .kernel = 3, .pad = 1});
    net_output(net, "y", y);
    if (net_build(net, &e))
        fail_msg("%s: %s", t->name, e.text);
    p->out = net_op(net, p->layer.id).out;
    p->last = net_op(net, y.id).out;
    return net;
}

/* Random parameters; a variance has to be positive. */
static void fill_params(Pass *p, Rng *r)
{
    const char *const places[] = {"before.", "it.", "after."};
    int count[3] = {0};

    for (int i = 0; i < net_param_count(p->net); i++) {
        const Param *q = net_param(p->net, i);
        float *values = take_random(p, r, param_size(q));
        float scale = q->dims > 1 ? 1 / sqrtf((float)q->fan_in) : 0.5f;
        int at = 0;

        while (strncmp(q->name, places[at], strlen(places[at])) != 0)
            at++;
        for (size_t k = 0; k < param_size(q); k++)
            values[k] = strstr(q->name, ".running_var") ? 0.5f + fabsf(values[k]) : scale * values[k];
        for (size_t k = 0; kernels && k < param_size(q); k++)
            values[k] = (float)operand(kernels, values[k]);
        param_write(q, values, q->state ? net_state(p->net) : net_block(p->net));
        p->p[at][count[at]] = values;
        p->dp[at][count[at]++] = take(p, param_size(q));
    }
}

static void fill_inputs(Pass *p, Rng *r)
{
    const LayerCase *t = p->t;

    for (int i = 0; i < t->input_count; i++) {
        size_t size = shape_count(t->in[i]);

        p->x[i] = take_random(p, r, p->n * size);
        for (size_t k = 0; k < p->n * size; k++) {
            if (t->add == add_embedding)
                p->x[i][k] = (float)rng_below(r, 7) - 1 + 0.3f * (float)(k % 2);
            else if (t->add == add_sample && size == 6)
                p->x[i][k] = 0.2f * p->x[i][k] + (k % 6 == 0 || k % 6 == 4);
        }
    }
}

static Pass pass_new(const LayerCase *t, int flags, int n)
{
    Pass p = {.t = t, .flags = flags, .n = n};
    Rng r = rng_stream(7, RNG_TEST, (uint64_t)(t - layer_cases));
    size_t near = n * shape_count(t->in[0]);

    p.net = build(&p);
    fill_params(&p, &r);
    fill_inputs(&p, &r);
    p.near = take(&p, near);
    p.tap = take_random(&p, &r, near);
    p.dx = take(&p, near);
    p.middle = take(&p, n * shape_count(p.out));
    p.y = take(&p, n * shape_count(p.last));
    p.dy = take_random(&p, &r, n * shape_count(p.last));
    return p;
}

static LayerRun layer_run(const Pass *p)
{
    LayerRun r = {.t = p->t, .n = p->n, .out = p->out, .y = p->middle, .dx = p->dx};

    for (int i = 0; i < CASE_INPUTS; i++)
        r.x[i] = i ? p->x[i] : p->near;
    for (int i = 0; i < CASE_PARAMS; i++) {
        r.p[i] = p->p[1][i];
        r.dp[i] = p->dp[1][i];
    }
    return r;
}

static MapShape three_by_three(const Pass *p, Shape in, int filters)
{
    return (MapShape){.n = p->n,
                      .c = in.c,
                      .h = in.h,
                      .w = in.w,
                      .f = filters,
                      .oh = in.h,
                      .ow = in.w,
                      .window = {3, 3, 1, 1, 1, 1}};
}

static void relu(size_t n, float *x)
{
    reference_act(RUN_RELU, 0, n, x, x);
}

static void relu_back(size_t n, const float *y, float *dy)
{
    reference_act_dx(RUN_RELU, 0, n, y, dy, dy);
}

static void expect_forward(Pass *p, bool infer)
{
    MapShape before = three_by_three(p, p->t->in[0], p->t->in[0].c);
    MapShape after = three_by_three(p, p->out, 2);
    size_t near = p->n * shape_count(p->t->in[0]), middle = p->n * shape_count(p->out);
    LayerRun r = layer_run(p);

    memcpy(p->near, p->x[0], near * sizeof *p->near);
    if (p->flags & BETWEEN)
        reference_conv2d(&before, p->x[0], p->p[0][0], p->p[0][1], p->near);
    if (p->flags & RELU_IN)
        relu(near, p->near);
    (infer && p->t->infer ? p->t->infer : p->t->forward)(&r);
    if (p->flags & RELU_OUT)
        relu(middle, p->middle);
    if (p->flags & BETWEEN)
        reference_conv2d(&after, p->middle, p->p[2][0], p->p[2][1], p->y);
    else
        memcpy(p->y, p->middle, middle * sizeof *p->y);
}

/* After expect_forward. The gradient is the batch's mean, so the given ones are divided. */
static void expect_backward(Pass *p)
{
    MapShape before = three_by_three(p, p->t->in[0], p->t->in[0].c);
    MapShape after = three_by_three(p, p->out, 2);
    size_t near = p->n * shape_count(p->t->in[0]), middle = p->n * shape_count(p->out);
    size_t last = p->n * shape_count(p->last);
    float *dy = take(p, last), *dmiddle = take(p, middle), *dnear = take(p, near);
    LayerRun r = layer_run(p);

    for (size_t i = 0; i < last; i++)
        dy[i] = p->dy[i] / (float)p->n;
    if (p->flags & BETWEEN) {
        reference_conv2d_dx(&after, p->p[2][0], dy, dmiddle);
        reference_conv2d_dw(&after, p->middle, dy, p->dp[2][0], p->dp[2][1]);
    } else {
        memcpy(dmiddle, dy, last * sizeof *dy);
    }
    if (p->flags & RELU_OUT)
        relu_back(middle, p->middle, dmiddle);
    r.dy = dmiddle;
    r.dx = dnear;
    p->t->backward(&r);
    for (size_t i = 0; p->flags & TAP && i < near; i++)
        dnear[i] += p->tap[i] / (float)p->n;
    if (p->flags & RELU_IN)
        relu_back(near, p->near, dnear);
    if (p->flags & BETWEEN) {
        reference_conv2d_dx(&before, p->p[0][0], dnear, p->dx);
        reference_conv2d_dw(&before, p->x[0], dnear, p->dp[0][0], p->dp[0][1]);
    } else {
        memcpy(p->dx, dnear, near * sizeof *dnear);
    }
}

static void expect_close(const Pass *p, const char *what, size_t n, const float *found,
                         const float *expected, double rounding)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)found[i] - expected[i]) <= rounding * (1 + fabs((double)expected[i]))))
            fail_msg("%s (flags %d, batch %d): %s[%zu] is %.8g, not %.8g", p->t->name, p->flags,
                     p->n, what, i, found[i], expected[i]);
}

static Batch batch_of(const Pass *p, const float *more[CASE_INPUTS], const void *targets[2])
{
    targets[0] = p->dy;
    targets[1] = p->tap;
    for (int i = 1; i < CASE_INPUTS; i++)
        more[i - 1] = p->x[i];
    return (Batch){.count = p->n, .values = p->x[0], .more = more, .targets = targets};
}

static void check_inference(const LayerCase *t, int flags, int n)
{
    Pass p = pass_new(t, flags, n);
    const float *more[CASE_INPUTS];
    const void *targets[2];
    Batch b = batch_of(&p, more, targets);
    Exec *run = exec_new(p.net, &(ExecOptions){.batch = n, .kernels = kernels}, NULL);
    float *y = take(&p, n * shape_count(p.last));

    assert_non_null(run);
    expect_forward(&p, true);
    exec_infer(run, &b, (float *[]){NULL, y} + (flags & TAP ? 0 : 1), flags & TAP ? 2 : 1);
    expect_close(&p, "y", n * shape_count(p.last), y, p.y, VALUE_ROUNDING);
    exec_free(run);
    pass_free(&p);
}

static Exec *trainer(const Pass *p, bool keep)
{
    const Loss losses[] = {{.kind = LOSS_GIVEN, .output = "y"},
                           {.kind = LOSS_GIVEN, .output = "tap"}};
    Exec *run = exec_new(p->net,
                         &(ExecOptions){.batch = MOST,
                                        .training = true,
                                        .losses = losses,
                                        .loss_count = p->flags & TAP ? 2 : 1,
                                        .input_gradient = true,
                                        .keep = keep,
                                        .kernels = kernels},
                         NULL);

    assert_non_null(run);
    return run;
}

static void check_gradients(Pass *p, Exec *run)
{
    size_t near = p->n * shape_count(p->t->in[0]);
    float *dx = take(p, near);
    const char *const places[] = {"before.", "it.", "after."};

    exec_read_input_gradient(run, dx);
    expect_close(p, "dx", near, dx, p->dx, GRADIENT_ROUNDING);
    for (int at = 0; at < 3; at++)
        for (int i = 0, k = 0; i < net_param_count(p->net); i++) {
            const Param *q = net_param(p->net, i);

            if (q->state || strncmp(q->name, places[at], strlen(places[at])) != 0)
                continue;
            float *found = take(p, param_size(q));

            param_read(q, exec_gradient(run), found);
            expect_close(p, q->name, param_size(q), found, p->dp[at][k++], GRADIENT_ROUNDING);
        }
}

/* The gradient of the input alone is the same, bit by bit, after another batch; and harms no later one. */
static void check_input_only(Pass *p, Exec *run, Batch b, const Batch *other)
{
    size_t near = p->n * shape_count(p->t->in[0]);
    float *both = take(p, near), *alone = take(p, near);

    exec_read_input_gradient(run, both);
    exec_train(run, other, NULL);
    b.input_only = true;
    exec_train(run, &b, NULL);
    exec_read_input_gradient(run, alone);
    assert_memory_equal(alone, both, near * sizeof *both);
    b.input_only = false;
    exec_train(run, &b, NULL);
    check_gradients(p, run);
}

/* A full batch goes first, so that what it leaves in memory would be noticed. */
static void check_training(const LayerCase *t, int flags, int n)
{
    for (int keep = 0; keep < 2; keep++) {
        Pass full = pass_new(t, flags, MOST), p = pass_new(t, flags, n);
        Exec *run = trainer(&p, keep);
        const float *more[CASE_INPUTS];
        const void *targets[2];
        const float *others[CASE_INPUTS];
        const void *full_targets[2];
        Batch whole = batch_of(&full, others, full_targets), b = batch_of(&p, more, targets);

        exec_train(run, &whole, NULL);
        exec_train(run, &b, NULL);
        expect_forward(&p, false);
        expect_backward(&p);
        if (keep) {
            float *y = take(&p, n * shape_count(p.last));

            exec_read_activation(run, net_output_node(p.net, net_output_find(p.net, "y")), y);
            expect_close(&p, "y", n * shape_count(p.last), y, p.y, VALUE_ROUNDING);
        }
        check_gradients(&p, run);
        check_input_only(&p, run, b, &whole);
        exec_free(run);
        pass_free(&full);
        pass_free(&p);
    }
}

static void each_case(void (*check)(const LayerCase *t, int flags, int n))
{
    const int variants[] = {0, RELU_OUT, BETWEEN, BETWEEN | RELU_IN,
                            BETWEEN | RELU_IN | RELU_OUT | TAP};

    for (int i = 0; i < LAYER_CASES; i++)
        for (size_t v = 0; v < sizeof variants / sizeof *variants; v++)
            for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
                if (!(variants[v] & BETWEEN && layer_cases[i].alone))
                    check(&layer_cases[i], variants[v], batches[b]);
}

static void layers_give_the_reference_values_for_any_batch_and_for_one_image(void **state)
{
    (void)state;
    each_case(check_inference);
}

static void layers_give_the_reference_gradients_for_any_batch(void **state)
{
    (void)state;
    each_case(check_training);
}

static bool multiplies(const LayerCase *t)
{
    return t->add == add_conv || t->add == add_transposed || t->add == add_dense;
}

static void layers_that_multiply_do_so_in_bf16(void **state)
{
    const int exact[] = {1, 4, 32}; /* a gradient is divided by the batch, in bf16 exactly */
    const Kernels *all[PRODUCTS_MOST];
    int n = products_all(all);

    (void)state;
    for (int k = 0; k < n; k++) {
        kernels = all[k];
        for (int i = 0; i < LAYER_CASES; i++)
            for (int b = 0; b < 3 && multiplies(&layer_cases[i]); b++) {
                check_inference(&layer_cases[i], RELU_OUT, exact[b]);
                check_training(&layer_cases[i], RELU_OUT, exact[b]);
            }
    }
    kernels = NULL;
}

/* The loss as a function of one number, everything else equal. */
static double loss_at(Exec *run, const Batch *b, float *number, float value)
{
    LossReport report;
    float old = *number;

    *number = value;
    exec_set_step(run, 0);
    exec_forward(run, b, &report);
    *number = old;
    return report.sum / b->count;
}

static void check_difference(const Pass *p, Exec *run, const Batch *b, const char *what,
                             float *number, float gradient)
{
    double up = loss_at(run, b, number, *number + DIFFERENCE_STEP);
    double down = loss_at(run, b, number, *number - DIFFERENCE_STEP);
    float slope = (float)((up - down) / (2 * DIFFERENCE_STEP));

    expect_close(p, what, 1, &gradient, &slope, DIFFERENCE_ROUNDING);
}

static void check_differences(const LayerCase *t)
{
    enum { TRIES = 10, BATCH = 5 };
    Pass p = pass_new(t, 0, BATCH);
    Exec *run = trainer(&p, true);
    const float *more[CASE_INPUTS];
    const void *targets[2];
    Batch b = batch_of(&p, more, targets);
    size_t block = net_block_size(p.net), size = BATCH * shape_count(t->in[0]);
    float *grads = take(&p, block + 1), *dx = take(&p, size);
    Rng r = rng_stream(8, RNG_TEST, 0);

    exec_forward(run, &b, NULL);
    exec_backward(run, NULL, NULL);
    memcpy(grads, exec_gradient(run), block * sizeof *grads);
    exec_read_input_gradient(run, dx);
    for (int i = 0; i < TRIES && t->add != add_embedding; i++) {
        size_t at = rng_below(&r, (uint32_t)size);

        check_difference(&p, run, &b, "dx", &p.x[0][at], dx[at]);
    }
    for (int i = 0; i < TRIES * net_param_count(p.net); i++) {
        const Param *q = net_param(p.net, i / TRIES);
        size_t at = q->offset + rng_below(&r, (uint32_t)q->rows) * (size_t)q->pitch +
                    rng_below(&r, (uint32_t)q->cols);

        if (!q->state)
            check_difference(&p, run, &b, q->name, net_block(p.net) + at, grads[at]);
    }
    exec_free(run);
    pass_free(&p);
}

static void gradients_equal_central_differences(void **state)
{
    (void)state;
    for (int i = 0; i < LAYER_CASES; i++)
        check_differences(&layer_cases[i]);
}

/* An op that reads one tensor twice writes its gradient twice. */
static void a_tensor_added_to_itself_gets_twice_the_gradient(void **state)
{
    const float x[] = {1, -2, 3}, dy[] = {4, 5, 6};
    const void *targets[] = {dy};
    const Loss loss = {.kind = LOSS_GIVEN, .output = "y"};
    Net *net = net_new();
    Node in = net_input(net, NULL, 3, 1, 1);
    float dx[3];

    (void)state;
    net_output(net, "y", net_concat(net, (Node[]){net_add(net, in, in)}, 1));
    assert_int_equal(net_build(net, NULL), 0);
    Exec *run = exec_new(
        net,
        &(ExecOptions){
            .batch = 1, .training = true, .losses = &loss, .loss_count = 1, .input_gradient = true},
        NULL);

    assert_non_null(run);
    exec_train(run, &(Batch){.count = 1, .values = x, .targets = targets}, NULL);
    exec_read_input_gradient(run, dx);
    for (int i = 0; i < 3; i++)
        assert_true(dx[i] == 2 * dy[i]);
    exec_free(run);
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_give_the_reference_values_for_any_batch_and_for_one_image),
        cmocka_unit_test(layers_give_the_reference_gradients_for_any_batch),
        cmocka_unit_test(layers_that_multiply_do_so_in_bf16),
        cmocka_unit_test(gradients_equal_central_differences),
        cmocka_unit_test(a_tensor_added_to_itself_gets_twice_the_gradient),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
