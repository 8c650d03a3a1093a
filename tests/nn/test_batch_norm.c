#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "base/rng.h"
#include "nn/exec.h"

enum { BATCH = 70, C = 5, H = 3, W = 4, IMAGE = C * H * W };

/* Running statistics are a few float operations on sums in double. */
#define ROUNDING 1e-5
/* E[x^2] - E[x]^2 with a mean of ten deviations loses a hundred times more. */
#define FAR_ROUNDING 1e-3

static float images[BATCH * IMAGE], wanted[BATCH * IMAGE];

static void fill(float mean)
{
    Rng r = rng_stream(3, RNG_TEST, 0);

    for (int i = 0; i < BATCH * IMAGE; i++) {
        images[i] = mean + rng_normal(&r) * (float)(i / (H * W) % C + 1);
        wanted[i] = rng_normal(&r);
    }
}

static Net *normed(Norm spec)
{
    Net *net = net_new();
    Node x;

    assert_non_null(net);
    x = net_conv2d(net, net_input(net, NULL, C, H, W), "conv", (Conv){.filters = C, .kernel = 1});
    x = net_act(net, net_batch_norm(net, x, "norm", spec), ACT_RELU);
    x = net_dropout(net, x, 0.25f);
    net_output(net, "y", net_conv2d(net, x, "last", (Conv){.filters = C, .kernel = 3, .pad = 1}));
    assert_int_equal(net_build(net, NULL), 0);
    net_init(net, 1);
    return net;
}

/* The first convolution hands its input on as it is. */
static void make_identity(Net *net)
{
    const Param *p = net_param_find(net, "conv.weight");
    float w[C * C] = {0};

    for (int i = 0; i < C; i++)
        w[i * C + i] = 1;
    param_write(p, w, net_block(net));
}

static Exec *trainer(Net *net, Team *team)
{
    static const Loss loss = {.kind = LOSS_MSE, .output = "y"};
    Exec *run = exec_new(
        net,
        &(ExecOptions){
            .batch = BATCH, .team = team, .training = true, .losses = &loss, .loss_count = 1},
        NULL);

    assert_non_null(run);
    return run;
}

static void train(Exec *run, int count)
{
    const void *targets[] = {wanted};

    exec_train(run, &(Batch){.count = count, .values = images, .targets = targets}, NULL);
}

static void moments_of(int channel, int count, double *mean, double *unbiased)
{
    double sum = 0, square = 0, n = (double)count * H * W;

    for (int i = 0; i < count * IMAGE; i++)
        sum += i / (H * W) % C == channel ? images[i] : 0;
    *mean = sum / n;
    for (int i = 0; i < count * IMAGE; i++)
        square += i / (H * W) % C == channel ? (images[i] - *mean) * (images[i] - *mean) : 0;
    *unbiased = square / (n - 1);
}

static void check_running(float mean, float momentum, int count, double rounding)
{
    Net *net = normed((Norm){.momentum = momentum});
    Exec *run = trainer(net, NULL);
    float means[C], vars[C];
    double share = momentum > 0 ? momentum : 0.1;

    fill(mean);
    make_identity(net);
    train(run, count);
    param_read(net_param_find(net, "norm.running_mean"), net_state(net), means);
    param_read(net_param_find(net, "norm.running_var"), net_state(net), vars);
    for (int c = 0; c < C; c++) {
        double m, v;

        moments_of(c, count, &m, &v);
        m = share * m;
        v = (1 - share) + share * v;
        assert_true(fabs(means[c] - m) <= rounding * (1 + fabs(m)));
        assert_true(fabs(vars[c] - v) <= rounding * (1 + fabs(v)));
    }
    exec_free(run);
    net_free(net);
}

static void running_statistics_move_by_the_momentum_with_the_unbiased_variance(void **state)
{
    (void)state;
    check_running(0.5f, 0, BATCH, ROUNDING);
    check_running(0.5f, 0.3f, 21, ROUNDING);
    check_running(0.5f, 1, 1, ROUNDING);
}

static void a_mean_far_from_zero_keeps_the_variance(void **state)
{
    (void)state;
    check_running(30, 1, BATCH, FAR_ROUNDING);
}

static void inference_leaves_the_running_statistics_alone(void **state)
{
    Net *net = normed((Norm){0});
    Exec *run = trainer(net, NULL);
    size_t size = net_state_size(net) * sizeof(float);
    float *before = malloc(size), *y = malloc(sizeof images);

    (void)state;
    assert_true(before && y);
    fill(1);
    train(run, BATCH);
    memcpy(before, net_state(net), size);
    exec_infer(run, &(Batch){.count = BATCH, .values = images}, (float *[]){y}, 1);
    assert_memory_equal(before, net_state(net), size);
    free(before);
    free(y);
    exec_free(run);
    net_free(net);
}

static void gradients_and_statistics_are_the_same_bits_for_any_number_of_threads(void **state)
{
    Net *net = normed((Norm){0});
    size_t grads = net_block_size(net) * sizeof(float), stats = net_state_size(net) * sizeof(float);
    float *gradient = malloc(grads), *statistics = malloc(stats), *start = malloc(stats);

    (void)state;
    assert_true(gradient && statistics && start);
    memcpy(start, net_state(net), stats);
    fill(0);
    for (int threads = 1; threads <= 4; threads++) {
        Team *team = team_new(threads, NULL);
        Exec *run = trainer(net, team);

        assert_non_null(team);
        memcpy(net_state(net), start, stats);
        for (int step = 0; step < 3; step++)
            train(run, BATCH - step);
        if (threads == 1) {
            memcpy(gradient, exec_gradient(run), grads);
            memcpy(statistics, net_state(net), stats);
        }
        assert_memory_equal(gradient, exec_gradient(run), grads);
        assert_memory_equal(statistics, net_state(net), stats);
        exec_free(run);
        team_free(team);
    }
    free(gradient);
    free(statistics);
    free(start);
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(running_statistics_move_by_the_momentum_with_the_unbiased_variance),
        cmocka_unit_test(a_mean_far_from_zero_keeps_the_variance),
        cmocka_unit_test(inference_leaves_the_running_statistics_alone),
        cmocka_unit_test(gradients_and_statistics_are_the_same_bits_for_any_number_of_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
