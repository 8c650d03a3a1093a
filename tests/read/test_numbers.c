/* From pieces of ink to lines of writing and numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/sketch.h"
#include "read/numbers.h"
#include "read/pieces.h"

enum { ROOM = 64 };

static const Image sheet = {.width = 1000, .height = 600, .channels = 1};

/* Digits of 20x40 with their upper left corners at x, x + step, .. on a line that falls by `slope`. */
static int add_row(Piece *p, int n, int x, int y, int step, int count, double slope)
{
    for (int i = 0; i < count; i++)
        p[n++] = (Piece){x + i * step, y + (int)lround(slope * i * step), 20, 40, 0};
    return n;
}

static int numbers_of(Piece *p, int n, Number *out)
{
    n = pieces_arrange(p, n, 1, &sheet, NULL);
    return numbers_find(p, n, out);
}

static void a_number_ends_at_a_gap_much_wider_than_the_others(void **state)
{
    Piece p[ROOM];
    Number n[ROOM];

    (void)state;
    assert_int_equal(
        numbers_of(p, add_row(p, add_row(p, 0, 50, 100, 30, 6, 0), 500, 100, 30, 4, 0), n), 2);
    assert_true(n[0].count == 6 && n[1].count == 4 && n[0].line == n[1].line);
    assert_true(n[0].x < 50 && n[0].x + n[0].width > 220 && n[1].x < 500);
    assert_int_equal(numbers_of(p, add_row(p, 0, 50, 100, 90, 8, 0), n), 1); /* widely spaced */
    assert_int_equal(n[0].count, 8);
}

/* Steps of 26 leave 6 between the ink of two digits, and a first digit at 194 stands 46 behind the last of four. */
static void a_number_ends_at_a_gap_as_wide_as_a_digit_is_high_where_others_are_narrow(void **state)
{
    Piece p[ROOM];
    Number n[ROOM];

    (void)state;
    assert_int_equal(numbers_of(p, add_row(p, add_row(p, 0, 50, 100, 26, 4, 0), 194, 100, 26, 2, 0), n), 2);
    assert_true(n[0].count == 4 && n[1].count == 2);
    assert_int_equal(numbers_of(p, add_row(p, add_row(p, add_row(p, 0, 50, 100, 26, 3, 0), 168, 100, 26, 1, 0), 234, 100, 26, 1, 0), n), 3);
    assert_int_equal(numbers_of(p, add_row(p, add_row(p, 0, 50, 100, 26, 4, 0), 170, 100, 26, 2, 0), n), 1); /* less */
    assert_int_equal(numbers_of(p, add_row(p, add_row(p, 0, 50, 100, 26, 2, 0), 142, 100, 26, 1, 0), n), 1); /* few */
    assert_int_equal(numbers_of(p, add_row(p, add_row(p, 0, 50, 100, 40, 4, 0), 230, 100, 40, 3, 0), n), 1); /* wide ones */
}

/* Three digits with a gap say little alone; that gap is one between numbers on the lines above. */
static void lines_of_a_page_are_judged_together(void **state)
{
    Piece p[ROOM];
    Number n[ROOM];
    int count = 0;

    (void)state;
    for (int row = 0; row < 2; row++)
        count = add_row(p, add_row(p, count, 50, 100 + 100 * row, 26, 4, 0), 194, 100 + 100 * row, 26, 2, 0);
    count = add_row(p, add_row(p, count, 50, 300, 26, 2, 0), 142, 300, 26, 1, 0);
    assert_int_equal(numbers_of(p, count, n), 6);
    assert_true(n[4].count == 2 && n[5].count == 1 && n[4].line == 2 && n[5].line == 2);
    count = 0;
    for (int row = 0; row < 3; row++) /* digits that stray, but no gaps of another kind */
        for (int i = 0, x = 50; i < 6; x += 40 + 7 * ((3 * i + row) % 4), i++)
            count = add_row(p, count, x, 100 + 100 * row, 26, 1, 0);
    assert_int_equal(numbers_of(p, count, n), 3);
}

static void lines_that_fall_or_rise_stay_lines(void **state)
{
    (void)state;
    for (double slope = -0.25; slope < 0.3; slope += 0.125) {
        Piece p[ROOM];
        Number n[ROOM];
        int count = 0;

        for (int row = 0; row < 3; row++)
            count = add_row(p, count, 80, 250 + 70 * row, 40, 12, slope);
        assert_int_equal(numbers_of(p, count, n), 3);
        for (int row = 0; row < 3; row++)
            assert_true(n[row].line == row && n[row].count == 12);
    }
}

static void the_slope_of_lines_is_told_unless_it_may_be_chance(void **state)
{
    static const int stray[] = {-6, 4, 9, -3, 7, 2, 8};
    Piece p[ROOM];
    Lay lay;
    int n = 0;

    (void)state;
    for (double fall = -0.3; fall < 0.35; fall += 0.2) {
        n = 0;
        for (int row = 0; row < 3; row++)
            n = add_row(p, n, 80, 250 + 70 * row, 40, 12, fall);
        pieces_arrange(p, n, 1, &sheet, &lay);
        assert_true(fabs(lay.slope - fall) < 0.02);
    }
    n = add_row(p, 0, 80, 250, 60, 7, 0); /* seven that stray by up to a quarter of their height */
    for (int i = 0; i < n; i++)
        p[i].y += stray[i];
    pieces_arrange(p, n, 1, &sheet, &lay);
    assert_true(lay.slope == 0);
    n = add_row(p, 0, 80, 250, 90, 2, 0.2);
    pieces_arrange(p, n, 1, &sheet, &lay);
    assert_true(lay.slope == 0);
}

/* Digits that lie are wider than high, whether they follow each other downwards, as a line, or beside each other, as a column. */
static void writing_on_its_side_is_told_from_rows_and_columns(void **state)
{
    static const struct {
        int width, height, right, down;
        bool on_side;
    } cases[] = {{40, 24, 0, 36, true}, {24, 40, 36, 0, false}, {24, 40, 0, 60, false}, {40, 24, 60, 0, true}};

    (void)state;
    for (int c = 0; c < 4; c++) {
        Piece p[ROOM];
        Lay lay;
        int n = 0;

        for (; n < 6; n++)
            p[n] = (Piece){200 + n * cases[c].right, 200 + n * cases[c].down, cases[c].width, cases[c].height, 0};
        pieces_arrange(p, n, 1, &sheet, &lay);
        assert_int_equal(lay.on_side, cases[c].on_side);
    }
}

/* 13 between rows 40 high: as far as the bar of a 5 may be from its body, but these are whole digits. */
static void rows_that_are_close_stay_apart(void **state)
{
    Piece p[ROOM];
    Number n[ROOM];
    int count = 0;

    (void)state;
    for (int row = 0; row < 4; row++)
        count = add_row(p, count, 200, 100 + 53 * row, 30, 3, 0);
    assert_int_equal(numbers_of(p, count, n), 4);
    for (int row = 0; row < 4; row++)
        assert_true(n[row].count == 3 && n[row].height < 60);
}

static void specks_and_the_edge_of_the_paper_are_no_numbers(void **state)
{
    Piece p[ROOM];
    Number n[ROOM];
    int count = add_row(p, 0, 200, 200, 30, 8, 0);

    (void)state;
    for (int i = 0; i < 10; i++)
        p[count++] = (Piece){100 + 70 * i, 400, 4, 5, 0};
    p[count++] = (Piece){0, 0, 30, 600, 0};
    p[count++] = (Piece){0, 0, 1000, 12, 0};
    assert_int_equal(numbers_of(p, count, n), 1);
    assert_int_equal(n[0].count, 8);
}

static void a_page_that_is_drawn_has_its_lines_and_numbers(void **state)
{
    static const SketchOptions papers[] = {{.seed = 2},
                                           {.seed = 3, .shadow = 0.6f, .noise = 4},
                                           {.seed = 4, .on_black = true},
                                           {.seed = 5, .hand_shadow = 0.4f}};

    (void)state;
    for (size_t i = 0; i < sizeof papers / sizeof *papers; i++) {
        Image *im = sketch_text("123     4567\n20240\n98 76", &papers[i], NULL);
        Number n[ROOM];
        int count;
        Piece *p = page_find(im, &count, NULL, NULL);
        int numbers = count <= ROOM ? numbers_find(p, count, n) : -1;

        assert_int_equal(numbers, 5);
        assert_true(n[0].line == 0 && n[1].line == 0 && n[2].line == 1 && n[3].line == 2 && n[4].line == 2);
        free(p);
        image_free(im);
    }
}

/* A zero: a ring, its middle at (x, y), `radius` to the middle of its stroke. */
static void draw_ring(Image *im, int x, int y, double radius, double stroke, int grey)
{
    for (int v = 0; v < im->height; v++)
        for (int u = 0; u < im->width; u++)
            if (fabs(hypot(u - x, v - y) - radius) < 0.5 * stroke)
                im->pixels[(size_t)v * im->width + u] = (uint8_t)grey;
}

static void draw_zero(Image *im, int x, int y, double radius, double stroke)
{
    draw_ring(im, x, y, radius, stroke, 30);
}

static Image *grey_paper(int width, int height)
{
    Image *im = image_new(width, height, 1, NULL);

    assert_non_null(im);
    memset(im->pixels, 210, (size_t)width * height);
    return im;
}

static void strokes_may_be_as_broad_as_a_fifth_of_the_picture(void **state)
{
    (void)state;
    for (int side = 100; side <= 2000; side += side < 200 ? 20 : side)
        for (int tenths = 1; tenths <= 2; tenths++) {
            Image *im = grey_paper(side, side);
            int count;
            Piece *p;

            draw_zero(im, side / 2, side / 2, 0.34 * side, 0.1 * tenths * side);
            p = page_find(im, &count, NULL, NULL);
            assert_int_equal(count, 1);
            assert_true(p->width > 0.75 * side && p->height > 0.75 * side);
            free(p);
            image_free(im);
        }
}

static void fine_writing_beside_a_blot_stays(void **state)
{
    Image *im = grey_paper(1200, 1200);
    int count, small = 0;
    Piece *p;

    (void)state;
    draw_zero(im, 420, 420, 150, 200);
    for (int i = 0; i < 6; i++)
        draw_zero(im, 300 + 100 * i, 900, 25, 8);
    p = page_find(im, &count, NULL, NULL);
    for (int i = 0; i < count; i++)
        small += p[i].height < 100 && p[i].y > 800;
    assert_int_equal(small, 6);
    free(p);
    image_free(im);
}

static void writing_on_a_sheet_that_lies_on_a_table_is_found(void **state)
{
    static const struct {
        int table, sheet, ink;
    } greys[] = {{20, 225, 40}, {90, 225, 40}, {220, 60, 230}}; /* the last a dark card */

    (void)state;
    for (int i = 0; i < 3; i++)
        for (int width = 400; width <= 1000; width += 300) {
            Image *im = grey_paper(1200, 900);
            int count, found = 0;
            Piece *p;

            memset(im->pixels, greys[i].table, 1200 * 900);
            for (int y = 250; y < 650; y++)
                memset(im->pixels + (size_t)y * 1200 + 600 - width / 2, greys[i].sheet, (size_t)width);
            for (int k = 0; k < 12; k++)
                draw_ring(im, 500 + 60 * (k % 4), 350 + 90 * (k / 4), 12, 3, greys[i].ink);
            p = page_find(im, &count, NULL, NULL);
            for (int k = 0; k < count; k++)
                found += p[k].height < 60;
            assert_true(found >= 12);
            free(p);
            image_free(im);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_ends_at_a_gap_much_wider_than_the_others),
        cmocka_unit_test(a_number_ends_at_a_gap_as_wide_as_a_digit_is_high_where_others_are_narrow),
        cmocka_unit_test(lines_of_a_page_are_judged_together),
        cmocka_unit_test(lines_that_fall_or_rise_stay_lines),
        cmocka_unit_test(the_slope_of_lines_is_told_unless_it_may_be_chance),
        cmocka_unit_test(writing_on_its_side_is_told_from_rows_and_columns),
        cmocka_unit_test(rows_that_are_close_stay_apart),
        cmocka_unit_test(specks_and_the_edge_of_the_paper_are_no_numbers),
        cmocka_unit_test(a_page_that_is_drawn_has_its_lines_and_numbers),
        cmocka_unit_test(strokes_may_be_as_broad_as_a_fifth_of_the_picture),
        cmocka_unit_test(fine_writing_beside_a_blot_stays),
        cmocka_unit_test(writing_on_a_sheet_that_lies_on_a_table_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
