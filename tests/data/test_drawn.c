/* Digits and letters that are made rather than collected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "data/drawn.h"

enum { PIXELS = 28 * 28 };

static int inked(const uint8_t *p)
{
    int n = 0;

    for (int i = 0; i < PIXELS; i++)
        n += p[i] > 100;
    return n;
}

static void the_same_seed_gives_the_same_pictures_and_another_others(void **state)
{
    Err e = {0};
    Dataset *a = drawn_dataset(60, 3, true, NULL, &e), *b = drawn_dataset(60, 3, true, NULL, &e),
            *c = drawn_dataset(60, 4, true, NULL, &e);

    (void)state;
    if (!a || !b || !c)
        fail_msg("%s", e.text);
    assert_memory_equal(a->pixels, b->pixels, 60 * PIXELS);
    assert_memory_not_equal(a->pixels, c->pixels, 60 * PIXELS);
    dataset_free(a);
    dataset_free(b);
    dataset_free(c);
}

static void every_class_is_there_as_often_drawn_as_printed(void **state)
{
    Err e = {0};
    Dataset *d = drawn_dataset(200, 1, false, NULL, &e);
    int counts[10][2] = {{0}};

    (void)state;
    if (!d)
        fail_msg("%s", e.text);
    assert_int_equal(d->classes, 10);
    for (size_t i = 0; i < d->count; i++) {
        counts[d->labels[i]][i % 2]++;
        assert_in_range(inked(d->pixels + i * PIXELS), 10, 400);
    }
    for (int c = 0; c < 10; c++)
        assert_true(counts[c][0] == 10 && counts[c][1] == 10);
    dataset_free(d);
}

static void letters_differ_and_leave_ink_inside_the_picture(void **state)
{
    uint8_t first[PIXELS], next[PIXELS];
    int different = 0;

    (void)state;
    for (uint64_t i = 0; i < 200; i++) {
        Rng r = rng_stream(1, RNG_TEST, i);

        drawn_letter(&r, i ? next : first);
        assert_in_range(inked(i ? next : first), 8, 500);
        different += i && memcmp(first, next, PIXELS) != 0;
    }
    assert_int_equal(different, 199);
}

static void letters_are_drawn_and_printed_and_all_noise(void **state)
{
    Err e = {0};
    Dataset *d = letters_dataset(100, 1, false, NULL, &e);

    (void)state;
    if (!d)
        fail_msg("%s", e.text);
    assert_int_equal(d->classes, DATASET_NOISE + 1);
    for (size_t i = 0; i < d->count; i++) {
        assert_int_equal(d->labels[i], DATASET_NOISE);
        assert_in_range(inked(d->pixels + i * PIXELS), 8, 500);
    }
    dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_pictures_and_another_others),
        cmocka_unit_test(every_class_is_there_as_often_drawn_as_printed),
        cmocka_unit_test(letters_are_drawn_and_printed_and_all_noise),
        cmocka_unit_test(letters_differ_and_leave_ink_inside_the_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
