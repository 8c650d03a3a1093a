/* Readings drawn on pictures: what stands on the page, and that it hides no writing. */
#include "../plot/page.h"

#include "data/dataset.h"
#include "filled_form.h"
#include "image/sketch.h"
#include "read/annotate.h"
#include "read/markup.h"
#include "sketched.h"

static Reader *reader;

static int open_reader(void **state)
{
    (void)state;
    reader = reader_new("lenet", 2, NULL);
    return reader ? 0 : -1;
}

static int close_reader(void **state)
{
    (void)state;
    reader_free(reader);
    return 0;
}

/* ---- looking at a page ---- */

static const Command *picture_of(const Canvas *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->commands[i].kind == COMMAND_IMAGE)
            return &c->commands[i];
    fail_msg("a page without a picture");
    return NULL;
}

static bool is_chip(const Canvas *c, size_t i)
{
    return c->commands[i].kind == COMMAND_SHAPE && c->commands[i].fill.a == 255;
}

static size_t chips(const Canvas *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->count; i++)
        n += is_chip(c, i);
    return n;
}

static size_t dashed(const Canvas *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->count; i++)
        n += c->commands[i].pen.dash == DASH_DASHED && c->commands[i].pen.color.a;
    return n;
}

static Box bounds_of(const Canvas *c, const Command *k)
{
    Point a = c->points[k->first], b = a;

    for (size_t i = 1; i < k->count; i++) {
        Point p = c->points[k->first + i];
        a = (Point){fmin(a.x, p.x), fmin(a.y, p.y)};
        b = (Point){fmax(b.x, p.x), fmax(b.y, p.y)};
    }
    return (Box){a.x, a.y, b.x - a.x, b.y - a.y};
}

/* The share of a chip that lies on ink of the picture: what is darker than half, or of chalk lighter. */
static double share_hidden(const Canvas *c, const Command *chip, const Image *im, bool chalk)
{
    Box b = bounds_of(c, chip), p = picture_of(c)->box;
    int hidden = 0, all = 0;

    for (double y = b.y; y < b.y + b.h; y += 0.5)
        for (double x = b.x; x < b.x + b.w; x += 0.5, all++) {
            int u = (int)floor((x - p.x) / p.w * im->width), v = (int)floor((y - p.y) / p.h * im->height);

            if (u >= 0 && v >= 0 && u < im->width && v < im->height)
                hidden += (im->pixels[((size_t)v * im->width + u) * im->channels] < 128) != chalk;
        }
    return (double)hidden / all;
}

static void expect_nothing_hidden(const Canvas *c, const Image *im, bool chalk)
{
    for (size_t i = 0; i < c->count; i++)
        if (is_chip(c, i))
            assert_true(share_hidden(c, &c->commands[i], im, chalk) < 0.03);
}

static int digits_of(const Reading *r)
{
    int n = 0;

    for (int i = 0; i < r->line_count; i++)
        n += r->lines[i].count;
    return n;
}

static Image *draw(const char *text, SketchOptions o)
{
    Image *im = sketch_text(text, &o, NULL);

    assert_non_null(im);
    return im;
}

static Image *cropped(Image *im, int x, int y, int width, int height)
{
    Image *crop = image_crop(im, x, y, width, height, NULL);

    assert_non_null(crop);
    image_free(im);
    return crop;
}

/* ---- digits ---- */

static void check_picture(const Image *im, bool chalk)
{
    Reading *r = reader_read(reader, im, &(ReadOptions){0}, NULL);
    Canvas *c = reading_annotate(r, im, NULL);

    assert_true(digits_of(r) > 0);
    page_check(c);
    assert_int_equal(chips(c), digits_of(r));
    expect_nothing_hidden(c, im, chalk);
    canvas_free(c);
    reading_free(r);
}

static void every_digit_has_a_name_that_hides_no_writing(void **state)
{
    static const SketchOptions how[] = {
        {.seed = 1},
        {.seed = 2, .ruled = true, .noise = 2, .shadow = 0.3f},
        {.seed = 3, .height_px = 20, .gap = 0.1f},
        {.seed = 4, .height_px = 160},
        {.seed = 5, .on_black = true},
    };

    (void)state;
    for (int i = 0; i < 5; i++) {
        Image *im = draw("0283\n9465 11\n20", how[i]);

        check_picture(im, how[i].on_black);
        image_free(im);
    }
}

static void names_find_room_where_the_writing_fills_the_picture(void **state)
{
    (void)state;
    for (int height = 20; height <= 80; height += 60) {
        Image *im = draw("4071", (SketchOptions){.seed = 3, .height_px = (float)height});
        Reading *r = reader_read(reader, im, &(ReadOptions){0}, NULL);
        const ReadDigit *first = &r->lines[0].digits[0], *last = &r->lines[0].digits[r->lines[0].count - 1];
        int left = first->x, top = first->y, right = last->x + last->width, low = first->y + first->height;

        im = cropped(im, left, top, right - left, low - top);
        reading_free(r);
        check_picture(im, false);
        image_free(im);
    }
}

static ReadLine line_of(ReadDigit *digits, ReadNumber *number, int count)
{
    *number = (ReadNumber){0, count, 1};
    return (ReadLine){"", digits, count, number, 1};
}

static void a_tiny_picture_is_enlarged_and_a_full_one_has_a_margin(void **state)
{
    Image *im = image_new(28, 28, 1, NULL);
    ReadDigit digit = {0, 0, 28, 28, 7, 0.99, .alternatives = {{7, 0.99}}};
    ReadNumber number;
    ReadLine line = line_of(&digit, &number, 1);
    Canvas *c = reading_annotate(&(Reading){28, 28, &line, 1, 0}, im, NULL);

    (void)state;
    page_check(c);
    Box picture = picture_of(c)->box;

    assert_true(picture.w >= 100 && picture.w <= 200);
    assert_true(fabs(fmod(picture.w * CANVAS_PNG_SCALE, 28)) < 1e-6);
    assert_true(c->height > picture.h + 6);
    assert_true(page_says(c, "7"));
    canvas_free(c);
    image_free(im);
}

static void a_picture_with_room_stays_as_large_as_it_was(void **state)
{
    Image *im = image_new(500, 301, 1, NULL);
    ReadDigit digit = {200, 100, 50, 80, 7, 0.99, .alternatives = {{7, 0.99}}};
    ReadNumber number;
    ReadLine line = line_of(&digit, &number, 1);
    Canvas *c = reading_annotate(&(Reading){500, 301, &line, 1, 0}, im, NULL);

    (void)state;
    assert_true(fabs(c->width * CANVAS_PNG_SCALE - im->width) < 0.01);
    assert_true(fabs(c->height * CANVAS_PNG_SCALE - im->height) < 0.01);
    canvas_free(c);
    image_free(im);
}

static void what_is_refused_or_doubtful_looks_different(void **state)
{
    Image *im = image_new(600, 200, 1, NULL);
    ReadDigit digits[3] = {{50, 80, 40, 60, 7, 0.99, .alternatives = {{7, 0.99}}},
                           {150, 80, 40, 60, 3, 0.8, .alternatives = {{3, 0.8}}},
                           {250, 80, 40, 60, -1, 0.4, .alternatives = {{5, 0.4}}}};
    ReadNumber number;
    ReadLine line = line_of(digits, &number, 3);

    (void)state;
    memset(im->pixels, 255, 600 * 200);
    Canvas *c = reading_annotate(&(Reading){600, 200, &line, 1, 0}, im, NULL);
    Color fills[3];
    int n = 0;

    page_check(c);
    for (size_t i = 0; i < c->count; i++)
        if (is_chip(c, i) && n < 3)
            fills[n++] = c->commands[i].fill;
    assert_int_equal(n, 3);
    for (int i = 0; i < 3; i++)
        assert_true(memcmp(&fills[i], &fills[(i + 1) % 3], sizeof fills[0]) != 0);
    assert_int_equal(page_times(c, "5?"), 1);
    assert_int_equal(dashed(c), 1);
    canvas_free(c);
    image_free(im);
}

static void names_of_a_crowd_lie_apart(void **state)
{
    enum { SIDE = 20, STEP = 30 };
    Mark marks[SIDE * SIDE] = {0};
    Image *im = image_new(SIDE * STEP, SIDE * STEP, 1, NULL);

    (void)state;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double x = i % SIDE * STEP, y = i / SIDE * STEP;
        Spot corners[4] = {{x, y}, {x + STEP, y}, {x + STEP, y + STEP}, {x, y + STEP}};

        memcpy(marks[i].corners, corners, sizeof corners);
        marks[i].group = i / SIDE;
        snprintf(marks[i].text, sizeof marks[i].text, "%d", i);
    }
    Canvas *c = markup_draw(im, marks, SIDE * SIDE, STEP, NULL);

    page_check(c);
    Box picture = picture_of(c)->box;
    for (size_t i = 0; i < c->count; i++)
        if (is_chip(c, i)) {
            Box b = bounds_of(c, &c->commands[i]);
            assert_true(b.x + b.w <= picture.x + 1 || b.x >= picture.x + picture.w - 1 ||
                        b.y + b.h <= picture.y + 1 || b.y >= picture.y + picture.h - 1);
        }
    assert_true(chips(c) >= 4 * SIDE - 4);
    canvas_free(c);
    image_free(im);
}

static void corners_far_beyond_the_picture_are_no_trouble(void **state)
{
    Image *im = image_new(50, 40, 3, NULL);
    Mark m = {.corners = {{-1e30, -1e30}, {1e30, 5}, {1e30, 1e30}, {0, 1e30}}, .text = "1"};
    Err e = {0};
    Canvas *c = markup_draw(im, &m, 1, 20, &e);

    (void)state;
    canvas_free(c);
    image_free(im);
}

/* ---- tables ---- */

static Cell cell_at(double x, double y, double side, const char *text, double probability)
{
    Cell c = {.corners = {{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}}, .probability = probability};

    snprintf(c.text, sizeof c.text, "%s", text);
    return c;
}

static void a_cells_name_stands_within_it_beside_its_writing(void **state)
{
    Image *im = image_new(400, 200, 1, NULL);
    Cell cells[3] = {cell_at(20, 40, 100, "4", 0.99), cell_at(120, 40, 100, "", 1), cell_at(220, 40, 100, "?", 0.4)};

    (void)state;
    memset(im->pixels, 255, 400 * 200);
    for (int y = 50; y < 90; y++) /* in the upper left corner, so that the name stands in another */
        memset(im->pixels + 400 * y + 30, 0, 12);
    Canvas *c = cells_annotate(&(CellsReading){1, 3, cells, 0}, im, NULL);

    page_check(c);
    assert_int_equal(chips(c), 2);
    assert_int_equal(dashed(c), 1);
    expect_nothing_hidden(c, im, false);
    for (size_t i = 0; i < c->count; i++)
        if (is_chip(c, i)) {
            Box b = bounds_of(c, &c->commands[i]);
            double x = b.x * CANVAS_PNG_SCALE, y = b.y * CANVAS_PNG_SCALE;

            assert_true(y >= 40 && y + b.h * CANVAS_PNG_SCALE <= 140);
            assert_true((x >= 20 && x + b.w * CANVAS_PNG_SCALE <= 120) || (x >= 220 && x + b.w * CANVAS_PNG_SCALE <= 320));
        }
    canvas_free(c);
    image_free(im);
}

/* ---- forms ---- */

/* Rings round bubbles, which have many corners, but for the grey ones of what is empty. */
static size_t rings(const Canvas *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->count; i++)
        n += c->commands[i].kind == COMMAND_SHAPE && c->commands[i].count > 4 &&
             c->commands[i].pen.color.r != c->commands[i].pen.color.g;
    return n;
}

static void every_field_has_its_text_and_flag_beside_it(void **state)
{
    Dataset *digits = sketched_digits(8);
    Layout *l = layout_open("marks", NULL);
    Fill fill = {.digits = digits, .seed = 5, .hard = true};
    char **meant = NULL;
    Image *sheet = fill_form(l, &fill, &meant, NULL);
    FormReading *f = form_read(reader, l, sheet, NULL, NULL);
    Canvas *c = f ? form_annotate(f, l, sheet, NULL) : NULL;

    (void)state;
    page_check(c);
    size_t named = 0, refused = 0, filled = 0;
    for (int i = 0; i < f->count; i++) {
        const FieldReading *r = &f->fields[i];
        char text[200];

        snprintf(text, sizeof text, "%s%s%s", r->text, *r->text && r->flag ? " " : "", form_flag_name(r->flag));
        named += *text != '\0';
        refused += r->flag != FORM_SURE;
        assert_true(!*text || page_shows_whole(c, text));
        for (int k = 0; k < field_items(&l->fields[i]); k++) {
            refused += r->items[k].value == FORM_DOUBT;
            filled += l->fields[i].kind != FIELD_DIGITS && r->items[k].value != 0;
        }
    }
    assert_true(named > 20 && refused > 0 && filled > 0);
    assert_int_equal(chips(c), named);
    assert_int_equal(dashed(c), refused);
    assert_int_equal(rings(c), filled);
    expect_nothing_hidden(c, sheet, false);
    canvas_free(c);
    form_free(f);
    image_free(sheet);
    fill_free(meant, l);
    layout_free(l);
    dataset_free(digits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_digit_has_a_name_that_hides_no_writing),
        cmocka_unit_test(names_find_room_where_the_writing_fills_the_picture),
        cmocka_unit_test(a_tiny_picture_is_enlarged_and_a_full_one_has_a_margin),
        cmocka_unit_test(a_picture_with_room_stays_as_large_as_it_was),
        cmocka_unit_test(what_is_refused_or_doubtful_looks_different),
        cmocka_unit_test(names_of_a_crowd_lie_apart),
        cmocka_unit_test(corners_far_beyond_the_picture_are_no_trouble),
        cmocka_unit_test(a_cells_name_stands_within_it_beside_its_writing),
        cmocka_unit_test(every_field_has_its_text_and_flag_beside_it),
    };

    return cmocka_run_group_tests(tests, open_reader, close_reader);
}
