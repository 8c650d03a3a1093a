/* Numbers drawn from a mean and a variance that are learnt. */
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

enum { BATCH = 37, K = 19, DRAWS = 400 };

static float latent[BATCH * 2 * K], ones[BATCH * K], drawn[BATCH * K], again[BATCH * K];
static float gradient[BATCH * 2 * K];

static Net *make_net(void)
{
    Rng r = rng_stream(3, RNG_TEST, 0);
    Net *net = net_new();

    assert_non_null(net);
    net_output(net, "z", net_gaussian(net, net_input(net, NULL, 2 * K, 1, 1)));
    assert_int_equal(net_build(net, NULL), 0);
    for (int i = 0; i < BATCH * 2 * K; i++)
        latent[i] = rng_normal(&r);
    for (int i = 0; i < BATCH * K; i++)
        ones[i] = rng_normal(&r);
    return net;
}

static Exec *trainer(Net *net, Team *team, uint64_t seed)
{
    static const Loss loss = {.kind = LOSS_GIVEN, .output = "z"};
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

static void train(Exec *run, float *z)
{
    const void *targets[] = {ones};

    exec_train(run, &(Batch){.count = BATCH, .values = latent, .targets = targets}, NULL);
    exec_read_activation(run, (Node){1}, z);
}

static void draws_have_the_mean_and_the_variance(void **state)
{
    Net *net = make_net();
    Exec *run = trainer(net, NULL, 1);
    double sum[K] = {0}, square[K] = {0};

    (void)state;
    for (int t = 0; t < DRAWS; t++) {
        train(run, drawn);
        for (int i = 0; i < BATCH; i++)
            for (int k = 0; k < K; k++) {
                const float *x = latent + i * 2 * K;
                double e = (drawn[i * K + k] - x[k]) / exp(x[K + k] / 2);

                sum[k] += e;
                square[k] += e * e;
            }
    }
    for (int k = 0; k < K; k++) { /* four deviations of a mean over so many draws */
        double n = (double)DRAWS * BATCH;

        assert_true(fabs(sum[k] / n) < 4 / sqrt(n));
        assert_true(fabs(square[k] / n - 1) < 4 * sqrt(2 / n));
    }
    exec_free(run);
    net_free(net);
}

static void the_gradient_goes_to_the_mean_and_through_the_draw_to_the_variance(void **state)
{
    Net *net = make_net();
    Exec *run = trainer(net, NULL, 1);

    (void)state;
    train(run, drawn);
    exec_read_input_gradient(run, gradient);
    for (int i = 0; i < BATCH; i++)
        for (int k = 0; k < K; k++) {
            float dz = ones[i * K + k] / BATCH, e = drawn[i * K + k] - latent[i * 2 * K + k];

            assert_true(fabsf(gradient[i * 2 * K + k] - dz) < 1e-6f);
            assert_true(fabsf(gradient[i * 2 * K + K + k] - dz * e / 2) < 1e-6f);
        }
    exec_free(run);
    net_free(net);
}

static void a_draw_depends_on_seed_and_step_but_not_on_threads(void **state)
{
    Net *net = make_net();
    Team *team = team_new(3, NULL);
    Exec *run = trainer(net, NULL, 1), *shared = trainer(net, team, 1),
         *other = trainer(net, NULL, 2);

    (void)state;
    assert_non_null(team);
    exec_set_step(run, 77);
    train(run, drawn);
    exec_set_step(shared, 77);
    train(shared, again);
    assert_memory_equal(drawn, again, sizeof drawn);
    train(run, again);
    assert_true(memcmp(drawn, again, sizeof drawn) != 0);
    exec_set_step(other, 77);
    train(other, again);
    assert_true(memcmp(drawn, again, sizeof drawn) != 0);
    exec_free(run);
    exec_free(shared);
    exec_free(other);
    team_free(team);
    net_free(net);
}

static void inference_gives_the_mean(void **state)
{
    Net *net = make_net();
    const int batches[] = {1, BATCH};

    (void)state;
    for (int t = 0; t < 2; t++) {
        Exec *run = exec_new(net, &(ExecOptions){.batch = batches[t]}, NULL);

        exec_infer(run, &(Batch){.count = batches[t], .values = latent}, (float *[]){drawn}, 1);
        for (int i = 0; i < batches[t]; i++)
            assert_memory_equal(drawn + i * K, latent + i * 2 * K, K * sizeof *drawn);
        exec_free(run);
    }
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_have_the_mean_and_the_variance),
        cmocka_unit_test(the_gradient_goes_to_the_mean_and_through_the_draw_to_the_variance),
        cmocka_unit_test(a_draw_depends_on_seed_and_step_but_not_on_threads),
        cmocka_unit_test(inference_gives_the_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
