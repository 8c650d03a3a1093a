/* Bars side by side, and how the labels of a dataset are distributed.
 *
 *     const char *sets[] = {"train", "test"}, *what[] = {"classes", "picture"};
 *     Bars loss = {.title = "Loss", .y_label = "loss", .names = what, .name_count = 2,
 *                  .series_names = sets, .series_count = 2, .values = values};
 *     canvas_finish(plot_bars("redraw", &loss, 1, &e), "loss.png", &e);
 *
 * Bars start at zero, always, and carry their value as a number where it fits. */
#ifndef SCRAWL_PLOT_BARS_H
#define SCRAWL_PLOT_BARS_H

#include "plot/canvas.h"

typedef struct Bars {
    const char *title, *x_label, *y_label;
    const char *const *names; /* what stands below the groups of bars */
    int name_count;
    const char *const *series_names; /* the bars of a group */
    int series_count;
    const double *values;     /* (name_count, series_count) */
    const double *low, *high; /* an interval around each value; NULL: none */
    int decimals;             /* of the numbers on the bars */
} Bars;

/* One panel or several, three to a row. ERR_LIMIT for more than 2000 bars in one. */
Canvas *plot_bars(const char *title, const Bars *panels, int count, Err *e);

/* How many pictures of each class: counts as bars, shares as a pie. */
Canvas *plot_labels(const char *title, const char *const *names, const long *counts, int classes,
                    Err *e);

#endif
