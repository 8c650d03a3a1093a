#include "slice.h"

/* byte * scale + shift with and without a fused multiply. */
#define ROUNDING 1e-6

typedef struct Case {
    int count, c, h, w;
    Halo halo;
} Case;

static const Case cases[] = {
    {16, 1, 28, 28, {0}},
    {16, 1, 28, 28, {2, 2, 2, 2}},
    {5, 1, 28, 28, {0}},
    {7, 3, 9, 5, {1, 0, 2, 3}},
    {1, 2, 3, 3, {0}},
    {13, 1, 4, 16, {0, 1, 0, 0}},
    {16, 4, 2, 17, {1, 1, 1, 1}},
    {16, 1, 1, 1, {0}},
};

static void bytes_in(const Kernels *k)
{
    Rng r = rng_stream(12, RNG_TEST, 0);

    for (size_t t = 0; t < sizeof cases / sizeof *cases; t++) {
        const Case *u = &cases[t];
        Slice s = slice_new(u->c, u->h, u->w, u->halo);
        size_t n = slice_image(&s);
        uint8_t *images = malloc(n * u->count); /* exactly: what is read beyond is an error */
        float *expected = calloc(n * LANES, sizeof *expected);

        assert_true(images && expected);
        for (size_t i = 0; i < n * u->count; i++) {
            images[i] = (uint8_t)rng_u64(&r);
            expected[i] = images[i] * 0.01f - 0.5f;
        }
        k->lanes_from_bytes(u->count, images, 0.01f, -0.5f, &s.v, s.memory + s.v.at);
        slice_check(&s, expected, ROUNDING);
        free(images);
        free(expected);
        slice_free(&s);
    }
}

static void floats_in_and_out(const Kernels *k)
{
    Rng r = rng_stream(13, RNG_TEST, 0);

    for (size_t t = 0; t < sizeof cases / sizeof *cases; t++) {
        const Case *u = &cases[t];
        Slice s = slice_new(u->c, u->h, u->w, u->halo);
        size_t n = slice_image(&s);
        float *images = random_numbers(&r, n * u->count), *back = numbers(n * u->count);
        float *expected = calloc(n * LANES, sizeof *expected);

        assert_non_null(expected);
        memcpy(expected, images, n * u->count * sizeof *images);
        k->lanes_from_floats(u->count, images, &s.v, s.memory + s.v.at);
        k->floats_from_lanes(u->count, &s.v, s.memory + s.v.at, back);
        assert_memory_equal(back, images, n * u->count * sizeof *back);
        slice_check(&s, expected, 0);
        free(images);
        free(back);
        free(expected);
        slice_free(&s);
    }
}

/* One image of 19 channels: 16 in the first plane, 3 in the second, whose other lanes are zero. */
static void channels(const Kernels *k)
{
    View v = view_new(0, 19, 3, 4, (Halo){1, 2, 0, 1}, true);
    float *x = calloc(view_size(&v), sizeof *x), found[19 * 12], image[19 * 12];
    uint8_t bytes[19 * 12];

    assert_non_null(x);
    for (int i = 0; i < 19 * 12; i++)
        image[i] = bytes[i] = (uint8_t)(i % 251 + 1);
    for (int as_bytes = 0; as_bytes < 2; as_bytes++) {
        for (int y = 0; y < 3; y++) /* what another tensor left there */
            x[view_offset(&v, 18, y, 2) + 5] = 7;
        if (as_bytes)
            k->lanes_from_bytes(1, bytes, 1, 0, &v, x + v.at);
        else
            k->lanes_from_floats(1, image, &v, x + v.at);
        k->floats_from_lanes(1, &v, x + v.at, found);
        assert_memory_equal(found, image, sizeof image);
        for (int i = 0; i < 19 * 12; i++)
            x[view_offset(&v, i / 12, i / 4 % 3, i % 4)] = 0;
        for (size_t i = 0; i < view_size(&v); i++)
            assert_true(x[i] == 0);
    }
    free(x);
}

static void bytes_become_lanes_and_missing_images_zero(void **state)
{
    (void)state;
    each_level(bytes_in);
}

static void floats_go_into_lanes_and_come_back(void **state)
{
    (void)state;
    each_level(floats_in_and_out);
}

static void one_image_goes_into_lanes_by_channel_and_comes_back(void **state)
{
    (void)state;
    each_level(channels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_lanes_and_missing_images_zero),
        cmocka_unit_test(floats_go_into_lanes_and_come_back),
        cmocka_unit_test(one_image_goes_into_lanes_by_channel_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
