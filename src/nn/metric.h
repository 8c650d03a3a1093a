/* How good an answer is: figures of merit on plain arrays.
 *
 *     long right = metric_right(count, 10, logits, classes);
 *     Interval i = metric_wilson(right, count);
 *     printf("%ld of %ld = %.2f %% (%.2f to %.2f)\n", right, count, 100.0 * right / count,
 *            100 * i.low, 100 * i.high);
 *
 * Scores are (count, classes) row-major; logits and probabilities rank alike. Targets are classes
 * 0 .. classes-1. Where scores tie, the class with the smaller number comes first; a NaN is below
 * all others in what is sorted. Everything is summed in double and in order. */
#ifndef SCRAWL_NN_METRIC_H
#define SCRAWL_NN_METRIC_H

#include <stdbool.h>

#include "base/err.h"

/* ---- counting ---- */

typedef struct Interval {
    double low, high;
} Interval;

/* Where the true share lies with 95 % confidence when `right` of `count` were seen (Wilson 1927); 0
 * to 1 when count is 0. */
Interval metric_wilson(long right, long count);

/* Where the mean of what `n` values are drawn from lies with 95 % confidence, by Student's t; their
 * own mean is *mean. Below two values there is no telling: from -infinity to infinity. */
Interval metric_t(long n, const double *values, double *mean);

/* The class with the largest score. */
int metric_largest(int classes, const float *scores);

/* Rows whose largest score is the target's; and whose target is among the k largest. */
long metric_right(long count, int classes, const float *scores, const int *targets);
long metric_top(long count, int classes, const float *scores, const int *targets, int k);

/* Adds to matrix[target*classes + answer]; the caller clears it at the start. */
void metric_confusion(long count, int classes, const int *answers, const int *targets,
                      long *matrix);

/* Read off a confusion matrix for one class. A share with nothing below its line is 0. */
typedef struct ClassReport {
    long support;  /* images of the class */
    long answered; /* times it was the answer */
    long right;
    double precision; /* right / answered */
    double recall;    /* right / support */
    double f1;        /* their harmonic mean */
} ClassReport;
ClassReport metric_class(int classes, const long *matrix, int class);

/* ---- how far to believe a probability ---- */

/* Probabilities from logits divided by `temperature` (1: plain softmax); may be in place. */
void metric_softmax(long count, int classes, const float *logits, double temperature,
                    float *probabilities);

/* Mean of -log(probability of the target) with logits divided by `temperature`. */
double metric_nll(long count, int classes, const float *logits, const int *targets,
                  double temperature);

/* The temperature with the least metric_nll, within 0.01 .. 100 (Guo et al. 2017): to be found on a
 * validation set. 1 when count is 0. */
double metric_temperature(long count, int classes, const float *logits, const int *targets);

enum { RELIABILITY_BINS = 15 };

/* Answers by how sure they were: bin b holds confidences in (b/15, (b+1)/15]. */
typedef struct Reliability {
    long count[RELIABILITY_BINS], right[RELIABILITY_BINS];
    double confidence[RELIABILITY_BINS]; /* mean in the bin */
    double error; /* expected calibration error: mean over the answers of |right share - confidence|
                   * of their bins (Naeini et al. 2015) */
} Reliability;

/* confidences[i] in 0 .. 1 that answer i is right, and whether it was. */
Reliability metric_reliability(long count, const float *confidences, const bool *right);

/* The chance that a positive scores higher than a negative, ties counting half: the area under the
 * ROC curve. 0.5 when there is none of either. Returns 0, or ERR_MEMORY. */
int metric_auroc(long count, const float *scores, const bool *positive, double *area, Err *e);

/* If only the surest i+1 answers are given: risk[i] is the share of them that are wrong (El-Yaniv
 * and Wiener 2010). Answers that are equally sure are given together and share one risk. *area (may
 * be NULL) receives the mean of the risks. Returns 0, or ERR_MEMORY. */
int metric_risk_coverage(long count, const float *confidences, const bool *right, float *risk,
                         double *area, Err *e);

/* ---- pictures ---- */

/* Mean of (a-b)^2 over n numbers. */
double metric_mse(long n, const float *a, const float *b);

/* The divergence that Keras' KLDivergence finds between numbers of -1..1 along a last axis of one:
 * the mean of p log(p/q), p and q held within 1e-7 .. 1. */
double metric_kl(long n, const float *p, const float *q);

/* Peak signal to noise ratio in dB for numbers in 0 .. 1: -10 log10(mse); infinite for equal ones.
 */
double metric_psnr(long n, const float *a, const float *b);

/* Structural similarity of two pictures of h x w numbers in 0 .. 1 (Wang et al. 2004): an 11x11
 * Gaussian window of deviation 1.5, K1 = 0.01, K2 = 0.03, the mean over the windows that lie
 * inside. Both sides at least 11. */
double metric_ssim(int h, int w, const float *a, const float *b);

#endif
