/* The idx format of the MNIST files: a header of counts, then bytes (yann.lecun.com/exdb/mnist).
 *
 *     Idx images;
 *     if (idx_read("t10k-images-idx3-ubyte", bytes, size, &images, &e) == 0)
 *         use(images.values, images.sizes[0], images.sizes[1], images.sizes[2]);
 *
 * Big-endian: 00 00, a byte for the type (08: unsigned bytes, the only one read here), a byte for
 * the number of dimensions, four bytes for each dimension, the values in row-major order and no
 * more. */
#ifndef SCRAWL_DATA_IDX_H
#define SCRAWL_DATA_IDX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { IDX_DIMS = 3 };

typedef struct Idx {
    int dims;
    uint32_t sizes[IDX_DIMS];
    const uint8_t *values; /* inside the bytes that were read */
    size_t count;          /* all sizes multiplied */
} Idx;

/* Do the bytes begin as an idx file does? */
bool idx_is(const uint8_t *bytes, size_t size);

/* Writes unsigned bytes of `dims` (1 .. IDX_DIMS) sizes as such a file, whole or not at all. */
int idx_save(const char *path, int dims, const uint32_t *sizes, const uint8_t *values, Err *e);

/* `name` is what error sentences call the bytes. */
int idx_read(const char *name, const uint8_t *bytes, size_t size, Idx *out, Err *e);

#endif
