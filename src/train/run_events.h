/* TensorBoard's file of a run: opened, gone on with, and what the run is said at its start.
 *
 *     Events *events = run_events_open(run, &recipe, &state, &e);
 *     events_scalar(events, "loss/training", state.step, loss);
 *     if (run_events_flush(events, &state, &e)) ... */
#ifndef SCRAWL_TRAIN_RUN_EVENTS_H
#define SCRAWL_TRAIN_RUN_EVENTS_H

#include "train/checkpoint.h"
#include "train/events.h"
#include "train/run_folder.h"

/* Goes on where `state`, perhaps from a checkpoint, says that the file ended, or begins one with the
 * recipe as hyper-parameters and as a text. */
Events *run_events_open(const RunFolder *run, const Recipe *recipe, RunState *state, Err *e);

/* Writes what was added; the state remembers the file's length. */
int run_events_flush(Events *events, RunState *state, Err *e);

#endif
