/* Nets that redraw: two heads in the training loop, and how well they draw. */
#include "made_up.h"

#include "base/err.h"
#include "data/typeset.h"
#include "model/model.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_heads_learn),
        cmocka_unit_test(the_lowest_loss_is_the_best_model),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(a_run_that_was_stopped_ends_in_the_same_bytes),
        cmocka_unit_test(the_weights_of_the_losses_count),
        cmocka_unit_test(what_a_net_cannot_draw_is_refused),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
