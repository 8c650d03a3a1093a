#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "nn/metric.h"
#include "torch_numbers.h"
#include "torch_values.h"

static void expect_near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.12g, not %.12g", value, wanted);
}

static void the_wilson_interval_has_its_known_values(void **state)
{
    (void)state;
    Interval i = metric_wilson(9962, 10000);

    expect_near(i.low, 0.99479, 5e-6);
    expect_near(i.high, 0.99723, 5e-6);
    i = metric_wilson(0, 10); /* Agresti and Coull 1998: 0 to z^2/(n + z^2) */
    assert_true(i.low == 0);
    expect_near(i.high, 0.277533, 1e-6);
    i = metric_wilson(10, 10);
    expect_near(i.low, 0.722467, 1e-6);
    assert_true(i.high == 1);
    i = metric_wilson(0, 0);
    assert_true(i.low == 0 && i.high == 1);
}

static void students_interval_has_its_known_values(void **state)
{
    const double three[] = {1, 2, 3};
    double many[101], mean;
    Interval i = metric_t(3, three, &mean);

    (void)state;
    assert_float_equal(mean, 2, 1e-12);
    assert_float_equal(i.high - mean, 4.30265 / sqrt(3), 1e-4); /* t of 2 degrees of freedom */
    assert_float_equal(mean - i.low, i.high - mean, 1e-12);
    for (int k = 0; k < 101; k++)
        many[k] = k % 2 ? 1 : -1;
    i = metric_t(22, many, &mean);
    assert_float_equal(i.high, 2.07961 / sqrt(21), 1e-4); /* of 21, where the expansion begins */
    i = metric_t(100, many, &mean);
    assert_float_equal(i.high, 1.98422 / sqrt(99), 1e-4);
    i = metric_t(1, three, &mean);
    assert_true(mean == 1 && isinf(i.low) && isinf(i.high));
    i = metric_t(0, NULL, &mean);
    assert_true(mean == 0 && isinf(i.high));
}

static void right_answers_are_counted_and_ties_go_to_the_smaller_class(void **state)
{
    (void)state;
    const float scores[] = {0, 1, 0, /**/ 2, 2, 1, /**/ 2, 2, 1, /**/ -1, -3, -2};
    const int targets[] = {1, 0, 1, 2};

    assert_int_equal(metric_right(4, 3, scores, targets), 2);
    assert_int_equal(metric_top(4, 3, scores, targets, 1), 2);
    assert_int_equal(metric_top(4, 3, scores, targets, 2), 4);
}

static void a_confusion_matrix_gives_precision_and_recall(void **state)
{
    (void)state;
    const int answers[] = {0, 0, 1, 1, 1, 0}, targets[] = {0, 0, 0, 1, 1, 1};
    long matrix[9] = {0};

    metric_confusion(6, 3, answers, targets, matrix);
    assert_int_equal(matrix[0 * 3 + 1], 1);
    assert_int_equal(matrix[1 * 3 + 0], 1);
    metric_confusion(1, 3, (int[]){1}, (int[]){0}, matrix); /* adds */
    ClassReport r = metric_class(3, matrix, 0);
    assert_int_equal(r.support, 4);
    assert_int_equal(r.answered, 3);
    assert_int_equal(r.right, 2);
    expect_near(r.precision, 2 / 3., 1e-15);
    expect_near(r.recall, 0.5, 0);
    expect_near(r.f1, 4 / 7., 1e-15);
    r = metric_class(3, matrix, 2);
    assert_true(r.support == 0 && r.precision == 0 && r.recall == 0 && r.f1 == 0);
}

/* Bins are a fifteenth wide: 0.62 and 0.65 share the tenth, 0.95 and 1 lie in the last. */
static void calibration_error_is_that_of_an_example_by_hand(void **state)
{
    (void)state;
    const float confidences[] = {0.62f, 0.65f, 0.95f, 1, 0};
    const bool right[] = {true, false, true, true, false};
    Reliability r = metric_reliability(5, confidences, right);

    assert_int_equal(r.count[9], 2);
    assert_int_equal(r.right[9], 1);
    assert_int_equal(r.count[14], 2);
    assert_int_equal(r.count[0], 1);
    expect_near(r.confidence[9], 0.635, 1e-7);
    expect_near(r.error, 0.4 * fabs(0.5 - 0.635) + 0.4 * (1 - 0.975), 1e-7);
    assert_true(metric_reliability(0, NULL, NULL).error == 0);
}

static void a_bin_holds_its_upper_edge(void **state)
{
    (void)state;
    const float confidences[] = {0.2f, 0.20001f, NAN};
    const bool right[] = {true, true, false};
    Reliability r = metric_reliability(3, confidences, right);

    assert_int_equal(r.count[2] + r.count[3], 2);
    assert_int_equal(r.count[3], 2); /* the float 0.2f is above 3/15 */
    assert_int_equal(r.count[0], 1); /* a NaN is not sure at all */
}

enum { LOGITS = 200, CLASSES = 5 };

static void logits_and_classes(float *logits, int *classes)
{
    float when[LOGITS];

    torch_numbers(22, LOGITS * CLASSES, 8, logits);
    torch_numbers(23, LOGITS, 1, when);
    for (int i = 0; i < LOGITS; i++)
        classes[i] = when[i] > -0.4f ? metric_largest(CLASSES, logits + i * CLASSES) : i % CLASSES;
}

static void likelihood_and_the_best_temperature_are_those_of_pytorch(void **state)
{
    (void)state;
    float logits[LOGITS * CLASSES];
    int classes[LOGITS];

    logits_and_classes(logits, classes);
    expect_near(metric_nll(LOGITS, CLASSES, logits, classes, 1), torch_nll[0], 1e-10);
    double t = metric_temperature(LOGITS, CLASSES, logits, classes);
    expect_near(t, torch_temperature, 1e-5 * torch_temperature);
    expect_near(metric_nll(LOGITS, CLASSES, logits, classes, t), torch_nll[1], 1e-10);
    assert_int_equal(metric_top(LOGITS, CLASSES, logits, classes, 2), torch_top2);
    assert_true(metric_temperature(0, CLASSES, NULL, NULL) == 1);
}

static void softmax_sums_to_one_at_any_size_of_the_logits(void **state)
{
    (void)state;
    float x[] = {1000, 999, -1000, /**/ -1e30f, 0, 0};

    metric_softmax(2, 3, x, 2, x);
    expect_near(x[0], 1 / (1 + exp(-0.5)), 1e-7);
    expect_near((double)x[0] + x[1] + x[2], 1, 1e-7);
    assert_true(x[3] == 0 && x[4] == 0.5f && x[5] == 0.5f);
}

static void auroc_counts_pairs_in_the_right_order_and_ties_as_half(void **state)
{
    (void)state;
    const float scores[] = {0.1f, 0.4f, 0.35f, 0.8f, 0.4f};
    const bool positive[] = {false, false, true, true, true};
    double area;

    /* Pairs: 0.35 beats one of two, 0.8 both, 0.4 one and ties with one. */
    assert_int_equal(metric_auroc(5, scores, positive, &area, NULL), 0);
    expect_near(area, 4.5 / 6, 1e-15);
    assert_int_equal(metric_auroc(2, scores, positive, &area, NULL), 0);
    assert_true(area == 0.5);
}

static void auroc_equals_the_count_of_all_pairs(void **state)
{
    (void)state;
    enum { N = 300 };
    float scores[N], luck[N];
    bool positive[N];
    double pairs = 0, wins = 0, area;

    torch_numbers(1, N, 8, scores);
    torch_numbers(2, N, 8, luck);
    for (int i = 0; i < N; i++) {
        scores[i] = floorf(scores[i]);
        positive[i] = scores[i] + luck[i] > 1;
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            if (positive[i] && !positive[j]) {
                pairs++;
                wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            }
    assert_int_equal(metric_auroc(N, scores, positive, &area, NULL), 0);
    expect_near(area, wins / pairs, 1e-12);
}

static void risk_rises_as_less_sure_answers_are_given(void **state)
{
    (void)state;
    const float confidences[] = {0.5f, 0.9f, 0.7f, 0.7f, NAN};
    const bool right[] = {false, true, true, false, false};
    float risk[5];
    double area;

    assert_int_equal(metric_risk_coverage(5, confidences, right, risk, &area, NULL), 0);
    assert_true(risk[0] == 0);
    assert_true(risk[1] == 1 / 3.f && risk[2] == 1 / 3.f); /* equally sure: together */
    assert_true(risk[3] == 0.5f);
    assert_true(risk[4] == 0.6f);
    expect_near(area, (0 + 2 / 3. + 0.5 + 0.6) / 5, 1e-12);
}

static void pictures_compare_as_in_pytorch(void **state)
{
    (void)state;
    float a[28 * 20], b[28 * 20];

    torch_numbers(20, 28 * 20, 0.5f, a);
    torch_numbers(21, 28 * 20, 0.5f, b);
    for (int i = 0; i < 28 * 20; i++) {
        a[i] += 0.5f;
        b[i] = a[i] * 0.75f + (b[i] + 0.5f) * 0.25f;
    }
    expect_near(metric_ssim(28, 20, a, b), torch_ssim, 1e-6);
    expect_near(metric_psnr(28 * 20, a, b), torch_psnr, 1e-5);
}

static void equal_and_even_pictures_have_known_similarities(void **state)
{
    (void)state;
    float a[28 * 28], b[28 * 28];

    for (int i = 0; i < 28 * 28; i++) {
        a[i] = 0.25f;
        b[i] = 0.75f;
    }
    expect_near(metric_ssim(28, 28, a, a), 1, 1e-12);
    expect_near(metric_ssim(28, 28, a, b),
                (2 * 0.25 * 0.75 + 1e-4) / (0.25 * 0.25 + 0.75 * 0.75 + 1e-4), 1e-9);
    expect_near(metric_psnr(28 * 28, a, b), 10 * log10(4), 1e-9);
    assert_true(isinf(metric_psnr(28 * 28, a, a)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wilson_interval_has_its_known_values),
        cmocka_unit_test(students_interval_has_its_known_values),
        cmocka_unit_test(right_answers_are_counted_and_ties_go_to_the_smaller_class),
        cmocka_unit_test(a_confusion_matrix_gives_precision_and_recall),
        cmocka_unit_test(calibration_error_is_that_of_an_example_by_hand),
        cmocka_unit_test(a_bin_holds_its_upper_edge),
        cmocka_unit_test(likelihood_and_the_best_temperature_are_those_of_pytorch),
        cmocka_unit_test(softmax_sums_to_one_at_any_size_of_the_logits),
        cmocka_unit_test(auroc_counts_pairs_in_the_right_order_and_ties_as_half),
        cmocka_unit_test(auroc_equals_the_count_of_all_pairs),
        cmocka_unit_test(risk_rises_as_less_sure_answers_are_given),
        cmocka_unit_test(pictures_compare_as_in_pytorch),
        cmocka_unit_test(equal_and_even_pictures_have_known_similarities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
