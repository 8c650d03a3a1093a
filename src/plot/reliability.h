/* Whether probabilities can be believed, and what refusing the doubtful ones buys.
 *
 *     Scored s = {"LeNet-5", confidence, right, 10000};
 *     canvas_finish(plot_reliability("MNIST test", &s, 10, &e), "reliability.png", &e);
 *     canvas_finish(plot_risk_coverage("MNIST test", &s, 1, &e), "risk.png", &e);
 *
 * Reliability diagram and expected calibration error: Guo, Pleiss, Sun and Weinberger 2017. Risk
 * and coverage: El-Yaniv and Wiener 2010. */
#ifndef SCRAWL_PLOT_RELIABILITY_H
#define SCRAWL_PLOT_RELIABILITY_H

#include "plot/canvas.h"

typedef struct Scored {
    const char *name;
    const float *confidence; /* the probability of what was read, 0 .. 1 */
    const bool *right;
    size_t count;
} Scored;

/* Accuracy against confidence in `bins` (0: 10) equal bins with 95 % intervals (Wilson), the mean
 * confidence of each bin, and below how many readings fall into it. */
Canvas *plot_reliability(const char *title, const Scored *s, int bins, Err *e);

/* The share of errors among the most confident readings, as ever more are accepted; each curve's
 * area stands in the legend. What is no probability is left out here and above. */
Canvas *plot_risk_coverage(const char *title, const Scored *s, int count, Err *e);

#endif
