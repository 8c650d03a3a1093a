/* What is hard to plot: names in any script and of any length, nothing at all, a million of it. */
#include "page.h"

#include <time.h>

#include "base/rng.h"
#include "plot/bars.h"
#include "plot/confusion.h"
#include "plot/curves.h"
#include "plot/diagram.h"
#include "plot/grid.h"
#include "plot/histogram.h"
#include "plot/inside.h"
#include "plot/maps.h"
#include "plot/parallel.h"
#include "plot/reliability.h"

enum { NAMES = 11, MILLION = 1000000 };

/* Scripts that run from the right, that combine, that need other fonts; what is no UTF-8; control
 * characters; nothing; more than any page is wide. */
static const char *const names[NAMES] = {
    "\u0661\u0662\u0663 \u0648\u0627\u062d\u062f",                  /* Arabic */
    "\u05d0\u05e4\u05e1",                                           /* Hebrew */
    "\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d", /* Chinese */
    "\u0936\u0942\u0928\u094d\u092f",                               /* Devanagari */
    "e\u0301\u0302\u0303\u0304\u0305\u0306\u0307",                  /* marks on one letter */
    "\U0001F522\U0001F9EE",                                         /* emoji */
    "\xff\xfe broken \xc3",                                         /* no UTF-8 */
    "a\tb\nc\rd\001",                                               /* control characters */
    "",                                                             /* nothing */
    "a class whose name is far longer than the room that any plot could ever have for it, by a lot",
    "<b>&amp;\"'%s%n</b>", /* markup, formats */
};

static void check(Canvas *c)
{
    page_check(c);
    canvas_free(c);
}

/* ---- names ---- */

static void tables_take_any_name(void **state)
{
    long counts[NAMES * NAMES], totals[NAMES];
    double values[NAMES * 2];

    (void)state;
    for (int i = 0; i < NAMES * NAMES; i++)
        counts[i] = i % 13;
    for (int i = 0; i < NAMES; i++) {
        totals[i] = 100 + i;
        values[2 * i] = values[2 * i + 1] = i;
    }
    for (int i = 0; i < NAMES; i++) {
        Bars bars = {.title = names[i],
                     .x_label = names[i],
                     .y_label = names[i],
                     .names = names,
                     .name_count = NAMES,
                     .series_names = names,
                     .series_count = 2,
                     .values = values};
        check(plot_bars(names[i], &bars, 1, NULL));
        check(plot_labels(names[i], names, totals, NAMES, NULL));
        check(plot_confusion(&(Confusion){names[i], names, counts, NAMES}, NULL));
    }
}

static void curves_and_histograms_take_any_name(void **state)
{
    const double y[] = {3, 2, 1};
    const float x[] = {3, 2, 1};
    Series series[NAMES];
    Sample samples[7];

    (void)state;
    for (int i = 0; i < NAMES; i++)
        series[i] = (Series){names[i], NULL, y, 3};
    for (int i = 0; i < 7; i++)
        samples[i] = (Sample){names[i], x, 3};
    for (int i = 0; i < NAMES; i++) {
        Curves curves = {.title = names[i],
                         .x_label = names[i],
                         .y_label = names[i],
                         .series = series,
                         .series_count = NAMES};
        Histogram histogram = {
            .title = names[i], .x_label = names[i], .samples = samples, .sample_count = 7};
        Scored scored = {names[i], x, (const bool[]){true, false, true}, 3};

        check(plot_curves(names[i], &curves, 1, NULL));
        check(plot_histograms(names[i], &histogram, 1, NULL));
        check(plot_reliability(names[i], &scored, 10, NULL));
        check(plot_risk_coverage(names[i], &scored, 1, NULL));
    }
}

static void sheets_and_studies_take_any_name(void **state)
{
    uint8_t pixels[NAMES * 784] = {0};
    float probability[NAMES];
    double choice[NAMES], result[NAMES];
    int truth[NAMES], read[NAMES];
    Image images[NAMES];

    (void)state;
    for (int i = 0; i < NAMES; i++) {
        images[i] = (Image){28, 28, 1, pixels + 784 * i};
        probability[i] = (float)i / NAMES;
        truth[i] = i;
        read[i] = NAMES - i; /* the first one is refused */
        choice[i] = i;
        result[i] = i;
    }
    for (int i = 0; i < NAMES; i++) {
        ParallelAxis axes[] = {
            {.name = names[i], .values = choice, .names = names, .name_count = NAMES},
            {.name = names[i], .values = result}};

        check(plot_sheet(&(Sheet){.title = names[i],
                                  .note = names[i],
                                  .images = images,
                                  .count = NAMES,
                                  .titles = names},
                         NULL));
        check(plot_readings(
            &(Readings){names[i], images, NAMES, names, NAMES, truth, read, probability, 0}, NULL));
        check(plot_parallel(names[i], axes, 2, NAMES, 0, NULL));
    }
}

static void a_name_of_two_words_stands_on_two_lines_where_one_is_too_narrow(void **state)
{
    double result[] = {1, 2};
    ParallelAxis axes[] = {{.name = "lr", .values = result},
                           {.name = "validation accuracy (%)", .values = result}};
    Canvas *c = plot_parallel("Study", axes, 2, 2, 0, NULL);

    (void)state;
    assert_true(page_says(c, "validation accuracy") && page_says(c, "(%)"));
    check(c);
}

/* ---- a million ---- */

static void a_million_of_anything_is_counted_and_cheap_to_draw(void **state)
{
    float *values = malloc(MILLION * sizeof *values);
    bool *right = malloc(MILLION);
    Rng r = rng_stream(1, RNG_TEST, 0);
    Sample sample = {"a", values, MILLION};
    Scored scored = {"a", values, right, MILLION};

    (void)state;
    assert_true(values && right);
    for (int i = 0; i < MILLION; i++) {
        values[i] = rng_uniform(&r);
        right[i] = rng_uniform(&r) < values[i];
    }
    values[0] = NAN;
    values[1] = INFINITY;
    Canvas *c = plot_histograms("T", &(Histogram){.samples = &sample, .sample_count = 1}, 1, NULL);
    assert_true(page_says(c, "999,998 numbers, mean 0.5") && page_says(c, "2 not finite"));
    check(c);
    c = plot_reliability("T", &scored, 15, NULL);
    assert_true(page_says(c, "over 999,998 readings"));
    check(c);
    c = plot_risk_coverage("T", &scored, 1, NULL);
    size_t size = 0;
    uint8_t *svg = canvas_encode(c, "svg", &size, NULL);
    assert_non_null(svg);
    assert_true(size < 1000000); /* not a point for each */
    free(svg);
    check(c);
    free(values);
    free(right);
}

/* ---- the inside of nets ---- */

static Net *built(Net *net)
{
    Err e = {0};

    if (net_build(net, &e))
        fail_msg("%s", e.text);
    net_init(net, 1);
    return net;
}

static void weights_of_any_net_are_drawn(void **state)
{
    Net *none = net_new(), *flat = net_new(), *deep = net_new();
    char name[16];

    (void)state;
    net_output(none, "a", net_flatten(none, net_input(none, "image", 1, 8, 8)));
    net_output(flat, "a",
               net_dense(flat, net_flatten(flat, net_input(flat, "image", 1, 8, 8)), "dense",
                         (Dense){.units = 3}));
    Node x = net_input(deep, "vector", 5, 1, 1);
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "dense%02d", i);
        x = net_dense(deep, x, name, (Dense){.units = 5});
    }
    net_output(deep, "a", x);
    Canvas *c = plot_weights("T", built(none), NULL);
    assert_true(page_says(c, "no data"));
    check(c);
    c = plot_weights("T", built(flat), NULL);
    assert_true(page_says(c, "T: filters of dense") && page_says(c, "192 numbers"));
    check(c);
    c = plot_weights("T", built(deep), NULL);
    assert_true(page_says(c, "T: weights of 12 of its 30 layers"));
    assert_true(page_says(c, "dense00") && page_says(c, "dense29"));
    assert_false(page_says(c, "filters"));
    check(c);
    net_block(flat)[0] = NAN;
    net_block(flat)[1] = INFINITY;
    c = plot_weights("T", flat, NULL);
    assert_true(page_says(c, "2 not finite"));
    check(c);
    net_free(none);
    net_free(flat);
    net_free(deep);
}

static void initialisers_share_a_scale_and_mark_the_one_in_use(void **state)
{
    Net *net = net_new();

    (void)state;
    net_output(net, "a",
               net_dense(net, net_input(net, "x", 100, 1, 1), "dense",
                         (Dense){.units = 50, .init = {INIT_HE, 0}}));
    built(net);
    Canvas *c = plot_initialisers("T", net_param_find(net, "dense.weight"), 1, NULL);
    assert_true(page_says(c, "He: normal (used)") && !page_says(c, "Glorot: uniform (used)"));
    assert_true(page_says(c, "5,000 numbers, mean "));
    check(c);
    net_free(net);
}

/* Before its ReLU a layer shows negative numbers too, although inference fuses the two. */
static void each_layer_shows_its_own_answer(void **state)
{
    Net *net = net_new();
    Node x = net_input(net, "x", 1, 1, 1), y, z;
    float in = 1, out[2], answer[2];
    float *outputs[] = {out};

    (void)state;
    y = net_dense(net, x, "dense", (Dense){.units = 2});
    z = net_act(net, y, ACT_RELU);
    net_output(net, "a", net_dense(net, z, "last", (Dense){.units = 2}));
    built(net);
    param_write(net_param_find(net, "dense.weight"), (float[]){-2, 3}, net_block(net));
    Exec *run = exec_new(net, &(ExecOptions){.batch = 1, .keep = true}, NULL);
    exec_infer(run, &(Batch){.count = 1, .values = &in}, outputs, 1);
    exec_read_activation(run, y, answer);
    assert_true(answer[0] == -2 && answer[1] == 3);
    exec_read_activation(run, z, answer);
    assert_true(answer[0] == 0 && answer[1] == 3);
    check(plot_activation("T", run, net, y, NULL));
    exec_free(run);
    net_free(net);
}

/* ---- pages on pages ---- */

static void a_page_can_be_put_on_another(void **state)
{
    Canvas *page = canvas_new(100, 100, NULL), *part = canvas_new(20, 20, NULL);

    (void)state;
    canvas_rect(part, (Box){5, 5, 10, 10}, COLOR_BLUE, (Pen){0});
    canvas_add(page, 40, 50, part);
    Image *im = canvas_render(page, 1, NULL);
    assert_non_null(im);
    const uint8_t *inside = im->pixels + 3 * (60 * 100 + 50),
                  *outside = im->pixels + 3 * (10 * 100 + 10);
    assert_int_equal(inside[0], COLOR_BLUE.r);
    assert_int_equal(inside[2], COLOR_BLUE.b);
    assert_int_equal(outside[0], 255);
    image_free(im);
    canvas_add(page, 0, 0, NULL);
    Err e = {0};
    size_t size;
    assert_null(canvas_encode(page, "png", &size, &e));
    assert_int_equal(e.code, ERR_MEMORY);
    canvas_free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_take_any_name),
        cmocka_unit_test(curves_and_histograms_take_any_name),
        cmocka_unit_test(sheets_and_studies_take_any_name),
        cmocka_unit_test(a_name_of_two_words_stands_on_two_lines_where_one_is_too_narrow),
        cmocka_unit_test(a_million_of_anything_is_counted_and_cheap_to_draw),
        cmocka_unit_test(weights_of_any_net_are_drawn),
        cmocka_unit_test(initialisers_share_a_scale_and_mark_the_one_in_use),
        cmocka_unit_test(each_layer_shows_its_own_answer),
        cmocka_unit_test(a_page_can_be_put_on_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
