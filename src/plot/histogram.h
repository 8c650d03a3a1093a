/* Histograms: initialisers, weights, the scores of a discriminator.
 *
 *     Sample s[] = {{"real", real_scores, 980}, {"fake", fake_scores, 980}};
 *     Histogram zero = {.title = "digit 0", .x_label = "score", .samples = s, .sample_count = 2,
 *                       .low = 0, .high = 1};
 *     canvas_finish(plot_histograms("Scores", &zero, 1, &e), "scores.png", &e);
 *
 * Samples of a panel share their bins, and each bin tells the share of its own sample, so that
 * samples of different size compare. A single sample's count, mean and deviation stand below it. */
#ifndef SCRAWL_PLOT_HISTOGRAM_H
#define SCRAWL_PLOT_HISTOGRAM_H

#include "plot/canvas.h"

typedef struct Sample {
    const char *name;
    const float *values;
    size_t count;
} Sample;

typedef struct Histogram {
    const char *title, *x_label;
    const Sample *samples;
    int sample_count;
    int bins; /* 0: chosen by the count */
    double low,
        high; /* range of the bins; both 0: from the data. What lies outside is counted in a note */
} Histogram;

/* One panel or several (ten digits: five to a row). */
Canvas *plot_histograms(const char *title, const Histogram *panels, int count, Err *e);

#endif
