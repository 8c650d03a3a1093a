/* An evaluation in pictures.
 *
 *     canvas_finish(evaluation_confusion(&v, "lenet", &e), "confusion.png", &e);
 *     canvas_finish(evaluation_mistakes(&v, data, "lenet", 60, &e), "mistakes.png", &e);
 *
 * `title` says which model on which data; it stands above each. The caller frees what it gets, as
 * canvas_finish does. */
#ifndef SCRAWL_TRAIN_EVALUATION_PLOTS_H
#define SCRAWL_TRAIN_EVALUATION_PLOTS_H

#include "plot/canvas.h"
#include "train/evaluate.h"

/* What each class was read as. */
Canvas *evaluation_confusion(const Evaluation *v, const char *title, Err *e);

/* Whether the probabilities can be believed; and how many errors are left when only the surest
 * answers count. */
Canvas *evaluation_reliability(const Evaluation *v, const char *title, Err *e);
Canvas *evaluation_risk(const Evaluation *v, const char *title, Err *e);

/* The pictures that were read wrongly, those first that the model was surest of, at most `most`.
 * `data` is what was evaluated. */
Canvas *evaluation_mistakes(const Evaluation *v, const Dataset *data, const char *title, int most,
                            Err *e);

/* Loss, error and the errors of each class, train against test, with 95 % intervals (Wilson). Both
 * are of one model. */
Canvas *evaluation_bars(const Evaluation *train, const Evaluation *test, const char *title, Err *e);

#endif
