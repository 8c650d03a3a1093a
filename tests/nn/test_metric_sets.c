/* Distances between sets of points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "base/rng.h"
#include "nn/metric_sets.h"

enum { N = 300, F = 19 };

static float a[N * F], b[N * F];

/* Normal numbers, the k-th of a point with deviation 1 + k*spread and mean k*shift. */
static void fill(float *x, uint64_t seed, float spread, float shift)
{
    Rng r = rng_stream(seed, RNG_TEST, 0);

    for (int i = 0; i < N * F; i++)
        x[i] = (1 + (float)(i % F) * spread) * rng_normal(&r) + (float)(i % F) * shift;
}

static double frechet(const float *x, const float *y, int f)
{
    double d;

    assert_int_equal(metric_frechet(N * F / f, x, N * F / f, y, f, &d, NULL), 0);
    return d;
}

static void equal_sets_are_no_distance_apart_and_a_shift_counts_squared(void **state)
{
    (void)state;
    fill(a, 1, 0.1f, 0);
    assert_true(frechet(a, a, F) < 1e-9);
    for (int i = 0; i < N * F; i++)
        b[i] = a[i] + (i % F == 3 ? 2 : 0);
    assert_true(fabs(frechet(a, b, F) - 4) < 1e-4);
    assert_true(fabs(frechet(b, a, F) - 4) < 1e-4);
}

/* (C1 C2)^(1/2) of covariances that are multiples is simple: stretching by s adds (s-1)^2 tr C. */
static void a_stretch_adds_what_the_formula_says(void **state)
{
    double trace = 0;

    (void)state;
    fill(a, 2, 0.2f, 0);
    for (int k = 0; k < F; k++) {
        double sum = 0, squares = 0;

        for (int i = 0; i < N; i++) {
            sum += a[i * F + k];
            squares += (double)a[i * F + k] * a[i * F + k];
        }
        trace += (squares - sum * sum / N) / (N - 1);
        for (int i = 0; i < N; i++)
            b[i * F + k] = 3 * a[i * F + k] - (float)(2 * sum / N);
    }
    assert_true(fabs(frechet(a, b, F) - 4 * trace) < 1e-3 * trace);
}

/* Along one axis: (m1-m2)^2 + (s1-s2)^2. */
static void one_number_a_point_is_the_textbook_formula(void **state)
{
    double m[2] = {0}, s[2] = {0};

    (void)state;
    fill(a, 3, 0, 0);
    fill(b, 4, 0.1f, 0.2f);
    for (int i = 0; i < N * F; i++) {
        m[0] += a[i] / (double)(N * F);
        m[1] += b[i] / (double)(N * F);
    }
    for (int i = 0; i < N * F; i++) {
        s[0] += (a[i] - m[0]) * (a[i] - m[0]) / (N * F - 1);
        s[1] += (b[i] - m[1]) * (b[i] - m[1]) / (N * F - 1);
    }
    assert_true(fabs(frechet(a, b, 1) - (m[0] - m[1]) * (m[0] - m[1]) -
                     pow(sqrt(s[0]) - sqrt(s[1]), 2)) < 1e-6);
}

static void numbers_that_never_vary_do_no_harm(void **state)
{
    (void)state;
    fill(a, 5, 0, 0);
    for (int i = 0; i < N; i++)
        a[i * F] = a[i * F + 1] = 0; /* units that are always off */
    memcpy(b, a, sizeof b);
    assert_true(frechet(a, b, F) < 1e-9);
}

/* On a line: real 0 1 2 10, made 0.5 11.5 30; each ball reaches the nearest of its own set. Real
 * radii 1 1 1 8, made radii 11 11 18.5. */
static void neighbours_are_counted_as_defined(void **state)
{
    const float real[] = {0, 1, 2, 10}, made[] = {0.5f, 11.5f, 30};
    Manifold m;

    (void)state;
    assert_int_equal(metric_manifold(4, real, 3, made, 1, 1, NULL, &m, NULL), 0);
    assert_true(fabs(m.precision - 2 / 3.) <
                1e-9); /* 0.5 in those of 0 and 1, 11.5 in that of 10 */
    assert_true(fabs(m.density - 3 / 3.) < 1e-9);
    assert_true(fabs(m.recall - 1) < 1e-9);
    assert_true(fabs(m.coverage - 3 / 4.) < 1e-9); /* nothing made is within 1 of 2 */
}

static void sets_alike_overlap_and_sets_apart_do_not(void **state)
{
    Manifold same, apart, threads;
    Team *team = team_new(3, NULL);

    (void)state;
    fill(a, 6, 0, 0);
    fill(b, 7, 0, 0);
    assert_int_equal(metric_manifold(N, a, N, b, F, 5, NULL, &same, NULL), 0);
    assert_int_equal(metric_manifold(N, a, N, b, F, 5, team, &threads, NULL), 0);
    assert_memory_equal(&same, &threads, sizeof same);
    assert_true(same.precision > 0.8 && same.recall > 0.8 && same.coverage > 0.8);
    assert_true(fabs(same.density - 1) < 0.3);
    for (int i = 0; i < N * F; i++)
        b[i] += 100;
    assert_int_equal(metric_manifold(N, a, N, b, F, 5, NULL, &apart, NULL), 0);
    assert_true(apart.precision == 0 && apart.recall == 0 && apart.density == 0 &&
                apart.coverage == 0);
    team_free(team);
}

static void the_nearest_is_found(void **state)
{
    float nearest[2];

    (void)state;
    fill(a, 8, 0, 0);
    fill(b, 9, 0, 10);
    memcpy(b, a + 7 * F, F * sizeof *b);
    b[0] += 3;
    b[1] += 4;
    metric_nearest(1, b, N, a, F, NULL, nearest);
    assert_true(fabsf(nearest[0] - 5) < 2); /* point 7 is 5 away; another may be nearer */
    memcpy(b, a + 7 * F, F * sizeof *b);
    metric_nearest(1, b, N, a, F, NULL, nearest);
    assert_true(nearest[0] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sets_are_no_distance_apart_and_a_shift_counts_squared),
        cmocka_unit_test(a_stretch_adds_what_the_formula_says),
        cmocka_unit_test(one_number_a_point_is_the_textbook_formula),
        cmocka_unit_test(numbers_that_never_vary_do_no_harm),
        cmocka_unit_test(neighbours_are_counted_as_defined),
        cmocka_unit_test(sets_alike_overlap_and_sets_apart_do_not),
        cmocka_unit_test(the_nearest_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
