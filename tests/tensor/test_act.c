#include <float.h>

#include "slice.h"
#include "tensor/reference.h"

/* exp is within 2 units in the last place; a quotient or product and the reference's rounding add
 * two. */
#define UNITS    4
#define ROUNDING 1e-6
enum { COUNT = 16 * 1024 };

/* Numbers of every size and sign, then those at which something happens. */
static void fill(float *x)
{
    const float special[] = {0,      -0.0f,   1,      -1,     0.625f,  -0.625f, 88.7f,  88.8f,
                             -87.4f, -103.9f, 1e-45f, 1e-38f, -1e-38f, 1e30f,   -1e30f, FLT_MAX};
    Rng r = rng_stream(2, RNG_TEST, 0);

    for (int i = 0; i < COUNT; i++)
        x[i] = rng_normal(&r) * exp2f(rng_range(&r, -20, 6));
    memcpy(x, special, sizeof special);
}

/* Of a float; where numbers thin out towards zero, the sigmoid's is what SiLU multiplies by up to
 * 104. */
static double unit_at(double y)
{
    double a = fmax(fabs(y), 128 * FLT_MIN);

    return nextafterf((float)a, INFINITY) - (float)a;
}

static void values_of(const Kernels *k, int kind)
{
    static float x[COUNT], y[COUNT], expected[COUNT];

    fill(x);
    reference_act(kind, 0.1f, COUNT, x, expected);
    k->act(kind, 0.1f, COUNT, x, y);
    for (int i = 0; i < COUNT; i++)
        if (!(fabs((double)y[i] - expected[i]) <= UNITS * unit_at(expected[i])))
            fail_msg("%s, kind %d: f(%.9g) is %.9g, not %.9g", k->level, kind, x[i], y[i],
                     expected[i]);
    k->act(kind, 0.1f, COUNT, x, x);
    assert_memory_equal(x, y, sizeof x);
}

static void values(const Kernels *k)
{
    for (int kind = RUN_RELU; kind <= RUN_SILU; kind++)
        values_of(k, kind);
}

static void gradient_of(const Kernels *k, int kind, bool add)
{
    static float x[COUNT], y[COUNT], dy[COUNT], dx[COUNT], expected[COUNT];
    Rng r = rng_stream(3, RNG_TEST, 0);

    fill(x);
    for (int i = 0; i < COUNT; i++) {
        x[i] = fmaxf(fminf(x[i], 80), -80);
        dy[i] = rng_normal(&r);
        dx[i] = add ? rng_normal(&r) : NAN;
    }
    reference_act(kind, 0.1f, COUNT, x, y);
    reference_act_dx(kind, 0.1f, COUNT, x, dy, expected);
    for (int i = 0; i < COUNT; i++)
        expected[i] += add ? dx[i] : 0;
    k->act_back(kind, 0.1f, COUNT, x, y, dy, dx, add);
    for (int i = 0; i < COUNT; i++)
        if (!equal_within(dx[i], expected[i], ROUNDING))
            fail_msg("%s, kind %d at %.9g: %.9g, not %.9g", k->level, kind, x[i], dx[i],
                     expected[i]);
    if (!add) {
        k->act_back(kind, 0.1f, COUNT, x, y, dy, dy, false);
        assert_memory_equal(dy, dx, sizeof dx);
    }
}

static void gradients(const Kernels *k)
{
    for (int kind = RUN_RELU; kind <= RUN_SILU; kind++) {
        gradient_of(k, kind, false);
        gradient_of(k, kind, true);
    }
}

static void limits(const Kernels *k)
{
    const float in[LANES] = {INFINITY, -INFINITY, NAN, -NAN};
    const float out[][2] = {{INFINITY, 0}, {INFINITY, -INFINITY}, {1, -1}, {1, 0}, {INFINITY, NAN}};
    float y[LANES];

    for (int kind = RUN_RELU; kind <= RUN_SILU; kind++) {
        k->act(kind, 0.1f, LANES, in, y);
        for (int i = 0; i < 2; i++)
            assert_true(equal_within(y[i], out[kind][i], 0));
        assert_true(isnan(y[2]) && isnan(y[3]));
        assert_true(y[4] == (kind == RUN_SIGMOID ? 0.5f : 0));
    }
}

static void masks_and_sums(const Kernels *k)
{
    float a[48], b[48], y[48];
    Rng r = rng_stream(4, RNG_TEST, 0);

    for (int i = 0; i < 48; i++) {
        a[i] = i % 5 ? rng_normal(&r) : 0;
        b[i] = y[i] = rng_normal(&r);
    }
    k->mask(48, a, y);
    for (int i = 0; i < 48; i++)
        assert_true(y[i] == (a[i] > 0 ? b[i] : 0));
    k->add(48, a, b, false, y);
    for (int i = 0; i < 48; i++)
        assert_true(y[i] == a[i] + b[i]);
    k->add(48, a, b, true, a);
    for (int i = 0; i < 48; i++)
        assert_true(a[i] == fmaxf(y[i], 0));
}

static void activations_are_within_four_units_in_the_last_place(void **state)
{
    (void)state;
    each_level(values);
}

static void activations_have_the_right_limits_and_keep_a_nan(void **state)
{
    (void)state;
    each_level(limits);
}

static void gradients_of_activations_equal_the_reference(void **state)
{
    (void)state;
    each_level(gradients);
}

static void a_mask_zeroes_what_is_not_positive_and_a_sum_can_end_in_relu(void **state)
{
    (void)state;
    each_level(masks_and_sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_are_within_four_units_in_the_last_place),
        cmocka_unit_test(activations_have_the_right_limits_and_keep_a_nan),
        cmocka_unit_test(gradients_of_activations_equal_the_reference),
        cmocka_unit_test(a_mask_zeroes_what_is_not_positive_and_a_sum_can_end_in_relu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
