/* A run that is interrupted, in every way, ends with the bytes of one that was not. */
#include "made_up.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "train/checkpoint.h"
#include "zoo/zoo.h"

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

/* Everything at once: an optimiser with a memory, averaged weights, a plateau, augmentation. */
static Recipe recipe_with_all(void)
{
    return made_up_recipe("epochs=3 optimizer=nadam average=0.95 augment=mild schedule=plateau "
                          "patience=1 factor=0.5 checkpoint_steps=2 save_every=1 keep=2");
}

static void assert_same_run(const char *a, const char *b)
{
    char *x = log_without_times(a), *y = log_without_times(b);

    assert_same_file(a, b, "model.safetensors");
    assert_same_file(a, b, "epochs/epoch-0000002.safetensors");
    assert_same_file(a, b, "epochs/epoch-0000003.safetensors");
    assert_same_file(a, b, "config.json");
    assert_string_equal(x, y);
    free(x);
    free(y);
}

/* A run left the files that it promised, `most` of them, and no others. */
static void assert_no_leavings(const char *folder, size_t most)
{
    size_t count;
    char **names = file_list(folder, &count, NULL);

    assert_non_null(names);
    for (size_t i = 0; i < count; i++)
        assert_int_not_equal(names[i][0], '.');
    assert_int_equal(count, most);
    free(names);
}

static Err refused(const Recipe *recipe, const Dataset *d, const char *folder, bool resume)
{
    FitOptions options = {.folder = folder, .resume = resume};
    FitResult result;
    Err e = {0};

    assert_int_not_equal(fit(recipe, d, &options, &result, &e), 0);
    return e;
}

enum { FILES = 5, FILES_AND_EPOCHS = 6 }; /* config, model, log, events, checkpoint; epochs */

/* ---- stopped by the watch ---- */

static bool stop_at(void *context, const FitProgress *p)
{
    long *calls = context;

    (void)p;
    return --*calls > 0;
}

static void a_run_stopped_at_any_step_goes_on_to_the_same_bytes(void **state)
{
    Recipe r = recipe_with_all();
    char *whole = fitted_folder(&r, data);
    long most = 3 * (MADE_UP_STEPS + 1);

    (void)state;
    for (long at = 1; at <= most; at += 2) {
        char *folder = folder_make();
        long calls = at;
        FitResult result =
            fitted(&r, data, (FitOptions){.folder = folder, .watch = stop_at, .context = &calls});

        assert_int_equal(result.stopped, at < most);
        fit_result_free(&result);
        result = fitted(&r, data, (FitOptions){.folder = folder, .resume = true});
        assert_false(result.stopped);
        assert_int_equal(result.log.count, 3);
        fit_result_free(&result);
        assert_same_run(whole, folder);
        folder_remove(folder);
    }
    folder_remove(whole);
}

/* With batch norm, whose running statistics are averaged too, and without. */
static void two_epochs_are_one_epoch_and_one_more(void **state)
{
    static const char *const settings[] = {"average=0.9",
                                           "average=0.9 model=digits width=2 lr=0.02"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        Recipe two = made_up_recipe(settings[i]), one = two;
        one.epochs = 1;
        char *whole = fitted_folder(&two, data), *folder = fitted_folder(&one, data);
        char *x = log_without_times(whole), *y;

        two.threads = 2; /* which may change */
        FitResult result = fitted(&two, data, (FitOptions){.folder = folder, .resume = true});
        assert_int_equal(result.epochs, 2);
        fit_result_free(&result);
        assert_same_file(whole, folder, "model.safetensors");
        y = log_without_times(folder);
        assert_string_equal(x, y);
        free(x);
        free(y);
        folder_remove(whole);
        folder_remove(folder);
    }
}

static void in_bf16_the_same_holds_for_any_number_of_threads(void **state)
{
    Recipe r = made_up_recipe("precision=bf16"), f32 = made_up_recipe("precision=f32");
    char *whole = fitted_folder(&r, data), *other = fitted_folder(&f32, data);
    Bytes a = bytes_of(whole, "model.safetensors"), b = bytes_of(other, "model.safetensors");

    (void)state;
    assert_true(a.size && b.size && (a.size != b.size || memcmp(a.bytes, b.bytes, a.size)));
    for (int threads = 2; threads <= 3; threads++) {
        char *folder = folder_make();
        long calls = 2 * threads;

        r.threads = threads;
        FitResult result =
            fitted(&r, data, (FitOptions){.folder = folder, .watch = stop_at, .context = &calls});
        assert_true(result.stopped);
        fit_result_free(&result);
        result = fitted(&r, data, (FitOptions){.folder = folder, .resume = true});
        fit_result_free(&result);
        assert_same_file(whole, folder, "model.safetensors");
        folder_remove(folder);
    }
    assert_non_null(strstr(refused(&f32, data, whole, true).text, "another precision"));
    free(a.bytes);
    free(b.bytes);
    folder_remove(whole);
    folder_remove(other);
}

/* ---- killed ---- */

static bool die_at(void *context, const FitProgress *p)
{
    long *calls = context;

    (void)p;
    if (--*calls == 0)
        raise(SIGKILL);
    return true;
}

/* Trains in another process, which may be killed; true if it came to its end. */
static bool train_apart(const Recipe *r, const char *folder, long die_after, long live_ns)
{
    struct timespec rest = {live_ns / 1000000000, live_ns % 1000000000};
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        char *config = file_join(folder, "config.json");
        FitOptions options = {.folder = folder,
                              .resume = file_exists(config),
                              .watch = die_after ? die_at : NULL,
                              .context = &die_after};
        FitResult result;

        _exit(fit(r, data, &options, &result, NULL) ? 1 : 0);
    }
    if (live_ns) {
        nanosleep(&rest, NULL);
        kill(child, SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFEXITED(status);
}

static void a_run_killed_after_each_step_goes_on_to_the_same_bytes(void **state)
{
    Recipe r = recipe_with_all();
    char *whole = fitted_folder(&r, data);

    (void)state;
    for (long at = 2; at <= 3 * (MADE_UP_STEPS + 1); at += 2) {
        char *folder = folder_make();

        assert_false(train_apart(&r, folder, at, 0));
        assert_true(train_apart(&r, folder, 0, 0));
        assert_same_run(whole, folder);
        assert_no_leavings(folder, FILES_AND_EPOCHS);
        folder_remove(folder);
    }
    folder_remove(whole);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A checkpoint after each step, so that the moments fall into the writing of files as well. */
static void a_run_killed_again_and_again_at_random_moments_ends_with_the_same_bytes(void **state)
{
    Recipe r = recipe_with_all();
    Rng random = rng_stream((uint64_t)time(NULL), RNG_TEST, (uint64_t)getpid());
    double begun, run_s;
    int kills = 0;
    char *whole;

    (void)state;
    assert_int_equal(recipe_set(&r, "checkpoint_steps", "1", NULL), 0);
    begun = now();
    whole = fitted_folder(&r, data);
    run_s = now() - begun;
    for (int round = 0; round < 6 && now() - begun < 10; round++) {
        char *folder = folder_make();
        double most = run_s;

        while (!train_apart(&r, folder, 0, (long)(1e9 * most * rng_uniform(&random)) + 1)) {
            kills++;
            most *= 1.1; /* it ends, on a busy machine too */
        }
        assert_same_run(whole, folder);
        assert_no_leavings(folder, FILES_AND_EPOCHS);
        folder_remove(folder);
    }
    print_message("# killed %d times\n", kills);
    folder_remove(whole);
}

static void files_that_a_killed_writer_left_are_removed(void **state)
{
    Recipe r = made_up_recipe("epochs=1");
    char *folder = fitted_folder(&r, data);
    char *a = file_join(folder, ".scrawl-0123456789abcdef");
    char *b = file_join(folder, "checkpoint/.scrawl-0123456789abcdef");
    FitResult result;

    (void)state;
    assert_int_equal(file_write(a, "x", 1, NULL), 0);
    assert_int_equal(file_write(b, "x", 1, NULL), 0);
    result = fitted(&r, data, (FitOptions){.folder = folder, .resume = true});
    assert_int_equal(result.log.count, 1);
    assert_false(file_exists(a) || file_exists(b));
    fit_result_free(&result);
    free(a);
    free(b);
    folder_remove(folder);
}

/* ---- a full disk ---- */

/* A file may grow to so many bytes in the child; more is refused as on a full disk. */
static int fit_with_little_disk(const Recipe *r, const char *folder, rlim_t most)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {most, most};
        FitResult result;
        Err e = {0};

        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        fit(r, data, &(FitOptions){.folder = folder, .resume = true}, &result, &e);
        _exit(e.code);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_full_disk_ends_the_run_and_leaves_what_was_whole(void **state)
{
    Recipe r = made_up_recipe("epochs=1"), more = made_up_recipe("epochs=3");
    char *folder = fitted_folder(&r, data), *whole = fitted_folder(&more, data);
    FitResult result;

    (void)state;
    assert_int_equal(fit_with_little_disk(&more, folder, 300 << 10), ERR_IO); /* the checkpoint */
    assert_int_equal(fit_with_little_disk(&more, folder, 20 << 10), ERR_IO);  /* the model too */
    assert_no_leavings(folder, FILES);
    result = fitted(&more, data, (FitOptions){.folder = folder, .resume = true});
    fit_result_free(&result);
    assert_same_file(whole, folder, "model.safetensors");
    folder_remove(folder);
    folder_remove(whole);
}

/* ---- what cannot go on ---- */

static void a_run_goes_on_only_with_what_it_began_with(void **state)
{
    Recipe r = made_up_recipe("epochs=1");
    Recipe batch = made_up_recipe("batch=16"), seed = made_up_recipe("seed=2");
    Dataset *other = made_up_data(MADE_UP_COUNT, 2);
    char *folder = fitted_folder(&r, data), *empty = folder_make();
    Err e;

    (void)state;
    e = refused(&batch, data, folder, true);
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "the run cannot go on with another batch"));
    e = refused(&seed, data, folder, true);
    assert_non_null(strstr(e.text, "the run cannot go on with another seed"));
    e = refused(&r, other, folder, true);
    assert_non_null(strstr(e.text, "the run was trained on other pictures"));
    e = refused(&r, data, folder, false);
    assert_non_null(strstr(e.text, "there is a run in this folder already"));
    e = refused(&r, data, empty, true);
    assert_non_null(strstr(e.text, "there is no run in this folder"));
    dataset_free(other);
    folder_remove(folder);
    folder_remove(empty);
}

/* ---- a damaged checkpoint ---- */

typedef struct Parts {
    Net *net;
    Optim *optim;
    RunState state;
    Recipe recipe;
} Parts;

static Parts parts_new(void)
{
    Parts p = {.recipe = made_up_recipe("width=4 model=digits classes=10")};

    p.net = zoo_net("digits", &(ZooOptions){.width = 4, .classes = 10}, NULL);
    assert_non_null(p.net);
    p.optim = optim_new(p.net, &p.recipe.optim, NULL);
    assert_non_null(p.optim);
    return p;
}

static void parts_free(Parts *p)
{
    optim_free(p->optim);
    net_free(p->net);
    run_state_free(&p->state);
}

static int load(Parts *p, const char *path, Err *e)
{
    return checkpoint_load(path, p->net, p->optim, &p->state, &p->recipe, e);
}

/* Weights and numbers of no meaning, but each its own. */
static void fill(Parts *p)
{
    for (size_t i = 0; i < net_block_size(p->net); i++)
        net_block(p->net)[i] = (float)i;
    for (size_t i = 0; i < net_state_size(p->net); i++)
        net_state(p->net)[i] = (float)i + 0.5f;
    for (size_t i = 0; i < optim_state_size(p->optim); i++)
        optim_state(p->optim)[i] = -(float)i;
    optim_set_steps(p->optim, 77);
    p->state = (RunState){.epoch = 3,
                          .epoch_step = 4,
                          .step = 5,
                          .exec_step = 6,
                          .loss_sum = 0.1,
                          .right = 7,
                          .seen = 8,
                          .seconds = 1.5,
                          .schedule = {.seen = true, .best = 0.3, .bad = 2, .cuts = 1},
                          .best_epoch = 2,
                          .data_hash = UINT64_MAX,
                          .events_time = 9};
    assert_int_equal(train_log_add(&p->state.log, (LogRow){.epoch = 1, .loss = 0.7}, NULL), 0);
}

static void a_checkpoint_gives_everything_back(void **state)
{
    Parts a = parts_new(), b = parts_new();
    char *folder = folder_make(), *path = file_join(folder, "state.safetensors");
    RunState x, y;

    (void)state;
    fill(&a);
    assert_int_equal(checkpoint_save(path, a.net, a.optim, &a.state, &a.recipe, NULL), 0);
    assert_int_equal(load(&b, path, NULL), 0);
    assert_memory_equal(net_block(a.net), net_block(b.net), net_block_size(a.net) * 4);
    assert_memory_equal(net_state(a.net), net_state(b.net), net_state_size(a.net) * 4);
    assert_memory_equal(optim_state(a.optim), optim_state(b.optim), optim_state_size(a.optim) * 4);
    assert_int_equal(optim_steps(b.optim), 77);
    assert_int_equal(b.state.log.count, 1);
    assert_memory_equal(a.state.log.rows, b.state.log.rows, sizeof(LogRow));
    x = a.state;
    y = b.state;
    x.log = y.log = (TrainLog){0};
    assert_int_equal(x.epoch, y.epoch);
    assert_int_equal(x.epoch_step, y.epoch_step);
    assert_int_equal(x.step, y.step);
    assert_int_equal(x.exec_step, y.exec_step);
    assert_true(x.loss_sum == y.loss_sum && x.seconds == y.seconds);
    assert_int_equal(x.right, y.right);
    assert_int_equal(x.seen, y.seen);
    assert_memory_equal(&x.schedule.best, &y.schedule.best, sizeof(double));
    assert_true(y.schedule.seen && y.schedule.bad == 2 && y.schedule.cuts == 1);
    assert_int_equal(x.best_epoch, y.best_epoch);
    assert_true(x.data_hash == y.data_hash && x.events_time == y.events_time);
    free(path);
    parts_free(&a);
    parts_free(&b);
    folder_remove(folder);
}

static void a_damaged_checkpoint_is_refused_and_changes_nothing(void **state)
{
    Parts a = parts_new(), b = parts_new();
    char *folder = folder_make(), *path = file_join(folder, "state.safetensors");
    float *before;
    Bytes whole;

    (void)state;
    fill(&a);
    assert_int_equal(checkpoint_save(path, a.net, a.optim, &a.state, &a.recipe, NULL), 0);
    whole = bytes_of(folder, "state.safetensors");
    before = malloc(net_block_size(b.net) * sizeof *before);
    memcpy(before, net_block(b.net), net_block_size(b.net) * sizeof *before);
    for (size_t n = 0; n < whole.size; n += n < 6000 ? 61 : 4999) { /* cut short */
        Err e = {0};

        assert_int_equal(file_write(path, whole.bytes, n, NULL), 0);
        assert_int_not_equal(load(&b, path, &e), 0);
        assert_true(e.code == ERR_FORMAT || e.code == ERR_LIMIT);
    }
    for (size_t at = 8; at < 6000 && at < whole.size; at += 7) { /* a letter of the header */
        Err e = {0};

        whole.bytes[at] ^= 0x15;
        assert_int_equal(file_write(path, whole.bytes, whole.size, NULL), 0);
        if (load(&b, path, &e) == 0) /* some letters are in texts that nobody needs */
            memcpy(net_block(b.net), before, net_block_size(b.net) * sizeof *before);
        whole.bytes[at] ^= 0x15;
    }
    assert_memory_equal(net_block(b.net), before, net_block_size(b.net) * sizeof *before);
    free(before);
    free(whole.bytes);
    free(path);
    parts_free(&a);
    parts_free(&b);
    folder_remove(folder);
}

static void a_checkpoint_of_another_net_or_with_numbers_that_make_no_sense_is_refused(void **state)
{
    Parts a = parts_new(), b = parts_new();
    char *folder = folder_make(), *path = file_join(folder, "state.safetensors");
    Err e = {0};

    (void)state;
    fill(&a);
    net_block(a.net)[3] = 1.0f / 0.0f;
    assert_int_equal(checkpoint_save(path, a.net, a.optim, &a.state, &a.recipe, NULL), 0);
    assert_int_equal(load(&b, path, &e), -ERR_NUMERIC);
    net_block(a.net)[3] = 0;
    a.state.epoch = -1;
    assert_int_equal(checkpoint_save(path, a.net, a.optim, &a.state, &a.recipe, NULL), 0);
    assert_int_equal(load(&b, path, &e), -ERR_FORMAT);
    assert_non_null(strstr(e.text, "'epoch' makes no sense"));
    a.state.epoch = 0;
    a.state.loss_sum = 0.0 / 0.0;
    assert_int_equal(checkpoint_save(path, a.net, a.optim, &a.state, &a.recipe, NULL), 0);
    assert_int_equal(load(&b, path, &e), -ERR_FORMAT);
    a.state.loss_sum = 0;
    assert_int_equal(checkpoint_save(path, a.net, a.optim, &a.state, &a.recipe, NULL), 0);
    assert_int_equal(load(&b, path, &e), 0);
    optim_free(b.optim);
    b.optim = optim_new(b.net, &(OptimOptions){.kind = OPTIM_SGD}, NULL);
    assert_int_equal(load(&b, path, &e), -ERR_FORMAT);
    assert_non_null(strstr(e.text, "'optim' is F32 of shape"));
    free(path);
    parts_free(&a);
    parts_free(&b);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_stopped_at_any_step_goes_on_to_the_same_bytes),
        cmocka_unit_test(two_epochs_are_one_epoch_and_one_more),
        cmocka_unit_test(in_bf16_the_same_holds_for_any_number_of_threads),
        cmocka_unit_test(a_run_killed_after_each_step_goes_on_to_the_same_bytes),
        cmocka_unit_test(a_run_killed_again_and_again_at_random_moments_ends_with_the_same_bytes),
        cmocka_unit_test(files_that_a_killed_writer_left_are_removed),
        cmocka_unit_test(a_full_disk_ends_the_run_and_leaves_what_was_whole),
        cmocka_unit_test(a_run_goes_on_only_with_what_it_began_with),
        cmocka_unit_test(a_checkpoint_gives_everything_back),
        cmocka_unit_test(a_damaged_checkpoint_is_refused_and_changes_nothing),
        cmocka_unit_test(a_checkpoint_of_another_net_or_with_numbers_that_make_no_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
