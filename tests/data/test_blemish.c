/* Blemishes change a digit and leave it there to be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/blemish.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, TRIES = 200 };

/* A 0: a ring of radius 8, 3 px wide. */
static void draw_ring(uint8_t *out)
{
    for (int i = 0; i < PIXELS; i++) {
        int x = 2 * (i % SIDE) - 27, y = 2 * (i / SIDE) - 27, r2 = x * x + y * y;
        out[i] = r2 >= 13 * 13 && r2 < 19 * 19 ? 255 : 0;
    }
}

/* How the picture goes with the ring: 1 for the ring itself, -1 for its negative. */
static double likeness(const uint8_t *p)
{
    uint8_t ring[PIXELS];
    double on = 0, off = 0;
    int n = 0;

    draw_ring(ring);
    for (int i = 0; i < PIXELS; i++) {
        n += ring[i] != 0;
        *(ring[i] ? &on : &off) += p[i];
    }
    return on / (255 * n) - off / (255 * (PIXELS - n));
}

static void every_kind_changes_the_picture_and_may_write_over_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < BLEMISH_KINDS; kind++) {
        int changed = 0;
        for (uint64_t i = 0; i < TRIES; i++) {
            Rng a = rng_stream(1, RNG_BLEMISH, i), b = a;
            uint8_t ring[PIXELS], out[PIXELS];
            draw_ring(ring);
            blemish_draw((BlemishKind)kind, &a, ring, out);
            changed += memcmp(ring, out, PIXELS) != 0;
            blemish_draw((BlemishKind)kind, &b, ring, ring);
            assert_memory_equal(ring, out, PIXELS);
        }
        assert_in_range(changed, TRIES * 9 / 10, TRIES);
    }
}

/* On average, and not exactly: an outline lies beside the ink, bands turn up to all of it round. */
static void the_digit_is_still_there(void **state)
{
    static const double least[BLEMISH_KINDS] = {
        [BLEMISH_STROKES] = 0.9, [BLEMISH_DOTTED] = 0.9, [BLEMISH_SPECKS] = 0.7,
        [BLEMISH_GRAIN] = 0.8,   [BLEMISH_BLOTS] = 0.6,  [BLEMISH_OUTLINE] = 0.15,
        [BLEMISH_SHUFFLE] = 0.3, [BLEMISH_BANDS] = -1};

    (void)state;
    for (int kind = 0; kind < BLEMISH_KINDS; kind++) {
        double sum = 0;
        for (uint64_t i = 0; i < TRIES; i++) {
            Rng r = rng_stream(2, RNG_BLEMISH, i);
            uint8_t out[PIXELS];
            draw_ring(out);
            blemish_draw((BlemishKind)kind, &r, out, out);
            sum += likeness(out);
        }
        if (!(sum / TRIES >= least[kind] && sum / TRIES < 0.999))
            fail_msg("%s: %g, not from %g to 1", blemish_name((BlemishKind)kind), sum / TRIES,
                     least[kind]);
    }
}

static void bands_turn_a_part_round_and_not_all(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < TRIES; i++) {
        Rng r = rng_stream(3, RNG_BLEMISH, i);
        uint8_t ring[PIXELS], out[PIXELS];
        int turned = 0;
        draw_ring(ring);
        blemish_draw(BLEMISH_BANDS, &r, ring, out);
        for (int k = 0; k < PIXELS; k++) {
            assert_true(out[k] == ring[k] || out[k] == 255 - ring[k]);
            turned += out[k] != ring[k];
        }
        assert_in_range(turned, 4 * SIDE, PIXELS - 4 * SIDE);
    }
}

static void all_kinds_come_and_depend_on_the_stream_alone(void **state)
{
    int counts[BLEMISH_KINDS] = {0};

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        Rng r = rng_stream(4, RNG_BLEMISH, i);
        counts[blemish_pick(&r)]++;
    }
    for (int kind = 0; kind < BLEMISH_KINDS; kind++)
        assert_in_range(counts[kind], 20, 400);
    for (uint64_t i = 0; i < 50; i++) {
        Rng a = rng_stream(5, RNG_BLEMISH, i), b = a;
        uint8_t ring[PIXELS], one[PIXELS], two[PIXELS];
        draw_ring(ring);
        blemish_any(&a, ring, one);
        blemish_any(&b, ring, two);
        assert_memory_equal(one, two, PIXELS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_changes_the_picture_and_may_write_over_it),
        cmocka_unit_test(the_digit_is_still_there),
        cmocka_unit_test(bands_turn_a_part_round_and_not_all),
        cmocka_unit_test(all_kinds_come_and_depend_on_the_stream_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
