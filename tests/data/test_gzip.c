#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/gzip.h"
#include "made.h"

static uint8_t text[50000];

static int fill_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * i / 977 + i / 3);
    return 0;
}

static void a_gzip_file_gives_its_content(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 777, sizeof text};

    for (int i = 0; i < 4; i++) {
        Writer w = made_gzip(text, sizes[i]);
        uint8_t *exact = made_exact(w.bytes, w.size);
        size_t size = 77;
        uint8_t *plain = gzip_open("a.gz", exact, w.size, sizeof text, &size, NULL);
        assert_non_null(plain);
        assert_int_equal(size, sizes[i]);
        assert_memory_equal(plain, text, size);
        free(plain);
        free(exact);
        writer_free(&w);
    }
}

static void members_in_a_row_are_one_content(void **state)
{
    (void)state;
    Writer w = made_gzip(text, 1000), second = made_gzip(text + 1000, 40000);
    size_t size;

    writer_put(&w, second.bytes, second.size);
    uint8_t *plain = gzip_open("a.gz", w.bytes, w.size, sizeof text, &size, NULL);
    assert_non_null(plain);
    assert_int_equal(size, 41000);
    assert_memory_equal(plain, text, size);
    free(plain);
    writer_free(&w);
    writer_free(&second);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    Writer w = made_gzip(text, 3000);

    for (size_t cut = 0; cut < w.size; cut++) {
        uint8_t *exact = made_exact(w.bytes, cut);
        Err e = {0};
        size_t size;
        assert_null(gzip_open("a.gz", exact, cut, sizeof text, &size, &e));
        assert_int_equal(e.code, ERR_FORMAT);
        free(exact);
    }
    writer_free(&w);
}

static void a_flipped_bit_never_gives_other_content(void **state)
{
    (void)state;
    Writer w = made_gzip(text, 2000);

    for (size_t bit = 0; bit < w.size * 8; bit++) {
        uint8_t *exact = made_exact(w.bytes, w.size);
        size_t size;
        exact[bit / 8] ^= (uint8_t)(1 << bit % 8);
        uint8_t *plain = gzip_open("a.gz", exact, w.size, sizeof text, &size, NULL);
        if (plain) {
            assert_int_equal(size, 2000);
            assert_memory_equal(plain, text, size);
        }
        free(plain);
        free(exact);
    }
    writer_free(&w);
}

static void content_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    Writer w = made_gzip(text, 3000);
    Err e = {0};
    size_t size;

    assert_null(gzip_open("a.gz", w.bytes, w.size, 2999, &size, &e));
    assert_sentence(&e, ERR_LIMIT, "a.gz: unpacks to more than 2999 bytes");
    uint8_t *plain = gzip_open("a.gz", w.bytes, w.size, 3000, &size, NULL);
    assert_non_null(plain);
    free(plain);
    writer_free(&w);
}

static void bytes_behind_the_end_are_refused(void **state)
{
    (void)state;
    Writer w = made_gzip(text, 3000);
    Err e = {0};
    size_t size;

    writer_put(&w, "more", 4);
    assert_null(gzip_open("a.gz", w.bytes, w.size, sizeof text, &size, &e));
    assert_sentence(&e, ERR_FORMAT, "4 bytes stand behind the end");
    writer_free(&w);
}

static void a_size_that_lies_is_found_out(void **state)
{
    (void)state;
    Writer w = made_gzip(text, 3000);
    Err e = {0};
    size_t size;

    memset(w.bytes + w.size - 4, 0xFF, 4); /* 4 GB, it says */
    assert_null(gzip_open("a.gz", w.bytes, w.size, sizeof text, &size, &e));
    assert_sentence(&e, ERR_FORMAT, "damaged gzip file");
    writer_free(&w);
}

static void something_else_is_no_gzip_file(void **state)
{
    (void)state;
    Err e = {0};
    size_t size;

    assert_false(gzip_is((const uint8_t *)"PK\3\4", 4));
    assert_null(gzip_open("a.gz", text, 100, sizeof text, &size, &e));
    assert_sentence(&e, ERR_FORMAT, "a.gz: no gzip file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gzip_file_gives_its_content),
        cmocka_unit_test(members_in_a_row_are_one_content),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_flipped_bit_never_gives_other_content),
        cmocka_unit_test(content_beyond_the_limit_is_refused),
        cmocka_unit_test(bytes_behind_the_end_are_refused),
        cmocka_unit_test(a_size_that_lies_is_found_out),
        cmocka_unit_test(something_else_is_no_gzip_file),
    };
    return cmocka_run_group_tests_name("gzip", tests, fill_text, NULL);
}
