/* Trains the line reader on made-up numbers: a recipe and digits become a model in a run folder.
 *
 *     Recipe recipe;
 *     FitResult result;
 *     recipe_preset(&recipe, "line", "default", &e);
 *     if (lines_fit(&recipe, mnist, &(FitOptions){.folder = "runs/line"}, &result,
 *                   &e) == 0)
 *         printf("%ld of %ld strings\n", result.best.right, result.best.count);
 *
 * Each string is made when it is needed (data/made_strings.h) and never seen again. After each epoch
 * the averaged weights read one string for every LINES_SHARE of it, made of digits that are kept
 * back: FitScore counts those whose every digit is right, its loss is CTC's. Of the recipe count
 * width, epochs, batch, validation, the optimiser, the schedule, seed, threads and when to save a
 * checkpoint. The same recipe and digits give the same bytes for any number of threads, and whether
 * or not the run was interrupted. */
#ifndef SCRAWL_TRAIN_LINES_H
#define SCRAWL_TRAIN_LINES_H

#include "train/fit.h"

enum { LINES_SHARE = 25 };

/* Trains; FitOptions, FitResult and the files of the folder are fit's, without TensorBoard's. */
int lines_fit(const Recipe *recipe, const Dataset *data, const FitOptions *options,
              FitResult *result, Err *e);

#endif
