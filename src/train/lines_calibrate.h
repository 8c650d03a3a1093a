/* How far a line reader may be believed, found by reading numbers that it was not trained on, as read does.
 *
 *     lines_calibrate(model, "runs/line/model.safetensors", plain, cluttered, 200, &e);
 *
 * The temperature is that with the least log-loss of the probability that a number is exactly right. Inside train/. */
#ifndef SCRAWL_TRAIN_LINES_CALIBRATE_H
#define SCRAWL_TRAIN_LINES_CALIBRATE_H

#include "data/made_strings.h"
#include "model/model.h"

/* Sets the model's calibration; the file at `path` is written again and again, last with what was found. `count`
 * numbers of each kind are read. */
int lines_calibrate(Model *model, const char *path, const Strings *plain, const Strings *cluttered,
                    int count, Err *e);

#endif
