#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/npz.h"
#include "made.h"

static const uint8_t values[24] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                   13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 255};

static void refused(Writer w, ErrCode code, const char *part)
{
    uint8_t *exact = made_exact(w.bytes, w.size);
    Err e = {0};
    Npy a = {0};

    assert_int_equal(npy_parse("x.npy", exact, w.size, &a, &e), -(int)code);
    assert_sentence(&e, code, part);
    free(exact);
    writer_free(&w);
}

static void arrays_in_an_archive_are_read(void **state)
{
    (void)state;
    for (int deflated = 0; deflated < 2; deflated++) {
        MadeZip z = {0};
        Writer x = made_npy("|u1", false, "(2, 3, 4)", values, 24),
               y = made_npy("<i8", false, "(3,)", values, 24);
        Npy a;

        made_zip_add(&z, "x_train.npy", x.bytes, x.size, deflated);
        made_zip_add(&z, "y_train.npy", y.bytes, y.size, deflated);
        Writer w = made_zip_end(&z);
        assert_int_equal(npz_read("m.npz", w.bytes, w.size, "x_train", &a, NULL), 0);
        assert_int_equal(a.dims, 3);
        assert_int_equal(a.sizes[0], 2);
        assert_int_equal(a.sizes[2], 4);
        assert_int_equal(a.count, 24);
        assert_memory_equal(a.values, values, 24);
        npy_free(&a);
        assert_int_equal(npz_read("m.npz", w.bytes, w.size, "y_train", &a, NULL), 0);
        assert_int_equal(a.dims, 1);
        assert_int_equal(a.count, 3);
        assert_true(npy_value(&a, 0) == 0x0807060504030201);
        npy_free(&a);
        Err e = {0};
        assert_int_equal(npz_read("m.npz", w.bytes, w.size, "x_test", &a, &e), -ERR_FORMAT);
        assert_sentence(&e, ERR_FORMAT, "m.npz: no x_test.npy among its 2 members");
        writer_free(&w);
        writer_free(&x);
        writer_free(&y);
    }
}

static void values_of_every_width_sign_and_order(void **state)
{
    (void)state;
    static const uint8_t bytes[8] = {0xFF, 0xFE, 1, 2, 3, 4, 5, 6};
    static const struct {
        const char *descr;
        int width;
        int64_t value;
    } cases[] = {
        {"|u1", 1, 0xFF},
        {"|i1", 1, -1},
        {"<u2", 2, 0xFEFF},
        {">u2", 2, 0xFFFE},
        {"<i2", 2, -257},
        {">i2", 2, -2},
        {"<i4", 4, 0x0201FEFF},
        {">u4", 4, 0xFFFE0102},
        {"<i8", 8, 0x060504030201FEFF},
        {">i8", 8, -0x1FEFDFCFBFAFA},
        {">u8", 8, INT64_MAX},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Writer w = made_npy(cases[i].descr, false, "(1,)", bytes, (size_t)cases[i].width);
        Npy a;
        assert_int_equal(npy_parse("x.npy", w.bytes, w.size, &a, NULL), 0);
        assert_true(npy_value(&a, 0) == cases[i].value);
        writer_free(&w);
    }
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    Writer w = made_npy("|u1", false, "(2, 3, 4)", values, 24);

    for (size_t cut = 0; cut < w.size; cut++) {
        uint8_t *exact = made_exact(w.bytes, cut);
        Err e = {0};
        Npy a;
        assert_true(npy_parse("x.npy", exact, cut, &a, &e) < 0);
        assert_int_equal(e.code, ERR_FORMAT);
        free(exact);
    }
    writer_free(&w);
}

static void counts_that_lie_are_named(void **state)
{
    (void)state;
    refused(made_npy("|u1", false, "(2, 3, 5)", values, 24), ERR_FORMAT,
            "30 values of 1 bytes promised, 24 bytes found");
    refused(made_npy("<i8", false, "(4,)", values, 24), ERR_FORMAT,
            "4 values of 8 bytes promised, 24 bytes found");
    refused(made_npy("|u1", false, "(4294967296, 4294967296, 4)", values, 24), ERR_FORMAT,
            "more values promised");
    refused(made_npy("<i8", false, "(4611686018427387904,)", values, 24), ERR_FORMAT, "promised");
    refused(made_npy("|u1", false, "(99999999999999999999999,)", values, 24), ERR_FORMAT,
            "promised");
}

static void what_is_not_read_is_named(void **state)
{
    (void)state;
    refused(made_npy("<f4", false, "(6,)", values, 24), ERR_UNSUPPORTED,
            "values of type '<f4', only whole numbers");
    refused(made_npy("|O", false, "(6,)", values, 24), ERR_UNSUPPORTED, "values of type '|O'");
    refused(made_npy("|u1", true, "(2, 3, 4)", values, 24), ERR_UNSUPPORTED,
            "3 dimensions are in Fortran order");
    refused(made_npy("|u1", false, "(1, 1, 1, 1, 24)", values, 24), ERR_UNSUPPORTED,
            "more than 4 dimensions");
    refused(made_npy("|u1", false, "(-1, 24)", values, 24), ERR_FORMAT, "its shape is damaged");
    refused(made_npy("|u1", false, "(2, 12", values, 24), ERR_FORMAT, "its shape is damaged");
    refused(made_npy("|u1", false, "24", values, 24), ERR_FORMAT, "no shape");
    refused(made_npy("", false, "(24,)", values, 24), ERR_FORMAT, "no type");
}

static void a_damaged_header_is_refused(void **state)
{
    (void)state;
    Writer w = made_npy("|u1", false, "(2, 3, 4)", values, 24);

    for (size_t i = 0; i < w.size - 24; i++)
        for (int v = 0; v < 256; v += 5) {
            uint8_t *exact = made_exact(w.bytes, w.size);
            Npy a = {0};
            exact[i] = (uint8_t)v;
            if (npy_parse("x.npy", exact, w.size, &a, NULL) == 0)
                assert_int_equal(a.count * (size_t)a.width, 24);
            free(exact);
        }
    w.bytes[6] = 4;
    refused(w, ERR_UNSUPPORTED, "version 4, only 1 to 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_in_an_archive_are_read),
        cmocka_unit_test(values_of_every_width_sign_and_order),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(counts_that_lie_are_named),
        cmocka_unit_test(what_is_not_read_is_named),
        cmocka_unit_test(a_damaged_header_is_refused),
    };
    return cmocka_run_group_tests_name("npz", tests, NULL, NULL);
}
