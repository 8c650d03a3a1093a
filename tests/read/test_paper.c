/* Writing on papers that are much larger than it, or squared and askew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/sketch.h"
#include "shipped_reader.h"

enum { WIDTH = 1600, HEIGHT = 1200, PAPER = 235 };

static Image *blank_sheet(void)
{
    Image *im = image_new(WIDTH, HEIGHT, 1, NULL);

    assert_non_null(im);
    memset(im->pixels, PAPER, (size_t)WIDTH * HEIGHT);
    return im;
}

static void darken(Image *im, int x, int y, int grey)
{
    uint8_t *p = &im->pixels[(size_t)y * im->width + x];

    if (x >= 0 && y >= 0 && x < im->width && y < im->height && *p > grey)
        *p = (uint8_t)grey;
}

/* Squares of `pitch` whose lines, two pixels broad, fall by `slope`. */
static void rule_squares(Image *im, int pitch, double slope, int grey)
{
    for (int k = -HEIGHT; k < WIDTH + HEIGHT; k += pitch)
        for (int i = 0; i < WIDTH; i++) {
            int off = k + (int)lround(slope * i);

            for (int broad = 0; broad < 2; broad++) {
                darken(im, i, off + broad, grey);
                if (i < HEIGHT)
                    darken(im, k - (int)lround(slope * i) + broad, i, grey);
            }
        }
}

static void write_with(Image *im, const char *text, int x, int y, SketchOptions o)
{
    Image *written = sketch_text(text, &o, NULL);
    Image *grey = written ? image_to_grey(written, NULL) : NULL;

    assert_non_null(grey);
    for (int v = 0; v < grey->height; v++)
        for (int u = 0; u < grey->width; u++)
            if (grey->pixels[v * grey->width + u] < 160)
                darken(im, x + u, y + v, grey->pixels[v * grey->width + u]);
    image_free(grey);
    image_free(written);
}

static void write_at(Image *im, const char *text, int x, int y, float height_px)
{
    write_with(im, text, x, y, (SketchOptions){.seed = 5, .height_px = height_px});
}

static void expect_lines(void **state, const Image *im, const char *const *lines, int count)
{
    Reading *r = reader_read(*state, im, &(ReadOptions){0}, NULL);

    assert_non_null(r);
    assert_int_equal(r->line_count, count);
    for (int i = 0; i < count; i++)
        assert_string_equal(r->lines[i].text, lines[i]);
    reading_free(r);
}

static void a_little_writing_on_a_large_sheet_is_read_where_it_is(void **state)
{
    static const char *const texts[] = {"4071", "5"};

    for (int i = 0; i < 2; i++) {
        Image *im = blank_sheet();

        write_at(im, texts[i], 900, 700, 44);
        expect_lines(state, im, &texts[i], 1);
        Reading *r = reader_read(*state, im, &(ReadOptions){0}, NULL);
        assert_non_null(r);
        const ReadDigit *d = &r->lines[0].digits[0];

        assert_true(d->x >= 900 && d->x < 1000 && d->y >= 700 && d->y < 800 && d->height > 30 && d->height < 70);
        reading_free(r);
        image_free(im);
    }
}

static void squared_paper_may_lie_askew(void **state)
{
    static const char *const lines[] = {"4071", "38526", "94"};

    for (int k = -1; k <= 1; k++) {
        Image *im = blank_sheet();

        rule_squares(im, 44, 0.02 * k, 150);
        for (int i = 0; i < 3; i++)
            write_at(im, lines[i], 300 + 60 * i, 150 + 300 * i, 100);
        expect_lines(state, im, lines, 3);
        image_free(im);
    }
}

/* Their lines are not found whole, and broad strokes run along them. */
static void squares_may_be_dark_and_the_pen_broad(void **state)
{
    static const char *const lines[] = {"4574", "77215", "54"};
    static const double slopes[] = {-0.035, 0, 0.035};

    for (int k = 0; k < 3; k++) {
        Image *im = blank_sheet();

        rule_squares(im, 50, slopes[k], 110);
        for (int i = 0; i < 3; i++)
            write_with(im, lines[i], 300 + 60 * i, 150 + 300 * i, (SketchOptions){.seed = 7, .height_px = 110, .pen_px = 12});
        for (int line = 0; line < 3; line++) /* too faint and too far askew to be found */
            for (int y = 100; y < 1000; y++)
                darken(im, 360 + 60 * line + (int)lround(0.05 * y), y, 110);
        expect_lines(state, im, lines, 3);
        image_free(im);
    }
}

/* Three numbers, and below them 85, whose digits touch. */
static Image *page_with_pair(bool pair)
{
    Image *im = blank_sheet();

    write_at(im, "4071", 300, 100, 100);
    write_at(im, "38526", 300, 350, 100);
    write_at(im, "1947", 300, 600, 100);
    if (pair) {
        write_at(im, "8", 300, 850, 100);
        write_at(im, "5", 346, 850, 100);
    }
    return im;
}

static void digits_that_touch_and_stand_alone_on_a_page_are_read(void **state)
{
    static const char *const lines[] = {"4071", "38526", "1947", "85"};
    Image *with = page_with_pair(true), *without = page_with_pair(false);
    Reading *a = reader_read(*state, with, &(ReadOptions){0}, NULL), *b = reader_read(*state, without, &(ReadOptions){0}, NULL);

    assert_true(a && b && b->line_count == 3);
    expect_lines(state, with, lines, 4);
    for (int i = 0; i < 3; i++) /* what is looked at again changes nothing else */
        assert_true(a->lines[i].numbers[0].probability == b->lines[i].numbers[0].probability);
    for (int i = 0, end = WIDTH * HEIGHT - 1; i < end; i++, end--) {
        uint8_t p = with->pixels[i];

        with->pixels[i] = with->pixels[end];
        with->pixels[end] = p;
    }
    expect_lines(state, with, lines, 4); /* upside down */
    reading_free(a);
    reading_free(b);
    image_free(with);
    image_free(without);
}

/* Letters are no numbers, however they touch. */
static void signs_that_stand_alone_on_a_page_are_not_read(void **state)
{
    Image *im = page_with_pair(false);

    for (int i = 0; i < 90; i++) { /* an A, and a frame with a cross */
        for (int broad = 0; broad < 8; broad++) {
            darken(im, 345 - i / 2 + broad, 850 + i, 30);
            darken(im, 345 + i / 2 + broad, 850 + i, 30);
            darken(im, 320 + i % 60, 905 + broad, 30);
            darken(im, 900 + i, 850 + broad, 30);
            darken(im, 900 + i, 932 + broad, 30);
            darken(im, 900 + broad, 850 + i, 30);
            darken(im, 982 + broad, 850 + i, 30);
            darken(im, 900 + i + broad, 850 + i, 30);
            darken(im, 990 - i + broad, 850 + i, 30);
        }
    }
    Reading *r = reader_read(*state, im, &(ReadOptions){0}, NULL);

    assert_true(r && r->line_count >= 3);
    for (int i = 3; i < r->line_count; i++)
        assert_null(strpbrk(r->lines[i].text, "0123456789"));
    reading_free(r);
    image_free(im);
}

static void a_squared_sheet_without_writing_is_empty(void **state)
{
    Image *im = blank_sheet();

    rule_squares(im, 44, 0.02, 150);
    expect_lines(state, im, NULL, 0);
    image_free(im);
}

/* A fold goes from rim to rim. */
static void a_line_across_the_sheet_is_no_digit(void **state)
{
    Image *im = blank_sheet();
    Reading *r;

    for (int y = 0; y < HEIGHT; y++)
        for (int broad = 0; broad < 12; broad++)
            darken(im, 850 - y / 9 + broad, y, 110);
    r = reader_read(*state, im, &(ReadOptions){0}, NULL);
    assert_non_null(r);
    for (int i = 0; i < r->line_count; i++)
        assert_null(strpbrk(r->lines[i].text, "0123456789"));
    reading_free(r);
    image_free(im);
}

/* A line from rim to rim of a small picture, so deep, on paper with some grain; whether it is read as a digit. */
static bool is_read(void **state, int deep)
{
    enum { SIDE = 200, GRAIN = 5 };
    Image *im = image_new(SIDE, SIDE, 1, NULL);
    bool digit = false;

    assert_non_null(im);
    for (int i = 0; i < SIDE * SIDE; i++)
        im->pixels[i] = (uint8_t)(223 + (uint32_t)i * 2654435761u / 65536 % GRAIN);
    for (int y = 0; y < SIDE; y++)
        for (int broad = 0; broad < 8; broad++)
            im->pixels[y * SIDE + 110 - y / 8 + broad] -= (uint8_t)deep;
    Reading *r = reader_read(*state, im, &(ReadOptions){0}, NULL);

    assert_non_null(r);
    for (int i = 0; i < r->line_count; i++)
        digit |= strpbrk(r->lines[i].text, "0123456789") != NULL;
    reading_free(r);
    image_free(im);
    return digit;
}

static void a_faint_line_across_a_small_picture_is_a_fold_and_a_dark_one_a_stroke(void **state)
{
    assert_false(is_read(state, 14));
    assert_true(is_read(state, 120));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_little_writing_on_a_large_sheet_is_read_where_it_is),
        cmocka_unit_test(squared_paper_may_lie_askew),
        cmocka_unit_test(squares_may_be_dark_and_the_pen_broad),
        cmocka_unit_test(digits_that_touch_and_stand_alone_on_a_page_are_read),
        cmocka_unit_test(signs_that_stand_alone_on_a_page_are_not_read),
        cmocka_unit_test(a_squared_sheet_without_writing_is_empty),
        cmocka_unit_test(a_line_across_the_sheet_is_no_digit),
        cmocka_unit_test(a_faint_line_across_a_small_picture_is_a_fold_and_a_dark_one_a_stroke),
    };

    return cmocka_run_group_tests(tests, open_reader, close_reader);
}
