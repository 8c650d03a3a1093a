/* A network as a figure: blocks drawn to scale, branches, skips, heads; what repeats is drawn once.
 *
 *     Canvas *c = plot_diagram("ResNet-164", net, &e);
 *     canvas_finish(c, "resnet164.pdf", &e);
 *
 * A block is what a layer gives: its height and depth are the picture's, its width tells the
 * channels. Below stands what the layer does in the order in which it happens, norms and
 * activations included. Layers of one scope stand on a common ground, and a scope that comes again
 * and again, alike in all but its weights, is drawn once with its number ("x 17"). A wide net
 * continues on the next line. */
#ifndef SCRAWL_PLOT_DIAGRAM_H
#define SCRAWL_PLOT_DIAGRAM_H

#include "nn/net.h"
#include "plot/canvas.h"

/* Any net that is built. ERR_LIMIT when it is too large for a page even so. */
Canvas *plot_diagram(const char *title, const Net *net, Err *e);

#endif
