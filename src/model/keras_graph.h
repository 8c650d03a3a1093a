/* A Keras architecture as a net: inside model/ only.
 *
 *     KerasGraph g;
 *     if (keras_graph_read(config_text, &g, &e) == 0) ...   // g.net is not built yet
 *     keras_graph_free(&g);
 *
 * Layers are appended in the order in which they can be; each that has weights is remembered with the
 * op that got them. */
#ifndef SCRAWL_MODEL_KERAS_GRAPH_H
#define SCRAWL_MODEL_KERAS_GRAPH_H

#include <stdbool.h>

#include "nn/net.h"

enum { KERAS_WEIGHTS = 4 }; /* arrays of one layer */

typedef struct KerasWeights {
    char layer[NET_NAME];              /* Keras' name */
    int op;                            /* in the net */
    int count;                         /* arrays, in the order of the file */
    const char *params[KERAS_WEIGHTS]; /* ours: "weight", "bias", "running_mean", .. */
    bool missing_gain;                 /* a norm without gamma: the gain is 1 */
} KerasWeights;

typedef struct KerasGraph {
    Net *net;
    KerasWeights *weights; /* in the order of the model */
    int weight_count;
    bool rescales; /* a Rescaling layer told scale and shift */
    float scale, shift;
    bool classifies; /* the one output was a softmax, which is left off */
    char *about;     /* the member "scrawl" as text, or NULL */
} KerasGraph;

/* On failure nothing is left to free. ERR_FORMAT, ERR_UNSUPPORTED and ERR_ARGUMENT name the layer.
 * `about` (or NULL) is what "scrawl" said elsewhere in the file. */
int keras_graph_read(const char *json, const char *about, KerasGraph *g, Err *e);
void keras_graph_free(KerasGraph *g);

#endif
