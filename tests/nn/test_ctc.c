/* CTC against PyTorch, against itself, and against all alignments one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "nn/ctc.h"
#include "nn/exec.h"
#include "nn/loss_slice.h"
#include "torch_ctc_values.h"
#include "torch_numbers.h"

/* Losses of some units in double; gradients are stored in float. */
static const double TORCH_LOSS_TOLERANCE = 1e-9, TORCH_GRADIENT_TOLERANCE = 1e-7;
/* Central differences of a double loss of float inputs 2^-10 apart. */
static const double DIFFERENCE_TOLERANCE = 1e-5;
/* The softmax of a slice is of floats: 60 factors of 1e-7 each. */
static const double SLICE_TOLERANCE = 1e-5;

enum { TORCH_CASES = sizeof torch_ctc / sizeof *torch_ctc, IMAGES = 37, CLASSES = 11 };

static void the_loss_is_that_of_pytorch(void **state)
{
    float x[CTC_CLASSES * CTC_STEPS], dx[CTC_CLASSES * CTC_STEPS];

    (void)state;
    for (int i = 0; i < TORCH_CASES; i++) {
        int classes = torch_ctc[i].classes, steps = torch_ctc[i].steps;
        double loss;

        torch_numbers((uint32_t)(20 + i), (size_t)classes * steps, 4, x);
        loss = ctc_loss(classes, steps, x, torch_ctc[i].labels, torch_ctc[i].length, 1, dx);
        if (!(fabs(loss - torch_ctc[i].loss) < TORCH_LOSS_TOLERANCE))
            fail_msg("case %d: %.12g, but PyTorch has %.12g", i, loss, torch_ctc[i].loss);
        for (int k = 0; k < classes * steps; k++)
            if (!(fabs(dx[k] - torch_ctc[i].gradient[k]) < TORCH_GRADIENT_TOLERANCE))
                fail_msg("case %d, number %d: %g, but PyTorch has %g", i, k, dx[k],
                         torch_ctc[i].gradient[k]);
    }
}

/* The probability of a string by the definition: every row of names that reads as it. */
static double by_all_alignments(int classes, int steps, const double *p, const uint8_t *labels,
                                int length)
{
    double sum = 0;
    int names[8] = {0};

    for (;;) {
        double one[8 * CTC_CLASSES] = {0}, product = 1;
        uint8_t read[CTC_LABELS];
        int t = 0;

        for (int s = 0; s < steps; s++) {
            one[s * classes + names[s]] = 1;
            product *= p[s * classes + names[s]];
        }
        if (ctc_best_path(classes, steps, one, read) == length &&
            !memcmp(read, labels, (size_t)length))
            sum += product;
        while (t < steps && ++names[t] == classes)
            names[t++] = 0;
        if (t == steps)
            return sum;
    }
}

enum { ANY_LENGTH = -1 };

/* The likeliest string of a length (or any) among all, by ctc_probability. */
static double best_of_all(int classes, int steps, const double *p, int length, uint8_t *best)
{
    double most = -1;

    for (int n = 0; n <= steps; n++) {
        uint8_t labels[8] = {0};
        int i = 0;

        while (i < n || (n == 0 && i == 0)) {
            double now = ctc_probability(classes, steps, p, labels, n);

            if (now > most && (length == ANY_LENGTH || length == n)) {
                most = now;
                memcpy(best, labels, 8);
            }
            for (i = 0; i < n && ++labels[i] == classes - 1; i++)
                labels[i] = 0;
            i += n == 0;
        }
    }
    return most;
}

static void random_row(Rng *r, int classes, int steps, double *p)
{
    float logits[CTC_CLASSES * CTC_STEPS];

    for (int i = 0; i < classes * steps; i++)
        logits[i] = 2 * rng_normal(r);
    ctc_softmax(classes, steps, logits, 1.5, p);
}

static void a_string_is_as_likely_as_its_alignments_together(void **state)
{
    static const struct {
        uint8_t labels[4];
        int length;
    } strings[] = {{{0}, 0},       {{1}, 1},       {{0, 0}, 2},      {{0, 1}, 2},
                   {{1, 0, 0}, 3}, {{1, 1, 1}, 3}, {{1, 1, 1, 1}, 4}};
    Rng r = rng_stream(2, RNG_TEST, 0);
    double p[CTC_CLASSES * CTC_STEPS];

    (void)state;
    for (int steps = 1; steps <= 6; steps++) {
        random_row(&r, 3, steps, p);
        for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
            double wanted = by_all_alignments(3, steps, p, strings[i].labels, strings[i].length);
            double got = ctc_probability(3, steps, p, strings[i].labels, strings[i].length);

            assert_true(fabs(got - wanted) < 1e-12);
        }
    }
}

static void the_search_seldom_misses_the_likeliest_string_of_all(void **state)
{
    Rng r = rng_stream(2, RNG_TEST, 1);
    int other = 0, worse = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        double p[CTC_CLASSES * CTC_STEPS];
        uint8_t found[CTC_LABELS], best[CTC_LABELS], path[CTC_LABELS];

        random_row(&r, 4, 6, p);
        for (int length = ANY_LENGTH; length <= 3; length++) {
            double most = best_of_all(4, 6, p, length, best);
            int n = ctc_search(4, 6, p, length < 0 ? 0 : length, length < 0 ? CTC_LABELS : length, found);

            assert_true(length == ANY_LENGTH ? n >= 0 : n == length);
            worse += ctc_probability(4, 6, p, found, n) < 0.999 * most;
            if (length == ANY_LENGTH)
                other += ctc_best_path(4, 6, p, path) != n || memcmp(path, found, (size_t)n) != 0;
        }
        assert_int_equal(ctc_search(4, 6, p, 7, 7, found), -1);
    }
    assert_true(other > 20); /* else the best path would do */
    assert_true(worse < 20); /* of 1,000 muddles as no net makes them */
}

static void a_gradient_is_the_slope_of_the_loss(void **state)
{
    enum { STEPS = 7 };
    const float h = 1 / 1024.f, scale = 0.5f;
    const uint8_t labels[] = {2, 0, 0};
    float x[4 * STEPS], dx[4 * STEPS];

    (void)state;
    torch_numbers(1, 4 * STEPS, 4, x);
    ctc_loss(4, STEPS, x, labels, 3, scale, dx);
    for (int i = 0; i < 4 * STEPS; i++) {
        float middle = x[i], up = middle + h, down = middle - h;
        double above, below;

        x[i] = up;
        above = ctc_loss(4, STEPS, x, labels, 3, 1, NULL);
        x[i] = down;
        below = ctc_loss(4, STEPS, x, labels, 3, 1, NULL);
        x[i] = middle;
        assert_true(fabs(scale * (above - below) / (up - down) - dx[i]) < DIFFERENCE_TOLERANCE);
    }
}

static void what_does_not_fit_has_no_gradient(void **state)
{
    const uint8_t labels[] = {1, 1, 0, 1};
    const CtcTargets targets = {labels, (const int[]){2, 2}, 2, NULL};
    const CtcTargets shorter = {labels, (const int[]){2, 2}, 2, (const int[]){3, 1}};
    float x[3 * 2] = {0}, dx[3 * 2] = {7, 7, 7, 7, 7, 7};
    double p[6];
    int first[2], end[2];

    (void)state;
    assert_true(ctc_loss(3, 2, x, labels, 2, 1, dx) == INFINITY);
    for (int i = 0; i < 6; i++)
        assert_true(dx[i] == 0);
    ctc_softmax(3, 2, x, 1, p);
    assert_true(ctc_probability(3, 2, p, labels, 2) == 0);
    assert_int_equal(ctc_align(3, 2, p, labels, 2, first, end), -1);
    assert_int_equal(ctc_infeasible(&targets, 2, 2), 1);
    assert_int_equal(ctc_infeasible(&targets, 2, 3), 0);
    assert_int_equal(ctc_infeasible(&shorter, 2, 3), 1);
}

static void a_hopeless_string_has_a_finite_loss_and_gradient(void **state)
{
    float x[3 * 40], dx[3 * 40];
    const uint8_t labels[] = {0, 0};

    (void)state;
    for (int i = 0; i < 3 * 40; i++)
        x[i] = i / 40 == 1 ? 1000 : -1000;
    assert_true(fabs(ctc_loss(3, 40, x, labels, 2, 1, dx) - 40 * 2000) < 40 * 3);
    for (int i = 0; i < 3 * 40; i++)
        assert_true(fabsf(dx[i]) <= 1);
}

static void the_alignment_says_where_each_label_stands(void **state)
{
    const int names[] = {3, 1, 1, 3, 1, 0, 0, 0, 2, 3};
    const uint8_t labels[] = {1, 1, 0, 2};
    const int wanted[][2] = {{1, 3}, {4, 5}, {5, 8}, {8, 9}};
    double p[10 * 4];
    int first[4], end[4];

    (void)state;
    for (int t = 0; t < 10; t++)
        for (int c = 0; c < 4; c++)
            p[t * 4 + c] = c == names[t] ? 0.7 : 0.1;
    assert_int_equal(ctc_align(4, 10, p, labels, 4, first, end), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(first[i], wanted[i][0]);
        assert_int_equal(end[i], wanted[i][1]);
    }
}

/* ---- sixteen images side by side ---- */

typedef struct Example {
    int steps;
    float x[IMAGES * CLASSES * CTC_STEPS]; /* (images, classes, steps) */
    uint8_t labels[IMAGES * 12];
    int lengths[IMAGES], counted[IMAGES];
    CtcTargets targets;
} Example;

/* Some strings do not fit, and some are hopeless. */
static void example(Example *s, int steps, bool counted)
{
    Rng r = rng_stream(3, RNG_TEST, (uint64_t)steps);

    s->steps = steps;
    for (int i = 0; i < IMAGES; i++) {
        float size = i % 9 == 4 ? 300 : i % 9 == 5 ? 30 : 2;

        for (int k = 0; k < CLASSES * steps; k++)
            s->x[i * CLASSES * steps + k] = size * rng_normal(&r);
        s->lengths[i] = (int)rng_below(&r, 13);
        for (int k = 0; k < 12; k++)
            s->labels[i * 12 + k] = (uint8_t)rng_below(&r, i % 3 ? 10 : 2);
        s->counted[i] = 1 + (int)rng_below(&r, (uint32_t)steps);
    }
    s->targets = (CtcTargets){s->labels, s->lengths, 12, counted ? s->counted : NULL};
}

/* One image by ctc_loss; whether its likeliest names read as its string. */
static bool reference(const Example *s, int image, float scale, double *value, float *dx)
{
    int steps = s->targets.steps ? s->counted[image] : s->steps, n;
    float x[CLASSES * CTC_STEPS], d[CLASSES * CTC_STEPS];
    double p[CLASSES * CTC_STEPS];
    uint8_t read[CTC_LABELS];

    for (int c = 0; c < CLASSES; c++)
        memcpy(x + c * steps, s->x + (image * CLASSES + c) * s->steps, (size_t)steps * sizeof *x);
    *value = ctc_loss(CLASSES, steps, x, s->labels + image * 12, s->lengths[image], scale, d);
    *value = *value == INFINITY ? 0 : *value;
    memset(dx, 0, CLASSES * (size_t)s->steps * sizeof *dx);
    for (int c = 0; c < CLASSES; c++)
        memcpy(dx + c * s->steps, d + c * steps, (size_t)steps * sizeof *dx);
    ctc_softmax(CLASSES, steps, x, 1, p);
    n = ctc_best_path(CLASSES, steps, p, read);
    return n == s->lengths[image] && !memcmp(read, s->labels + image * 12, (size_t)n);
}

static void check_slices(const Kernels *k, const Example *s, Halo halo, bool add)
{
    View v = view_new(0, CLASSES, 1, s->steps, halo, false);
    View dv = view_new(0, CLASSES, 1, s->steps, (Halo){0, 2, 1, 0}, false);
    float *x = malloc(view_size(&v) * sizeof *x), *dx = malloc(view_size(&dv) * sizeof *dx);
    Loss loss = {.kind = LOSS_CTC, .weight = 2};
    double sum = 0, all = 0;
    long right = 0, right_wanted = 0;

    for (int first = 0; first < IMAGES; first += LANES) {
        int images = IMAGES - first < LANES ? IMAGES - first : LANES, size = CLASSES * s->steps;
        float wanted[CLASSES * CTC_STEPS];

        for (int i = 0; i < size; i++)
            for (int l = 0; l < LANES; l++) {
                x[view_offset(&v, i / s->steps, 0, i % s->steps) + l] =
                    l < images ? s->x[(first + l) * size + i] : NAN;
                dx[view_offset(&dv, i / s->steps, 0, i % s->steps) + l] = add ? 0.25f : NAN;
            }
        loss_slice(&loss, k, &v, x + v.at, &s->targets, first, images, 0.5f, &dv, dx + dv.at, add,
                   &sum, &right);
        for (int l = 0; l < LANES; l++) {
            double value = 0;

            memset(wanted, 0, sizeof wanted);
            if (l < images)
                right_wanted += reference(s, first + l, 1, &value, wanted);
            all += value;
            for (int i = 0; i < size; i++) {
                float got = dx[view_offset(&dv, i / s->steps, 0, i % s->steps) + l];

                if (!(fabs(got - (add ? 0.25 : 0) - wanted[i]) <= SLICE_TOLERANCE))
                    fail_msg("image %d, number %d: %g, not %g", first + l, i, got, wanted[i]);
            }
        }
    }
    assert_true(fabs(sum - all) <= SLICE_TOLERANCE * all);
    assert_int_equal(right, right_wanted);
    free(x);
    free(dx);
}

static void a_slice_equals_the_reference_at_every_level(void **state)
{
    static Example s;
    const char *levels[8];
    int count = kernels_levels(levels, 8);

    (void)state;
    for (int level = 0; level < count; level++)
        for (int i = 0; i < 8; i++) {
            const int steps[] = {1, 7, 30, 100};

            example(&s, steps[i / 2], i % 2);
            check_slices(kernels_find(levels[level]), &s, i < 4 ? (Halo){0} : (Halo){1, 1, 0, 2},
                         i % 2);
        }
}

/* ---- in a net ---- */

static void a_small_net_learns_to_read(void **state)
{
    enum { STEPS = 12, BATCH = 8 };
    Net *net = net_new();
    Node x = net_input(net, "image", 2, 1, STEPS);
    const Loss loss = {.kind = LOSS_CTC, .output = "y"};
    const uint8_t labels[BATCH][2] = {{0, 1}, {1, 0}, {0, 0}, {1, 1}, {0}, {1}, {0}, {0, 1}};
    const int lengths[BATCH] = {2, 2, 2, 2, 1, 1, 0, 2};
    const CtcTargets targets = {labels[0], lengths, 2, NULL};
    float values[BATCH][2][STEPS] = {0};
    LossReport report = {0};
    double before = 0;
    Exec *run;

    (void)state;
    for (int i = 0; i < BATCH; i++)
        for (int k = 0; k < lengths[i]; k++)
            values[i][labels[i][k]][2 + 5 * k] = 1;
    net_output(net, "y", net_conv2d(net, x, "conv", (Conv){.filters = 3, .kernel = 1}));
    assert_int_equal(net_build(net, NULL), 0);
    net_init(net, 1);
    run = exec_new(
        net, &(ExecOptions){.batch = BATCH, .training = true, .losses = &loss, .loss_count = 1},
        NULL);
    assert_non_null(run);
    for (int step = 0; step < 200; step++) {
        exec_train(
            run,
            &(Batch){.count = BATCH, .values = values[0][0], .targets = (const void *[]){&targets}},
            &report);
        if (!step)
            before = report.sum;
        for (size_t i = 0; i < net_block_size(net); i++)
            net_block(net)[i] -= exec_gradient(run)[i];
    }
    assert_true(report.sum < 0.05 * before);
    assert_int_equal(report.right, BATCH);
    exec_free(run);
    net_free(net);
}

static void a_row_that_makes_no_sense_is_refused_with_its_reason(void **state)
{
    const Loss loss = {.kind = LOSS_CTC, .output = "y"};
    Err e = {0};

    (void)state;
    assert_int_equal(loss_check(&loss, (Shape){11, 1, CTC_STEPS}, &e), 0);
    assert_int_equal(loss_check(&loss, (Shape){1, 1, 9}, NULL), -ERR_ARGUMENT);
    assert_int_equal(loss_check(&loss, (Shape){CTC_CLASSES + 1, 1, 9}, NULL), -ERR_ARGUMENT);
    assert_int_equal(loss_check(&loss, (Shape){11, 1, CTC_STEPS + 1}, NULL), -ERR_ARGUMENT);
    assert_int_equal(loss_check(&loss, (Shape){11, 2, 9}, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "ctc on 'y': 2 by 9 is not a row of 1 .. 384 steps");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_is_that_of_pytorch),
        cmocka_unit_test(a_string_is_as_likely_as_its_alignments_together),
        cmocka_unit_test(the_search_seldom_misses_the_likeliest_string_of_all),
        cmocka_unit_test(a_gradient_is_the_slope_of_the_loss),
        cmocka_unit_test(what_does_not_fit_has_no_gradient),
        cmocka_unit_test(a_hopeless_string_has_a_finite_loss_and_gradient),
        cmocka_unit_test(the_alignment_says_where_each_label_stands),
        cmocka_unit_test(a_slice_equals_the_reference_at_every_level),
        cmocka_unit_test(a_small_net_learns_to_read),
        cmocka_unit_test(a_row_that_makes_no_sense_is_refused_with_its_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
