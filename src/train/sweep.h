/* A study: every combination of some settings, trained with several seeds, a run folder each.
 *
 *     const char *grid[] = {"optimizer=adam,sgd", "lr=0.01,0.001"};
 *     Sweep *s = sweep_new(&recipe, grid, 2, 3, "validation_accuracy", &e);      // 4 x 3 runs
 *     if (s && sweep_run(s, "runs/study", &(SweepOptions){0}, &e) == 0)
 *         fputs(table = sweep_text(s), stdout);
 *     sweep_free(s);
 *
 *     STUDY/optimizer=adam_lr=0.01_seed=1/    a run, as train makes it
 *     STUDY/.../result.json                   what came of it
 *     STUDY/runs.csv                          all of them, a row each
 *     STUDY/parallel.png                      the same as parallel coordinates
 *
 * Any setting of a recipe can be an axis. A study that was killed goes on when it is run again: runs
 * with a result are not repeated, the one that was interrupted goes on from its checkpoint. More
 * values or seeds may be added to a study later; what is there already is kept. A run whose loss is
 * no longer a number has failed: the study goes on and counts it. TensorBoard's HParams show the
 * runs of one combination as a group. */
#ifndef SCRAWL_TRAIN_SWEEP_H
#define SCRAWL_TRAIN_SWEEP_H

#include "nn/metric.h"
#include "train/fit.h"

enum { SWEEP_AXES = 20, SWEEP_VALUES = 100, SWEEP_RUNS = 10000 };

typedef struct SweepAxis { /* a setting, and the values that it takes */
    char *key;
    char *values[SWEEP_VALUES];
    int count;
} SweepAxis;

typedef enum SweepState { SWEEP_WAITING, SWEEP_DONE, SWEEP_FAILED } SweepState;

typedef struct SweepRun {
    int combination, seed; /* indices */
    char *name;            /* of its folder within the study's: "lr=0.01_seed=2" */
    char *group;           /* of its combination: "lr=0.01" */
    SweepState state;
    LogRow row; /* of the epoch whose weights were kept; SWEEP_DONE */
    long epochs;
    char *why; /* SWEEP_FAILED: a sentence */
} SweepRun;

typedef struct SweepRow { /* a combination over its seeds */
    int combination;
    int count, failed; /* runs that are done; that failed */
    double mean;       /* of the metric; NAN without a run */
    Interval interval; /* of the mean, 95 %, by Student's t, a share within 0..1; infinite below two
                        * runs */
} SweepRow;

typedef struct Sweep {
    Recipe base;
    SweepAxis axes[SWEEP_AXES];
    int axis_count, seeds;
    int combinations;
    const char *metric; /* a column of log.csv */
    SweepRun *runs;     /* (combinations * seeds), the seeds of a combination together */
    int run_count;
    SweepRow *rows; /* (combinations), best first, once sweep_run is over */
} Sweep;

/* Takes a grid of "key=a,b,..." apart. Seeds are base->seed, base->seed + 1, ... `metric` is a column
 * of log.csv; accuracies and images_per_second are best when high, all others when low. ERR_ARGUMENT
 * for a key or value that there is not, one that comes twice, a combination that no run can begin
 * with, a seed that is an axis when there are several. NULL and `e`. */
Sweep *sweep_new(const Recipe *base, const char *const *grid, int grid_count, int seeds,
                 const char *metric, Err *e);
void sweep_free(Sweep *s); /* NULL is fine */

/* One run's recipe. */
int sweep_recipe(const Sweep *s, const SweepRun *run, Recipe *out, Err *e);

/* What counts when nobody says what: the share of validation pictures that are read right; of two
 * nets without a reader the squared error. */
const char *sweep_usual_metric(const Recipe *base);

/* The value of an axis in a combination, and its index among the axis' values. */
const char *sweep_value(const Sweep *s, int combination, int axis);
int sweep_choice(const Sweep *s, int combination, int axis);

/* A run's metric, and whether the metric is best when it is high. */
double sweep_metric(const Sweep *s, const SweepRun *run);
bool sweep_wants_high(const Sweep *s);

/* ---- running ---- */

typedef struct SweepProgress {
    int run, runs;       /* this one, from 0; of so many */
    const char *name;    /* of its folder */
    double seconds_left; /* of all, by the runs that were trained so far; 0: not known yet */
    const FitProgress *fit;
} SweepProgress;

typedef struct SweepOptions {
    bool (*watch)(void *context, const SweepProgress *progress); /* false ends the study */
    void *context;
} SweepOptions;

/* Trains what is not trained yet and fills the rows; then writes runs.csv and parallel.png. Stopped
 * by the watch: 1, and the rows are those of the runs so far. ERR_ARGUMENT if a folder holds a run
 * of another recipe. */
int sweep_run(Sweep *s, const char *folder, const SweepOptions *options, Err *e);

/* ---- results ---- */

/* Fills the rows from the runs, best first. ERR_MEMORY. */
int sweep_rank(Sweep *s, Err *e);

/* The table for people; JSON: {"model":..,"metric":..,"folder":..,"rows":[{"settings":{..},"mean":..,
 * "interval":[..],"runs":[{"folder":..,"seed":..,"value":..,"failed":..},..]},..]}. The caller frees;
 * NULL when memory is gone. */
char *sweep_text(const Sweep *s);
char *sweep_json(const Sweep *s, const char *folder);

/* A row for each run: folder, settings, state, epochs, and log.csv's row of the epoch that was kept. */
int sweep_write_csv(const Sweep *s, const char *path, Err *e);

/* Parallel coordinates: a line a run, across the axes, to the metric. */
Canvas *sweep_plot(const Sweep *s, Err *e);

#endif
