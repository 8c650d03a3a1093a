#include "slice.h"
#include "tensor/reference.h"

/* An exponential within 2 units in the last place, a sum and a quotient. */
#define ROUNDING 1e-6

typedef struct Case {
    int c, h, w;
    float spread; /* of the logits */
    Halo halo;
} Case;

static const Case cases[] = {
    {1, 1, 1, 1, {0}},
    {10, 1, 1, 3, {0}},
    {11, 3, 5, 30, {1, 1, 1, 1}},
    {70, 1, 1, 200, {2, 0, 0, 1}},
    {3, 7, 2, 1, {0}},
};

static void each_position(const Kernels *k, const Slice *x, Slice *y)
{
    for (int i = 0; i < x->v.h; i++)
        for (int j = 0; j < x->v.w; j++) {
            k->softmax(x->v.c, x->memory + view_offset(&x->v, 0, i, j), x->v.plane,
                       y->memory + view_offset(&y->v, 0, i, j), y->v.plane);
        }
}

static void forward_and_backward(const Kernels *k, const Case *t, bool add)
{
    size_t n = (size_t)LANES * t->c * t->h * t->w;
    Rng r = rng_stream(8, RNG_TEST, 0);
    float *x = random_numbers(&r, n), *dy = random_numbers(&r, n), *old = random_numbers(&r, n);
    float *y = numbers(n), *dx = numbers(n);
    Slice sx = slice_new(t->c, t->h, t->w, (Halo){0}), sy = slice_new(t->c, t->h, t->w, t->halo);
    Slice sdy = slice_new(t->c, t->h, t->w, (Halo){0, 1, 2, 0}),
          sdx = slice_new(t->c, t->h, t->w, (Halo){3, 0, 0, 3});

    for (size_t i = 0; i < n; i++)
        x[i] *= t->spread;
    reference_softmax(LANES, t->c, t->h * t->w, x, y);
    reference_softmax_dx(LANES, t->c, t->h * t->w, x, dy, dx);
    slice_put(&sx, x);
    slice_put(&sdy, dy);
    slice_put(&sdx, old);
    each_position(k, &sx, &sy);
    for (int i = 0; i < t->h; i++)
        for (int j = 0; j < t->w; j++) {
            k->softmax_back(t->c, sy.memory + view_offset(&sy.v, 0, i, j), sy.v.plane,
                            sdy.memory + view_offset(&sdy.v, 0, i, j), sdy.v.plane,
                            sdx.memory + view_offset(&sdx.v, 0, i, j), sdx.v.plane, add);
        }
    for (size_t i = 0; add && i < n; i++)
        dx[i] += old[i];
    slice_check(&sy, y, ROUNDING);
    slice_check(&sdx, dx, ROUNDING);
    float *all[] = {x, dy, old, y, dx, sx.memory, sy.memory, sdy.memory, sdx.memory};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void all_cases(const Kernels *k)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        forward_and_backward(k, &cases[i], false);
        forward_and_backward(k, &cases[i], true);
    }
}

static void extremes(const Kernels *k)
{
    float x[3 * LANES] = {0}, y[3 * LANES];

    x[0] = 1e38f;       /* lane 0: one wins by far */
    x[1] = -INFINITY;   /* lane 1: one is impossible */
    x[LANES + 2] = NAN; /* lane 2: unknown */
    k->softmax(3, x, LANES, y, LANES);
    assert_true(y[0] == 1 && y[LANES] == 0 && y[2 * LANES] == 0);
    assert_true(y[1] == 0 && y[LANES + 1] == 0.5f && y[2 * LANES + 1] == 0.5f);
    assert_true(isnan(y[2]) && isnan(y[LANES + 2]) && isnan(y[2 * LANES + 2]));
}

static void softmax_and_its_gradient_equal_the_reference(void **state)
{
    (void)state;
    each_level(all_cases);
}

static void softmax_neither_overflows_nor_hides_a_nan(void **state)
{
    (void)state;
    each_level(extremes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(softmax_and_its_gradient_equal_the_reference),
        cmocka_unit_test(softmax_neither_overflows_nor_hides_a_nan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
