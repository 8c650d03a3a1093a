/* Nets that redraw: two heads in the training loop, and how well they draw. */
#include "made_up.h"

#include "base/err.h"
#include "data/typeset.h"
#include "model/model.h"
#include "train/redrawing.h"
#include "zoo/zoo.h"

static Dataset *data;

static int make_data(void **state)
{
    Typeset *t = typeset_new(NULL, GLYPH_USUAL, 10, NULL);

    (void)state;
    if (t)
        data = made_up_data(MADE_UP_COUNT, 1);
    else
        print_message("# no font is installed\n");
    typeset_free(t);
    return 0;
}

static int free_data(void **state)
{
    (void)state;
    dataset_free(data);
    return 0;
}

static Recipe small_recipe(const char *more)
{
    Recipe r;
    Err e = {0};

    if (!data)
        skip();
    if (recipe_preset(&r, "redraw", "default", &e) ||
        recipe_apply(
            &r,
            "epochs=2 batch=32 width=4 validation=0.25 threads=1 augment=none average=0.5 lr=0.01",
            &e) ||
        recipe_apply(&r, more, &e))
        fail_msg("%s", e.text);
    return r;
}

static void both_heads_learn(void **state)
{
    Recipe r = small_recipe("epochs=20");
    char *folder = folder_make(), *path = file_join(folder, "model.safetensors");
    FitResult result = fitted(&r, data, (FitOptions){.folder = folder});
    Model *m = model_open(path, NULL);

    (void)state;
    assert_true(result.best.right >= 55);
    assert_true(result.log.rows[19].loss < result.log.rows[0].loss / 2);
    assert_non_null(m);
    assert_true(net_output_find(m->net, "picture") >= 0);
    assert_non_null(strstr(m->record, "\"typeface\""));
    model_free(m);
    free(path);
    fit_result_free(&result);
    folder_remove(folder);
}

static void the_lowest_loss_is_the_best_model(void **state)
{
    Recipe r = small_recipe("epochs=5 schedule=constant lr=0.003");
    char *folder = folder_make();
    FitResult result = fitted(&r, data, (FitOptions){.folder = folder});
    long best = 0;

    (void)state;
    for (long i = 1; i < 5; i++)
        if (result.log.rows[i].validation_loss < result.log.rows[best].validation_loss)
            best = i;
    assert_int_equal(result.best_epoch, best + 1);
    fit_result_free(&result);
    folder_remove(folder);
}

static void every_number_of_threads_gives_the_same_bytes(void **state)
{
    static const char *const runs[] = {
        "", "picture_loss=mse", "picture_loss=l1",
        "model=redraw-seed width=0 epochs=1 picture_loss=mse picture_weight=9"};

    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        Recipe r = small_recipe(runs[i]);
        char *one = fitted_folder(&r, data), *two;

        r.threads = 2;
        two = fitted_folder(&r, data);
        assert_same_file(one, two, "model.safetensors");
        folder_remove(one);
        folder_remove(two);
    }
}

static bool stop_after_nine(void *context, const FitProgress *p)
{
    long *steps = context;

    return p->epoch_done || ++*steps < 9;
}

static void a_run_that_was_stopped_ends_in_the_same_bytes(void **state)
{
    Recipe r = small_recipe("epochs=3");
    char *whole = fitted_folder(&r, data), *halves = folder_make();
    long steps = 0;
    FitResult result = fitted(
        &r, data, (FitOptions){.folder = halves, .watch = stop_after_nine, .context = &steps});

    (void)state;
    assert_true(result.stopped);
    fit_result_free(&result);
    result = fitted(&r, data, (FitOptions){.folder = halves, .resume = true});
    fit_result_free(&result);
    assert_same_file(whole, halves, "model.safetensors");
    folder_remove(whole);
    folder_remove(halves);
}

static void the_weights_of_the_losses_count(void **state)
{
    Recipe r = small_recipe("epochs=1"), other = small_recipe("epochs=1 picture_weight=1");
    char *a = folder_make(), *b = folder_make();
    FitResult x = fitted(&r, data, (FitOptions){.folder = a});
    FitResult y = fitted(&other, data, (FitOptions){.folder = b});

    (void)state;
    assert_true(x.log.rows[0].loss > y.log.rows[0].loss + 1);
    fit_result_free(&x);
    fit_result_free(&y);
    folder_remove(a);
    folder_remove(b);
}

static void what_a_net_cannot_draw_is_refused(void **state)
{
    static const struct {
        const char *settings, *sentence;
    } cases[] = {
        {"picture_weight=0", "picture_weight: with 0, redraw would not learn to draw"},
        {"model=lenet width=0",
         "picture_loss: lenet has no output 'picture_logits' for binary-cross-entropy"},
        {"model=redraw-seed width=0",
         "picture_loss: redraw-seed has no output 'picture_logits' for binary-cross-entropy"},
        {"picture_loss=hinge", "picture_loss: hinge does not compare pictures"},
        {"classes=12",
         "font: what is redrawn is ten digits, with noise or without, not 12 classes"},
        {"font=./missing.ttf", "font: ./missing.ttf: cannot open: No such file or directory"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Recipe r = small_recipe(cases[i].settings);
        char *folder = folder_make();
        FitResult result;
        Err e = {0};

        assert_int_not_equal(fit(&r, data, &(FitOptions){.folder = folder}, &result, &e), 0);
        assert_string_equal(e.text, cases[i].sentence);
        folder_remove(folder);
    }
}

/* ---- how well it draws ---- */

/* A net that draws the target of class 3, `faded` by so much, whatever it sees, and calls it a 3. */
static Model *always_three(float faded)
{
    static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    static const float three[10] = {0, 0, 0, 5};
    Typeset *t = typeset_new(NULL, GLYPH_USUAL, 10, NULL);
    float picture[TYPESET_PIXELS];
    Net *net = net_new();
    Node x = net_flatten(net, net_input(net, "image", 1, 28, 28));
    Model *m;

    net_output(net, "logits", net_dense(net, x, "class", (Dense){.units = 10}));
    x = net_dense(net, x, "draw", (Dense){.units = TYPESET_PIXELS});
    net_output(net, "picture", net_reshape(net, x, 1, 28, 28));
    assert_int_equal(net_build(net, NULL), 0);
    for (int i = 0; i < TYPESET_PIXELS; i++)
        picture[i] = t->pictures[3 * TYPESET_PIXELS + i] * (1 - faded);
    param_write(net_param_find(net, "draw.bias"), picture, net_block(net));
    param_write(net_param_find(net, "class.bias"), three, net_block(net));
    m = model_new(net);
    assert_non_null(m);
    assert_int_equal(model_set_classes(m, digits, 10, NULL), 0);
    typeset_free(t);
    return m;
}

static Redrawing measured(Model *m, int label)
{
    Dataset *d = dataset_new(6, 28, 28, 10, NULL);
    Redrawing r;
    Err e = {0};

    assert_non_null(d);
    for (size_t i = 0; i < d->count; i++)
        d->labels[i] = label;
    if (redraw_measure(m, d, NULL, NULL, &r, &e))
        fail_msg("%s", e.text);
    dataset_free(d);
    return r;
}

static void a_perfect_drawing_is_right_by_every_measure(void **state)
{
    Model *m;
    Redrawing r;

    (void)state;
    if (!data)
        skip();
    m = always_three(0);
    r = measured(m, 3);
    assert_int_equal(r.count, 6);
    assert_int_equal(r.classes, 6);
    assert_int_equal(r.glyphs, 6);
    assert_int_equal(r.agreeing, 6);
    assert_int_equal(r.exact, 6);
    assert_int_equal(r.exact_steps, 6);
    assert_true(r.psnr > 99 && r.psnr_median > 99 && r.ssim > 0.9999 && r.picture_loss < 1e-9);
    assert_true(r.binary_accuracy == r.binary_ceiling && r.binary_ceiling > 0.8 &&
                r.binary_ceiling < 1);
    redrawing_free(&r);
    model_free(m);
}

static void another_digits_picture_is_wrong_though_the_heads_agree(void **state)
{
    Model *m;
    Redrawing r;

    (void)state;
    if (!data)
        skip();
    m = always_three(0);
    r = measured(m, 5);
    assert_int_equal(r.classes, 0);
    assert_int_equal(r.glyphs, 0);
    assert_int_equal(r.agreeing, 6);
    assert_int_equal(r.exact, 0);
    assert_int_equal(r.exact_steps, 0);
    assert_true(r.psnr < 20 && r.ssim < 0.9 && r.picture_loss > 0.01);
    assert_true(r.binary_accuracy < r.binary_ceiling);
    redrawing_free(&r);
    model_free(m);
}

static void a_faded_picture_is_cleaned(void **state)
{
    Model *m;
    Redrawing r;

    (void)state;
    if (!data)
        skip();
    m = always_three(0.2f);
    r = measured(m, 3);
    assert_int_equal(r.glyphs, 6);
    assert_int_equal(r.exact, 6);
    assert_true(r.psnr < 30);
    redrawing_free(&r);
    model_free(m);
}

static void pairs_are_named_by_what_was_predicted_and_true(void **state)
{
    Model *m;
    Redrawing r;
    Dataset *d = dataset_new(6, 28, 28, 10, NULL);
    char *folder = folder_make(), **names;
    size_t count;

    (void)state;
    if (!data)
        skip();
    m = always_three(0);
    r = measured(m, 5);
    assert_int_equal(redrawing_pairs(&r, m, d, folder, NULL), 0);
    names = file_list(folder, &count, NULL);
    assert_int_equal(count, 6);
    assert_string_equal(names[4], "3_5_4.png");
    free(names);
    folder_remove(folder);
    redrawing_free(&r);
    dataset_free(d);
    model_free(m);
}

static void what_cannot_be_measured_is_refused(void **state)
{
    Net *net = zoo_net("lenet", &(ZooOptions){0}, NULL);
    Model *lenet = model_new(net), *m;
    Dataset *d = dataset_new(2, 28, 28, 10, NULL);
    Redrawing r;
    Err e = {0};

    (void)state;
    if (!data)
        skip();
    m = always_three(0);
    assert_int_equal(model_set_name(lenet, "lenet", NULL), 0);
    assert_int_not_equal(redraw_measure(lenet, d, NULL, NULL, &r, &e), 0);
    assert_string_equal(e.text, "the model 'lenet' does not redraw");
    assert_int_not_equal(redraw_measure(m, d, "./missing.ttf", NULL, &r, &e), 0);
    assert_non_null(strstr(e.text, "missing.ttf"));
    assert_int_equal(model_set_record(m, "{\"typeface\":\"Nosuch Face\"}", NULL), 0);
    assert_int_not_equal(redraw_measure(m, d, NULL, NULL, &r, &e), 0);
    assert_non_null(strstr(e.text, "the model draws Nosuch Face, for which this system has "));
    dataset_free(d);
    model_free(lenet);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_heads_learn),
        cmocka_unit_test(the_lowest_loss_is_the_best_model),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(a_run_that_was_stopped_ends_in_the_same_bytes),
        cmocka_unit_test(the_weights_of_the_losses_count),
        cmocka_unit_test(what_a_net_cannot_draw_is_refused),
        cmocka_unit_test(a_perfect_drawing_is_right_by_every_measure),
        cmocka_unit_test(another_digits_picture_is_wrong_though_the_heads_agree),
        cmocka_unit_test(a_faded_picture_is_cleaned),
        cmocka_unit_test(pairs_are_named_by_what_was_predicted_and_true),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
