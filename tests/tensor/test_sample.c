#include "slice.h"
#include "tensor/reference.h"

/* A place is computed in float: 20 pixels' worth of 6e-8, times differences of neighbours of
 * about 2. */
#define ROUNDING 1e-5
/* The map's gradient sums a few hundred such terms, each scaled by half the size. */
#define MAP_ROUNDING 1e-4

typedef struct Case {
    int c, h, w;
    bool align_corners;
    float spread; /* of the maps around the identity */
    Halo in, out;
} Case;

static const Case cases[] = {
    {1, 9, 9, false, 0, {0}, {0}},
    {1, 9, 9, true, 0, {1, 1, 1, 1}, {0}},
    {3, 7, 11, false, 0.3f, {0}, {1, 2, 0, 1}},
    {2, 12, 5, true, 0.7f, {2, 0, 1, 1}, {0}},
    {1, 1, 6, false, 0.5f, {0}, {0}},
    {1, 6, 1, true, 0.5f, {0}, {0}},
};

/* A map for each image, and the same as the kernel takes them. */
static void fill_maps(Rng *r, float spread, float theta[LANES * 6], float lanes[6 * LANES])
{
    const float identity[6] = {1, 0, 0, 0, 1, 0};

    for (int l = 0; l < LANES; l++)
        for (int i = 0; i < 6; i++)
            lanes[i * LANES + l] = theta[l * 6 + i] = identity[i] + spread * rng_normal(r);
}

static void forward(const Kernels *k, const Case *t)
{
    size_t n = (size_t)LANES * t->c * t->h * t->w;
    Rng r = rng_stream(9, RNG_TEST, 0);
    float *x = random_numbers(&r, n), *y = numbers(n), theta[LANES * 6], lanes[6 * LANES];
    Slice sx = slice_new(t->c, t->h, t->w, t->in), sy = slice_new(t->c, t->h, t->w, t->out);

    fill_maps(&r, t->spread, theta, lanes);
    slice_put(&sx, x);
    reference_sample(LANES, t->c, t->h, t->w, x, theta, t->align_corners, y);
    k->sample(&sx.v, sx.memory, lanes, t->align_corners, &sy.v, sy.memory);
    slice_check(&sy, t->spread > 0 ? y : x, ROUNDING);
    free(x);
    free(y);
    slice_free(&sx);
    slice_free(&sy);
}

static void backward(const Kernels *k, const Case *t)
{
    size_t n = (size_t)LANES * t->c * t->h * t->w;
    Rng r = rng_stream(10, RNG_TEST, 0);
    float *x = random_numbers(&r, n), *dy = random_numbers(&r, n), *old = random_numbers(&r, n);
    float *dx = numbers(n), theta[LANES * 6], lanes[6 * LANES], maps[LANES * 6], found[6 * LANES];
    Slice sx = slice_new(t->c, t->h, t->w, t->in), sdy = slice_new(t->c, t->h, t->w, t->out);
    Slice sdx = slice_new(t->c, t->h, t->w, t->out);

    fill_maps(&r, t->spread, theta, lanes);
    slice_put(&sx, x);
    slice_put(&sdy, dy);
    slice_put(&sdx, old);
    for (int i = 0; i < 6 * LANES; i++)
        found[i] = 1;
    reference_sample_dx(LANES, t->c, t->h, t->w, x, theta, t->align_corners, dy, dx, maps);
    k->sample_back(&sx.v, sx.memory, lanes, t->align_corners, &sdy.v, sdy.memory, &sdx.v,
                   sdx.memory, t->spread > 0 ? found : NULL);
    for (size_t i = 0; i < n; i++)
        dx[i] += old[i];
    slice_check(&sdx, dx, ROUNDING);
    for (int i = 0; t->spread > 0 && i < 6 * LANES;
         i++) /* where a place is a whole pixel the slope jumps */
        if (!equal_within(found[i] - 1, maps[i % LANES * 6 + i / LANES], MAP_ROUNDING))
            fail_msg("map %d of image %d: %g, not %g", i / LANES, i % LANES, found[i] - 1,
                     maps[i % LANES * 6 + i / LANES]);
    free(x);
    free(dy);
    free(old);
    free(dx);
    slice_free(&sx);
    slice_free(&sdy);
    slice_free(&sdx);
}

static void all_forward(const Kernels *k)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        forward(k, &cases[i]);
}

static void all_backward(const Kernels *k)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        backward(k, &cases[i]);
}

/* Far outside, not a number, and a size that int does not hold. */
static void wild_maps(const Kernels *k)
{
    const float wild[] = {1e30f, -1e30f, 5, NAN};
    Rng r = rng_stream(11, RNG_TEST, 0);
    float *x = random_numbers(&r, LANES * 16), lanes[6 * LANES] = {0};
    Slice sx = slice_new(1, 4, 4, (Halo){0}), sy = slice_new(1, 4, 4, (Halo){0});

    slice_put(&sx, x);
    for (int l = 0; l < LANES; l++)
        lanes[2 * LANES + l] = wild[l % 4];
    k->sample(&sx.v, sx.memory, lanes, false, &sy.v, sy.memory);
    for (int l = 0; l < LANES; l++)
        for (int i = 0; i < 16; i++)
            assert_true(l % 4 == 3 ? isnan(*slice_at(&sy, l, i)) : *slice_at(&sy, l, i) == 0);
    free(x);
    slice_free(&sx);
    slice_free(&sy);
}

static void sampling_equals_the_reference_and_the_identity_copies(void **state)
{
    (void)state;
    each_level(all_forward);
}

static void sampling_gradients_equal_the_reference(void **state)
{
    (void)state;
    each_level(all_backward);
}

static void a_map_far_outside_gives_zeros_and_a_nan_is_seen(void **state)
{
    (void)state;
    each_level(wild_maps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sampling_equals_the_reference_and_the_identity_copies),
        cmocka_unit_test(sampling_gradients_equal_the_reference),
        cmocka_unit_test(a_map_far_outside_gives_zeros_and_a_nan_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
