/* Tables that are drawn, photographed by a made-up phone, and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "image/photo.h"
#include "image/upright.h"
#include "plot/canvas.h"
#include "read/cells.h"
#include "sketched.h"

enum { SIDE = 40, EDGE = 60 }; /* points of a cell, and of paper around the table */

typedef struct Table {
    int rows, columns;
    bool uneven; /* the first column is wide, the second row high */
    bool broken; /* lines have gaps */
    Color line;
    double width; /* of a line, points */
} Table;

static Reader *reader;
static Dataset *digits;

static int set_up(void **state)
{
    (void)state;
    reader = reader_new("lenet", 2, NULL);
    digits = sketched_digits(8);
    return reader && digits ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    reader_free(reader);
    dataset_free(digits);
    return 0;
}

static double place_x(const Table *t, int column)
{
    return EDGE + SIDE * (column + (t->uneven && column > 0 ? 0.7 : 0));
}

static double place_y(const Table *t, int row)
{
    return EDGE + SIDE * (row + (t->uneven && row > 1 ? 0.5 : 0));
}

static void draw_line(Canvas *c, const Table *t, Point a, Point b)
{
    int parts = t->broken ? 23 : 1;

    for (int i = 0; i < parts; i++) {
        double from = (double)i / parts, to = (i + (t->broken ? 0.93 : 1)) / parts;
        canvas_line(c, (Point){a.x + from * (b.x - a.x), a.y + from * (b.y - a.y)},
                    (Point){a.x + to * (b.x - a.x), a.y + to * (b.y - a.y)},
                    (Pen){t->line, t->width, DASH_SOLID});
    }
}

/* Ink dark on white, of one of the made-up digits. */
static void draw_digit(Canvas *c, const Table *t, int row, int column, int index)
{
    uint8_t dark[784];
    double side = SIDE * 0.85;
    Box box = {(place_x(t, column) + place_x(t, column + 1) - side) / 2,
               (place_y(t, row) + place_y(t, row + 1) - side) / 2, side, side};

    for (int i = 0; i < 784; i++)
        dark[i] = (uint8_t)(255 - digits->pixels[784 * index + i] * 0.85);
    canvas_image(c, box, &(Image){28, 28, 1, dark});
}

/* Digit i stands in cell i, but that every fifth cell is empty. */
static Image *draw_table(const Table *t, PhotoOptions o)
{
    Err e = {0};
    double right = place_x(t, t->columns), low = place_y(t, t->rows);
    Canvas *c = canvas_new(right + EDGE, low + EDGE, &e);

    for (int i = 0; i < t->rows * t->columns; i++)
        if (i % 5 != 4)
            draw_digit(c, t, i / t->columns, i % t->columns, i % (int)digits->count);
    for (int r = 0; r <= t->rows; r++)
        draw_line(c, t, (Point){EDGE, place_y(t, r)}, (Point){right, place_y(t, r)});
    for (int k = 0; k <= t->columns; k++)
        draw_line(c, t, (Point){place_x(t, k), EDGE}, (Point){place_x(t, k), low});
    Image *sheet = canvas_render(c, 3, &e), *photo = photo_take(sheet, &o, &e);

    canvas_free(c);
    image_free(sheet);
    if (!photo)
        fail_msg("%s", e.text);
    return photo;
}

static void check_table(Table t, PhotoOptions o, double least)
{
    Err e = {0};
    Image *photo = draw_table(&t, o);
    CellsReading *c = cells_read(reader, NULL, photo, t.rows, t.columns, &e);
    int right = 0, n = t.rows * t.columns;

    if (!c)
        fail_msg("%s", e.text);
    for (int i = 0; i < n; i++) {
        char meant[2] = {i % 5 == 4 ? '\0' : (char)('0' + digits->labels[i % (int)digits->count]),
                         0};
        right += !strcmp(c->cells[i].text, meant);
    }
    if (right < least * n)
        fail_msg("%d of %d cells are read right", right, n);
    cells_free(c);
    image_free(photo);
}

#define GREY ((Color){120, 120, 120, 255})

static void a_table_from_straight_above_is_read(void **state)
{
    (void)state;
    check_table((Table){.rows = 9, .columns = 9, .line = COLOR_BLACK, .width = 1},
                (PhotoOptions){.width = 900}, 0.97);
}

static void a_table_seen_from_the_side_in_a_shadow_is_read(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        check_table((Table){.rows = 6, .columns = 8, .line = GREY, .width = 0.8},
                    (PhotoOptions){.seed = seed,
                                   .width = 1100,
                                   .tilt_deg = 15,
                                   .turn_deg = 7,
                                   .bend = 0.004f,
                                   .shadow = 0.5f,
                                   .hand = seed == 2 ? 0.4f : 0,
                                   .blur_px = 0.8f,
                                   .noise = 4},
                    0.95);
}

static void rows_and_columns_may_differ(void **state)
{
    (void)state;
    check_table((Table){.rows = 5, .columns = 3, .uneven = true, .line = COLOR_BLACK, .width = 1},
                (PhotoOptions){.width = 900, .tilt_deg = 10, .noise = 3}, 0.93);
}

static void broken_lines_are_lines(void **state)
{
    (void)state;
    check_table((Table){.rows = 5, .columns = 6, .broken = true, .line = COLOR_BLACK, .width = 0.8},
                (PhotoOptions){.width = 900, .tilt_deg = 10, .turn_deg = -4, .noise = 3}, 0.93);
}

static void crossings_lie_where_the_lines_cross(void **state)
{
    Table t = {.rows = 4, .columns = 5, .line = COLOR_BLACK, .width = 1};
    Image *photo = draw_table(&t, (PhotoOptions){.width = 800});
    Spot nodes[30];
    Err e = {0};

    (void)state;
    if (cells_find(photo, 4, 5, nodes, &e))
        fail_msg("%s", e.text);
    double step = (nodes[5].x - nodes[0].x) / 5;
    for (int r = 0; r <= 4; r++)
        for (int k = 0; k <= 5; k++) {
            assert_true(fabs(nodes[6 * r + k].x - nodes[0].x - k * step) < 2.5);
            assert_true(fabs(nodes[6 * r + k].y - nodes[0].y - r * step) < 2.5);
        }
    image_free(photo);
}

static void a_table_of_another_size_is_refused(void **state)
{
    static const struct {
        int rows, columns;
        const char *what;
    } wrong[] = {{3, 5, "more than 3 rows"},    {5, 5, "fewer than 5 rows"},    {7, 5, "fewer than 7 rows"},
                 {4, 3, "more than 3 columns"}, {4, 6, "fewer than 6 columns"}, {2, 5, "more than 2 rows"},
                 {8, 5, "fewer than 8 rows"},   {4, 8, "fewer than 8 columns"}};
    Table t = {.rows = 4, .columns = 5, .line = COLOR_BLACK, .width = 1};
    Image *photo = draw_table(&t, (PhotoOptions){.width = 800, .tilt_deg = 5, .noise = 2});

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Spot nodes[100];
        Err e = {0};

        if (!cells_find(photo, wrong[i].rows, wrong[i].columns, nodes, &e) || !strstr(e.text, wrong[i].what))
            fail_msg("%d x %d: %s", wrong[i].rows, wrong[i].columns, e.text);
    }
    image_free(photo);
}

/* Whichever way up the photo is, the cells are the same; what is asked for is the upright table. */
static void a_table_that_lies_is_turned(void **state)
{
    Table t = {.rows = 4, .columns = 6, .line = COLOR_BLACK, .width = 1};
    Image *photo = draw_table(&t, (PhotoOptions){.width = 900, .tilt_deg = 4, .noise = 2});
    CellsReading *upright = cells_read(reader, NULL, photo, 4, 6, NULL);

    (void)state;
    assert_non_null(upright);
    assert_int_equal(upright->turned, 0);
    for (int degrees = 90; degrees < 360; degrees += 90) {
        Image *lying = image_upright(image_copy(photo, NULL), degrees == 90 ? 6 : degrees == 180 ? 3 : 8, NULL);
        CellsReading *c = cells_read(reader, NULL, lying, 4, 6, NULL);
        int same = 0;

        assert_non_null(c);
        assert_int_equal(c->turned, 360 - degrees);
        for (int i = 0; i < 24; i++) {
            const Spot *a = c->cells[i].corners;

            same += !strcmp(c->cells[i].text, upright->cells[i].text);
            assert_true(degrees == 180 ? a[1].x < a[0].x : degrees == 90 ? a[1].y > a[0].y : a[1].y < a[0].y);
        }
        assert_true(same >= 23);
        cells_free(c);
        image_free(lying);
    }
    assert_null(cells_read(reader, NULL, photo, 6, 4, NULL));
    cells_free(upright);
    image_free(photo);
}

static void what_is_no_table_is_refused(void **state)
{
    static const int sizes[][2] = {{1, 1}, {2, 300}, {400, 300}};
    Rng r = rng_stream(2, RNG_TEST, 0);

    (void)state;
    for (int kind = 0; kind < 9; kind++) {
        Err e = {0};
        Image *im = image_new(sizes[kind % 3][0], sizes[kind % 3][1], 1, NULL);
        for (int i = 0; kind > 2 && i < im->width * im->height; i++)
            im->pixels[i] = (uint8_t)(kind > 5 ? rng_u64(&r) & 255 : 255);
        assert_null(cells_read(reader, NULL, im, 9, 9, &e));
        assert_non_null(strstr(e.text, "no table"));
        image_free(im);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_from_straight_above_is_read),
        cmocka_unit_test(a_table_seen_from_the_side_in_a_shadow_is_read),
        cmocka_unit_test(rows_and_columns_may_differ),
        cmocka_unit_test(broken_lines_are_lines),
        cmocka_unit_test(crossings_lie_where_the_lines_cross),
        cmocka_unit_test(a_table_of_another_size_is_refused),
        cmocka_unit_test(a_table_that_lies_is_turned),
        cmocka_unit_test(what_is_no_table_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
