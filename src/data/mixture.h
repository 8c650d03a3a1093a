/* A set made of several, described by a JSON file: what a reader of strangers' digits learns from.
 *
 *     {"parts": [
 *         {"path": "mnist", "canonical": true},
 *         {"path": "photos/pen_digits", "times": 8, "leave_out": {"fold": 0, "of": 2}},
 *         {"path": "photos/pen_letters", "as": "noise", "without": ["o", "O", "l"]},
 *         {"path": "mnist", "made": "noise", "count": 6000, "seed": 1}
 *     ]}
 *
 * dataset_open takes it where it takes any path, if the name ends in .json. The parts are joined in
 * their order; all are digits, with noise or without. A part has
 *     path       what dataset_open opens, seen from where the file is; no other mixture
 *     part       "train" (as usual) or "test", of a source that has two
 *     canonical  true: ready pictures too go through digit_from_image
 *     as         "noise": whatever the labels say, these are no digits
 *     without    labels that are left out: letters that look like digits
 *     share      above 0, up to 1: so much of it, of every class alike, is enough
 *     times      each picture is there so often; its copies are a group, so that a split keeps them
 *                on one side
 *     blemished  so many more copies of each, in its group, that have blemishes (data/blemish.h) and are
 *                then prepared as reading does; of pictures of 28x28. They are only for training: those of pictures
 *                that are kept back are left out
 *     validate   false: it is only for training, and moves no picture of other parts from one side of a split to the
 *                other; true where not said
 *     leave_out  a fold of data/split.h that is never trained on: of the mixture, it is the test part
 *     made       "noise": not the source's digits, but what noise.h makes of them; "drawn": digits of
 *                drawn.h, "letters": its letters, which have no path; any takes count and seed, and of the above only
 *                part, canonical, blemished and validate
 * Pictures with a digit's label in which no ink is found are left out, but for the test part.
 * Where nothing is left out, all there is stands for both parts. */
#ifndef SCRAWL_DATA_MIXTURE_H
#define SCRAWL_DATA_MIXTURE_H

#include "data/dataset.h"

enum {
    MIXTURE_FILE_LIMIT = 64 << 10, /* bytes of the JSON */
    MIXTURE_PARTS = 64,
    MIXTURE_WITHOUT = 128,      /* labels left out of one part */
    MIXTURE_PICTURES = 4000000, /* in all */
    MIXTURE_TIMES = 1000
};

typedef struct MixturePart {
    const char *path, *part, *as, *made; /* NULL where not said */
    int canonical, validate;
    double share;
    long long times, blemished, count, seed, fold, folds; /* folds 0: nothing is left out */
    const char *without[MIXTURE_WITHOUT];
    int without_count;
} MixturePart;

typedef struct Mixture {
    MixturePart *parts;
    int count;
    void *json; /* holds the texts */
} Mixture;

/* Only reads what the parts are; `name` is what error sentences call the bytes. The caller frees
 * with mixture_free. */
int mixture_read(const char *name, const uint8_t *bytes, size_t size, Mixture *out, Err *e);
void mixture_free(Mixture *m);

/* Opens the parts and joins them. */
Dataset *dataset_of_mixture(const char *path, const DatasetOptions *options, Err *e);

#endif
