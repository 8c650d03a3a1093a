/* Pictures of digits that MNIST lacks, and of letters, made rather than collected.
 *
 *     Dataset *d = drawn_dataset(4000, seed, true, team, &e);     // half of them drawn, half printed
 *
 * Drawn digits and letters are those of data/sketches.h; printed ones are set in typefaces that free systems have,
 * so what they look like depends on which are installed. */
#ifndef SCRAWL_DATA_DRAWN_H
#define SCRAWL_DATA_DRAWN_H

#include "base/rng.h"
#include "data/dataset.h"

/* Overwrite out (28,28), light on black, a box of 20 filled about the middle. */
void drawn_digit(int digit, Rng *r, uint8_t *out);
void drawn_letter(Rng *r, uint8_t *out); /* or a sign that is like no digit */

/* `count` pictures of classes 0 to 9, as many of each; the same seed gives the same ones. `canonical`,
 * `team` as in DatasetOptions. */
Dataset *drawn_dataset(size_t count, uint64_t seed, bool canonical, Team *team, Err *e);

/* The same of letters and signs that are no look-alikes of digits, all of class DATASET_NOISE. */
Dataset *letters_dataset(size_t count, uint64_t seed, bool canonical, Team *team, Err *e);

#endif
