/* Trains the writer of digits: labelled pictures become a model that draws such pictures.
 *
 *     Recipe recipe;
 *     FitResult result;
 *     recipe_preset(&recipe, "writer", "default", &e);
 *     if (writer_fit(&recipe, mnist, &(FitOptions){.folder = "runs/writer"}, &result, &e) == 0)
 *         printf("%ld of %ld read back\n", result.best.right, result.best.count);
 *
 * The first three quarters of the epochs (of 3 or 5 all but one, a quarter rounded being the rest)
 * train the variational autoencoder (Kingma and Welling 2014): its loss is the cross-entropy of all pixels together and WRITER_KL times the latent's distance
 * from the normal. Then its averaged weights stay as they are, each picture becomes the normal that
 * the encoder finds, and the last quarter, WRITER_ROUNDS times over the pictures each, trains the
 * flow from noise to these (Liu, Gong and Liu 2023). The model that is saved draws its logits
 * WRITER_SHARP times as large: an autoencoder's edges are a little softer than real ones.
 *
 * Beside the files of fit's the folder has samples/epoch-0000001.png, ..: the same hundred pictures
 * drawn again by the autoencoder, then digits written from the same noise; and samples.gif, all of
 * them. FitScore counts how many of WRITER_LOOKS such digits the model "digits" reads as meant.
 *
 * Of the recipe count width, data, epochs, batch, validation, the optimiser, the schedule, seed,
 * threads and when to save a checkpoint; another setting that is not as usual is refused. The same
 * recipe and pictures give the same bytes for any number of threads, and whether or not the run was
 * interrupted. */
#ifndef SCRAWL_TRAIN_WRITER_H
#define SCRAWL_TRAIN_WRITER_H

#include "train/fit.h"

enum { WRITER_ROUNDS = 10, WRITER_LOOKS = 1000 };
#define WRITER_KL    0.15f
#define WRITER_SHARP 1.15f

/* Trains; FitOptions and FitResult are fit's. ERR_ARGUMENT for pictures that are not 28x28 of all
 * ten digits; ERR_NUMERIC for a loss that is not a number: the last checkpoint and model stay. */
int writer_fit(const Recipe *recipe, const Dataset *data, const FitOptions *options,
               FitResult *result, Err *e);

#endif
