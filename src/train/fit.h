/* The training loop: a recipe and labelled pictures become a model in a run folder.
 *
 *     Recipe recipe;
 *     FitResult result;
 *     recipe_preset(&recipe, "lenet", "default", &e);
 *     if (fit(&recipe, data, &(FitOptions){.folder = "runs/lenet"}, &result, &e) == 0)
 *         printf("%ld of %ld\n", result.best.right, result.best.count);
 *
 * Each epoch: every training picture once in a new order; then the validation pictures, which are
 * never trained on, with the averaged weights if the recipe keeps an average. The model that reads
 * most of them right (among equals, the one with the lowest loss) is model.safetensors; of a net that
 * redraws, the one with the lowest loss; without a validation share the latest is. run_folder.h lists the other files.
 *
 * The same recipe and data give the same bytes for any number of threads, and whether or not the run
 * was interrupted: a run killed at any moment goes on from its last checkpoint. The pictures have to
 * be the same (their bytes are compared by a hash). */
#ifndef SCRAWL_TRAIN_FIT_H
#define SCRAWL_TRAIN_FIT_H

#include "data/dataset.h"
#include "train/log.h"
#include "train/recipe.h"

typedef struct FitScore {
    long right, count;
    double loss; /* mean; the recipe's without label smoothing */
    double picture_loss; /* of a net that redraws: the part of the pictures, unweighted */
} FitScore;

typedef struct FitProgress {
    long epoch, epochs;           /* 1 .. epochs */
    long epoch_step, epoch_steps; /* steps taken in this epoch */
    double lr, loss, accuracy;    /* over the epoch so far */
    double discriminator_loss;    /* of two nets, `loss` being the generator's; else 0 */
    double images_per_second, seconds, seconds_left;
    bool epoch_done;     /* the epoch was just validated: */
    FitScore validation; /* its score, count 0 without a validation share */
    bool best;           /* it is the best so far */
} FitProgress;

/* Called after every step and every epoch; false ends the run with a checkpoint. */
typedef bool FitWatch(void *context, const FitProgress *progress);

typedef struct FitOptions {
    const char *folder; /* made when missing */
    bool resume;        /* go on with the run in the folder; else there must be none */
    FitWatch *watch;    /* NULL: none */
    void *context;
    const char *group;    /* runs of one group are one to TensorBoard's HParams; NULL: the folder */
    const Watch *opening; /* of train(): told of the pictures that are opened; NULL: none */
} FitOptions;

typedef struct FitResult {
    long epochs;         /* trained in all */
    double seconds;      /* trained in all, interruptions left out */
    bool stopped;        /* by the watch */
    bool stopped_early;  /* by the recipe's early_stop */
    long best_epoch;     /* whose weights are in model.safetensors, from 1; 0: there is none yet */
    FitScore best;       /* on the validation pictures; count 0 without */
    size_t trained;      /* pictures trained on */
    int loaded, skipped; /* of the parameters of init_from */
    TrainLog log;
} FitResult;

/* Trains. A run goes on only with the recipe it began with, but for its length, its rate and what it
 * saves (recipe_clash). A loss that is not a number ends the run with ERR_NUMERIC; the last
 * checkpoint and the best model stay. fit_result_free frees what is in `result`. */
int fit(const Recipe *recipe, const Dataset *data, const FitOptions *options, FitResult *result,
        Err *e);
void fit_result_free(FitResult *result);

#endif
