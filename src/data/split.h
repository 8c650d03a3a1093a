/* Which pictures to train with and which to keep back: lists of indices, no copies.
 *
 *     Split s;
 *     if (dataset_split(d, 0.1, seed, &s, &e) == 0)
 *         train on s.train[0 .. s.train_count-1], validate on s.validation[..];
 *     split_free(&s);
 *
 * Both lists are in rising order and together hold every picture once; the same seed gives the same lists.
 * - Where the set says who wrote a picture, all of one writer go to the same side, so that validation is about strangers.
 *   Otherwise, and for a share of one writer's set, each class is divided in the same proportion.
 * - Pictures only to learn from are never validated on. Those in a group with others (blemished copies) count in the
 *   share and are in neither list where the others are kept back.
 * - Those that no such picture is in a group with are trained on, and move no other picture to the other side. */
#ifndef SCRAWL_DATA_SPLIT_H
#define SCRAWL_DATA_SPLIT_H

#include "data/dataset.h"

typedef struct Split {
    uint32_t *train, *validation;
    size_t train_count, validation_count;
} Split;

/* The seed by which the line reader keeps digits back, whatever the recipe's: a run that begins with another's
 * weights does not validate on what that one was trained on. */
enum { SPLIT_STRINGS = 1 };

/* About `share` of the pictures (0 to 1) for validation: exactly, but for rounding and whole
 * writers. ERR_ARGUMENT if one side would be empty though share is between 0 and 1. */
int dataset_split(const Dataset *d, double share, uint64_t seed, Split *out, Err *e);

/* Fold `fold` of `folds` for validation: over all folds each picture that is not only to learn from is there once. */
int dataset_fold(const Dataset *d, int folds, int fold, uint64_t seed, Split *out, Err *e);

void split_free(Split *s);

#endif
