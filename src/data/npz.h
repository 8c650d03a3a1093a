/* Arrays that NumPy saved: .npy, and .npz, which is a zip archive of them (numpy.lib.format).
 *
 *     Npy x;
 *     if (npz_read("mnist.npz", bytes, size, "x_train", &x, &e) == 0)
 *         use(x.values, x.sizes[0]);
 *     npy_free(&x);
 *
 * Read are unsigned bytes, and whole numbers of 1 to 8 bytes for labels, in C order. */
#ifndef SCRAWL_DATA_NPZ_H
#define SCRAWL_DATA_NPZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { NPY_DIMS = 4 };

typedef struct Npy {
    bool is_signed, big_endian;
    int width; /* bytes a value: 1, 2, 4 or 8 */
    int dims;
    size_t sizes[NPY_DIMS], count; /* all sizes multiplied */
    const uint8_t *values;         /* in `block` */
    uint8_t *block;
} Npy;

/* The array of that name, without ".npy". npy_free frees it. */
int npz_read(const char *name, const uint8_t *bytes, size_t size, const char *array, Npy *out,
             Err *e);
void npy_free(Npy *a);

/* An .npy file in memory, whose block stays the caller's. `name` is what sentences call it. */
int npy_parse(const char *name, const uint8_t *bytes, size_t size, Npy *out, Err *e);

int64_t npy_value(const Npy *a, size_t i); /* i < count; what is beyond 63 bits is INT64_MAX */

#endif
