/* The files that hold a whole set, each read whole. Internal to dataset.h. */
#ifndef SCRAWL_DATA_SOURCES_H
#define SCRAWL_DATA_SOURCES_H

#include "data/dataset.h"

/* An idx file of pictures or of labels, gzip or not, whose partner lies beside it. */
Dataset *dataset_of_idx(const char *path, const DatasetOptions *options, Err *e);

/* Bytes of an .npz as Keras has it. */
Dataset *dataset_of_npz(const char *path, const uint8_t *bytes, size_t size,
                        const DatasetOptions *options, Err *e);

/* Bytes of a CSV of either kind. */
Dataset *dataset_of_csv(const char *path, const uint8_t *bytes, size_t size,
                        const DatasetOptions *options, Err *e);

/* A folder of any kind. */
Dataset *dataset_of_folder(const char *path, const DatasetOptions *options, Err *e);

/* The bytes of a file, unpacked if it is a gzip file. The caller frees. */
uint8_t *read_plain(const char *path, size_t *size, Err *e);

#endif
