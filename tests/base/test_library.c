#include "base/library.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_function_of_a_library_can_be_called(void **state)
{
    double (*cube_root)(double) = NULL;
    const LibrarySymbol symbols[] = {{"cbrt", &cube_root}, {0}};
    Err e = {0};
    void *library = library_open("libm.so.6", "find roots", symbols, &e);

    (void)state;
    assert_non_null(library);
    assert_true(fabs(cube_root(27) - 3) < 1e-9);
    library_close(library);
}

static void a_library_that_is_missing_is_named(void **state)
{
    const LibrarySymbol none[] = {{0}};
    Err e = {0};

    (void)state;
    assert_null(library_open("libnowhere.so.7", "fetch data", none, &e));
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    assert_non_null(strstr(e.text, "cannot fetch data: libnowhere.so.7"));
}

static void a_symbol_that_is_missing_is_named(void **state)
{
    void (*there)(void) = NULL, (*missing)(void) = NULL;
    const LibrarySymbol symbols[] = {{"cbrt", &there}, {"no_such_function", &missing}, {0}};
    Err e = {0};

    (void)state;
    assert_null(library_open("libm.so.6", "find roots", symbols, &e));
    assert_string_equal(e.text, "cannot find roots: libm.so.6 lacks no_such_function");
}

static void closing_nothing_is_allowed(void **state)
{
    (void)state;
    library_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_of_a_library_can_be_called),
        cmocka_unit_test(a_library_that_is_missing_is_named),
        cmocka_unit_test(a_symbol_that_is_missing_is_named),
        cmocka_unit_test(closing_nothing_is_allowed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
