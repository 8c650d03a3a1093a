/* Curves: numbers over epochs, steps or anything else, in one panel or several.
 *
 *     Series s[] = {{"train", NULL, train_loss, 20}, {"validation", NULL, validation_loss, 20}};
 *     Curves loss = {.title = "Loss", .x_label = "epoch", .y_label = "loss (nats)",
 *                    .series = s, .series_count = 2};
 *     canvas_finish(plot_curves("LeNet-5", &loss, 1, &e), "loss.png", &e);
 *
 * Series differ by colour, dash and, when there are few points, marker. A value that is not finite
 * (or not positive, on a logarithmic axis) interrupts its curve, and a note counts such values. Of
 * a long series every point counts but only the first, lowest, highest and last of each pixel
 * column are drawn, so that a million points cost little and no peak is lost. */
#ifndef SCRAWL_PLOT_CURVES_H
#define SCRAWL_PLOT_CURVES_H

#include "plot/axes.h"

typedef struct Series {
    const char *name;
    const double *x; /* NULL: 1, 2, 3, ..; points are joined in the order of x */
    const double *y;
    size_t count;
} Series;

typedef struct Curves {
    const char *title, *x_label, *y_label; /* labels with their units */
    bool log_x, log_y;
    bool whole_x;   /* x counts something: ticks at whole numbers */
    Range x_range;  /* of the axis; the zero: from the data */
    bool from_zero; /* y begins at 0 when nothing is negative */
    const Series *series;
    int series_count;
    const double *mark;     /* a dotted line at this x; NULL: none */
    const char *mark_label; /* its entry in the legend */
} Curves;

/* One panel or several, three to a row. The caller frees the canvas (canvas_finish does). */
Canvas *plot_curves(const char *title, const Curves *panels, int count, Err *e);

enum { TRAINING_MEASURES = 32 };

typedef struct Measure {
    const char *name;                 /* with its unit: "accuracy (%)" */
    const double *train, *validation; /* one number an epoch; NULL: not known */
} Measure;

typedef struct Training {
    const char *title;
    size_t epochs;
    const double *epoch;     /* NULL: 1, 2, 3, .. */
    const Measure *measures; /* loss first */
    int measure_count;
    const double *rate; /* learning rate; NULL: not drawn */
    double best_epoch;  /* whose weights were kept; 0: not marked */
} Training;

/* How a training went: a panel for each measure, train against validation, and one for the rate. */
Canvas *plot_training(const Training *t, Err *e);

/* Draws the series inside axes that were made for them. */
void curves_draw(const Axes *a, const Series *series, int count);

#endif
