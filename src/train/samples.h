/* What a net that draws shows of itself while it is trained, and real pictures to hold against it.
 *
 *     code = samples_choose(data, &split, 100, pictures, labels, &e);
 *     code = samples_show(&(Samples){run, events, &state, "Epoch 1", images, 100, 10}, &e);
 *
 *     samples/epoch-0000001.png   a sheet an epoch
 *     samples.gif                 all of them */
#ifndef SCRAWL_TRAIN_SAMPLES_H
#define SCRAWL_TRAIN_SAMPLES_H

#include "data/split.h"
#include "train/fit.h"
#include "train/run_events.h"

/* Whether `model`, as the sentence names it, can learn to draw from this data: 28x28, ten digits. ERR_ARGUMENT. */
int samples_check(const Dataset *data, const char *model, Err *e);

/* `each` pictures of each of ten digits, digit after digit, as indices of the data: the first of the
 * validation part, of the training part where that has none of a digit; from the front again when
 * there are few. ERR_ARGUMENT for data without one of the digits. labels (10*each) may be NULL. */
int samples_choose(const Dataset *data, const Split *split, int each, uint32_t *pictures,
                   int *labels, Err *e);

/* Makes the folder of the sheets. */
int samples_begin(const RunFolder *run, Err *e);

typedef struct Samples {
    const RunFolder *run;
    Events *events;
    const RunState *state; /* of the epoch that is over */
    const char *title;
    const Image *images;
    int count, columns;
} Samples;

/* The sheet as a file and for TensorBoard, and all sheets so far, those of before an interruption
 * too, as an animation. */
int samples_show(const Samples *s, Err *e);

/* How a model came about, as the text of a JSON object. Settings that do not change what is learnt
 * are left out, so that the same training gives the same file; the precision is the one that `net`
 * was trained in. score->count 0: none was read back.
 * The caller frees; NULL when memory is gone. */
char *samples_record(const Recipe *recipe, const RunState *state, const Net *net, size_t pictures,
                     const FitScore *score);

#endif
