/* Sheets on tables, and what looks like one and is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/tabletop.h"

enum { WIDTH = 640, HEIGHT = 480 };

static Image *plain(int grey)
{
    Image *im = image_new(WIDTH, HEIGHT, 3, NULL);

    assert_non_null(im);
    memset(im->pixels, grey, (size_t)WIDTH * HEIGHT * 3);
    return im;
}

/* A rectangle about (x, y), turned by `turn`. */
static void draw_block(Image *im, double x, double y, double w, double h, double turn, int grey)
{
    for (int v = 0; v < HEIGHT; v++)
        for (int u = 0; u < WIDTH; u++) {
            double a = (u - x) * cos(turn) + (v - y) * sin(turn), b = (v - y) * cos(turn) - (u - x) * sin(turn);

            if (fabs(a) < w / 2 && fabs(b) < h / 2)
                memset(im->pixels + ((size_t)v * WIDTH + u) * 3, grey, 3);
        }
}

/* Four strokes on it. */
static void write_on(Image *im, double x, double y, double turn, int grey)
{
    for (int k = -2; k < 2; k++)
        draw_block(im, x + 40 * k * cos(turn), y + 40 * k * sin(turn), 6, 50, turn + 0.2, grey);
}

static Image *sheet_of(const Image *im, int *x, int *y)
{
    Image *sheet;

    assert_int_equal(tabletop_clear(im, &sheet, x, y, NULL), 0);
    return sheet;
}

static void a_sheet_is_cut_out_and_its_writing_stays(void **state)
{
    static const int tables[] = {20, 90, 150, 190};

    (void)state;
    for (int i = 0; i < 4; i++)
        for (double turn = -0.5; turn < 0.6; turn += 0.25) {
            Image *im = plain(tables[i]), *sheet;
            int x, y, dark = 0, ink = 0;

            draw_block(im, 330, 250, 360, 200, turn, 225);
            write_on(im, 330, 250, turn, 40);
            sheet = sheet_of(im, &x, &y);
            assert_non_null(sheet);
            for (int k = 0; k < sheet->width * sheet->height; k++) {
                int u = k % sheet->width + x, v = k / sheet->width + y;

                dark += sheet->pixels[3 * k] < 200;
                if (im->pixels[((size_t)v * WIDTH + u) * 3] == 40)
                    ink += sheet->pixels[3 * k] == 40;
            }
            assert_true(ink > 4 * 6 * 50 * 0.9);
            assert_int_equal(dark, ink); /* nothing of the table is left */
            image_free(sheet);
            image_free(im);
        }
}

static void light_that_falls_off_hides_no_sheet(void **state)
{
    (void)state;
    for (int table = 40; table <= 190; table += 50) {
        Image *im = plain(table), *sheet;
        int x, y;

        draw_block(im, 330, 250, 360, 200, 0.1, 235);
        write_on(im, 330, 250, 0.1, 40);
        for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
            im->pixels[i] = (uint8_t)(im->pixels[i] * (1 - 0.35 * (i / 3 % WIDTH) / WIDTH));
        sheet = sheet_of(im, &x, &y);
        assert_non_null(sheet);
        assert_true(sheet->width > 340 && sheet->width < 420 && sheet->height > 180 && sheet->height < 260);
        image_free(sheet);
        image_free(im);
    }
}

static void expect_none(Image *im)
{
    int x, y;

    assert_null(sheet_of(im, &x, &y));
    image_free(im);
}

static void what_is_no_sheet_is_left_alone(void **state)
{
    Image *im = plain(225); /* paper that fills the picture */

    (void)state;
    write_on(im, 320, 240, 0, 40);
    expect_none(im);

    im = plain(30); /* a large 1 in chalk */
    draw_block(im, 320, 240, 90, 400, 0.1, 220);
    expect_none(im);

    im = plain(60); /* a large 0 in chalk */
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        double r = hypot((i % WIDTH - 320) / 140., (i / WIDTH - 240) / 200.);

        if (r > 0.7 && r < 1)
            memset(im->pixels + 3 * (size_t)i, 220, 3);
    }
    expect_none(im);

    im = plain(225); /* a dark card on light wood */
    draw_block(im, 320, 240, 360, 200, 0, 50);
    write_on(im, 320, 240, 0, 230);
    expect_none(im);

    im = plain(0); /* light that falls off, in writing */
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        memset(im->pixels + 3 * (size_t)i, 240 - 150 * (i / WIDTH) / HEIGHT, 3);
    write_on(im, 320, 100, 0, 30);
    expect_none(im);
}

static void small_and_odd_pictures_are_left_alone(void **state)
{
    static const int sizes[][2] = {{1, 1}, {28, 28}, {3000, 1}, {1, 3000}, {250, 5}};

    (void)state;
    for (int i = 0; i < 5; i++)
        for (int channels = 1; channels <= 3; channels += 2) {
            Image *im = image_new(sizes[i][0], sizes[i][1], channels, NULL);

            for (size_t k = 0; k < (size_t)im->width * im->height * channels; k++)
                im->pixels[k] = (uint8_t)(k * 37);
            expect_none(im);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sheet_is_cut_out_and_its_writing_stays),
        cmocka_unit_test(light_that_falls_off_hides_no_sheet),
        cmocka_unit_test(what_is_no_sheet_is_left_alone),
        cmocka_unit_test(small_and_odd_pictures_are_left_alone),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
