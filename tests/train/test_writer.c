/* Training the writer, in little: 80 made-up pictures, two epochs of them and then one of the flow. */
#include "made_up.h"

#include <math.h>

#include "model/model.h"
#include "read/generator.h"
#include "train/writer.h"

static Dataset *data;

static int make_data(void **state)
{
    (void)state;
    data = made_up_data(80, 1);
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

    if (recipe_preset(&r, "writer", "default", &e) ||
        recipe_apply(&r, "width=4 epochs=3 batch=16 validation=0.25 warmup_steps=2 threads=1",
                     &e) ||
        recipe_apply(&r, more, &e))
        fail_msg("%s", e.text);
    return r;
}

static FitResult trained(const Recipe *r, FitOptions options)
{
    FitResult result;
    Err e = {0};

    if (writer_fit(r, data, &options, &result, &e))
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

static bool is_in(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    bool there = file_exists(path);

    free(path);
    return there;
}

static void a_run_learns_and_leaves_a_model_that_writes_and_its_sheets(void **state)
{
    Recipe r = recipe_of("epochs=12 width=16 lr=0.01");
    char *folder = folder_make(), *path = file_join(folder, "model.safetensors");
    FitResult result = trained(&r, (FitOptions){.folder = folder});
    Model *m = model_open(path, NULL);
    Generator *g = m ? generator_new(m, NULL, NULL) : NULL;

    (void)state;
    assert_int_equal(result.epochs, 12);
    assert_int_equal(result.trained, 60);
    assert_int_equal(result.best.count, WRITER_LOOKS);
    assert_int_equal(result.log.count, 12);
    assert_int_equal(result.log.rows[8].step, 36);          /* 9 epochs of 4 batches of pictures */
    assert_int_equal(result.log.rows[9].step, 36 + 10 * 1); /* 10 rounds of 1 batch of the flow */
    assert_true(result.log.rows[8].loss < 0.7 * result.log.rows[0].loss);
    assert_true(result.log.rows[8].validation_loss < result.log.rows[0].validation_loss);
    assert_true(result.log.rows[11].loss < result.log.rows[9].loss);
    assert_non_null(g);
    assert_string_equal(m->name, "writer");
    assert_non_null(strstr(m->record, "\"steps\":66"));
    assert_true(is_in(folder, "samples/epoch-0000001.png"));
    assert_true(is_in(folder, "samples/epoch-0000012.png"));
    assert_true(is_in(folder, "samples.gif"));
    generator_free(g);
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
    assert_same_file(one, three, "samples.gif");
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
    /* within the pictures; at their end, before the flow; within the flow; never */
    const int stops[] = {2, 8, 5, 1000};

    (void)state;
    for (int i = 0; i < 4; i++) {
        int calls = stops[i];
        FitResult result = trained(
            &r,
            (FitOptions){.folder = folder, .resume = i > 0, .watch = stop_at, .context = &calls});

        assert_int_equal(result.stopped, i < 3);
        fit_result_free(&result);
    }
    x = log_without_times(whole);
    y = log_without_times(folder);
    assert_same_file(whole, folder, "model.safetensors");
    assert_same_file(whole, folder, "samples.gif");
    assert_string_equal(x, y);
    free(x);
    free(y);
    folder_remove(whole);
    folder_remove(folder);
}

static void a_loss_that_is_no_number_ends_the_run_and_leaves_what_there_was(void **state)
{
    Recipe r = recipe_of("warmup_steps=0");
    char *folder = folder_make();
    int calls = 5; /* the first epoch and its validation */
    FitResult result =
        trained(&r, (FitOptions){.folder = folder, .watch = stop_at, .context = &calls});
    Bytes before = bytes_of(folder, "checkpoint/state.safetensors"), after;
    Err e = {0};

    (void)state;
    fit_result_free(&result);
    r.schedule.rate = 1e30f;
    assert_int_equal(
        writer_fit(&r, data, &(FitOptions){.folder = folder, .resume = true}, &result, &e),
        -ERR_NUMERIC);
    assert_non_null(strstr(e.text, "is not a finite number"));
    after = bytes_of(folder, "checkpoint/state.safetensors");
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.bytes, after.bytes, before.size);
    assert_true(is_in(folder, "model.safetensors"));
    free(before.bytes);
    free(after.bytes);
    folder_remove(folder);
}

static void what_the_writer_cannot_be_trained_with_is_refused(void **state)
{
    static const struct {
        const char *settings, *sentence;
    } cases[] = {
        {"augment=mild", "augment: the writer knows no such setting"},
        {"loss=mse-class", "loss: the writer knows no such setting"},
        {"early_stop=3", "early_stop: the writer knows no such setting"},
        {"epochs=1", "epochs: the writer takes at least 2, not 1"},
        {"model=lenet width=0", "lenet is no writer"},
    };
    Dataset *few = dataset_new(20, 28, 28, 10, NULL), *large = dataset_new(20, 32, 32, 10, NULL);
    Recipe r = recipe_of("");
    FitResult result;
    Err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Recipe wrong = recipe_of(cases[i].settings);

        e = (Err){0};
        assert_int_equal(writer_fit(&wrong, data, &(FitOptions){.folder = "none"}, &result, &e),
                         -ERR_ARGUMENT);
        assert_string_equal(e.text, cases[i].sentence);
    }
    assert_int_equal(writer_fit(&r, few, &(FitOptions){.folder = "none"}, &result, &e),
                     -ERR_ARGUMENT);
    assert_string_equal(e.text, "the data has no picture of a 1");
    assert_int_equal(writer_fit(&r, large, &(FitOptions){.folder = "none"}, &result, &e),
                     -ERR_ARGUMENT);
    assert_string_equal(e.text, "the writer learns from pictures of 28x28, these are 32x32");
    assert_false(file_exists("none"));
    dataset_free(few);
    dataset_free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_learns_and_leaves_a_model_that_writes_and_its_sheets),
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(a_run_that_was_stopped_goes_on_to_the_same_bytes),
        cmocka_unit_test(a_loss_that_is_no_number_ends_the_run_and_leaves_what_there_was),
        cmocka_unit_test(what_the_writer_cannot_be_trained_with_is_refused),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
