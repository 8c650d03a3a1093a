/* The model's own format: a safetensors file whose metadata holds the rest. Inside model/ only.
 *
 *     format          "scrawl/1"
 *     graph           JSON, see graph.h
 *     name, classes, normalisation, calibration, record: see about.h
 *
 * Tensors: every parameter and piece of state of the graph
 * under its name, F32, F16 or BF16, and nothing else. */
#ifndef SCRAWL_MODEL_NATIVE_H
#define SCRAWL_MODEL_NATIVE_H

#include "model/model.h"

Model *native_open(const char *path, Err *e);
Model *native_from_bytes(const void *bytes, size_t size, const char *name, Err *e);
int native_save(const Model *m, const char *path, ModelPrecision precision, Err *e);
int native_load_matching(Model *into, const char *path, int *loaded, int *skipped, Err *e);
int native_matching_from_bytes(Model *into, const void *bytes, size_t size, const char *name,
                               int *loaded, int *skipped, Err *e);

#endif
