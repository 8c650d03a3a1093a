/* What a training of two nets consists of: inside train/ only. */
#ifndef SCRAWL_TRAIN_ADVERSARIAL_PARTS_H
#define SCRAWL_TRAIN_ADVERSARIAL_PARTS_H

#include "data/loader.h"
#include "data/split.h"
#include "model/model.h"
#include "read/generator.h"
#include "train/adversarial.h"
#include "train/checkpoint.h"
#include "train/pace.h"
#include "train/predict.h"
#include "train/rivals.h"
#include "train/run_events.h"

/* What is drawn, shown and measured after each epoch: as many of each digit, digit after digit. */
typedef struct Gallery {
    int labels[ADVERSARIAL_LOOKS];
    uint8_t *real, *drawn; /* (ADVERSARIAL_LOOKS, 28, 28); real ones are never trained on if there
                              is a validation share */
    float *noise;
    float *scores; /* the reader's (ADVERSARIAL_LOOKS, classes) */
    Model *reader; /* "digits" */
    Predictor *predictor;
    double kl, mse;
} Gallery;

typedef struct Contest {
    const Recipe *recipe;
    const FitOptions *options;
    const Dataset *data;
    RunFolder *run;
    char *rival_path; /* discriminator.safetensors */
    Team *team;
    Split split;
    Model *model, *rival; /* the nets that are trained are theirs */
    Generator *generator; /* draws with the model as it is */
    Rivals *rivals;
    Loader *loader;
    Gallery gallery;
    Events *events;
    RunState state;
    Pace pace;
    long begun_step;
} Contest;

/* Chooses real pictures and draws the noise. */
int adversarial_look_new(Contest *c, Err *e);
void adversarial_look_free(Gallery *g);

/* What "digits" says of what was drawn. */
void adversarial_read(Contest *c);

/* Draws, and measures what was drawn; score->count is 0 where nobody asked for a digit. */
void adversarial_look(Contest *c, FitScore *score);

/* The drawn digits as a sheet in the folder and for TensorBoard. */
int adversarial_show(Contest *c, Err *e);

/* Writes both models, and now and then a copy of the generator, with a record of how they came
 * about. */
int adversarial_save(Contest *c, const FitScore *score, Err *e);

/* What is told of a run at its end, after adversarial_look. */
int adversarial_report(Contest *c, Err *e);

#endif
