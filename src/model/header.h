/* A C header: weights and a forward pass that need nothing but a C99 compiler and its library.
 *
 *     uint8_t *text = header_encode(model, frozen, quantized, &size, &e);
 *
 *     #include "lenet.h"
 *     float logits[LENET_LOGITS];
 *     lenet_run(pixels, logits);         // uint8_t pixels[LENET_IMAGE], ink light on 0
 *
 * Layers are the plain loops of plain_kernels.h, those that the net uses; what lies between layers shares
 * one static block. In int8 the arithmetic is that of whole numbers, as microcontrollers without a
 * floating-point unit want it; only the outputs are floats. Inside model/ only: others call
 * model_convert. */
#ifndef SCRAWL_MODEL_HEADER_H
#define SCRAWL_MODEL_HEADER_H

#include "model/quantize.h"

/* The file as text, which the caller frees. `q` NULL: in float. ERR_MEMORY is the only error. */
uint8_t *header_encode(const Model *m, const Frozen *f, const Quantized *q, size_t *size, Err *e);

#endif
