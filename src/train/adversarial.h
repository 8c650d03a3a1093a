/* Trains a generator of digits against a discriminator: pictures become a model that draws such
 * pictures.
 *
 *     Recipe recipe;
 *     FitResult result;
 *     recipe_preset(&recipe, "cdcgan", "default", &e);
 *     if (adversarial_fit(&recipe, mnist, &(FitOptions){.folder = "runs/cdcgan"}, &result, &e) == 0)
 *         printf("%ld epochs\n", result.epochs);
 *
 * A step is that of train/rivals.h. The latest generator is model.safetensors, and its rival
 * discriminator.safetensors: there is no best epoch, losses of rivals say nothing of the kind. After
 * each epoch ADVERSARIAL_LOOKS digits are drawn from always the same noise: a hundred are a sheet in
 * samples/, all sheets are samples.gif, and all digits are held against as many real ones (KL
 * divergence and mean squared error). Of a generator that is told what to draw the model "digits"
 * reads them: that is FitScore. At the end come labels.png, real.png, fake.png, scores.png,
 * initialisers.png and layers.txt.
 *
 * Of the recipe count what it chooses about the model, data, epochs, batch, validation, the
 * optimiser, the schedule, the settings of two nets, save_every, keep, seed, threads and when to
 * save a checkpoint; another setting that is not as usual is refused. The same recipe and pictures
 * give the same bytes for any number of threads, and whether or not the run was interrupted. */
#ifndef SCRAWL_TRAIN_ADVERSARIAL_H
#define SCRAWL_TRAIN_ADVERSARIAL_H

#include "train/fit.h"

enum { ADVERSARIAL_LOOKS = 1000 };

/* Trains; FitOptions and FitResult are fit's. ERR_ARGUMENT for pictures that are not 28x28 of all
 * ten digits; ERR_NUMERIC for a loss that is not a number: the last checkpoint and models stay. */
int adversarial_fit(const Recipe *recipe, const Dataset *data, const FitOptions *options,
                    FitResult *result, Err *e);

#endif
