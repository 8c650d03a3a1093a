/* What training minimises: a loss on an output of a net.
 *
 *     Loss loss = { .kind = LOSS_CROSS_ENTROPY, .output = "logits", .weight = 1, .smoothing = 0.05f };
 *
 * Formulas are for one image with F = C*H*W numbers x in the output; a batch takes the mean over its
 * images. MSE and L1 average over the F numbers, binary cross-entropy and hinge likewise. */
#ifndef SCRAWL_NN_LOSS_H
#define SCRAWL_NN_LOSS_H

#include <stdint.h>

#include "nn/net.h"

typedef enum LossKind {
    LOSS_CROSS_ENTROPY, /* -sum q log softmax(x);  q = (1-s)*onehot + s/F; target int (count) */
    LOSS_MSE,           /* mean (x-t)^2; target float (count, F) */
    LOSS_MSE_CLASS,     /* mean (x-onehot)^2; target int (count) */
    LOSS_L1,            /* mean |x-t|; target float (count, F) */
    LOSS_BINARY,        /* mean max(x,0) - x*t + log(1+exp(-|x|)): cross-entropy on logits; target float (count, F) */
    LOSS_HINGE,         /* mean max(0, 1 - t*x), t = +1 or -1; target float (count, F) */
    LOSS_GIVEN,         /* sum x*t: the target is the gradient itself, from elsewhere; float (count, F) */
    LOSS_CTC,           /* -log p(string), summed over all alignments; x (C,1,T), target CtcTargets: see ctc.h */
    LOSS_KL,            /* sum (m^2 + exp(v) - 1 - v)/2 over F/2 means m, then as many log-variances v: how far that
                           normal is from the standard one (Kingma and Welling 2014, appendix B); target NULL */
    LOSS_KINDS
} LossKind;

typedef struct Loss {
    LossKind kind;
    const char *output; /* name of an output; not copied: must live as long as its Exec */
    float weight;       /* 0: 1 */
    float smoothing;    /* cross-entropy: label smoothing s */
} Loss;

/* The strings that LOSS_CTC wants read, of labels 0 .. C-2; class C-1 is the blank. */
typedef struct CtcTargets {
    const uint8_t *labels; /* (count, room) */
    const int *lengths;    /* (count), 0 .. room and at most CTC_LABELS */
    int room;
    const int *steps; /* (count) columns of an image that count, from the left, 1 .. T; NULL: all */
} CtcTargets;

enum {
    CTC_LABELS = 32,  /* labels of one string */
    CTC_STEPS = 384,  /* columns */
    CTC_CLASSES = 16, /* the blank included */
};

/* "cross-entropy", ...; and back: -1 when there is no such loss. */
const char *loss_name(LossKind kind);
int loss_find(const char *name);

/* Checks that the loss can stand on an output of this shape. */
int loss_check(const Loss *loss, Shape shape, Err *e);

/* The loss of each of `count` images with `f` logits, target of the loss's kind: the plain reference, in double. (That
 * of CTC is ctc_loss.)
 * values[i] receives image i's loss, dx (count, f) its gradient times `scale`; either may be NULL. */
void loss_reference(const Loss *loss, int count, int f, const float *x, const void *target, float scale, double *values,
                    float *dx);

#endif
