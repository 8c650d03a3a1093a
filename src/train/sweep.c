/* From a grid to a list of runs. */
#include "train/sweep.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* ---- the metric ---- */

static int find_column(const char *name, Err *e)
{
    Writer names = {0};
    const char *column;

    for (int i = 0; (column = train_log_column(i)); i++)
        if (!strcmp(column, name))
            return i;
    for (int i = 2; (column = train_log_column(i)); i++)
        writer_text(&names, "%s%s", i > 2 ? ", " : "", column);
    err_set(e, ERR_ARGUMENT, "there is no metric '%.40s'; there are %s", name,
            names.failed ? "others" : (char *)names.bytes);
    writer_free(&names);
    return -1;
}

double sweep_metric(const Sweep *s, const SweepRun *run)
{
    double row[LOG_COLUMNS];

    memcpy(row, &run->row, sizeof row);
    return row[find_column(s->metric, NULL)];
}

bool sweep_wants_high(const Sweep *s)
{
    return strstr(s->metric, "accuracy") || !strcmp(s->metric, "images_per_second");
}

/* ---- the grid ---- */

/* Takes "key=a,b" apart. */
static int read_axis(const char *text, SweepAxis *axis, Err *e)
{
    const char *equals = strchr(text, '='), *at = equals ? equals + 1 : NULL;

    if (!equals || equals == text || !*at)
        return err_set(e, ERR_ARGUMENT, "'%.60s' is not KEY=VALUE,VALUE,..", text);
    axis->key = strndup(text, (size_t)(equals - text));
    for (bool more = true; more && axis->key; at++) {
        size_t length = strcspn(at, ",");

        if (axis->count == SWEEP_VALUES)
            return err_set(e, ERR_ARGUMENT, "%.60s: more than %d values", axis->key, SWEEP_VALUES);
        axis->values[axis->count] = strndup(at, length);
        if (!axis->values[axis->count++])
            break;
        at += length;
        more = *at == ',';
    }
    if (!axis->key || !axis->count || !axis->values[axis->count - 1])
        return err_set(e, ERR_MEMORY, "no memory for a study");
    return 0;
}

/* "0.001" and "1e-3" are one value: it is compared as the recipe keeps it. */
static int check_values(const Sweep *s, const SweepAxis *axis, Err *e)
{
    char *texts[SWEEP_VALUES] = {NULL};
    int code = 0;

    for (int i = 0; i < axis->count && !code; i++) {
        Recipe r = s->base;

        code = recipe_set(&r, axis->key, axis->values[i], e);
        texts[i] = code ? NULL : recipe_write(&r);
        for (int k = 0; k < i && !code; k++)
            if (texts[i] && texts[k] && !strcmp(texts[i], texts[k]))
                code = err_set(e, ERR_ARGUMENT, "%s: %.40s and %.40s are the same value", axis->key,
                               axis->values[k], axis->values[i]);
    }
    for (int i = 0; i < axis->count; i++)
        free(texts[i]);
    return code;
}

static int read_grid(Sweep *s, const char *const *grid, int count, Err *e)
{
    if (count < 1 || count > SWEEP_AXES)
        return err_set(e, ERR_ARGUMENT, "a study of %d axes; 1 to %d are possible", count,
                       SWEEP_AXES);
    for (int i = 0; i < count; i++) {
        SweepAxis *axis = &s->axes[s->axis_count++];
        int code = read_axis(grid[i], axis, e);

        for (int k = 0; k < i && !code; k++)
            if (!strcmp(s->axes[k].key, axis->key))
                code = err_set(e, ERR_ARGUMENT, "%s: the grid has it twice", axis->key);
        if (!code && s->seeds > 1 && !strcmp(axis->key, "seed"))
            code = err_set(e, ERR_ARGUMENT,
                           "seed: an axis of its own and %d seeds exclude each other", s->seeds);
        if (!code)
            code = check_values(s, axis, e);
        if (code)
            return code;
    }
    return 0;
}

/* The last axis turns fastest. */
int sweep_choice(const Sweep *s, int combination, int axis)
{
    for (int i = s->axis_count - 1; i > axis; i--)
        combination /= s->axes[i].count;
    return combination % s->axes[axis].count;
}

const char *sweep_value(const Sweep *s, int combination, int axis)
{
    return s->axes[axis].values[sweep_choice(s, combination, axis)];
}

/* ---- the runs ---- */

/* "key=value" lines as a name of letters that any file system takes, "_" between them. Where a value
 * has other letters, or the name is too long, a sum of the whole keeps it apart from others. */
static char *plain_name(const char *lines)
{
    enum { LONGEST = 160 };
    char name[LONGEST + 16];
    unsigned sum = 2166136261u; /* FNV-1a */
    size_t n = 0;
    bool changed = strlen(lines) > LONGEST, value = false;

    for (const char *c = lines; *c; c++) {
        bool plain = isalnum((unsigned char)*c) || strchr("=.+-", *c) || (*c == '_' && !value);

        sum = (sum ^ (unsigned char)*c) * 16777619u;
        changed = changed || (!plain && *c != '\n');
        value = *c == '=' || (value && *c != '\n');
        if (n < LONGEST)
            name[n++] = plain ? *c : *c == '\n' ? '_' : '-';
    }
    name[n] = '\0';
    if (changed)
        snprintf(name + n, sizeof name - n, "_%08x", sum);
    return strdup(name);
}

/* Fills name and group. */
static int name_run(const Sweep *s, SweepRun *run, Err *e)
{
    bool seed_is_axis = false;
    Writer w = {0};

    for (int i = 0; i < s->axis_count; i++) {
        writer_text(&w, "%s%s=%s", i ? "\n" : "", s->axes[i].key,
                    sweep_value(s, run->combination, i));
        seed_is_axis = seed_is_axis || !strcmp(s->axes[i].key, "seed");
    }
    run->group = w.failed ? NULL : plain_name((char *)w.bytes);
    if (!seed_is_axis)
        writer_text(&w, "\nseed=%ju", (uintmax_t)(s->base.seed + (uint64_t)run->seed));
    run->name = w.failed ? NULL : plain_name((char *)w.bytes);
    writer_free(&w);
    return run->name && run->group ? 0 : err_set(e, ERR_MEMORY, "no memory for a study");
}

int sweep_recipe(const Sweep *s, const SweepRun *run, Recipe *out, Err *e)
{
    int code = 0;

    *out = s->base;
    out->seed += (uint64_t)run->seed;
    for (int i = 0; i < s->axis_count && !code; i++)
        code = recipe_set(out, s->axes[i].key, sweep_value(s, run->combination, i), e);
    return code ? code : recipe_check(out, e);
}

/* Whether two nets were trained, and whether what they draw is read back. */
static bool is_read_back(const ZooModel *model)
{
    return model->discriminator && model->usual.embedding;
}

const char *sweep_usual_metric(const Recipe *base)
{
    const ZooModel *model = zoo_find(base->model, NULL, NULL);

    return model && model->discriminator && !is_read_back(model) ? "mse" : "validation_accuracy";
}

static int check_metric(const Sweep *s, const SweepRun *run, const Recipe *recipe, Err *e)
{
    const ZooModel *model = zoo_find(recipe->model, NULL, e);
    bool validates = model && (model->discriminator ? is_read_back(model) : recipe->validation > 0);

    if (!model)
        return -ERR_ARGUMENT;
    if (find_column(s->metric, NULL) >= train_log_columns(model->discriminator != NULL))
        return err_set(e, ERR_ARGUMENT, "%s: %s is of two nets, %s is one", run->name, s->metric,
                       model->name);
    if (strstr(s->metric, "validation") && !validates)
        return err_set(e, ERR_ARGUMENT, "%s: without a validation share there is no %s", run->name,
                       s->metric);
    return 0;
}

static int list_runs(Sweep *s, Err *e)
{
    double all = s->seeds;
    Recipe recipe;
    int code = 0;

    s->combinations = 1;
    for (int i = 0; i < s->axis_count; i++)
        all *= s->axes[i].count;
    if (all > SWEEP_RUNS)
        return err_set(e, ERR_ARGUMENT, "%.0f runs; at most %d are possible", all, SWEEP_RUNS);
    for (int i = 0; i < s->axis_count; i++)
        s->combinations *= s->axes[i].count;
    s->run_count = s->combinations * s->seeds;
    s->runs = calloc((size_t)s->run_count, sizeof *s->runs);
    if (!s->runs)
        return err_set(e, ERR_MEMORY, "no memory for a study");
    for (int i = 0; i < s->run_count && !code; i++) {
        SweepRun *run = &s->runs[i];

        run->combination = i / s->seeds;
        run->seed = i % s->seeds;
        code = name_run(s, run, e);
        if (!code && (code = sweep_recipe(s, run, &recipe, e)))
            err_prefix(e, "%s", run->name);
        if (!code)
            code = check_metric(s, run, &recipe, e);
    }
    return code;
}

Sweep *sweep_new(const Recipe *base, const char *const *grid, int grid_count, int seeds,
                 const char *metric, Err *e)
{
    int column = find_column(metric, e), code;
    Sweep *s = column >= 0 ? calloc(1, sizeof *s) : NULL;

    if (!s) {
        if (column >= 0)
            err_set(e, ERR_MEMORY, "no memory for a study");
        return NULL;
    }
    s->base = *base;
    s->seeds = seeds;
    s->metric = train_log_column(column);
    code = seeds < 1 || base->seed > INT64_MAX - (uint64_t)seeds
               ? err_set(e, ERR_ARGUMENT, "%d seeds from %ju on are not possible", seeds,
                         (uintmax_t)base->seed)
               : 0;
    if (!code)
        code = read_grid(s, grid, grid_count, e);
    if (!code)
        code = list_runs(s, e);
    if (!code)
        return s;
    sweep_free(s);
    return NULL;
}

void sweep_free(Sweep *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->axis_count; i++) {
        free(s->axes[i].key);
        for (int k = 0; k < s->axes[i].count; k++)
            free(s->axes[i].values[k]);
    }
    for (int i = 0; s->runs && i < s->run_count; i++) {
        free(s->runs[i].name);
        free(s->runs[i].group);
        free(s->runs[i].why);
    }
    free(s->runs);
    free(s->rows);
    free(s);
}
