/* Post-processing of what a net drew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "image/crisp.h"

/* A stroke of `ink` with edges of half of it, on paper of `paper`. */
static void draw_stroke(uint8_t *out, int ink, int paper)
{
    memset(out, paper, DIGIT_PIXELS);
    for (int y = 4; y < 24; y++) {
        out[y * DIGIT_SIDE + 12] = out[y * DIGIT_SIDE + 16] = (uint8_t)(ink / 2);
        for (int x = 13; x < 16; x++)
            out[y * DIGIT_SIDE + x] = (uint8_t)ink;
    }
}

static void smooth_makes_strokes_full_and_paper_empty_and_keeps_edges(void **state)
{
    uint8_t in[DIGIT_PIXELS], out[DIGIT_PIXELS];

    (void)state;
    draw_stroke(in, 200, 9);
    crisp(in, CRISP_SMOOTH, out);
    assert_int_equal(out[10 * DIGIT_SIDE + 14], 255);
    assert_int_equal(out[10 * DIGIT_SIDE + 3], 0);
    assert_in_range(out[10 * DIGIT_SIDE + 12], 100, 155);
}

static void smooth_drops_what_is_nowhere_half_a_stroke(void **state)
{
    uint8_t in[DIGIT_PIXELS], out[DIGIT_PIXELS];

    (void)state;
    draw_stroke(in, 255, 0);
    in[5 * DIGIT_SIDE + 3] = 100;
    in[5 * DIGIT_SIDE + 4] = 90;
    in[20 * DIGIT_SIDE + 3] = 240; /* a dot of its own */
    in[20 * DIGIT_SIDE + 4] = 60;  /* and its edge */
    crisp(in, CRISP_SMOOTH, out);
    assert_int_equal(out[5 * DIGIT_SIDE + 3], 0);
    assert_int_equal(out[5 * DIGIT_SIDE + 4], 0);
    assert_int_equal(out[20 * DIGIT_SIDE + 3], 255);
    assert_true(out[20 * DIGIT_SIDE + 4] > 0);
}

static void a_ghost_alone_is_not_made_a_stroke(void **state)
{
    uint8_t in[DIGIT_PIXELS], out[DIGIT_PIXELS], none[DIGIT_PIXELS] = {0};

    (void)state;
    draw_stroke(in, 50, 0);
    crisp(in, CRISP_SMOOTH, out);
    assert_memory_equal(out, none, DIGIT_PIXELS);
    for (Crisp how = CRISP_NONE; how <= CRISP_STEPS; how++) {
        memset(out, 1, DIGIT_PIXELS);
        crisp(none, how, out);
        assert_memory_equal(out, none, DIGIT_PIXELS);
    }
}

/* Lit: 20*3 pixels of 240 and 20*2 of 120 (mean 192), so the cut is at 64. */
static void steps_cut_at_a_third_of_the_mean_of_the_lit_pixels(void **state)
{
    uint8_t in[DIGIT_PIXELS], out[DIGIT_PIXELS];

    (void)state;
    draw_stroke(in, 240, 0);
    in[0] = 64; /* too few to move the mean by one */
    in[2] = 65;
    crisp(in, CRISP_STEPS, out);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        assert_true(out[i] == 0 || out[i] == 255);
    assert_int_equal(out[10 * DIGIT_SIDE + 12], 255);
    assert_int_equal(out[0], 255 * (3 * 64 > (20 * (3 * 240 + 2 * 120) + 129 + 51) / 102));
    assert_int_equal(out[2], 255);
    assert_int_equal(out[1], 0);
}

static void in_place_gives_the_same(void **state)
{
    uint8_t in[DIGIT_PIXELS], out[DIGIT_PIXELS];

    (void)state;
    for (Crisp how = CRISP_NONE; how <= CRISP_STEPS; how++) {
        draw_stroke(in, 180, 5);
        crisp(in, how, out);
        crisp(in, how, in);
        assert_memory_equal(in, out, DIGIT_PIXELS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooth_makes_strokes_full_and_paper_empty_and_keeps_edges),
        cmocka_unit_test(smooth_drops_what_is_nowhere_half_a_stroke),
        cmocka_unit_test(a_ghost_alone_is_not_made_a_stroke),
        cmocka_unit_test(steps_cut_at_a_third_of_the_mean_of_the_lit_pixels),
        cmocka_unit_test(in_place_gives_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
