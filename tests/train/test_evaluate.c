/* The figures of an evaluation, against numbers worked out by hand. */
#include "made_up.h"

#include <math.h>

#include <jansson.h>

#include "train/evaluate.h"
#include "train/robustness.h"

/* A model whose logit c is 2*ln(10) times pixel c of the picture (255 is 1): one lit pixel among ten
 * classes gives its class 100/109. */
static Model *pixel_model(int classes)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 1, 28, 28);
    Model *m;

    x = net_dense(net, net_flatten(net, x), "dense", (Dense){.units = classes, .no_bias = true});
    net_output(net, "logits", x);
    assert_int_equal(net_build(net, NULL), 0);
    const Param *p = net_param_find(net, "dense.weight");
    float *weights = calloc(param_size(p), sizeof *weights);
    for (int c = 0; c < classes; c++)
        weights[c * 784 + c] = logf(100);
    param_write(p, weights, net_block(net));
    free(weights);
    m = model_new(net);
    assert_non_null(m);
    return m;
}

static void name_classes(Model *m, int count, const char *last)
{
    const char *names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", last};

    assert_int_equal(model_set_classes(m, names, count, NULL), 0);
}

/* Picture i shows answers[i] and is labelled targets[i]. */
static Dataset *pictures(int count, const int *targets, const int *answers, int classes)
{
    Dataset *d = dataset_new((size_t)count, 28, 28, classes, NULL);

    assert_non_null(d);
    for (int i = 0; i < count; i++) {
        d->labels[i] = targets[i];
        d->pixels[i * 784 + answers[i]] = 255;
    }
    return d;
}

static Err refused(const Model *m, const Dataset *d)
{
    Evaluation v;
    Err e = {0};

    assert_int_not_equal(evaluate(m, d, NULL, &v, &e), 0);
    assert_null(v.names);
    return e;
}

static void every_figure_is_what_the_hand_works_out(void **state)
{
    const int targets[] = {0, 1, 1, 2, 9}, answers[] = {0, 1, 2, 2, 9};
    Model *m = pixel_model(10);
    Dataset *d = pictures(5, targets, answers, 10);
    Evaluation v;

    (void)state;
    name_classes(m, 10, NULL);
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(v.count, 5);
    assert_int_equal(v.errors, 1);
    assert_float_equal(v.accuracy, 0.8, 1e-12);
    assert_float_equal(v.interval.low, 0.375535, 1e-5); /* Wilson's for 4 of 5 */
    assert_float_equal(v.interval.high, 0.963775, 1e-5);
    assert_float_equal(v.loss, (4 * log(109. / 100) + log(109)) / 5, 1e-6);
    assert_float_equal(v.reliability.error, 100. / 109 - 0.8, 1e-6);
    assert_int_equal(v.top, 5); /* the wrong one's class ties for the second place */
    assert_int_equal(v.confusion[1 * 10 + 2], 1);
    assert_int_equal(v.confusion[1 * 10 + 1], 1);
    assert_int_equal(v.reports[1].support, 2);
    assert_float_equal(v.reports[1].recall, 0.5, 1e-12);
    assert_float_equal(v.reports[2].precision, 0.5, 1e-12);
    assert_int_equal(v.mistakes[0].index, 2);
    assert_int_equal(v.mistakes[0].target, 1);
    assert_int_equal(v.mistakes[0].answer, 2);
    assert_float_equal(v.mistakes[0].answer_probability, 100. / 109, 1e-6);
    assert_float_equal(v.mistakes[0].target_probability, 1. / 109, 1e-6);
    assert_string_equal(v.names[9], "9");
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
}

static void calibration_changes_probabilities_but_no_answer(void **state)
{
    const int targets[] = {0, 1}, answers[] = {0, 2};
    Model *m = pixel_model(10);
    Dataset *d = pictures(2, targets, answers, 10);
    Evaluation v;

    (void)state;
    m->calibration.temperature = 2; /* the odds are 10 in place of 100 */
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(v.errors, 1);
    assert_float_equal(v.loss, (log(19. / 10) + log(19)) / 2, 1e-6);
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
}

typedef struct Told {
    size_t calls, done;
} Told;

static void listen(void *context, size_t done, size_t all)
{
    Told *told = context;

    assert_true(done > told->done && done <= all && all == 5000);
    told->calls++;
    told->done = done;
}

static void whoever_watches_hears_of_every_picture(void **state)
{
    Dataset *d = made_up_data(5000, 5);
    Model *m = pixel_model(10);
    Told told = {0};
    Evaluation v, w;

    (void)state;
    assert_int_equal(
        evaluate(m, d, &(EvaluateOptions){.watch = &(Watch){listen, &told}}, &v, NULL), 0);
    assert_true(told.calls > 1 && told.done == 5000);
    assert_int_equal(evaluate(m, d, NULL, &w, NULL), 0);
    assert_memory_equal(v.probabilities, w.probabilities, 50000 * sizeof(float));
    evaluation_free(&v);
    evaluation_free(&w);
    dataset_free(d);
    model_free(m);
}

static void threads_change_nothing_and_large_sets_go_through_in_batches(void **state)
{
    Dataset *d = made_up_data(1000, 5);
    Model *m = pixel_model(10);
    Team *team = team_new(3, NULL);
    Evaluation v, w;

    (void)state;
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(evaluate(m, d, &(EvaluateOptions){.team = team}, &w, NULL), 0);
    assert_memory_equal(v.probabilities, w.probabilities, 10000 * sizeof(float));
    for (size_t i = 0; i < 1000; i += 111) { /* alone, its answer is the same */
        Dataset *one = dataset_new(1, 28, 28, 10, NULL);
        Evaluation u;

        memcpy(one->pixels, d->pixels + i * 784, 784);
        assert_int_equal(evaluate(m, one, NULL, &u, NULL), 0);
        assert_memory_equal(u.probabilities, v.probabilities + i * 10, 10 * sizeof(float));
        evaluation_free(&u);
        dataset_free(one);
    }
    evaluation_free(&v);
    evaluation_free(&w);
    team_free(team);
    dataset_free(d);
    model_free(m);
}

static void a_reader_that_knows_noise_is_held_against_ten_digits(void **state)
{
    const int targets[] = {3, 4}, answers[] = {3, 10};
    Model *m = pixel_model(11);
    Dataset *d = pictures(2, targets, answers, 10);
    Evaluation v;

    (void)state;
    name_classes(m, 11, "noise");
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(v.classes, 11);
    assert_int_equal(v.errors, 1);
    assert_int_equal(v.confusion[4 * 11 + 10], 1);
    assert_string_equal(v.names[10], "noise");
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
}

static void what_noise_claims_or_nobody_is_sure_of_is_refused(void **state)
{
    const int targets[] = {3, 4, 5}, answers[] = {3, 10, 6};
    Model *m = pixel_model(11);
    Dataset *d = pictures(3, targets, answers, 10);
    Evaluation v;

    (void)state;
    name_classes(m, 11, "noise");
    d->pixels[2 * 784 + 6] = 40; /* hardly more than the others */
    m->calibration.threshold = 0.5f;
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_false(evaluation_refuses(&v, m, 0));
    assert_true(evaluation_refuses(&v, m, 1));
    assert_true(evaluation_refuses(&v, m, 2));
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
}

static void digits_are_told_from_what_is_none_by_their_largest_probability(void **state)
{
    const int targets[] = {3, 4}, answers[] = {3, 10}, none[] = {10, 10}, other[] = {10, 7};
    Model *m = pixel_model(11);
    Dataset *d = pictures(2, targets, answers, 11), *n = pictures(2, none, other, 11);
    Evaluation v, w;
    double area;

    (void)state;
    name_classes(m, 11, "noise");
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(evaluate(m, n, NULL, &w, NULL), 0);
    assert_int_equal(robustness_auroc(&v, &w, &area, NULL), 0);
    assert_float_equal(area, 0.5, 1e-9); /* wins one pair, loses one, ties in two */
    evaluation_free(&v);
    evaluation_free(&w);
    dataset_free(d);
    dataset_free(n);
    model_free(m);
}

static void corrupted_pictures_are_counted_by_corruption(void **state)
{
    const int targets[] = {3, 4}, answers[] = {3, 10};
    Model *m = pixel_model(11);
    Dataset *d = pictures(2, targets, answers, 10);
    Robustness r;
    Err e = {0};

    (void)state;
    name_classes(m, 11, "noise");
    assert_int_equal(robustness(m, d, &(RobustnessOptions){.only = "brightness"}, &r, &e), 0);
    assert_true(r.measured[CORRUPT_BRIGHTNESS] && !r.measured[CORRUPT_FOG]);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.right[CORRUPT_BRIGHTNESS], 1); /* the lit pixel still is the lightest */
    assert_float_equal(r.mean, 0.5, 1e-12);
    assert_int_equal(robustness(m, d, &(RobustnessOptions){0}, &r, &e), 0);
    for (int k = 0; k < CORRUPTIONS; k++)
        assert_true(r.measured[k] && r.named[k] >= r.right[k]);
    char *json = robustness_json(&r, "m", "d");
    assert_non_null(strstr(json, "\"name\":\"zigzag\""));
    free(json);
    assert_int_not_equal(robustness(m, d, &(RobustnessOptions){.only = "rain"}, &r, &e), 0);
    assert_string_equal(e.text, "there is no corruption 'rain'");
    dataset_free(d);
    model_free(m);
}

static void classes_are_matched_by_name_not_by_number(void **state)
{
    static const char *const backwards[] = {"9", "8", "7", "6", "5", "4", "3", "2", "1", "0"};
    const int targets[] = {0, 9}, answers[] = {9, 0};
    Model *m = pixel_model(10);
    Dataset *d = pictures(2, targets, answers, 10);
    Evaluation v;

    (void)state;
    assert_int_equal(model_set_classes(m, backwards, 10, NULL), 0);
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(v.errors, 0);
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
}

static void what_does_not_fit_is_said(void **state)
{
    const int targets[] = {10}, answers[] = {3};
    Model *m = pixel_model(10), *nameless = pixel_model(10);
    Dataset *noise = pictures(1, targets, answers, 11), *wide = dataset_new(1, 28, 32, 10, NULL);
    Net *picture = net_new();
    Model *drawer;
    Err e;

    (void)state;
    name_classes(m, 10, NULL);
    e = refused(m, noise);
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_string_equal(e.text, "1 of the data's 1 pictures are noise, no digit, and the model has no such class: leave "
                                "them out, or take a model that has it, as digits does");
    noise->class_names[10] = "A";
    assert_string_equal(refused(m, noise).text,
                        "1 of the data's 1 pictures are of a class 'A', which is none of the model's 10");
    noise->class_names[10] = "noise";
    assert_string_equal(refused(nameless, noise).text, e.text);
    assert_string_equal(refused(m, wide).text,
                        "the model reads pictures of (1,28,28), the data's are (1,28,32)");
    net_output(picture, "picture", net_input(picture, "image", 1, 28, 28));
    assert_int_equal(net_build(picture, NULL), 0);
    drawer = model_new(picture);
    assert_int_equal(model_set_name(drawer, "redraw", NULL), 0);
    assert_string_equal(refused(drawer, noise).text,
                        "the model 'redraw' does not choose between classes");
    model_free(drawer);
    model_free(m);
    model_free(nameless);
    dataset_free(noise);
    dataset_free(wide);
}

static void an_answer_that_is_no_number_is_an_error_not_a_figure(void **state)
{
    const int targets[] = {1}, answers[] = {1};
    Model *m = pixel_model(10);
    Dataset *d = pictures(1, targets, answers, 10);

    (void)state;
    net_block(m->net)[net_param_find(m->net, "dense.weight")->offset + 1] = INFINITY;
    assert_int_equal(refused(m, d).code, ERR_NUMERIC);
    dataset_free(d);
    model_free(m);
}

static void json_holds_the_figures(void **state)
{
    const int targets[] = {0, 1, 1}, answers[] = {0, 1, 2};
    Model *m = pixel_model(10);
    Dataset *d = pictures(3, targets, answers, 10);
    Evaluation v;
    char *text;
    json_t *root, *list;

    (void)state;
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    text = evaluation_json(&v, "lenet", "a \"set\" \xFF");
    assert_non_null(text);
    assert_null(strchr(text, '\n'));
    root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "model")), "lenet");
    assert_int_equal(json_integer_value(json_object_get(root, "count")), 3);
    assert_int_equal(json_integer_value(json_object_get(root, "errors")), 1);
    assert_float_equal(json_real_value(json_object_get(root, "accuracy")), 2. / 3, 1e-8);
    assert_int_equal(json_array_size(json_object_get(root, "interval")), 2);
    assert_true(json_is_real(json_object_get(root, "loss")));
    assert_true(json_is_real(json_object_get(root, "ece")));
    list = json_object_get(root, "confusion");
    assert_int_equal(json_array_size(list), 10);
    assert_int_equal(json_integer_value(json_array_get(json_array_get(list, 1), 2)), 1);
    list = json_object_get(root, "classes");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 1), "count")), 2);
    list = json_object_get(root, "mistakes");
    assert_int_equal(json_array_size(list), 1);
    list = json_array_get(list, 0);
    assert_int_equal(json_integer_value(json_object_get(list, "index")), 2);
    assert_string_equal(json_string_value(json_object_get(list, "class")), "1");
    assert_string_equal(json_string_value(json_object_get(list, "answer")), "2");
    json_decref(root);
    free(text);
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_is_what_the_hand_works_out),
        cmocka_unit_test(calibration_changes_probabilities_but_no_answer),
        cmocka_unit_test(whoever_watches_hears_of_every_picture),
        cmocka_unit_test(threads_change_nothing_and_large_sets_go_through_in_batches),
        cmocka_unit_test(a_reader_that_knows_noise_is_held_against_ten_digits),
        cmocka_unit_test(what_noise_claims_or_nobody_is_sure_of_is_refused),
        cmocka_unit_test(digits_are_told_from_what_is_none_by_their_largest_probability),
        cmocka_unit_test(corrupted_pictures_are_counted_by_corruption),
        cmocka_unit_test(classes_are_matched_by_name_not_by_number),
        cmocka_unit_test(what_does_not_fit_is_said),
        cmocka_unit_test(an_answer_that_is_no_number_is_an_error_not_a_figure),
        cmocka_unit_test(json_holds_the_figures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
