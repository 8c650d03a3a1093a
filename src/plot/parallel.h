/* Parallel coordinates: many runs of a study, a line each, across their settings and their result.
 *
 *     ParallelAxis axes[] = {{.name = "optimiser", .values = o, .names = optimisers, .name_count =
 * 2},
 *                            {.name = "rate", .values = rate, .log = true},
 *                            {.name = "accuracy (%)", .values = accuracy}};
 *     canvas_finish(plot_parallel("Study", axes, 3, runs, best, &e), "study.png", &e);
 *
 * After Inselberg 1985. The last axis is the result and colours the lines. Where an axis has names,
 * the runs of one name fan out by their result, so that lines do not lie on one another. */
#ifndef SCRAWL_PLOT_PARALLEL_H
#define SCRAWL_PLOT_PARALLEL_H

#include "plot/canvas.h"

enum { PARALLEL_AXES = 24, PARALLEL_RUNS = 10000 };

typedef struct ParallelAxis {
    const char *name;
    const double *values;     /* (runs); not finite: the run has no line there */
    const char *const *names; /* of the values 0, 1, ..; NULL: numbers */
    int name_count;
    bool log;
} ParallelAxis;

/* `best` is the run that is drawn on top and thicker; -1: none. */
Canvas *plot_parallel(const char *title, const ParallelAxis *axes, int axis_count, int runs,
                      int best, Err *e);

#endif
