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
#include "data/typeset.h"
#include "model/model.h"
#include "nn/exec.h"
#include "train/checkpoint.h"
#include "train/fit.h"
#include "train/pace.h"
#include "train/predict.h"
#include "train/run_events.h"

typedef struct Validation {
    uint8_t *pictures; /* (count, C*H*W), side by side */
    int *labels;
    long count;
    float *scores;  /* (count, classes) */
    double *losses; /* (count) */
    Predictor *predictor;
} Validation;

/* What a net that redraws has besides; all NULL in others. */
typedef struct Redraw {
    Typeset *typeset;
    float *targets;       /* (batch, 28,28): what a batch has to become */
    Predictor *predictor; /* of the validation pictures */
    float *drawn;         /* room for FIT_DRAWN of its answers */
    float *wanted;        /* and for what they should be */
} Redraw;

enum { FIT_DRAWN = 256 };

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
    Loss losses[2]; /* of the class, of the picture */
    int loss_count;
    Redraw redraw;
    Exec *exec;
    Optim *optim;
    Loader *loader;
    Validation validation;
    Events *events;
    RunState state;
    long epoch_steps;
    int loaded, skipped;
    Pace pace;
    double last_drawn, last_pictured; /* by its clock */
    long begun_step;
} Fit;

/* TensorBoard: what the validation pictures are read as, the worst mistakes, the first filters. What
 * there is no memory for is left out. */
void fit_report_pictures(Fit *f);

/* Everything up to the first step, the checkpoint read if the run goes on. */
int fit_set_up(Fit *f, Err *e);
void fit_tear_down(Fit *f); /* frees all; what is missing is fine */

/* Of the pictures and labels: a run goes on with the same alone. */
uint64_t fit_hash_data(const Dataset *d);

/* Copies the trained weights, averaged if the recipe says so, into the model. */
void fit_publish(Fit *f);

/* The model's answers to the validation pictures; {0} without any. */
FitScore fit_validate(Fit *f);

/* The mean loss of the redrawn validation pictures. */
double fit_redraw_validate(Fit *f);

/* Of a net with a picture as an output: finds the typeface, the loss and room. What a net without one is
 * asked for is refused. */
int fit_redraw_set_up(Fit *f, Err *e);
void fit_redraw_tear_down(Redraw *r);

/* Writes the model with a record of how it came about. */
int fit_save_model(Fit *f, const char *path, const FitScore *score, Err *e);

/* TensorBoard: an epoch's figures and weights. */
void fit_report_epoch(Fit *f, const LogRow *row, const FitScore *score);

#endif
