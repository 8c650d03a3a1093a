/* Printed words: some of their letters look like digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "plot/canvas.h"
#include "read/line.h"

static Image *print(const char *text)
{
    Canvas *c = canvas_new(300, 40, NULL);

    canvas_text(c, 10, 28, (Font){.size = 18}, text);
    Image *im = canvas_render(c, 3, NULL);

    canvas_free(c);
    assert_non_null(im);
    return im;
}

static int digits_in(const char *text, LineLength length)
{
    LineReader *r = line_reader_new(NULL, NULL);
    Image *im = print(text);
    LineReading o;

    assert_int_equal(line_read(r, im, &(LineOptions){.length = length, .is_part = true}, &o, NULL), 0);
    image_free(im);
    line_reader_free(r);
    return o.count;
}

static void words_are_no_numbers(void **state)
{
    (void)state;
    assert_int_equal(digits_in("The quick brown fox", (LineLength){0, 0}), 0);
    assert_int_equal(digits_in("Name und Vorname", (LineLength){0, 0}), 0);
    assert_int_equal(digits_in("2907146", (LineLength){0, 0}), 7);
}

/* Who says how many digits there are is believed. */
static void a_number_of_a_known_length_is_looked_for_among_letters(void **state)
{
    (void)state;
    assert_int_equal(digits_in("Konto 2907", (LineLength){4, 4}), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_no_numbers),
        cmocka_unit_test(a_number_of_a_known_length_is_looked_for_among_letters),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
