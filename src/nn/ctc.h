/* Reading a string off a row of scores without knowing where its letters stand: connectionist
 * temporal classification (Graves, Fernandez, Gomez and Schmidhuber 2006).
 *
 *     double p[CTC_STEPS * 11];
 *     uint8_t labels[CTC_LABELS];
 *     ctc_softmax(11, steps, logits, 1, p);
 *     int length = ctc_search(11, steps, p, 0, CTC_LABELS, labels);
 *     printf("%d digits, %.1f %% sure\n", length, 100 * ctc_probability(11, steps, p, labels, length));
 *
 * At each of T steps the net names a label or the blank, which is the last class. An alignment is
 * such a row of T names; it reads as the string that is left when repeats are joined and blanks
 * dropped, so a double letter needs a blank between. A string's probability is the sum over all
 * alignments that read as it: a string of n labels with r repeats in it needs n + r steps. */
#ifndef SCRAWL_NN_CTC_H
#define SCRAWL_NN_CTC_H

#include "nn/loss.h"

/* ---- training ---- */

/* -log p(labels) of one image's logits (classes, steps), in log space and double: the reference for
 * LOSS_CTC. dx (classes, steps) = its gradient times `scale`, if not NULL. A string that needs more
 * steps than there are has the loss INFINITY and the gradient 0. */
double ctc_loss(int classes, int steps, const float *logits, const uint8_t *labels, int length,
                float scale, float *dx);

/* How many of the first `count` strings need more steps than they have; T is the width of the net's
 * output. LOSS_CTC leaves them out: loss 0, gradient 0. */
int ctc_infeasible(const CtcTargets *targets, int count, int steps);

/* ---- reading: p (steps, classes) are probabilities, those of a step side by side ---- */

/* p[t] = softmax(logits[.,t] / temperature); logits (classes, steps). */
void ctc_softmax(int classes, int steps, const float *logits, double temperature, double *p);

/* What the likeliest name at every step reads as: its length, at most CTC_LABELS. */
int ctc_best_path(int classes, int steps, const double *p, uint8_t *labels);

/* The likeliest string of `least` to `most` labels (0 .. CTC_LABELS), summed over alignments: prefix beam
 * search (Graves and Jaitly 2014), which keeps the CTC_BEAM best beginnings of each length as long as
 * they are not 1e10 times less likely than others. Returns the length, or -1 if no string of such a
 * length is in the running. */
enum { CTC_BEAM = 6 };
int ctc_search(int classes, int steps, const double *p, int least, int most, uint8_t *labels);

/* p(labels): 0 if they do not fit the steps. */
double ctc_probability(int classes, int steps, const double *p, const uint8_t *labels, int length);

/* Where each label stands in the likeliest alignment: steps first[i] .. end[i]-1. 0, or -1 if they
 * do not fit. */
int ctc_align(int classes, int steps, const double *p, const uint8_t *labels, int length,
              int *first, int *end);

#endif
