#include "slice.h"

/* A product and two sums of floats against double. */
#define ROUNDING 1e-6
/* Up to 200 floats summed in four chains. */
#define SUM_ROUNDING 2e-6

static const size_t lengths[] = {16, 32, 48, 80, 16 * 63, 16 * 200};

static void affine(const Kernels *k)
{
    Rng r = rng_stream(5, RNG_TEST, 0);

    for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++)
        for (int flags = 0; flags < 4; flags++) {
            size_t n = lengths[t];
            bool relu = flags & 1, add = flags & 2;
            float *x = random_numbers(&r, n), *y = random_numbers(&r, n), *old = numbers(n);
            float *scale = random_numbers(&r, LANES), *shift = random_numbers(&r, LANES);

            memcpy(old, y, n * sizeof *y);
            k->affine(n, x, scale, shift, relu, add, y);
            for (size_t i = 0; i < n; i++) {
                double v = (double)x[i] * scale[i % LANES] + shift[i % LANES];

                v = relu && v < 0 ? 0 : v;
                assert_true(equal_within(y[i], (float)(v + (add ? old[i] : 0)), ROUNDING));
            }
            if (!add) { /* in place */
                k->affine(n, x, scale, shift, relu, false, x);
                assert_memory_equal(x, y, n * sizeof *x);
            }
            free(x);
            free(y);
            free(old);
            free(scale);
            free(shift);
        }
}

static void affine2(const Kernels *k)
{
    Rng r = rng_stream(6, RNG_TEST, 0);

    for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++)
        for (int add = 0; add < 2; add++) {
            size_t n = lengths[t];
            float *p = random_numbers(&r, n), *q = random_numbers(&r, n);
            float *y = random_numbers(&r, n), *old = numbers(n);
            float *abc = random_numbers(&r, 3 * LANES);

            memcpy(old, y, n * sizeof *y);
            k->affine2(n, p, q, abc, abc + LANES, abc + 2 * LANES, add, y);
            for (size_t i = 0; i < n; i++) {
                const float *m = abc + i % LANES;
                double v = (double)m[0] * p[i] + (double)m[LANES] * q[i] + m[2 * LANES];

                assert_true(equal_within(y[i], (float)(v + (add ? old[i] : 0)), ROUNDING));
            }
            free(p);
            free(q);
            free(y);
            free(old);
            free(abc);
        }
}

static void moments(const Kernels *k)
{
    Rng r = rng_stream(7, RNG_TEST, 0);

    for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++) {
        size_t n = lengths[t];
        float *x = random_numbers(&r, n), *dy = random_numbers(&r, n);
        float *found = random_numbers(&r, 4 * LANES);
        double expected[4 * LANES];

        for (int i = 0; i < 4 * LANES; i++)
            expected[i] = found[i];
        for (size_t i = 0; i < n; i++) {
            expected[i % LANES] += x[i];
            expected[LANES + i % LANES] += (double)x[i] * x[i];
            expected[2 * LANES + i % LANES] += dy[i];
            expected[3 * LANES + i % LANES] += (double)dy[i] * x[i];
        }
        k->moments(n, x, found, found + LANES);
        k->moments2(n, dy, x, found + 2 * LANES, found + 3 * LANES);
        for (int i = 0; i < 4 * LANES; i++)
            assert_true(fabs(found[i] - expected[i]) <= SUM_ROUNDING * (double)n / LANES);
        free(x);
        free(dy);
        free(found);
    }
}

static void affine_scales_each_lane_then_clips_then_adds(void **state)
{
    (void)state;
    each_level(affine);
}

static void affine2_mixes_two_tensors_lane_by_lane(void **state)
{
    (void)state;
    each_level(affine2);
}

static void moments_add_sums_and_products_of_each_lane(void **state)
{
    (void)state;
    each_level(moments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(affine_scales_each_lane_then_clips_then_adds),
        cmocka_unit_test(affine2_mixes_two_tensors_lane_by_lane),
        cmocka_unit_test(moments_add_sums_and_products_of_each_lane),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
