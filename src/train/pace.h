/* How long a run has taken, and when it is time for a checkpoint: inside train/ only.
 *
 *     Pace pace = pace_begin();
 *     ... a step ...
 *     pace_tick(&pace, &state);
 *     if (pace_is_due(&pace, recipe, state.epoch_step))
 *         pace_saved(&pace);
 *
 * All in seconds by the monotonic clock. */
#ifndef SCRAWL_TRAIN_PACE_H
#define SCRAWL_TRAIN_PACE_H

#include "train/checkpoint.h"

typedef struct Pace {
    double begun, last, saved; /* when this process began, last ticked, last saved a checkpoint */
} Pace;

double pace_now(void);
Pace pace_begin(void);

/* Adds the time since the last tick to the run's and to the epoch's. */
void pace_tick(Pace *p, RunState *s);

/* Whether the recipe wants a checkpoint after this step of an epoch. */
bool pace_is_due(const Pace *p, const Recipe *recipe, long epoch_step);
void pace_saved(Pace *p);

#endif
