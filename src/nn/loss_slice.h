/* The losses on one slice, as an Exec calls them: inside nn/ only. */
#ifndef SCRAWL_NN_LOSS_SLICE_H
#define SCRAWL_NN_LOSS_SLICE_H

#include "nn/loss.h"
#include "tensor/kernels.h"

/* The loss of images first .. first+images-1 of the batch, which are the slice's lanes 0 .. images-1, on a by-image
 * view; x and dx point to the views' number (0,0,0), whatever `at` says. `target` is the whole batch's. Adds the
 * unweighted losses to *sum and the right answers (of cross-entropy and MSE by class) to *right, in order.
 * dx = scale * weight * gradient for the lanes in use, 0 in the others (overwrites, or adds if `add`); dx NULL: not
 * wanted. */
void loss_slice(const Loss *loss, const Kernels *k, const View *v, const float *x, const void *target, int first,
                int images, float scale, const View *dv, float *dx, bool add, double *sum, long *right);

/* All that a loss' loops share. */
typedef struct LossSlice {
    const Loss *loss;
    const View *v, *dv;
    const float *x;
    const void *target;
    int first, images, f;
    float scale; /* of the gradient, the weight included */
    float *dx;   /* NULL: not wanted */
    bool add;
    double value[LANES]; /* out: the losses */
} LossSlice;

/* loss_slice for LOSS_CTC: `right` counts the strings that the likeliest names of all steps read as. Takes about
 * 650 KB of stack. */
void ctc_slice(LossSlice *s, const Kernels *k, long *right);

#endif
