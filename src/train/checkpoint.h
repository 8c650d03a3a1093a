/* Everything that a run needs to go on where it was, in one file.
 *
 *     RunState state = {0};
 *     checkpoint_save("runs/lenet/checkpoint/state.safetensors", net, optim, &state, &recipe, &e);
 *     ...
 *     checkpoint_load(path, net, optim, &state, &recipe, &e);      // on a net and optimiser like those
 *
 * The weights and running statistics, what the optimiser remembers (momenta, averaged weights), and
 * a RunState: the numbers of the run. All random streams are functions of the seed and of positions
 * that are among these numbers. The file is replaced as a whole or not at all: who is killed, or
 * finds the disk full, leaves the one before. */
#ifndef SCRAWL_TRAIN_CHECKPOINT_H
#define SCRAWL_TRAIN_CHECKPOINT_H

#include "nn/net.h"
#include "nn/optim.h"
#include "nn/schedule.h"
#include "train/log.h"
#include "train/recipe.h"

/* Where a run stands, apart from its weights; zero at the start. checkpoint.c's table names the
 * numbers that a file keeps. */
typedef struct RunState {
    long epoch;         /* being trained, from 0; the recipe's epochs when the run is over */
    long epoch_step;    /* steps taken in it */
    long step;          /* steps taken in all */
    bool ended;         /* early stopping ended the run */
    uint64_t exec_step; /* dropout's */

    double loss_sum;    /* of the epoch so far, over its images */
    double picture_sum; /* of it the pictures' part, unweighted */
    double real_sum,
        fake_sum; /* of two nets: the discriminator's loss on real pictures, on drawn ones */
    long right, seen;
    double seconds, epoch_seconds; /* trained in all, and in this epoch */

    ScheduleState schedule;
    long best_epoch; /* whose weights are the best so far, from 1; 0: none yet */
    double best_loss;
    long best_right; /* validation pictures read right by it */
    long stale;      /* epochs since the validation loss was last lower */
    double lowest_loss;

    uint64_t data_hash;            /* of the pictures and labels trained on */
    long events_time, events_size; /* TensorBoard's file: its name's number, its length */
    TrainLog log;
} RunState;

void run_state_free(RunState *state);

/* `recipe` is kept beside the numbers. */
int checkpoint_save(const char *path, Net *net, Optim *optim, const RunState *state,
                    const Recipe *recipe, Err *e);

/* Fills net, optim and state. ERR_FORMAT for a file that is not whole or is another net's;
 * ERR_ARGUMENT when `recipe` clashes with the file's, which names the setting; ERR_NUMERIC for
 * weights that are not finite. On failure nothing is changed. */
int checkpoint_load(const char *path, Net *net, Optim *optim, RunState *state, const Recipe *recipe,
                    Err *e);

/* The same for two nets that are trained against each other: one file, so that they never come from
 * different moments. */
typedef struct Trained {
    Net *net;
    Optim *optim;
} Trained;
int checkpoint_save_two(const char *path, const Trained nets[2], const RunState *state,
                        const Recipe *recipe, Err *e);
int checkpoint_load_two(const char *path, const Trained nets[2], RunState *state,
                        const Recipe *recipe, Err *e);

#endif
