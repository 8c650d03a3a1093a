/* Pictures as phones save them; skipped where libheif is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/rng.h"
#include "image/codec.h"

enum { WIDTH = 80, HEIGHT = 60 };

static const char *const names[] = {"zero.heic", "zero.avif"};

static uint8_t *read_file(const char *name, size_t *size)
{
    char path[500];
    Err e = {0};

    snprintf(path, sizeof path, "%s/%s", getenv("IMAGE_FOLDER"), name);
    uint8_t *bytes = file_read(path, 1 << 20, size, &e);

    if (!bytes)
        fail_msg("%s", e.text);
    return bytes;
}

static void skip_without_library(void)
{
    size_t size;
    uint8_t *bytes = read_file(names[0], &size);
    Err e = {0};
    Image *im = image_decode(bytes, size, "ring", &e);

    free(bytes);
    image_free(im);
    if (!im && e.code == ERR_UNSUPPORTED) {
        assert_non_null(strstr(e.text, "libheif"));
        skip();
    }
}

static void expect_ring(const Image *im)
{
    assert_true(im->width == WIDTH && im->height == HEIGHT && im->channels == 3);
    for (int i = 0; i < 4; i++) { /* blue at its four ends, paper in the middle and outside */
        const int at[4][2] = {{40, 10}, {40, 50}, {26, 30}, {54, 30}};
        const uint8_t *p = im->pixels + 3 * (at[i][1] * WIDTH + at[i][0]);

        assert_true(p[0] < 90 && p[2] > p[0] + 30);
    }
    assert_true(im->pixels[3 * (30 * WIDTH + 40)] > 200 && im->pixels[3 * (5 * WIDTH + 5)] > 200);
}

static void what_phones_save_is_read(void **state)
{
    (void)state;
    skip_without_library();
    for (int i = 0; i < 2; i++) {
        size_t size;
        uint8_t *bytes = read_file(names[i], &size);
        Err e = {0};
        int width, height;
        Image *im = image_decode(bytes, size, names[i], &e);

        if (!im)
            fail_msg("%s", e.text);
        expect_ring(im);
        assert_int_equal(image_claimed_size(bytes, size, names[i], &width, &height, &e), 0);
        assert_true(width == WIDTH && height == HEIGHT);
        image_free(im);
        free(bytes);
    }
}

/* What is left of a file or has a wrong byte gives a picture of this size, or one sentence. */
static void what_is_damaged_is_no_crash(void **state)
{
    Rng r = rng_stream(1, RNG_TEST, 0);

    (void)state;
    skip_without_library();
    for (int i = 0; i < 2; i++) {
        size_t size;
        uint8_t *bytes = read_file(names[i], &size);
        int cut_short = 0;

        for (size_t cut = 0; cut < size; cut += 7) {
            Err e = {0};

            assert_null(image_decode(bytes, cut, "cut", &e));
            assert_int_not_equal(e.code, 0);
            cut_short += e.code == ERR_FORMAT && strstr(e.text, "cut short");
        }
        assert_true(cut_short > 100); /* from the second box on */
        for (int k = 0; k < 300; k++) {
            Err e = {0};
            size_t at = rng_below(&r, (uint32_t)size);
            uint8_t was = bytes[at];

            bytes[at] ^= (uint8_t)(1 + rng_below(&r, 255));
            Image *im = image_decode(bytes, size, "wrong", &e);

            assert_true(im || e.code);
            image_free(im);
            bytes[at] = was;
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_phones_save_is_read),
        cmocka_unit_test(what_is_damaged_is_no_crash),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
