/* Studies: which runs a grid makes, that nothing is trained twice, and what the table says. */
#include "made_up.h"

#include <jansson.h>
#include <math.h>
#include <sys/stat.h>

#include "train/sweep.h"

/* 60 made-up pictures as a CSV of pixels in a new folder, whose path comes back. */
static char *study_make(void)
{
    char *folder = folder_make(), *path = file_join(folder, "data.csv");
    Dataset *d = made_up_data(60, 1);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    for (size_t i = 0; i < d->count; i++) {
        fprintf(f, "%d", d->labels[i]);
        for (int k = 0; k < 784; k++)
            fprintf(f, ",%d", d->pixels[i * 784 + k]);
        fputc('\n', f);
    }
    fclose(f);
    dataset_free(d);
    free(path);
    return folder;
}

static Recipe study_recipe(const char *folder)
{
    char *data = file_join(folder, "data.csv");
    Recipe r = made_up_recipe("batch=16");

    assert_int_equal(recipe_set(&r, "data", data, NULL), 0);
    free(data);
    return r;
}

static Sweep *study(const Recipe *r, const char *const *grid, int count, int seeds)
{
    Err e = {0};
    Sweep *s = sweep_new(r, grid, count, seeds, "validation_loss", &e);

    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static void ran(Sweep *s, const char *folder, const SweepOptions *options, int expected)
{
    Err e = {0};
    int status = sweep_run(s, folder, options, &e);

    if (status != expected)
        fail_msg("%d: %s", status, e.text);
}

static void a_grid_makes_every_combination_with_every_seed(void **state)
{
    const char *grid[] = {"optimizer=adam,sgd", "lr=1e-2,0.001,1"};
    Recipe base = made_up_recipe("seed=7"), r;
    Sweep *s = study(&base, grid, 2, 2);

    (void)state;
    assert_int_equal(s->combinations, 6);
    assert_int_equal(s->run_count, 12);
    assert_string_equal(s->runs[0].name, "optimizer=adam_lr=1e-2_seed=7");
    assert_string_equal(s->runs[11].name, "optimizer=sgd_lr=1_seed=8");
    assert_string_equal(s->runs[11].group, "optimizer=sgd_lr=1");
    assert_int_equal(sweep_recipe(s, &s->runs[9], &r, NULL), 0);
    assert_int_equal(r.optim.kind, OPTIM_SGD);
    assert_true(r.schedule.rate == 0.001f && r.seed == 8 && r.epochs == base.epochs);
    for (int i = 0; i < s->run_count; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(s->runs[i].name, s->runs[k].name);
    sweep_free(s);
}

static void folders_take_any_value(void **state)
{
    const char *grid[] = {"init_from=a/b,../c d,\xC3\xA9"};
    Recipe base = made_up_recipe("");
    Sweep *s = study(&base, grid, 1, 1);

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_null(strpbrk(s->runs[i].name, "/ \xC3"));
    assert_string_not_equal(s->runs[0].name, s->runs[1].name);
    sweep_free(s);
    const char *alike[] = {"data=a,a_init_from=b", "init_from=c,b_init_from=c"};
    s = study(&base, alike, 2, 1);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(s->runs[i].name, s->runs[k].name);
    sweep_free(s);
}

static void assert_refused(const char *grid, const char *more, int seeds, const char *metric,
                           const char *word)
{
    Recipe base = made_up_recipe(more);
    Err e = {0};
    const char *grids[2] = {grid};
    char *copy = strdup(grid), *bar = strchr(copy, '|');

    if (bar) {
        *bar = 0;
        grids[0] = copy;
        grids[1] = bar + 1;
    }
    assert_null(sweep_new(&base, grids, bar ? 2 : 1, seeds, metric, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    if (!strstr(e.text, word))
        fail_msg("'%s' does not say '%s'", e.text, word);
    free(copy);
}

static void what_makes_no_study_is_said_before_anything_is_trained(void **state)
{
    (void)state;
    assert_refused("frob=1", "", 1, "loss", "frob");
    assert_refused("lr=1,x", "", 1, "loss", "x");
    assert_refused("lr=0.1,1e-1", "", 1, "loss", "same");
    assert_refused("lr=0.1|lr=0.2", "", 1, "loss", "twice");
    assert_refused("lr", "", 1, "loss", "lr");
    assert_refused("=1", "", 1, "loss", "=1");
    assert_refused("lr=", "", 1, "loss", "lr=");
    assert_refused("lr=1,", "", 1, "loss", "lr");
    assert_refused("seed=1,2", "", 2, "loss", "seed");
    assert_refused("width=3", "", 1, "loss", "width");
    assert_refused("lr=1", "", 0, "loss", "0 seeds");
    assert_refused("lr=1", "", 1, "beauty", "beauty");
    assert_refused("validation=0,0.1", "", 1, "validation_loss", "validation");
    assert_refused("lr=1", "", 20000, "loss", "20000 runs");
}

/* Ends the study in its `at`-th step. */
typedef struct Stopper {
    int at, steps;
} Stopper;

static bool stop_at(void *context, const SweepProgress *p)
{
    Stopper *s = context;

    assert_true(p->run < p->runs && p->name && p->fit);
    return ++s->steps != s->at;
}

static time_t written(const char *folder, const char *run, const char *file)
{
    struct stat st;
    char path[512];

    snprintf(path, sizeof path, "%s/%s/%s", folder, run, file);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mtim.tv_sec * 1000000000L + st.st_mtim.tv_nsec;
}

static void a_study_that_was_stopped_goes_on_and_ends_the_same(void **state)
{
    const char *grid[] = {"optimizer=adam,sgd"};
    char *folder = study_make(), *one = file_join(folder, "one"), *two = file_join(folder, "two");
    Recipe base = study_recipe(folder);
    Sweep *a = study(&base, grid, 1, 2), *b = study(&base, grid, 1, 2);
    Stopper stopper = {.at = 12}; /* 3 steps and an end, twice, make a run: in the second one */

    (void)state;
    ran(a, one, &(SweepOptions){0}, 0);
    ran(b, two, &(SweepOptions){stop_at, &stopper}, 1);
    assert_int_equal(b->runs[0].state, SWEEP_DONE);
    assert_int_equal(b->runs[1].state, SWEEP_WAITING);
    sweep_free(b);
    time_t before = written(two, "optimizer=adam_seed=1", "model.safetensors");

    b = study(&base, grid, 1, 2);
    ran(b, two, &(SweepOptions){0}, 0);
    assert_true(before == written(two, "optimizer=adam_seed=1", "model.safetensors"));
    for (int i = 0; i < a->run_count; i++) {
        char *x = file_join(one, a->runs[i].name), *y = file_join(two, b->runs[i].name);

        assert_int_equal(a->runs[i].state, SWEEP_DONE);
        assert_same_file(x, y, "model.safetensors");
        assert_true(a->runs[i].row.validation_loss == b->runs[i].row.validation_loss);
        free(x);
        free(y);
    }
    sweep_free(a);
    sweep_free(b);
    free(one);
    free(two);
    folder_remove(folder);
}

static void a_result_that_is_damaged_is_found_again(void **state)
{
    static const char *const damage[] = {"", "{", "[]", "{\"kept\":{}}",
                                         "{\"kept\":{\"loss\":\"x\"}}"};
    const char *grid[] = {"epochs=1"};
    char *folder = study_make(), *out = file_join(folder, "study"), path[512];
    Recipe base = study_recipe(folder);

    (void)state;
    for (int i = 0; i < 6; i++) {
        Sweep *s = study(&base, grid, 1, 1);

        ran(s, out, &(SweepOptions){0}, 0);
        assert_int_equal(s->runs[0].state, SWEEP_DONE);
        assert_true(s->runs[0].row.validation_loss > 0 && s->runs[0].epochs == 1);
        snprintf(path, sizeof path, "%s/%s/result.json", out, s->runs[0].name);
        if (i < 5)
            assert_int_equal(file_write(path, damage[i], strlen(damage[i]), NULL), 0);
        sweep_free(s);
    }
    free(out);
    folder_remove(folder);
}

static void a_run_that_fails_is_counted_and_the_study_goes_on(void **state)
{
    const char *grid[] = {"optimizer=sgd", "lr=1000,0.01"};
    char *folder = study_make(), *out = file_join(folder, "study"), *text;
    Recipe base = study_recipe(folder);
    Sweep *s = study(&base, grid, 2, 2);

    (void)state;
    for (int again = 0; again < 2; again++) {
        if (again) {
            sweep_free(s);
            s = study(&base, grid, 2, 2);
        }
        ran(s, out, &(SweepOptions){0}, 0);
        assert_int_equal(s->rows[0].combination, 1);
        assert_int_equal(s->rows[0].count, 2);
        assert_int_equal(s->rows[1].failed, 2);
        assert_true(isnan(s->rows[1].mean));
        text = sweep_text(s);
        assert_non_null(strstr(text, "optimizer=sgd_lr=1000_seed=1 failed: "));
        free(text);
    }
    sweep_free(s);
    free(out);
    folder_remove(folder);
}

static void another_study_is_not_mixed_in(void **state)
{
    const char *grid[] = {"optimizer=adam"};
    char *folder = study_make(), *out = file_join(folder, "study");
    Recipe base = study_recipe(folder);
    Sweep *s = study(&base, grid, 1, 1);
    Err e = {0};

    (void)state;
    ran(s, out, &(SweepOptions){0}, 0);
    sweep_free(s);
    base.epochs = 3;
    s = study(&base, grid, 1, 1);
    assert_true(sweep_run(s, out, &(SweepOptions){0}, &e) < 0);
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "epochs"));
    sweep_free(s);
    free(out);
    folder_remove(folder);
}

/* Runs with these metrics instead of trained ones. */
static Sweep *study_with(const double *values, const char *metric)
{
    const char *grid[] = {"lr=0.1,0.2", "optimizer=adam,sgd"};
    Recipe base = made_up_recipe("");
    Sweep *s = sweep_new(&base, grid, 2, 3, metric, NULL);

    assert_non_null(s);
    for (int i = 0; i < 12; i++) {
        s->runs[i].state = isnan(values[i]) ? SWEEP_FAILED : SWEEP_DONE;
        s->runs[i].why = isnan(values[i]) ? strdup("no luck") : NULL;
        s->runs[i].row.validation_loss = s->runs[i].row.validation_accuracy = values[i];
    }
    assert_int_equal(sweep_rank(s, NULL), 0);
    return s;
}

static void the_best_comes_first_with_students_interval(void **state)
{
    const double values[] = {0.8, 0.9, 0.7, 0.1, NAN, 0.3, NAN, NAN, NAN, 0.5, 0.5, 0.5};
    const int high[] = {0, 3, 1, 2}, low[] = {1, 3, 0, 2};
    Sweep *s = study_with(values, "validation_accuracy");

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(s->rows[i].combination, high[i]);
    assert_float_equal(s->rows[0].mean, 0.8, 1e-12);
    assert_float_equal(s->rows[0].interval.low, 0.8 - 4.3027 * 0.1 / sqrt(3), 1e-4);
    assert_float_equal(s->rows[0].interval.high, 1, 1e-12); /* a share */
    assert_true(s->rows[1].interval.low == 0.5 && s->rows[1].interval.high == 0.5);
    char *json = sweep_json(s, "out");
    json_t *root = json_loads(json, 0, NULL);
    assert_non_null(root);
    assert_true(
        json_is_null(json_object_get(json_array_get(json_object_get(root, "rows"), 3), "mean")));
    json_decref(root);
    free(json);
    sweep_free(s);
    s = study_with(values, "validation_loss");
    for (int i = 0; i < 4; i++)
        assert_int_equal(s->rows[i].combination, low[i]);
    sweep_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_makes_every_combination_with_every_seed),
        cmocka_unit_test(folders_take_any_value),
        cmocka_unit_test(what_makes_no_study_is_said_before_anything_is_trained),
        cmocka_unit_test(a_study_that_was_stopped_goes_on_and_ends_the_same),
        cmocka_unit_test(a_result_that_is_damaged_is_found_again),
        cmocka_unit_test(a_run_that_fails_is_counted_and_the_study_goes_on),
        cmocka_unit_test(another_study_is_not_mixed_in),
        cmocka_unit_test(the_best_comes_first_with_students_interval),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
