#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "nn/init.h"

enum { ROOM = 64 * 1024 };

static Param matrix(Init init, int rows, int cols, bool transposed)
{
    Param p = {.name = "layer.weight", .dims = 2, .shape = {rows, cols}, .offset = 32};

    p.transposed = transposed;
    p.cols = transposed ? rows : cols;
    p.rows = transposed ? cols : rows;
    p.pitch = (p.cols + 15) / 16 * 16;
    p.init = init;
    p.fan_in = cols;
    p.fan_out = rows;
    return p;
}

static Param vector(Init init, int n)
{
    Param p = matrix(init, 1, n, false);

    p.dims = 1;
    p.shape[0] = n;
    return p;
}

/* The numbers of a parameter in PyTorch's order; the caller frees. */
static float *started(Param p, uint64_t seed)
{
    float *block = calloc(ROOM, sizeof *block), *values = calloc(ROOM, sizeof *values);

    assert_true(block && values && p.offset + (size_t)p.rows * (size_t)p.pitch <= ROOM);
    param_init(&p, seed, block);
    param_read(&p, block, values);
    free(block);
    return values;
}

typedef struct Moments {
    double mean, deviation, lowest, highest;
} Moments;

static Moments moments(Param p)
{
    float *x = started(p, 1);
    size_t n = param_size(&p);
    Moments m = {0, 0, x[0], x[0]};

    for (size_t i = 0; i < n; i++) {
        m.mean += x[i] / (double)n;
        m.lowest = fmin(m.lowest, x[i]);
        m.highest = fmax(m.highest, x[i]);
    }
    for (size_t i = 0; i < n; i++)
        m.deviation += (x[i] - m.mean) * (x[i] - m.mean) / (double)n;
    m.deviation = sqrt(m.deviation);
    free(x);
    return m;
}

/* Four standard errors of the mean and of the deviation of 20,000 numbers. */
static void expect_spread(Moments m, double mean, double deviation)
{
    if (!(fabs(m.mean - mean) < 4 * deviation / sqrt(20000)))
        fail_msg("a mean of %g, not %g", m.mean, mean);
    if (!(fabs(m.deviation / deviation - 1) < 0.02))
        fail_msg("a deviation of %g, not %g", m.deviation, deviation);
}

static void uniform_rules_fill_their_range(void **state)
{
    (void)state;
    Moments glorot = moments(matrix((Init){INIT_GLOROT, 0}, 100, 200, true));
    Moments torch = moments(matrix((Init){INIT_TORCH, 0}, 100, 200, false));
    double bound = sqrt(6 / 300.);

    expect_spread(glorot, 0, bound / sqrt(3));
    assert_true(glorot.lowest >= -bound && glorot.lowest < -0.99 * bound);
    assert_true(glorot.highest <= bound && glorot.highest > 0.99 * bound);
    bound = 1 / sqrt(200);
    expect_spread(torch, 0, bound / sqrt(3));
    assert_true(torch.lowest >= -bound && torch.highest <= bound && torch.highest > 0.99 * bound);
}

static void normal_rules_have_their_deviation(void **state)
{
    (void)state;
    expect_spread(moments(matrix((Init){INIT_HE, 0}, 100, 200, true)), 0, 0.1);
    expect_spread(moments(matrix((Init){INIT_NORMAL, 0}, 100, 200, true)), 0, 0.05);
    expect_spread(moments(matrix((Init){INIT_NORMAL, 0.02f}, 100, 200, false)), 0, 0.02);
    expect_spread(moments(vector((Init){INIT_NORMAL, 0.02f}, 20000)), 1, 0.02); /* a gain */
}

static void expect_orthonormal(Param p, double scale)
{
    float *x = started(p, 5);
    int rows = p.shape[0], cols = (int)param_size(&p) / rows;
    bool wide = rows <= cols;
    int count = wide ? rows : cols, length = wide ? cols : rows;

    for (int i = 0; i < count; i++)
        for (int j = 0; j <= i; j++) {
            double dot = 0, wanted = i == j ? scale * scale : 0;

            for (int k = 0; k < length; k++)
                dot += wide ? (double)x[i * cols + k] * x[j * cols + k]
                            : (double)x[k * cols + i] * x[k * cols + j];
            if (!(fabs(dot - wanted) < 1e-6 * scale * scale))
                fail_msg("vectors %d and %d: %g, not %g", i, j, dot, wanted);
        }
    free(x);
}

static void orthogonal_rows_or_columns_are_orthonormal(void **state)
{
    (void)state;
    Param conv = matrix((Init){INIT_ORTHOGONAL, 0}, 12, 45, true);

    expect_orthonormal(matrix((Init){INIT_ORTHOGONAL, 0}, 30, 50, false), 1);
    expect_orthonormal(matrix((Init){INIT_ORTHOGONAL, 0}, 50, 30, true), 1);
    expect_orthonormal(matrix((Init){INIT_ORTHOGONAL, 2}, 40, 40, true), 2);
    conv.dims = 4; /* (12,5,3,3) */
    memcpy(conv.shape, (int[]){12, 5, 3, 3}, sizeof conv.shape);
    expect_orthonormal(conv, 1);
}

static void an_orthogonal_start_prefers_no_sign(void **state)
{
    (void)state;
    int positive = 0;

    for (uint64_t seed = 0; seed < 200; seed++) {
        float *x = started(matrix((Init){INIT_ORTHOGONAL, 0}, 3, 3, false), seed);

        positive += x[0] > 0;
        free(x);
    }
    assert_in_range(positive, 72, 128); /* four standard deviations */
}

static void constants_are_what_they_say(void **state)
{
    (void)state;
    Param weight = matrix((Init){INIT_IDENTITY_AFFINE, 0}, 6, 20, true);
    Param bias = vector((Init){INIT_IDENTITY_AFFINE, 0}, 6);
    const float identity[6] = {1, 0, 0, 0, 1, 0};
    float *x = started(bias, 1), *w = started(weight, 1);
    Moments one = moments(vector((Init){INIT_ONE, 0}, 20));
    Moments zero = moments(vector((Init){INIT_ZERO, 0}, 20));

    assert_memory_equal(x, identity, sizeof identity);
    for (int i = 0; i < 120; i++)
        assert_true(w[i] == 0);
    assert_true(one.lowest == 1 && one.highest == 1);
    assert_true(zero.lowest == 0 && zero.highest == 0);
    free(x);
    free(w);
}

static void the_start_depends_on_seed_and_name_and_not_on_the_layout(void **state)
{
    (void)state;
    for (int kind = 0; kind < INIT_KINDS; kind++) {
        Param p = matrix((Init){(InitKind)kind, 0}, 9, 21, false);
        Param q = matrix((Init){(InitKind)kind, 0}, 9, 21, true);
        Param other = p;
        float *a = started(p, 3), *b = started(q, 3), *c = started(p, 4), *d;

        strcpy(other.name, "layer2.weight");
        d = started(other, 3);
        assert_memory_equal(a, b, 9 * 21 * sizeof *a);
        if (kind < INIT_ZERO) {
            assert_memory_not_equal(a, c, 9 * 21 * sizeof *a);
            assert_memory_not_equal(a, d, 9 * 21 * sizeof *a);
        }
        free(a);
        free(b);
        free(c);
        free(d);
    }
}

static void nothing_between_the_rows_is_touched(void **state)
{
    (void)state;
    float *block = malloc(ROOM * sizeof *block);

    assert_non_null(block);
    for (int kind = 0; kind < INIT_KINDS; kind++) {
        Param p = matrix((Init){(InitKind)kind, 0}, 9, 21, true);
        int touched = 0;

        for (int i = 0; i < ROOM; i++)
            block[i] = 77;
        param_init(&p, 1, block);
        for (int i = 0; i < ROOM; i++)
            touched += block[i] != 77;
        assert_int_equal(touched, param_size(&p));
    }
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_rules_fill_their_range),
        cmocka_unit_test(normal_rules_have_their_deviation),
        cmocka_unit_test(orthogonal_rows_or_columns_are_orthonormal),
        cmocka_unit_test(an_orthogonal_start_prefers_no_sign),
        cmocka_unit_test(constants_are_what_they_say),
        cmocka_unit_test(the_start_depends_on_seed_and_name_and_not_on_the_layout),
        cmocka_unit_test(nothing_between_the_rows_is_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
