/* How far a classifier may be believed, found on pictures that it was not trained on.
 *
 *     calibrate(logits, labels, count, classes, model_class_find(m, "noise"), room, &m->calibration);
 *
 * The temperature is the one with the least loss (Guo et al. 2017). The threshold is the lowest at
 * which at most CALIBRATE_WRONG of the digits are read wrongly without being refused: refused is
 * what is likelier noise than any digit, or whose likeliest digit is less probable than the
 * threshold. It is 0 where so few go wrong without one. Allocates nothing. */
#ifndef SCRAWL_TRAIN_CALIBRATE_H
#define SCRAWL_TRAIN_CALIBRATE_H

#include "model/model.h"

#define CALIBRATE_WRONG 0.005 /* a share of all digits */

/* logits (count, classes), labels (count); at most MODEL_CLASS_LIMIT classes. `noise` is the class of
 * what is no digit, the last one, or -1 if there is none: its pictures count for the temperature
 * alone. `room` (count) is overwritten. Without pictures the model is as it was: uncalibrated. */
void calibrate(const float *logits, const int *labels, long count, int classes, int noise,
               double *room, Calibration *out);

#endif
