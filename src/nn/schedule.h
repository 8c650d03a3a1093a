/* The learning rate at every step of a training.
 *
 *     Schedule schedule = { .kind = SCHEDULE_COSINE, .rate = 0.1f, .warmup = 500 };
 *     ScheduleState state = {0};
 *     for (long step = 0; step < total; step++)
 *         optim_step(optim, net, gradient, schedule_rate(&schedule, &state, step, total), team);
 *
 * All but the plateau are pure functions of the step. During the first `warmup` steps the rate
 * rises in a straight line, step i having (i+1)/warmup of what the schedule begins with; the
 * schedule proper then runs over the steps that are left. With i the step and n the number of them:
 *
 *   constant   rate
 *   step       rate * factor^k,  k the whole number of `every` steps that have gone by
 *   cosine     rate * (final + (1-final) * (1 + cos(pi*i/n))/2): Loshchilov and Hutter 2017
 *   one-cycle  up from rate/start to rate over the first `rise` of the steps, then down to
 *              rate/start/1e4, both along a half cosine: Smith 2018, PyTorch's OneCycleLR
 *   plateau    rate * factor^cuts; a cut when the observed loss has not improved `patience` times
 *              in a row: Keras' ReduceLROnPlateau */
#ifndef SCRAWL_NN_SCHEDULE_H
#define SCRAWL_NN_SCHEDULE_H

#include <stdbool.h>

#include "base/err.h"

typedef enum ScheduleKind {
    SCHEDULE_CONSTANT,
    SCHEDULE_STEP,
    SCHEDULE_COSINE,
    SCHEDULE_ONE_CYCLE,
    SCHEDULE_PLATEAU,
    SCHEDULE_KINDS
} ScheduleKind;

/* Zero is the usual default of every field but the rate. */
typedef struct Schedule {
    ScheduleKind kind;
    float rate;      /* the highest */
    long warmup;     /* steps before the schedule proper */
    long every;      /* step: steps between two cuts; 0: a third of them all */
    float factor;    /* step and plateau: what a cut multiplies by; 0: 0.1 */
    float final;     /* cosine: where it ends, as a share of the rate; plateau: never below */
    float start;     /* one-cycle: how many times smaller it begins; 0: 25 */
    float rise;      /* one-cycle: share of the steps that go up; 0: 0.3 */
    int patience;    /* plateau: observations without improvement before a cut; 0: 10 */
    float threshold; /* plateau: a smaller improvement, as a share of the best loss, is none; 0:
                        1e-4 */
} Schedule;

/* What the plateau has seen; {0} at the start. A checkpoint saves the fields. */
typedef struct ScheduleState {
    bool seen;   /* a loss was observed */
    double best; /* the lowest of them */
    int bad;     /* observations since, without a cut */
    int cuts;
} ScheduleState;

/* "constant", "step", ...; and back: -1 when there is no such schedule. */
const char *schedule_name(ScheduleKind kind);
int schedule_find(const char *name);

/* ERR_ARGUMENT if a number makes no sense. */
int schedule_check(const Schedule *s, Err *e);

/* The rate of step 0 .. total-1; steps beyond the total have the last one's. Only the plateau reads
 * `state`. */
float schedule_rate(const Schedule *s, const ScheduleState *state, long step, long total);

/* Shows the plateau a validation loss, once an epoch; a NaN is no improvement. True if the rate was
 * cut. Other schedules look at nothing. */
bool schedule_observe(const Schedule *s, ScheduleState *state, double loss);

#endif
