/* Training the line reader, in little. */
#include "made_up.h"

#include <math.h>

#include "model/model.h"
#include "train/lines.h"

static Dataset *data;

/* Ten shapes that strings can be made of: a digit is an upright with a bar at a height of its own. */
static int make_data(void **state)
{
    (void)state;
    data = dataset_new(100, 28, 28, 10, NULL);
    assert_non_null(data);
    for (int i = 0; i < 100; i++) {
        uint8_t *p = data->pixels + i * 784;

        data->labels[i] = i % 10;
        for (int y = 4; y < 24; y++)
            memset(p + y * 28 + 9 + i / 50, 255, 3);
        for (int y = 0; y < 3; y++)
            memset(p + (4 + i % 10 * 17 / 9 + y) * 28 + 9, 255, 11);
    }
    return 0;
}

static int free_data(void **state)
{
    (void)state;
    dataset_free(data);
    return 0;
}

static Recipe recipe_of(const char *more)
{
    Recipe r;
    Err e = {0};

    if (recipe_preset(&r, "line", "default", &e) ||
        recipe_apply(&r, "width=2 epochs=2 batch=16 average=0.9 threads=1", &e) ||
        recipe_apply(&r, more, &e))
        fail_msg("%s", e.text);
    return r;
}

static FitResult trained(const Recipe *r, FitOptions options)
{
    FitResult result;
    Err e = {0};

    if (lines_fit(r, data, &options, &result, &e))
        fail_msg("%s", e.text);
    return result;
}

static char *trained_folder(const char *more)
{
    Recipe r = recipe_of(more);
    char *folder = folder_make();
    FitResult result = trained(&r, (FitOptions){.folder = folder});

    fit_result_free(&result);
    return folder;
}

static void a_run_learns_and_leaves_its_model_and_log(void **state)
{
    Recipe r = recipe_of("epochs=8 lr=0.01");
    char *folder = folder_make(), *path = file_join(folder, "model.safetensors");
    FitResult result = trained(&r, (FitOptions){.folder = folder});
    Model *m = model_open(path, NULL);

    (void)state;
    assert_int_equal(result.epochs, 8);
    assert_int_equal(result.trained, 90);
    assert_int_equal(result.best.count, 4);
    assert_int_equal(result.log.count, 8);
    assert_int_equal(result.log.rows[7].step, 56); /* 7 batches of 16 in 100 */
    assert_true(result.log.rows[7].loss < 0.7 * result.log.rows[0].loss);
    assert_non_null(m);
    assert_string_equal(m->name, "line");
    assert_int_equal(m->class_count, 11);
    assert_string_equal(m->classes[10], "blank");
    assert_non_null(strstr(m->record, "\"strings\":896"));
    model_free(m);
    fit_result_free(&result);
    free(path);
    folder_remove(folder);
}

static void threads_do_not_change_a_byte(void **state)
{
    char *one = trained_folder("threads=1"), *three = trained_folder("threads=3"),
         *seed = trained_folder("seed=2");
    Bytes a = bytes_of(one, "model.safetensors"), b = bytes_of(seed, "model.safetensors");

    (void)state;
    assert_same_file(one, three, "model.safetensors");
    assert_true(a.size != b.size || memcmp(a.bytes, b.bytes, a.size) != 0);
    free(a.bytes);
    free(b.bytes);
    folder_remove(one);
    folder_remove(three);
    folder_remove(seed);
}

static bool stop_at(void *context, const FitProgress *p)
{
    (void)p;
    return --*(int *)context > 0;
}

static void a_run_that_was_stopped_goes_on_to_the_same_bytes(void **state)
{
    Recipe r = recipe_of("");
    char *whole = trained_folder(""), *folder = folder_make(), *x, *y;
    const int stops[] = {3, 6, 100}; /* within an epoch, again, never */

    (void)state;
    for (int i = 0; i < 3; i++) {
        int calls = stops[i];
        FitResult result = trained(
            &r,
            (FitOptions){.folder = folder, .resume = i > 0, .watch = stop_at, .context = &calls});

        assert_int_equal(result.stopped, i < 2);
        fit_result_free(&result);
    }
    x = log_without_times(whole);
    y = log_without_times(folder);
    assert_same_file(whole, folder, "model.safetensors");
    assert_string_equal(x, y);
    free(x);
    free(y);
    folder_remove(whole);
    folder_remove(folder);
}

static void a_run_begins_with_the_weights_that_it_is_given(void **state)
{
    char *first = trained_folder("epochs=4 lr=0.01"), *path = file_join(first, "model.safetensors"),
         more[4200];
    char *folder = folder_make();
    Recipe r;
    FitResult scratch, begun;

    (void)state;
    snprintf(more, sizeof more, "epochs=1 lr=0.0001 init_from=%s", path);
    r = recipe_of(more);
    begun = trained(&r, (FitOptions){.folder = folder});
    folder_remove(folder);
    folder = folder_make();
    r = recipe_of("epochs=1 lr=0.0001");
    scratch = trained(&r, (FitOptions){.folder = folder});
    assert_true(begun.log.rows[0].loss < 0.7 * scratch.log.rows[0].loss);
    assert_true(begun.loaded > 20 && !begun.skipped && !scratch.loaded);
    fit_result_free(&begun);
    fit_result_free(&scratch);
    free(path);
    folder_remove(folder);
    folder_remove(first);
}

/* Of a net of another width only the bias of the last layer has the same shape. */
static void of_another_net_a_run_takes_what_fits(void **state)
{
    char *first = trained_folder("epochs=1"), *path = file_join(first, "model.safetensors"), *folder = folder_make();
    char more[4200];
    Recipe r;
    FitResult wide;

    (void)state;
    snprintf(more, sizeof more, "epochs=1 width=3 init_from=%s", path);
    r = recipe_of(more);
    wide = trained(&r, (FitOptions){.folder = folder});
    assert_true(wide.loaded == 1 && wide.skipped > 20);
    fit_result_free(&wide);
    free(path);
    folder_remove(folder);
    folder_remove(first);
}

static void another_model_and_a_run_that_is_there_are_refused(void **state)
{
    Recipe r = recipe_of("");
    char *folder = trained_folder("epochs=1");
    FitResult result;
    Err e = {0};

    (void)state;
    assert_int_not_equal(lines_fit(&r, data, &(FitOptions){.folder = folder}, &result, &e), 0);
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_int_equal(recipe_set(&r, "width", "0", NULL) || recipe_set(&r, "model", "lenet", NULL),
                     0);
    assert_int_equal(lines_fit(&r, data, &(FitOptions){.folder = folder}, &result, &e),
                     -ERR_ARGUMENT);
    assert_string_equal(e.text, "made-up strings train the model line, not lenet");
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_learns_and_leaves_its_model_and_log),
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(a_run_that_was_stopped_goes_on_to_the_same_bytes),
        cmocka_unit_test(a_run_begins_with_the_weights_that_it_is_given),
        cmocka_unit_test(of_another_net_a_run_takes_what_fits),
        cmocka_unit_test(another_model_and_a_run_that_is_there_are_refused),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
