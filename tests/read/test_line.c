/* Whole numbers: the strips that a line of writing becomes, and what the line reader makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/pen.h"
#include "image/sketch.h"
#include "model/shipped.h"
#include "read/line.h"
#include "read/line_strip.h"
#include "read/reader.h"
#include "read/rules.h"
#include "read/turned.h"
#include "zoo/zoo.h"

enum { W = 300, H = 60 };

/* Sets a box of a map to full ink. */
static void box(float *ink, int x, int y, int width, int height)
{
    for (int v = y; v < y + height; v++)
        for (int u = x; u < x + width; u++)
            if (u >= 0 && v >= 0 && u < W && v < H)
                ink[v * W + u] = 1;
}

/* Eight upright boxes, 20 px high, in a row that falls by `slope`. */
static void row_of_boxes(float *ink, float slope)
{
    memset(ink, 0, W * H * sizeof *ink);
    for (int i = 0; i < 8; i++)
        box(ink, 40 + 25 * i, 20 + (int)lroundf(slope * 25 * (float)i), 8, 20);
}

static TextLine find_line(const float *ink)
{
    Err e = {0};
    TextLine line;
    float *clear = rules_erase(ink, W, H, &e);

    if (!clear || text_line_find(clear, W, H, &line, &e))
        fail_msg("%s", e.text);
    free(clear);
    return line;
}

static void a_line_has_its_digits_height_middle_and_slope(void **state)
{
    float ink[W * H];
    TextLine line;

    (void)state;
    row_of_boxes(ink, 0);
    line = find_line(ink);
    assert_true(line.height == 20 && line.middle == 30 && line.slope == 0);
    assert_true(line.left == 40 && line.right == 223);
    row_of_boxes(ink, 0.08f);
    line = find_line(ink);
    assert_true(fabsf(line.slope - 0.08f) < 0.01f);
    assert_true(fabsf(line.middle + line.slope * 44 - 30) < 1);
}

static void borders_rules_and_specks_do_not_change_the_line(void **state)
{
    float ink[W * H];
    TextLine line;

    (void)state;
    row_of_boxes(ink, 0);
    box(ink, 0, 0, W, 2); /* a frame: one part of all four sides */
    box(ink, 0, H - 2, W, 2);
    box(ink, 0, 0, 2, H);
    box(ink, W - 2, 0, 2, H);
    box(ink, 30, 45, 220, 2);    /* a rule */
    for (int i = 0; i < 30; i++) /* specks */
        box(ink, 10 + 9 * i, 8 + i % 3, 2, 2);
    line = find_line(ink);
    assert_true(line.height == 20 && line.middle == 30);
    assert_true(line.left == 40 && line.right == 223);
}

static void digits_on_a_rule_that_they_touch_are_measured_without_it(void **state)
{
    float ink[W * H];
    TextLine line;

    (void)state;
    row_of_boxes(ink, 0);
    box(ink, 10, 40, 270, 2);
    line = find_line(ink);
    assert_true(line.height == 20 && line.middle == 30 && line.left == 40 && line.right == 223);
}

static void digits_that_all_touch_are_no_rule(void **state)
{
    float ink[W * H];
    TextLine line;

    (void)state;
    row_of_boxes(ink, 0);
    for (int i = 0; i < 7; i++)
        box(ink, 40 + 25 * i, 24 + 10 * (i % 2), 25, 2);
    line = find_line(ink);
    assert_true(line.height == 20 && line.middle == 30 && line.left == 40 && line.right == 223);
}

static void rules_are_erased_but_for_what_crosses_them(void **state)
{
    float ink[W * H], *clear;
    int kept = 0, aslant = 0;

    (void)state;
    row_of_boxes(ink, 0);
    box(ink, 10, 30, 120, 2); /* through all eight, with a hole */
    box(ink, 132, 30, 148, 2);
    box(ink, 10, 50, 40, 2);         /* too short */
    for (int y = 24; y < 36; y++) { /* aslant, after the boxes */
        box(ink, 250 + y - 24, y, 1, 1);
        aslant += y < 30 || y > 31 ? 1 : 2;
    }
    clear = rules_erase(ink, W, H, NULL);
    assert_non_null(clear);
    for (int i = 0; i < W * H; i++)
        kept += clear[i] == 1;
    assert_in_range(kept, 8 * 8 * 20 + 40 * 2 + aslant - 2, 8 * 8 * 20 + 40 * 2 + aslant + 9 * 8); /* stubs beside what crosses it */
    for (int y = 24; y < 36; y++)
        assert_true(clear[y * W + 250 + y - 24] == 1);
    free(clear);
}

static void a_map_without_writing_is_a_line_of_its_own(void **state)
{
    float ink[W * H] = {0};
    TextLine line = find_line(ink);

    (void)state;
    assert_true(line.height > 0.5f * H && line.height <= H && line.middle == H / 2);
    assert_true(line.left == 0 && line.right == W);
}

static void a_strip_holds_the_digits_at_the_height_that_is_asked_for(void **state)
{
    float ink[W * H];

    (void)state;
    for (int k = 0; k < 3; k++) {
        const float height = k == 0 ? 10 : k == 1 ? 20 : 28;
        TextLine line;
        Strip s;
        int top = STRIP_HEIGHT, bottom = 0;

        row_of_boxes(ink, k == 2 ? 0.1f : 0);
        line = find_line(ink);
        assert_int_equal(strip_cut(ink, W, H, &line, height, &s, NULL), 0);
        assert_int_equal(s.width % 4, 0);
        for (int y = 0; y < STRIP_HEIGHT; y++)
            for (int x = 0; x < s.width; x++) {
                float v = s.ink[y * s.width + x];

                assert_true(v >= 0 && v <= 1.0001f);
                assert_true(v == 0 || (x >= STRIP_MARGIN && x < s.width - STRIP_MARGIN));
                if (v > 0.5f) {
                    top = y < top ? y : top;
                    bottom = y > bottom ? y : bottom;
                }
            }
        assert_true(fabsf((float)(bottom - top + 1) - height) <= 2);
        assert_true(abs(top + bottom + 1 - STRIP_HEIGHT) <= 3); /* in the middle */
        /* the first box begins where shift and scale say */
        int column = s.shift + (int)(40 * s.scale);

        assert_true(s.ink[16 * s.width + column - 2] < 0.1f &&
                    s.ink[16 * s.width + column + 2] > 0.9f);
        strip_free(&s);
    }
}

/* The scale that makes writing fit is rounded, up at times. */
static void no_strip_is_longer_than_the_net_takes(void **state)
{
    (void)state;
    enum { WIDTH = 3000, HEIGHT = 8 };
    float *ink = calloc((size_t)WIDTH * HEIGHT, sizeof *ink);

    assert_non_null(ink);
    for (int width = 753; width < WIDTH; width += 7) {
        TextLine line = {HEIGHT, HEIGHT / 2.f, 0, 0, (float)width, 0};
        Strip s;

        assert_int_equal(strip_cut(ink, width, HEIGHT, &line, 30, &s, NULL), 0);
        assert_in_range(s.width, STRIP_LIMIT - 8, STRIP_LIMIT);
        strip_free(&s);
    }
    free(ink);
}

static void long_writing_is_made_smaller_to_fit(void **state)
{
    float *ink = calloc(40 * 8000, sizeof *ink);
    TextLine line = {.height = 30, .middle = 20, .right = 8000};
    Strip s;

    (void)state;
    assert_int_equal(strip_cut(ink, 8000, 40, &line, 30, &s, NULL), 0);
    assert_in_range(s.width, STRIP_LIMIT - 16, STRIP_LIMIT);
    strip_free(&s);
    free(ink);
}

/* ---- with a net that knows nothing ---- */

static char path[] = "/tmp/scrawl-line-XXXXXX.safetensors";

static int make_model(void **state)
{
    Net *net = zoo_net("line", &(ZooOptions){.width = 2}, NULL);
    const char *names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "blank"};
    Model *m;
    int file = mkstemps(path, 12), code;

    (void)state;
    net_init(net, 1);
    m = model_new(net);
    code = model_set_classes(m, names, 11, NULL) || model_save(m, path, MODEL_F32, NULL);
    model_free(m);
    close(file);
    return code;
}

static int remove_model(void **state)
{
    (void)state;
    return unlink(path);
}

static Image *draw(const char *text, SketchOptions o)
{
    Err e = {0};
    Image *im = sketch_text(text, &o, &e);

    if (!im)
        fail_msg("%s", e.text);
    return im;
}

static LineReader *open_reader(const char *model)
{
    Err e = {0};
    LineReader *r = line_reader_new(model, &e);

    if (!r)
        fail_msg("%s", e.text);
    return r;
}

/* What holds for every reading, right or wrong. */
static void check_reading(const LineReading *o, const Image *im)
{
    assert_int_equal(strlen(o->text), o->count);
    assert_true(o->probability >= 0 && o->probability <= 1.000001);
    for (int i = 0; i < o->count; i++) {
        const LineDigit *d = &o->digits[i];

        assert_int_equal(d->digit, o->text[i] - '0');
        double sum = 0;

        for (int k = 0; k < LINE_DIGITS; k++)
            sum += d->probabilities[k];
        assert_true(fabs(sum - 1) < 1e-6 && d->probability == d->probabilities[d->digit]);
        assert_true(d->x >= 0 && d->y >= 0 && d->width > 0 && d->height > 0);
        assert_true(d->x + d->width <= (float)im->width + 0.5f &&
                    d->y + d->height <= (float)im->height + 0.5f);
        assert_true(!i || d->x >= o->digits[i - 1].x);
    }
}

static void a_known_number_of_digits_is_kept_to(void **state)
{
    LineReader *r = open_reader(path);
    Image *im = draw("2407", (SketchOptions){.seed = 1});

    (void)state;
    for (int n = 1; n <= CTC_LABELS; n++) {
        LineReading o;

        assert_int_equal(line_read(r, im, &(LineOptions){.length = {n, n}}, &o, NULL), 0);
        assert_true(o.count == n || (n > 9 && o.count == 0));
        check_reading(&o, im);
    }
    image_free(im);
    line_reader_free(r);
}

static void a_length_is_a_number_or_a_range(void **state)
{
    static const char *const wrong[] = {"", "0", "-3", "4-2", "2-", "2-33", "x", "3 ", "2-3-4", "99999999999999999999"};
    LineLength l = {0};
    Err e = {0};

    (void)state;
    assert_int_equal(line_length_parse("6", &l, &e), 0);
    assert_true(l.least == 6 && l.most == 6);
    assert_int_equal(line_length_parse("2-32", &l, &e), 0);
    assert_true(l.least == 2 && l.most == 32);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(line_length_parse(wrong[i], &l, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "digits '99999999999999999999': possible is N or N-M, from 1 to 32");
    assert_true(l.least == 2 && l.most == 32);
}

static void pictures_of_any_shape_are_read(void **state)
{
    static const int sizes[][2] = {{1, 1}, {3, 200}, {4000, 5}, {40, 1200}, {5000, 400}};
    LineReader *r = open_reader(path);

    (void)state;
    for (int i = 0; i < 5; i++) {
        Image *im = image_new(sizes[i][0], sizes[i][1], i % 2 ? 3 : 1, NULL);
        size_t bytes = (size_t)im->width * (size_t)im->height * (size_t)im->channels;
        LineReading o;

        for (size_t k = 0; k < bytes; k++)
            im->pixels[k] = (uint8_t)(k * 2654435761u >> 13);
        assert_int_equal(line_read(r, im, NULL, &o, NULL), 0);
        check_reading(&o, im);
        memset(im->pixels, 230, bytes); /* blank paper */
        assert_int_equal(line_read(r, im, NULL, &o, NULL), 0);
        assert_int_equal(o.count, 0);
        image_free(im);
    }
    line_reader_free(r);
}

static void what_cannot_be_asked_is_refused_with_its_reason(void **state)
{
    LineReader *r = open_reader(path);
    Image *im = draw("1", (SketchOptions){.seed = 1});
    LineReading o;
    Err e = {0};

    (void)state;
    assert_int_equal(line_read(r, im, &(LineOptions){.length = {-1, 2}}, &o, NULL), -ERR_ARGUMENT);
    assert_int_equal(line_read(r, im, &(LineOptions){.length = {1, 33}}, &o, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "a number of 1 to 33 digits; possible is 1 to 32");
    assert_null(line_reader_new("lenet", &e));
    assert_string_equal(e.text,
                        "lenet: a line reader takes strips of 1x32xW, this model takes 1x28x28");
    assert_null(line_reader_new("/nowhere/line.safetensors", NULL));
    image_free(im);
    line_reader_free(r);
}

/* ---- with the net that ships ---- */

static void numbers_drawn_by_many_hands_are_read(void **state)
{
    static const char *const texts[] = {"1247673", "8952481",   "0206537906", "42",
                                        "7",       "354708745", "1100",       "667788"};
    LineReader *r;
    int right = 0, count = 0;

    (void)state;
    if (!shipped_find("line"))
        skip();
    r = open_reader(NULL);
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (int i = 0; i < 8; i++) {
            SketchOptions options = {.seed = seed,
                                     .height_px = 24 + 12 * (float)seed,
                                     .gap = seed == 3 ? 0.05f : 0.2f,
                                     .noise = 4 * (float)seed,
                                     .shadow = seed == 2 ? 0.4f : 0};
            Image *im = draw(texts[i], options);
            LineReading o;

            assert_int_equal(line_read(r, im, NULL, &o, NULL), 0);
            check_reading(&o, im);
            right += !strcmp(o.text, texts[i]);
            count++;
            image_free(im);
        }
    if (right < count - 1)
        fail_msg("%d of %d numbers were read", right, count);
    line_reader_free(r);
}

/* Dark strokes (count), from (x0,y0) to (x1,y1) in a box of 100 by 150, at (left,20). */
static void draw_strokes(Sheet *s, const float (*strokes)[4], int count, float left)
{
    for (int i = 0; i < count; i++)
        pen_line(s, left + 0.5f * strokes[i][0], 20 + 0.5f * strokes[i][1], left + 0.5f * strokes[i][2],
                 20 + 0.5f * strokes[i][3], (Pen){3, 1});
}

static void expect_text(const Image *im, const char *text)
{
    Err e = {0};
    Reader *r = reader_new(NULL, 1, &e);
    Reading *o = reader_read(r, im, &(ReadOptions){0}, &e);
    char all[200] = "";

    assert_non_null(o);
    for (int i = 0; i < o->line_count; i++) {
        assert_true(strlen(all) + strlen(o->lines[i].text) + 2 < sizeof all);
        if (i)
            strcat(all, "\n");
        strcat(all, o->lines[i].text);
    }
    assert_string_equal(all, text);
    reading_free(o);
    reader_free(r);
}

static void expect_read(const Sheet *s, const char *text)
{
    Image *im = image_new(s->width, s->height, 1, NULL);

    assert_non_null(im);
    for (int i = 0; i < s->width * s->height; i++)
        im->pixels[i] = (uint8_t)(235 - 200 * s->ink[i]);
    expect_text(im, text);
    image_free(im);
}

static const float one[][4] = {{50, 0, 50, 150}};
static const float two[][4] = {{12, 40, 35, 8}, {35, 8, 75, 10}, {75, 10, 85, 45}, {85, 45, 60, 90}, {60, 90, 10, 145}, {10, 145, 95, 145}};
static const float seven[][4] = {{8, 10, 92, 10}, {92, 10, 65, 60}, {65, 60, 36, 150}};

static void two_digits_that_touch_in_a_square_picture_are_a_number(void **state)
{
    enum { WIDTH = 130, HEIGHT = 115 };
    static float ink[WIDTH * HEIGHT];
    Sheet s = {ink, WIDTH, HEIGHT};

    (void)state;
    draw_strokes(&s, seven, 3, 15);
    draw_strokes(&s, two, 6, 55); /* its upper end lies on the 7 */
    expect_read(&s, "72");
}

/* The net for digits takes these for 7 or for nothing sure. */
static void a_lone_1_with_a_long_flag_is_no_7(void **state)
{
    static const uint64_t hands[] = {1, 5, 9, 10, 14, 24};

    (void)state;
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        Image *im = sketch_text("1", &(SketchOptions){.seed = hands[i], .crossed = true}, NULL);

        assert_non_null(im);
        expect_text(im, "1");
        image_free(im);
    }
}

static void a_1_that_is_one_straight_line_is_no_border(void **state)
{
    enum { WIDTH = 260, HEIGHT = 115 };
    static float ink[WIDTH * HEIGHT];
    Sheet s = {ink, WIDTH, HEIGHT};

    (void)state;
    draw_strokes(&s, one, 1, 10);
    draw_strokes(&s, two, 6, 70);
    draw_strokes(&s, seven, 3, 130);
    draw_strokes(&s, one, 1, 190);
    expect_read(&s, "1271");
}

/* A page look finds bits of it, the look at one digit sees through the shadow. */
static void a_digit_on_the_edge_of_a_shadow_is_read(void **state)
{
    Image *sheet = draw("7", (SketchOptions){.seed = 2, .height_px = 70, .noise = 2, .pen_px = 5, .ink = {90, 90, 100}});
    Image *im = image_crop(sheet, 10, 20, 150, 100, NULL);

    (void)state;
    assert_non_null(im);
    for (int y = 0; y < im->height; y++)
        for (int x = 0; x < im->width; x++)
            for (int c = 0; c < 3 && 2 * x - y > im->width - im->height / 2; c++) {
                uint8_t *v = &im->pixels[((size_t)y * im->width + x) * 3 + c];

                *v = (uint8_t)(0.55 * *v);
            }
    expect_text(im, "7");
    image_free(im);
    image_free(sheet);
}

static void a_page_that_lies_askew_keeps_its_lines(void **state)
{
    static const char text[] = "2026 1121 0906\n425628 3360\n98 76 543210";
    Image *im = draw(text, (SketchOptions){.seed = 3, .height_px = 50, .noise = 2});

    (void)state;
    for (double slope = -0.3; slope < 0.4; slope += 0.2) {
        Turned turned;
        Image *askew = turned_level(im, slope, &turned, NULL);

        assert_non_null(askew);
        expect_text(askew, text);
        image_free(askew);
    }
    image_free(im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digit_on_the_edge_of_a_shadow_is_read),
        cmocka_unit_test(a_page_that_lies_askew_keeps_its_lines),
        cmocka_unit_test(a_line_has_its_digits_height_middle_and_slope),
        cmocka_unit_test(borders_rules_and_specks_do_not_change_the_line),
        cmocka_unit_test(digits_on_a_rule_that_they_touch_are_measured_without_it),
        cmocka_unit_test(digits_that_all_touch_are_no_rule),
        cmocka_unit_test(rules_are_erased_but_for_what_crosses_them),
        cmocka_unit_test(two_digits_that_touch_in_a_square_picture_are_a_number),
        cmocka_unit_test(a_lone_1_with_a_long_flag_is_no_7),
        cmocka_unit_test(a_1_that_is_one_straight_line_is_no_border),
        cmocka_unit_test(a_map_without_writing_is_a_line_of_its_own),
        cmocka_unit_test(a_strip_holds_the_digits_at_the_height_that_is_asked_for),
        cmocka_unit_test(no_strip_is_longer_than_the_net_takes),
        cmocka_unit_test(long_writing_is_made_smaller_to_fit),
        cmocka_unit_test(a_known_number_of_digits_is_kept_to),
        cmocka_unit_test(a_length_is_a_number_or_a_range),
        cmocka_unit_test(pictures_of_any_shape_are_read),
        cmocka_unit_test(what_cannot_be_asked_is_refused_with_its_reason),
        cmocka_unit_test(numbers_drawn_by_many_hands_are_read),
    };

    return cmocka_run_group_tests(tests, make_model, remove_model);
}
