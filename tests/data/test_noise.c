#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/noise.h"

enum { PIXELS = 784 };

/* Ten boxes of ink, one a class. */
static int make_digits(void **state)
{
    Dataset *d = dataset_new(10, 28, 28, 10, NULL);

    for (int i = 0; i < 10; i++) {
        d->labels[i] = i;
        for (int y = 4; y < 24; y++)
            memset(d->pixels + i * PIXELS + y * 28 + 8, 200, 12);
    }
    *state = d;
    return 0;
}

static int free_digits(void **state)
{
    dataset_free(*state);
    return 0;
}

static size_t ink_of(const uint8_t *p)
{
    size_t n = 0;

    for (int i = 0; i < PIXELS; i++)
        n += p[i] > 60;
    return n;
}

static void every_kind_but_blanks_has_ink_and_none_is_full(void **state)
{
    for (int kind = 0; kind < NOISE_KINDS; kind++)
        for (uint64_t i = 0; i < 300; i++) {
            Rng r = rng_stream(1, RNG_NOISE, i);
            uint8_t out[PIXELS];
            memset(out, 0xAA, PIXELS);
            noise_draw((NoiseKind)kind, *state, &r, out);
            size_t ink = ink_of(out);
            if (kind == NOISE_BLANK)
                assert_in_range(ink, 0, PIXELS / 20);
            else if (kind == NOISE_SMUDGE) /* some are too weak to count */
                assert_in_range(ink, 0, PIXELS * 2 / 3);
            else
                assert_in_range(ink, 1, PIXELS * 2 / 3);
        }
}

static void a_seed_gives_one_set_and_all_of_it_is_noise(void **state)
{
    Dataset *a = noise_dataset(*state, 500, 3, false, NULL, NULL);
    Dataset *b = noise_dataset(*state, 400, 3, false, NULL, NULL);
    Dataset *other = noise_dataset(*state, 500, 4, false, NULL, NULL);

    assert_int_equal(a->count, 500);
    assert_int_equal(a->classes, 11);
    assert_string_equal(a->class_names[10], "noise");
    for (size_t i = 0; i < a->count; i++)
        assert_int_equal(a->labels[i], DATASET_NOISE);
    assert_memory_equal(a->pixels, b->pixels, 400 * PIXELS);
    assert_memory_not_equal(a->pixels, other->pixels, 400 * PIXELS);
    dataset_free(a);
    dataset_free(b);
    dataset_free(other);
}

static void kinds_come_as_often_as_they_should(void **state)
{
    (void)state;
    int times[NOISE_KINDS] = {0};
    Rng r = rng_stream(1, RNG_NOISE, 0);

    for (int i = 0; i < 29000; i++) /* the weights add up to 29 */
        times[noise_pick(&r)]++;
    assert_in_range(times[NOISE_BLANK], 900, 1100);
    assert_in_range(times[NOISE_CROSS], 1850, 2150);
    assert_in_range(times[NOISE_LETTER], 5700, 6300);
    assert_in_range(times[NOISE_HALF] + times[NOISE_PAIR] + times[NOISE_CROSSED_OUT], 11600, 12400);
    assert_string_equal(noise_name(NOISE_CROSSED_OUT), "crossed out");
}

/* Of a 7 the lower half would be a 1; of a set of 1s no side is left over. */
static void halves_that_are_digits_are_never_drawn(void **state)
{
    (void)state;
    Dataset *d = dataset_new(1, 28, 28, 10, NULL);

    for (int i = 0; i < PIXELS; i++)
        d->pixels[i] = i / 28 >= 4 && i / 28 < 24 && i % 28 >= 8 && i % 28 < 20 ? 200 : 0;
    for (uint64_t i = 0; i < 100; i++) {
        Rng r = rng_stream(2, RNG_NOISE, i);
        uint8_t out[PIXELS];
        d->labels[0] = 7;
        noise_draw(NOISE_HALF, d, &r, out);
        assert_int_equal(out[4 * 28 + 8], 200);
        assert_true(out[23 * 28 + 19] == 0);
        d->labels[0] = 1;
        noise_draw(NOISE_HALF, d, &r, out);
        assert_int_equal(ink_of(out), 0);
    }
    dataset_free(d);
}

static void canonical_noise_is_never_an_upright_stroke(void **state)
{
    Dataset *d = noise_dataset(*state, 2000, 1, true, NULL, NULL);

    assert_non_null(d);
    for (size_t i = 0; i < d->count; i++) {
        int left = 28, right = -1, top = 28, bottom = -1;
        for (int k = 0; k < PIXELS; k++)
            if (d->pixels[i * PIXELS + (size_t)k] > 64) {
                left = k % 28 < left ? k % 28 : left;
                right = k % 28 > right ? k % 28 : right;
                top = k / 28 < top ? k / 28 : top;
                bottom = k / 28 > bottom ? k / 28 : bottom;
            }
        assert_true(right - left >= 8 || bottom - top < 15);
    }
    dataset_free(d);
}

static void noise_is_made_of_digits_only(void **state)
{
    (void)state;
    Dataset *small = dataset_new(3, 8, 8, 10, NULL);
    Err e = {0};

    assert_null(noise_dataset(small, 5, 1, false, NULL, &e));
    assert_string_equal(e.text, "noise is made of digits of 28x28: 3 of 8x8 are no such set");
    dataset_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_but_blanks_has_ink_and_none_is_full),
        cmocka_unit_test(a_seed_gives_one_set_and_all_of_it_is_noise),
        cmocka_unit_test(kinds_come_as_often_as_they_should),
        cmocka_unit_test(halves_that_are_digits_are_never_drawn),
        cmocka_unit_test(canonical_noise_is_never_an_upright_stroke),
        cmocka_unit_test(noise_is_made_of_digits_only),
    };
    return cmocka_run_group_tests_name("noise", tests, make_digits, free_digits);
}
