/* Schedules: a function a kind, and the warm-up before any of them. */
#include "nn/schedule.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char *const schedule_names[SCHEDULE_KINDS] = {
    [SCHEDULE_CONSTANT] = "constant", [SCHEDULE_STEP] = "step",
    [SCHEDULE_COSINE] = "cosine",     [SCHEDULE_ONE_CYCLE] = "one-cycle",
    [SCHEDULE_PLATEAU] = "plateau",
};

const char *schedule_name(ScheduleKind kind)
{
    assert(kind >= 0 && kind < SCHEDULE_KINDS);
    return schedule_names[kind];
}

int schedule_find(const char *name)
{
    for (int i = 0; i < SCHEDULE_KINDS; i++)
        if (!strcmp(name, schedule_names[i]))
            return i;
    return -1;
}

int schedule_check(const Schedule *s, Err *e)
{
    const struct {
        const char *name;
        double value, end;
    } numbers[] = {
        {"learning rate", s->rate, INFINITY},
        {"warm-up", (double)s->warmup, INFINITY},
        {"interval", (double)s->every, INFINITY},
        {"factor", s->factor, 1},
        {"final share", s->final, 1},
        {"start", s->start, INFINITY},
        {"rise", s->rise, 1},
        {"patience", s->patience, INFINITY},
        {"threshold", s->threshold, 1},
    };

    if ((int)s->kind < 0 || s->kind >= SCHEDULE_KINDS)
        return err_set(e, ERR_ARGUMENT, "there is no schedule number %d", (int)s->kind);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double value = numbers[i].value, end = numbers[i].end;

        if (value >= 0 && value <= end && value < INFINITY)
            continue;
        if (end < INFINITY)
            return err_set(e, ERR_ARGUMENT, "schedule: a %s of %g is not in 0 .. %g",
                           numbers[i].name, value, end);
        return err_set(e, ERR_ARGUMENT, "schedule: a %s of %g is not a positive number",
                       numbers[i].name, value);
    }
    return 0;
}

/* From a to b along a half cosine while `share` goes from 0 to 1. */
static double half_cosine(double a, double b, double share)
{
    return b + (a - b) * (1 + cos(acos(-1) * share)) / 2;
}

static double factor_of(const Schedule *s)
{
    return s->factor != 0 ? s->factor : 0.1;
}

static double step_share(const Schedule *s, long step, long total)
{
    long every = s->every ? s->every : (total + 2) / 3;

    return pow(factor_of(s), (double)(step / every));
}

/* The top is reached at rise*total - 1, the bottom at the last step, as in PyTorch. */
static double one_cycle_share(const Schedule *s, long step, long total)
{
    double start = 1 / (s->start != 0 ? s->start : 25), rise = s->rise != 0 ? s->rise : 0.3;
    double top = fmax(rise * (double)total - 1, 0), last = (double)total - 1;

    if (step < top)
        return half_cosine(start, 1, (double)step / top);
    return last > top ? half_cosine(1, start * 1e-4, ((double)step - top) / (last - top)) : 1;
}

float schedule_rate(const Schedule *s, const ScheduleState *state, long step, long total)
{
    double warm = step < s->warmup ? (double)(step + 1) / (double)s->warmup : 1, share = 1;
    long i = step - s->warmup, n = total - s->warmup;

    n = n < 1 ? 1 : n;
    i = i < 0 ? 0 : i < n ? i : n - 1;
    switch (s->kind) {
    case SCHEDULE_STEP:
        share = step_share(s, i, n);
        break;
    case SCHEDULE_COSINE:
        share = half_cosine(1, s->final, (double)i / (double)n);
        break;
    case SCHEDULE_ONE_CYCLE:
        share = one_cycle_share(s, i, n);
        break;
    case SCHEDULE_PLATEAU:
        share = fmax(pow(factor_of(s), state->cuts), s->final);
        break;
    default:
        break;
    }
    return (float)(s->rate * warm * share);
}

bool schedule_observe(const Schedule *s, ScheduleState *state, double loss)
{
    double threshold = s->threshold != 0 ? s->threshold : 1e-4;
    int patience = s->patience ? s->patience : 10;
    double wanted = state->best - threshold * fabs(state->best);

    if (s->kind != SCHEDULE_PLATEAU)
        return false;
    if (state->seen ? loss < wanted : !isnan(loss)) {
        *state = (ScheduleState){.seen = true, .best = loss, .cuts = state->cuts};
        return false;
    }
    if (++state->bad < patience)
        return false;
    state->bad = 0;
    state->cuts++;
    return true;
}
