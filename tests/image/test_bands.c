/* Bands in which ink and paper change places are turned round; what only looks like them is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "image/bands.h"
#include "image/digit.h"

enum { W = 40, H = 30 };

/* Dark writing on light paper: a bar across the middle and a stroke down. */
static void write_on(float *v)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            v[y * W + x] =
                (y >= 13 && y < 17 && x >= 4 && x < 36) || (x >= 18 && x < 22 && y >= 5 && y < 26)
                    ? 20
                    : 230;
}

static void turn_round(float *v, int x0, int y0, int x1, int y1)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            v[y * W + x] = 250 - v[y * W + x];
}

static void assert_lifted(int x0, int y0, int x1, int y1)
{
    float plain[W * H], v[W * H];

    write_on(plain);
    write_on(v);
    turn_round(v, x0, y0, x1, y1);
    assert_true(bands_lift(v, W, H));
    for (int i = 0; i < W * H; i++)
        assert_true(v[i] == plain[i]);
}

static void assert_left_alone(const float *v)
{
    float copy[W * H];

    memcpy(copy, v, sizeof copy);
    assert_false(bands_lift(copy, W, H));
    assert_memory_equal(copy, v, sizeof copy);
}

static void a_band_is_turned_round_wherever_it_lies(void **state)
{
    (void)state;
    assert_lifted(0, 0, 12, H);
    assert_lifted(10, 0, 30, H);
    assert_lifted(25, 0, W, H);
    assert_lifted(0, 8, W, 20);
    assert_lifted(0, 15, W, H);
}

static void plain_writing_is_left_alone(void **state)
{
    float v[W * H];

    (void)state;
    write_on(v);
    assert_left_alone(v);
    turn_round(v, 0, 0, W, H);
    assert_left_alone(v);
}

static void a_shadow_is_no_band(void **state)
{
    float v[W * H];

    (void)state;
    write_on(v);
    for (int i = 0; i < W * H; i++)
        v[i] *= i % W < 20 ? 1 : 0.45f;
    assert_left_alone(v);
}

static void a_black_border_is_no_band(void **state)
{
    float v[W * H];

    (void)state;
    write_on(v);
    for (int i = 0; i < W * H; i++)
        v[i] = i % W < 6 ? 15 : v[i];
    assert_left_alone(v);
}

static void a_corner_that_is_dark_is_no_band(void **state)
{
    float v[W * H];

    (void)state;
    write_on(v);
    turn_round(v, 0, 0, 15, 20);
    assert_left_alone(v);
}

static void small_pictures_are_left_alone(void **state)
{
    float v[16] = {0, 255};

    (void)state;
    assert_false(bands_lift(v, 4, 4));
    assert_false(bands_lift(v, 1, 1));
}

/* A digit that a stripe crosses is read as without it. */
static void a_striped_digit_becomes_the_digit(void **state)
{
    Image *im = image_new(W, H, 1, NULL), *striped = image_new(W, H, 1, NULL);
    uint8_t a[DIGIT_PIXELS], b[DIGIT_PIXELS];
    float v[W * H];
    Err e = {0};

    (void)state;
    write_on(v);
    for (int i = 0; i < W * H; i++)
        im->pixels[i] = (uint8_t)v[i];
    turn_round(v, 24, 0, W, H);
    for (int i = 0; i < W * H; i++)
        striped->pixels[i] = (uint8_t)v[i];
    assert_int_equal(digit_from_image(im, NULL, a, NULL, &e), 0);
    assert_int_equal(digit_from_image(striped, NULL, b, NULL, &e), 0);
    assert_memory_equal(a, b, sizeof a);
    image_free(im);
    image_free(striped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_band_is_turned_round_wherever_it_lies),
        cmocka_unit_test(plain_writing_is_left_alone),
        cmocka_unit_test(a_shadow_is_no_band),
        cmocka_unit_test(a_black_border_is_no_band),
        cmocka_unit_test(a_corner_that_is_dark_is_no_band),
        cmocka_unit_test(small_pictures_are_left_alone),
        cmocka_unit_test(a_striped_digit_becomes_the_digit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
