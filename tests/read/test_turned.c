/* Pictures that are turned until their lines are level, and boxes that are turned back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/turned.h"

enum { WIDTH = 300, HEIGHT = 200, SIDE = 10 };

/* Dark squares of SIDE, their corners along a line that falls by `slope`, on paper. */
static Image *draw_squares(double slope)
{
    Image *im = image_new(WIDTH, HEIGHT, 3, NULL);

    assert_non_null(im);
    memset(im->pixels, 220, (size_t)WIDTH * HEIGHT * 3);
    for (int i = 0; i < 6; i++)
        for (int y = 0; y < SIDE; y++)
            memset(im->pixels + ((size_t)(100 + (int)lround(slope * (40 * i - 100)) + y) * WIDTH + 40 + 40 * i) * 3, 20, SIDE * 3);
    return im;
}

/* The box of what is dark in columns from `left` on to `right`. */
static void dark_box(const Image *im, int left, int right, int box[4])
{
    int x1 = 0, y1 = 0;

    box[0] = im->width;
    box[1] = im->height;
    for (int y = 0; y < im->height; y++)
        for (int x = left; x < right; x++)
            if (im->pixels[((size_t)y * im->width + x) * 3] < 120) {
                box[0] = x < box[0] ? x : box[0];
                box[1] = y < box[1] ? y : box[1];
                x1 = x + 1 > x1 ? x + 1 : x1;
                y1 = y + 1;
            }
    box[2] = x1 - box[0];
    box[3] = y1 - box[1];
}

static void a_line_that_falls_is_level_and_its_boxes_come_back(void **state)
{
    (void)state;
    for (double slope = -0.4; slope < 0.45; slope += 0.2) {
        Image *im = draw_squares(slope), *level;
        Turned t;
        int all[4], box[4];

        level = turned_level(im, slope, &t, NULL);
        assert_non_null(level);
        dark_box(level, 0, level->width, all);
        assert_true(all[3] < 2 * SIDE); /* the squares stand side by side */
        dark_box(level, all[0], all[0] + 2 * SIDE, box); /* the first */
        turned_back(&t, &box[0], &box[1], &box[2], &box[3]);
        int y = 100 + (int)lround(-100 * slope);

        assert_true(box[0] <= 40 && box[0] > 40 - SIDE && box[0] + box[2] >= 40 + SIDE && box[2] < 3 * SIDE);
        assert_true(box[1] <= y && box[1] > y - SIDE && box[1] + box[3] >= y + SIDE && box[3] < 3 * SIDE);
        image_free(level);
        image_free(im);
    }
}

static void what_lies_beyond_the_picture_is_paper_and_boxes_stay_within(void **state)
{
    Image *im = draw_squares(0.2), *level;
    Turned t;
    int x = -50, y = -50, width = 2000, height = 2000;

    (void)state;
    memset(im->pixels, 20, WIDTH * 3); /* a dark edge, that must not go on */
    level = turned_level(im, 0.2, &t, NULL);
    assert_non_null(level);
    assert_true(level->width > WIDTH && level->height > HEIGHT);
    assert_int_equal(level->pixels[0], 220);
    assert_int_equal(level->pixels[((size_t)level->width * level->height - 1) * 3], 220);
    turned_back(&t, &x, &y, &width, &height);
    assert_true(x == 0 && y == 0 && width == WIDTH && height == HEIGHT);
    image_free(level);
    image_free(im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_falls_is_level_and_its_boxes_come_back),
        cmocka_unit_test(what_lies_beyond_the_picture_is_paper_and_boxes_stay_within),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
