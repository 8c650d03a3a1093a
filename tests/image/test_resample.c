#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "image/resample.h"

enum { W = 11, H = 7 };

static float source[W * H];

static int fill_source(void **state)
{
    Rng r = rng_stream(1, RNG_TEST, 0);

    (void)state;
    for (int i = 0; i < W * H; i++)
        source[i] = (float)rng_below(&r, 256);
    return 0;
}

static void whole_offsets_copy_bit_for_bit(void **state)
{
    (void)state;
    float out[5 * 4];

    assert_int_equal(resample_f32(source, W, H, (Window){3, 2, 5, 4}, 0, out, 5, 4, NULL), 0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 5; x++)
            assert_true(out[y * 5 + x] == source[(y + 2) * W + x + 3]);
}

static void a_smaller_copy_holds_area_means(void **state)
{
    (void)state;
    static const float v[12] = {0, 4, 8, 12, 16, 20, 100, 104, 108, 112, 116, 120};
    float half[3], thirds[4];

    assert_int_equal(resample_f32(v, 6, 2, (Window){0, 0, 6, 2}, RESAMPLE_EDGE, half, 3, 1, NULL),
                     0);
    assert_float_equal(half[0], 52, 1e-4);
    assert_float_equal(half[2], 68, 1e-4);
    assert_int_equal(resample_f32(v, 6, 1, (Window){0, 0, 6, 1}, RESAMPLE_EDGE, thirds, 4, 1, NULL),
                     0);
    assert_float_equal(thirds[0], (0 * 1 + 4 * 0.5) / 1.5, 1e-4);
    assert_float_equal(thirds[1], (4 * 0.5 + 8 * 1) / 1.5, 1e-4);
}

static void a_larger_copy_is_bilinear(void **state)
{
    (void)state;
    static const float v[2] = {10, 30};
    float out[4];

    assert_int_equal(resample_f32(v, 2, 1, (Window){0, 0, 2, 1}, RESAMPLE_EDGE, out, 4, 1, NULL),
                     0);
    assert_float_equal(out[0], 10, 1e-5);
    assert_float_equal(out[1], 15, 1e-5);
    assert_float_equal(out[2], 25, 1e-5);
    assert_float_equal(out[3], 30, 1e-5);
}

static void outside_lies_the_constant_or_the_edge(void **state)
{
    (void)state;
    float out[9];
    Window around = {-2, -2, 3, 3};

    assert_int_equal(resample_f32(source, W, H, around, 7, out, 3, 3, NULL), 0);
    for (int i = 0; i < 8; i++)
        assert_true(out[i] == 7);
    assert_true(out[8] == source[0]);
    assert_int_equal(resample_f32(source, W, H, around, RESAMPLE_EDGE, out, 3, 3, NULL), 0);
    for (int i = 0; i < 9; i++)
        assert_true(out[i] == source[0]);
}

static void far_outside_is_no_place_to_read(void **state)
{
    (void)state;
    float out[4];

    for (int k = -1; k <= 1; k += 2) {
        Window far = {1000.0f * (float)k, -500.0f * (float)k, 20, 30};
        assert_int_equal(resample_f32(source, W, H, far, 3, out, 2, 2, NULL), 0);
        for (int i = 0; i < 4; i++)
            assert_float_equal(out[i], 3, 1e-4);
        assert_int_equal(resample_f32(source, W, H, far, RESAMPLE_EDGE, out, 2, 2, NULL), 0);
    }
}

static void shrinking_keeps_the_mean(void **state)
{
    (void)state;
    double before = 0, after = 0;
    float out[4 * 3];

    assert_int_equal(
        resample_f32(source, W, H, (Window){0, 0, W, H}, RESAMPLE_EDGE, out, 4, 3, NULL), 0);
    for (int i = 0; i < W * H; i++)
        before += source[i] / (W * H);
    for (int i = 0; i < 12; i++)
        after += out[i] / 12;
    assert_float_equal(before, after, 1e-3);
}

static void bytes_give_what_real_numbers_give(void **state)
{
    (void)state;
    uint8_t bytes[W * H * 3];
    float real[5 * 6], colour[5 * 6 * 3];
    Window window = {-1.3f, 0.4f, 9.7f, 6.1f};

    for (int i = 0; i < W * H; i++)
        for (int c = 0; c < 3; c++)
            bytes[3 * i + c] = (uint8_t)(c == 1 ? source[i] : 255 - source[i]);
    assert_int_equal(resample_f32(source, W, H, window, RESAMPLE_EDGE, real, 5, 6, NULL), 0);
    assert_int_equal(resample_u8(bytes, W, H, 3, window, colour, 5, 6, NULL), 0);
    for (int i = 0; i < 30; i++) {
        assert_float_equal(colour[3 * i + 1], real[i], 1e-3);
        assert_float_equal(colour[3 * i], 255 - real[i], 1e-3);
    }
}

static void a_picture_is_rounded_and_keeps_its_channels(void **state)
{
    (void)state;
    Image *im = image_new(2, 2, 3, NULL);

    im->pixels[0] = 255;
    Image *one = image_resample(im, (Window){0, 0, 2, 2}, 1, 1, NULL);
    assert_int_equal(one->channels, 3);
    assert_int_equal(one->pixels[0], 64);
    assert_int_equal(one->pixels[1], 0);
    Err e = {0};
    assert_null(image_resample(im, (Window){0, 0, 2, 2}, 40000, 1, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    image_free(im), image_free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_offsets_copy_bit_for_bit),
        cmocka_unit_test(a_smaller_copy_holds_area_means),
        cmocka_unit_test(a_larger_copy_is_bilinear),
        cmocka_unit_test(outside_lies_the_constant_or_the_edge),
        cmocka_unit_test(far_outside_is_no_place_to_read),
        cmocka_unit_test(shrinking_keeps_the_mean),
        cmocka_unit_test(bytes_give_what_real_numbers_give),
        cmocka_unit_test(a_picture_is_rounded_and_keeps_its_channels),
    };
    return cmocka_run_group_tests(tests, fill_source, NULL);
}
