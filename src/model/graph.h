/* The graph of a Net as JSON text, and back.
 *
 *     char *text = graph_write(net, &e);
 *     Net *same = graph_read(text, strlen(text), &e);   // not built yet
 *     if (same && net_build(same, &e) == 0) ...
 *
 *     {"layers":[{"kind":"input","name":"image","shape":[1,28,28]},
 *                {"kind":"conv2d","name":"conv1","inputs":["image"],"filters":6,"kernel":5,"pad":2}],
 *      "outputs":[{"name":"logits","layer":"dense3"}]}
 *
 * Layers stand in topological order and name their inputs. The fields of a kind are those of its
 * spec in nn/net.h, and one that is zero is left out. The same graph gives the same text, byte for
 * byte, also after it was read from one. */
#ifndef SCRAWL_MODEL_GRAPH_H
#define SCRAWL_MODEL_GRAPH_H

#include <stddef.h>

#include "nn/net.h"

/* The caller frees the text. Only lack of memory, or a name that is not UTF-8, fails. */
char *graph_write(const Net *net, Err *e);

/* A net that is checked but not built: no memory for parameters is taken yet, so that net_param can
 * be held against what a file offers first. net_build fails then only for want of memory or beyond
 * its limits. NULL and ERR_FORMAT with the layer's name for text that is no such JSON, an unknown
 * kind or field, a value that makes no sense, an input that is not an earlier layer, a name given
 * twice; ERR_ARGUMENT for layers that do not fit together. */
Net *graph_read(const char *text, size_t size, Err *e);

#endif
