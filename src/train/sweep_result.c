/* What came of a study: ranked, as a table, as JSON, as CSV, drawn. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "plot/parallel.h"
#include "train/sweep.h"

/* ---- the rows ---- */

/* Accuracies are shown in per cent. */
static double scale_of(const Sweep *s)
{
    return strstr(s->metric, "accuracy") ? 100 : 1;
}

static SweepRow row_of(const Sweep *s, int combination, double *values)
{
    const SweepRun *runs = s->runs + (size_t)combination * (size_t)s->seeds;
    SweepRow row = {.combination = combination};

    for (int i = 0; i < s->seeds; i++) {
        row.failed += runs[i].state == SWEEP_FAILED;
        if (runs[i].state == SWEEP_DONE)
            values[row.count++] = sweep_metric(s, &runs[i]);
    }
    row.interval = metric_t(row.count, values, &row.mean);
    if (row.count > 1 && scale_of(s) == 100) /* a share */
        row.interval = (Interval){fmax(row.interval.low, 0), fmin(row.interval.high, 1)};
    if (!row.count)
        row.mean = NAN;
    return row;
}

/* Whether a stands above b: the better mean; without one, last; among equals the first listed. */
static bool stands_above(const Sweep *s, const SweepRow *a, const SweepRow *b)
{
    if (isnan(a->mean) || isnan(b->mean))
        return !isnan(a->mean) && isnan(b->mean);
    return sweep_wants_high(s) ? a->mean > b->mean : a->mean < b->mean;
}

int sweep_rank(Sweep *s, Err *e)
{
    double *values = calloc((size_t)s->seeds, sizeof *values);

    free(s->rows);
    s->rows = calloc((size_t)s->combinations, sizeof *s->rows);
    if (!s->rows || !values) {
        free(values);
        return err_set(e, ERR_MEMORY, "no memory for the results of a study");
    }
    for (int i = 0; i < s->combinations; i++) {
        SweepRow row = row_of(s, i, values);
        int at = i;

        for (; at > 0 && stands_above(s, &row, &s->rows[at - 1]); at--)
            s->rows[at] = s->rows[at - 1];
        s->rows[at] = row;
    }
    free(values);
    return 0;
}

/* ---- the table ---- */

/* "99.12 % (98.90 to 99.34)", "0.0412 (0.0380 to 0.0444)" */
static void put_value(Writer *w, const Sweep *s, const SweepRow *row)
{
    double scale = scale_of(s);
    bool share = scale == 100;

    if (!row->count) {
        writer_text(w, "-");
        return;
    }
    writer_text(w, share ? "%.2f %%" : "%.4g", row->mean * scale);
    if (row->count > 1)
        writer_text(w, share ? " (%.2f to %.2f)" : " (%.4g to %.4g)", row->interval.low * scale,
                    row->interval.high * scale);
}

static int width_of(const Sweep *s, int axis)
{
    size_t width = strlen(s->axes[axis].key);

    for (int i = 0; i < s->axes[axis].count; i++)
        width = strlen(s->axes[axis].values[i]) > width ? strlen(s->axes[axis].values[i]) : width;
    return width > 40 ? 40 : (int)width;
}

static void put_failures(Writer *w, const Sweep *s)
{
    for (int i = 0; i < s->run_count; i++)
        if (s->runs[i].state == SWEEP_FAILED)
            writer_text(w, "%s failed: %s\n", s->runs[i].name, s->runs[i].why);
}

char *sweep_text(const Sweep *s)
{
    Writer w = {0};

    for (int i = 0; i < s->axis_count; i++)
        writer_text(&w, "%-*s  ", width_of(s, i), s->axes[i].key);
    writer_text(&w, "runs  %s%s\n", s->metric,
                s->seeds > 1 ? " (mean over the seeds, 95 % interval by Student's t)" : "");
    for (int r = 0; r < s->combinations; r++) {
        for (int i = 0; i < s->axis_count; i++)
            writer_text(&w, "%-*.40s  ", width_of(s, i), sweep_value(s, s->rows[r].combination, i));
        writer_text(&w, "%4d  ", s->rows[r].count);
        put_value(&w, s, &s->rows[r]);
        writer_text(&w, "\n");
    }
    put_failures(&w, s);
    writer_u8(&w, 0);
    if (w.failed)
        writer_free(&w);
    return (char *)w.bytes;
}

/* ---- JSON ---- */

static json_t *number_or_null(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *runs_json(const Sweep *s, const SweepRow *row)
{
    json_t *list = json_array();

    for (int i = 0; i < s->seeds; i++) {
        const SweepRun *run = &s->runs[row->combination * s->seeds + i];
        json_t *object = json_pack("{s:s, s:o}", "folder", run->name, "value",
                                   run->state == SWEEP_DONE ? number_or_null(sweep_metric(s, run))
                                                            : json_null());

        if (run->state == SWEEP_FAILED)
            json_object_set_new(object, "failed", json_string(run->why));
        json_array_append_new(list, object);
    }
    return list;
}

char *sweep_json(const Sweep *s, const char *folder)
{
    json_t *rows = json_array(), *root;
    char *text;

    for (int r = 0; r < s->combinations; r++) {
        const SweepRow *row = &s->rows[r];
        json_t *settings = json_object();

        for (int i = 0; i < s->axis_count; i++)
            json_object_set_new(settings, s->axes[i].key,
                                json_string(sweep_value(s, row->combination, i)));
        json_array_append_new(rows, json_pack("{s:o, s:o, s:[o,o], s:o}", "settings", settings,
                                              "mean", number_or_null(row->mean), "interval",
                                              number_or_null(row->interval.low),
                                              number_or_null(row->interval.high), "runs",
                                              runs_json(s, row)));
    }
    root = json_pack("{s:s, s:s, s:s, s:o}", "model", s->base.model, "metric", s->metric, "folder",
                     folder, "rows", rows);
    text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    return text;
}

/* ---- CSV ---- */

/* RFC 4180. */
static void put_field(Writer *w, const char *text)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;

    if (quoted)
        writer_u8(w, '"');
    for (; *text; text++) {
        if (*text == '"')
            writer_u8(w, '"');
        writer_u8(w, (uint8_t)*text);
    }
    if (quoted)
        writer_u8(w, '"');
}

/* Columns of two nets are there if any run is of two. */
static int count_columns(const Sweep *s)
{
    bool two = false;

    for (int i = 0; i < s->run_count; i++)
        two = two || s->runs[i].row.discriminator > 0;
    return train_log_columns(two);
}

static void put_run(Writer *w, const Sweep *s, const SweepRun *run)
{
    static const char *const states[] = {"waiting", "done", "failed"};
    double values[LOG_COLUMNS];

    memcpy(values, &run->row, sizeof values);
    put_field(w, run->name);
    for (int i = 0; i < s->axis_count; i++) {
        writer_text(w, ",");
        put_field(w, sweep_value(s, run->combination, i));
    }
    writer_text(w, ",%s,%ld", states[run->state], run->epochs);
    for (int i = 0; i < count_columns(s); i++)
        if (run->state == SWEEP_DONE && isfinite(values[i]))
            writer_text(w, ",%.9g", values[i]);
        else
            writer_text(w, ",");
    writer_text(w, "\n");
}

int sweep_write_csv(const Sweep *s, const char *path, Err *e)
{
    Writer w = {0};
    int code;

    writer_text(&w, "folder");
    for (int i = 0; i < s->axis_count; i++) {
        writer_text(&w, ",");
        put_field(&w, s->axes[i].key);
    }
    writer_text(&w, ",state,epochs");
    for (int i = 0; i < count_columns(s); i++)
        writer_text(&w, ",kept_%s", train_log_column(i));
    writer_text(&w, "\n");
    for (int i = 0; i < s->run_count; i++)
        put_run(&w, s, &s->runs[i]);
    code = w.failed ? err_set(e, ERR_MEMORY, "%s: no memory to write it", path)
                    : file_write(path, w.bytes, w.size, e);
    writer_free(&w);
    return code;
}

/* ---- the plot ---- */

/* Names of an axis from low to high where they are numbers, else as they were given; `order[i]` is
 * the place of value i. */
static void sort_names(const SweepAxis *axis, const char *names[SWEEP_VALUES],
                       int order[SWEEP_VALUES])
{
    bool numbers = true;
    char *end;

    for (int i = 0; i < axis->count; i++) {
        strtod(axis->values[i], &end);
        numbers = numbers && *axis->values[i] && !*end;
        order[i] = i;
    }
    for (int i = 0; i < axis->count && numbers; i++) {
        order[i] = 0;
        for (int k = 0; k < axis->count; k++)
            order[i] += strtod(axis->values[k], NULL) < strtod(axis->values[i], NULL);
    }
    for (int i = 0; i < axis->count; i++)
        names[order[i]] = axis->values[i];
}

typedef struct Lines { /* what the plot is made of; values (axes + 1, runs) */
    ParallelAxis axes[SWEEP_AXES + 1];
    const char *names[SWEEP_AXES][SWEEP_VALUES];
    double *values;
} Lines;

static void fill_lines(Lines *l, const Sweep *s)
{
    for (int a = 0; a < s->axis_count; a++) {
        double *values = l->values + (size_t)a * (size_t)s->run_count;
        int order[SWEEP_VALUES];

        sort_names(&s->axes[a], l->names[a], order);
        for (int i = 0; i < s->run_count; i++)
            values[i] = order[sweep_choice(s, s->runs[i].combination, a)];
        l->axes[a] = (ParallelAxis){.name = s->axes[a].key,
                                    .values = values,
                                    .names = l->names[a],
                                    .name_count = s->axes[a].count};
    }
}

Canvas *sweep_plot(const Sweep *s, Err *e)
{
    size_t runs = (size_t)s->run_count;
    Lines *l = calloc(1, sizeof *l);
    char metric[64], title[RECIPE_TEXT + 64];
    int best = -1;
    Canvas *c = NULL;

    if (l)
        l->values = calloc(((size_t)s->axis_count + 1) * runs, sizeof *l->values);
    if (!l || !l->values) {
        free(l);
        err_set(e, ERR_MEMORY, "no memory for a plot");
        return NULL;
    }
    fill_lines(l, s);
    double *result = l->values + (size_t)s->axis_count * runs, sign = sweep_wants_high(s) ? 1 : -1;
    for (int i = 0; i < s->run_count; i++) {
        bool done = s->runs[i].state == SWEEP_DONE;

        result[i] = done ? sweep_metric(s, &s->runs[i]) * scale_of(s) : NAN;
        if (!isnan(result[i]) && (best < 0 || sign * result[i] > sign * result[best]))
            best = i;
    }
    snprintf(metric, sizeof metric, "%s%s", s->metric, scale_of(s) == 100 ? " (%)" : "");
    for (char *p = metric; *p; p++)
        *p = *p == '_' ? ' ' : *p;
    snprintf(title, sizeof title, "A study of %s", s->base.model);
    l->axes[s->axis_count] = (ParallelAxis){.name = metric, .values = result};
    c = plot_parallel(title, l->axes, s->axis_count + 1, s->run_count, best, e);
    free(l->values);
    free(l);
    return c;
}
