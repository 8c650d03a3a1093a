/* Temperature and threshold, on answers whose right and wrong are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>

#include "train/calibrate.h"

enum { COUNT = 1000, CLASSES = 3, NOISE = 2 };

typedef struct Answers {
    float logits[COUNT * CLASSES];
    int labels[COUNT];
    double room[COUNT];
} Answers;

/* All of class 0, answered rightly with much certainty; the first `wrong` of them class 1, the surer
 * the later they come. */
static Answers *a_set(int wrong)
{
    Answers *a = calloc(1, sizeof *a);

    assert_non_null(a);
    for (int i = 0; i < COUNT; i++) {
        a->logits[i * CLASSES] = i < wrong ? 0 : 6;
        a->logits[i * CLASSES + 1] = i < wrong ? (float)(i + 1) * .25f : 0;
        a->logits[i * CLASSES + NOISE] = -4;
    }
    return a;
}

static Calibration calibrated(Answers *a, int noise)
{
    Calibration c = {1, 0};

    calibrate(a->logits, a->labels, COUNT, CLASSES, noise, a->room, &c);
    return c;
}

/* Digits of class 0 that are read as 1 and given at the threshold. */
static int given_wrong(const Answers *a, Calibration c)
{
    int n = 0;

    for (int i = 0; i < COUNT; i++) {
        const float *x = a->logits + i * CLASSES;
        double sum = 0;
        for (int k = 0; k < CLASSES; k++)
            sum += exp(x[k] / c.temperature);
        n += a->labels[i] == 0 && x[1] > x[0] && x[1] >= x[2] &&
             exp(x[1] / c.temperature) / sum >= c.threshold;
    }
    return n;
}

static void at_most_one_in_two_hundred_is_given_wrongly(void **state)
{
    (void)state;
    for (int wrong = 0; wrong <= 40; wrong++) {
        Answers *a = a_set(wrong);
        Calibration c = calibrated(a, NOISE);
        assert_int_equal(given_wrong(a, c), wrong < 5 ? wrong : 5);
        assert_true(wrong <= 5 ? c.threshold == 0 : c.threshold > 0 && c.threshold < 1);
        free(a);
    }
}

static void what_noise_claims_is_no_wrong_digit(void **state)
{
    Answers *a = a_set(40);

    (void)state;
    for (int i = 0; i < 36; i++)
        a->logits[i * CLASSES + NOISE] = 12;
    assert_true(calibrated(a, NOISE).threshold == 0);
    assert_true(calibrated(a, -1).threshold > 0);
    free(a);
}

static void pictures_of_noise_are_no_digits(void **state)
{
    Answers *a = a_set(40);

    (void)state;
    for (int i = 0; i < 36; i++)
        a->labels[i] = NOISE;
    assert_true(calibrated(a, NOISE).threshold == 0);
    free(a);
}

static void answers_that_are_too_sure_are_cooled(void **state)
{
    Answers *a = a_set(0);

    (void)state;
    for (int i = 0; i < 200; i++)
        a->labels[i] = 1; /* one in five is wrong, each at odds of exp(6) */
    float sure = calibrated(a, -1).temperature;
    for (int i = 0; i < COUNT * CLASSES; i++)
        a->logits[i] /= 2;
    assert_true(sure > 2);
    assert_true(fabsf(calibrated(a, -1).temperature * 2 / sure - 1) < 1e-3f);
    free(a);
}

static void equally_sure_mistakes_are_all_refused(void **state)
{
    Answers *a = a_set(0);

    (void)state;
    for (int i = 0; i < 6; i++)
        a->logits[i * CLASSES + 1] = 7;
    Calibration c = calibrated(a, NOISE);
    assert_int_equal(given_wrong(a, c), 0);
    free(a);
}

static void without_pictures_nothing_changes(void **state)
{
    Calibration c = {3, .25f};

    (void)state;
    calibrate(NULL, NULL, 0, CLASSES, NOISE, NULL, &c);
    assert_true(c.temperature == 3 && c.threshold == .25f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_most_one_in_two_hundred_is_given_wrongly),
        cmocka_unit_test(what_noise_claims_is_no_wrong_digit),
        cmocka_unit_test(pictures_of_noise_are_no_digits),
        cmocka_unit_test(answers_that_are_too_sure_are_cooled),
        cmocka_unit_test(equally_sure_mistakes_are_all_refused),
        cmocka_unit_test(without_pictures_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
