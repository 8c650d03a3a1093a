/* Pages that lie on a side or upside down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "image/sketch.h"
#include "read/way_up.h"
#include "shipped_reader.h"

enum { LINES = 3 };

static const char *const lines[LINES] = {"0283 947", "6415 73", "520 9436"};
static const int degrees[] = {90, 180, 270};
static Image *draw_page(void)
{
    Image *im = sketch_text("0283 947\n6415 73\n520 9436", &(SketchOptions){.seed = 1, .noise = 2}, NULL);

    assert_non_null(im);
    return im;
}

static void a_page_is_read_whichever_way_up_it_lies(void **state)
{
    Image *upright = draw_page();

    for (int way = -1; way < 3; way++) {
        Image *im = way < 0 ? image_copy(upright, NULL) : turned_to(upright, degrees[way], NULL);
        Reading *r = reader_read(*state, im, &(ReadOptions){0}, NULL);

        assert_non_null(r);
        assert_true(r->width == im->width && r->height == im->height);
        assert_int_equal(r->turned, way < 0 ? 0 : 360 - degrees[way]);
        assert_int_equal(r->line_count, LINES);
        for (int i = 0; i < LINES; i++)
            assert_string_equal(r->lines[i].text, lines[i]);
        reading_free(r);
        image_free(im);
    }
    image_free(upright);
}

static bool is_dark(const Image *im, int x, int y)
{
    return im->pixels[((size_t)y * im->width + x) * im->channels] < 128;
}

/* A box that was moved to another place would lie round paper. */
static void its_boxes_lie_round_its_ink(void **state)
{
    Image *upright = draw_page();

    for (int way = 0; way < 3; way++) {
        Image *im = turned_to(upright, degrees[way], NULL);
        Reading *r = reader_read(*state, im, &(ReadOptions){0}, NULL);
        int boxes = 0, inside = 0, all = 0;

        for (int y = 0; y < im->height; y++)
            for (int x = 0; x < im->width; x++)
                all += is_dark(im, x, y);
        for (int l = 0; l < r->line_count; l++)
            for (int i = 0; i < r->lines[l].count; i++, boxes++) {
                const ReadDigit *d = &r->lines[l].digits[i];

                assert_true(d->x >= 0 && d->y >= 0 && d->x + d->width <= im->width && d->y + d->height <= im->height);
                for (int y = d->y; y < d->y + d->height; y++)
                    for (int x = d->x; x < d->x + d->width; x++)
                        inside += is_dark(im, x, y);
            }
        assert_int_equal(boxes, 20);
        assert_true(inside > 0.9 * all);
        reading_free(r);
        image_free(im);
    }
    image_free(upright);
}

static void a_column_of_digits_is_read_whichever_way_up_it_lies(void **state)
{
    static const char *const digits[] = {"2", "7", "4", "3", "5", "7"};
    Image *upright = sketch_text("2\n7\n4\n3\n5\n7", &(SketchOptions){.seed = 3, .noise = 2}, NULL);

    for (int way = -1; way < 3; way++) {
        Image *im = way < 0 ? image_copy(upright, NULL) : turned_to(upright, degrees[way], NULL);
        Reading *r = reader_read(*state, im, &(ReadOptions){0}, NULL);

        assert_int_equal(r->line_count, 6);
        for (int i = 0; i < 6; i++)
            assert_string_equal(r->lines[i].text, digits[i]);
        reading_free(r);
        image_free(im);
    }
    image_free(upright);
}

static void a_box_comes_back_from_each_way(void **state)
{
    SeenDigit spot = {.digit = {.x = 10, .y = 20, .width = 3, .height = 5}};
    Sight s = {.spots = &spot, .count = 1};

    (void)state;
    for (int way = 0; way < 3; way++) { /* there and back: on a picture of 100x60, and on it turned */
        bool quarter = degrees[way] != 180;

        sight_turn_back(&s, degrees[way], 100, 60);
        sight_turn_back(&s, 360 - degrees[way], quarter ? 60 : 100, quarter ? 100 : 60);
        assert_true(spot.digit.x == 10 && spot.digit.y == 20 && spot.digit.width == 3 && spot.digit.height == 5);
    }
    sight_turn_back(&s, 90, 100, 60); /* the picture's lower left corner was the turned one's upper left */
    assert_true(spot.digit.x == 20 && spot.digit.y == 60 - 10 - 3 && spot.digit.width == 5 && spot.digit.height == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_read_whichever_way_up_it_lies),
        cmocka_unit_test(its_boxes_lie_round_its_ink),
        cmocka_unit_test(a_column_of_digits_is_read_whichever_way_up_it_lies),
        cmocka_unit_test(a_box_comes_back_from_each_way),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_reader, close_reader);
}
