/* The pictures that digits are redrawn as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/dataset.h"
#include "data/typeset.h"

static Typeset *made(int classes)
{
    Err e = {0};
    Typeset *t = typeset_new(NULL, GLYPH_USUAL, classes, &e);

    if (!t && e.code == ERR_IO) {
        print_message("# no font is installed\n");
        skip();
    }
    assert_non_null(t);
    return t;
}

static double ink(const float *picture)
{
    double sum = 0;

    for (int i = 0; i < TYPESET_PIXELS; i++) {
        assert_true(picture[i] >= 0 && picture[i] <= 1);
        sum += (double)picture[i];
    }
    return sum;
}

static void every_digit_has_its_own_ink_and_noise_has_none(void **state)
{
    Typeset *t = made(11);

    (void)state;
    assert_int_equal(t->classes, 11);
    assert_true(*t->name);
    for (int d = 0; d < 10; d++) {
        assert_true(ink(t->pictures + d * TYPESET_PIXELS) > 20);
        for (int other = 0; other < d; other++)
            assert_memory_not_equal(t->pictures + d * TYPESET_PIXELS,
                                    t->pictures + other * TYPESET_PIXELS,
                                    TYPESET_PIXELS * sizeof(float));
    }
    assert_true(ink(t->pictures + DATASET_NOISE * TYPESET_PIXELS) == 0);
    typeset_free(t);
}

static void a_batch_holds_the_pictures_of_its_classes(void **state)
{
    static const int classes[] = {3, 10, 0, 3};
    Typeset *t = made(11);
    float *out = malloc(4 * TYPESET_PIXELS * sizeof *out);

    (void)state;
    assert_non_null(out);
    typeset_batch(t, classes, 4, out);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(out + i * TYPESET_PIXELS, t->pictures + classes[i] * TYPESET_PIXELS,
                            TYPESET_PIXELS * sizeof *out);
    free(out);
    typeset_free(t);
}

static void a_faded_picture_is_nearest_to_its_own_digit(void **state)
{
    Typeset *t = made(11);

    (void)state;
    for (int c = 0; c < 11; c++) {
        float faded[TYPESET_PIXELS];

        for (int i = 0; i < TYPESET_PIXELS; i++)
            faded[i] = 0.8f * t->pictures[c * TYPESET_PIXELS + i] + 0.05f;
        assert_int_equal(typeset_nearest(t, faded), c);
    }
    typeset_free(t);
}

static void what_cannot_be_redrawn_is_refused(void **state)
{
    static const struct {
        const char *font;
        GlyphPlace place;
        int classes;
        ErrCode code;
    } cases[] = {{NULL, {30, 7, -2}, 12, ERR_ARGUMENT},     {NULL, {30, 7, -2}, 9, ERR_ARGUMENT},
                 {NULL, {0, 7, -2}, 10, ERR_ARGUMENT},      {NULL, {1001, 7, -2}, 10, ERR_ARGUMENT},
                 {NULL, {30, 40, -2}, 10, ERR_ARGUMENT},    {NULL, {30, 7, -60}, 10, ERR_ARGUMENT},
                 {"./missing.ttf", {30, 7, -2}, 10, ERR_IO}};

    (void)state;
    typeset_free(made(10));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err e = {0};

        assert_null(typeset_new(cases[i].font, cases[i].place, cases[i].classes, &e));
        assert_int_equal(e.code, cases[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_digit_has_its_own_ink_and_noise_has_none),
        cmocka_unit_test(a_batch_holds_the_pictures_of_its_classes),
        cmocka_unit_test(a_faded_picture_is_nearest_to_its_own_digit),
        cmocka_unit_test(what_cannot_be_redrawn_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
