/* The reader on pictures that are drawn for it, with the LeNet that ships. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "image/sketch.h"
#include "read/reader.h"

static Reader *reader;

static int open_reader(void **state)
{
    Err e = {0};

    (void)state;
    reader = reader_new("lenet", 2, &e);
    return reader ? 0 : -1;
}

static int close_reader(void **state)
{
    (void)state;
    reader_free(reader);
    return 0;
}

static Reading *read_image(const Image *im)
{
    Err e = {0};
    Reading *r = reader_read(reader, im, &(ReadOptions){0}, &e);

    if (!r)
        fail_msg("%s", e.text);
    return r;
}

static Image *draw(const char *text, SketchOptions o)
{
    Err e = {0};
    Image *im = sketch_text(text, &o, &e);

    if (!im)
        fail_msg("%s", e.text);
    return im;
}

static void expect_lines(const Image *im, const char *const *lines, int count)
{
    Reading *r = read_image(im);

    assert_int_equal(r->line_count, count);
    for (int i = 0; i < count; i++)
        assert_string_equal(r->lines[i].text, lines[i]);
    reading_free(r);
}

static void invert(Image *im)
{
    for (size_t i = 0; i < (size_t)im->width * im->height * im->channels; i++)
        im->pixels[i] = 255 - im->pixels[i];
}

static void lines_come_from_top_to_bottom_and_digits_from_left_to_right(void **state)
{
    Image *im = draw("0283\n9465\n20", (SketchOptions){.seed = 1, .ruled = true, .noise = 2});

    (void)state;
    expect_lines(im, (const char *[]){"0283", "9465", "20"}, 3);
    image_free(im);
}

static void the_inverted_picture_reads_the_same(void **state)
{
    Image *im = draw("80253", (SketchOptions){.seed = 6, .noise = 2});

    (void)state;
    expect_lines(im, (const char *[]){"80253"}, 1);
    invert(im);
    expect_lines(im, (const char *[]){"80253"}, 1);
    image_free(im);
}

static void the_size_of_the_writing_does_not_matter(void **state)
{
    (void)state;
    for (int height = 24; height <= 192; height *= 2) {
        Image *im = draw("53820", (SketchOptions){.seed = 3, .height_px = height});

        expect_lines(im, (const char *[]){"53820"}, 1);
        image_free(im);
    }
}

static void coloured_pens_and_shadows_are_read(void **state)
{
    static const uint8_t pens[][3] = {{200, 20, 30}, {20, 40, 190}, {20, 120, 40}, {110, 110, 110}};

    (void)state;
    for (int i = 0; i < 4; i++) {
        SketchOptions o = {.seed = 4, .shadow = 0.7f, .noise = 3};

        memcpy(o.ink, pens[i], 3);
        Image *im = draw("39258", o);

        expect_lines(im, (const char *[]){"39258"}, 1);
        image_free(im);
    }
}

static void boxes_lie_in_the_picture_and_in_order(void **state)
{
    Image *im = draw("6028 53", (SketchOptions){.seed = 2});
    Reading *r = read_image(im);

    (void)state;
    assert_int_equal(r->line_count, 1);
    for (int i = 0; i < r->lines[0].count; i++) {
        const ReadDigit *d = &r->lines[0].digits[i];

        assert_true(d->x >= 0 && d->y >= 0 && d->x + d->width <= im->width && d->y + d->height <= im->height);
        assert_true(!i || d->x > r->lines[0].digits[i - 1].x);
        assert_true(d->probability <= 1 && d->alternatives[0].probability >= d->alternatives[1].probability);
        assert_int_equal(d->alternatives[0].digit, d->digit);
    }
    reading_free(r);
    image_free(im);
}

static Image *plain(int width, int height, int channels, uint8_t value)
{
    Err e = {0};
    Image *im = image_new(width, height, channels, &e);

    assert_non_null(im);
    memset(im->pixels, value, (size_t)width * height * channels);
    return im;
}

static void what_has_no_writing_has_no_lines(void **state)
{
    static const int sizes[][2] = {{1, 1}, {1, 500}, {500, 1}, {3, 3}, {28, 28}, {640, 480}, {3000, 40}};

    (void)state;
    for (int i = 0; i < 7; i++)
        for (int value = 0; value <= 255; value += 51) {
            Image *im = plain(sizes[i][0], sizes[i][1], i % 2 ? 3 : 1, (uint8_t)value);

            expect_lines(im, NULL, 0);
            image_free(im);
        }
}

static void noise_is_read_in_bounded_time(void **state)
{
    Image *im = plain(1200, 900, 1, 0);
    Rng rng = rng_stream(1, RNG_TEST, 0);

    (void)state;
    for (int i = 0; i < 1200 * 900; i++)
        im->pixels[i] = (uint8_t)rng_below(&rng, 256);
    reading_free(read_image(im));
    image_free(im);
}

static void a_single_digit_is_read_whole(void **state)
{
    Image *im = draw("8", (SketchOptions){.seed = 9});
    Err e = {0};
    Reading *r = reader_read(reader, im, &(ReadOptions){.single = true}, &e);

    (void)state;
    assert_non_null(r);
    assert_int_equal(r->line_count, 1);
    assert_string_equal(r->lines[0].text, "8");
    reading_free(r);
    image_free(im);
}

/* On a large sheet, its corner at (x, y). */
static Image *set_down(const Image *im, int x, int y, int width, int height)
{
    Image *sheet = image_new(width, height, im->channels, NULL);
    size_t row = (size_t)im->width * im->channels;

    assert_non_null(sheet);
    memset(sheet->pixels, 250, (size_t)width * height * im->channels);
    for (int i = 0; i < im->height; i++)
        memcpy(sheet->pixels + ((size_t)(y + i) * width + x) * im->channels, im->pixels + i * row, row);
    return sheet;
}

/* The box of all that is darker than half. */
static ReadDigit dark_box(const Image *im)
{
    int x0 = im->width, y0 = im->height, x1 = 0, y1 = 0;

    for (int y = 0; y < im->height; y++)
        for (int x = 0; x < im->width; x++)
            if (im->pixels[((size_t)y * im->width + x) * im->channels] < 128) {
                x0 = x < x0 ? x : x0, x1 = x + 1 > x1 ? x + 1 : x1;
                y0 = y < y0 ? y : y0, y1 = y + 1;
            }
    return (ReadDigit){.x = x0, .y = y0, .width = x1 - x0, .height = y1 - y0};
}

static void expect_box(const Image *im, const ReadDigit *ink, bool single)
{
    Reading *r = reader_read(reader, im, &(ReadOptions){.single = single}, NULL);
    int reach = 2 + (im->width > im->height ? im->width : im->height) / 96; /* digits are found at 96 pixels */

    assert_non_null(r);
    assert_int_equal(r->line_count, 1);
    const ReadDigit *d = &r->lines[0].digits[0];

    assert_true(d->x >= 0 && d->y >= 0 && d->x + d->width <= im->width && d->y + d->height <= im->height);
    assert_true(abs(d->x - ink->x) <= reach && abs(d->y - ink->y) <= reach);
    assert_true(abs(d->x + d->width - ink->x - ink->width) <= reach);
    assert_true(abs(d->y + d->height - ink->y - ink->height) <= reach);
    reading_free(r);
}

static void boxes_of_digits_that_stand_apart_are_those_of_their_ink(void **state)
{
    Image *im = draw("6028 53", (SketchOptions){.seed = 2, .height_px = 80});
    Reading *r = read_image(im);
    ReadDigit all = dark_box(im);
    int top = im->height, low = 0, reach = 4;

    (void)state;
    assert_int_equal(r->lines[0].count, 6);
    for (int i = 0; i < 6; i++) {
        const ReadDigit *d = &r->lines[0].digits[i];

        assert_true(i == 5 || d->x + d->width < d[1].x);
        top = d->y < top ? d->y : top;
        low = d->y + d->height > low ? d->y + d->height : low;
    }
    assert_true(abs(r->lines[0].digits[0].x - all.x) <= reach && abs(top - all.y) <= reach);
    assert_true(abs(low - all.y - all.height) <= reach);
    reading_free(r);
    image_free(im);
}

static void a_lone_digits_box_is_that_of_its_ink(void **state)
{
    static const int sheets[][4] = {{0, 0, 1, 1}, {10, 70, 400, 400}, {900, 300, 1600, 1200}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        Image *im = draw("8", (SketchOptions){.seed = 9, .height_px = 80});
        int width = sheets[i][2] > im->width ? sheets[i][2] : im->width;
        int height = sheets[i][3] > im->height ? sheets[i][3] : im->height;
        Image *sheet = set_down(im, sheets[i][0], sheets[i][1], width, height);
        ReadDigit ink = dark_box(sheet);

        expect_box(sheet, &ink, true);
        expect_box(sheet, &ink, false);
        invert(sheet);
        expect_box(sheet, &ink, true);
        image_free(sheet);
        image_free(im);
    }
}

static void many_pictures_read_as_each_alone(void **state)
{
    static const char *const texts[] = {"5", "31907\n20", "", "8"};
    const Image *images[4];
    ReadOptions options[4] = {{.single = true}, {0}, {0}, {.single = true}};
    Reading *together[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        images[i] = *texts[i] ? draw(texts[i], (SketchOptions){.seed = i, .height_px = 60}) : plain(70, 50, 1, 240);
    assert_int_equal(reader_read_many(reader, images, options, 4, together, NULL), 0);
    for (int i = 0; i < 4; i++) {
        Reading *alone = reader_read(reader, images[i], &options[i], NULL);
        char *one = reading_json(alone, texts[i]), *other = reading_json(together[i], texts[i]);

        assert_string_equal(one, other);
        assert_int_equal(together[i]->line_count, i == 1 ? 2 : i != 2);
        free(one), free(other);
        reading_free(alone), reading_free(together[i]);
        image_free((Image *)images[i]);
    }
}

static void json_names_the_picture_whatever_its_name_is(void **state)
{
    Image *im = plain(30, 20, 1, 255);
    Reading *r = read_image(im);
    char *text = reading_json(r, "a \"b\".png"), *odd = reading_json(r, "\xff\xfe");

    (void)state;
    assert_string_equal(text, "{\"image\":\"a \\\"b\\\".png\",\"width\":30,\"height\":20,\"turned\":0,\"lines\":[]}");
    assert_non_null(strstr(odd, "\"lines\":[]"));
    free(text);
    free(odd);
    reading_free(r);
    image_free(im);
}

static void a_model_that_is_no_reader_is_refused(void **state)
{
    Err e = {0};

    (void)state;
    assert_null(reader_new("nonesuch", 1, &e));
    assert_non_null(strstr(e.text, "nonesuch"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_from_top_to_bottom_and_digits_from_left_to_right),
        cmocka_unit_test(the_inverted_picture_reads_the_same),
        cmocka_unit_test(the_size_of_the_writing_does_not_matter),
        cmocka_unit_test(coloured_pens_and_shadows_are_read),
        cmocka_unit_test(boxes_lie_in_the_picture_and_in_order),
        cmocka_unit_test(what_has_no_writing_has_no_lines),
        cmocka_unit_test(noise_is_read_in_bounded_time),
        cmocka_unit_test(a_single_digit_is_read_whole),
        cmocka_unit_test(boxes_of_digits_that_stand_apart_are_those_of_their_ink),
        cmocka_unit_test(a_lone_digits_box_is_that_of_its_ink),
        cmocka_unit_test(many_pictures_read_as_each_alone),
        cmocka_unit_test(json_names_the_picture_whatever_its_name_is),
        cmocka_unit_test(a_model_that_is_no_reader_is_refused),
    };
    return cmocka_run_group_tests(tests, open_reader, close_reader);
}
