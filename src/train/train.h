/* Trains whatever a recipe names: opens its data and calls the loop that its net needs.
 *
 *     recipe_preset(&recipe, "line", "default", &e);
 *     if (train(&recipe, &(FitOptions){.folder = "runs/line"}, &result, &e) == 0)
 *         printf("%ld epochs\n", result.epochs);
 *     fit_result_free(&result);
 *
 * train.c's table says which nets have a loop of their own; all others learn labelled pictures
 * (train/fit.h). */
#ifndef SCRAWL_TRAIN_TRAIN_H
#define SCRAWL_TRAIN_TRAIN_H

#include "train/fit.h"

/* The recipe's data, or MNIST from the cache, which is fetched if it is not there. Draws curves.png at
 * the end. */
int train(const Recipe *recipe, const FitOptions *options, FitResult *result, Err *e);

#endif
