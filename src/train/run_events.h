/* TensorBoard's file of a run: opened, gone on with, and what the run is said at its start.
 *
 *     Events *events = run_events_open(run, &recipe, (RunAbout){.net = net}, &state, &e);
 *     events_scalar(events, "loss/training", state.step, loss);
 *     if (run_events_flush(events, &state, &e)) ... */
#ifndef SCRAWL_TRAIN_RUN_EVENTS_H
#define SCRAWL_TRAIN_RUN_EVENTS_H

#include "train/checkpoint.h"
#include "train/events.h"
#include "train/run_folder.h"

/* What a file begins with, besides the recipe as hyper-parameters and as a text. */
typedef struct RunAbout {
    const char *group; /* runs of one are compared as one; NULL: the folder */
    const Net *net;    /* drawn under Graphs; NULL: none */
} RunAbout;

/* Goes on where `state`, perhaps from a checkpoint, says that the file ended, or begins one. */
Events *run_events_open(const RunFolder *run, const Recipe *recipe, RunAbout about, RunState *state,
                        Err *e);

/* Writes what was added; the state remembers the file's length. */
int run_events_flush(Events *events, RunState *state, Err *e);

#endif
