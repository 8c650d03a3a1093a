/* Redrawing pictures: where the digits go, whatever the net draws. The net here is one that is not
 * trained: it draws some grey. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <math.h>
#include <cmocka.h>

#include "image/sketch.h"
#include "image/upright.h"
#include "read/redrawer.h"
#include "zoo/zoo.h"

static char path[] = "/tmp/redrawer-XXXXXX.safetensors";
static Redrawer *redrawer;
static Typeface *face;

static void save_model(const char *name, const char *to)
{
    static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    Net *net = zoo_net(name, &(ZooOptions){.classes = 10}, NULL);
    Model *m;

    assert_non_null(net);
    net_init(net, 1);
    m = model_new(net);
    assert_non_null(m);
    assert_int_equal(model_set_classes(m, digits, 10, NULL), 0);
    assert_int_equal(model_save(m, to, MODEL_F32, NULL), 0);
    model_free(m);
}

static int open_all(void **state)
{
    Err e = {0};

    (void)state;
    close(mkstemps(path, 12));
    save_model("redraw", path);
    redrawer = redrawer_new(path, 2, &e);
    face = typeface_open(NULL, NULL);
    return redrawer ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    redrawer_free(redrawer);
    typeface_free(face);
    return unlink(path);
}

static Redrawn *redrawn(const char *text, SketchOptions o)
{
    Err e = {0};
    Image *im = sketch_text(text, &o, &e);
    Redrawn *page = im ? redrawer_redraw(redrawer, im, false, &e) : NULL;

    image_free(im);
    if (!page)
        fail_msg("%s", e.text);
    return page;
}

static void need_font(void)
{
    if (face)
        return;
    print_message("# no font is installed\n");
    skip();
}

/* A page of one digit of which all is known. */
static Redrawn made(int digit, bool single)
{
    static RedrawnDigit d;

    memset(&d, 0, sizeof d);
    d.x = 20;
    d.y = 30;
    d.width = 24;
    d.height = 40;
    d.digit = digit;
    d.type = single ? (GlyphBox){0, 5, 28, 20} : (GlyphBox){20, 30, 24, 40};
    for (int y = 5; y < 25; y++)
        memset(d.drawn + y * DIGIT_SIDE + 8, 255, 12);
    if (single)
        return (Redrawn){DIGIT_SIDE, DIGIT_SIDE, true, false, 1, &d};
    return (Redrawn){100, 80, false, false, 1, &d};
}

/* Left, top, right and bottom of what is darker than half, the last two one behind. */
static void black_box(const Image *im, int box[4])
{
    box[0] = im->width;
    box[1] = im->height;
    box[2] = box[3] = 0;
    for (int y = 0; y < im->height; y++)
        for (int x = 0; x < im->width; x++) {
            if (im->pixels[y * im->width + x] >= 128)
                continue;
            box[0] = x < box[0] ? x : box[0];
            box[1] = y < box[1] ? y : box[1];
            box[2] = x + 1 > box[2] ? x + 1 : box[2];
            box[3] = y + 1;
        }
}

/* A page whose digits have these boxes: x, y, width, height, and the line. */
static Redrawn *page_of(const float boxes[][5], int count)
{
    Redrawn *page = calloc(1, sizeof *page);

    assert_non_null(page);
    page->digits = calloc((size_t)count, sizeof *page->digits);
    assert_non_null(page->digits);
    *page = (Redrawn){1000, 500, false, false, count, page->digits};
    for (int i = 0; i < count; i++) {
        RedrawnDigit *d = &page->digits[i];

        d->x = boxes[i][0];
        d->y = boxes[i][1];
        d->width = boxes[i][2];
        d->height = boxes[i][3];
        d->line = (int)boxes[i][4];
        d->digit = 8;
    }
    return page;
}

static void assert_type(const RedrawnDigit *d, float y, float height)
{
    assert_true(d->type.y > y - 0.5f && d->type.y < y + 0.5f);
    assert_true(d->type.height > height - 0.5f && d->type.height < height + 0.5f);
    assert_true(fabsf(d->type.x + d->type.width / 2 - d->x - d->width / 2) < 0.01f);
}

static void a_tail_and_a_small_zero_do_not_move_a_line(void **state)
{
    static const float boxes[][5] = {{100, 100, 40, 60, 0}, {200, 100, 40, 110, 0},
                                     {300, 120, 20, 20, 0}, {400, 100, 40, 60, 0},
                                     {500, 100, 40, 60, 0}, {100, 300, 30, 40, 1}};
    Redrawn *page = page_of(boxes, 6);

    (void)state;
    assert_int_equal(redrawn_arrange(page, NULL, NULL), 0);
    for (int i = 0; i < 5; i++)
        assert_type(&page->digits[i], 100, 60);
    assert_type(&page->digits[5], 300, 40);
    redrawn_free(page);
}

static void a_line_that_slopes_stays_one(void **state)
{
    float boxes[9][5];
    Redrawn *page;

    (void)state;
    for (int i = 0; i < 9; i++) {
        float at[5] = {100.f + 80 * (float)i, 100.f + 20 * (float)i, 40, 60, 0};

        memcpy(boxes[i], at, sizeof at);
    }
    boxes[4][3] = 120; /* a tail */
    page = page_of(boxes, 9);
    assert_int_equal(redrawn_arrange(page, NULL, NULL), 0);
    for (int i = 0; i < 9; i++)
        assert_type(&page->digits[i], 100.f + 20 * (float)i, 60);
    redrawn_free(page);
}

static void type_is_smaller_where_digits_stand_close(void **state)
{
    float boxes[6][5];
    Redrawn *page;

    (void)state;
    for (int i = 0; i < 6; i++) {
        float at[5] = {100.f + 20 * (float)i, 100, 16, 60, 0};

        memcpy(boxes[i], at, sizeof at);
    }
    page = page_of(boxes, 6);
    assert_int_equal(redrawn_arrange(page, NULL, NULL), 0);
    for (int i = 0; i < 6; i++) {
        assert_true(page->digits[i].type.height < 30 && page->digits[i].type.height > 20);
        assert_type(&page->digits[i], 130 - page->digits[i].type.height / 2,
                    page->digits[i].type.height);
    }
    redrawn_free(page);
}

/* Left end of what digit i has on the line, with a width of `wide` heights. */
static float left_of(const Redrawn *page, int i, float wide)
{
    const GlyphBox *b = &page->digits[i].type;

    return b->x + b->width / 2 - wide * b->height / 2;
}

static void type_that_would_touch_moves_apart_and_no_other(void **state)
{
    static const float boxes[][5] = {
        {100, 100, 40, 60, 0}, {200, 100, 40, 60, 0}, {300, 100, 16, 60, 0}, {320, 100, 16, 60, 0},
        {500, 100, 40, 60, 0}, {600, 100, 40, 60, 0}, {700, 100, 40, 60, 0}, {975, 100, 10, 60, 0}};
    enum { COUNT = sizeof boxes / sizeof *boxes };
    const float wide = 0.74f;
    Redrawn *page = page_of(boxes, COUNT);

    (void)state;
    assert_int_equal(redrawn_arrange(page, NULL, NULL), 0);
    for (int i = 0; i + 1 < COUNT; i++) {
        assert_true(left_of(page, i, wide) + 60 * wide <= left_of(page, i + 1, wide) + 0.01f);
        if (i != 2 && i != 3)
            assert_type(&page->digits[i], 100, 60);
    }
    assert_true(fabsf(page->digits[2].type.x + page->digits[3].type.x - 620) < 0.01f);
    assert_true(left_of(page, COUNT - 1, wide) + 60 * wide <= 1000.01f);
    redrawn_free(page);
}

static void a_wider_typeface_is_spread_further(void **state)
{
    float boxes[6][5];
    Redrawn *page;

    (void)state;
    need_font();
    for (int i = 0; i < 6; i++) {
        float at[5] = {100.f + 41 * (float)i, 100, 30, 60, 0};

        memcpy(boxes[i], at, sizeof at);
    }
    page = page_of(boxes, 6);
    assert_int_equal(redrawn_arrange(page, face, NULL), 0);
    for (int i = 0; i < 5; i++) {
        float ink = glyph_width(face, 8, page->digits[i].type.height);
        float apart = page->digits[i + 1].type.x - page->digits[i].type.x;

        assert_true(apart >= 1.1f * ink);
    }
    redrawn_free(page);
}

static void a_page_gives_every_digit_its_place(void **state)
{
    Redrawn *page = redrawn("283\n94", (SketchOptions){.seed = 1});

    (void)state;
    assert_false(page->single);
    assert_int_equal(page->count, 5);
    for (int i = 0; i < page->count; i++) {
        const RedrawnDigit *d = &page->digits[i];

        assert_true(d->x >= 0 && d->x + d->width <= (float)page->width);
        assert_true(d->y >= 0 && d->y + d->height <= (float)page->height);
        assert_true(d->digit >= 0 && d->digit <= 9 && d->probability > 0);
    }
    assert_true(page->digits[0].x < page->digits[2].x && page->digits[0].y < page->digits[3].y);
    redrawn_free(page);
}

static void a_page_that_lies_becomes_an_upright_one(void **state)
{
    Image *im = sketch_text("0283 947\n6415 73\n520 9436", &(SketchOptions){.seed = 1, .noise = 2}, NULL);
    Redrawn *upright = redrawer_redraw(redrawer, im, false, NULL);

    (void)state;
    assert_non_null(upright);
    for (int exif = 3; exif <= 8; exif += exif == 3 ? 3 : 2) { /* upside down, on one side and on the other */
        Image *lying = image_upright(image_copy(im, NULL), exif, NULL);
        Redrawn *page = redrawer_redraw(redrawer, lying, false, NULL);

        assert_non_null(page);
        assert_true(page->width == im->width && page->height == im->height && page->count == upright->count);
        for (int i = 0; i < page->count; i++) {
            const RedrawnDigit *a = &page->digits[i], *b = &upright->digits[i];

            assert_true(a->digit == b->digit && a->line == b->line && fabsf(a->x - b->x) < 8 && fabsf(a->y - b->y) < 8);
        }
        redrawn_free(page);
        image_free(lying);
    }
    redrawn_free(upright);
    image_free(im);
}

static void what_the_net_drew_stands_as_high_as_the_writing(void **state)
{
    static const Crisp ways[] = {CRISP_NONE, CRISP_SMOOTH, CRISP_STEPS};
    Redrawn page = made(3, false);

    (void)state;
    for (int i = 0; i < 3; i++)
        for (int factor = 1; factor <= 4; factor += 3) {
            Image *im = redrawn_picture(
                &page, &(RedrawLook){.crisp = ways[i], .height_px = 80 * factor}, NULL);
            int box[4];

            assert_non_null(im);
            assert_int_equal(im->width, 100 * factor);
            black_box(im, box);
            assert_in_range(box[0] + 1, 20 * factor, 20 * factor + 2);
            assert_in_range(box[1] + 1, 30 * factor, 30 * factor + 2);
            assert_in_range(box[2] + 1, 44 * factor, 44 * factor + 2);
            assert_in_range(box[3] + 1, 70 * factor, 70 * factor + 2);
            image_free(im);
        }
}

static void type_stands_as_high_as_the_writing_and_in_its_middle(void **state)
{
    Redrawn page = made(8, false);
    Image *im;
    int box[4];

    (void)state;
    need_font();
    im = redrawn_picture(&page, &(RedrawLook){.face = face, .height_px = 800}, NULL);
    assert_non_null(im);
    black_box(im, box);
    assert_in_range(box[1], 300, 302);
    assert_in_range(box[3], 698, 700);
    assert_in_range(box[0] + box[2], 636, 644);
    image_free(im);
}

static void what_is_no_digit_leaves_no_trace_in_type(void **state)
{
    Redrawn page = made(-1, false);
    Image *im;
    char *svg;
    int box[4];

    (void)state;
    need_font();
    im = redrawn_picture(&page, &(RedrawLook){.face = face}, NULL);
    svg = redrawn_svg(&page, face, NULL);
    assert_non_null(im);
    assert_non_null(svg);
    black_box(im, box);
    assert_int_equal(box[3], 0);
    assert_null(strstr(svg, "<path"));
    free(svg);
    image_free(im);
}

/* The net is not trained: it draws grey, and what was read stands instead. */
static void what_was_read_is_drawn_where_the_net_draws_something_else(void **state)
{
    Redrawn *page = redrawn("283\n94", (SketchOptions){.seed = 1});

    (void)state;
    need_font();
    for (int i = 0; i < page->count; i++) {
        uint8_t target[DIGIT_PIXELS] = {0};

        glyph_draw(face, page->digits[i].digit, &GLYPH_USUAL, DIGIT_SIDE, DIGIT_SIDE, target);
        assert_memory_equal(page->digits[i].drawn, target, DIGIT_PIXELS);
    }
    redrawn_free(page);
}

static void an_svg_has_a_path_for_each_digit(void **state)
{
    Redrawn *page = redrawn("283\n94", (SketchOptions){.seed = 1});
    char *svg;
    int paths = 0;

    (void)state;
    need_font();
    svg = redrawn_svg(page, face, NULL);
    assert_non_null(svg);
    assert_int_equal(strncmp(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 39), 0);
    for (const char *p = svg; (p = strstr(p, "<path d=\"M")); p++)
        paths++;
    assert_int_equal(paths, 5);
    assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
    free(svg);
    redrawn_free(page);
}

static void a_single_digit_is_the_nets_own_picture(void **state)
{
    Redrawn page = made(8, true);
    Image *im;

    (void)state;
    page.light_ink = true;
    im = redrawn_picture(&page, &(RedrawLook){0}, NULL);
    assert_non_null(im);
    assert_int_equal(im->width, DIGIT_SIDE);
    assert_memory_equal(im->pixels, page.digits[0].drawn, DIGIT_PIXELS);
    image_free(im);
    page.light_ink = false;
    im = redrawn_picture(&page, &(RedrawLook){0}, NULL);
    assert_non_null(im);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        assert_int_equal(im->pixels[i], 255 - page.digits[0].drawn[i]);
    image_free(im);
}

static void a_small_picture_is_one_digit(void **state)
{
    Image *im = image_new(28, 28, 1, NULL);
    Redrawn *page;

    (void)state;
    for (int y = 5; y < 24; y++)
        memset(im->pixels + y * 28 + 13, 255, 3);
    page = redrawer_redraw(redrawer, im, false, NULL);
    assert_non_null(page);
    assert_true(page->single && page->light_ink);
    assert_int_equal(page->count, 1);
    redrawn_free(page);
    image_free(im);
}

static void pictures_stand_side_by_side_at_one_height(void **state)
{
    Image *original = image_new(200, 100, 3, NULL), *a = image_new(80, 50, 1, NULL),
          *b = image_new(40, 50, 1, NULL);
    const Image *copies[] = {a, b};
    Image *sheet;

    (void)state;
    memset(original->pixels, 200, 200 * 100 * 3);
    memset(a->pixels, 10, 80 * 50);
    memset(b->pixels, 30, 40 * 50);
    sheet = redrawn_beside(original, copies, 2, NULL);
    assert_non_null(sheet);
    assert_int_equal(sheet->height, 50);
    assert_int_equal(sheet->width, 100 + 1 + 80 + 1 + 40);
    assert_int_equal(sheet->channels, 3);
    assert_int_equal(sheet->pixels[99 * 3], 200);
    assert_int_equal(sheet->pixels[100 * 3], 128);
    assert_int_equal(sheet->pixels[101 * 3], 10);
    assert_int_equal(sheet->pixels[181 * 3], 128);
    assert_int_equal(sheet->pixels[221 * 3 + 2], 30);
    image_free(sheet);
    image_free(original);
    image_free(a);
    image_free(b);
}

static void one_by_one_and_together_give_the_same(void **state)
{
    enum { COUNT = 70 };
    uint8_t *pictures = calloc(COUNT, DIGIT_PIXELS);
    RedrawnDigit *all = calloc(COUNT, sizeof *all), one;

    (void)state;
    assert_true(pictures && all);
    for (int i = 0; i < COUNT; i++)
        memset(pictures + i * DIGIT_PIXELS + 28 * (4 + i % 20) + 8, 255, 12);
    redrawer_draw(redrawer, pictures, COUNT, all);
    for (int i = 0; i < COUNT; i += 23) {
        redrawer_draw(redrawer, pictures + i * DIGIT_PIXELS, 1, &one);
        assert_int_equal(one.digit, all[i].digit);
        for (int k = 0; k < DIGIT_PIXELS; k++)
            assert_true(abs(one.drawn[k] - all[i].drawn[k]) <= 1);
    }
    free(pictures);
    free(all);
}

static void a_picture_without_digits_is_refused(void **state)
{
    static const int sides[] = {28, 300};

    (void)state;
    for (int i = 0; i < 2; i++) {
        Image *im = image_new(sides[i], sides[i], 1, NULL);
        Err e = {0};

        memset(im->pixels, 240, (size_t)sides[i] * (size_t)sides[i]);
        assert_null(redrawer_redraw(redrawer, im, false, &e));
        assert_int_equal(e.code, ERR_ARGUMENT);
        assert_string_equal(e.text, "no digit is found in the picture");
        image_free(im);
    }
}

static void a_model_that_does_not_redraw_is_refused(void **state)
{
    char other[] = "/tmp/redrawer-XXXXXX.safetensors", sentence[200];
    Err e = {0};

    (void)state;
    close(mkstemps(other, 12));
    save_model("lenet", other);
    snprintf(sentence, sizeof sentence, "%s: does not turn a picture of 28x28 into another", other);
    assert_null(redrawer_new(other, 1, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_string_equal(e.text, sentence);
    unlink(other);
}

static void a_copy_that_is_too_large_is_refused(void **state)
{
    Redrawn page = made(8, false);
    Err e = {0};

    (void)state;
    assert_null(redrawn_picture(&page, &(RedrawLook){.height_px = 29000}, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tail_and_a_small_zero_do_not_move_a_line),
        cmocka_unit_test(a_line_that_slopes_stays_one),
        cmocka_unit_test(type_is_smaller_where_digits_stand_close),
        cmocka_unit_test(type_that_would_touch_moves_apart_and_no_other),
        cmocka_unit_test(a_wider_typeface_is_spread_further),
        cmocka_unit_test(a_page_gives_every_digit_its_place),
        cmocka_unit_test(a_page_that_lies_becomes_an_upright_one),
        cmocka_unit_test(what_the_net_drew_stands_as_high_as_the_writing),
        cmocka_unit_test(type_stands_as_high_as_the_writing_and_in_its_middle),
        cmocka_unit_test(what_is_no_digit_leaves_no_trace_in_type),
        cmocka_unit_test(what_was_read_is_drawn_where_the_net_draws_something_else),
        cmocka_unit_test(an_svg_has_a_path_for_each_digit),
        cmocka_unit_test(a_single_digit_is_the_nets_own_picture),
        cmocka_unit_test(a_small_picture_is_one_digit),
        cmocka_unit_test(pictures_stand_side_by_side_at_one_height),
        cmocka_unit_test(one_by_one_and_together_give_the_same),
        cmocka_unit_test(a_picture_without_digits_is_refused),
        cmocka_unit_test(a_model_that_does_not_redraw_is_refused),
        cmocka_unit_test(a_copy_that_is_too_large_is_refused),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
