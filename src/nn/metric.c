/* Figures of merit for answers: counts, calibration, ranking. */
#include "nn/metric.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* ---- counting ---- */

Interval metric_wilson(long right, long count)
{
    const double z = 1.959963984540054; /* 97.5 % of a normal distribution lie below */
    double n = (double)count, share, middle, half;

    assert(right >= 0 && right <= count);
    if (count == 0)
        return (Interval){0, 1};
    share = (double)right / n;
    middle = share + z * z / (2 * n);
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    return (Interval){right == 0 ? 0 : (middle - half) / (1 + z * z / n),
                      right == count ? 1 : (middle + half) / (1 + z * z / n)};
}

/* Student's t that 2.5 % exceed: a table, then Cornish and Fisher's expansion (Abramowitz and Stegun
 * 26.7.5), good to 1e-4 there. */
static double student_t(long freedom)
{
    static const double table[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060,
                                   2.2622,  2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199,
                                   2.1098,  2.1009, 2.0930, 2.0860};
    const double z = 1.959964, v = (double)freedom;

    if (freedom <= (long)(sizeof table / sizeof *table))
        return table[freedom - 1];
    return z + (z * z * z + z) / (4 * v) + (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * v * v);
}

Interval metric_t(long n, const double *values, double *mean)
{
    double sum = 0, squares = 0, reach = INFINITY;

    for (long i = 0; i < n; i++)
        sum += values[i];
    *mean = n ? sum / (double)n : 0;
    for (long i = 0; i < n; i++)
        squares += (values[i] - *mean) * (values[i] - *mean);
    if (n > 1)
        reach = student_t(n - 1) * sqrt(squares / (double)(n - 1) / (double)n);
    return (Interval){*mean - reach, *mean + reach};
}


int metric_largest(int classes, const float *scores)
{
    int largest = 0;

    for (int i = 1; i < classes; i++)
        if (scores[i] > scores[largest])
            largest = i;
    return largest;
}

long metric_right(long count, int classes, const float *scores, const int *targets)
{
    long right = 0;

    for (long i = 0; i < count; i++)
        right += metric_largest(classes, scores + i * classes) == targets[i];
    return right;
}

/* How many classes come before `class`. */
static int rank_of(int classes, const float *scores, int class)
{
    int before = 0;

    assert(class >= 0 && class < classes);
    for (int i = 0; i < classes; i++)
        before += scores[i] > scores[class] || (scores[i] == scores[class] && i < class);
    return before;
}

long metric_top(long count, int classes, const float *scores, const int *targets, int k)
{
    long right = 0;

    for (long i = 0; i < count; i++)
        right += rank_of(classes, scores + i * classes, targets[i]) < k;
    return right;
}

void metric_confusion(long count, int classes, const int *answers, const int *targets, long *matrix)
{
    for (long i = 0; i < count; i++) {
        assert(targets[i] >= 0 && targets[i] < classes);
        assert(answers[i] >= 0 && answers[i] < classes);
        matrix[(long)targets[i] * classes + answers[i]]++;
    }
}

static double ratio(double a, double b)
{
    return b != 0 ? a / b : 0;
}

ClassReport metric_class(int classes, const long *matrix, int class)
{
    ClassReport r = {.right = matrix[(long)class * classes + class]};

    for (int i = 0; i < classes; i++) {
        r.support += matrix[(long)class * classes + i];
        r.answered += matrix[(long)i * classes + class];
    }
    r.precision = ratio((double)r.right, (double)r.answered);
    r.recall = ratio((double)r.right, (double)r.support);
    r.f1 = ratio(2 * r.precision * r.recall, r.precision + r.recall);
    return r;
}

/* ---- calibration ---- */

static double log_sum_exp(int classes, const float *x, double scale)
{
    double most = x[metric_largest(classes, x)] * scale, sum = 0;

    for (int i = 0; i < classes; i++)
        sum += exp(x[i] * scale - most);
    return most + log(sum);
}

void metric_softmax(long count, int classes, const float *logits, double temperature,
                    float *probabilities)
{
    double scale = 1 / temperature;

    for (long i = 0; i < count; i++) {
        const float *x = logits + i * classes;
        double log_sum = log_sum_exp(classes, x, scale);

        for (int c = 0; c < classes; c++)
            probabilities[i * classes + c] = (float)exp(x[c] * scale - log_sum);
    }
}

double metric_nll(long count, int classes, const float *logits, const int *targets,
                  double temperature)
{
    double sum = 0, scale = 1 / temperature;

    for (long i = 0; i < count; i++) {
        const float *x = logits + i * classes;

        assert(targets[i] >= 0 && targets[i] < classes);
        sum += log_sum_exp(classes, x, scale) - x[targets[i]] * scale;
    }
    return ratio(sum, (double)count);
}

/* In s = 1/temperature the likelihood has one minimum, so it has one in log s too, and a golden
 * section search cannot miss it. */
double metric_temperature(long count, int classes, const float *logits, const int *targets)
{
    const double golden = (sqrt(5) - 1) / 2;
    double low = log(0.01), high = log(100), a = high - golden * (high - low),
           b = low + golden * (high - low);
    double at_a = metric_nll(count, classes, logits, targets, exp(a));
    double at_b = metric_nll(count, classes, logits, targets, exp(b));

    if (count == 0)
        return 1;
    while (high - low > 1e-6) {
        if (at_a < at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - golden * (high - low);
            at_a = metric_nll(count, classes, logits, targets, exp(a));
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + golden * (high - low);
            at_b = metric_nll(count, classes, logits, targets, exp(b));
        }
    }
    return exp((low + high) / 2);
}

static int bin_of(float confidence)
{
    int bin = (int)ceil((double)confidence * RELIABILITY_BINS) - 1;

    return bin < 0 ? 0 : bin < RELIABILITY_BINS ? bin : RELIABILITY_BINS - 1;
}

Reliability metric_reliability(long count, const float *confidences, const bool *right)
{
    Reliability r = {0};

    for (long i = 0; i < count; i++) {
        float confidence = confidences[i] > 0 ? confidences[i] : 0; /* a NaN is not sure at all */
        int bin = bin_of(confidence);

        r.count[bin]++;
        r.right[bin] += right[i];
        r.confidence[bin] += confidence;
    }
    for (int b = 0; b < RELIABILITY_BINS; b++) {
        r.error += ratio(fabs((double)r.right[b] - r.confidence[b]), (double)count);
        r.confidence[b] = ratio(r.confidence[b], (double)r.count[b]);
    }
    return r;
}

/* ---- ranking ---- */

typedef struct Scored {
    float score;
    bool good;
} Scored;

static int higher_first(const void *a, const void *b)
{
    float x = ((const Scored *)a)->score, y = ((const Scored *)b)->score;

    return (x < y) - (x > y);
}

/* The scores from the highest down; the caller frees. */
static Scored *sorted(long count, const float *scores, const bool *good, Err *e)
{
    Scored *s = malloc(((size_t)count + 1) * sizeof *s);

    if (!s) {
        err_set(e, ERR_MEMORY, "no memory to sort %ld scores", count);
        return NULL;
    }
    for (long i = 0; i < count; i++)
        s[i] = (Scored){isnan(scores[i]) ? -INFINITY : scores[i], good[i]};
    qsort(s, (size_t)count, sizeof *s, higher_first);
    return s;
}

/* The end of the run of equal scores that begins at `first`, and how many of it are good. */
static long run_end(const Scored *s, long count, long first, long *good)
{
    long end = first;

    *good = 0;
    for (; end < count && s[end].score == s[first].score; end++)
        *good += s[end].good;
    return end;
}

int metric_auroc(long count, const float *scores, const bool *positive, double *area, Err *e)
{
    Scored *s = sorted(count, scores, positive, e);
    double sum = 0, positives = 0, good_above = 0;

    if (!s)
        return -ERR_MEMORY;
    for (long i = 0, end, good; i < count; i = end) {
        end = run_end(s, count, i, &good);
        sum += (double)(end - i - good) * (good_above + 0.5 * (double)good);
        good_above += (double)good;
    }
    positives = good_above;
    *area = positives > 0 && positives < (double)count
                ? sum / (positives * ((double)count - positives))
                : 0.5;
    free(s);
    return 0;
}

int metric_risk_coverage(long count, const float *confidences, const bool *right, float *risk,
                         double *area, Err *e)
{
    Scored *s = sorted(count, confidences, right, e);
    double wrong = 0, sum = 0;

    if (!s)
        return -ERR_MEMORY;
    for (long i = 0, end, good; i < count; i = end) {
        end = run_end(s, count, i, &good);
        wrong += (double)(end - i - good);
        for (long j = i; j < end; j++)
            risk[j] = (float)(wrong / (double)end);
        sum += (double)(end - i) * wrong / (double)end;
    }
    if (area)
        *area = ratio(sum, (double)count);
    free(s);
    return 0;
}
