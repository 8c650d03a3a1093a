/* Running a study. A run is over when its result.json says so; until then train goes on with it. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "train/run_folder.h"
#include "train/sweep.h"
#include "train/train.h"

enum { RESULT_LIMIT = 64 << 10 };

/* ---- result.json ---- */

/* NAN is null. */
static json_t *row_json(const LogRow *row)
{
    double values[LOG_COLUMNS];
    json_t *object = json_object();

    memcpy(values, row, sizeof values);
    for (int i = 0; object && i < train_log_columns(row->discriminator > 0); i++)
        json_object_set_new(object, train_log_column(i),
                            isfinite(values[i]) ? json_real(values[i]) : json_null());
    return object;
}

static int write_result(const SweepRun *run, const char *path, Err *e)
{
    json_t *object = run->state == SWEEP_FAILED
                         ? json_pack("{s:s}", "failed", run->why)
                         : json_pack("{s:I, s:o}", "epochs", (json_int_t)run->epochs, "kept",
                                     row_json(&run->row));
    char *text = object ? json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
    int code = text ? file_write(path, text, strlen(text), e)
                    : err_set(e, ERR_MEMORY, "%s: no memory to write it", path);

    free(text);
    json_decref(object);
    return code;
}

/* Takes a result over; false, and the run is as before, for anything that is none: the run then goes
 * on from its checkpoint, which costs little. */
static bool read_result(SweepRun *run, const char *path)
{
    size_t size;
    char *text = file_exists(path) ? (char *)file_read(path, RESULT_LIMIT, &size, NULL) : NULL;
    json_t *object = text ? json_loadb(text, size, 0, NULL) : NULL;
    const char *failed = json_string_value(json_object_get(object, "failed"));
    const json_t *kept = json_object_get(object, "kept");
    double values[LOG_COLUMNS] = {0};
    bool good = json_is_object(kept);
    int columns = train_log_columns(json_object_get(kept, "discriminator") != NULL);

    for (int i = 0; good && i < columns; i++) {
        const json_t *value = json_object_get(kept, train_log_column(i));

        good = json_is_number(value) || json_is_null(value);
        values[i] = json_is_number(value) ? json_number_value(value) : NAN;
    }
    if (good) {
        memcpy(&run->row, values, sizeof values);
        run->epochs = (long)json_integer_value(json_object_get(object, "epochs"));
        run->state = SWEEP_DONE;
    } else if (failed && (run->why = strdup(failed))) {
        run->state = SWEEP_FAILED;
    }
    json_decref(object);
    free(text);
    return run->state != SWEEP_WAITING;
}

/* ---- a run ---- */

/* Whether what lies in the folder is this run: all but threads has to be the same. */
static int check_recipe(const RunFolder *folder, const Recipe *recipe, Err *e)
{
    Recipe there;
    int code = run_folder_recipe(folder, &there, e);

    for (int i = 0; !code && recipe_key(i); i++) {
        char *a = recipe_get(recipe, recipe_key(i)), *b = recipe_get(&there, recipe_key(i));

        if (a && b && strcmp(a, b) && strcmp(recipe_key(i), "threads"))
            code = err_set(e, ERR_ARGUMENT,
                           "%s: holds a run whose %s is '%.60s', not '%.60s'; another study wants "
                           "another folder",
                           folder->folder, recipe_key(i), b, a);
        free(a);
        free(b);
    }
    return code;
}

typedef struct Study { /* what a watch needs */
    const SweepOptions *options;
    SweepProgress progress;
    double spent;     /* seconds of the runs that were trained */
    int trained, due; /* runs that were; that are to be, this one included */
} Study;

static bool watch_fit(void *context, const FitProgress *fit)
{
    Study *study = context;
    double share = (double)((fit->epoch - 1) * fit->epoch_steps + fit->epoch_step) /
                   (double)(fit->epochs * fit->epoch_steps);
    double each = study->trained ? study->spent / study->trained
                  : share > 0    ? fit->seconds / share
                                 : 0;

    study->progress.fit = fit;
    study->progress.seconds_left = fit->seconds_left + each * (study->due - 1);
    return study->options->watch(study->options->context, &study->progress);
}

/* The row of the epoch whose weights were kept. */
static LogRow kept_row(const FitResult *result)
{
    for (size_t i = 0; i < result->log.count; i++)
        if ((long)result->log.rows[i].epoch == result->best_epoch)
            return result->log.rows[i];
    return (LogRow){0};
}

static int train_run(SweepRun *run, const char *path, bool resume, const Recipe *recipe,
                     Study *study, bool *stopped, Err *e)
{
    FitOptions how = {.folder = path,
                      .resume = resume,
                      .group = run->group,
                      .watch = study->options->watch ? watch_fit : NULL,
                      .context = study};
    FitResult result;
    Err why = {0};
    int code = train(recipe, &how, &result, &why);

    if (why.code == ERR_NUMERIC) {
        run->state = SWEEP_FAILED;
        run->why = strdup(why.text);
        return run->why ? 0 : err_set(e, ERR_MEMORY, "%s: no memory", path);
    }
    if (code)
        return err_set(e, why.code, "%s", why.text);
    *stopped = result.stopped;
    if (!result.stopped) {
        run->state = SWEEP_DONE;
        run->row = kept_row(&result);
        run->epochs = result.epochs;
        study->spent += result.seconds;
        study->trained++;
    }
    fit_result_free(&result);
    return 0;
}

/* Reads a run's result, or trains it. */
static int do_run(const Sweep *s, SweepRun *run, const char *folder, Study *study, bool *stopped,
                  Err *e)
{
    char *path = file_join(folder, run->name);
    RunFolder *files = path ? run_folder_new(path, e) : NULL;
    char *result = path ? file_join(path, "result.json") : NULL;
    Recipe recipe;
    int code = files && result ? sweep_recipe(s, run, &recipe, e)
                               : err_set(e, ERR_MEMORY, "%s: no memory", folder);

    bool begun = !code && file_exists(files->config);

    if (begun)
        code = check_recipe(files, &recipe, e);
    if (!code && !(begun && read_result(run, result))) {
        code = train_run(run, path, begun, &recipe, study, stopped, e);
        if (!code && run->state != SWEEP_WAITING)
            code = write_result(run, result, e);
    }
    free(result);
    run_folder_free(files);
    free(path);
    return code;
}

/* ---- all of them ---- */

/* Runs that have no result yet. */
static int count_due(const Sweep *s, const char *folder)
{
    int due = 0;

    for (int i = 0; i < s->run_count; i++) {
        char *path = file_join(folder, s->runs[i].name);
        char *result = path ? file_join(path, "result.json") : NULL;

        due += !result || !file_exists(result);
        free(result);
        free(path);
    }
    return due;
}

static int write_results(const Sweep *s, const char *folder, Err *e)
{
    char *csv = file_join(folder, "runs.csv"), *plot = file_join(folder, "parallel.png");
    int code =
        csv && plot ? sweep_write_csv(s, csv, e) : err_set(e, ERR_MEMORY, "%s: no memory", folder);

    if (!code)
        code = canvas_finish(sweep_plot(s, e), plot, e);
    free(csv);
    free(plot);
    return code;
}

int sweep_run(Sweep *s, const char *folder, const SweepOptions *options, Err *e)
{
    Study study = {.options = options, .progress = {.runs = s->run_count}};
    bool stopped = false;
    int code = file_make_folder(folder, e);

    study.due = count_due(s, folder);
    for (int i = 0; i < s->run_count && !code && !stopped; i++) {
        int trained = study.trained;

        study.progress.run = i;
        study.progress.name = s->runs[i].name;
        code = do_run(s, &s->runs[i], folder, &study, &stopped, e);
        study.due -= study.trained - trained;
    }
    if (!code)
        code = sweep_rank(s, e);
    if (!code)
        code = write_results(s, folder, e);
    return code ? code : stopped;
}
