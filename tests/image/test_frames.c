#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "image/cut_off.h"
#include "image/frames.h"

enum { WIDTH = 120, HEIGHT = 60, DEEP = 150, PALE = 30 };

static InkMap *paper(int w, int h)
{
    InkMap *m = calloc(1, sizeof *m);

    assert_non_null(m);
    m->width = w;
    m->height = h;
    m->scale = m->noise = m->certainty = 1;
    m->dark_ink = true;
    m->ink = calloc((size_t)w * h, sizeof *m->ink);
    m->depth = calloc((size_t)w * h, sizeof *m->depth);
    assert_true(m->ink && m->depth);
    return m;
}

/* A stroke two pixels thick, `depth` deep. */
static void stroke(InkMap *m, float x0, float y0, float x1, float y1, float depth)
{
    float steps = 2 * fmaxf(fabsf(x1 - x0), fabsf(y1 - y0)) + 1;

    for (float i = 0; i <= steps; i++)
        for (int k = 0; k < 4; k++) {
            int x = (int)(x0 + (x1 - x0) * i / steps) + k % 2, y = (int)(y0 + (y1 - y0) * i / steps) + k / 2;

            if (x >= 0 && y >= 0 && x < m->width && y < m->height)
                m->depth[y * m->width + x] = fmaxf(m->depth[y * m->width + x], depth);
        }
}

static void box(InkMap *m, float x0, float y0, float x1, float y1)
{
    stroke(m, x0, y0, x1, y0 + 1, DEEP); /* a little askew */
    stroke(m, x0 - 1, y1, x1 - 1, y1 + 1, DEEP);
    stroke(m, x0, y0, x0 - 1, y1, DEEP);
    stroke(m, x1, y0 + 1, x1 - 1, y1 + 1, DEEP);
}

/* A 7 whose box begins at (x, y). */
static void seven(InkMap *m, float x, float y, float height)
{
    stroke(m, x, y, x + 0.6f * height, y, DEEP);
    stroke(m, x + 0.6f * height, y, x + 0.2f * height, y + height, DEEP);
}

static void erase(InkMap *m)
{
    ink_level(m);
    assert_int_equal(frames_erase(m, NULL), 0);
    assert_int_equal(cut_off_erase(m, NULL), 0);
}

static bool is_inked(const InkMap *m, int x, int y)
{
    for (int v = y - 1; v <= y + 1; v++)
        for (int u = x - 1; u <= x + 1; u++)
            if (m->ink[v * m->width + u] > 0.5f)
                return true;
    return false;
}

static void a_box_on_the_sheet_goes_and_what_it_holds_stays(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    box(m, 15, 8, 105, 50);
    seven(m, 70, 18, 20);
    erase(m);
    assert_false(is_inked(m, 60, 8) || is_inked(m, 60, 51) || is_inked(m, 15, 30) || is_inked(m, 104, 30));
    assert_true(is_inked(m, 75, 18) && is_inked(m, 78, 28) && is_inked(m, 74, 38));
    ink_free(m);
}

static void a_stroke_through_a_side_stays_whole(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    box(m, 15, 8, 105, 40);
    seven(m, 70, 22, 30);
    erase(m);
    assert_false(is_inked(m, 50, 8) || is_inked(m, 50, 41));
    for (int y = 23; y < 51; y++)
        assert_true(is_inked(m, (int)(70 + 18 - 12.f * (float)(y - 22) / 30), y));
    ink_free(m);
}

static void digits_that_look_like_boxes_stay(void **state)
{
    (void)state;
    for (int bar = 0; bar < 2; bar++) { /* 0 and 8 */
        InkMap *m = paper(60, HEIGHT);

        box(m, 15, 8, 45, 50);
        if (bar)
            stroke(m, 15, 29, 45, 29, DEEP);
        erase(m);
        assert_true(is_inked(m, 30, 8) && is_inked(m, 15, 20) && is_inked(m, 45, 40) && is_inked(m, 30, 51));
        assert_int_equal(is_inked(m, 30, 29), bar);
        ink_free(m);
    }
}

/* A loop of straight strokes, and a stem that goes on. */
static void the_loop_of_a_nine_is_no_box(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    box(m, 40, 5, 66, 27);
    stroke(m, 66, 27, 65, 55, DEEP);
    erase(m);
    assert_true(is_inked(m, 52, 5) && is_inked(m, 40, 15) && is_inked(m, 52, 28) && is_inked(m, 65, 50));
    ink_free(m);
}

static void an_empty_wide_box_is_blank(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    box(m, 15, 8, 105, 50);
    erase(m);
    assert_true(m->blank);
    ink_free(m);
}

static void a_box_may_be_askew(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    stroke(m, 15, 8, 105, 13, DEEP);
    stroke(m, 13, 46, 103, 51, DEEP);
    stroke(m, 15, 8, 13, 46, DEEP);
    stroke(m, 105, 13, 103, 51, DEEP);
    seven(m, 70, 20, 18);
    erase(m);
    assert_false(is_inked(m, 40, 9) || is_inked(m, 40, 48) || is_inked(m, 14, 30) || is_inked(m, 104, 30));
    assert_true(is_inked(m, 75, 20) && is_inked(m, 78, 28));
    ink_free(m);
}

static void writing_as_high_as_its_box_keeps_it(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    box(m, 15, 8, 105, 50);
    seven(m, 60, 12, 35);
    erase(m);
    assert_true(is_inked(m, 40, 8) && is_inked(m, 15, 30));
    ink_free(m);
}

static void what_the_rim_cuts_beside_a_box_goes(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    box(m, 30, 8, 100, 50);
    seven(m, 60, 18, 20);
    seven(m, -8, 15, 30); /* cut */
    seven(m, 106, 20, 15); /* whole */
    erase(m);
    assert_false(is_inked(m, 5, 15));
    assert_true(is_inked(m, 66, 18) && is_inked(m, 110, 20));
    ink_free(m);
}

static void a_box_in_a_full_one_is_looked_at(void **state)
{
    InkMap *m = paper(WIDTH, 100);

    (void)state;
    box(m, 3, 3, 115, 95);
    stroke(m, 100, 6, 100, 92, DEEP); /* as high as the outer box */
    box(m, 20, 30, 90, 80);
    seven(m, 50, 42, 22);
    erase(m);
    assert_true(is_inked(m, 60, 3));
    assert_false(is_inked(m, 40, 30) || is_inked(m, 20, 60));
    assert_true(is_inked(m, 56, 42));
    ink_free(m);
}

static void ones_between_two_rules_are_no_sides(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    stroke(m, 0, 10, WIDTH, 10, DEEP);
    stroke(m, 0, 50, WIDTH, 50, DEEP);
    stroke(m, 30, 10, 30, 50, DEEP);
    stroke(m, 80, 10, 80, 50, DEEP);
    seven(m, 50, 20, 20);
    erase(m);
    assert_true(is_inked(m, 30, 30) && is_inked(m, 80, 30));
    ink_free(m);
}

static void what_a_tables_rule_and_the_rim_cut_off_goes(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) { /* to the left and to the right */
        InkMap *m = paper(WIDTH, HEIGHT);
        float rule = turn ? 100 : 20, beyond = turn ? 108 : -2;

        stroke(m, 0, 3, WIDTH, 4, PALE);
        stroke(m, rule, 0, rule, HEIGHT, PALE);
        seven(m, beyond, 15, 25);
        seven(m, 50, 15, 25);
        erase(m);
        assert_false(is_inked(m, turn ? 114 : 4, 15));
        assert_true(is_inked(m, 56, 15) && is_inked(m, 56, 38));
        ink_free(m);
    }
}

static void the_row_above_goes_though_it_hangs_across_the_rule(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    stroke(m, 0, 12, WIDTH, 12, PALE);
    seven(m, 40, -14, 30);
    seven(m, 60, 25, 25);
    erase(m);
    assert_false(is_inked(m, 49, 5) || is_inked(m, 46, 14));
    assert_true(is_inked(m, 66, 25) && is_inked(m, 66, 48));
    ink_free(m);
}

static void rows_on_lined_paper_stay(void **state)
{
    InkMap *m = paper(WIDTH, 90);

    (void)state;
    stroke(m, 0, 36, WIDTH, 36, PALE);
    stroke(m, 0, 78, WIDTH, 78, PALE);
    seven(m, 20, 6, 28);
    seven(m, 50, -1, 34); /* the rim cuts one of a row */
    seven(m, 30, 48, 28);
    seven(m, 60, 48, 28);
    erase(m);
    assert_true(is_inked(m, 28, 6) && is_inked(m, 58, 30) && is_inked(m, 36, 48) && is_inked(m, 66, 48));
    ink_free(m);
}

/* It stands higher than its neighbour, with which it shares most rows. */
static void a_number_across_a_rule_stays_whole(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    stroke(m, 0, 24, WIDTH, 24, PALE);
    seven(m, 30, -1, 28);
    seven(m, 60, 8, 28);
    erase(m);
    assert_true(is_inked(m, 44, 8) && is_inked(m, 66, 8));
    ink_free(m);
}

static void what_is_cut_stays_where_nothing_else_is(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    stroke(m, 0, 24, WIDTH, 24, PALE);
    seven(m, 30, -10, 28);
    erase(m);
    assert_true(is_inked(m, 38, 10));
    ink_free(m);
}

/* It may be a 1. */
static void an_upright_line_alone_is_no_tables(void **state)
{
    InkMap *m = paper(WIDTH, HEIGHT);

    (void)state;
    stroke(m, 20, 0, 20, HEIGHT, DEEP);
    seven(m, -2, 15, 25);
    seven(m, 50, 15, 25);
    erase(m);
    assert_true(is_inked(m, 4, 15) && is_inked(m, 20, 30));
    ink_free(m);
}

static void a_four_cut_tight_is_no_table(void **state)
{
    InkMap *m = paper(40, 60);

    (void)state;
    stroke(m, 0, 40, 40, 40, DEEP);
    stroke(m, 28, 0, 28, 60, DEEP);
    stroke(m, 0, 40, 4, 0, DEEP);
    erase(m);
    assert_true(is_inked(m, 2, 20) && is_inked(m, 28, 20) && is_inked(m, 20, 40));
    ink_free(m);
}

static void random_maps_only_lose_ink(void **state)
{
    Rng r = rng_stream(1, RNG_NOISE, 0);

    (void)state;
    for (int i = 0; i < 300; i++) {
        int w = i % 50 == 1 ? 2048 : 1 + (int)rng_below(&r, i % 10 ? 90 : 700), h = 1 + (int)rng_below(&r, i % 50 == 1 ? 30 : 90);
        InkMap *m = paper(w, h);
        float *before = calloc((size_t)w * h, sizeof *before);

        assert_non_null(before);
        for (int k = (int)rng_below(&r, 14); k > 0; k--) {
            float x = (float)rng_below(&r, (uint32_t)w), y = (float)rng_below(&r, (uint32_t)h);
            bool level = rng_below(&r, 2);

            stroke(m, level ? 0 : x, level ? y : 0, level ? (float)w : x, level ? y : (float)h, rng_below(&r, 2) ? DEEP : PALE);
            seven(m, x, y, 20);
        }
        for (int k = 0; k < w * h; k++)
            before[k] = m->depth[k];
        erase(m);
        for (int k = 0; k < w * h; k++)
            assert_true((m->depth[k] == 0 && m->ink[k] == 0) || m->depth[k] == before[k]);
        free(before);
        ink_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_on_the_sheet_goes_and_what_it_holds_stays),
        cmocka_unit_test(a_stroke_through_a_side_stays_whole),
        cmocka_unit_test(digits_that_look_like_boxes_stay),
        cmocka_unit_test(the_loop_of_a_nine_is_no_box),
        cmocka_unit_test(an_empty_wide_box_is_blank),
        cmocka_unit_test(a_box_may_be_askew),
        cmocka_unit_test(writing_as_high_as_its_box_keeps_it),
        cmocka_unit_test(what_the_rim_cuts_beside_a_box_goes),
        cmocka_unit_test(a_box_in_a_full_one_is_looked_at),
        cmocka_unit_test(ones_between_two_rules_are_no_sides),
        cmocka_unit_test(what_a_tables_rule_and_the_rim_cut_off_goes),
        cmocka_unit_test(the_row_above_goes_though_it_hangs_across_the_rule),
        cmocka_unit_test(rows_on_lined_paper_stay),
        cmocka_unit_test(a_number_across_a_rule_stays_whole),
        cmocka_unit_test(what_is_cut_stays_where_nothing_else_is),
        cmocka_unit_test(an_upright_line_alone_is_no_tables),
        cmocka_unit_test(a_four_cut_tight_is_no_table),
        cmocka_unit_test(random_maps_only_lose_ink),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
