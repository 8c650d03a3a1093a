#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"

static void an_error_carries_its_code_and_its_sentence(void **state)
{
    (void)state;
    Err e = {0};

    int r = err_set(&e, ERR_FORMAT, "%s: %d values promised, %d found", "digits.idx", 3, 2);
    assert_int_equal(r, -ERR_FORMAT);
    assert_int_equal(e.code, ERR_FORMAT);
    assert_string_equal(e.text, "digits.idx: 3 values promised, 2 found");
}

static void without_an_err_only_the_code_comes_back(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, ERR_LIMIT, "%d is too many", 5), -ERR_LIMIT);
    assert_true(err_prefix(NULL, "a.npz") < 0);
}

static void a_prefix_stands_before_the_sentence_and_keeps_the_code(void **state)
{
    (void)state;
    Err e = {0};

    err_set(&e, ERR_MEMORY, "no memory for %d bytes", 7);
    assert_int_equal(err_prefix(&e, "%s, entry %d", "a.npz", 2), -ERR_MEMORY);
    assert_int_equal(e.code, ERR_MEMORY);
    assert_string_equal(e.text, "a.npz, entry 2: no memory for 7 bytes");
}

static void the_old_sentence_may_be_part_of_the_new_one(void **state)
{
    (void)state;
    Err e = {0};

    err_set(&e, ERR_IO, "disk full");
    err_set(&e, ERR_IO, "%s (%s)", e.text, "run 3");
    assert_string_equal(e.text, "disk full (run 3)");
}

/* "ä" is two bytes, "€" three, "𝟝" four: with each shift another byte of the last one is cut. */
static void a_long_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "ä", "€", "𝟝"};

    for (int c = 0; c < 4; c++)
        for (size_t shift = 0; shift < 4; shift++) {
            Err e = {0};
            char text[700] = "";
            size_t size = strlen(characters[c]);
            memset(text, '.', shift);
            while (strlen(text) < 600)
                strcat(text, characters[c]);
            err_set(&e, ERR_IO, "%s", text);
            size_t length = strlen(e.text);
            assert_memory_equal(e.text, text, length);
            assert_int_equal((length - shift) % size, 0);
            assert_true(length + size > sizeof e.text - 1); /* no character more would have fit */
        }
}

static void a_long_prefix_is_cut_as_well(void **state)
{
    (void)state;
    Err e = {0};
    char name[600] = "";

    memset(name, 'n', sizeof name - 1);
    err_set(&e, ERR_IO, "gone");
    err_prefix(&e, "%s", name);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

static void every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < ERR_CODES; a++) {
        assert_non_null(err_name((ErrCode)a));
        for (int b = 0; b < a; b++)
            assert_string_not_equal(err_name((ErrCode)a), err_name((ErrCode)b));
    }
    assert_string_equal(err_name(ERR_NUMERIC), "numeric");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_carries_its_code_and_its_sentence),
        cmocka_unit_test(without_an_err_only_the_code_comes_back),
        cmocka_unit_test(a_prefix_stands_before_the_sentence_and_keeps_the_code),
        cmocka_unit_test(the_old_sentence_may_be_part_of_the_new_one),
        cmocka_unit_test(a_long_sentence_is_cut_between_characters),
        cmocka_unit_test(a_long_prefix_is_cut_as_well),
        cmocka_unit_test(every_code_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
