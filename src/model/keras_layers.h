/* Each class of Keras' layers as ops of a net: inside model/keras_*.c only. */
#ifndef SCRAWL_MODEL_KERAS_LAYERS_H
#define SCRAWL_MODEL_KERAS_LAYERS_H

#include "model/keras_graph.h"

typedef struct KerasLayer {
    const char *name, *class_name;
    const struct json_t *config; /* jansson's */
    int inputs[NET_INPUTS], input_count; /* of the list */
    int readers;
    bool done;

    Node node; /* its result, once done */
    int rank;  /* Keras' axes, the batch included: 4 for a picture, 2 for a vector, 3 for a vector
                       that is one row or one column */
    bool softmax; /* a softmax of `node` is still to be taken */
    Node gain;    /* id 0 means none: the result is node * gain, half of a modulation */
} KerasLayer;

typedef struct KerasReading {
    KerasGraph *g;
    KerasLayer *layers;
    int count;
    Err *e;
} KerasReading;

/* Appends the layer, whose inputs are done. The sentence names it. */
int keras_layer_append(KerasReading *r, KerasLayer *layer);

/* Its result as a node, a softmax taken. */
Node keras_layer_node(KerasReading *r, KerasLayer *layer);

#endif
