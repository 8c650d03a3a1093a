#include "train/log.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "plot/curves.h"

static_assert(sizeof(LogRow) == LOG_COLUMNS * sizeof(double), "a row is its columns and no more");

void train_log_free(TrainLog *log)
{
    free(log->rows);
    *log = (TrainLog){0};
}

static int make_room(TrainLog *log, size_t count, Err *e)
{
    size_t bytes;
    LogRow *rows;

    if (count <= log->room)
        return 0;
    if (count < 2 * log->room)
        count = 2 * log->room;
    rows = size_multiply(count, sizeof *rows, &bytes) ? realloc(log->rows, bytes) : NULL;
    if (!rows)
        return err_set(e, ERR_MEMORY, "no memory for a log of %zu epochs", count);
    log->rows = rows;
    log->room = count;
    return 0;
}

int train_log_add(TrainLog *log, LogRow row, Err *e)
{
    int code = make_room(log, log->count + 1, e);

    if (!code)
        log->rows[log->count++] = row;
    return code;
}

int train_log_set(TrainLog *log, const void *rows, size_t count, int columns, Err *e)
{
    int code = make_room(log, count, e);
    size_t width = (size_t)columns * sizeof(double);

    if (code)
        return code;
    for (size_t i = 0; i < count; i++) {
        log->rows[i] = (LogRow){0};
        memcpy(&log->rows[i], (const char *)rows + i * width, width);
    }
    log->count = count;
    return 0;
}

const char *train_log_column(int index)
{
    static const char *const names[LOG_COLUMNS] = {
        "epoch",           "step",    "lr", "loss", "accuracy", "validation_loss", "validation_accuracy",
        "seconds", "images_per_second",
        "generator_fake", "reconstruction", "discriminator_real", "discriminator_fake",
        "discriminator", "kl", "mse"};

    return index >= 0 && index < LOG_COLUMNS ? names[index] : NULL;
}

int train_log_columns(bool two_nets)
{
    return two_nets ? LOG_COLUMNS : LOG_USUAL;
}

static bool has_two_nets(const TrainLog *log)
{
    return log->count && log->rows[0].discriminator != 0;
}

/* A comma and a number; nothing after the comma for what was not measured. */
static void put_number(Writer *w, double value, int decimals)
{
    if (isnan(value))
        writer_text(w, ",");
    else
        writer_text(w, ",%.*f", decimals, value);
}

static void put_rivals(Writer *w, const LogRow *row)
{
    put_number(w, row->generator_fake, 6);
    put_number(w, row->reconstruction, 6);
    put_number(w, row->discriminator_real, 6);
    put_number(w, row->discriminator_fake, 6);
    put_number(w, row->discriminator, 6);
    put_number(w, row->kl, 6);
    put_number(w, row->mse, 6);
}

int train_log_write(const TrainLog *log, const char *path, Err *e)
{
    Writer w = {0};
    int code;

    for (int i = 0; i < train_log_columns(has_two_nets(log)); i++)
        writer_text(&w, "%s%s", i ? "," : "", train_log_column(i));
    writer_text(&w, "\n");
    for (size_t i = 0; i < log->count; i++) {
        const LogRow *row = &log->rows[i];

        writer_text(&w, "%.0f,%.0f,%.6g", row->epoch, row->step, row->lr);
        put_number(&w, row->loss, 6);
        put_number(&w, row->accuracy, 6);
        put_number(&w, row->validation_loss, 6);
        put_number(&w, row->validation_accuracy, 6);
        put_number(&w, row->seconds, 3);
        put_number(&w, row->images_per_second, 0);
        if (has_two_nets(log))
            put_rivals(&w, row);
        writer_text(&w, "\n");
    }
    code = w.failed ? err_set(e, ERR_MEMORY, "%s: no memory to write it", path)
                    : file_write(path, w.bytes, w.size, e);
    writer_free(&w);
    return code;
}

/* ---- drawn ---- */

/* A column of the rows, times `scale`; NULL, and nothing is drawn, if no row has a number there. */
static const double *column(const TrainLog *log, size_t offset, double scale, double **room)
{
    double *to = *room;
    bool any = false;

    for (size_t i = 0; i < log->count; i++) {
        to[i] = scale * *(const double *)((const char *)&log->rows[i] + offset);
        any = any || isfinite(to[i]);
    }
    *room += log->count;
    return any ? to : NULL;
}

Canvas *train_log_plot(const TrainLog *log, const char *title, long best_epoch, Err *e)
{
    double *numbers = calloc(log->count + 1, LOG_COLUMNS * sizeof *numbers), *room = numbers;

    if (!numbers) {
        err_set(e, ERR_MEMORY, "no memory for a plot");
        return NULL;
    }
#define COLUMN(member, scale) column(log, offsetof(LogRow, member), scale, &room)
    Measure accuracy = {"accuracy (%)", COLUMN(accuracy, 100), COLUMN(validation_accuracy, 100)};
    Measure measures[4] = {{"loss", COLUMN(loss, 1), COLUMN(validation_loss, 1)}};
    int count = 1;

    if (accuracy.train || accuracy.validation || !has_two_nets(log))
        measures[count++] = accuracy;
    if (has_two_nets(log)) {
        measures[count++] = (Measure){"discriminator's loss", COLUMN(discriminator, 1), NULL};
        measures[count++] = (Measure){"squared error", COLUMN(mse, 1), NULL};
    }
    Training course = {.title = title,
                       .epochs = log->count,
                       .epoch = COLUMN(epoch, 1),
                       .measures = measures,
                       .measure_count = count,
                       .rate = COLUMN(lr, 1),
                       .best_epoch = (double)best_epoch};
#undef COLUMN
    Canvas *c = plot_training(&course, e);

    free(numbers);
    return c;
}
