#include "slice.h"
#include "tensor/reference.h"

/* Sums of a few floats in another order. */
#define ROUNDING 1e-6

typedef struct Case {
    int c, h, w;
    Window window;
    Halo in, out;
} Case;

static const Case cases[] = {
    {3, 8, 8, {2, 2, 2, 2, 0, 0}, {0}, {0}},
    {2, 7, 9, {2, 2, 2, 2, 0, 0}, {0}, {0}},
    {2, 7, 9, {2, 2, 2, 2, 0, 0}, {1, 2, 3, 4}, {2, 1, 0, 1}},
    {2, 6, 4, {2, 2, 2, 2, 0, 0}, {0, 1, 0, 0}, {0, 0, 0, 2}},
    {2, 9, 8, {3, 3, 2, 2, 0, 0}, {1, 1, 1, 1}, {0}},
    {2, 9, 8, {3, 3, 2, 2, 1, 1}, {0}, {1, 1, 1, 1}},
    {1, 5, 7, {2, 1, 2, 1, 0, 0}, {0}, {0}},
    {1, 6, 5, {3, 2, 1, 3, 1, 0}, {0}, {2, 2, 2, 2}},
    {2, 4, 4, {2, 2, 2, 2, 1, 1}, {0}, {0}},
    {3, 5, 6, {5, 6, 5, 6, 0, 0}, {1, 1, 1, 1}, {0}},
    {1, 1, 1, {1, 1, 1, 1, 0, 0}, {0}, {0}},
};

static MapShape shape_of(const Case *t)
{
    const Window *k = &t->window;
    int bottom = k->top, right = k->left;

    return (MapShape){.n = LANES,
                      .c = t->c,
                      .h = t->h,
                      .w = t->w,
                      .f = t->c,
                      .oh = (t->h + k->top + bottom - k->kernel_y) / k->stride_y + 1,
                      .ow = (t->w + k->left + right - k->kernel_x) / k->stride_x + 1,
                      .window = *k};
}

/* Half units, so that a window often holds its largest number twice. */
static float *numbers_with_ties(Rng *r, size_t n)
{
    float *x = random_numbers(r, n);

    for (size_t i = 0; i < n; i++)
        x[i] = roundf(x[i] * 2) / 2;
    return x;
}

typedef struct Job { /* a case with its numbers */
    MapShape s;
    size_t nx, ny;
    float *x, *y, *dy, *dx, *old;
    Slice sx, sy, sdy, sdx;
} Job;

static Job job_new(const Case *t)
{
    Job j = {.s = shape_of(t)};
    Rng r = rng_stream(1, RNG_TEST, 0);

    j.nx = (size_t)LANES * t->c * t->h * t->w;
    j.ny = (size_t)LANES * t->c * j.s.oh * j.s.ow;
    j.x = numbers_with_ties(&r, j.nx);
    j.old = random_numbers(&r, j.nx);
    j.dy = random_numbers(&r, j.ny);
    j.y = numbers(j.ny);
    j.dx = numbers(j.nx);
    j.sx = slice_new(t->c, t->h, t->w, t->in);
    j.sdx = slice_new(t->c, t->h, t->w, t->out); /* another halo than x */
    j.sy = slice_new(t->c, j.s.oh, j.s.ow, t->out);
    j.sdy = slice_new(t->c, j.s.oh, j.s.ow, t->in);
    slice_put(&j.sx, j.x);
    slice_put(&j.sdy, j.dy);
    return j;
}

static void job_free(Job *j)
{
    float *all[] = {j->x, j->y, j->dy, j->dx, j->old};

    for (int i = 0; i < 5; i++)
        free(all[i]);
    slice_free(&j->sx);
    slice_free(&j->sy);
    slice_free(&j->sdy);
    slice_free(&j->sdx);
}

static void forward(const Kernels *k, bool largest, const Case *t)
{
    Job j = job_new(t);

    (largest ? reference_max_pool : reference_avg_pool)(&j.s, j.x, j.y);
    (largest ? k->max_pool : k->avg_pool)(&t->window, &j.sx.v, j.sx.memory, &j.sy.v, j.sy.memory);
    slice_check(&j.sy, j.y, largest ? 0 : ROUNDING);
    job_free(&j);
}

/* What dx should be, given what the reference finds. */
static void expect_gradient(Job *j, bool add, bool masked)
{
    for (size_t i = 0; i < j->nx; i++)
        j->dx[i] = (masked && j->x[i] <= 0 ? 0 : j->dx[i]) + (add ? j->old[i] : 0);
    slice_put(&j->sdx, j->old);
}

static void backward_max(const Kernels *k, const Case *t, bool add, bool masked)
{
    Job j = job_new(t);

    reference_max_pool(&j.s, j.x, j.y);
    slice_put(&j.sy, j.y);
    reference_max_pool_dx(&j.s, j.x, j.dy, j.dx);
    expect_gradient(&j, add, masked);
    k->max_pool_back(&t->window, &j.sx.v, j.sx.memory, &j.sy.v, j.sy.memory, &j.sdy.v, j.sdy.memory,
                     &j.sdx.v, j.sdx.memory, add, masked);
    slice_check(&j.sdx, j.dx, ROUNDING);
    job_free(&j);
}

static void backward_avg(const Kernels *k, const Case *t, bool add)
{
    Job j = job_new(t);

    reference_avg_pool_dx(&j.s, j.dy, j.dx);
    expect_gradient(&j, add, false);
    k->avg_pool_back(&t->window, &j.sdy.v, j.sdy.memory, &j.sdx.v, j.sdx.memory, add);
    slice_check(&j.sdx, j.dx, ROUNDING);
    job_free(&j);
}

static void all_forward(const Kernels *k)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        forward(k, true, &cases[i]);
        forward(k, false, &cases[i]);
    }
}

static void all_backward(const Kernels *k)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int flags = 0; flags < 4; flags++) {
            backward_max(k, &cases[i], flags & 1, flags & 2);
            backward_avg(k, &cases[i], flags & 1);
        }
}

static void nan_in_each_place(const Kernels *k)
{
    const int kernels[] = {2, 3};

    for (int n = 0; n < 2; n++)
        for (int at = 0; at < kernels[n] * kernels[n]; at++) {
            Case t = {1,          kernels[n],
                      kernels[n], {kernels[n], kernels[n], kernels[n], kernels[n], 0, 0},
                      {0},        {0}};
            Job j = job_new(&t);

            *slice_at(&j.sx, 5, at) = NAN;
            k->max_pool(&t.window, &j.sx.v, j.sx.memory, &j.sy.v, j.sy.memory);
            for (int l = 0; l < LANES; l++)
                assert_int_equal(isnan(*slice_at(&j.sy, l, 0)) != 0, l == 5);
            job_free(&j);
        }
}

static void pooling_equals_the_reference_on_odd_shapes(void **state)
{
    (void)state;
    each_level(all_forward);
}

static void pooling_gradients_equal_the_reference_with_add_and_mask(void **state)
{
    (void)state;
    each_level(all_backward);
}

static void max_pooling_keeps_a_nan(void **state)
{
    (void)state;
    each_level(nan_in_each_place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooling_equals_the_reference_on_odd_shapes),
        cmocka_unit_test(pooling_gradients_equal_the_reference_with_add_and_mask),
        cmocka_unit_test(max_pooling_keeps_a_nan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
