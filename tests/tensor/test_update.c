#include "slice.h"

/* A handful of float operations against double, over five steps. */
#define ROUNDING 2e-6
enum { COUNT = 53, STEPS = 5 };

typedef struct State {
    float p[COUNT], g[COUNT], m[COUNT], v[COUNT];
    double ep[COUNT], em[COUNT], ev[COUNT]; /* what is expected */
    Rng r;
} State;

static State state_new(void)
{
    State s = {.r = rng_stream(14, RNG_TEST, 0)};

    for (int i = 0; i < COUNT; i++)
        s.ep[i] = s.p[i] = rng_normal(&s.r);
    return s;
}

static void next_gradient(State *s)
{
    for (int i = 0; i < COUNT; i++)
        s->g[i] = rng_normal(&s->r);
}

static void check(const State *s)
{
    for (int i = 0; i < COUNT; i++) {
        assert_true(equal_within(s->p[i], (float)s->ep[i], ROUNDING));
        assert_true(equal_within(s->m[i], (float)s->em[i], ROUNDING));
        assert_true(equal_within(s->v[i], (float)s->ev[i], ROUNDING));
    }
}

static void sgd_with(const Kernels *k, double momentum, bool nesterov, double decay)
{
    State s = state_new();

    for (int t = 0; t < STEPS; t++) {
        next_gradient(&s);
        for (int i = 0; i < COUNT; i++) {
            double d = s.g[i] + decay * s.ep[i];

            if (momentum > 0) {
                s.ev[i] = momentum * s.ev[i] + d;
                d = nesterov ? d + momentum * s.ev[i] : s.ev[i];
            }
            s.ep[i] -= 0.1 * d;
        }
        k->step_sgd(COUNT, s.p, s.g, momentum > 0 ? s.v : NULL, 0.1f, (float)momentum, nesterov,
                    (float)decay);
        check(&s);
    }
}

static void sgd(const Kernels *k)
{
    sgd_with(k, 0, false, 0);
    sgd_with(k, 0, false, 0.1);
    sgd_with(k, 0.9, false, 0.1);
    sgd_with(k, 0.9, true, 0.1);
}

static void rmsprop(const Kernels *k)
{
    State s = state_new();

    for (int t = 0; t < STEPS; t++) {
        next_gradient(&s);
        for (int i = 0; i < COUNT; i++) {
            double d = s.g[i] + 0.1 * s.ep[i];

            s.ev[i] = 0.9 * s.ev[i] + 0.1 * d * d;
            s.ep[i] -= 0.01 * d / (sqrt(s.ev[i]) + 1e-8);
        }
        k->step_rmsprop(COUNT, s.p, s.g, s.v, 0.01f, 0.9f, 1e-8f, 0.1f);
        check(&s);
    }
}

static void adam_with(const Kernels *k, bool nadam, double decay, double decoupled)
{
    State s = state_new();

    for (int t = 1; t <= STEPS; t++) {
        double c1 = 1 - pow(0.9, t), c1_next = 1 - pow(0.9, t + 1), c2 = 1 - pow(0.99, t);

        next_gradient(&s);
        for (int i = 0; i < COUNT; i++) {
            double d = s.g[i] + decay * s.ep[i], m;

            s.em[i] = 0.9 * s.em[i] + 0.1 * d;
            s.ev[i] = 0.99 * s.ev[i] + 0.01 * d * d;
            m = nadam ? 0.9 * s.em[i] / c1_next + 0.1 * d / c1 : s.em[i] / c1;
            s.ep[i] -= 0.01 * decoupled * s.ep[i];
            s.ep[i] -= 0.01 * m / (sqrt(s.ev[i] / c2) + 1e-8);
        }
        k->step_adam(COUNT, s.p, s.g, s.m, s.v, 0.01f, 0.9f, 0.99f, (float)c1, (float)c2,
                     (float)c1_next, nadam, 1e-8f, (float)decay, (float)decoupled);
        check(&s);
    }
}

static void adam(const Kernels *k)
{
    adam_with(k, false, 0, 0);
    adam_with(k, false, 0.1, 0);
    adam_with(k, false, 0, 0.1);
    adam_with(k, true, 0, 0);
}

static void padding(const Kernels *k)
{
    float zero[4][LANES] = {{0}};

    k->step_adam(LANES, zero[0], zero[1], zero[2], zero[3], 0.01f, 0.9f, 0.99f, 0.1f, 0.1f, 0.19f,
                 true, 1e-8f, 0.1f, 0.1f);
    k->step_rmsprop(LANES, zero[0], zero[1], zero[2], 0.01f, 0.9f, 1e-8f, 0.1f);
    for (int i = 0; i < LANES; i++)
        assert_true(zero[0][i] == 0);
}

static void sgd_with_and_without_momentum_follows_its_formula(void **state)
{
    (void)state;
    each_level(sgd);
}

static void rmsprop_follows_its_formula(void **state)
{
    (void)state;
    each_level(rmsprop);
}

static void adam_adamw_and_nadam_follow_their_formulas(void **state)
{
    (void)state;
    each_level(adam);
}

static void a_parameter_without_gradient_stays_zero(void **state)
{
    (void)state;
    each_level(padding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_with_and_without_momentum_follows_its_formula),
        cmocka_unit_test(rmsprop_follows_its_formula),
        cmocka_unit_test(adam_adamw_and_nadam_follow_their_formulas),
        cmocka_unit_test(a_parameter_without_gradient_stays_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
