#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"

static const uint8_t sample[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
                                 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D};

static void numbers_are_read_in_the_named_byte_order(void **state)
{
    (void)state;
    Reader r = reader_open(sample, sizeof sample);

    assert_int_equal(reader_u8(&r), 0x01);
    assert_int_equal(reader_u16le(&r), 0x0302);
    assert_int_equal(reader_u32le(&r), 0x07060504);
    assert_int_equal(reader_u32be(&r), 0x08090A0B);
    assert_int_equal(reader_left(&r), 2);
    assert_false(r.failed);

    Reader whole = reader_open(sample, 8);
    assert_true(reader_u64le(&whole) == 0x0807060504030201u);
    assert_int_equal(reader_left(&whole), 0);
}

/* Each buffer is of the exact size, so that a sanitizer sees a byte read too many. */
static void a_read_past_the_end_gives_zero_and_fails_for_good(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 4, 4, 8};

    for (int kind = 0; kind < 5; kind++)
        for (size_t size = 0; size < sizes[kind]; size++) {
            uint8_t *bytes = malloc(size + 1);
            memset(bytes + 1, 0xFF, size);
            Reader r = reader_open(bytes + 1, size);
            uint64_t v = kind == 0   ? reader_u8(&r)
                         : kind == 1 ? reader_u16le(&r)
                         : kind == 2 ? reader_u32le(&r)
                         : kind == 3 ? reader_u32be(&r)
                                     : reader_u64le(&r);
            assert_true(v == 0);
            assert_true(r.failed);
            assert_null(reader_take(&r, 0));
            assert_int_equal(reader_u8(&r), 0); /* though a byte may be left */
            free(bytes);
        }
}

static void bytes_are_taken_in_place(void **state)
{
    (void)state;
    Reader r = reader_open(sample, sizeof sample);

    assert_ptr_equal(reader_take(&r, 3), sample);
    assert_ptr_equal(reader_take(&r, 10), sample + 3);
    assert_non_null(reader_take(&r, 0));
    assert_null(reader_take(&r, SIZE_MAX));
    assert_true(r.failed);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    Writer w = {0};

    writer_u8(&w, 0xAB);
    writer_u16le(&w, 0x1234);
    writer_u32le(&w, 0xDEADBEEF);
    writer_u32be(&w, 0xDEADBEEF);
    writer_u64le(&w, 0x0123456789ABCDEFu);
    writer_put(&w, "xyz", 3);
    writer_put(&w, NULL, 0);
    assert_false(w.failed);
    assert_int_equal(w.size, 22);
    assert_int_equal(w.bytes[7], 0xDE);

    Reader r = reader_open(w.bytes, w.size);
    assert_int_equal(reader_u8(&r), 0xAB);
    assert_int_equal(reader_u16le(&r), 0x1234);
    assert_true(reader_u32le(&r) == 0xDEADBEEF);
    assert_true(reader_u32be(&r) == 0xDEADBEEF);
    assert_true(reader_u64le(&r) == 0x0123456789ABCDEFu);
    assert_memory_equal(reader_take(&r, 3), "xyz", 3);
    assert_false(r.failed);
    writer_free(&w);
    assert_null(w.bytes);
}

static void a_writer_grows_and_keeps_what_it_holds(void **state)
{
    (void)state;
    Writer w = {0};

    for (uint32_t i = 0; i < 100000; i++)
        writer_u32le(&w, i);
    assert_int_equal(w.size, 400000);
    Reader r = reader_open(w.bytes, w.size);
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(reader_u32le(&r), i);
    writer_free(&w);
}

static void text_is_formatted_without_its_final_nul(void **state)
{
    (void)state;
    Writer w = {0};

    writer_text(&w, "%s=%d", "epochs", 5);
    writer_text(&w, "%s", "");
    writer_text(&w, ";%0*d", 200, 7);
    assert_int_equal(w.size, 209);
    assert_memory_equal(w.bytes, "epochs=5;000", 12);
    assert_int_equal(w.bytes[208], '7');
    writer_free(&w);
}

static void a_writer_without_memory_keeps_what_it_has_and_drops_the_rest(void **state)
{
    (void)state;
    Writer w = {0};

    writer_put(&w, "abc", 3);
    writer_put(&w, sample, SIZE_MAX - 2); /* 3 more than this do not fit a size */
    assert_true(w.failed);
    writer_put(&w, "d", 1);
    writer_text(&w, "e");
    assert_int_equal(w.size, 3);
    assert_memory_equal(w.bytes, "abc", 3);
    writer_free(&w);
    assert_false(w.failed);
}

static void sizes_are_multiplied_only_where_they_fit(void **state)
{
    (void)state;
    size_t out = 77, half = (size_t)1 << (sizeof(size_t) * 4);

    assert_true(size_multiply(3, 5, &out));
    assert_int_equal(out, 15);
    assert_true(size_multiply(0, SIZE_MAX, &out));
    assert_int_equal(out, 0);
    assert_true(size_multiply(SIZE_MAX, 0, &out));
    assert_true(size_multiply(SIZE_MAX, 1, &out));
    assert_true(out == SIZE_MAX);
    assert_true(size_multiply(half, half - 1, &out));
    out = 77;
    assert_false(size_multiply(half, half, &out));
    assert_false(size_multiply(SIZE_MAX, 2, &out));
    assert_false(size_multiply(2, SIZE_MAX, &out));
    assert_int_equal(out, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_in_the_named_byte_order),
        cmocka_unit_test(a_read_past_the_end_gives_zero_and_fails_for_good),
        cmocka_unit_test(bytes_are_taken_in_place),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_writer_grows_and_keeps_what_it_holds),
        cmocka_unit_test(text_is_formatted_without_its_final_nul),
        cmocka_unit_test(a_writer_without_memory_keeps_what_it_has_and_drops_the_rest),
        cmocka_unit_test(sizes_are_multiplied_only_where_they_fit),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
