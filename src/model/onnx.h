/* ONNX (https://onnx.ai): a model as a graph of standard operators, written for any runtime.
 *
 *     uint8_t *bytes = onnx_encode(model, frozen, NULL, &size, &e);
 *
 * Opset 13, or 16 where the net samples by an affine map. A batch of any size N: a picture is
 * (N,C,H,W), a vector (N,F). A picture comes as floats of 0..255, as grey as it is: the model's scale
 * and shift are the graph's first nodes. The metadata tells what about.h lists. Every kind of layer
 * can be written. Inside model/ only: others call model_convert. */
#ifndef SCRAWL_MODEL_ONNX_H
#define SCRAWL_MODEL_ONNX_H

#include "model/quantize.h"

/* The file as bytes, which the caller frees; `q` is not looked at. ERR_MEMORY. */
uint8_t *onnx_encode(const Model *m, const Frozen *f, const Quantized *q, size_t *size, Err *e);

#endif
