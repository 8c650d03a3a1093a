/* Text from outside made fit to be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/plain.h"

static void expect(const char *from, const char *expected)
{
    char to[200], again[200];

    plain_text(to, sizeof to, from);
    assert_string_equal(to, expected);
    plain_text(again, sizeof again, to);
    assert_string_equal(again, to);
}

static void characters_stay(void **state)
{
    (void)state;
    expect("", "");
    expect("a\\b 'c' ~", "a\\b 'c' ~");
    expect("äß€𝟝\u00A0\uFFFD\U0010FFFF", "äß€𝟝\u00A0\uFFFD\U0010FFFF");
}

static void what_a_terminal_obeys_is_spelled(void **state)
{
    (void)state;
    expect("\x1B[31mred\n\t\x7F", "\\x1B[31mred\\x0A\\x09\\x7F");
    expect("\xC2\x9B"
           "2J",
           "\\xC2\\x9B2J");
}

static void bytes_that_are_no_characters_are_spelled(void **state)
{
    (void)state;
    expect("\xFF\xFE", "\\xFF\\xFE");
    expect("caf\xE9", "caf\\xE9");
    expect("\xC3", "\\xC3");             /* cut */
    expect("\xE2\x82x", "\\xE2\\x82x");
    expect("\xC0\xAF", "\\xC0\\xAF");    /* longer than it has to be */
    expect("\xE0\x80\xAF", "\\xE0\\x80\\xAF");
    expect("\xED\xA0\x80", "\\xED\\xA0\\x80"); /* half a pair of UTF-16 */
    expect("\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80");
}

static void it_is_cut_between_characters(void **state)
{
    (void)state;
    char to[6];

    plain_text(to, sizeof to, "abcd€");
    assert_string_equal(to, "abcd");
    plain_text(to, sizeof to, "ab\x01z");
    assert_string_equal(to, "ab");
    plain_text(to, sizeof to, "a\x01z");
    assert_string_equal(to, "a\\x01");
    plain_text(to, 1, "a");
    assert_string_equal(to, "");
}

static void the_sentence_of_an_error_is_plain(void **state)
{
    (void)state;
    Err e = {0};

    err_set(&e, ERR_FORMAT, "'%s' is no number", "\x1B]0;\xFF");
    assert_string_equal(e.text, "'\\x1B]0;\\xFF' is no number");
    err_prefix(&e, "a\nb.csv");
    assert_string_equal(e.text, "a\\x0Ab.csv: '\\x1B]0;\\xFF' is no number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_stay),
        cmocka_unit_test(what_a_terminal_obeys_is_spelled),
        cmocka_unit_test(bytes_that_are_no_characters_are_spelled),
        cmocka_unit_test(it_is_cut_between_characters),
        cmocka_unit_test(the_sentence_of_an_error_is_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
