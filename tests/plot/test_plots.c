#include "page.h"

#include <time.h>

#include "base/rng.h"
#include "plot/axes.h"
#include "plot/bars.h"
#include "plot/confusion.h"
#include "plot/curves.h"
#include "plot/grid.h"
#include "plot/histogram.h"
#include "plot/maps.h"
#include "plot/parallel.h"
#include "plot/reliability.h"

static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "noise"};

/* Checks and frees. */
static void check(Canvas *c)
{
    page_check(c);
    canvas_free(c);
}

static void check_says(Canvas *c, const char *letters)
{
    page_check(c);
    if (!page_says(c, letters))
        fail_msg("the page does not say '%s'", letters);
    canvas_free(c);
}

static bool same_page(const Canvas *a, const Canvas *b, const char *ending)
{
    size_t size_a = 0, size_b = 0;
    uint8_t *bytes_a = canvas_encode(a, ending, &size_a, NULL);
    uint8_t *bytes_b = canvas_encode(b, ending, &size_b, NULL);
    bool same = size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;

    free(bytes_a);
    free(bytes_b);
    return same;
}

/* ---- curves ---- */

static Canvas *curve(const double *y, size_t count, bool log_y)
{
    Series s[] = {{"train", NULL, y, count}, {"validation", NULL, y, count / 2}};

    return plot_curves("A title",
                       &(Curves){.title = "Loss",
                                 .x_label = "epoch",
                                 .y_label = "loss (nats)",
                                 .series = s,
                                 .series_count = 2,
                                 .log_y = log_y},
                       1, NULL);
}

static void test_curves_of_any_values_are_drawn(void **state)
{
    static const double values[][6] = {{1, 2, 3, 4, 5, 6},
                                       {NAN, NAN, NAN, NAN, NAN, NAN},
                                       {INFINITY, -INFINITY, 1, NAN, 2, NAN},
                                       {7, 7, 7, 7, 7, 7},
                                       {0, 0, 0, 0, 0, 0},
                                       {-1e300, 1e300, 0, 1e-300, -1e-300, 5},
                                       {1.7e308, -1.7e308, 1, 1, 1, 1},
                                       {1e9, 1e9 + 1, 1e9 + 2, 1e9, 1e9, 1e9}};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (size_t count = 0; count <= 6; count += count < 2 ? 1 : 4)
            for (int log = 0; log < 2; log++)
                check(curve(values[i], count, log));
    check_says(curve(NULL, 0, false), "no data");
    check_says(curve(values[1], 6, false), "no data");
    check_says(curve(values[2], 6, false), "not shown");
    check_says(plot_curves(NULL, NULL, 0, NULL), "no data");
}

/* A curve is interrupted where a value is missing: no line may bridge the gap. */
static void test_a_missing_value_interrupts_its_curve(void **state)
{
    double y[] = {1, 2, NAN, 2, 1};
    Canvas *whole = curve((double[]){1, 2, 1.5, 2, 1}, 5, false), *broken = curve(y, 5, false);

    (void)state;
    assert_int_equal(page_count(broken, COMMAND_LINE), page_count(whole, COMMAND_LINE) + 1);
    canvas_free(whole);
    canvas_free(broken);
}

/* From the highest to the lowest point of the longest line on a page, which is the curve. */
static Range reach_of_curve(const Canvas *c)
{
    Range r = range_empty();

    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; c->commands[i].kind == COMMAND_LINE && c->commands[i].count > 100 &&
                           k < c->commands[i].count;
             k++)
            range_add(&r, c->points[c->commands[i].first + k].y);
    return r;
}

static Canvas *draw_steps(const double *y, size_t count)
{
    return plot_curves("Steps",
                       &(Curves){.series = &(Series){"loss", NULL, y, count}, .series_count = 1}, 1,
                       NULL);
}

static void test_a_million_points_are_thinned_without_losing_a_peak(void **state)
{
    enum { N = 1000000 };
    double *y = malloc(N * sizeof *y);
    struct timespec from, to;

    (void)state;
    for (int i = 0; i < N; i++)
        y[i] = 1 + (i % 7) * 0.01;
    y[654321] = 5; /* both lie inside of a column of pixels, neither first nor last in it */
    y[234567] = -5;
    clock_gettime(CLOCK_MONOTONIC, &from);
    Canvas *c = draw_steps(y, N);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(c->point_count < 20000);
    assert_true(to.tv_sec - from.tv_sec < 20); /* some 20 ms; the bound is for a slow machine */
    Range million = reach_of_curve(c);
    check(c);
    y[1] = 5;
    y[2] = -5;
    c = draw_steps(y, 200);
    Range few = reach_of_curve(c);
    canvas_free(c);
    assert_true(fabs(million.low - few.low) < 1 && fabs(million.high - few.high) < 1);
    free(y);
}

static void test_points_are_joined_in_the_order_of_x(void **state)
{
    double x[] = {3, 1, 2, NAN}, y[] = {30, 10, 20, 5}, sorted[] = {1, 2, 3},
           sorted_y[] = {10, 20, 30};
    Canvas *a =
        plot_curves("t", &(Curves){.series = &(Series){"s", x, y, 3}, .series_count = 1}, 1, NULL);
    Canvas *b = plot_curves(
        "t", &(Curves){.series = &(Series){"s", sorted, sorted_y, 3}, .series_count = 1}, 1, NULL);

    (void)state;
    Point last_a = a->points[0], last_b = b->points[0];
    for (size_t i = 0; i < a->count; i++) /* the curve is the only line of three points and more */
        if (a->commands[i].kind == COMMAND_LINE && a->commands[i].count == 3)
            last_a = a->points[a->commands[i].first + 2];
    for (size_t i = 0; i < b->count; i++)
        if (b->commands[i].kind == COMMAND_LINE && b->commands[i].count == 3)
            last_b = b->points[b->commands[i].first + 2];
    assert_true(last_a.x == last_b.x && last_a.y == last_b.y);
    canvas_free(a);
    canvas_free(b);
    check(
        plot_curves("t", &(Curves){.series = &(Series){"s", x, y, 4}, .series_count = 1}, 1, NULL));
}

static void test_a_training_has_a_panel_for_each_measure_and_the_rate(void **state)
{
    double loss[] = {0.9, 0.4, 0.2}, held[] = {1, 0.5, 0.4}, rate[] = {1e-2, 1e-3, 1e-4};
    Measure m[] = {
        {"loss (nats)", loss, held}, {"accuracy (%)", NULL, held}, {"nothing", NULL, NULL}};
    Training t = {.title = "LeNet-5",
                  .epochs = 3,
                  .measures = m,
                  .measure_count = 3,
                  .rate = rate,
                  .best_epoch = 3};

    (void)state;
    Canvas *c = plot_training(&t, NULL);
    assert_true(page_says(c, "loss (nats)") && page_says(c, "accuracy (%)") &&
                page_says(c, "learning rate"));
    assert_true(page_says(c, "train") && page_says(c, "validation") &&
                page_says(c, "kept: epoch 3"));
    assert_true(page_says(c, "no data"));
    check(c);
    t.epochs = 0;
    check_says(plot_training(&t, NULL), "no data");
    t.epochs = 1;
    check(plot_training(&t, NULL));
    t.measure_count = 33;
    Err e = {0};
    assert_null(plot_training(&t, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

/* ---- bars, tables ---- */

static bool says_zero(const Canvas *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->commands[i].text && strcmp(c->commands[i].text, "0") == 0)
            return true;
    return false;
}

static void test_bars_begin_at_zero_and_carry_their_numbers(void **state)
{
    static const char *const sets[] = {"train", "test"}, *const what[] = {"MNIST", "USPS"};
    double values[] = {99.5, 98.5, 97, 96}, odd[] = {NAN, INFINITY, -5, 0};
    Bars b = {.y_label = "accuracy (%)",
              .names = what,
              .name_count = 2,
              .series_names = sets,
              .series_count = 2,
              .values = values,
              .decimals = 1};

    (void)state;
    Canvas *c = plot_bars("Accuracy", &b, 1, NULL);
    assert_true(page_says(c, "99.5") && page_says(c, "96.0") && page_says(c, "train"));
    assert_true(says_zero(c));
    check(c);
    b.values = odd;
    c = plot_bars("Odd", &b, 1, NULL);
    assert_true(page_says(c, "NaN") && page_says(c, "inf"));
    check(c);
    b.low = b.high = odd;
    check(plot_bars("Odd", &b, 1, NULL));
    b.low = b.high = NULL;
    b.values = (double[]){-5, -3, -4, -3.5};
    c = plot_bars("Below zero", &b, 1, NULL);
    assert_true(says_zero(c));
    check(c);
    b.values = (double[]){5, 4.9, 4.8, 4.7}; /* twice as much is twice as high */
    c = plot_bars("Above", &b, 1, NULL);
    double heights[2], last = 0;
    for (size_t i = 0, n = 0; i < c->count && n < 2; i++)
        if (c->commands[i].kind == COMMAND_SHAPE &&
            c->points[c->commands[i].first + 2].y - c->points[c->commands[i].first].y > 50)
            heights[n++] = last =
                c->points[c->commands[i].first + 2].y - c->points[c->commands[i].first].y;
    assert_true(last > 0 && fabs(heights[1] / heights[0] - 0.98) < 0.001);
    check(c);
    b.name_count = 0;
    check_says(plot_bars("Empty", &b, 1, NULL), "no data");
    check_says(plot_bars("Empty", NULL, 0, NULL), "no data");
    b.name_count = 5000;
    Err e = {0};
    assert_null(plot_bars("Many", &b, 1, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

static void test_a_label_distribution_tells_counts_and_shares(void **state)
{
    long counts[] = {500, 250, 250, 0, 0, 0, 0, 0, 0, 0, 0}, none[11] = {0}, odd[11] = {-5, 1};

    (void)state;
    Canvas *c = plot_labels("Labels", names, counts, 11, NULL);
    assert_true(page_says(c, "500") && page_says(c, "50.0") && page_says(c, "1,000 in all"));
    check(c);
    check_says(plot_labels("Labels", names, none, 11, NULL), "no data");
    check_says(plot_labels("Labels", names, none, 0, NULL), "no data");
    check(plot_labels("Labels", names, odd, 11, NULL));
    check(plot_labels("One", names, counts, 1, NULL));
}

/* Thin slices have their names where these keep apart; page_check sees to that. */
static void test_a_pie_of_many_classes_names_them(void **state)
{
    enum { LETTERS = 40 };
    char texts[LETTERS][2] = {{0}};
    const char *letters[LETTERS];
    long counts[LETTERS];

    (void)state;
    for (int i = 0; i < LETTERS; i++) {
        texts[i][0] = (char)(i < 26 ? 'A' + i : 'a' + i - 26);
        letters[i] = texts[i];
        counts[i] = 20 + i % 3;
    }
    Canvas *c = plot_labels("Letters", letters, counts, LETTERS, NULL);
    for (int i = 0; i < LETTERS; i++)
        assert_int_equal(page_times(c, letters[i]), 2); /* below its bar, beside its slice */
    check(c);
    counts[7] = 100000;
    check(plot_labels("Letters", letters, counts, LETTERS, NULL));
    for (int i = 0; i < LETTERS; i++)
        letters[i] = "a rather long name";
    check(plot_labels("Long", letters, counts, LETTERS, NULL));
}

static void test_a_confusion_matrix_normalises_its_rows(void **state)
{
    long counts[] = {3, 1, 0, 0, 0, 0, 10, 0, 990}, none[9] = {0};

    (void)state;
    Canvas *c = plot_confusion(
        &(Confusion){.title = "T", .names = names, .counts = counts, .classes = 3}, NULL);
    assert_true(page_says(c, "75.0") && page_says(c, "25.0") && page_says(c, "99.0"));
    assert_true(page_says(c, "993 of 1,004 right (98.9 %)"));
    check(c);
    check_says(plot_confusion(&(Confusion){.counts = none, .classes = 3}, NULL), "no data");
    check_says(plot_confusion(&(Confusion){.counts = none}, NULL), "no data");
}

/* Texts must stay apart and inside their cells for any number of classes. */
static void test_a_confusion_matrix_is_legible_at_any_size(void **state)
{
    long *counts = calloc(100 * 100, sizeof *counts);
    Err e = {0};

    (void)state;
    static const int sizes[] = {1, 2, 3, 11, 12, 17, 41, 100};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int classes = sizes[k];
        for (int i = 0; i < classes * classes; i++)
            counts[i] = i % (classes + 1) == 0 ? 123456 : i % 977;
        check(plot_confusion(&(Confusion){.title = "Many",
                                          .names = classes <= 11 ? names : NULL,
                                          .counts = counts,
                                          .classes = classes},
                             NULL));
    }
    assert_null(plot_confusion(&(Confusion){.counts = counts, .classes = 101}, &e));
    assert_non_null(strstr(e.text, "101"));
    free(counts);
}

/* ---- pictures ---- */

static void test_sheets_hold_their_pictures(void **state)
{
    static uint8_t pixels[40 * 784];
    Image images[40];
    static const char *const heads[] = {"input", "output"};

    (void)state;
    for (int i = 0; i < 40; i++)
        images[i] = (Image){28, 28, 1, pixels + 784 * i};
    Canvas *c = plot_sheet(&(Sheet){.title = "Real", .images = images, .count = 40}, NULL);
    assert_int_equal(page_count(c, COMMAND_IMAGE), 40);
    check(c);
    c = plot_sheet(&(Sheet){.title = "Pairs",
                            .images = images,
                            .count = 11,
                            .per_item = 2,
                            .heads = heads,
                            .titles = names,
                            .columns = 4},
                   NULL);
    assert_int_equal(page_count(c, COMMAND_IMAGE), 22);
    assert_true(page_says(c, "input") && page_says(c, "output") && page_says(c, "noise"));
    check(c);
    check_says(plot_sheet(&(Sheet){.title = "None"}, NULL), "no data");
    images[1] = (Image){300, 20, 1, pixels}; /* of any size, all in one sheet */
    images[2] = (Image){1, 1, 3, pixels};
    images[3] = (Image){1, 90, 3, pixels};
    check(plot_sheet(&(Sheet){.images = images, .count = 4}, NULL));
    Err e = {0};
    Image *many = calloc(1000000, sizeof *many);
    for (int i = 0; i < 1000000; i++)
        many[i] = images[0];
    assert_null(plot_sheet(&(Sheet){.images = many, .count = 1000000}, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    free(many);
}

static void test_readings_carry_what_was_read_and_how_surely(void **state)
{
    uint8_t pixels[784] = {0};
    Image images[4] = {
        {28, 28, 1, pixels}, {28, 28, 1, pixels}, {28, 28, 1, pixels}, {28, 28, 1, pixels}};
    int truth[] = {4, 10, 3, 2}, read[] = {9, 10, -1, 2};
    float p[] = {0.982f, 0.5f, NAN, 0.99999f};
    Readings r = {.title = "Wrong",
                  .images = images,
                  .count = 4,
                  .names = names,
                  .classes = 11,
                  .truth = truth,
                  .read = read,
                  .probability = p};

    (void)state;
    Canvas *c = plot_readings(&r, NULL);
    assert_true(page_says(c, "4 \u2192 9  98.2 %") && page_says(c, "noise \u2192 noise"));
    assert_true(page_shows_whole(c, "noise \u2192 noise  50.0 %"));
    assert_true(page_says(c, "3 \u2192 ?") && page_says(c, "99.9 %") && !page_says(c, "100.0"));
    check(c);
    r.truth = NULL;
    check_says(plot_readings(&r, NULL), "9  98.2 %");
    r.count = 0;
    check_says(plot_readings(&r, NULL), "no data");
}

static void test_maps_of_any_layer_are_drawn(void **state)
{
    static const int shapes[][3] = {{6, 28, 28}, {1, 28, 28}, {300, 7, 7},   {120, 1, 1}, {1, 1, 1},
                                    {2, 1, 64},  {3, 64, 1},  {5, 400, 300}, {4096, 1, 1}};
    float *values = malloc(5 * 400 * 300 * sizeof *values);

    (void)state;
    for (int i = 0; i < 5 * 400 * 300; i++)
        values[i] = (float)(i % 101) - 50;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check(plot_maps(&(Maps){.title = "A layer",
                                .value_label = "activation",
                                .values = values,
                                .count = shapes[i][0],
                                .height = shapes[i][1],
                                .width = shapes[i][2],
                                .diverging = i % 2},
                        NULL));
    check_says(plot_maps(&(Maps){.values = values, .count = 300, .height = 7, .width = 7}, NULL),
               "256 of 300");
    check_says(plot_maps(&(Maps){.values = values, .height = 7, .width = 7}, NULL), "no data");
    for (int i = 0; i < 3 * 49; i++)
        values[i] = i == 60 ? NAN : i == 61 ? INFINITY : 3;
    check_says(plot_maps(&(Maps){.values = values, .count = 3, .height = 7, .width = 7}, NULL),
               "2 numbers are not finite");
    free(values);
}

static void test_filters_are_white_at_zero(void **state)
{
    float weights[2 * 9] = {-0.5f, 0, 0.25f};

    (void)state;
    Canvas *c = plot_filters("conv1", weights, 2, 1, 3, 3, NULL);
    const Image *first = NULL;
    for (size_t i = 0; i < c->count && !first; i++)
        first = c->commands[i].image;
    static const uint8_t expected[9] = {0, 114, 178, 255, 255, 255, 234, 174, 128};
    assert_memory_equal(first->pixels, expected, 9); /* blue, white, half way to vermilion */
    check(c);
    check_says(plot_filters("conv1", weights, 1, 2, 3, 3, NULL), "0.1"); /* filter 0, channel 1 */
}

/* ---- distributions ---- */

static void test_histograms_share_their_bins(void **state)
{
    enum { N = 1000 };
    float a[N], b[N], odd[] = {NAN, INFINITY, -INFINITY, 3, 3e38f, -3e38f};
    Rng r = rng_stream(1, RNG_TEST, 0);
    Histogram panels[10];
    Sample samples[] = {{"real", a, N}, {"fake", b, N / 2}};

    (void)state;
    for (int i = 0; i < N; i++) {
        a[i] = rng_uniform(&r);
        b[i] = rng_normal(&r);
    }
    for (int i = 0; i < 10; i++)
        panels[i] = (Histogram){.title = names[i],
                                .x_label = "score",
                                .samples = samples,
                                .sample_count = 2,
                                .high = 1};
    Canvas *c = plot_histograms("Scores", panels, 10, NULL);
    assert_true(page_says(c, "real") && page_says(c, "fake") && page_says(c, "lie outside"));
    check(c);
    Sample one = {"weights", a, N};
    check_says(
        plot_histograms("Weights", &(Histogram){.samples = &one, .sample_count = 1}, 1, NULL),
        "1,000 numbers, mean 0.5");
    for (size_t count = 0; count <= 6; count++) {
        one = (Sample){"odd", odd, count};
        c = plot_histograms("Odd", &(Histogram){.samples = &one, .sample_count = 1}, 1, NULL);
        assert_true(count >= 4 || page_says(c, "no data"));
        assert_true(count == 0 || page_says(c, "not finite"));
        check(c);
    }
    one = (Sample){"same", (float[]){7, 7, 7}, 3};
    check_says(plot_histograms("Same", &(Histogram){.samples = &one, .sample_count = 1}, 1, NULL),
               "mean 7");
    check_says(plot_histograms("None", NULL, 0, NULL), "no data");
}

static void test_calibration_error_is_the_mean_gap(void **state)
{
    float confidence[] = {0.95f, 0.95f, 0.95f, 0.95f, 0.55f, 0.55f, 2, NAN};
    bool right[] = {true, true, true, false, true, false, true, true};

    (void)state;
    /* (4 * |0.75 - 0.95| + 2 * |0.5 - 0.55|) / 6 = 15 % */
    Canvas *c = plot_reliability("T", &(Scored){"net", confidence, right, 8}, 10, NULL);
    assert_true(page_says(c, "error 15.00 % over 6 readings") &&
                page_says(c, "2 are no probabilities"));
    check(c);
    check_says(plot_reliability("T", &(Scored){"net", confidence, right, 0}, 0, NULL), "no data");
    check(plot_reliability("T", &(Scored){"net", confidence, right, 1}, 1000, NULL));
}

static void test_risk_falls_as_coverage_does(void **state)
{
    float confidence[] = {0.9f, 0.8f, 0.7f, 0.6f}, same[] = {0.5f, 0.5f, 0.5f, 0.5f};
    bool right[] = {true, true, false, true};
    Scored s[] = {{"own", confidence, right, 4}, {"flat", same, right, 4}};

    (void)state;
    /* risks 0, 0, 1/3, 1/4: their mean is 14.6 %; equal confidences are accepted together: 25 % */
    Canvas *c = plot_risk_coverage("T", s, 2, NULL);
    assert_true(page_says(c, "own (area 14.6 %)") && page_says(c, "flat (area 25.0 %)"));
    check(c);
    s[0].count = 0;
    check_says(plot_risk_coverage("T", s, 1, NULL), "no data");
    s[0].count = 1;
    check(plot_risk_coverage("T", s, 1, NULL));
    check_says(plot_risk_coverage("T", NULL, 0, NULL), "no data");
}

static void test_a_study_is_drawn_whatever_its_values_are(void **state)
{
    static const char *const kinds[] = {"adam", "sgd"};
    double kind[] = {0, 1, 0, 1, 7, NAN}, rate[] = {1e-3, 1e-4, 1e-3, 0, -1, NAN};
    double result[] = {0.5, 0.7, NAN, 0.9, 0.1, INFINITY}, same[] = {3, 3, 3, 3, 3, 3};
    ParallelAxis axes[] = {
        {.name = "optimiser", .values = kind, .names = kinds, .name_count = 2},
        {.name = "a very long name of a setting that nobody can read at a glance",
         .values = rate,
         .log = true},
        {.name = "same", .values = same},
        {.name = "accuracy (%)", .values = result}};

    (void)state;
    for (int runs = 0; runs <= 6; runs++)
        for (int count = 0; count <= 4; count++)
            check(plot_parallel("Study", axes + 4 - count, count, runs, runs - 1, NULL));
    check_says(plot_parallel("Study", axes, 4, 6, 3, NULL), "adam");
    check_says(plot_parallel("Study", axes, 4, 6, 3, NULL),
               "0.4"); /* the results' axis has numbers */
    check_says(plot_parallel("Study", axes, 4, 0, -1, NULL), "no data");
    Err e = {0};
    assert_null(plot_parallel("Study", axes, 25, 6, 0, &e));
    assert_null(plot_parallel("Study", axes, 4, 10001, 0, &e));
    assert_non_null(strstr(e.text, "10001"));
}

/* ---- all ---- */

static void test_same_data_give_same_bytes(void **state)
{
    static const char *const endings[] = {"png", "svg", "pdf"};
    double y[] = {1, 0.5, 0.25};
    long counts[] = {5, 1, 0, 6};
    float values[] = {1, 2, 3, 4};

    (void)state;
    for (int i = 0; i < 3; i++) {
        Canvas *a[3], *b[3];
        for (int again = 0; again < 2; again++) {
            Canvas **to = again ? b : a;
            to[0] = curve(y, 3, true);
            to[1] =
                plot_confusion(&(Confusion){.title = "T", .counts = counts, .classes = 2}, NULL);
            to[2] = plot_maps(
                &(Maps){.title = "M", .values = values, .count = 1, .height = 2, .width = 2}, NULL);
        }
        for (int k = 0; k < 3; k++) {
            assert_true(same_page(a[k], b[k], endings[i]));
            canvas_free(a[k]);
            canvas_free(b[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curves_of_any_values_are_drawn),
        cmocka_unit_test(test_a_missing_value_interrupts_its_curve),
        cmocka_unit_test(test_a_million_points_are_thinned_without_losing_a_peak),
        cmocka_unit_test(test_points_are_joined_in_the_order_of_x),
        cmocka_unit_test(test_a_training_has_a_panel_for_each_measure_and_the_rate),
        cmocka_unit_test(test_bars_begin_at_zero_and_carry_their_numbers),
        cmocka_unit_test(test_a_label_distribution_tells_counts_and_shares),
        cmocka_unit_test(test_a_pie_of_many_classes_names_them),
        cmocka_unit_test(test_a_confusion_matrix_normalises_its_rows),
        cmocka_unit_test(test_a_confusion_matrix_is_legible_at_any_size),
        cmocka_unit_test(test_sheets_hold_their_pictures),
        cmocka_unit_test(test_readings_carry_what_was_read_and_how_surely),
        cmocka_unit_test(test_maps_of_any_layer_are_drawn),
        cmocka_unit_test(test_filters_are_white_at_zero),
        cmocka_unit_test(test_histograms_share_their_bins),
        cmocka_unit_test(test_calibration_error_is_the_mean_gap),
        cmocka_unit_test(test_risk_falls_as_coverage_does),
        cmocka_unit_test(test_a_study_is_drawn_whatever_its_values_are),
        cmocka_unit_test(test_same_data_give_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
