#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/rng.h"
#include "image/levels.h"

enum { N = 2000 };

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static void quantiles_are_those_of_the_sorted_values(void **state)
{
    (void)state;
    float v[N];
    Levels l;
    Rng r = rng_stream(4, RNG_TEST, 0);

    for (int i = 0; i < N; i++)
        v[i] = rng_range(&r, 10, 240);
    levels_count(&l, v, N, 0, 256);
    qsort(v, N, sizeof *v, ascending);
    for (int k = 0; k <= 20; k++) {
        float share = (float)k / 20;
        assert_float_equal(levels_quantile(&l, share), v[(int)(share * (N - 1))], 1.0);
    }
}

static void values_outside_count_as_the_nearer_end(void **state)
{
    (void)state;
    static const float v[4] = {-100, -100, 5, 900};
    Levels l;

    levels_count(&l, v, 4, 0, 10);
    assert_float_equal(levels_quantile(&l, 0), 0, 0.05);
    assert_float_equal(levels_quantile(&l, 1), 10, 0.05);
}

static void the_cut_lies_between_two_classes(void **state)
{
    (void)state;
    float v[N];
    Levels l;
    Rng r = rng_stream(5, RNG_TEST, 0);

    for (int i = 0; i < N; i++)
        v[i] = i % 10 == 0 ? rng_range(&r, 180, 200) : rng_range(&r, 20, 60);
    levels_count(&l, v, N, 0, 256);
    Cut cut = levels_cut(&l, 0, 256);
    assert_in_range((int)cut.at, 61, 179);
    assert_float_equal(cut.at, 120, 3); /* the middle of the gap */
    assert_float_equal(cut.upper_share, 0.1, 1e-6);
    assert_float_equal(cut.upper_mean, 190, 3);
}

static void one_value_has_no_upper_class(void **state)
{
    (void)state;
    static const float v[3] = {7, 7, 7};
    Levels l;

    levels_count(&l, v, 3, 0, 256);
    Cut cut = levels_cut(&l, 7, 7);
    assert_true(cut.at == 7 && cut.upper_mean == 7 && cut.upper_share == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_sorted_values),
        cmocka_unit_test(values_outside_count_as_the_nearer_end),
        cmocka_unit_test(the_cut_lies_between_two_classes),
        cmocka_unit_test(one_value_has_no_upper_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
