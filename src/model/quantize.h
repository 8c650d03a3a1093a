/* A frozen graph in whole numbers of eight bits, as phones and microcontrollers run it: Jacob et
 * al. 2018, arXiv 1712.05877, in the form of TensorFlow Lite's specification of int8.
 *
 *     Quantized *q = quantize(frozen, model, pictures, count, NULL, &e);
 *     ...
 *     quantized_free(q);
 *
 * A result stands for scale * (q - zero): one scale and zero for all of it, from the least and the
 * largest number that it takes on the pictures. Weights have no zero and a scale for each output
 * channel, biases are int32 of scale input*weight. Inside model/ only. */
#ifndef SCRAWL_MODEL_QUANTIZE_H
#define SCRAWL_MODEL_QUANTIZE_H

#include "base/watch.h"
#include "model/frozen.h"

typedef struct QuantizedOp {
    bool real;   /* the result stays float: a softmax, which only ends a net */
    float scale; /* of the result */
    int zero;
    int low; /* the least that it may be: -128, or zero where a ReLU belongs to the layer */

    int8_t *weight; /* as FrozenOp's; NULL where the layer has none */
    int32_t *bias;
    float *weight_scales; /* of each output channel */
    int32_t *multipliers; /* input*weight -> result: multiplier * 2^(shift - 31) */
    int8_t *shifts;

    /* By input: an activation's table of all 256 results, a concatenation's that bring each part
     * to the scale of the whole; of an addition the factors with 20 bits below the point. */
    int8_t (*tables)[256];
    int32_t factors[2];
} QuantizedOp;

typedef struct Quantized {
    QuantizedOp *ops; /* one for each of the frozen graph's */
    int count;
    int8_t bytes[256]; /* what each grey level of a picture becomes */
} Quantized;

/* pictures (count, C,H,W) are bytes of the model's first input. ERR_UNSUPPORTED names layers that
 * int8 does not cover, ERR_ARGUMENT a model whose one input is no picture. `watch` may be NULL. */
Quantized *quantize(const Frozen *f, const Model *m, const uint8_t *pictures, int count, const Watch *watch,
                    Err *e);
void quantized_free(Quantized *q); /* NULL is fine */

#endif
