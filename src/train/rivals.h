/* A generator and its discriminator, and one step of both.
 *
 *     Rivals *r = rivals_new(&recipe, generator, discriminator, team, &e);
 *     RivalLosses losses;
 *     if (!rivals_step(r, pixels, labels, count, first, rate, &losses))   // not finite
 *         ...
 *     rivals_free(r);
 *
 * For a batch of real pictures x with labels y and as many noises z, in this order:
 *
 *   fake  = G(z, y), with the statistics of the batch
 *   the discriminator's weights, all of them, are held within +-clip_weights, where there is a limit
 *   D: the gradient of  BCE(D(x, y), 1) + BCE(D(fake, y), 0), two batches to its norms; its step
 *   G: the gradient of  BCE(D(fake, y), 1) + reconstruction * mean |fake - x|  through the
 *      discriminator as it now is; its step
 *
 * with BCE on logits, averaged over the batch and the map of logits (Goodfellow et al. 2014, the
 * loss that does not saturate). */
#ifndef SCRAWL_TRAIN_RIVALS_H
#define SCRAWL_TRAIN_RIVALS_H

#include "base/parallel.h"
#include "nn/exec.h"
#include "nn/optim.h"
#include "train/recipe.h"

typedef struct Rivals Rivals;

typedef struct RivalLosses {               /* sums over the pictures of a batch */
    double generator_fake, reconstruction; /* the latter 0 where the recipe has no share of it */
    double discriminator_real, discriminator_fake;
} RivalLosses;

/* Nets of zoo_net and zoo_discriminator, which as the team have to stay. Of the recipe count batch,
 * the optimiser and the settings of two nets. */
Rivals *rivals_new(const Recipe *recipe, Net *generator, Net *discriminator, Team *team, Err *e);
void rivals_free(Rivals *r); /* NULL is fine */

Optim *rivals_optim(Rivals *r, bool discriminator);

/* One step on real pictures (count, 28, 28), count at most the recipe's batch; labels (count) may be
 * NULL where the nets know none. Picture i's noise is drawn from stream first+i of the recipe's
 * seed. `lr` is the generator's rate. False, and weights that are of no more use, for a loss or a
 * gradient that is not finite. */
bool rivals_step(Rivals *r, const uint8_t *pixels, const int *labels, int count, uint64_t first,
                 float lr, RivalLosses *losses);

/* The last step's noise (count, numbers) and what was drawn of it (count, 28, 28), -1..1. */
const float *rivals_noise(const Rivals *r);
const float *rivals_fake(const Rivals *r);

#endif
