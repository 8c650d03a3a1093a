/* Named tensors and texts in one file: the safetensors format, read and written.
 *
 *     SafeFile *f = safe_open("lenet.safetensors", &e);
 *     const SafeTensor *t = safe_find(f, "conv1.weight");
 *     if (t && safe_floats(t, weights)) ...
 *     safe_free(f);
 *
 * The file: the length of the header, 8 bytes; the header, a JSON object that gives each tensor's
 * type, shape and place, and texts under "__metadata__"; then the tensors, row-major, little
 * endian, without gaps (https://github.com/huggingface/safetensors, "Format"). PyTorch and its kin
 * read and write the same. Here it holds models (model.h) and whatever else has to be kept: a
 * checkpoint is blocks of numbers and states of random streams under names.
 *
 *     SafeWriter *w = safe_writer_new();
 *     safe_writer_text(w, "step", "120");
 *     safe_writer_add(w, (SafeTensor){.name = "rng", .type = SAFE_U64, .dims = 1, .shape = {4},
 *                                     .bytes = rng.s});
 *     if (safe_save(w, "state.safetensors", &e)) ...
 *     safe_writer_free(w);
 *
 * A file is believed nothing: every length, offset and shape is checked before it is used, and what
 * memory a header may cost is bounded. */
#ifndef SCRAWL_MODEL_SAFETENSORS_H
#define SCRAWL_MODEL_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

typedef enum SafeType {
    SAFE_F32,
    SAFE_F16,
    SAFE_BF16,
    SAFE_F64,
    SAFE_I64,
    SAFE_U64,
    SAFE_I32,
    SAFE_U32,
    SAFE_I16,
    SAFE_U16,
    SAFE_I8,
    SAFE_U8,
    SAFE_BOOL,
    SAFE_TYPES
} SafeType;

enum {
    SAFE_DIMS = 8,
    SAFE_NAME = 256,              /* bytes of a tensor's name, its NUL included */
    SAFE_TENSOR_LIMIT = 1 << 16,  /* tensors of one file */
    SAFE_HEADER_LIMIT = 16 << 20, /* bytes of a header */
    SAFE_SHAPE_TEXT = 192         /* enough for any shape as safe_shape_text writes it */
};

#define SAFE_DATA_LIMIT (FILE_LIMIT - SAFE_HEADER_LIMIT - 8) /* bytes of all tensors */

typedef struct SafeTensor {
    const char *name;
    SafeType type;
    int dims; /* 0: a single number */
    size_t shape[SAFE_DIMS];
    const void *bytes; /* not aligned to anything: copy, or use safe_floats */
    size_t size;       /* of bytes; safe_writer_add finds it from type and shape */
} SafeTensor;

typedef struct SafeFile SafeFile;
typedef struct SafeWriter SafeWriter;

/* ---- reading ---- */

/* Reads a whole file ("-": standard input). ERR_FORMAT and ERR_LIMIT name the file and the tensor.
 */
SafeFile *safe_open(const char *path, Err *e);

/* The same from memory, which has to stay until safe_free. `name` stands for it in sentences. */
SafeFile *safe_from_bytes(const void *bytes, size_t size, const char *name, Err *e);

void safe_free(SafeFile *f); /* NULL is fine */

int safe_count(const SafeFile *f);
const SafeTensor *safe_tensor(const SafeFile *f, int index);      /* in the order of their bytes */
const SafeTensor *safe_find(const SafeFile *f, const char *name); /* NULL when there is none */
const char *safe_text(const SafeFile *f, const char *key);        /* NULL when there is none */

/* How many numbers a tensor holds: the product of its shape. */
size_t safe_numbers(const SafeTensor *t);

/* Copies F32, F16 or BF16 to `out`, safe_numbers(t) floats; false for any other type. */
bool safe_floats(const SafeTensor *t, float *out);

const char *safe_type_name(SafeType type); /* "F32", ... */
size_t safe_type_size(SafeType type);      /* bytes of one number */

/* Sets t->size from type and shape; false, and it is untouched, where that overflows. */
bool safe_measure(SafeTensor *t);

/* "(6,1,5,5)", as PyTorch prints a shape. Returns `out`. */
const char *safe_shape_text(int dims, const size_t *shape, char out[SAFE_SHAPE_TEXT]);

/* ---- writing ---- */

SafeWriter *safe_writer_new(void);    /* NULL when memory is gone */
void safe_writer_free(SafeWriter *w); /* NULL is fine */

/* Takes a tensor, whose bytes the caller keeps until the file is written, and a text, which is
 * copied (a key given again replaces its text). Neither fails: the first trouble (no memory, a name
 * given twice or too long, what is not UTF-8) is reported by safe_encode. */
void safe_writer_add(SafeWriter *w, SafeTensor tensor);
void safe_writer_text(SafeWriter *w, const char *key, const char *text);

/* The file as bytes, which the caller frees; the same calls give the same bytes. Wide types come
 * first, so that every tensor is aligned; else tensors keep the order in which they were added. */
uint8_t *safe_encode(const SafeWriter *w, size_t *size, Err *e);

/* Writes it ("-": to standard output); whole or not at all. */
int safe_save(const SafeWriter *w, const char *path, Err *e);

#endif
