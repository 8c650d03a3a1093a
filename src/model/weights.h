/* The parameters of a net as tensors of a safetensors file, each under its name, with PyTorch's
 * shape.
 *
 *     if (weights_check(net, f, &e) == 0 && net_build(net, &e) == 0 && weights_read(net, f, &e) >=
 * 0)
 *         ...
 *
 * Inside model/ only: a Model, or part of one, is read by model.h. */
#ifndef SCRAWL_MODEL_WEIGHTS_H
#define SCRAWL_MODEL_WEIGHTS_H

#include "model/model.h"
#include "model/safetensors.h"

/* Whether every parameter of the net has a tensor of its shape, and every tensor is a parameter's.
 * The net need not be built: nothing is asked for that the file does not hold. */
int weights_check(const Net *net, const SafeFile *f, Err *e);

/* Copies those parameters into the built net that have a tensor of their name and shape in F32, F16
 * or BF16. All of them or, if one of them is not finite (ERR_NUMERIC), none. Returns how many. */
int weights_read(Net *net, const SafeFile *f, Err *e);

/* Adds all parameters as tensors. `*bytes` is what their numbers are in: the caller frees it after
 * the file is written, also when this failed. ERR_NUMERIC for numbers that are not finite or too
 * large for the precision. */
int weights_write(SafeWriter *w, const Net *net, ModelPrecision precision, uint8_t **bytes, Err *e);

#endif
