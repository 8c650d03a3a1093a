/* The corruptions do what their names say, and the same again for the same seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "data/corrupt.h"

enum { SIDE = CORRUPT_SIDE, PIXELS = CORRUPT_PIXELS };

/* A seven: a bar and a stem. */
static void seven(uint8_t *p)
{
    memset(p, 0, PIXELS);
    for (int x = 7; x < 21; x++)
        p[6 * SIDE + x] = p[7 * SIDE + x] = 255;
    for (int y = 6; y < 23; y++)
        for (int k = 0; k < 3; k++)
            p[y * SIDE + 19 - (y - 6) / 2 + k] = 255;
}

static long ink(const uint8_t *p)
{
    long sum = 0;

    for (int i = 0; i < PIXELS; i++)
        sum += p[i];
    return sum;
}

static void every_corruption_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int k = 0; k < CORRUPTIONS; k++)
        assert_int_equal(corrupt_find(corrupt_name((Corruption)k)), k);
    assert_int_equal(corrupt_find("identity"), -1);
}

static void each_changes_the_picture_and_the_same_seed_gives_the_same(void **state)
{
    uint8_t in[PIXELS], a[PIXELS], b[PIXELS];

    (void)state;
    seven(in);
    for (int k = 0; k < CORRUPTIONS; k++) {
        memcpy(a, in, PIXELS);
        corrupt_apply((Corruption)k, 5, 3, a, a); /* in place */
        corrupt_apply((Corruption)k, 5, 3, in, b);
        assert_memory_equal(a, b, PIXELS);
        assert_memory_not_equal(a, in, PIXELS);
    }
}

static void those_that_draw_by_chance_differ_from_picture_to_picture(void **state)
{
    static const Corruption drawn[] = {
        CORRUPT_SHOT_NOISE, CORRUPT_IMPULSE_NOISE, CORRUPT_GLASS_BLUR,  CORRUPT_MOTION_BLUR,
        CORRUPT_FOG,        CORRUPT_SPATTER,       CORRUPT_DOTTED_LINE, CORRUPT_ZIGZAG};
    uint8_t in[PIXELS], a[PIXELS], b[PIXELS];

    (void)state;
    seven(in);
    for (size_t k = 0; k < sizeof drawn / sizeof *drawn; k++) {
        corrupt_apply(drawn[k], 5, 3, in, a);
        corrupt_apply(drawn[k], 5, 4, in, b);
        assert_memory_not_equal(a, b, PIXELS);
    }
}

static void light_changes_as_it_is_published(void **state)
{
    uint8_t in[PIXELS], out[PIXELS];

    (void)state;
    seven(in);
    corrupt_apply(CORRUPT_STRIPE, 1, 0, in, out);
    for (int i = 0; i < PIXELS; i++) {
        int x = i % SIDE;
        assert_int_equal(out[i], x < 7 || x >= 21 ? 255 - in[i] : in[i]);
    }
    corrupt_apply(CORRUPT_BRIGHTNESS, 1, 0, in, out);
    for (int i = 0; i < PIXELS; i++)
        assert_int_equal(out[i], in[i] ? 255 : 127);
}

static void a_seventh_less_than_half_the_area_is_left_of_a_scaled_picture(void **state)
{
    uint8_t in[PIXELS], out[PIXELS];

    (void)state;
    seven(in);
    corrupt_apply(CORRUPT_SCALE, 1, 0, in, out);
    assert_in_range(ink(out), (long)(0.44 * (double)ink(in)), (long)(0.54 * (double)ink(in)));
    for (int i = 0; i < 4 * SIDE; i++) /* nothing near the rim */
        assert_int_equal(out[i], 0);
}

static void turning_shearing_and_moving_keep_the_ink(void **state)
{
    static const Corruption kinds[] = {CORRUPT_ROTATE, CORRUPT_SHEAR, CORRUPT_TRANSLATE};
    uint8_t in[PIXELS], out[PIXELS];

    (void)state;
    seven(in);
    for (int k = 0; k < 3; k++)
        for (uint64_t i = 0; i < 8; i++) {
            corrupt_apply(kinds[k], 1, i, in, out);
            assert_in_range(ink(out), (long)(0.9 * (double)ink(in)),
                            (long)(1.12 * (double)ink(in)));
        }
}

static void impulses_fall_on_a_sixth_of_the_pixels(void **state)
{
    uint8_t in[PIXELS], out[PIXELS];
    long changed = 0;

    (void)state;
    memset(in, 128, PIXELS);
    for (uint64_t i = 0; i < 50; i++) {
        corrupt_apply(CORRUPT_IMPULSE_NOISE, 1, i, in, out);
        for (int k = 0; k < PIXELS; k++)
            changed += out[k] != 128;
    }
    assert_in_range(changed, (long)(0.16 * 50 * PIXELS), (long)(0.18 * 50 * PIXELS));
}

static void edges_are_thin_and_lie_round_the_strokes(void **state)
{
    uint8_t in[PIXELS], out[PIXELS];
    int edges = 0;

    (void)state;
    seven(in);
    corrupt_apply(CORRUPT_CANNY_EDGES, 1, 0, in, out);
    for (int i = 0; i < PIXELS; i++) {
        assert_true(out[i] == 0 || out[i] == 255);
        edges += out[i] == 255;
    }
    assert_in_range(edges, 40, 90);
}

static void a_set_keeps_its_labels_and_other_sizes_are_refused(void **state)
{
    Err e = {0};
    Dataset *d = dataset_new(3, SIDE, SIDE, 10, &e), *other = dataset_new(3, 8, 8, 10, &e);

    (void)state;
    for (int i = 0; i < 3; i++) {
        seven(d->pixels + i * PIXELS);
        d->labels[i] = 7 - i;
    }
    Dataset *c = corrupt_dataset(d, CORRUPT_SPATTER, 1, true, NULL, &e);
    if (!c)
        fail_msg("%s", e.text);
    assert_int_equal(c->count, 3);
    assert_memory_equal(c->labels, d->labels, 3 * sizeof *d->labels);
    assert_null(corrupt_dataset(other, CORRUPT_SPATTER, 1, true, NULL, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    dataset_free(c);
    dataset_free(d);
    dataset_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_corruption_has_a_name_of_its_own),
        cmocka_unit_test(each_changes_the_picture_and_the_same_seed_gives_the_same),
        cmocka_unit_test(those_that_draw_by_chance_differ_from_picture_to_picture),
        cmocka_unit_test(light_changes_as_it_is_published),
        cmocka_unit_test(a_seventh_less_than_half_the_area_is_left_of_a_scaled_picture),
        cmocka_unit_test(turning_shearing_and_moving_keep_the_ink),
        cmocka_unit_test(impulses_fall_on_a_sixth_of_the_pixels),
        cmocka_unit_test(edges_are_thin_and_lie_round_the_strokes),
        cmocka_unit_test(a_set_keeps_its_labels_and_other_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
