/* Products in bf16: large enough for every loop over blocks, and what becomes of numbers on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tensor/units.h"
#include "products.h"

/* Sums of 1,500 products of numbers in -1..1, in another order. */
static const double sum_tolerance = 1e-4;

typedef struct Shape3 {
    int m, n, k;
} Shape3;

/* Beyond each block of gemm.c (96 K numbers of w), bf16.c (64, 6, 128; 32, 32, 32) and bf16_unit.c (128, 2, 512; 32, 128, 32), and ending within tiles. */
static const Shape3 shapes[] = {
    {150, 9, 70}, {16, 3, 1100}, {33, 13, 515}, {1, 1, 513}, {48, 1, 32}, {700, 2, 160}};
static const Shape3 dots[] = {{150, 5, 40}, {16, 70, 50}, {17, 33, 33}, {1, 64, 16}, {40, 1, 1}, {64, 3, 100}};

static float *some(Rng *r, size_t n)
{
    float *x = malloc((n + 1) * sizeof *x);

    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = rng_range(r, -1, 1);
    return x;
}

/* As k multiplies them. */
static double *rounded(const Kernels *k, const float *x, size_t n)
{
    double *y = malloc(n * sizeof *y);

    assert_non_null(y);
    for (size_t i = 0; i < n; i++)
        y[i] = operand(k, x[i]);
    return y;
}

static int *steps(int n, int step)
{
    int *at = malloc((n + 1) * sizeof *at);

    assert_non_null(at);
    for (int i = 0; i < n; i++)
        at[i] = i * step;
    return at;
}

/* w by terms (w_row 1) or by rows; exactly as large as they must be. */
static void check_gemm(const Kernels *k, Shape3 s, bool by_rows)
{
    Rng r = rng_stream(s.m + s.k, RNG_TEST, s.n);
    float *w = some(&r, (size_t)s.m * s.k), *x = some(&r, (size_t)s.k * s.n * LANES),
          *y = some(&r, (size_t)s.m * s.n * LANES), *bias = some(&r, s.m);
    double *a = rounded(k, w, (size_t)s.m * s.k), *b = rounded(k, x, (size_t)s.k * s.n * LANES);
    int *w_at = steps(s.k, by_rows ? 1 : s.m), *x_k = steps(s.k, s.n * LANES),
        *x_j = steps(s.n, LANES);
    Gemm g = {.m = s.m,
              .n = s.n,
              .k = s.k,
              .w = w,
              .w_row = by_rows ? s.k : 1,
              .w_at = w_at,
              .x = x,
              .x_k = x_k,
              .x_j = x_j,
              .y = y,
              .y_row = s.n * LANES,
              .y_at = x_j,
              .bias = bias,
              .relu = true};

    k->gemm(&g);
    for (int i = 0; i < s.m; i++)
        for (int j = 0; j < s.n * LANES; j++) {
            double sum = bias[i], found = y[i * s.n * LANES + j];

            for (int q = 0; q < s.k; q++)
                sum += a[by_rows ? i * s.k + q : q * s.m + i] * b[q * s.n * LANES + j];
            if (!(fabs(found - fmax(sum, 0)) <= sum_tolerance))
                fail_msg("%s: m %d n %d k %d: row %d, number %d is %g, not %g", k->products, s.m,
                         s.n, s.k, i, j, found, sum);
        }
    free(a), free(b), free(w), free(x), free(y), free(bias), free(w_at), free(x_k), free(x_j);
}

static void check_dot(const Kernels *k, Shape3 s)
{
    Rng r = rng_stream(s.m + s.k, RNG_TEST, s.n);
    int run = s.n * LANES;
    float *d = some(&r, (size_t)s.m * run), *x = some(&r, (size_t)s.k * run),
          *g = some(&r, (size_t)s.m * s.k);
    float *before = malloc(sizeof *g * s.m * s.k);
    double *a = rounded(k, d, (size_t)s.m * run), *b = rounded(k, x, (size_t)s.k * run);
    int *j_at = steps(s.n, LANES), *x_k = steps(s.k, run);

    memcpy(before, g, sizeof *g * s.m * s.k);
    k->dot(&(Dot){.m = s.m,
                  .n = s.n,
                  .k = s.k,
                  .d = d,
                  .d_row = run,
                  .d_at = j_at,
                  .x = x,
                  .x_k = x_k,
                  .x_j = j_at,
                  .g = g,
                  .g_row = s.m});
    for (int t = 0; t < s.k; t++)
        for (int i = 0; i < s.m; i++) {
            double sum = before[i + t * s.m], found = g[i + t * s.m];

            for (int j = 0; j < run; j++)
                sum += a[i * run + j] * b[t * run + j];
            if (!(fabs(found - sum) <= sum_tolerance))
                fail_msg("%s: m %d n %d k %d: row %d, tap %d is %g, not %g", k->products, s.m, s.n,
                         s.k, i, t, found, sum);
        }
    free(a), free(b), free(d), free(x), free(g), free(before), free(j_at), free(x_k);
}

static void products_of_many_blocks_equal_their_formula(void **state)
{
    const Kernels *all[PRODUCTS_MOST];
    int n = products_all(all);

    (void)state;
    for (int i = 0; i < n; i++)
        for (size_t t = 0; t < sizeof shapes / sizeof *shapes; t++) {
            check_gemm(all[i], shapes[t], false);
            check_gemm(all[i], shapes[t], true);
            check_dot(all[i], dots[t]);
        }
}

/* What 1 * x + 0 comes to, by gemm and by dot. */
static void through(const Kernels *k, float x, float *by_gemm, float *by_dot)
{
    float one[LANES] = {1}, lanes[LANES] = {x}, y[LANES], g = 0;
    int zero = 0;

    k->gemm(&(Gemm){.m = 1,
                    .n = 1,
                    .k = 1,
                    .w = one,
                    .w_row = 1,
                    .w_at = &zero,
                    .x = lanes,
                    .x_k = &zero,
                    .x_j = &zero,
                    .y = y,
                    .y_at = &zero});
    k->dot(&(Dot){.m = 1,
                  .n = 1,
                  .k = 1,
                  .d = one,
                  .d_at = &zero,
                  .x = lanes,
                  .x_k = &zero,
                  .x_j = &zero,
                  .g = &g});
    *by_gemm = y[0];
    *by_dot = g;
}

static void operands_are_rounded_to_the_nearest_and_of_two_to_the_even_one(void **state)
{
    static const float cases[][2] = {{1 + 0x1p-8f, 1},
                                     {1 + 0x1p-8f + 0x1p-20f, 1 + 0x1p-7f},
                                     {1 + 3 * 0x1p-8f, 1 + 0x1p-6f},
                                     {-1 - 0x1p-8f, -1},
                                     {0x1.fep0f + 0x1p-8f, 2},
                                     {3.3895314e38f, 3.3895314e38f},
                                     {3.4028235e38f, INFINITY},
                                     {INFINITY, INFINITY},
                                     {-INFINITY, -INFINITY},
                                     {0x1p-126f, 0x1p-126f},
                                     {0, 0}};
    const Kernels *all[PRODUCTS_MOST];
    int n = products_all(all);
    float y, g;

    (void)state;
    for (int i = 0; i < n; i++) {
        through(all[i], NAN, &y, &g);
        assert_true(isnan(y) && isnan(g));
        for (size_t t = 0; t < sizeof cases / sizeof *cases && strcmp(all[i]->products, "f32");
             t++) {
            through(all[i], cases[t][0], &y, &g);
            if (isfinite(cases[t][0]) && (y != cases[t][1] || g != cases[t][1]))
                fail_msg("%s: %.9g became %.9g and %.9g, not %.9g", all[i]->products, cases[t][0],
                         y, g, cases[t][1]);
        }
    }
}

static void almost_right_gemm(const Gemm *g)
{
    kernels_best()->gemm(g);
    g->y[g->y_at[g->n - 1]] += 0.01f;
}

static void a_unit_that_computes_something_else_is_not_used(void **state)
{
    const Kernels *bf16 = kernels_bf16(kernels_best()->level);
    Kernels wrong = *bf16;

    (void)state;
    assert_true(unit_agrees(kernels_emulated(), bf16));
    assert_false(unit_agrees(kernels_best(), bf16)); /* f32 is something else, too */
    wrong.gemm = almost_right_gemm;
    assert_false(unit_agrees(&wrong, bf16));
    wrong = *bf16;
    wrong.dot = kernels_best()->dot;
    assert_false(unit_agrees(&wrong, bf16));
    wrong = *kernels_pairs_emulated();
    assert_true(unit_agrees(&wrong, bf16));
    wrong.gemm_pairs = almost_right_gemm;
    assert_false(unit_agrees(&wrong, bf16));
}

static void the_units_of_this_processor_are_right(void **state)
{
    int there = 0;

    (void)state;
    for (Unit u = 0; u < UNITS; u++) {
        const Kernels *k = unit_kernels(u);

        there += k != NULL;
        if (k && !unit_agrees(k, kernels_bf16("avx512")))
            fail_msg("%s is not what bf16.c computes", k->products);
    }
    if (there)
        return;
    assert_null(kernels_bf16_unit());
    print_message("# no bf16 unit here: only emulated ones were tested\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_many_blocks_equal_their_formula),
        cmocka_unit_test(operands_are_rounded_to_the_nearest_and_of_two_to_the_even_one),
        cmocka_unit_test(a_unit_that_computes_something_else_is_not_used),
        cmocka_unit_test(the_units_of_this_processor_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
