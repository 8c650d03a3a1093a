#include "train/pace.h"

#include <time.h>

double pace_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

Pace pace_begin(void)
{
    double now = pace_now();

    return (Pace){now, now, now};
}

void pace_tick(Pace *p, RunState *s)
{
    double now = pace_now();

    s->seconds += now - p->last;
    s->epoch_seconds += now - p->last;
    p->last = now;
}

bool pace_is_due(const Pace *p, const Recipe *recipe, long epoch_step)
{
    return (recipe->checkpoint_steps && epoch_step % recipe->checkpoint_steps == 0) ||
           (recipe->checkpoint_seconds && p->last - p->saved >= recipe->checkpoint_seconds);
}

void pace_saved(Pace *p)
{
    p->saved = p->last;
}
