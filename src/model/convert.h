/* A model written in another format, and what was written held against the model.
 *
 *     ConvertReport r;
 *     if (model_convert(model, "half.safetensors", &(ConvertOptions){.half = true}, &r, &e))
 *         ...
 *     printf("%zu bytes, %g off\n", r.bytes, r.difference);
 *
 * A format that scrawl also reads is read back from the file. Of the others (ONNX, TensorFlow Lite, a C
 * header) the graph that was written, batch norms folded and numbers quantized, is run by the loops
 * that the C header carries; that the files mean the same elsewhere is what tests/foreign shows. */
#ifndef SCRAWL_MODEL_CONVERT_H
#define SCRAWL_MODEL_CONVERT_H

#include "base/watch.h"
#include "model/model.h"

enum { CONVERT_PICTURES = 16 }; /* that the difference is taken over, if there are as many */

typedef struct ConvertOptions {
    bool half;               /* weights in 16 bits: .safetensors */
    bool int8;               /* weights and activations in 8 bits: .tflite, .h */
    const uint8_t *pictures; /* (count, C,H,W) bytes for the model's first input: what int8
                                finds its ranges on, and has to have. NULL: digits are drawn, and inputs that are no
                                pictures made up */
    int count;
    const Watch *watch; /* is told of the pictures that int8 has looked at; NULL: nobody */
} ConvertOptions;

typedef struct ConvertReport {
    size_t bytes;      /* of all files that were written */
    int pictures;      /* that were compared */
    double difference; /* the largest of an output from the model's own */
    double largest;    /* of those outputs */
    int same_class;    /* pictures whose largest output is the same one; -1: nothing to classify */
} ConvertReport;

/* The format is that of `path`'s ending. Nothing is written before every layer is known to fit. Errors
 * as those of model_save; ERR_UNSUPPORTED for layers, or a precision, that the format does not hold. */
int model_convert(const Model *m, const char *path, const ConvertOptions *options,
                  ConvertReport *report, Err *e);

#endif
