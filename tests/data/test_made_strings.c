#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/made_strings.h"
#include "data/made_strings_parts.h"
#include "data/sketches.h"
#include "data/thin.h"
#include "made.h"

enum { PIXELS = 784, WIDTH = 160, STRIP = STRING_HEIGHT * WIDTH };

/* Two hollow boxes a digit, of different heights. */
static int make_digits(void **state)
{
    Dataset *d = dataset_new(20, 28, 28, 10, NULL);

    assert_non_null(d);
    for (int i = 0; i < 20; i++) {
        uint8_t *p = d->pixels + i * PIXELS;

        d->labels[i] = i % 10;
        for (int y = 4; y < 24 - i % 3; y++)
            memset(p + y * 28 + 9, 255, 10);
        for (int y = 7; y < 21 - i % 3; y++)
            memset(p + y * 28 + 12, 0, 4);
    }
    *state = d;
    return 0;
}

static int free_digits(void **state)
{
    dataset_free(*state);
    return 0;
}

static Strings *strings_of(void **state, StringsOptions o)
{
    Err e = {0};
    Strings *s;

    o.digits = *state;
    s = strings_new(&o, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static void a_string_depends_on_seed_and_index_alone(void **state)
{
    Team *team = team_new(3, NULL);
    Strings *a = strings_of(state, (StringsOptions){.seed = 5, .team = team});
    Strings *b = strings_of(state, (StringsOptions){.seed = 5});
    Strings *c = strings_of(state, (StringsOptions){.seed = 6});
    uint8_t one[STRIP], two[STRIP], labels[STRING_DIGITS], others[STRING_DIGITS];
    int same = 0;

    for (int i = 40; i-- > 0;) {
        int n = strings_make(a, (uint64_t)i, WIDTH, one, labels);

        memset(two, 99, sizeof two);
        assert_int_equal(strings_make(b, (uint64_t)i, WIDTH, two, others), n);
        assert_memory_equal(one, two, sizeof one);
        assert_memory_equal(labels, others, sizeof labels);
        strings_make(c, (uint64_t)i, WIDTH, two, others);
        same += !memcmp(one, two, sizeof one);
    }
    assert_true(same < 3); /* empty ones */
    strings_free(a);
    strings_free(b);
    strings_free(c);
    team_free(team);
}

static long ink_of(const uint8_t *strip, int size)
{
    long sum = 0;

    for (int i = 0; i < size; i++)
        sum += strip[i];
    return sum / 255;
}

static void strings_fit_their_strips_and_some_hold_nothing(void **state)
{
    Strings *s = strings_of(state, (StringsOptions){.seed = 1});
    const int widths[] = {32, 96, 333, STRING_WIDTH};
    long longest[4] = {0}, empty = 0;

    for (int k = 0; k < 4; k++)
        for (uint64_t i = 0; i < 300; i++) {
            uint8_t *strip =
                malloc((size_t)STRING_HEIGHT * (size_t)widths[k]); /* of the exact size */
            uint8_t labels[STRING_DIGITS];
            int n = strings_make(s, i, widths[k], strip, labels);

            assert_in_range(n, 0, STRING_DIGITS);
            for (int d = 0; d < n; d++)
                assert_in_range(labels[d], 0, 9);
            longest[k] = n > longest[k] ? n : longest[k];
            empty += n == 0;
            free(strip);
        }
    assert_in_range(longest[0], 1, 5);
    assert_true(longest[0] < longest[1] && longest[1] < longest[2]);
    assert_in_range(empty, 60, 200);
    strings_free(s);
}

/* How many runs of columns with ink a digit has, in plain strings with these gaps. */
static double runs_a_digit(void **state, StringGaps gaps)
{
    Strings *s = strings_of(state, (StringsOptions){.seed = 1, .plain = true, .gaps = gaps});
    uint8_t strip[STRIP], labels[STRING_DIGITS];
    double runs = 0, digits = 0;

    for (uint64_t i = 0; i < 200; i++) {
        int n = strings_make(s, i, WIDTH, strip, labels);
        bool before = false;

        assert_true(n >= 1);
        assert_in_range(ink_of(strip, STRIP), 8 * n, 400 * n);
        digits += n;
        for (int x = 0; x < WIDTH; x++) {
            bool here = false;

            for (int y = 0; y < STRING_HEIGHT; y++)
                here |= strip[y * WIDTH + x] > 0;
            runs += here && !before;
            before = here;
        }
    }
    strings_free(s);
    return runs / digits;
}

static void plain_strings_are_ink_on_nothing_with_the_gaps_that_are_asked_for(void **state)
{
    double clear = runs_a_digit(state, GAPS_CLEAR), tight = runs_a_digit(state, GAPS_TIGHT),
           touching = runs_a_digit(state, GAPS_TOUCHING);

    assert_true(clear > 0.6 && tight < clear - 0.1 && touching < tight - 0.1 && touching < 0.4);
}

static void only_the_pictures_that_are_named_are_used(void **state)
{
    const uint32_t indices[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                   no_nine[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    Dataset *d = *state;
    StringsOptions o = {.digits = d, .indices = indices, .count = 10, .plain = true};
    Strings *s = strings_new(&o, NULL);
    uint8_t before[STRIP], after[STRIP], labels[STRING_DIGITS];
    Err e = {0};

    strings_make(s, 1, WIDTH, before, labels);
    for (int i = 10; i < 20; i++)
        memset(d->pixels + i * PIXELS, 0, PIXELS);
    strings_make(s, 1, WIDTH, after, labels);
    assert_memory_equal(before, after, sizeof before);
    strings_free(s);
    o.indices = no_nine;
    o.count = 9;
    assert_null(strings_new(&o, &e));
    assert_sentence(&e, ERR_ARGUMENT, "strings want pictures of every digit, there are none of 9");
}

static void sets_of_another_size_are_refused(void **state)
{
    Dataset *small = dataset_new(10, 27, 28, 10, NULL);
    StringsOptions o = {.digits = small};
    Err e = {0};

    (void)state;
    assert_null(strings_new(&o, &e));
    assert_sentence(&e, ERR_ARGUMENT, "27x28, not 28x28");
    dataset_free(small);
}

/* ---- what strings are drawn with ---- */

static void a_dot_has_the_ink_of_its_area_and_a_line_its_length(void **state)
{
    float ink[40 * 40] = {0}, sum = 0;
    Sheet s = {ink, 40, 40};

    (void)state;
    pen_dot(&s, 20.3f, 19.8f, (Pen){5, 0.5f});
    for (int i = 0; i < 1600; i++)
        sum += ink[i];
    assert_true(fabsf(sum - 0.5f * 78.5f) < 1);
    pen_line(&s, 5, -20, 5, 60, (Pen){1, 1}); /* cut off at both ends */
    sum = 0;
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 10; x++)
            sum += ink[y * 40 + x];
    assert_true(fabsf(sum - 80) < 1);
}

static void every_digit_has_sketches_that_stay_in_their_place(void **state)
{
    Rng r = rng_stream(1, RNG_TEST, 0);

    (void)state;
    for (int i = 0; i < 500; i++) {
        float ink[60 * 60] = {0}, inside = 0, all = 0;
        Sheet s = {ink, 60, 60};

        sketch_draw(i % 10, (Place){.cx = 30, .cy = 30, .xx = 24, .yy = 24}, (Pen){1, 1}, &r, &s);
        for (int k = 0; k < 3600; k++) {
            all += ink[k];
            inside += k / 60 >= 12 && k / 60 < 48 && k % 60 >= 12 && k % 60 < 48 ? ink[k] : 0;
        }
        assert_true(inside > 25 && inside == all);
    }
}

static void thinning_finds_the_middle_of_a_stroke_and_keeps_holes(void **state)
{
    uint8_t bar[PIXELS] = {0}, points[THIN_LIMIT][2];
    Dataset *d = *state;
    int n, inside = 0;

    for (int y = 4; y < 24; y++)
        memset(bar + y * 28 + 12, 255, 4);
    n = thin_digit(bar, points);
    assert_in_range(n, 25, 45);
    for (int i = 0; i < n; i++)
        assert_in_range(points[i][0], 13 * THIN_UNIT, 15 * THIN_UNIT);
    n = thin_digit(d->pixels, points); /* the box, whose strokes are 3 px wide */
    assert_in_range(n, 60, 120);
    for (int i = 0; i < n; i++)
        inside += points[i][0] > 12 * THIN_UNIT && points[i][0] < 16 * THIN_UNIT &&
                  points[i][1] > 8 * THIN_UNIT && points[i][1] < 19 * THIN_UNIT;
    assert_int_equal(inside, 0);
}

static void thinning_refuses_blots_and_nothing(void **state)
{
    uint8_t picture[PIXELS] = {0}, points[THIN_LIMIT][2];

    (void)state;
    assert_int_equal(thin_digit(picture, points), 0);
    for (int y = 2; y < 26; y++) /* a thin line with a blot on it */
        picture[y * 28 + 14] = picture[y * 28 + 15] = 255;
    for (int y = 8; y < 16; y++)
        memset(picture + y * 28 + 11, 255, 8);
    assert_int_equal(thin_digit(picture, points), 0);
    for (int i = 0; i < PIXELS; i++) /* checks: nothing but edges */
        picture[i] = (i / 28 + i) % 2 ? 255 : 0;
    thin_digit(picture, points);
    memset(picture, 255, sizeof picture);
    thin_digit(picture, points);
}

/* Rows of a tile from the first with ink to the last; none between them may be without. */
static int rows_of(const float *ink)
{
    int rows = 0, last = -1;

    for (int y = 0; y < STRING_HEIGHT; y++) {
        bool any = false;

        for (int x = 0; x < TILE; x++)
            any = any || ink[y * TILE + x] > 0.5f;
        assert_true(!any || !rows || y == last + 1);
        rows += any;
        last = any ? y : last;
    }
    return rows;
}

/* As a picture and along its middle line, whose points would lie apart otherwise. */
static void a_tail_makes_the_lower_half_longer(void **state)
{
    const Sway still = sway_draw(0, NULL);
    const Place place = {.cx = 48, .cy = 10, .xx = 16, .yy = 16, .down = 3};
    uint8_t bar[PIXELS] = {0}, points[THIN_LIMIT][2];
    float drawn[STRING_HEIGHT * TILE] = {0}, thin[STRING_HEIGHT * TILE] = {0};
    Sheet tile = {drawn, TILE, STRING_HEIGHT}, other = {thin, TILE, STRING_HEIGHT};

    (void)state;
    for (int y = 8; y < 20; y++)
        memset(bar + y * 28 + 12, 255, 4);
    draw_picture(bar, place, &still, &tile);
    assert_in_range(rows_of(drawn), 23, 25); /* 5 above the middle, 19 below */
    draw_points((const uint8_t(*)[2])points, thin_digit(bar, points), place, &still, (Pen){0.6f, 1}, &other);
    assert_in_range(rows_of(thin), 13, 24);
}

static void strokes_sway_as_far_as_they_are_told(void **state)
{
    Rng r = rng_stream(1, RNG_STRINGS, 0);
    double rows = 0, columns = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        Sway s = sway_draw(2, &r);

        for (int y = 0; y < STRING_HEIGHT; y++)
            rows += s.rows[y] * s.rows[y] / STRING_HEIGHT;
        for (int x = 0; x < TILE; x++)
            columns += s.columns[x] * s.columns[x] / TILE;
    }
    assert_true(fabs(rows / 200 - 2) < 0.5); /* of a sine, half the square of its depth */
    assert_true(fabs(columns / 200 - 2) < 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_string_depends_on_seed_and_index_alone, make_digits,
                                        free_digits),
        cmocka_unit_test(a_tail_makes_the_lower_half_longer),
        cmocka_unit_test(strokes_sway_as_far_as_they_are_told),
        cmocka_unit_test_setup_teardown(strings_fit_their_strips_and_some_hold_nothing, make_digits,
                                        free_digits),
        cmocka_unit_test_setup_teardown(
            plain_strings_are_ink_on_nothing_with_the_gaps_that_are_asked_for, make_digits,
            free_digits),
        cmocka_unit_test_setup_teardown(only_the_pictures_that_are_named_are_used, make_digits,
                                        free_digits),
        cmocka_unit_test_setup_teardown(sets_of_another_size_are_refused, make_digits, free_digits),
        cmocka_unit_test(a_dot_has_the_ink_of_its_area_and_a_line_its_length),
        cmocka_unit_test(every_digit_has_sketches_that_stay_in_their_place),
        cmocka_unit_test_setup_teardown(thinning_finds_the_middle_of_a_stroke_and_keeps_holes,
                                        make_digits, free_digits),
        cmocka_unit_test(thinning_refuses_blots_and_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
