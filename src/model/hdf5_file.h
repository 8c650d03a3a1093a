/* Groups with texts and arrays of floats in one file: as much of HDF5 as Keras uses.
 *
 *     Hdf5 *h = hdf5_open("lenet.h5", &e);
 *     const char *config = hdf5_text(h, "", "model_config");
 *     const Hdf5Array *kernel = hdf5_array(h, "model_weights/conv1/conv1/kernel:0");
 *     hdf5_free(h);
 *
 *     Writer w = {0};
 *     hdf5_put_text(&w, "", "backend", "tensorflow");
 *     hdf5_put_array(&w, "conv1/kernel:0", 2, (size_t[]){3, 4}, numbers);
 *     if (hdf5_save(&w, "weights.h5", &e)) ...
 *     writer_free(&w);
 *
 * The library that does it, libhdf5, is loaded when it is first needed, in a child process that lives
 * as long as one file: what a hostile file does to it (crashes, loops without end, memory without end)
 * it does there, and becomes a sentence. A file is read whole: everything in it comes back as a list
 * of records, which are checked again. A path has no slash in front; "" is the root. Inside model/
 * only. */
#ifndef SCRAWL_MODEL_HDF5_FILE_H
#define SCRAWL_MODEL_HDF5_FILE_H

#include "base/bytes.h"
#include "base/err.h"

enum { HDF5_DIMS = 8, HDF5_PATH = 512, HDF5_RECORD_LIMIT = 1 << 16 };

typedef struct Hdf5 Hdf5;

typedef struct Hdf5Array {
    const char *path;
    int dims;
    size_t shape[HDF5_DIMS];
    size_t count; /* of numbers */
    const float *numbers;
} Hdf5Array;

/* NULL: ERR_IO, ERR_FORMAT for what is no HDF5 file or a broken one, ERR_LIMIT, ERR_UNSUPPORTED where
 * libhdf5 is not installed. */
Hdf5 *hdf5_open(const char *path, Err *e);

/* The same from memory; `name` stands for it in sentences. */
Hdf5 *hdf5_from_bytes(const void *bytes, size_t size, const char *name, Err *e);
void hdf5_free(Hdf5 *h); /* NULL is fine */

/* An attribute that is one text, or NULL. Text that was cut off by its file's length is as long as the
 * file says. */
const char *hdf5_text(const Hdf5 *h, const char *group, const char *attribute);

/* Text `index` of an attribute that is a list, also of one that Keras split into "name0", "name1", ..
 * for its size; NULL beyond the end. */
const char *hdf5_text_at(const Hdf5 *h, const char *group, const char *attribute, size_t index);

const Hdf5Array *hdf5_array(const Hdf5 *h, const char *path); /* NULL when there is none */

/* ---- writing: groups are made where a path needs them ---- */

void hdf5_put_text(Writer *w, const char *group, const char *attribute, const char *text);
void hdf5_put_texts(Writer *w, const char *group, const char *attribute, const char *const *texts,
                    size_t count);
void hdf5_put_array(Writer *w, const char *path, int dims, const size_t *shape,
                    const float *numbers);

/* Writes it, whole or not at all; the same records give the same bytes. */
int hdf5_save(const Writer *w, const char *path, Err *e);

#endif
