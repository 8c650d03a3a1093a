/* Strokes drawn on a map of ink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "read/slash.h"

enum { WIDTH = 140, HEIGHT = 60 };

typedef struct Map {
    float ink[WIDTH * HEIGHT];
} Map;

static void stroke(Map *m, float x0, float y0, float x1, float y1)
{
    float steps = 2 * fmaxf(fabsf(x1 - x0), fabsf(y1 - y0)) + 1;

    for (float i = 0; i <= steps; i++)
        for (int k = 0; k < 9; k++)
            m->ink[((int)(y0 + (y1 - y0) * i / steps) + k / 3) * WIDTH + (int)(x0 + (x1 - x0) * i / steps) + k % 3] = 1;
}

/* Whether the stroke between columns 50 and 75, rows 10 to 50, ends a number. */
static bool ends(const Map *m)
{
    const LineDigit last = {.digit = 1, .x = 50, .y = 10, .width = 25, .height = 42};
    bool found = false;

    assert_int_equal(slash_find(m->ink, WIDTH, HEIGHT, &last, &found, NULL), 0);
    return found;
}

static void a_slash_with_a_dash_ends_an_amount(void **state)
{
    Map m = {{0}};

    (void)state;
    stroke(&m, 20, 10, 20, 50);
    stroke(&m, 70, 10, 52, 50);
    assert_false(ends(&m)); /* it may be a 1 */
    stroke(&m, 75, 30, 95, 29);
    assert_true(ends(&m));
    stroke(&m, 75, 38, 95, 37); /* two are as good */
    assert_true(ends(&m));
}

static void a_one_stays_one(void **state)
{
    Map upright = {{0}}, flagged = {{0}}, between = {{0}}, low = {{0}};

    (void)state;
    stroke(&upright, 62, 10, 61, 50);
    stroke(&upright, 75, 30, 95, 29);
    assert_false(ends(&upright));
    stroke(&flagged, 70, 10, 60, 50);
    stroke(&flagged, 70, 10, 52, 24);
    stroke(&flagged, 78, 30, 98, 29);
    assert_false(ends(&flagged));
    stroke(&between, 70, 10, 52, 50); /* 41 - 1 */
    stroke(&between, 75, 30, 95, 29);
    stroke(&between, 110, 10, 110, 50);
    assert_false(ends(&between));
    stroke(&low, 70, 10, 52, 50); /* a point */
    stroke(&low, 72, 48, 74, 48);
    assert_false(ends(&low));
}

/* "41 -" by a hand that slants. */
static void a_one_leans_as_its_neighbours_do(void **state)
{
    Map m = {{0}};

    (void)state;
    stroke(&m, 38, 10, 20, 50);
    stroke(&m, 70, 10, 52, 50);
    stroke(&m, 75, 30, 95, 29);
    assert_false(ends(&m));
}

static void an_empty_map_has_no_slash(void **state)
{
    const Map m = {{0}};

    (void)state;
    assert_false(ends(&m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slash_with_a_dash_ends_an_amount),
        cmocka_unit_test(a_one_stays_one),
        cmocka_unit_test(a_one_leans_as_its_neighbours_do),
        cmocka_unit_test(an_empty_map_has_no_slash),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
