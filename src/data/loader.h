/* Batches of a data set, epoch after epoch.
 *
 *     Loader *l = loader_new(&(LoaderOptions){.data = d, .indices = split.train, .count = n,
 *                                             .batch = 128, .seed = 1, .shuffle = true}, &e);
 *     for (LoaderBatch b; loader_next(l, &b);)     // one epoch; the next call begins the next one
 *         exec_train(run, &(Batch){.count = b.count, .bytes = b.pixels, .targets = ...}, reports);
 *     loader_free(l);
 *
 * What a batch holds depends on seed, epoch and its number in the epoch alone: not on threads, on
 * prefetching or on where a training was interrupted. After loader_new nothing can fail. */
#ifndef SCRAWL_DATA_LOADER_H
#define SCRAWL_DATA_LOADER_H

#include "data/augment.h"
#include "data/dataset.h"

typedef struct Loader Loader;

typedef struct LoaderOptions {
    const Dataset *data;     /* not owned; must stay as it is */
    const uint32_t *indices; /* (count) pictures of an epoch, copied; NULL: all. One that is there
                                repeatedly is augmented differently each time */
    size_t count;
    int batch; /* pictures in a batch, at least 1 */
    uint64_t seed;
    const Augment *augment; /* copied; NULL: none */
    bool shuffle;           /* another order every epoch */
    bool drop_last;         /* leave out an epoch's last batch if it is smaller */
    bool prefetch;          /* a thread of its own prepares the next batch meanwhile */
    Team *team;             /* augments within loader_next; NULL: the calling thread alone */
} LoaderOptions;

typedef struct LoaderBatch { /* valid until the next call */
    int count;
    const uint8_t *pixels;   /* (count, height, width) */
    const int *labels;       /* (count) */
    const uint32_t *indices; /* (count) in the data set */
} LoaderBatch;

typedef struct LoaderState {     /* where a loader is: all that a checkpoint has to keep of it */
    uint64_t seed, epoch, batch; /* `batch` batches of `epoch` were given out */
} LoaderState;

/* ERR_ARGUMENT for a batch size, an augmentation or a data set that makes no sense; ERR_MEMORY. */
Loader *loader_new(const LoaderOptions *options, Err *e);
void loader_free(Loader *l); /* NULL is fine */

/* The next batch, or false, once, at the end of an epoch. */
bool loader_next(Loader *l, LoaderBatch *out);

/* The next batch of this epoch or, at its end, the first of the next one. */
LoaderBatch loader_next_of_any(Loader *l);

size_t loader_batches(const Loader *l); /* in an epoch */

/* Goes where another loader of the same data and options was: the batches that follow are the same.
 * ERR_ARGUMENT if there is no such batch. */
LoaderState loader_state(const Loader *l);
int loader_resume(Loader *l, LoaderState state, Err *e);

#endif
