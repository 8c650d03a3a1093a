#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/protobuf.h"

static void assert_bytes(Writer *w, const char *bytes, size_t size)
{
    assert_false(w->failed);
    assert_int_equal(w->size, size);
    assert_memory_equal(w->bytes, bytes, size);
    writer_free(w);
}

#define ASSERT_BYTES(w, text) assert_bytes(w, text, sizeof text - 1)

/* The examples of protobuf.dev/programming-guides/encoding. */
static void the_examples_of_the_specification_come_out_byte_for_byte(void **state)
{
    (void)state;
    Writer w = {0}, inner = {0};

    proto_whole(&w, 1, 150);
    ASSERT_BYTES(&w, "\x08\x96\x01");
    proto_text(&w, 2, "testing");
    ASSERT_BYTES(&w, "\x12\x07testing");
    proto_whole(&inner, 1, 150);
    proto_message(&w, 3, &inner);
    ASSERT_BYTES(&w, "\x1a\x03\x08\x96\x01");
    writer_free(&inner);
    proto_wholes(&w, 6, (int64_t[]){3, 270, 86942}, 3);
    ASSERT_BYTES(&w, "\x32\x06\x03\x8e\x02\x9e\xa7\x05");
    proto_whole(&w, 1, -2);
    ASSERT_BYTES(&w, "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

static void reals_are_little_endian(void **state)
{
    (void)state;
    Writer w = {0};

    proto_float(&w, 2, 1);
    ASSERT_BYTES(&w, "\x15\x00\x00\x80\x3f");
    proto_double(&w, 1, 1);
    ASSERT_BYTES(&w, "\x09\x00\x00\x00\x00\x00\x00\xf0\x3f");
    proto_doubles(&w, 6, (double[]){1, -2}, 2);
    ASSERT_BYTES(&w, "\x32\x10\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\xc0");
}

static void a_field_beyond_15_takes_two_bytes_of_key(void **state)
{
    (void)state;
    Writer w = {0};

    proto_whole(&w, 20, 1);
    ASSERT_BYTES(&w, "\xa0\x01\x01");
}

static void a_message_that_failed_fails_its_outer_one(void **state)
{
    (void)state;
    Writer w = {0}, inner = {.failed = true};

    proto_message(&w, 1, &inner);
    assert_true(w.failed);
    writer_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_specification_come_out_byte_for_byte),
        cmocka_unit_test(reals_are_little_endian),
        cmocka_unit_test(a_field_beyond_15_takes_two_bytes_of_key),
        cmocka_unit_test(a_message_that_failed_fails_its_outer_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
