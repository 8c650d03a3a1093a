/* What a training looked like, a row an epoch: log.csv.
 *
 *     TrainLog log = {0};
 *     train_log_add(&log, (LogRow){.epoch = 1, .step = 184, .lr = 0.001, .loss = 0.2, ...});
 *     train_log_write(&log, "runs/lenet/log.csv", &e);
 *     canvas_finish(train_log_plot(&log, "lenet", 7, &e), "runs/lenet/curves.png", &e);
 *     train_log_free(&log);
 *
 * The rows travel in checkpoints and the file is written whole each time, so that a run that went on
 * after it was killed has each epoch once. */
#ifndef SCRAWL_TRAIN_LOG_H
#define SCRAWL_TRAIN_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "plot/canvas.h"

enum { LOG_USUAL = 9, LOG_COLUMNS = 16 };

/* Doubles throughout, in the order of the columns: a checkpoint keeps them as one table. */
typedef struct LogRow {
    double epoch;          /* 1, 2, .. */
    double step;           /* steps taken since the start */
    double lr;             /* of the epoch's last step */
    double loss, accuracy; /* over the epoch's training batches, as they came */
    double validation_loss,
        validation_accuracy;  /* NAN without a validation set: empty in the file */
    double seconds;           /* since the start, interruptions left out */
    double images_per_second; /* of this epoch, validation included */
    /* Of two nets against each other; 0 in others, and then no columns of the file. `loss` is the
     * generator's in all, that is generator_fake and the recipe's share of reconstruction. */
    double generator_fake, reconstruction;
    double discriminator_real, discriminator_fake, discriminator; /* the last is their sum */
    double kl, mse; /* of drawn pictures to real ones, as metric_picture.c pairs them */
} LogRow;

typedef struct TrainLog { /* {0} is empty */
    LogRow *rows;
    size_t count, room;
} TrainLog;

void train_log_free(TrainLog *log);
int train_log_add(TrainLog *log, LogRow row, Err *e); /* ERR_MEMORY */

/* Replaces the rows by `count` of them, each the first `columns` doubles of a LogRow. */
int train_log_set(TrainLog *log, const void *rows, size_t count, int columns, Err *e);

/* How many columns a net's log has. */
int train_log_columns(bool two_nets);

/* The columns' names in their order, which is LogRow's too: "epoch", "step", "lr", ...; NULL beyond
 * the last. */
const char *train_log_column(int index);

int train_log_write(const TrainLog *log, const char *path, Err *e);

/* Loss, accuracy and rate over the epochs, train against validation; `best_epoch` (0: none) is marked
 * as the one whose weights were kept. */
Canvas *train_log_plot(const TrainLog *log, const char *title, long best_epoch, Err *e);

#endif
