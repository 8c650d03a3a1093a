/* libhdf5 at work on one file, in a process of its own: inside model/hdf5_file.c only.
 *
 *     Writer out = {0};
 *     if (hdf5_child(HDF5_READ, file, size, &out, &e)) ...    // records, as hdf5_file.c tells
 *     if (hdf5_child(HDF5_WRITE, records, size, &out, &e)) ... // a file */
#ifndef SCRAWL_MODEL_HDF5_CHILD_H
#define SCRAWL_MODEL_HDF5_CHILD_H

#include "base/bytes.h"
#include "base/err.h"

typedef enum Hdf5Job { HDF5_READ, HDF5_WRITE } Hdf5Job;

/* `out` is empty before. */
int hdf5_child(Hdf5Job job, const void *in, size_t size, Writer *out, Err *e);

#endif
