/* TensorFlow Lite: a model as phones run it, one picture at a time.
 *
 *     uint8_t *bytes = tflite_encode(model, frozen, quantized, &size, &e);
 *
 * Pictures are (1,H,W,C), vectors (1,F). A picture comes as floats of 0..255, as grey as it is: the
 * model's scale and shift are the graph's first ops. In int8 the layers are quantized, inputs and
 * outputs stay float. The buffer "scrawl" of the metadata tells what about.h lists, as JSON. Inside
 * model/ only: others call model_convert. */
#ifndef SCRAWL_MODEL_TFLITE_H
#define SCRAWL_MODEL_TFLITE_H

#include "model/quantize.h"

/* The file as bytes, which the caller frees. `q` NULL: in float. ERR_UNSUPPORTED names what the format
 * does not hold; ERR_MEMORY. */
uint8_t *tflite_encode(const Model *m, const Frozen *f, const Quantized *q, size_t *size, Err *e);

#endif
