/* What is read from files before they are decoded: each truncation, each field wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "image/gif_first.h"
#include "image/jpeg_scan.h"
#include "image/png_plain.h"
#include "made_files.h"

/* A JPEG in its markers: start, Exif, one pass whose data holds a stuffed FF and a restart, end. */
static void made_jpeg(Writer *w, int orientation, int big_endian)
{
    static const uint8_t bare[] =
        "\xff\xd8\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\xff\0\x34\xff\xd0\x56\xff\xd9";

    made_exif(w, bare, sizeof bare - 1, orientation, big_endian);
}

/* From a copy of the exact size, so that a sanitizer sees a byte read behind it. */
static uint8_t *exact(const Writer *w, size_t size)
{
    uint8_t *bytes = malloc(size ? size : 1);

    assert_non_null(bytes);
    memcpy(bytes, w->bytes, size);
    return bytes;
}

static void a_jpeg_tells_its_orientation_and_passes(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            Writer w = {0};
            made_jpeg(&w, orientation, big_endian);
            JpegScan s = jpeg_scan(w.bytes, w.size);
            assert_true(s.whole);
            assert_int_equal(s.scans, 1);
            assert_int_equal(s.orientation, orientation);
            writer_free(&w);
        }
}

static void a_jpeg_is_whole_only_with_its_end(void **state)
{
    (void)state;
    Writer w = {0};

    made_jpeg(&w, 6, 0);
    for (size_t size = 0; size < w.size; size++) {
        uint8_t *bytes = exact(&w, size);
        JpegScan s = jpeg_scan(bytes, size);
        assert_false(s.whole);
        assert_in_range(s.orientation, 1, 8);
        free(bytes);
    }
    writer_free(&w);
}

static void an_end_inside_a_thumbnail_is_not_the_end(void **state)
{
    (void)state;
    static const uint8_t bytes[] =
        "\xff\xd8\xff\xe1\0\x06\xff\xd9zz\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12";

    assert_false(jpeg_scan(bytes, sizeof bytes - 1).whole);
}

static void no_wrong_byte_misleads_a_scan(void **state)
{
    (void)state;
    Writer jpeg = {0}, gif = {0}, png = {0};

    made_jpeg(&jpeg, 3, 1);
    made_gif(&gif, 5, 4, (int[]){1, 2}, 2);
    made_png(&png,
             (MadePng){.width = 2, .height = 1, .bits = 8, .rows = (uint8_t *)"ab", .row_size = 2});
    const Writer *files[3] = {&jpeg, &gif, &png};
    for (int k = 0; k < 3; k++)
        for (size_t at = 0; at < files[k]->size; at++)
            for (int wrong = 0; wrong < 256; wrong++) {
                uint8_t *bytes = exact(files[k], files[k]->size);
                Writer plain = {0};
                bytes[at] = (uint8_t)wrong;
                JpegScan s = jpeg_scan(bytes, files[k]->size);
                assert_in_range(s.orientation, 1, 8);
                assert_true(gif_first(bytes, files[k]->size).size <= files[k]->size);
                png_plain(bytes, files[k]->size, &plain);
                assert_true(plain.size <= files[k]->size);
                writer_free(&plain);
                free(bytes);
            }
    writer_free(&jpeg), writer_free(&gif), writer_free(&png);
}

static void a_gif_ends_after_its_first_frame(void **state)
{
    (void)state;
    Writer one = {0}, three = {0};

    made_gif(&one, 6, 9, (int[]){2}, 1);
    made_gif(&three, 6, 9, (int[]){2, 1, 3}, 3);
    GifFirst f = gif_first(three.bytes, three.size);
    assert_int_equal(f.size, one.size - 1);
    assert_int_equal(f.width, 6);
    assert_int_equal(f.height, 9);
    assert_int_equal(three.bytes[f.size], 0x21);
    for (size_t size = 0; size + 1 < one.size; size++) {
        uint8_t *bytes = exact(&one, size);
        assert_int_equal(gif_first(bytes, size).size, 0);
        free(bytes);
    }
    writer_free(&one), writer_free(&three);
}

static void a_frame_larger_than_its_screen_counts(void **state)
{
    (void)state;
    Writer w = {0};

    made_gif(&w, 4, 4, (int[]){1}, 1);
    for (size_t i = 13; i < w.size; i++)
        if (w.bytes[i] == 0x2C && w.bytes[i + 5] == 4) {
            memcpy(w.bytes + i + 1, "\x10\0\0\0\xff\xff", 6); /* left 16, width 65535 */
            break;
        }
    assert_int_equal(gif_first(w.bytes, w.size).width, 65551);
    writer_free(&w);
}

static void a_plain_png_has_lost_its_comments_alone(void **state)
{
    (void)state;
    Writer bare = {0}, with = {0}, plain = {0}, again = {0};
    static const uint8_t comment[] = "\x00\x00\x00\x03\x74\x45\x58\x74\x61\x00\x62\xdc\x49\xa2\x3b";
    enum { AFTER_HEADER = 33 };

    made_png(&bare,
             (MadePng){.width = 2, .height = 1, .bits = 8, .rows = (uint8_t *)"ab", .row_size = 2});
    assert_true(png_plain(bare.bytes, bare.size, &plain));
    assert_int_equal(plain.size, bare.size);
    assert_memory_equal(plain.bytes, bare.bytes, bare.size);
    writer_put(&with, bare.bytes, AFTER_HEADER);
    writer_put(&with, comment, sizeof comment - 1);
    writer_put(&with, bare.bytes + AFTER_HEADER, bare.size - AFTER_HEADER);
    assert_true(png_plain(with.bytes, with.size, &again));
    assert_int_equal(again.size, bare.size);
    assert_memory_equal(again.bytes, bare.bytes, bare.size);
    writer_free(&bare), writer_free(&with), writer_free(&plain), writer_free(&again);
}

static void a_png_cut_off_or_changed_is_not_plain(void **state)
{
    (void)state;
    Writer w = {0};

    made_png(&w,
             (MadePng){.width = 2, .height = 1, .bits = 8, .rows = (uint8_t *)"ab", .row_size = 2});
    for (size_t size = 0; size < w.size; size++) {
        Writer plain = {0};
        uint8_t *bytes = exact(&w, size);
        assert_false(png_plain(bytes, size, &plain));
        writer_free(&plain);
        free(bytes);
    }
    for (size_t at = 0; at < w.size; at++) {
        Writer plain = {0};
        w.bytes[at] ^= 0x20;
        assert_false(png_plain(w.bytes, w.size, &plain));
        w.bytes[at] ^= 0x20;
        writer_free(&plain);
    }
    writer_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jpeg_tells_its_orientation_and_passes),
        cmocka_unit_test(a_jpeg_is_whole_only_with_its_end),
        cmocka_unit_test(an_end_inside_a_thumbnail_is_not_the_end),
        cmocka_unit_test(no_wrong_byte_misleads_a_scan),
        cmocka_unit_test(a_gif_ends_after_its_first_frame),
        cmocka_unit_test(a_frame_larger_than_its_screen_counts),
        cmocka_unit_test(a_plain_png_has_lost_its_comments_alone),
        cmocka_unit_test(a_png_cut_off_or_changed_is_not_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
