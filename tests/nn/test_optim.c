#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "base/rng.h"
#include "nn/optim.h"
#include "torch_numbers.h"
#include "torch_values.h"

/* Five steps of float32 against the same in double. */
static const float STEPS_TOLERANCE = 2e-6f;

static Net *dense_net(int inputs, int units)
{
    Net *net = net_new();
    Node x = net_input(net, "x", inputs, 1, 1);
    Err e = {0};

    net_output(net, "y", net_dense(net, x, "dense", (Dense){.units = units}));
    if (net_build(net, &e))
        fail_msg("%s", e.text);
    return net;
}

static Optim *optim_of(const Net *net, OptimOptions options)
{
    Err e = {0};
    Optim *o = optim_new(net, &options, &e);

    if (!o)
        fail_msg("%s", e.text);
    return o;
}

static float *block_new(const Net *net)
{
    float *block = calloc(net_block_size(net), sizeof *block);

    assert_non_null(block);
    return block;
}

/* A gradient of random numbers that leaves the padding zero. */
static void random_gradient(const Net *net, uint64_t step, float *gradient)
{
    float values[4096];

    for (int i = 0; i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);
        Rng r = rng_stream(step, RNG_TEST, (uint64_t)i);

        assert_true(param_size(p) <= 4096);
        for (size_t j = 0; j < param_size(p); j++)
            values[j] = rng_normal(&r);
        param_write(p, values, gradient);
    }
}

/* ---- against PyTorch ---- */

static void quadratic_start(const Net *net)
{
    float values[8];

    torch_numbers(1, 8, 1, values);
    param_write(net_param_find(net, "dense.weight"), values, net_block((Net *)net));
    torch_numbers(2, 2, 1, values);
    param_write(net_param_find(net, "dense.bias"), values, net_block((Net *)net));
}

static void quadratic_gradient(Net *net, const char *name, uint32_t stream, float *gradient)
{
    const Param *param = net_param_find(net, name);
    float p[8], a[8], b[8];
    size_t n = param_size(param);

    param_read(param, net_block(net), p);
    torch_numbers(stream, n, 1, a);
    torch_numbers(stream + 2, n, 1, b);
    for (size_t i = 0; i < n; i++)
        p[i] = (1.5f + a[i]) * p[i] - b[i];
    param_write(param, p, gradient);
}

static void each_optimiser_takes_the_steps_of_pytorch(void **state)
{
    (void)state;
    Net *net = dense_net(4, 2);
    float *gradient = block_new(net), after[10];

    for (size_t i = 0; i < sizeof torch_optim / sizeof *torch_optim; i++) {
        int kind = optim_find(torch_optim[i].kind);
        Optim *o = optim_of(net, (OptimOptions){.kind = (OptimKind)kind,
                                                .decay = torch_optim[i].decay,
                                                .clip_norm = torch_optim[i].clip_norm,
                                                .clip_value = torch_optim[i].clip_value});

        quadratic_start(net);
        for (int step = 0; step < 5; step++) {
            quadratic_gradient(net, "dense.weight", 3, gradient);
            quadratic_gradient(net, "dense.bias", 4, gradient);
            assert_true(optim_step(o, net, gradient, 0.05f, NULL));
        }
        param_read(net_param_find(net, "dense.weight"), net_block(net), after);
        param_read(net_param_find(net, "dense.bias"), net_block(net), after + 8);
        for (int j = 0; j < 10; j++)
            if (!(fabsf(after[j] - torch_optim[i].after[j]) <= STEPS_TOLERANCE))
                fail_msg("case %zu (%s), number %d: %.9g, but PyTorch has %.9g", i,
                         torch_optim[i].kind, j, after[j], torch_optim[i].after[j]);
        optim_free(o);
    }
    free(gradient);
    net_free(net);
}

/* ---- threads, resuming ---- */

static const OptimOptions everything[] = {
    {.kind = OPTIM_SGD, .average = 0.99f},
    {.kind = OPTIM_NESTEROV, .decay = 0.01f, .clip_norm = 1},
    {.kind = OPTIM_RMSPROP, .clip_value = 0.5f},
    {.kind = OPTIM_ADAMW, .clip_norm = 1, .average = 0.999f},
    {.kind = OPTIM_NADAM, .clip_norm = 1, .clip_value = 0.01f, .average = 0.9f},
};
enum { EVERYTHING = sizeof everything / sizeof *everything };

static void run_steps(Optim *o, Net *net, int first, int end, Team *team)
{
    float *gradient = block_new(net);

    for (int step = first; step < end; step++) {
        random_gradient(net, (uint64_t)step, gradient);
        assert_true(optim_step(o, net, gradient, 0.01f, team));
    }
    free(gradient);
}

static bool same_numbers(const float *a, const float *b, size_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

static void the_number_of_threads_does_not_change_a_bit(void **state)
{
    (void)state;
    for (int i = 0; i < EVERYTHING; i++) {
        Net *alone = dense_net(80, 50), *shared = dense_net(80, 50);
        Optim *a = optim_of(alone, everything[i]), *b = optim_of(shared, everything[i]);
        Team *team = team_new(3, NULL);

        net_init(alone, 1);
        net_init(shared, 1);
        run_steps(a, alone, 0, 4, NULL);
        run_steps(b, shared, 0, 4, team);
        assert_true(same_numbers(net_block(alone), net_block(shared), net_block_size(alone)));
        assert_true(same_numbers(optim_state(a), optim_state(b), optim_state_size(a)));
        assert_true(optim_norm(a) == optim_norm(b));
        team_free(team);
        optim_free(a);
        optim_free(b);
        net_free(alone);
        net_free(shared);
    }
}

static void four_steps_equal_two_and_a_resume_of_two(void **state)
{
    (void)state;
    for (int i = 0; i < EVERYTHING; i++) {
        Net *net = dense_net(20, 7), *resumed = dense_net(20, 7);
        Optim *o = optim_of(net, everything[i]), *next = optim_of(resumed, everything[i]);

        net_init(net, 1);
        run_steps(o, net, 0, 2, NULL);
        memcpy(net_block(resumed), net_block(net), net_block_size(net) * sizeof(float));
        memcpy(optim_state(next), optim_state(o), optim_state_size(o) * sizeof(float));
        optim_set_steps(next, optim_steps(o));
        run_steps(o, net, 2, 4, NULL);
        run_steps(next, resumed, 2, 4, NULL);
        assert_int_equal(optim_steps(next), 4);
        assert_true(same_numbers(net_block(net), net_block(resumed), net_block_size(net)));
        assert_true(same_numbers(optim_state(o), optim_state(next), optim_state_size(o)));
        optim_free(o);
        optim_free(next);
        net_free(net);
        net_free(resumed);
    }
}

static void the_padding_between_rows_stays_zero(void **state)
{
    (void)state;
    for (int i = 0; i < EVERYTHING; i++) {
        Net *net = dense_net(5, 3);
        Optim *o = optim_of(net, everything[i]);
        float *rest, values[64] = {0};

        net_init(net, 1);
        run_steps(o, net, 0, 5, NULL);
        rest = net_block(net);
        for (int j = 0; j < net_param_count(net); j++)
            param_write(net_param(net, j), values, rest);
        for (size_t j = 0; j < net_block_size(net); j++)
            assert_true(rest[j] == 0);
        optim_free(o);
        net_free(net);
    }
}

/* ---- gradients that are no numbers, clipping ---- */

static void a_gradient_with_a_nan_or_an_infinity_is_skipped_and_counted(void **state)
{
    (void)state;
    const float poisons[] = {NAN, INFINITY, -INFINITY};
    Net *net = dense_net(80, 50);
    Optim *o = optim_of(net, (OptimOptions){.kind = OPTIM_ADAM, .average = 0.9f});
    float *gradient = block_new(net), *before = block_new(net);

    net_init(net, 1);
    memcpy(before, net_block(net), net_block_size(net) * sizeof *before);
    for (int i = 0; i < 3; i++) {
        random_gradient(net, 0, gradient);
        gradient[net_block_size(net) - 16 * (size_t)(1 + i)] = poisons[i];
        assert_false(optim_step(o, net, gradient, 0.01f, NULL));
    }
    assert_int_equal(optim_skipped(o), 3);
    assert_int_equal(optim_steps(o), 0);
    assert_true(same_numbers(net_block(net), before, net_block_size(net)));
    for (size_t i = 0; i < optim_state_size(o); i++)
        assert_true(optim_state(o)[i] == 0);
    optim_free(o);
    free(gradient);
    free(before);
    net_free(net);
}

static void a_gradient_as_large_as_a_float_can_be_is_not_taken_for_infinite(void **state)
{
    (void)state;
    Net *net = dense_net(4, 2);
    Optim *o = optim_of(net, (OptimOptions){.kind = OPTIM_SGD, .clip_norm = 1});
    float *gradient = block_new(net);

    gradient[0] = 3e38f;
    assert_true(optim_step(o, net, gradient, 0.5f, NULL));
    assert_true(fabsf(net_block(net)[0] + 0.5f) < 1e-6f);
    optim_free(o);
    free(gradient);
    net_free(net);
}

static void the_norm_is_that_of_the_gradient_before_clipping(void **state)
{
    (void)state;
    Net *net = dense_net(4, 2);
    Optim *o = optim_of(net, (OptimOptions){.kind = OPTIM_SGD, .clip_norm = 1, .clip_value = 0.7f});
    float *gradient = block_new(net);

    gradient[0] = 3;
    gradient[net_param_find(net, "dense.bias")->offset] = -4;
    assert_true(optim_step(o, net, gradient, 1, NULL));
    assert_true(fabs(optim_norm(o) - 5) < 1e-12);
    /* 3/5 is within 0.7, 4/5 is not. */
    assert_true(fabsf(net_block(net)[0] + 0.6f) < 1e-6f);
    assert_true(net_block(net)[net_param_find(net, "dense.bias")->offset] == 0.7f);
    optim_free(o);
    free(gradient);
    net_free(net);
}

static void clipped_weights_lie_within_the_limit(void **state)
{
    (void)state;
    Net *net = dense_net(4, 2);
    float *p = net_block(net);

    p[0] = 0.5f;
    p[1] = -0.02f;
    p[16] = 0.005f;
    optim_clip_weights(net, 0.01f);
    assert_true(p[0] == 0.01f && p[1] == -0.01f && p[16] == 0.005f);
    net_free(net);
}

/* ---- the average ---- */

static void the_average_follows_its_formula_and_swaps_in_and_out(void **state)
{
    (void)state;
    Net *net = dense_net(4, 2);
    Optim *o = optim_of(net, (OptimOptions){.kind = OPTIM_SGD, .average = 0.15f});
    float *gradient = block_new(net), *p = net_block(net);

    p[0] = 1;
    optim_swap_average(o, net); /* no step yet: nothing happens */
    assert_true(p[0] == 1);
    gradient[0] = 1;
    assert_true(optim_step(o, net, gradient, 0.5f, NULL)); /* p = 0.5, e = 0.1*1 + 0.9*0.5 */
    assert_true(optim_step(o, net, gradient, 0.5f, NULL)); /* p = 0, e = 0.15*0.55 */
    optim_swap_average(o, net);
    assert_true(fabsf(p[0] - 0.15f * 0.55f) < 1e-7f);
    optim_swap_average(o, net);
    assert_true(p[0] == 0);
    optim_free(o);
    free(gradient);
    net_free(net);
}

/* Batch norm's running statistics, as the forward pass leaves them before each step. */
static void the_statistics_are_averaged_with_the_weights(void **state)
{
    (void)state;
    Net *net = net_new();
    Node x = net_input(net, "x", 2, 3, 3);

    net_output(net, "y", net_batch_norm(net, x, "norm", (Norm){0}));
    assert_int_equal(net_build(net, NULL), 0);
    Optim *o = optim_of(net, (OptimOptions){.kind = OPTIM_SGD, .average = 0.15f});
    float *gradient = block_new(net), *mean = net_state(net);

    assert_int_equal(optim_state_size(o), net_block_size(net) + net_state_size(net));
    mean[0] = 4;
    assert_true(optim_step(o, net, gradient, 0.5f, NULL)); /* e = 4 */
    mean[0] = 2;
    assert_true(optim_step(o, net, gradient, 0.5f, NULL)); /* e = 0.15*4 + 0.85*2 */
    optim_swap_average(o, net);
    assert_true(fabsf(mean[0] - 2.3f) < 1e-6f);
    optim_swap_average(o, net);
    assert_true(mean[0] == 2);
    optim_free(o);
    free(gradient);
    net_free(net);
}

/* ---- names and options ---- */

static void every_optimiser_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < OPTIM_KINDS; i++)
        assert_int_equal(optim_find(optim_name((OptimKind)i)), i);
    assert_int_equal(optim_find("adagrad"), -1);
}

static void options_without_sense_are_refused_by_name(void **state)
{
    (void)state;
    const OptimOptions wrong[] = {
        {.momentum = -0.5f},
        {.momentum = 1},
        {.rho = 1.5f},
        {.beta1 = 1},
        {.beta2 = NAN},
        {.eps = -1},
        {.decay = -0.1f},
        {.clip_norm = INFINITY},
        {.clip_value = -1},
        {.average = 1.0001f},
        {.kind = (OptimKind)OPTIM_KINDS},
    };
    Net *net = dense_net(4, 2);

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Err e = {0};

        assert_null(optim_new(net, &wrong[i], &e));
        assert_int_equal(e.code, ERR_ARGUMENT);
    }
    Err e = {0};
    assert_null(optim_new(net, &(OptimOptions){.momentum = 1}, &e));
    assert_string_equal(e.text, "optimiser: a momentum of 1 is not in 0 .. 1, 1 left out");
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_optimiser_takes_the_steps_of_pytorch),
        cmocka_unit_test(the_number_of_threads_does_not_change_a_bit),
        cmocka_unit_test(four_steps_equal_two_and_a_resume_of_two),
        cmocka_unit_test(the_padding_between_rows_stays_zero),
        cmocka_unit_test(a_gradient_with_a_nan_or_an_infinity_is_skipped_and_counted),
        cmocka_unit_test(a_gradient_as_large_as_a_float_can_be_is_not_taken_for_infinite),
        cmocka_unit_test(the_norm_is_that_of_the_gradient_before_clipping),
        cmocka_unit_test(clipped_weights_lie_within_the_limit),
        cmocka_unit_test(the_average_follows_its_formula_and_swaps_in_and_out),
        cmocka_unit_test(the_statistics_are_averaged_with_the_weights),
        cmocka_unit_test(every_optimiser_is_found_by_its_name),
        cmocka_unit_test(options_without_sense_are_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
