/* What a run consists of: inside train/ only.
 *
 *     Fit f = {.recipe = recipe, .data = data, .options = options};
 *     if (fit_set_up(&f, &e) == 0) ...
 *     fit_tear_down(&f);
 *
 * Two nets of one layout: `net` is trained, `model` holds what is validated and saved, which differs
 * where weights are averaged or the loss wants an output more. */
#ifndef SCRAWL_TRAIN_FIT_PARTS_H
#define SCRAWL_TRAIN_FIT_PARTS_H

#include "data/loader.h"
#include "data/split.h"
#include "model/model.h"
#include "nn/exec.h"
#include "train/checkpoint.h"
#include "train/events.h"
#include "train/fit.h"
#include "train/predict.h"
#include "train/run_folder.h"

typedef struct Validation {
    uint8_t *pictures; /* (count, C*H*W), side by side */
    int *labels;
    long count;
    float *scores;  /* (count, classes) */
    double *losses; /* (count) */
    Predictor *predictor;
} Validation;

typedef struct Fit {
    const Recipe *recipe;
    const Dataset *data;
    const FitOptions *options;
    RunFolder *run;
    Team *team;
    Split split;
    Net *net;
    Model *model;
    int classes;
    Loss loss;
    Exec *exec;
    Optim *optim;
    Loader *loader;
    Validation validation;
    Events *events;
    RunState state;
    long epoch_steps;
    int loaded, skipped;
    double last_tick, last_checkpoint, last_drawn, begun; /* by the monotonic clock, in seconds */
    long begun_step;
} Fit;

/* Everything up to the first step, the checkpoint read if the run goes on. */
int fit_set_up(Fit *f, Err *e);
void fit_tear_down(Fit *f); /* frees all; what is missing is fine */

/* Copies the trained weights, averaged if the recipe says so, into the model. */
void fit_publish(Fit *f);

/* The model's answers to the validation pictures; {0} without any. */
FitScore fit_validate(Fit *f);

/* Writes the model with a record of how it came about. */
int fit_save_model(Fit *f, const char *path, const FitScore *score, Err *e);

/* TensorBoard: what the run is, an epoch's figures and weights, its end. */
void fit_report_begin(Fit *f);
void fit_report_epoch(Fit *f, const LogRow *row);

#endif
