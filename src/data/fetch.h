/* Downloads a data set once, verified; the only place that knows libcurl.
 *
 *     char *folder = data_fetch("mnist", NULL, &e);        // ~/.cache/scrawl/mnist
 *     Dataset *d = dataset_default(&(DatasetOptions){.part = PART_TEST}, &e);
 *
 * Files come by https only, within limits of size and time, from the first mirror that gives the
 * right ones: what counts is the SHA-256 of the unpacked content. A file that is there and right is
 * not fetched again; nothing wrong or half is ever left in the folder. */
#ifndef SCRAWL_DATA_FETCH_H
#define SCRAWL_DATA_FETCH_H

#include "data/dataset.h"

/* Told of the bytes that came; `total` is 0 until the server says it. */
typedef void FetchProgress(void *user, const char *file, double done, double total);

typedef struct FetchOptions {
    const char *folder;         /* where to; NULL: <cache>/<name>. Made when missing */
    const char *const *mirrors; /* addresses that end in '/', up to a NULL, in place of the known
                                   ones; a test's may be http:// or file:// */
    FetchProgress *progress;    /* NULL: none */
    void *user;
} FetchOptions;

/* The names that can be fetched; NULL ends the list. */
extern const char *const data_names[];

/* Returns the folder that holds the set; the caller frees. `options` may be NULL. ERR_ARGUMENT if
 * no set has that name, ERR_NETWORK if no mirror gave the right files. */
char *data_fetch(const char *name, const FetchOptions *options, Err *e);

/* MNIST from the cache, fetched if it is not there. The sentence of a failure says what else to do.
 */
Dataset *dataset_default(const DatasetOptions *options, const FetchOptions *fetch, Err *e);

#endif
