/* A network as a file that describes itself: graph, weights, class names, what a pixel has to
 * become.
 *
 *     Model *m = model_open("lenet.safetensors", &e);
 *     Exec *run = exec_new(m->net, &(ExecOptions){.batch = 1}, &e);
 *     exec_infer(run, &(Batch){.count = 1, .bytes = pixels, .scale = m->scale, .shift = m->shift},
 *                (float *[]){logits}, 1);
 *     model_probabilities(m, logits, m->class_count, p);
 *     model_free(m);
 *
 * The format follows from the file's ending. Its own is .safetensors, which loses nothing: the
 * parameters are tensors under their names in the net with PyTorch's shapes, so that others can
 * read them too, and the rest is text in the metadata (native.h). */
#ifndef SCRAWL_MODEL_MODEL_H
#define SCRAWL_MODEL_MODEL_H

#include <stddef.h>

#include "nn/net.h"

enum {
    MODEL_NAME = 64,             /* bytes of a model's or a class' name, its NUL included */
    MODEL_CLASS_LIMIT = 4096,    /* classes of one model */
    MODEL_RECORD_LIMIT = 1 << 20 /* bytes of a training record */
};

/* What makes the numbers of a classifier honest, found on a validation set. */
typedef struct Calibration {
    float temperature; /* logits are divided by it before the softmax (Guo et al. 2017); above 0 */
    float threshold;   /* a reading whose probability is below this is refused; 0 to 1 */
} Calibration;

typedef struct Model {
    Net *net;              /* built; owned */
    char name[MODEL_NAME]; /* "lenet"; may be empty */
    char **classes;        /* names of the numbers of one output; NULL without */
    int class_count;
    float scale, shift; /* of the first input: x = byte*scale + shift */
    Calibration calibration;
    char *record; /* how it was trained, a JSON object as text; NULL without */
} Model;

typedef enum ModelPrecision {
    MODEL_F32,
    MODEL_F16 /* weights to the nearest half; running statistics stay whole */
} ModelPrecision;

/* A model without name, classes and record, for pixels in 0..1 (scale 1/255), uncalibrated
 * (temperature 1, threshold 0). Takes a built net over; NULL, and the net is freed, when memory is
 * gone. */
Model *model_new(Net *net);
void model_free(Model *m); /* NULL is fine */

/* Copies names. Each text is short (below MODEL_NAME) and without control characters: else, or if
 * no output of the net has as many channels as there are classes, ERR_ARGUMENT. 0 classes takes the
 * names away. */
int model_set_name(Model *m, const char *name, Err *e);
int model_set_classes(Model *m, const char *const *classes, int count, Err *e);

/* Copies a JSON object; ERR_ARGUMENT if it is none, ERR_LIMIT if it is too long. NULL takes it
 * away. */
int model_set_record(Model *m, const char *json, Err *e);

/* The output whose channels the classes name (the first that has as many), or -1 without classes;
 * the class with this name, or -1. */
int model_class_output(const Model *m);
int model_class_find(const Model *m, const char *name);

/* out[i] = softmax(logits / temperature)[i], `count` numbers, in double. */
void model_probabilities(const Model *m, const float *logits, int count, double *out);

/* Reads a model in any format that is known, by the ending of `path`; "-" is standard input in the
 * model's own format. Nothing in the file is believed: a wrong length, an unknown layer, a missing
 * tensor, one too many or of another shape is ERR_FORMAT with both numbers, a NaN or an infinity
 * among the weights ERR_NUMERIC. */
Model *model_open(const char *path, Err *e);

/* Its own format from memory, which is not needed afterwards; `name` stands for it in sentences. */
Model *model_from_bytes(const void *bytes, size_t size, const char *name, Err *e);

/* Writes it by the ending of `path` ("-": its own format to standard output), whole or not at all.
 * The same model gives the same bytes. ERR_NUMERIC for weights that are not finite, or that do not
 * fit the precision. */
int model_save(const Model *m, const char *path, ModelPrecision precision, Err *e);

/* For a start from earlier weights: copies those parameters from the file whose name and shape are
 * `into`'s, and counts `into`'s parameters that were `*loaded` and `*skipped`. The file may come
 * from elsewhere and hold no graph. On failure `into` is as before. */
int model_load_matching(Model *into, const char *path, int *loaded, int *skipped, Err *e);

#endif
