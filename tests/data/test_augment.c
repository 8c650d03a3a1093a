#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/augment.h"

enum { SIDE = AUGMENT_SIDE, PIXELS = AUGMENT_PIXELS };

/* A thick "7" with grey edges, off the middle so that no turn or flip gives it back. */
static uint8_t seven[PIXELS];

static int draw_seven(void **state)
{
    (void)state;
    for (int y = 5; y < 24; y++)
        for (int x = 7; x < 21; x++) {
            double stem = 19 - (y - 5) * 0.45 - x, distance = fmin(fabs(stem), y < 8 ? y - 5 : 99);
            seven[y * SIDE + x] = (uint8_t)fmax(0, fmin(255, 255 * (2 - distance)));
        }
    return 0;
}

static void apply(const Augment *a, const uint8_t *in, uint8_t *out, uint32_t index)
{
    assert_int_equal(augment_check(a, NULL), 0);
    memset(out, 0xAA, PIXELS);
    augment_apply(a, in, out, 1, 2, index);
}

static double ink(const uint8_t *p)
{
    double sum = 0;

    for (int i = 0; i < PIXELS; i++)
        sum += p[i];
    return sum;
}

static void nothing_switched_on_changes_nothing(void **state)
{
    (void)state;
    Augment a = {0};
    uint8_t out[PIXELS];

    assert_true(augment_is_none(&a));
    apply(&a, seven, out, 0);
    assert_memory_equal(out, seven, PIXELS);
}

/* Positions are resampled, and the identity is exact. */
static void a_turn_too_small_to_see_is_exact(void **state)
{
    (void)state;
    Augment a = {.rotate_deg = 1e-4f};
    uint8_t out[PIXELS];

    apply(&a, seven, out, 0);
    assert_memory_equal(out, seven, PIXELS);
}

static void a_seed_an_epoch_and_an_index_give_one_picture(void **state)
{
    (void)state;
    uint8_t first[PIXELS], second[PIXELS];
    Augment a;

    for (int i = 1; augment_names[i]; i++) {
        assert_true(augment_preset(augment_names[i], &a));
        augment_apply(&a, seven, first, 1, 2, 3);
        augment_apply(&a, first, second, 9, 9, 9); /* what came before leaves no trace */
        augment_apply(&a, seven, second, 1, 2, 3);
        assert_memory_equal(first, second, PIXELS);
        augment_apply(&a, seven, second, 2, 2, 3);
        assert_memory_not_equal(first, second, PIXELS);
        augment_apply(&a, seven, second, 1, 3, 3);
        assert_memory_not_equal(first, second, PIXELS);
        augment_apply(&a, seven, second, 1, 2, 4);
        assert_memory_not_equal(first, second, PIXELS);
    }
}

/* The plain reference of what moves ink: a dot at (x,y) goes where the formula of Keras says. */
static void a_shift_moves_ink_by_as_much_in_all_rows(void **state)
{
    (void)state;
    Augment a = {.shift_px = 3};

    for (uint32_t index = 0; index < 50; index++) {
        uint8_t dot[PIXELS] = {0}, out[PIXELS];
        double x = 0, y = 0, x2 = 0, y2 = 0, sum;
        dot[10 * SIDE + 12] = 255;
        apply(&a, dot, out, index);
        for (int i = 0; i < PIXELS; i++) {
            x += out[i] * (i % SIDE);
            y += out[i] * (double)(i / SIDE);
        }
        sum = ink(out);
        assert_true(fabs(sum - 255) <= 3);
        memset(dot, 0, PIXELS);
        dot[17 * SIDE + 6] = 255;
        apply(&a, dot, out, index);
        for (int i = 0; i < PIXELS; i++) {
            x2 += out[i] * (i % SIDE);
            y2 += out[i] * (double)(i / SIDE);
        }
        assert_true(fabs(x / sum - 12) <= 3.02 && fabs(y / sum - 10) <= 3.02);
        assert_true(fabs((x / sum - 12) - (x2 / ink(out) - 6)) < 0.05);
        assert_true(fabs((y / sum - 10) - (y2 / ink(out) - 17)) < 0.05);
    }
}

static void a_turn_keeps_the_distance_from_the_middle(void **state)
{
    (void)state;
    Augment a = {.rotate_deg = 180};
    double turned_past_90 = 0;

    for (uint32_t index = 0; index < 50; index++) {
        uint8_t blob[PIXELS] = {0}, out[PIXELS];
        double x = 0, y = 0;
        for (int i = 0; i < 9; i++)
            blob[(9 + i / 3) * SIDE + 17 + i % 3] =
                255; /* its middle is (18,10): 4.5 right, 3.5 up */
        apply(&a, blob, out, index);
        for (int i = 0; i < PIXELS; i++) {
            x += out[i] * (i % SIDE - 13.5);
            y += out[i] * (i / SIDE - 13.5);
        }
        assert_true(fabs(hypot(x, y) / ink(out) - hypot(4.5, 3.5)) < 0.05);
        assert_true(fabs(ink(out) / ink(blob) - 1) < 0.1);
        turned_past_90 += 4.5 * x - 3.5 * y < 0;
    }
    assert_in_range((int)turned_past_90, 15, 35);
}

static void zoom_changes_the_size_and_aspect_one_side_of_it(void **state)
{
    (void)state;
    Augment zoom = {.zoom = 0.3f}, aspect = {.aspect = 0.3f};
    int larger = 0;

    for (uint32_t index = 0; index < 50; index++) {
        uint8_t box[PIXELS] = {0}, out[PIXELS];
        for (int y = 9; y < 19; y++)
            memset(box + y * SIDE + 9, 255, 10);
        apply(&zoom, box, out, index);
        double area = ink(out) / ink(box);
        assert_true(area > exp(-0.6) * 0.94 && area < exp(0.6) * 1.06);
        larger += area > 1;
        apply(&aspect, box, out, index);
        assert_true(fabs(ink(out) / ink(box) - 1) < 0.06);
        assert_memory_not_equal(out, box, PIXELS);
    }
    assert_in_range(larger, 15, 35);
}

static void what_comes_in_from_outside_is_black_or_the_nearest_pixel(void **state)
{
    (void)state;
    uint8_t white[PIXELS], out[PIXELS];
    Augment a = {.rotate_deg = 180,
                 .shift_px = 14,
                 .zoom = 1,
                 .aspect = 1,
                 .elastic_px = 8,
                 .fill = FILL_NEAREST};

    memset(white, 255, PIXELS);
    for (uint32_t index = 0; index < 200; index++) {
        apply(&a, white, out, index);
        assert_memory_equal(out, white, PIXELS);
    }
    a.fill = FILL_ZERO;
    int with_black = 0;
    for (uint32_t index = 0; index < 200; index++) {
        apply(&a, white, out, index);
        with_black += memchr(out, 0, PIXELS) != NULL;
    }
    assert_true(with_black > 150);
}

/* The most that the limits allow must not bring ink in from the wrong side. */
static void nothing_wraps_around_at_the_limits(void **state)
{
    (void)state;
    Augment a = {.rotate_deg = 180,
                 .shift_px = 14,
                 .shear_deg = 45,
                 .zoom = 1,
                 .zoom_axes = .5f,
                 .aspect = 1};
    uint8_t dot[PIXELS] = {0}, out[PIXELS];

    dot[14 * SIDE + 14] = 255;
    for (uint32_t index = 0; index < 3000; index++) {
        int spots = 0, first = -1;
        apply(&a, dot, out, index);
        for (int i = 0; i < PIXELS; i++)
            if (out[i] > 0) {
                if (first < 0)
                    first = i;
                spots += abs(i % SIDE - first % SIDE) > 22; /* one dot, magnified, is one spot */
            }
        assert_int_equal(spots, 0);
    }
}

static void elastic_moves_ink_but_keeps_most_of_it(void **state)
{
    (void)state;
    Augment a = {.elastic_px = 3};
    uint8_t out[PIXELS], last[PIXELS] = {0};

    for (uint32_t index = 0; index < 30; index++) {
        apply(&a, seven, out, index);
        assert_true(fabs(ink(out) / ink(seven) - 1) < 0.25);
        assert_memory_not_equal(out, last, PIXELS);
        memcpy(last, out, PIXELS);
    }
}

static void thickness_makes_strokes_wider_or_thinner(void **state)
{
    (void)state;
    Augment a = {.thickness = 1};
    int wider = 0;

    for (uint32_t index = 0; index < 50; index++) {
        uint8_t out[PIXELS];
        bool more = true, less = true;
        apply(&a, seven, out, index);
        for (int i = 0; i < PIXELS; i++) {
            more = more && out[i] >= seven[i];
            less = less && out[i] <= seven[i];
        }
        assert_true(more || less);
        wider += more;
    }
    assert_in_range(wider, 15, 35);
}

static void thickness_treats_all_rows_alike(void **state)
{
    (void)state;
    Augment a = {.thickness = 1};
    uint8_t line[PIXELS] = {0}, out[PIXELS];

    for (int y = 0; y < SIDE; y++)
        line[y * SIDE + 27] = line[y * SIDE + 5] = 255;
    for (uint32_t index = 0; index < 10; index++) {
        apply(&a, line, out, index);
        for (int y = 1; y < SIDE; y++)
            assert_memory_equal(out, out + y * SIDE, SIDE);
        assert_int_equal(out[0], 0);
    }
}

static void half_resolution_and_blur_keep_the_ink(void **state)
{
    (void)state;
    Augment half = {.half = 1}, blur = {.blur = 1};
    uint8_t out[PIXELS];

    apply(&half, seven, out, 0);
    assert_true(fabs(ink(out) / ink(seven) - 1) < 0.02);
    assert_memory_not_equal(out, seven, PIXELS);
    for (uint32_t index = 0; index < 10; index++) {
        apply(&blur, seven, out, index);
        assert_true(fabs(ink(out) / ink(seven) - 1) < 0.02);
    }
}

static void tone_keeps_black_and_white_and_dim_only_weakens(void **state)
{
    (void)state;
    Augment tone = {.tone = 1}, dim = {.dim = 0.5f};
    int lighter = 0;

    for (uint32_t index = 0; index < 50; index++) {
        uint8_t ramp[PIXELS], out[PIXELS];
        for (int i = 0; i < PIXELS; i++)
            ramp[i] = (uint8_t)(i % 256);
        apply(&tone, ramp, out, index);
        assert_int_equal(out[0], 0);
        assert_int_equal(out[255], 255);
        for (int i = 1; i < 256; i++)
            assert_true(out[i] >= out[i - 1]);
        lighter += out[128] > 128;
        apply(&dim, ramp, out, index);
        for (int i = 0; i < 256; i++)
            assert_true(out[i] <= ramp[i] && out[i] >= ramp[i] / 2 - 1);
    }
    assert_in_range(lighter, 15, 35);
}

static void noise_has_the_deviation_that_is_asked_for(void **state)
{
    (void)state;
    Augment a = {.noise = 40};
    uint8_t grey[PIXELS], out[PIXELS];
    double squares = 0, sum = 0;

    memset(grey, 128, PIXELS);
    for (uint32_t index = 0; index < 400; index++) {
        apply(&a, grey, out, index);
        for (int i = 0; i < PIXELS; i++) {
            sum += out[i] - 128;
            squares += (out[i] - 128) * (out[i] - 128);
        }
    }
    /* A deviation that is even from 0 to 40 has a mean square of 40^2 / 3. */
    assert_true(fabs(sum / (400 * PIXELS)) < 0.2);
    assert_true(fabs(sqrt(squares / (400 * PIXELS)) - 40 / sqrt(3)) < 1.5);
}

static void a_cut_out_square_is_black(void **state)
{
    (void)state;
    Augment a = {.cutout_px = 8};
    uint8_t white[PIXELS], out[PIXELS];
    int largest = 0;

    memset(white, 255, PIXELS);
    for (uint32_t index = 0; index < 100; index++) {
        int black = 0;
        apply(&a, white, out, index);
        for (int i = 0; i < PIXELS; i++)
            black += out[i] == 0;
        int side = (int)lround(sqrt(black));
        assert_int_equal(side * side, black);
        largest = black > largest ? black : largest;
    }
    assert_int_equal(largest, 64);
}

static void only_presets_that_exist_have_a_name(void **state)
{
    (void)state;
    Augment a = {.noise = 5};

    for (int i = 0; augment_names[i]; i++) {
        assert_true(augment_preset(augment_names[i], &a));
        assert_int_equal(augment_check(&a, NULL), 0);
        assert_int_equal(augment_is_none(&a), i == 0);
    }
    assert_false(augment_preset("wild", &a));
}

static void settings_out_of_range_are_named(void **state)
{
    (void)state;
    Augment a = {.shift_px = 15}, b = {.noise = NAN}, c = {.blur = -1};
    Err e = {0};

    assert_int_equal(augment_check(&a, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "augmentation: shift_px is 15, possible is 0 to 14");
    assert_int_equal(augment_check(&b, NULL), -ERR_ARGUMENT);
    assert_int_equal(augment_check(&c, NULL), -ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_switched_on_changes_nothing),
        cmocka_unit_test(a_turn_too_small_to_see_is_exact),
        cmocka_unit_test(a_seed_an_epoch_and_an_index_give_one_picture),
        cmocka_unit_test(a_shift_moves_ink_by_as_much_in_all_rows),
        cmocka_unit_test(a_turn_keeps_the_distance_from_the_middle),
        cmocka_unit_test(zoom_changes_the_size_and_aspect_one_side_of_it),
        cmocka_unit_test(what_comes_in_from_outside_is_black_or_the_nearest_pixel),
        cmocka_unit_test(nothing_wraps_around_at_the_limits),
        cmocka_unit_test(elastic_moves_ink_but_keeps_most_of_it),
        cmocka_unit_test(thickness_makes_strokes_wider_or_thinner),
        cmocka_unit_test(thickness_treats_all_rows_alike),
        cmocka_unit_test(half_resolution_and_blur_keep_the_ink),
        cmocka_unit_test(tone_keeps_black_and_white_and_dim_only_weakens),
        cmocka_unit_test(noise_has_the_deviation_that_is_asked_for),
        cmocka_unit_test(a_cut_out_square_is_black),
        cmocka_unit_test(only_presets_that_exist_have_a_name),
        cmocka_unit_test(settings_out_of_range_are_named),
    };
    return cmocka_run_group_tests_name("augment", tests, draw_seven, NULL);
}
