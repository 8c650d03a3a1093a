#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/zip.h"
#include "made.h"

static const char long_text[] = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789";

/* a stored, b deflated, c stored. */
static Writer three_members(void)
{
    MadeZip z = {0};

    made_zip_add(&z, "a", "first", 5, false);
    made_zip_add(&z, "b", long_text, sizeof long_text, true);
    made_zip_add(&z, "c", "third", 5, false);
    return made_zip_end(&z);
}

/* Opens a member of an exact copy of `w`, which it frees. */
static uint8_t *open_member(Writer w, const char *member, size_t limit, size_t *size, Err *e)
{
    uint8_t *exact = made_exact(w.bytes, w.size), *plain;

    plain = zip_open("x.zip", exact, w.size, member, limit, size, e);
    free(exact);
    writer_free(&w);
    return plain;
}

static void refused(Writer w, const char *member, ErrCode code, const char *part)
{
    Err e = {0};
    size_t size;

    assert_null(open_member(w, member, 1000, &size, &e));
    assert_sentence(&e, code, part);
}

static void members_are_found_by_name(void **state)
{
    (void)state;
    size_t size;
    uint8_t *a = open_member(three_members(), "a", 1000, &size, NULL);
    assert_int_equal(size, 5);
    assert_memory_equal(a, "first", 5);
    uint8_t *b = open_member(three_members(), "b", 1000, &size, NULL);
    assert_int_equal(size, sizeof long_text);
    assert_memory_equal(b, long_text, size);
    free(a);
    free(b);
    refused(three_members(), "d", ERR_FORMAT, "x.zip: no d among its 3 members");
}

static void an_archive_may_end_in_a_comment(void **state)
{
    (void)state;
    Writer w = three_members();
    size_t size;

    writer_put(&w, "made by hand", 12);
    w.bytes[w.size - 14] = 12;
    uint8_t *a = open_member(w, "a", 1000, &size, NULL);
    assert_non_null(a);
    free(a);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    Writer w = three_members();

    for (size_t cut = 0; cut < w.size; cut++) {
        uint8_t *exact = made_exact(w.bytes, cut);
        Err e = {0};
        size_t size;
        assert_null(zip_open("x.zip", exact, cut, "b", 1000, &size, &e));
        assert_int_equal(e.code, ERR_FORMAT);
        free(exact);
    }
    writer_free(&w);
}

static void a_flipped_bit_never_gives_other_content(void **state)
{
    (void)state;
    Writer w = three_members();

    for (size_t bit = 0; bit < w.size * 8; bit++) {
        uint8_t *exact = made_exact(w.bytes, w.size);
        size_t size;
        exact[bit / 8] ^= (uint8_t)(1 << bit % 8);
        uint8_t *plain = zip_open("x.zip", exact, w.size, "b", 1000, &size, NULL);
        if (plain) {
            assert_int_equal(size, sizeof long_text);
            assert_memory_equal(plain, long_text, size);
        }
        free(plain);
        free(exact);
    }
    writer_free(&w);
}

static void a_damaged_member_is_known_by_its_checksum(void **state)
{
    (void)state;
    Writer w = three_members();

    w.bytes[30 + 1] ^= 1; /* the first byte of a's data */
    refused(w, "a", ERR_FORMAT, "a is damaged: checksum");
}

static void a_member_that_promises_too_much_is_refused(void **state)
{
    (void)state;
    MadeZip z = {0};
    static uint8_t zeros[2000];

    made_zip_add(&z, "a", zeros, sizeof zeros, true);
    refused(made_zip_end(&z), "a", ERR_LIMIT, "a holds 2000 bytes, at most 1000 are read");

    size_t record = made_zip_add(&z, "a", zeros, 500, true);
    z.directory.bytes[record + 24] = 0xF5; /* 501 */
    refused(made_zip_end(&z), "a", ERR_FORMAT, "500 bytes, not the 501 promised");

    record = made_zip_add(&z, "a", zeros, 500, true);
    z.directory.bytes[record + 24] = 0xF3; /* 499 */
    refused(made_zip_end(&z), "a", ERR_FORMAT, "499 bytes, not the 499 promised");

    record = made_zip_add(&z, "a", "abc", 3, false);
    z.directory.bytes[record + 24] = 200;
    refused(made_zip_end(&z), "a", ERR_FORMAT, "a promises 200 bytes out of 3");
}

static void members_that_share_bytes_are_refused(void **state)
{
    (void)state;
    MadeZip z = {0};

    made_zip_add(&z, "a", "same", 4, false);
    size_t record = made_zip_add(&z, "b", "same", 4, false);
    memset(z.directory.bytes + record + 42, 0, 4); /* b's header is said to be a's */
    refused(made_zip_end(&z), "a", ERR_FORMAT, "a and b overlap or are out of place");

    record = made_zip_add(&z, "a", "long enough for both", 20, false);
    made_zip_add(&z, "b", "same", 4, false);
    z.directory.bytes[record + 20] = z.directory.bytes[record + 24] = 40; /* a reaches into b */
    refused(made_zip_end(&z), "a", ERR_FORMAT, "a and b overlap");
}

static void two_members_of_one_name_are_refused(void **state)
{
    (void)state;
    MadeZip z = {0};

    made_zip_add(&z, "a", "one", 3, false);
    made_zip_add(&z, "a", "two", 3, false);
    refused(made_zip_end(&z), "a", ERR_FORMAT, "more than one a among its 2 members");
}

static void unknown_ways_of_packing_are_refused(void **state)
{
    (void)state;
    MadeZip z = {0};
    size_t record = made_zip_add(&z, "a", "abc", 3, false);

    z.directory.bytes[record + 10] = 12;
    refused(made_zip_end(&z), "a", ERR_UNSUPPORTED, "a is packed by method 12");
    record = made_zip_add(&z, "a", "abc", 3, false);
    z.directory.bytes[record + 8] = 1;
    refused(made_zip_end(&z), "a", ERR_UNSUPPORTED, "a is encrypted");
}

static void a_directory_that_promises_more_members_is_refused(void **state)
{
    (void)state;
    Writer w = three_members();

    w.bytes[w.size - 12] = 4;
    refused(w, "a", ERR_FORMAT, "4 members promised, 3 found");
    w = three_members();
    w.bytes[w.size - 11] = 0xFF;
    refused(w, "a", ERR_LIMIT, "members, at most 4096 are read");
    w = three_members();
    w.bytes[w.size - 3] = 0x7F; /* where the directory begins */
    refused(w, "a", ERR_FORMAT, "is said to begin at byte");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_by_name),
        cmocka_unit_test(an_archive_may_end_in_a_comment),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_flipped_bit_never_gives_other_content),
        cmocka_unit_test(a_damaged_member_is_known_by_its_checksum),
        cmocka_unit_test(a_member_that_promises_too_much_is_refused),
        cmocka_unit_test(members_that_share_bytes_are_refused),
        cmocka_unit_test(two_members_of_one_name_are_refused),
        cmocka_unit_test(unknown_ways_of_packing_are_refused),
        cmocka_unit_test(a_directory_that_promises_more_members_is_refused),
    };
    return cmocka_run_group_tests_name("zip", tests, NULL, NULL);
}
