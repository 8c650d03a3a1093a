/* The two products against their formulas, at every level, in f32 and bf16, on shapes that fill no tile evenly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "products.h"

/* Sums of up to 300 products of numbers in -1..1, in another order: their rounding differs by some 1e-5. */
static const double sum_tolerance = 2e-5;

enum { MOST_M = 30, MOST_N = 9, MOST_K = 150, X_SIZE = 1 << 14, Y_SIZE = MOST_M * 40 * LANES };

typedef struct Case {
    int w_at[MOST_K], x_k[MOST_K], x_j[MOST_N], y_at[MOST_N], mask_at[MOST_N];
    float w[MOST_M * MOST_K * 2], x[X_SIZE], y[Y_SIZE], expected[Y_SIZE], mask[Y_SIZE], bias[256];
    Gemm g;
} Case;

static void fill(Rng *r, float *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = rng_range(r, -1, 1);
}

static Case *case_new(Rng *r)
{
    Case *c = calloc(1, sizeof *c);

    fill(r, c->w, sizeof c->w / sizeof(float));
    fill(r, c->x, X_SIZE);
    fill(r, c->y, Y_SIZE);
    fill(r, c->mask, Y_SIZE);
    fill(r, c->bias, 256);
    c->g = (Gemm){.m = 1 + (int)rng_below(r, MOST_M), .n = 1 + (int)rng_below(r, MOST_N),
                  .k = (int)rng_below(r, MOST_K), .w = c->w, .w_at = c->w_at, .x = c->x, .x_k = c->x_k,
                  .x_j = c->x_j, .y = c->y, .y_at = c->y_at, .y_row = (MOST_N + 3) * LANES};
    bool turned = rng_below(r, 2);

    c->g.w_row = turned ? MOST_K : 1;
    for (int k = 0; k < c->g.k; k++) {
        c->w_at[k] = turned ? k : k * MOST_M;
        c->x_k[k] = (int)rng_below(r, X_SIZE / 2 / LANES) * LANES;
    }
    for (int j = 0; j < c->g.n; j++) {
        c->x_j[j] = (int)rng_below(r, X_SIZE / 2 / LANES - 1) * LANES;
        c->y_at[j] = j * LANES + (j > 2 ? 2 * LANES : 0);
        c->mask_at[j] = (j + 1) * LANES;
    }
    return c;
}

static double one_result(const Kernels *t, const Gemm *g, int i, int j, int l)
{
    double s = g->add ? g->y[i * g->y_row + g->y_at[j] + l] : g->bias ? g->bias[g->bias_lanes ? j * LANES + l : i] : 0;

    for (int k = 0; k < g->k; k++)
        s += operand(t, g->w[i * g->w_row + g->w_at[k]]) * operand(t, g->x[g->x_k[k] + g->x_j[j] + l]);
    if (g->relu && s < 0)
        s = 0;
    if (g->mask && g->mask[i * g->mask_row + g->mask_at[j] + l] <= 0)
        s = 0;
    return s;
}

static void check_gemm(const Kernels *k, Case *c)
{
    memcpy(c->expected, c->y, sizeof c->y);
    for (int i = 0; i < c->g.m; i++)
        for (int j = 0; j < c->g.n; j++)
            for (int l = 0; l < LANES; l++)
                c->expected[i * c->g.y_row + c->y_at[j] + l] = one_result(k, &c->g, i, j, l);
    k->gemm(&c->g);
    for (int i = 0; i < Y_SIZE; i++)
        if (!(fabs(c->y[i] - c->expected[i]) <= sum_tolerance))
            fail_msg("%s, %s: m %d n %d k %d: number %d is %g, not %g", k->level, k->products, c->g.m, c->g.n,
                     c->g.k, i, c->y[i], c->expected[i]);
}

static void for_all(void (*check)(const Kernels *k, int round))
{
    const Kernels *all[PRODUCTS_MOST];
    int n = products_all(all);

    assert_true(n >= 3);
    for (int i = 0; i < n; i++)
        for (int round = 0; round < (*all[i]->products == 'f' ? 300 : 60); round++)
            check(all[i], round);
}

static void random_gemm(const Kernels *k, int round)
{
    Rng r = rng_stream(1, RNG_TEST, round);
    Case *c = case_new(&r);

    c->g.add = round % 5 == 1;
    c->g.bias = round % 3 ? c->bias : NULL;
    c->g.bias_lanes = round % 3 == 2;
    c->g.relu = round % 2;
    if (round % 7 == 3) {
        c->g.mask = c->mask;
        c->g.mask_row = (MOST_N + 2) * LANES;
        c->g.mask_at = c->mask_at;
    }
    check_gemm(k, c);
    free(c);
}

static void the_product_equals_its_formula_and_touches_nothing_else(void **state)
{
    (void)state;
    for_all(random_gemm);
}

static void random_dot(const Kernels *k, int round)
{
    Rng r = rng_stream(2, RNG_TEST, round);
    Case *c = case_new(&r);
    Dot d = {.m = 1 + (int)rng_below(&r, 20), .n = c->g.n, .k = 1 + (int)rng_below(&r, 30), .d = c->mask,
             .d_row = (MOST_N + 3) * LANES, .d_at = c->y_at, .x = c->x, .x_k = c->x_k, .x_j = c->x_j, .g = c->y};

    if (round % 4 == 0) { /* as many as are turned round first */
        d.m = LANES * (2 + (int)rng_below(&r, 5));
        d.k += 63;
    }
    d.g_row = (size_t)d.m + 5;
    for (int i = 0; i < d.k; i++)
        c->x_k[i] = (int)rng_below(&r, X_SIZE / 2);
    memcpy(c->expected, c->y, sizeof c->y);
    for (int i = 0; i < d.m; i++)
        for (int q = 0; q < d.k; q++) {
            double s = c->y[i + q * d.g_row];

            for (int j = 0; j < d.n; j++)
                for (int l = 0; l < LANES; l++)
                    s += operand(k, d.d[i * d.d_row + d.d_at[j] + l]) * operand(k, d.x[d.x_k[q] + d.x_j[j] + l]);
            c->expected[i + q * d.g_row] = s;
        }
    k->dot(&d);
    for (int i = 0; i < Y_SIZE; i++)
        if (!(fabs(c->y[i] - c->expected[i]) <= sum_tolerance))
            fail_msg("%s, %s: m %d n %d k %d: number %d is %g, not %g", k->level, k->products, d.m, d.n, d.k, i,
                     c->y[i], c->expected[i]);
    free(c);
}

static void the_weight_gradient_equals_its_formula_and_touches_nothing_else(void **state)
{
    (void)state;
    for_all(random_dot);
}

static void many_positions_are_summed_in_blocks_without_loss(void **state)
{
    enum { N = 1000, ROWS = 3 * LANES, TAPS = 70 };
    int at[N], same[TAPS] = {0};
    float *d = malloc(N * LANES * sizeof *d), g = 0, all[TAPS * ROWS];
    const char *names[8];
    int levels = kernels_levels(names, 8);

    (void)state;
    for (int j = 0; j < N; j++)
        at[j] = j * LANES;
    for (int i = 0; i < N * LANES; i++)
        d[i] = i % 3;
    for (int i = 0; i < levels; i++) {
        g = 0;
        kernels_find(names[i])->dot(&(Dot){.m = 1, .n = N, .k = 1, .d = d, .d_row = 0, .d_at = at, .x = d,
                                           .x_k = &(int){0}, .x_j = at, .g = &g, .g_row = 1});
        assert_float_equal(g, 5333 + 5333 * 4, 1); /* 0 1 2 0 1 2 ..: 5,333 ones and 5,333 twos squared */
        memset(all, 0, sizeof all);
        kernels_find(names[i])->dot(&(Dot){.m = ROWS, .n = N, .k = TAPS, .d = d, .d_row = 0, .d_at = at, .x = d,
                                           .x_k = same, .x_j = at, .g = all, .g_row = ROWS});
        for (int k = 0; k < TAPS * ROWS; k++)
            assert_float_equal(all[k], 5333 + 5333 * 4, 1);
        g = 1;
        kernels_find(names[i])->row_sums(1, N, d, 0, at, &g);
        assert_float_equal(g, 1 + 5333 + 5333 * 2, 1);
    }
    free(d);
}

/* More positions than a block holds, of channels enough to be turned round. */
static void blocks_of_positions_keep_channels_and_taps_apart(void **state)
{
    enum { N = 120, ROWS = 2 * LANES, TAPS = 67, D_ROW = N * LANES, X_SIZE_HERE = (N + TAPS) * LANES };
    static float d[ROWS * D_ROW], x[X_SIZE_HERE], g[TAPS * ROWS];
    const char *names[8];
    int levels = kernels_levels(names, 8), at[N], taps[TAPS];
    Rng r = rng_stream(3, RNG_TEST, 0);

    (void)state;
    fill(&r, d, ROWS * D_ROW);
    fill(&r, x, X_SIZE_HERE);
    for (int j = 0; j < N; j++)
        at[j] = j * LANES;
    for (int k = 0; k < TAPS; k++)
        taps[k] = (k * 29 % TAPS) * LANES;
    for (int i = 0; i < levels; i++) {
        memset(g, 0, sizeof g);
        kernels_find(names[i])->dot(&(Dot){.m = ROWS, .n = N, .k = TAPS, .d = d, .d_row = D_ROW, .d_at = at, .x = x,
                                           .x_k = taps, .x_j = at, .g = g, .g_row = ROWS});
        for (int k = 0; k < TAPS; k++)
            for (int row = 0; row < ROWS; row++) {
                double sum = 0;

                for (int j = 0; j < N * LANES; j++)
                    sum += (double)d[row * D_ROW + j] * x[taps[k] + j];
                assert_true(fabs(g[k * ROWS + row] - sum) < 2e-4); /* of 1,920 products */
            }
    }
}

static void a_transpose_moves_lanes_to_rows(void **state)
{
    const char *names[8];
    int levels = kernels_levels(names, 8);

    (void)state;
    for (int i = 0; i < levels; i++) {
        float y[5 * LANES], t[LANES * 7];

        memset(t, 0, sizeof t);
        for (int j = 0; j < 5 * LANES; j++)
            y[j] = j;
        kernels_find(names[i])->transpose(5, y, t, 7);
        for (int l = 0; l < LANES; l++)
            for (int r = 0; r < 7; r++)
                assert_true(t[l * 7 + r] == (r < 5 ? y[r * LANES + l] : 0));
    }
}

static void an_unknown_level_is_not_found(void **state)
{
    (void)state;
    assert_null(kernels_find("avx1024"));
    assert_non_null(kernels_find("baseline"));
    assert_non_null(kernels_best());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_product_equals_its_formula_and_touches_nothing_else),
        cmocka_unit_test(the_weight_gradient_equals_its_formula_and_touches_nothing_else),
        cmocka_unit_test(many_positions_are_summed_in_blocks_without_loss),
        cmocka_unit_test(blocks_of_positions_keep_channels_and_taps_apart),
        cmocka_unit_test(a_transpose_moves_lanes_to_rows),
        cmocka_unit_test(an_unknown_level_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
