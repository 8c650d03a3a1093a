#include "page.h"

#include "plot/axes.h"

static void assert_number(double v, int decimals, const char *expected)
{
    char text[TICK_TEXT];

    number_text(text, v, decimals);
    assert_string_equal(text, expected);
}

static void test_numbers_read_well(void **state)
{
    char text[TICK_TEXT];

    (void)state;
    assert_number(0, 0, "0");
    assert_number(1234567, 0, "1,234,567");
    assert_number(-1234.5, 1, "\u22121,234.5");
    assert_number(-0.001, 1, "0.0"); /* no minus before nothing */
    assert_number(999, 2, "999.00");
    assert_number(2.5e15, 0, "2.5e15");
    assert_number(NAN, 0, "not a number");
    assert_number(-INFINITY, 0, "\u2212\u221e");
    number_short(text, 0.049812);
    assert_string_equal(text, "0.0498");
    number_short(text, -1.2345e-9);
    assert_string_equal(text, "\u22121.23e\u22129");
    number_short(text, 1e300);
    assert_string_equal(text, "1e300");
}

static void assert_ticks(Ticks t, int count, const char *first, const char *last)
{
    assert_int_equal(t.count, count);
    assert_string_equal(t.text[0], first);
    assert_string_equal(t.text[count - 1], last);
}

static void test_ticks_are_round_numbers(void **state)
{
    (void)state;
    assert_ticks(ticks_linear((Range){0, 1}, 5, false), 6, "0.0", "1.0");
    assert_ticks(ticks_linear((Range){-7, 93}, 5, false), 5, "0", "80");
    assert_ticks(ticks_linear((Range){1, 3}, 10, true), 3, "1", "3"); /* epochs are whole */
    assert_ticks(ticks_linear((Range){0, 1e6}, 5, false), 6, "0", "1,000,000");
    assert_ticks(ticks_linear((Range){-0.00002, 0.00002}, 4, false), 5, "\u22120.00002", "0.00002");
}

static void test_logarithmic_ticks_are_powers_of_ten(void **state)
{
    Ticks t = ticks_log((Range){1e-5, 1e-3}, 6);
    int named = 0;

    (void)state;
    for (int i = 0; i < t.count; i++)
        named += t.text[i][0] != 0;
    assert_int_equal(named, 3);
    t = ticks_log((Range){0.5, 7}, 6); /* within a decade: 0.5 1 2 5 */
    assert_string_equal(t.text[0], "0.5");
    t = ticks_log((Range){0.31, 0.33}, 6); /* hardly any range */
    assert_true(t.count >= 2);
}

/* Ticks must be bounded, ascending and inside, whatever the range is. */
static void test_any_range_has_bounded_ticks(void **state)
{
    static const Range ranges[] = {{-1e300, 1e300}, {1e-300, 2e-300}, {1e15, 1e15 + 8},
                                   {0, 1e-300},     {5, 5.0000001},   {-3, -2.99}};

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        Ticks t = ticks_linear(ranges[i], 6, false);
        assert_in_range(t.count, 1, 20);
        for (int k = 1; k < t.count; k++)
            assert_true(t.at[k] > t.at[k - 1]);
        if (ranges[i].low > 0) {
            t = ticks_log(ranges[i], 6);
            assert_in_range(t.count, 1, TICK_LIMIT);
        }
    }
}

static void test_a_range_leaves_out_what_is_not_finite(void **state)
{
    Range r = range_empty();

    (void)state;
    assert_true(range_is_empty(r));
    assert_false(range_add(&r, NAN));
    assert_false(range_add(&r, INFINITY));
    assert_false(range_add(&r, -1.1e300));
    assert_true(range_is_empty(r));
    assert_true(range_add(&r, 3));
    assert_true(range_add(&r, -2));
    assert_true(r.low == -2 && r.high == 3);
}

static Axes draw(Canvas *c, Axis x, Axis y)
{
    return axes_draw(c, (Box){10, 10, 300, 200}, &(AxesSpec){.title = "Title", .x = x, .y = y});
}

static void test_data_lie_inside_the_frame(void **state)
{
    static const Range ranges[] = {{0, 1}, {-5, 5},         {3, 3},
                                   {0, 0}, {1e-300, 1e300}, {-1e300, 1e300}};

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (int log = 0; log < 2; log++) {
            Canvas *c = canvas_new(320, 220, NULL);
            if (log && ranges[i].low <= 0) {
                canvas_free(c);
                continue;
            }
            Axes a = draw(c, (Axis){.label = "x", .range = ranges[i], .log = log},
                          (Axis){.label = "y", .range = ranges[i], .log = log});
            assert_false(a.empty);
            Point low = axes_point(&a, ranges[i].low, ranges[i].low);
            Point high = axes_point(&a, ranges[i].high, ranges[i].high);
            assert_true(low.x >= a.box.x - 0.01 && high.x <= a.box.x + a.box.w + 0.01);
            assert_true(low.y <= a.box.y + a.box.h + 0.01 && high.y >= a.box.y - 0.01);
            assert_true(low.x <= high.x && low.y >= high.y);
            page_check(c);
            canvas_free(c);
        }
}

static void test_an_axis_without_data_says_so(void **state)
{
    Canvas *c = canvas_new(320, 220, NULL);
    Axes a = draw(c, (Axis){.range = range_empty()}, (Axis){.range = {0, 1}});

    (void)state;
    assert_true(a.empty);
    assert_true(page_says(c, "no data"));
    page_check(c);
    canvas_free(c);
}

static void test_long_names_neither_touch_nor_leave_the_page(void **state)
{
    const char *names[40];
    Key keys[7];

    (void)state;
    for (int i = 0; i < 40; i++)
        names[i] = i % 3 ? "a name that is far too long for its place" : "7";
    for (int i = 0; i < 7; i++)
        keys[i] =
            (Key){.name = names[i * 2 % 7], .kind = (KeyKind)(i % 2), .color = color_series(i)};
    for (int count = 1; count <= 40; count += 13) {
        Canvas *c = canvas_new(320, 320, NULL);
        Axes a = axes_draw(
            c, (Box){10, 10, 300, 300},
            &(AxesSpec){.title = "A title that goes on and on and does not fit at all, ever",
                        .x = {.label = names[1], .names = names, .name_count = count},
                        .y = {.label = names[1], .range = {0, 123456}},
                        .keys = keys,
                        .key_count = 7,
                        .note = "a note that is also much too long to be read in one go, "
                                "since it says the same thing twice and then again"});
        assert_true(a.box.h > 20);
        page_check(c);
        canvas_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_read_well),
        cmocka_unit_test(test_ticks_are_round_numbers),
        cmocka_unit_test(test_logarithmic_ticks_are_powers_of_ten),
        cmocka_unit_test(test_any_range_has_bounded_ticks),
        cmocka_unit_test(test_a_range_leaves_out_what_is_not_finite),
        cmocka_unit_test(test_data_lie_inside_the_frame),
        cmocka_unit_test(test_an_axis_without_data_says_so),
        cmocka_unit_test(test_long_names_neither_touch_nor_leave_the_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
