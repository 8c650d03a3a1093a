#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/half.h"

/* Worked out by hand from IEEE 754: the unit in the last place of a half in [2^k, 2^(k+1)) is
 * 2^(k-10), and 2^-24 below 2^-14. */
static void known_numbers_round_to_the_nearest_half_and_ties_to_even(void **state)
{
    (void)state;
    static const struct {
        float value;
        uint16_t half;
    } table[] = {
        {0.0f, 0x0000},
        {-0.0f, 0x8000},
        {1.0f, 0x3C00},
        {-2.0f, 0xC000},
        {0.1f, 0x2E66},
        {65504.0f, 0x7BFF},   /* the largest half */
        {65519.996f, 0x7BFF}, /* just below the tie with 65536 */
        {65520.0f, 0x7C00},   /* the tie, to even: infinity */
        {-1e30f, 0xFC00},
        {0x1.002p0f, 0x3C00},      /* 1 + half a unit: down to even */
        {0x1.006p0f, 0x3C02},      /* 1 + one and a half: up to even */
        {0x1.002002p0f, 0x3C01},   /* just above the tie */
        {0x1.ffep0f, 0x4000},      /* the carry runs into the exponent */
        {0x1p-14f, 0x0400},        /* the smallest normal */
        {0x1.ff8p-15f, 0x03FF},    /* the largest subnormal */
        {0x1.ffcp-15f, 0x0400},    /* a tie that rounds up to normal */
        {0x1p-24f, 0x0001},        /* the smallest half */
        {0x1p-25f, 0x0000},        /* half of it: down to even */
        {0x1.000002p-25f, 0x0001}, /* just above */
        {0x1.8p-24f, 0x0002},      /* one and a half: up to even */
        {0x1.4p-23f, 0x0002},      /* two and a half: down to even */
        {-0x1p-26f, 0x8000},
        {1e-42f, 0x0000}, /* a subnormal float */
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(half_from_float(table[i].value), table[i].half);
    assert_int_equal(half_from_float(INFINITY), 0x7C00);
    assert_int_equal(half_from_float(-INFINITY), 0xFC00);
    assert_true(isnan(half_to_float(half_from_float(NAN))));
    assert_true(isnan(half_to_float(half_from_float(-NAN))));
}

static double half_by_definition(uint16_t half)
{
    int exponent = half >> 10 & 31, mantissa = half & 0x3FF;
    double size = exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);

    return half & 0x8000 ? -size : size;
}

static void every_half_becomes_the_float_of_its_definition_and_comes_back(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        float value = half_to_float((uint16_t)h);
        if ((h & 0x7C00) == 0x7C00) {
            assert_true(h & 0x3FF ? isnan(value) : isinf(value));
            continue;
        }
        assert_true((double)value == half_by_definition((uint16_t)h));
        assert_int_equal(half_from_float(value), h);
    }
}

/* Between each pair of neighbours: the point just below the middle, the middle, just above. */
static void between_neighbours_the_nearer_is_taken_and_the_even_one_in_the_middle(void **state)
{
    (void)state;
    for (uint16_t h = 0; h < 0x7BFF; h++) {
        float middle = (float)((half_by_definition(h) + half_by_definition(h + 1)) / 2);
        assert_int_equal(half_from_float(nextafterf(middle, 0)), h);
        assert_int_equal(half_from_float(middle), h & 1 ? h + 1 : h);
        assert_int_equal(half_from_float(nextafterf(middle, INFINITY)), h + 1);
        assert_int_equal(half_from_float(-middle), 0x8000 | (h & 1 ? h + 1 : h));
    }
}

static void a_bfloat_is_the_upper_half_of_a_float(void **state)
{
    (void)state;
    assert_true(bfloat_to_float(0x3F80) == 1.0f);
    assert_true(bfloat_to_float(0xC2F7) == -123.5f);
    assert_true(bfloat_to_float(0x0001) == 0x1p-133f);
    assert_true(isinf(bfloat_to_float(0x7F80)));
    assert_true(isnan(bfloat_to_float(0x7FC0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_numbers_round_to_the_nearest_half_and_ties_to_even),
        cmocka_unit_test(every_half_becomes_the_float_of_its_definition_and_comes_back),
        cmocka_unit_test(between_neighbours_the_nearer_is_taken_and_the_even_one_in_the_middle),
        cmocka_unit_test(a_bfloat_is_the_upper_half_of_a_float),
    };
    return cmocka_run_group_tests_name("half", tests, NULL, NULL);
}
