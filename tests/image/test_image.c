#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "image/image.h"
#include "image/upright.h"

static void a_new_picture_is_black(void **state)
{
    (void)state;
    Image *im = image_new(7, 5, 3, NULL);

    assert_non_null(im);
    for (int i = 0; i < 7 * 5 * 3; i++)
        assert_int_equal(im->pixels[i], 0);
    image_free(im);
    image_free(NULL);
}

static void sizes_beyond_the_limits_are_refused(void **state)
{
    (void)state;
    static const int sizes[][2] = {
        {30001, 1}, {1, 30001}, {30000, 30000}, {2147483647, 2147483647}};
    Err e = {0};

    for (int i = 0; i < 4; i++) {
        assert_null(image_new(sizes[i][0], sizes[i][1], 1, &e));
        assert_int_equal(e.code, ERR_LIMIT);
    }
    assert_null(image_new(0, 5, 1, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    Image *longest = image_new(30000, 1, 3, &e);
    assert_non_null(longest);
    image_free(longest);
}

static void a_crop_holds_the_pixels_of_its_place(void **state)
{
    (void)state;
    Image *im = image_new(6, 4, 3, NULL);

    for (int i = 0; i < 72; i++)
        im->pixels[i] = (uint8_t)i;
    Image *crop = image_crop(im, 2, 1, 3, 2, NULL), *copy = image_copy(im, NULL);
    assert_int_equal(crop->width, 3);
    assert_int_equal(crop->height, 2);
    assert_memory_equal(crop->pixels, im->pixels + (1 * 6 + 2) * 3, 9);
    assert_memory_equal(crop->pixels + 9, im->pixels + (2 * 6 + 2) * 3, 9);
    assert_memory_equal(copy->pixels, im->pixels, 72);
    image_free(im), image_free(crop), image_free(copy);
}

static void grey_is_rec_601_luma_rounded(void **state)
{
    (void)state;
    static const uint8_t colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    Image *im = image_new(4, 1, 3, NULL);

    memcpy(im->pixels, colours, 12);
    Image *grey = image_to_grey(im, NULL);
    assert_int_equal(grey->channels, 1);
    assert_memory_equal(grey->pixels, "\x4c\x96\x1d\xff", 4);
    image_free(im), image_free(grey);
}

/* Turned twice, once there and once back, for each orientation and its opposite. */
static void a_turn_and_its_opposite_cancel(void **state)
{
    (void)state;
    static const int opposite[9] = {0, 1, 2, 3, 4, 5, 8, 7, 6};

    for (int k = 1; k <= 8; k++) {
        Image *im = image_new(5, 3, 1, NULL);
        for (int i = 0; i < 15; i++)
            im->pixels[i] = (uint8_t)i;
        Image *before = image_copy(im, NULL);
        im = image_upright(im, k, NULL);
        assert_int_equal(im->width, k < 5 ? 5 : 3);
        im = image_upright(im, opposite[k], NULL);
        assert_int_equal(im->width, 5);
        assert_memory_equal(im->pixels, before->pixels, 15);
        image_free(im), image_free(before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_picture_is_black),
        cmocka_unit_test(sizes_beyond_the_limits_are_refused),
        cmocka_unit_test(a_crop_holds_the_pixels_of_its_place),
        cmocka_unit_test(grey_is_rec_601_luma_rounded),
        cmocka_unit_test(a_turn_and_its_opposite_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
