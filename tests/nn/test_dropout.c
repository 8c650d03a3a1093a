#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "nn/exec.h"

enum { BATCH = 37, WIDTH = 10, NUMBERS = BATCH * 3 * WIDTH * WIDTH };

static float ones[NUMBERS], found[NUMBERS], again[NUMBERS], gradient[NUMBERS];

static Net *dropping(float share)
{
    Net *net = net_new();

    assert_non_null(net);
    net_output(net, "y", net_dropout(net, net_input(net, NULL, 3, WIDTH, WIDTH), share));
    assert_int_equal(net_build(net, NULL), 0);
    for (int i = 0; i < NUMBERS; i++)
        ones[i] = 1;
    return net;
}

static Exec *trainer(Net *net, Team *team, uint64_t seed)
{
    static const Loss loss = {.kind = LOSS_GIVEN, .output = "y"};
    Exec *run = exec_new(net,
                         &(ExecOptions){.batch = BATCH,
                                        .team = team,
                                        .training = true,
                                        .losses = &loss,
                                        .loss_count = 1,
                                        .input_gradient = true,
                                        .keep = true,
                                        .seed = seed},
                         NULL);

    assert_non_null(run);
    return run;
}

static void train(Exec *run, float *y, float *dx)
{
    const void *targets[] = {ones};
    Batch b = {.count = BATCH, .values = ones, .targets = targets};

    exec_train(run, &b, NULL);
    exec_read_activation(run, (Node){1}, y);
    if (dx)
        exec_read_input_gradient(run, dx);
}

static void the_share_is_dropped_and_the_rest_scaled_up(void **state)
{
    const float shares[] = {0.25f, 0.5f, 0.9f};

    (void)state;
    for (int t = 0; t < 3; t++) {
        Net *net = dropping(shares[t]);
        Exec *run = trainer(net, NULL, 1);
        double deviation = sqrt(shares[t] * (1 - shares[t]) / NUMBERS);
        int dropped = 0;

        train(run, found, NULL);
        for (int i = 0; i < NUMBERS; i++) {
            dropped += found[i] == 0;
            if (found[i] != 0) /* the share is rounded to 1/65536 */
                assert_true(fabsf(found[i] * (1 - shares[t]) - 1) < 2e-4f);
        }
        assert_true(fabs((double)dropped / NUMBERS - shares[t]) < 4 * deviation);
        exec_free(run);
        net_free(net);
    }
}

static void the_gradient_passes_where_the_number_did(void **state)
{
    Net *net = dropping(0.3f);
    Exec *run = trainer(net, NULL, 1);

    (void)state;
    train(run, found, gradient);
    for (int i = 0; i < NUMBERS; i++)
        assert_true(fabsf(gradient[i] * BATCH - found[i]) < 1e-5f);
    exec_free(run);
    net_free(net);
}

static double share_equal(const float *a, const float *b)
{
    int equal = 0;

    for (int i = 0; i < NUMBERS; i++)
        equal += a[i] == b[i];
    return (double)equal / NUMBERS;
}

/* Two independent masks of a half agree in half of the numbers, give or take. */
static bool unrelated(const float *a, const float *b)
{
    return fabs(share_equal(a, b) - 0.5) < 0.03;
}

static void the_mask_is_new_at_each_step_seed_and_slice(void **state)
{
    Net *net = dropping(0.5f);
    Exec *run = trainer(net, NULL, 1), *other = trainer(net, NULL, 2);
    size_t slice = 16 * 3 * WIDTH * WIDTH;

    (void)state;
    train(run, found, NULL);
    train(run, again, NULL);
    assert_true(unrelated(found, again));
    train(other, again, NULL);
    assert_true(unrelated(found, again));
    memcpy(again, found + slice, slice * sizeof *found);
    memcpy(again + slice, found, slice * sizeof *found);
    memcpy(again + 2 * slice, found, (NUMBERS - 2 * slice) * sizeof *found);
    assert_true(unrelated(found, again));
    exec_free(run);
    exec_free(other);
    net_free(net);
}

static void the_mask_depends_on_the_step_but_not_on_threads(void **state)
{
    Net *net = dropping(0.5f);
    Team *team = team_new(3, NULL);
    Exec *run = trainer(net, NULL, 1), *shared = trainer(net, team, 1);

    (void)state;
    assert_non_null(team);
    exec_set_step(run, 77);
    train(run, found, NULL);
    exec_set_step(shared, 77);
    train(shared, again, NULL);
    assert_memory_equal(found, again, sizeof found);
    exec_free(run);
    exec_free(shared);
    team_free(team);
    net_free(net);
}

static void inference_drops_nothing(void **state)
{
    Net *net = dropping(0.5f);
    Exec *trained = trainer(net, NULL, 1);
    const int batches[] = {1, BATCH};

    (void)state;
    for (int t = 0; t < 3; t++) { /* one image, many, and many where training went on */
        int n = t < 2 ? batches[t] : BATCH;
        Exec *run = t < 2 ? exec_new(net, &(ExecOptions){.batch = n}, NULL) : trained;

        memset(found, 0, sizeof found);
        exec_infer(run, &(Batch){.count = n, .values = ones}, (float *[]){found}, 1);
        assert_memory_equal(found, ones, n * sizeof(float) * 3 * WIDTH * WIDTH);
        exec_free(run);
    }
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_is_dropped_and_the_rest_scaled_up),
        cmocka_unit_test(the_gradient_passes_where_the_number_did),
        cmocka_unit_test(the_mask_is_new_at_each_step_seed_and_slice),
        cmocka_unit_test(the_mask_depends_on_the_step_but_not_on_threads),
        cmocka_unit_test(inference_drops_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
