/* CTC by the equations of Graves et al. 2006, section 4. A string of n labels becomes 2n+1 states:
 * the labels with a blank before, between and after them. A path enters a state from itself, from
 * the state before, or, if it is a label that differs from the label before, from that one. */
#include "nn/ctc.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nn/ctc_states.h"

/* log(e^a + e^b) */
static double log_add(double a, double b)
{
    double most = fmax(a, b), least = fmin(a, b);

    return most == -INFINITY ? most : most + log1p(exp(least - most));
}

CtcStates ctc_states(int classes, const uint8_t *labels, int length)
{
    CtcStates s = {.count = 2 * length + 1, .needs = length};

    assert(classes >= 2 && classes <= CTC_CLASSES && length >= 0 && length <= CTC_LABELS);
    for (int i = 0; i < s.count; i++) {
        s.class[i] = i % 2 ? labels[i / 2] : (uint8_t)(classes - 1);
        s.skips[i] = i > 2 && i % 2 && s.class[i] != s.class[i - 2];
        s.needs += i > 2 && i % 2 && !s.skips[i];
        assert(s.class[i] < classes - (i % 2));
    }
    return s;
}

/* ---- the loss in log space ---- */

typedef double LogRow[CTC_STATES];

/* (classes, steps) -> (steps, classes), softmax's logarithm. */
static void log_softmax(int classes, int steps, const float *logits, double temperature,
                        double *out)
{
    for (int t = 0; t < steps; t++) {
        double *row = out + (size_t)t * classes, most = -INFINITY, sum = 0;

        for (int c = 0; c < classes; c++) {
            row[c] = logits[(size_t)c * steps + t] / temperature;
            most = fmax(most, row[c]);
        }
        for (int c = 0; c < classes; c++)
            sum += exp(row[c] - most);
        for (int c = 0; c < classes; c++)
            row[c] -= most + log(sum);
    }
}

/* before[t][s]: all beginnings that are in state s at step t, this step's name included. Returns the
 * string's. */
static double log_forward(const CtcStates *s, int classes, int steps, const double *y, LogRow *before)
{
    for (int t = 0; t < steps; t++)
        for (int i = 0; i < s->count; i++) {
            double sum = t ? before[t - 1][i] : i < 2 ? 0 : -INFINITY;

            if (t && i >= 1)
                sum = log_add(sum, before[t - 1][i - 1]);
            if (t && s->skips[i])
                sum = log_add(sum, before[t - 1][i - 2]);
            before[t][i] = sum + y[(size_t)t * classes + s->class[i]];
        }
    return s->count == 1 ? before[steps - 1][0]
                         : log_add(before[steps - 1][s->count - 1], before[steps - 1][s->count - 2]);
}

/* after[t][s]: all ends that were in state s at step t, this step's name left out. */
static void log_backward(const CtcStates *s, int classes, int steps, const double *y, LogRow *after)
{
    for (int t = steps - 1; t >= 0; t--)
        for (int i = 0; i < s->count; i++) {
            const double *next = y + (size_t)(t + 1) * classes;
            double sum = i >= s->count - 2 ? 0 : -INFINITY;

            if (t < steps - 1) {
                sum = after[t + 1][i] + next[s->class[i]];
                if (i + 1 < s->count)
                    sum = log_add(sum, after[t + 1][i + 1] + next[s->class[i + 1]]);
                if (i + 2 < s->count && s->skips[i + 2])
                    sum = log_add(sum, after[t + 1][i + 2] + next[s->class[i + 2]]);
            }
            after[t][i] = sum;
        }
}

double ctc_loss(int classes, int steps, const float *logits, const uint8_t *labels, int length,
                float scale, float *dx)
{
    CtcStates s = ctc_states(classes, labels, length);
    double y[CTC_STEPS * CTC_CLASSES], all;
    LogRow before[CTC_STEPS], after[CTC_STEPS];

    assert(steps >= 1 && steps <= CTC_STEPS);
    if (dx)
        memset(dx, 0, (size_t)classes * steps * sizeof *dx);
    if (s.needs > steps)
        return INFINITY;
    log_softmax(classes, steps, logits, 1, y);
    all = log_forward(&s, classes, steps, y, before);
    if (!dx)
        return -all;
    log_backward(&s, classes, steps, y, after);
    for (int t = 0; t < steps; t++) {
        double share[CTC_CLASSES] = {0};

        for (int i = 0; i < s.count; i++)
            share[s.class[i]] += exp(before[t][i] + after[t][i] - all);
        for (int c = 0; c < classes; c++)
            dx[(size_t)c * steps + t] =
                (float)(scale * (exp(y[(size_t)t * classes + c]) - share[c]));
    }
    return -all;
}

int ctc_infeasible(const CtcTargets *targets, int count, int steps)
{
    int infeasible = 0;

    for (int i = 0; i < count; i++) {
        const uint8_t *labels = targets->labels + (size_t)i * targets->room;
        int needs = targets->lengths[i];

        for (int j = 1; j < targets->lengths[i]; j++)
            needs += labels[j] == labels[j - 1];
        infeasible += needs > (targets->steps ? targets->steps[i] : steps);
    }
    return infeasible;
}

/* ---- reading ---- */

void ctc_softmax(int classes, int steps, const float *logits, double temperature, double *p)
{
    log_softmax(classes, steps, logits, temperature, p);
    for (int i = 0; i < classes * steps; i++)
        p[i] = exp(p[i]);
}

int ctc_best_path(int classes, int steps, const double *p, uint8_t *labels)
{
    int length = 0, last = classes - 1;

    for (int t = 0; t < steps && length < CTC_LABELS; t++) {
        int best = 0;

        for (int c = 1; c < classes; c++)
            if (p[(size_t)t * classes + c] > p[(size_t)t * classes + best])
                best = c;
        if (best != last && best != classes - 1)
            labels[length++] = (uint8_t)best;
        last = best;
    }
    return length;
}

double ctc_probability(int classes, int steps, const double *p, const uint8_t *labels, int length)
{
    CtcStates s = ctc_states(classes, labels, length);
    double in[CTC_STATES] = {1}; /* before the first step: as if in the first blank */

    if (s.needs > steps)
        return 0;
    for (int t = 0; t < steps; t++)
        for (int i = s.count - 1; i >= 0; i--) {
            double sum = in[i];

            if (i >= 1)
                sum += in[i - 1];
            if (s.skips[i])
                sum += in[i - 2];
            in[i] = sum * p[(size_t)t * classes + s.class[i]];
        }
    return in[s.count - 1] + (s.count > 1 ? in[s.count - 2] : 0);
}

int ctc_align(int classes, int steps, const double *p, const uint8_t *labels, int length,
              int *first, int *end)
{
    CtcStates s = ctc_states(classes, labels, length);
    uint8_t from[CTC_STEPS][CTC_STATES]; /* how many states back the best way comes from */
    double best[CTC_STATES];
    int at = s.count - 1;

    assert(steps >= 1 && steps <= CTC_STEPS);
    if (s.needs > steps)
        return -1;
    for (int t = 0; t < steps; t++)
        for (int i = s.count - 1; i >= 0; i--) {
            double stay = t ? best[i] : i < 2 ? 0 : -INFINITY;

            from[t][i] = 0;
            for (int back = 1; t && back <= (s.skips[i] ? 2 : i > 0); back++)
                if (best[i - back] > stay) {
                    stay = best[i - back];
                    from[t][i] = (uint8_t)back;
                }
            best[i] = stay + log(fmax(p[(size_t)t * classes + s.class[i]], 1e-300));
        }
    if (length && best[at - 1] > best[at])
        at--;
    for (int t = steps - 1, later = -1; t >= 0; t--) {
        if (at % 2 && at != later)
            end[at / 2] = t + 1;
        if (at % 2)
            first[at / 2] = t;
        later = at;
        at -= from[t][at];
    }
    return 0;
}
