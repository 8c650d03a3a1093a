/* Layouts: those that ship, and every way in which one can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/layout.h"

#define HEAD "{\"scrawl_layout\": 1, \"sheet\": [210, 297], "
#define ONE  HEAD "\"fields\": [{\"name\": \"n\", \"digits\": 6, \"at\": [30, 50]%s}]}"

/* Reads from a block that ends where the text does, so that a step too far is noticed. */
static Layout *read_text(const char *text, size_t size, Err *e)
{
    uint8_t *bytes = malloc(size ? size : 1);

    memcpy(bytes, text, size);
    Layout *l = layout_read("folder/form.json", bytes, size, e);
    free(bytes);
    return l;
}

static void expect_refused(const char *text, const char *words)
{
    Err e = {0};
    Layout *l = read_text(text, strlen(text), &e);

    if (l)
        fail_msg("taken: %s", text);
    if (!strstr(e.text, words) || !strstr(e.text, "form.json"))
        fail_msg("'%s' does not say '%s'", e.text, words);
}

static void the_layouts_that_ship_open(void **state)
{
    (void)state;
    for (int i = 0; layout_shipped(i); i++) {
        Err e = {0};
        Layout *l = layout_open(layout_shipped(i), &e);
        if (!l)
            fail_msg("%s", e.text);
        assert_string_equal(l->name, layout_shipped(i));
        assert_true(l->field_count > 0);
        layout_free(l);
    }
}

static void rows_become_fields_with_numbers(void **state)
{
    static const char text[] = HEAD "\"fields\": [{\"name\": \"q#\", \"label\": \"# of 3\", "
                                    "\"choice\": [\"yes\", \"no\"], \"at\": [30, 50], "
                                    "\"rows\": 3, \"row_step\": 9, \"first\": 7}]}";
    Err e = {0};
    Layout *l = read_text(text, strlen(text), &e);

    (void)state;
    if (!l)
        fail_msg("%s", e.text);
    assert_string_equal(l->name, "form");
    assert_int_equal(l->field_count, 3);
    assert_string_equal(l->fields[2].name, "q9");
    assert_string_equal(l->fields[0].label, "7 of 3");
    assert_string_equal(l->fields[1].choices[1], "no");
    assert_true(l->fields[2].y == 68);
    layout_free(l);
}

static void items_lie_where_the_steps_say(void **state)
{
    static const char text[] = HEAD
        "\"fields\": [{\"name\": \"b\", \"digits\": 3, \"at\": [30, 50], \"box\": [8, 9], \"gap\": "
        "1},"
        "{\"name\": \"c\", \"bubbles\": 2, \"at\": [30, 70], \"bubble\": 4, \"step\": [7, 5]}]}";
    Err e = {0};
    Layout *l = read_text(text, strlen(text), &e);
    Area box = field_item(&l->fields[0], 2), bubble = field_item(&l->fields[1], 13);

    (void)state;
    assert_true(box.x == 48 && box.y == 50 && box.width == 8 && box.height == 9);
    assert_int_equal(field_items(&l->fields[1]), 20);
    assert_true(bubble.x == 37 && bubble.y == 85 && bubble.width == 4);
    layout_free(l);
}

static void the_code_tells_layouts_apart_but_not_by_their_words(void **state)
{
    static const char *const texts[] = {
        HEAD "\"title\": \"a\", \"fields\": [{\"name\": \"n\", \"digits\": 6, \"at\": [30, 50]}]}",
        HEAD "\"title\": \"b\", \"fields\": [{\"name\": \"m\", \"digits\": 6, \"at\": [30, 50]}]}",
        HEAD "\"title\": \"a\", \"fields\": [{\"name\": \"n\", \"digits\": 6, \"at\": [30, 51]}]}"};
    uint32_t codes[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        Layout *l = read_text(texts[i], strlen(texts[i]), NULL);
        codes[i] = l->code;
        layout_free(l);
    }
    assert_int_equal(codes[0], codes[1]);
    assert_int_not_equal(codes[0], codes[2]);
}

static void every_truncation_is_refused(void **state)
{
    static const char text[] = HEAD "\"marker\": 8, \"margin\": 9, \"texts\": [{\"text\": \"a\", "
                                    "\"at\": [30, 40]}], \"lines\": [{\"from\": [30, 41], "
                                    "\"to\": [90, 41]}], \"fields\": [{\"name\": \"n\", "
                                    "\"digits\": 6, \"at\": [30, 50], \"label\": \"N\"}]}";
    Layout *l = read_text(text, strlen(text), NULL);

    (void)state;
    assert_non_null(l);
    layout_free(l);
    for (size_t n = 0; n < strlen(text); n++) {
        Err e = {0};
        assert_null(read_text(text, n, &e));
        assert_non_null(strstr(e.text, "form.json"));
    }
}

/* What stands after a field of six boxes, and a word that the refusal has to say. */
static void each_wrong_value_of_a_field_is_named(void **state)
{
    static const char *const wrong[][2] = {
        {", \"digits\": 2", "duplicate"},
        {", \"bubbles\": 2", "one of digits, choice and bubbles"},
        {", \"colour\": 2", "colour"},
        {", \"box\": [8]", "box is a list of two numbers"},
        {", \"box\": [1, 8]", "1 x 8 mm"},
        {", \"box\": [8, 1e300]", "8 x 1e+300 mm"},
        {", \"gap\": -1", "steps of 7"},
        {", \"step\": 9", "digits take box and gap"},
        {", \"rows\": 0", "0 rows"},
        {", \"rows\": 1000000", "1000000 rows"},
        {", \"rows\": 3, \"row_step\": 12", "'#'"},
        {", \"first\": -1", "first -1"},
        {", \"most\": -2", "most -2"},
        {", \"holds\": 10", "holds 10"},
        {", \"several\": true", "several and down are for choices"},
        {", \"label\": 3", "Expected string"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[500];
        snprintf(text, sizeof text, ONE, wrong[i][0]);
        expect_refused(text, wrong[i][1]);
    }
}

static void what_cannot_be_printed_is_refused_with_both_numbers(void **state)
{
    static const char *const wrong[][2] = {
        {HEAD "\"fields\": [{\"name\": \"roll\", \"digits\": 6, \"at\": [160, 50]}]}",
         "ends at 218 mm, the sheet at 210 mm"},
        {HEAD "\"fields\": [{\"name\": \"roll\", \"digits\": 6, \"at\": [1, 50]}]}",
         "begins at 1, 50 mm"},
        {HEAD "\"fields\": [{\"name\": \"roll\", \"digits\": 6, \"at\": [30, 290]}]}",
         "reaches down to 300 mm"},
        {HEAD "\"fields\": [{\"name\": \"roll\", \"digits\": 6, \"at\": [15, 12]}]}",
         "corner marker at 10, 10 mm"},
        {HEAD "\"fields\": [{\"name\": \"roll\", \"digits\": 3, \"at\": [90, 275]}]}",
         "from the code"},
        {HEAD "\"fields\": [{\"name\": \"a\", \"digits\": 6, \"at\": [30, 50]}, {\"name\": \"b\", "
              "\"digits\": 6, \"at\": "
              "[80, 55]}]}",
         "field 'b' from 80, 55 mm lies over field 'a' from 30, 50 mm"},
        {"{\"scrawl_layout\": 1, \"sheet\": [10, 297], \"fields\": [{\"name\": \"a\", \"digits\": "
         "1, \"at\": [3, 50]}]}",
         "10 x 297 mm"},
        {"{\"scrawl_layout\": 1, \"sheet\": [60, 60], \"fields\": [{\"name\": \"a\", \"digits\": "
         "1, \"at\": [30, 30]}]}",
         "60 x 60 mm is too small"},
        {HEAD "\"marker\": 1, \"fields\": [{\"name\": \"a\", \"digits\": 1, \"at\": [30, 50]}]}",
         "markers of 1 mm"},
        {HEAD "\"texts\": [{\"text\": \"a\", \"at\": [300, 1]}], \"fields\": [{\"name\": \"a\", "
              "\"digits\": 1, \"at\": [30, "
              "50]}]}",
         "300, 1 mm"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_refused(wrong[i][0], wrong[i][1]);
}

static void what_is_no_layout_is_refused(void **state)
{
    static const char *const wrong[][2] = {
        {"", "line 1"},
        {"[]", "no layout"},
        {"{\"sheet\": [210, 297]}", "no layout"},
        {"{\"scrawl_layout\": 2, \"sheet\": [210, 297], \"fields\": []}", "version 2"},
        {"{\"scrawl_layout\": 99999999999, \"sheet\": [210, 297], \"fields\": []}",
         "version 99999999999"},
        {HEAD "\"fields\": []}", "0 fields"},
        {HEAD "\"fields\": 3}", "0 fields"},
        {HEAD "\"fields\": [3]}", "entry 1 of fields"},
        {HEAD "\"texts\": 3, \"fields\": [3]}", "texts is a list"},
        {HEAD "\"fields\": [{\"name\": \"a\", \"choice\": [\"x\", \"x\"], \"at\": [30, 50]}]}",
         "twice"},
        {HEAD "\"fields\": [{\"name\": \"a\", \"choice\": [], \"at\": [30, 50]}]}", "0 choices"},
        {HEAD "\"fields\": [{\"name\": \"\", \"digits\": 1, \"at\": [30, 50]}]}", "name"},
        {HEAD "\"fields\": [{\"name\": \"a\", \"digits\": 1, \"at\": [30, 50]}, {\"name\": \"a\", "
              "\"digits\": 1, \"at\": "
              "[50, 50]}]}",
         "twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_refused(wrong[i][0], wrong[i][1]);
}

static void a_million_fields_are_refused_at_once(void **state)
{
    size_t count = 1000000, room = 80 * count + 200, n;
    char *text = malloc(room);
    Err e = {0};

    (void)state;
    n = (size_t)snprintf(text, room, HEAD "\"fields\": [");
    for (size_t i = 0; i < count; i++)
        n += (size_t)sprintf(text + n, "%s{\"name\":\"f%zu\",\"digits\":1,\"at\":[30,50]}",
                             i ? "," : "", i);
    strcpy(text + n, "]}");
    assert_null(layout_read("huge.json", (const uint8_t *)text, strlen(text), &e));
    assert_non_null(strstr(e.text, "bytes, a layout has at most"));
    n = (size_t)snprintf(text, room, HEAD "\"fields\": [");
    for (size_t i = 0; i < 2000; i++)
        n += (size_t)sprintf(text + n, "%s{\"name\":\"f%zu\",\"digits\":1,\"at\":[30,50]}",
                             i ? "," : "", i);
    strcpy(text + n, "]}");
    expect_refused(text, "2000 fields; possible is 1 to 1000");
    free(text);
}

static void a_layout_that_is_neither_file_nor_shipped_says_so(void **state)
{
    Err e = {0};

    (void)state;
    assert_null(layout_open("nonesuch", &e));
    assert_non_null(strstr(e.text, "neither a file nor a layout that ships"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layouts_that_ship_open),
        cmocka_unit_test(rows_become_fields_with_numbers),
        cmocka_unit_test(items_lie_where_the_steps_say),
        cmocka_unit_test(the_code_tells_layouts_apart_but_not_by_their_words),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(each_wrong_value_of_a_field_is_named),
        cmocka_unit_test(what_cannot_be_printed_is_refused_with_both_numbers),
        cmocka_unit_test(what_is_no_layout_is_refused),
        cmocka_unit_test(a_million_fields_are_refused_at_once),
        cmocka_unit_test(a_layout_that_is_neither_file_nor_shipped_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
