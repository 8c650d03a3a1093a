/* The training loop on a small made-up set. */
#include "made_up.h"

#include <math.h>

#include "data/split.h"
#include "model/model.h"
#include "model/safetensors.h"
#include "train/run_folder.h"

static Dataset *data;

static int make_data(void **state)
{
    (void)state;
    data = made_up_data(MADE_UP_COUNT, 1);
    return 0;
}

static int free_data(void **state)
{
    (void)state;
    dataset_free(data);
    return 0;
}

/* The sentence with which a training is refused. */
static Err refused(const Recipe *recipe, const Dataset *d, FitOptions options)
{
    FitResult result;
    Err e = {0};

    assert_int_not_equal(fit(recipe, d, &options, &result, &e), 0);
    return e;
}

/* A block of numbers in the last checkpoint. */
static float *checkpoint_block(const char *folder, const char *name, size_t *count)
{
    char *path = file_join(folder, "checkpoint/state.safetensors");
    SafeFile *f = safe_open(path, NULL);
    float *block;

    assert_non_null(f);
    *count = safe_numbers(safe_find(f, name));
    block = malloc(*count * sizeof *block);
    assert_true(block && safe_floats(safe_find(f, name), block));
    safe_free(f);
    free(path);
    return block;
}

static bool same_weights(const char *a, const char *b)
{
    size_t n, m;
    float *x = checkpoint_block(a, "params", &n), *y = checkpoint_block(b, "params", &m);
    bool same = n == m && !memcmp(x, y, n * sizeof *x);

    free(x);
    free(y);
    return same;
}

static void a_run_learns_and_leaves_its_files(void **state)
{
    Recipe r = made_up_recipe("epochs=6");
    char *folder = folder_make(), *path = file_join(folder, "model.safetensors"), *log;
    FitResult result = fitted(&r, data, (FitOptions){.folder = folder});
    RunFolder *run = run_folder_new(folder, NULL);
    Model *m = model_open(path, NULL);
    Recipe back;

    (void)state;
    assert_int_equal(result.epochs, 6);
    assert_int_equal(result.trained, 180);
    assert_int_equal(result.best.count, 60);
    assert_true(result.best.right >= 58);
    assert_int_equal(result.log.count, 6);
    assert_true(result.log.rows[5].loss < result.log.rows[0].loss);
    assert_int_equal(result.log.rows[5].step, 6 * MADE_UP_STEPS);
    assert_int_equal(run_folder_recipe(run, &back, NULL), 0);
    assert_memory_equal(&back, &r, sizeof r);
    assert_non_null(m);
    assert_string_equal(m->name, "lenet");
    assert_int_equal(m->class_count, 10);
    assert_non_null(strstr(m->record, "\"validation\""));
    assert_null(strstr(m->record, "threads"));
    log = log_without_times(folder);
    assert_int_equal(strncmp(log, "epoch,step,lr,loss,accuracy,validation_loss,", 44), 0);
    free(log);
    free(path);
    model_free(m);
    run_folder_free(run);
    fit_result_free(&result);
    folder_remove(folder);
}

static void every_number_of_threads_gives_the_same_bytes(void **state)
{
    static const char *const runs[] = {
        "average=0.9 augment=strong schedule=one-cycle smoothing=0.1",
        "optimizer=sgd lr=0.1 loss=mse-class",
        "model=digits width=4 batch=48 optimizer=nesterov lr=0.02 epochs=1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        Recipe r = made_up_recipe(runs[i]);
        char *one = fitted_folder(&r, data), *log = log_without_times(one);

        for (r.threads = 2; r.threads <= 4; r.threads += 2) {
            char *other = fitted_folder(&r, data), *other_log = log_without_times(other);

            assert_same_file(one, other, "model.safetensors");
            assert_true(same_weights(one, other));
            assert_string_equal(log, other_log);
            free(other_log);
            folder_remove(other);
        }
        free(log);
        folder_remove(one);
    }
}

static void every_number_of_threads_gives_the_same_bytes_on_mnist(void **state)
{
    const char *root = getenv("SCRAWL_DATA");
    char *path = file_join(root ? root : "../shared/data", "mnist"), *one;
    Dataset *mnist = dataset_open(path, &(DatasetOptions){.part = PART_TEST}, NULL);
    Recipe r = made_up_recipe("epochs=1 batch=100");

    (void)state;
    free(path);
    if (!mnist) {
        print_message("# there is no MNIST in $SCRAWL_DATA\n");
        skip();
    }
    mnist->count = 3000; /* enough, and quick under a sanitizer too */
    one = fitted_folder(&r, mnist);
    for (r.threads = 2; r.threads <= 4; r.threads += 2) {
        char *other = fitted_folder(&r, mnist);

        assert_same_file(one, other, "model.safetensors");
        folder_remove(other);
    }
    folder_remove(one);
    dataset_free(mnist);
}

static void another_seed_gives_another_model(void **state)
{
    Recipe r = made_up_recipe("epochs=1"), other = made_up_recipe("epochs=1 seed=2");
    char *a = fitted_folder(&r, data), *b = fitted_folder(&other, data);

    (void)state;
    assert_false(same_weights(a, b));
    folder_remove(a);
    folder_remove(b);
}

static void squared_error_on_the_softmax_learns_too(void **state)
{
    Recipe r = made_up_recipe("loss=mse-class optimizer=momentum lr=0.3 epochs=10");
    char *folder = folder_make(), *path = file_join(folder, "model.safetensors");
    FitResult result = fitted(&r, data, (FitOptions){.folder = folder});
    Model *m = model_open(path, NULL);

    (void)state;
    assert_true(result.best.right >= 55);
    assert_true(result.log.rows[0].loss < 0.1); /* at most 0.2 for a mean over ten classes */
    assert_int_equal(net_output_count(m->net), 1);
    assert_string_equal(net_output_name(m->net, 0), "logits");
    model_free(m);
    free(path);
    fit_result_free(&result);
    folder_remove(folder);
}

/* A copy of the data in which one picture is another. */
static Dataset *with_another_picture(uint32_t index)
{
    Dataset *d = made_up_data(MADE_UP_COUNT, 1);

    memset(d->pixels + (size_t)index * 784, 77, 784);
    return d;
}

static void validation_pictures_are_never_trained_on(void **state)
{
    Recipe r = made_up_recipe("");
    char *plain = fitted_folder(&r, data), *seen, *kept_back;
    Split split;
    Dataset *d;

    (void)state;
    assert_int_equal(dataset_split(data, r.validation, r.seed, &split, NULL), 0);
    d = with_another_picture(split.validation[0]);
    kept_back = fitted_folder(&r, d);
    dataset_free(d);
    d = with_another_picture(split.train[0]);
    seen = fitted_folder(&r, d);
    dataset_free(d);
    assert_true(same_weights(plain, kept_back));
    assert_false(same_weights(plain, seen));
    split_free(&split);
    folder_remove(plain);
    folder_remove(seen);
    folder_remove(kept_back);
}

static void without_a_validation_share_the_latest_model_is_kept(void **state)
{
    Recipe r = made_up_recipe("validation=0");
    char *folder = folder_make(), *log;
    FitResult result = fitted(&r, data, (FitOptions){.folder = folder});

    (void)state;
    assert_int_equal(result.best.count, 0);
    assert_int_equal(result.best_epoch, 2);
    assert_int_equal(result.trained, MADE_UP_COUNT);
    log = log_without_times(folder);
    assert_non_null(strstr(log, ",,")); /* nothing was measured */
    assert_null(strstr(log, "nan"));
    free(log);
    fit_result_free(&result);
    folder_remove(folder);
}

static void averaged_weights_are_what_is_validated_and_saved(void **state)
{
    Recipe r = made_up_recipe("average=0.99 epochs=1");
    char *folder = fitted_folder(&r, data), *path = file_join(folder, "model.safetensors");
    Model *m = model_open(path, NULL);
    size_t params, n;
    float *weights = checkpoint_block(folder, "params", &params);
    float *optim = checkpoint_block(folder, "optim", &n);

    (void)state;
    assert_int_equal(params, net_block_size(m->net));
    assert_memory_equal(net_block(m->net), optim + n - params - net_state_size(m->net),
                        params * sizeof(float));
    assert_memory_not_equal(net_block(m->net), weights, params * sizeof(float));
    free(weights);
    free(optim);
    free(path);
    model_free(m);
    folder_remove(folder);
}

static void every_nth_model_is_saved_and_the_last_k_are_kept(void **state)
{
    Recipe r = made_up_recipe("epochs=9 save_every=2 keep=3");
    char *folder = fitted_folder(&r, data), *path = file_join(folder, "epochs"), **names, *file;
    size_t count;
    Model *m;

    (void)state;
    names = file_list(path, &count, NULL);
    assert_non_null(names);
    assert_int_equal(count, 3);
    assert_string_equal(names[0], "epoch-0000004.safetensors");
    assert_string_equal(names[1], "epoch-0000006.safetensors");
    assert_string_equal(names[2], "epoch-0000008.safetensors");
    file = file_join(path, names[2]);
    m = model_open(file, NULL);
    assert_non_null(m);
    assert_non_null(strstr(m->record, "\"epoch\":8"));
    model_free(m);
    free(file);
    free(names);
    free(path);
    folder_remove(folder);
}

static void early_stopping_ends_a_run_that_no_longer_gets_better(void **state)
{
    Recipe r = made_up_recipe("epochs=40 early_stop=3 lr=0.02");
    char *folder = folder_make();
    FitResult result = fitted(&r, data, (FitOptions){.folder = folder});
    double lowest = INFINITY;
    size_t at = 0;

    (void)state;
    assert_true(result.stopped_early && !result.stopped);
    assert_true(result.epochs < 40);
    for (size_t i = 0; i < result.log.count; i++)
        if (result.log.rows[i].validation_loss < lowest) {
            lowest = result.log.rows[i].validation_loss;
            at = i;
        }
    assert_int_equal(result.log.count, at + 4);
    fit_result_free(&result);

    result = fitted(&r, data, (FitOptions){.folder = folder, .resume = true}); /* it stays ended */
    assert_int_equal(result.log.count, at + 4);
    fit_result_free(&result);
    folder_remove(folder);
}

static void a_plateau_cuts_the_rate(void **state)
{
    Recipe r = made_up_recipe("epochs=30 lr=0.02 schedule=plateau patience=2 factor=0.5");
    char *folder = folder_make();
    FitResult result = fitted(&r, data, (FitOptions){.folder = folder});

    (void)state;
    assert_true(result.log.rows[0].lr == 0.02f);
    assert_true(result.log.rows[29].lr < 0.011);
    fit_result_free(&result);
    folder_remove(folder);
}

static void weights_of_another_model_start_what_they_fit(void **state)
{
    Recipe r = made_up_recipe("epochs=1"), next = made_up_recipe("epochs=1 classes=12 lr=1e-9");
    char *first = fitted_folder(&r, data), *second = folder_make();
    char *from = file_join(first, "model.safetensors"),
         *to = file_join(second, "model.safetensors");
    FitResult result;
    Model *a, *b;

    (void)state;
    assert_int_equal(recipe_set(&next, "init_from", from, NULL), 0);
    result = fitted(&next, data, (FitOptions){.folder = second});
    assert_int_equal(result.loaded, 8);
    assert_int_equal(result.skipped, 2);
    a = model_open(from, NULL);
    b = model_open(to, NULL);
    assert_true(a && b && b->class_count == 12 && !strcmp(b->classes[11], "11"));
    const Param *p = net_param_find(a->net, "conv2.weight");
    for (size_t i = 0; i < (size_t)p->rows * (size_t)p->pitch; i++)
        assert_float_equal(net_block(a->net)[p->offset + i], net_block(b->net)[p->offset + i],
                           1e-5);
    model_free(a);
    model_free(b);
    fit_result_free(&result);
    free(from);
    free(to);
    folder_remove(first);
    folder_remove(second);
}

static void weights_that_fit_nothing_are_refused(void **state)
{
    Recipe r = made_up_recipe("epochs=1"), next = made_up_recipe("model=digits width=4 classes=11");
    char *first = fitted_folder(&r, data), *second = folder_make();
    char *from = file_join(first, "model.safetensors"), *config = file_join(second, "config.json");
    Err e;

    (void)state;
    assert_int_equal(recipe_set(&next, "init_from", from, NULL), 0);
    e = refused(&next, data, (FitOptions){.folder = second});
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "nothing in it fits digits"));
    assert_false(file_exists(config));
    free(from);
    free(config);
    folder_remove(first);
    folder_remove(second);
}

static void a_loss_that_is_no_number_stops_the_run_and_leaves_the_checkpoint(void **state)
{
    Recipe r = made_up_recipe("epochs=1 optimizer=sgd lr=0.01"), wild = r;
    char *folder = fitted_folder(&r, data);
    Bytes before = bytes_of(folder, "checkpoint/state.safetensors"), after;
    Err e;

    (void)state;
    assert_int_equal(recipe_apply(&wild, "epochs=9 lr=1000 weight_decay=10", NULL), 0);
    e = refused(&wild, data, (FitOptions){.folder = folder, .resume = true});
    assert_int_equal(e.code, ERR_NUMERIC);
    assert_non_null(strstr(e.text, "epoch 2, step "));
    assert_non_null(strstr(e.text, "learning rate of 1000"));
    after = bytes_of(folder, "checkpoint/state.safetensors");
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.bytes, after.bytes, before.size);
    free(before.bytes);
    free(after.bytes);
    folder_remove(folder);
}

static void what_does_not_fit_is_said_before_anything_is_written(void **state)
{
    Dataset *wide = dataset_new(20, 28, 32, 10, NULL), *none = dataset_new(0, 28, 28, 10, NULL);
    Recipe r = made_up_recipe(""), few = made_up_recipe("classes=5");
    Dataset *strips = dataset_new(20, 32, 128, 10, NULL);
    Recipe line = made_up_recipe("model=line classes=11");
    Recipe wild = made_up_recipe("model=lennet"),
           away = made_up_recipe("init_from=/nowhere/x.safetensors");
    char *folder = folder_make(), *path = file_join(folder, "run");
    FitOptions options = {.folder = path};

    (void)state;
    assert_string_equal(refused(&few, data, options).text,
                        "classes: the data has 10, the recipe 5");
    assert_string_equal(refused(&r, wide, options).text,
                        "lenet reads pictures of (1,28,28), the data's are (1,28,32)");
    assert_string_equal(refused(&line, strips, options).text,
                        "line does not choose one class for a picture");
    if (none)
        assert_string_equal(refused(&r, none, options).text, "the data holds no labelled pictures");
    assert_int_equal(refused(&wild, data, options).code, ERR_ARGUMENT);
    assert_int_equal(refused(&away, data, options).code, ERR_IO);
    assert_false(file_exists(path));
    dataset_free(wide);
    dataset_free(strips);
    dataset_free(none);
    free(path);
    folder_remove(folder);
}

static bool count_calls(void *context, const FitProgress *p)
{
    long *calls = context;

    assert_true(p->epoch >= 1 && p->epoch <= p->epochs && p->epochs == 2);
    assert_true(p->epoch_step >= 1 && p->epoch_step <= p->epoch_steps);
    assert_int_equal(p->epoch_steps, MADE_UP_STEPS);
    assert_true(p->seconds >= 0 && p->seconds_left >= 0);
    calls[p->epoch_done]++;
    if (p->epoch_done)
        assert_int_equal(p->validation.count, 60);
    return true;
}

static void the_watch_sees_every_step_and_every_epoch(void **state)
{
    Recipe r = made_up_recipe("");
    char *folder = folder_make();
    long calls[2] = {0};
    FitResult result =
        fitted(&r, data, (FitOptions){.folder = folder, .watch = count_calls, .context = calls});

    (void)state;
    assert_int_equal(calls[0], 2 * MADE_UP_STEPS);
    assert_int_equal(calls[1], 2);
    assert_false(result.stopped);
    fit_result_free(&result);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_learns_and_leaves_its_files),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes_on_mnist),
        cmocka_unit_test(another_seed_gives_another_model),
        cmocka_unit_test(squared_error_on_the_softmax_learns_too),
        cmocka_unit_test(validation_pictures_are_never_trained_on),
        cmocka_unit_test(without_a_validation_share_the_latest_model_is_kept),
        cmocka_unit_test(averaged_weights_are_what_is_validated_and_saved),
        cmocka_unit_test(every_nth_model_is_saved_and_the_last_k_are_kept),
        cmocka_unit_test(early_stopping_ends_a_run_that_no_longer_gets_better),
        cmocka_unit_test(a_plateau_cuts_the_rate),
        cmocka_unit_test(weights_of_another_model_start_what_they_fit),
        cmocka_unit_test(weights_that_fit_nothing_are_refused),
        cmocka_unit_test(a_loss_that_is_no_number_stops_the_run_and_leaves_the_checkpoint),
        cmocka_unit_test(what_does_not_fit_is_said_before_anything_is_written),
        cmocka_unit_test(the_watch_sees_every_step_and_every_epoch),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
