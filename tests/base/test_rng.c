#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "base/rng.h"

/* From the test vectors of the Rust crate rand_xoshiro, made by the authors' C program. */
static void the_generator_gives_the_published_numbers(void **state)
{
    (void)state;
    static const uint64_t published[] = {
        11520u,
        0u,
        1509978240u,
        1215971899390074240u,
        1216172134540287360u,
        607988272756665600u,
        16172922978634559625u,
        8476171486693032832u,
        10595114339597558777u,
        2904607092377533576u,
    };
    Rng r = {{1, 2, 3, 4}};

    for (int i = 0; i < 10; i++)
        assert_true(rng_u64(&r) == published[i]);
}

/* Worked out by a second program in another language. Who changes them changes every seeded
 * result. */
static void a_stream_gives_its_stored_numbers(void **state)
{
    (void)state;
    static const uint64_t stored[] = {2211513126178275178u, 15993131788043421410u,
                                      7594436540164195942u};
    Rng r = rng_stream(42, RNG_TEST, 7);

    for (int i = 0; i < 3; i++)
        assert_true(rng_u64(&r) == stored[i]);
    assert_true(rng_uniform(&r) == 0x1.54deb4p-1f);
    assert_true(rng_normal(&r) == -0x1.0554dp-4f);
    assert_int_equal(rng_below(&r, 1000000), 497738);
}

static void seed_use_and_index_each_name_another_stream(void **state)
{
    (void)state;
    enum { SIDE = 12, STREAMS = SIDE * SIDE * 3 };
    uint64_t first[STREAMS];
    int n = 0;

    for (uint64_t seed = 0; seed < SIDE; seed++)
        for (uint64_t index = 0; index < SIDE; index++)
            for (RngUse use = RNG_INIT; use <= RNG_SPLIT; use++) {
                Rng r = rng_stream(seed, use, index);
                first[n++] = rng_u64(&r);
            }
    for (int a = 0; a < n; a++)
        for (int b = 0; b < a; b++)
            assert_true(first[a] != first[b]);
}

static void a_copied_state_goes_on_with_the_same_numbers(void **state)
{
    (void)state;
    Rng r = rng_stream(1, RNG_TEST, 0);

    for (int i = 0; i < 5; i++)
        rng_normal(&r);
    Rng saved = r;
    float a[8], b[8];
    for (int i = 0; i < 8; i++)
        a[i] = rng_normal(&r);
    for (int i = 0; i < 8; i++)
        b[i] = rng_normal(&saved);
    assert_memory_equal(a, b, sizeof a);
}

enum { DRAWS = 1000000 };

/* Mean, variance, skewness and kurtosis of a million draws; each is allowed five of its standard
 * errors. */
static void check_moments(float draw(Rng *r), const double expected[4], const double error[4])
{
    Rng r = rng_stream(3, RNG_TEST, 1);
    double sum[4] = {0};

    for (int i = 0; i < DRAWS; i++) {
        double d = (draw(&r) - expected[0]) / sqrt(expected[1]), power = 1;
        for (int k = 0; k < 4; k++)
            sum[k] += power *= d;
    }
    static const double standard[4] = {0, 1};
    for (int k = 0; k < 4; k++) {
        double moment = k < 2 ? standard[k] : expected[k];
        assert_true(fabs(sum[k] / DRAWS - moment) < 5 * error[k]);
    }
}

static void uniform_numbers_have_the_moments_of_their_distribution(void **state)
{
    (void)state;
    check_moments(rng_uniform, (double[]){0.5, 1 / 12.0, 0, 1.8},
                  (double[]){1e-3, 0.9e-3, 2.0e-3, 2.2e-3});
}

static void normal_numbers_have_the_moments_of_their_distribution(void **state)
{
    (void)state;
    check_moments(rng_normal, (double[]){0, 1, 0, 3},
                  (double[]){1e-3, 1.42e-3, 3.9e-3, 9.8e-3}); /* sqrt of 1, 2, 15, 96, over 1000 */
}

static void uniform_numbers_stay_below_one(void **state)
{
    (void)state;
    Rng r = rng_stream(4, RNG_TEST, 2);
    float low = 1, high = 0;

    for (int i = 0; i < DRAWS; i++) {
        float u = rng_uniform(&r);
        low = u < low ? u : low;
        high = u > high ? u : high;
    }
    assert_true(low >= 0 && low < 1e-4f);
    assert_true(high < 1 && high > 1 - 1e-4f);
}

/* From 2^24 to 2^24 + 2 every sum but the low end's rounds to one of three floats. */
static void a_range_never_gives_its_upper_end(void **state)
{
    (void)state;
    Rng r = rng_stream(5, RNG_TEST, 3);

    for (int i = 0; i < 1000; i++) {
        float v = rng_range(&r, 0x1p24f, 0x1p24f + 2);
        assert_true(v >= 0x1p24f && v < 0x1p24f + 2);
    }
    for (int i = 0; i < 1000; i++) {
        float v = rng_range(&r, -3, 5);
        assert_true(v >= -3 && v < 5);
    }
    assert_true(rng_range(&r, 2, 2) == 2);
}

/* With 3 * 2^30 values, a scaling that does not reject gives every third of them twice. */
static void numbers_below_a_bound_are_without_bias(void **state)
{
    (void)state;
    Rng r = rng_stream(6, RNG_TEST, 4);
    int seen[3] = {0}, small[7] = {0};

    for (int i = 0; i < 300000; i++) {
        uint32_t v = rng_below(&r, 3u << 30);
        assert_true(v < 3u << 30);
        seen[v % 3]++;
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(seen[i], 100000 - 5 * 259, 100000 + 5 * 259);
    for (int i = 0; i < 70000; i++)
        small[rng_below(&r, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(small[i], 10000 - 5 * 93, 10000 + 5 * 93);
    assert_int_equal(rng_below(&r, 1), 0);
}

static void a_shuffle_gives_every_order_equally_often(void **state)
{
    (void)state;
    Rng r = rng_stream(7, RNG_SHUFFLE, 0);
    int seen[27] = {0}, orders = 0;

    for (int i = 0; i < 60000; i++) {
        uint32_t items[3] = {0, 1, 2};
        rng_shuffle(&r, items, 3);
        seen[items[0] * 9 + items[1] * 3 + items[2]]++;
    }
    for (int i = 0; i < 27; i++)
        if (seen[i]) {
            orders++;
            assert_in_range(seen[i], 10000 - 5 * 92, 10000 + 5 * 92);
        }
    assert_int_equal(orders, 6);
    rng_shuffle(&r, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_gives_the_published_numbers),
        cmocka_unit_test(a_stream_gives_its_stored_numbers),
        cmocka_unit_test(seed_use_and_index_each_name_another_stream),
        cmocka_unit_test(a_copied_state_goes_on_with_the_same_numbers),
        cmocka_unit_test(uniform_numbers_have_the_moments_of_their_distribution),
        cmocka_unit_test(normal_numbers_have_the_moments_of_their_distribution),
        cmocka_unit_test(uniform_numbers_stay_below_one),
        cmocka_unit_test(a_range_never_gives_its_upper_end),
        cmocka_unit_test(numbers_below_a_bound_are_without_bias),
        cmocka_unit_test(a_shuffle_gives_every_order_equally_often),
    };
    return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
