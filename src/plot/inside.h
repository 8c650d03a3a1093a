/* What is inside a net: its weights, how they might have started, what its layers answer to a picture.
 *
 *     canvas_finish(plot_weights("lenet", net, &e), "weights.png", &e);
 *     canvas_finish(plot_initialisers("conv1", net_param_find(net, "conv1.weight"), 1, &e),
 *                   "start.png", &e);
 *
 * plot/diagram.h draws how the layers hang together. */
#ifndef SCRAWL_PLOT_INSIDE_H
#define SCRAWL_PLOT_INSIDE_H

#include "nn/exec.h"
#include "plot/canvas.h"

enum {
    INSIDE_PANELS = 12
}; /* histograms on a page: of a deeper net every so-manieth layer has one */

/* The filters of the first layer that sees the picture, and a histogram of the weights of each
 * layer. Those of a net without weights is a page that says so. */
Canvas *plot_weights(const char *title, Net *net, Err *e);

/* What each rule of nn/net.h's InitKind draws for a weight of this shape, all on one scale. */
Canvas *plot_initialisers(const char *title, const Param *weight, uint64_t seed, Err *e);

/* What an op gave in the last forward pass, for the first picture of the batch: a map for each
 * channel, white at zero where there are negative numbers; bars for a short vector. `run` has .keep and runs `net`. */
Canvas *plot_activation(const char *title, Exec *run, const Net *net, Node op, Err *e);

#endif
