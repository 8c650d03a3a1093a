/* The confusion matrix: what each class was read as.
 *
 *     canvas_finish(plot_confusion(&(Confusion){ .title = "LeNet-5, MNIST test", .names = digits,
 *                   .counts = counts, .classes = 10 }, &e), "confusion.png", &e);
 *
 * A cell tells the count and, in per cent, its share of the row (the true class), by which it is
 * shaded: right answers in blue, errors in vermilion, by the square root: few errors show. */
#ifndef SCRAWL_PLOT_CONFUSION_H
#define SCRAWL_PLOT_CONFUSION_H

#include "plot/canvas.h"

enum { CONFUSION_LIMIT = 100 }; /* classes */

typedef struct Confusion {
    const char *title;
    const char *const *names; /* of the classes; NULL: 0, 1, 2, .. */
    const long *counts;       /* (classes, classes): true class, class that was read */
    int classes;
} Confusion;

Canvas *plot_confusion(const Confusion *p, Err *e);

#endif
