/* How a net's numbers lie in a format that keeps channels last: (H,W,C) instead of (C,H,W).
 *
 *     ChannelsLast *l = channels_last_new(net, "Keras", &e);
 *     const int *order = l->of[id];   // NULL: as ours
 *     theirs[i] = ours[order ? order[i] : i];
 *     channels_last_free(l);
 *
 * A picture that is flattened becomes a vector in another order, and so do the weights of the dense
 * layer that reads it; a vector that becomes a picture has to come in another order, and so the
 * weights of the dense layer that makes it. What lies between goes along. Inputs and outputs keep
 * their order. Inside model/ only. */
#ifndef SCRAWL_MODEL_CHANNELS_LAST_H
#define SCRAWL_MODEL_CHANNELS_LAST_H

#include "nn/net.h"

typedef struct ChannelsLast {
    int **of; /* of the result of each of the net's ops: its numbers' places in ours; or NULL */
    int count;
} ChannelsLast;

/* NULL and ERR_UNSUPPORTED, with the layer's and the format's name, where vectors would have to change
 * their order on the way; ERR_MEMORY. */
ChannelsLast *channels_last_new(const Net *net, const char *format, Err *e);
void channels_last_free(ChannelsLast *l); /* NULL is fine */

/* Where number `i` of a weight, (.., OUT) or (.., IN, OUT) in Keras' order, stands in PyTorch's. For
 * a convolution (KH,KW,IN,OUT), transposed (KH,KW,OUT,IN), a dense layer (IN,OUT), an embedding
 * (classes,OUT), and for vectors (OUT): biases and norms. `in` is the order of what the layer reads. */
typedef struct WeightOrder {
    Kind kind;
    int kernel[2], inputs, outputs;
    const int *in, *out;
} WeightOrder;

size_t weight_place(const WeightOrder *w, size_t i);
size_t bias_place(const WeightOrder *w, size_t i);

/* The order of an op's weights. */
WeightOrder weight_order(const ChannelsLast *l, const Net *net, int id);

#endif
