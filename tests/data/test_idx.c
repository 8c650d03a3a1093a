#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/idx.h"
#include "made.h"

static const uint8_t values[24] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                   13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
static const uint32_t sizes[3] = {2, 3, 4};

static void refused(Writer w, ErrCode code, const char *part)
{
    uint8_t *exact = made_exact(w.bytes, w.size);
    Err e = {0};
    Idx idx;

    assert_int_equal(idx_read("x.idx", exact, w.size, &idx, &e), -(int)code);
    assert_sentence(&e, code, part);
    free(exact);
    writer_free(&w);
}

static void sizes_and_values_are_read(void **state)
{
    (void)state;
    Writer w = made_idx(8, 3, sizes, values, 24);
    Idx idx;

    assert_true(idx_is(w.bytes, w.size));
    assert_int_equal(idx_read("x.idx", w.bytes, w.size, &idx, NULL), 0);
    assert_int_equal(idx.dims, 3);
    assert_memory_equal(idx.sizes, sizes, sizeof sizes);
    assert_int_equal(idx.count, 24);
    assert_memory_equal(idx.values, values, 24);
    writer_free(&w);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    Writer w = made_idx(8, 3, sizes, values, 24);

    for (size_t cut = 0; cut < w.size; cut++) {
        Writer part = {0};
        writer_put(&part, w.bytes, cut);
        refused(part, ERR_FORMAT, "x.idx: ");
    }
    writer_free(&w);
}

static void counts_that_lie_are_named(void **state)
{
    (void)state;
    static const uint32_t more[3] = {2, 3, 5}, huge[3] = {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
                          none[3] = {0, 28, 28};

    refused(made_idx(8, 3, sizes, values, 23), ERR_FORMAT, "24 values promised, 23 found");
    refused(made_idx(8, 3, more, values, 24), ERR_FORMAT, "30 values promised, 24 found");
    refused(made_idx(8, 3, huge, values, 24), ERR_FORMAT,
            "more values promised than there is memory");
    refused(made_idx(8, 3, none, values, 1), ERR_FORMAT, "0 values promised, 1 found");
}

static void other_types_and_shapes_are_named(void **state)
{
    (void)state;
    static const uint32_t four[4] = {1, 1, 1, 1};

    refused(made_idx(0x0D, 3, sizes, values, 24), ERR_UNSUPPORTED, "its values are of type 0d");
    refused(made_idx(8, 4, four, values, 1), ERR_UNSUPPORTED, "4 dimensions, at most 3");
    refused(made_idx(7, 3, sizes, values, 24), ERR_FORMAT, "x.idx: no idx file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_values_are_read),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(counts_that_lie_are_named),
        cmocka_unit_test(other_types_and_shapes_are_named),
    };
    return cmocka_run_group_tests_name("idx", tests, NULL, NULL);
}
