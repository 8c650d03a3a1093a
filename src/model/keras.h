/* Keras' files: a whole model in HDF5 (.h5), or its architecture as JSON with the weights beside it.
 *
 *     Model *m = keras_open("lenet.h5", &e);
 *     if (keras_save(m, "lenet.json", MODEL_F32, &e)) ...     // and lenet.h5, which holds the weights
 *
 * Reads what Keras 2.3 to 2.15 (and Keras 3, asked for .h5) writes: Sequential, Functional and Model,
 * texts of fixed and of any length, lists split over several attributes. Written as Keras 2.7 does, as
 * a Functional model; an attribute "scrawl" (a member of the JSON) tells outputs and what about.h
 * lists. Pictures are (N,H,W,C), vectors (N,F).
 *
 * A Keras file does not say what a pixel has to become: 0..1 is assumed where neither "scrawl" nor a
 * Rescaling layer says more. A classifier's last softmax becomes part of how the model is used: its
 * output is the logits. Inside model/ only. */
#ifndef SCRAWL_MODEL_KERAS_H
#define SCRAWL_MODEL_KERAS_H

#include "model/hdf5_file.h"
#include "model/model.h"

/* NULL: errors as of model_open. ERR_UNSUPPORTED names a layer, or what about it, scrawl has not. */
Model *keras_open(const char *path, Err *e);

/* ERR_UNSUPPORTED, before anything is written, names what Keras cannot say. A path that ends in .json is
 * the architecture's; the weights go beside it (keras_weights_path). */
int keras_save(const Model *m, const char *path, ModelPrecision precision, Err *e);

/* "a/lenet.h5" from "a/lenet.json"; the caller frees. NULL when memory is gone. */
char *keras_weights_path(const char *json_path);

/* Weights alone, by order of the layers, into a net. */
int keras_load_matching(Model *into, const char *path, int *loaded, int *skipped, Err *e);

#endif
