/* CTC on the 16 images of a slice, in double without logarithms: a string's probability is right as
 * long as nothing gets near the smallest numbers there are. An image for which something does,
 * because the net is certain of another string, takes ctc_loss, which knows no such limit. That
 * is many times slower, and rare. */
#include "nn/loss_slice.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nn/ctc_states.h"

static const double LEAST_SUM = 1e-200; /* of a string: what underflow loses is far below */
static const float LEAST_NAME = 1e-30f; /* of a class at a step: the softmax is of floats */

typedef struct Tables {
    LossSlice *s;
    int classes, steps;                       /* steps: of the image at work */
    float y[CTC_STEPS * CTC_CLASSES * LANES]; /* softmax: (T, C, lanes) */
    double p[CTC_STEPS * CTC_CLASSES];        /* (T, C) of one image, in the end its gradient */
    double before[CTC_STEPS][CTC_STATES];
} Tables;

static void softmax_all(Tables *t, const Kernels *k)
{
    const View *v = t->s->v;

    for (int w = 0; w < v->w; w++)
        k->softmax(v->c, t->s->x + (size_t)w * LANES, v->plane, t->y + (size_t)w * v->c * LANES,
                   LANES);
}

/* One image's probabilities; false if one that its string needs is too small for a float. */
static bool take_lane(Tables *t, int lane, const CtcStates *s)
{
    float least = 1;

    for (int i = 0; i < t->steps * t->classes; i++)
        t->p[i] = t->y[(size_t)i * LANES + lane];
    for (int w = 0; w < t->steps; w++)
        for (int i = 0; i < s->count; i++)
            least = fminf(least, t->y[((size_t)w * t->classes + s->class[i]) * LANES + lane]);
    return least >= LEAST_NAME;
}

/* before[t][i]: all beginnings that are in state i at step t, its name included. Returns the
 * string's probability. */
static double forward(Tables *t, const CtcStates *s)
{
    const double none[CTC_STATES] = {1}, *in = none; /* at first: as if in the first blank */
    double skip[CTC_STATES];

    for (int i = 0; i < s->count; i++)
        skip[i] = s->skips[i];
    for (int w = 0; w < t->steps; in = t->before[w++]) {
        const double *p = t->p + (size_t)w * t->classes;
        double *out = t->before[w];

        out[0] = in[0] * p[s->class[0]];
        if (s->count > 1)
            out[1] = (in[1] + in[0]) * p[s->class[1]];
        for (int i = 2; i < s->count; i++)
            out[i] = (in[i] + in[i - 1] + skip[i] * in[i - 2]) * p[s->class[i]];
    }
    return in[s->count - 1] + (s->count > 1 ? in[s->count - 2] : 0);
}

/* p becomes the gradient of -log(all): softmax less the share of the alignments that name a class. */
static void backward(Tables *t, const CtcStates *s, double all)
{
    double next[CTC_STATES + 2] = {0}, skip[CTC_STATES + 2] = {0};

    for (int i = 2; i < s->count; i++)
        skip[i] = s->skips[i];
    for (int w = t->steps - 1; w >= 0; w--) {
        double share[CTC_CLASSES] = {0}, *p = t->p + (size_t)w * t->classes;

        for (int i = 0; i < s->count; i++) { /* next[i+1] and on are still those of step w+1 */
            double after = w == t->steps - 1 ? i >= s->count - 2
                                             : next[i] + next[i + 1] + skip[i + 2] * next[i + 2];

            share[s->class[i]] += t->before[w][i] * after;
            next[i] = after * p[s->class[i]];
        }
        for (int c = 0; c < t->classes; c++)
            p[c] -= share[c] / all;
    }
}

/* Value and gradient by the reference. */
static double careful(Tables *t, int lane, const uint8_t *labels, int length)
{
    float logits[CTC_STEPS * CTC_CLASSES], dx[CTC_STEPS * CTC_CLASSES];
    double value;

    for (int c = 0; c < t->classes; c++)
        for (int w = 0; w < t->steps; w++)
            logits[c * t->steps + w] = t->s->x[c * t->s->v->plane + (size_t)w * LANES + lane];
    value = ctc_loss(t->classes, t->steps, logits, labels, length, 1, dx);
    for (int c = 0; c < t->classes; c++)
        for (int w = 0; w < t->steps; w++)
            t->p[w * t->classes + c] = dx[c * t->steps + w];
    return value;
}

/* The gradient in p; nothing for a lane that has none. */
static void put_lane(const Tables *t, int lane, int steps)
{
    const View *v = t->s->dv;

    for (int c = 0; c < v->c; c++)
        for (int w = 0; w < v->w; w++) {
            float *dx = t->s->dx + c * v->plane + (size_t)w * LANES + lane;
            float d = w < steps ? t->s->scale * (float)t->p[(size_t)w * v->c + c] : 0;

            *dx = t->s->add ? *dx + d : d;
        }
}

/* Returns whether the likeliest names read as the image's string. */
static bool ctc_lane(Tables *t, int lane)
{
    LossSlice *s = t->s;
    const CtcTargets *target = s->target;
    size_t image = (size_t)s->first + lane;
    const uint8_t *labels = target->labels + image * target->room;
    int length = target->lengths[image], found;
    CtcStates states = ctc_states(t->classes, labels, length);
    uint8_t read[CTC_LABELS];
    bool sound;
    double all;

    assert(length <= target->room);
    t->steps = target->steps ? target->steps[image] : s->v->w;
    assert(t->steps >= 1 && t->steps <= s->v->w);
    sound = take_lane(t, lane, &states);
    found = ctc_best_path(t->classes, t->steps, t->p, read);
    if (states.needs > t->steps) {
        t->steps = 0; /* no gradient */
    } else if (sound && (all = forward(t, &states)) >= LEAST_SUM) {
        s->value[lane] = -log(all);
        if (s->dx)
            backward(t, &states, all);
    } else {
        s->value[lane] = careful(t, lane, labels, length);
    }
    if (s->dx)
        put_lane(t, lane, t->steps);
    return found == length && !memcmp(read, labels, (size_t)length);
}

void ctc_slice(LossSlice *s, const Kernels *k, long *right)
{
    Tables t;

    assert(s->v->c <= CTC_CLASSES && s->v->w <= CTC_STEPS && s->v->h == 1);
    t.s = s;
    t.classes = s->v->c;
    softmax_all(&t, k);
    for (int lane = 0; lane < s->images; lane++)
        *right += ctc_lane(&t, lane);
    for (int lane = s->images; s->dx && lane < LANES; lane++)
        put_lane(&t, lane, 0);
}
