/* How well a net redraws a labelled set: each picture against the one that its class has in type.
 *
 *     Redrawing r;
 *     if (redraw_measure(model, data, NULL, &(EvaluateOptions){.team = team}, &r, &e) == 0)
 *         printf("%ld of %ld draw the right glyph\n", r.glyphs, r.count);
 *     redrawing_free(&r);
 *
 * Targets are those that the model was trained on: its record says how large and where, and of which
 * typeface. A net that knows noise should draw nothing for it, and nothing is then one of the pictures
 * that a glyph can be nearest to. */
#ifndef SCRAWL_TRAIN_REDRAWING_H
#define SCRAWL_TRAIN_REDRAWING_H

#include "data/typeset.h"
#include "nn/loss.h"
#include "plot/canvas.h"
#include "train/evaluate.h"

enum { REDRAWING_PAIRS = 256, REDRAWING_SHEET = 60, REDRAWING_NEAR = 16 };

typedef struct Redrawing {
    long count;
    LossKind loss_kind;  /* of the pictures, as in training */
    double picture_loss; /* mean of it, unweighted */
    double
        class_loss; /* mean of -log(probability), the model's temperature included: else as in training */
    double loss;   /* both, weighted as in training */
    long classes;  /* right answers of the second head */
    long glyphs;   /* pictures that are nearest to their own target */
    long agreeing; /* the nearest target is that of the class that the second head names */
    long exact;    /* after CRISP_SMOOTH no pixel is further than REDRAWING_NEAR of 255 from the
                            * target's, which went through the same */
    long
        exact_steps; /* after CRISP_STEPS all pixels are the target's, which went through the same */
    double psnr, psnr_median, ssim; /* mean and median in dB; mean */
    double binary_accuracy; /* share of pixels where (drawn > 1/2) equals the target: the known
                             * "reconstruction accuracy". Grey target pixels are never right: */
    double binary_ceiling; /* the most that it can be, the targets' share of pure black and white */
    char *typeface;        /* of the targets */
    uint8_t *drawn;        /* (count, 28,28) */
    int *answers, *targets, *nearest; /* (count): classes of the model */
} Redrawing;

/* Whether a model draws. */
bool redraw_can(const Model *model);

/* `font` as in typeface_open, NULL: as the model was trained. ERR_ARGUMENT where the model does not draw
 * or does not fit the data, or where the typeface of its training is not to be had and none is named. */
int redraw_measure(const Model *model, const Dataset *data, const char *font,
                   const EvaluateOptions *options, Redrawing *out, Err *e);
void redrawing_free(Redrawing *r);

/* A JSON object with all numbers, without a newline; the caller frees. NULL when memory is gone. */
char *redrawing_json(const Redrawing *r);

/* The first REDRAWING_PAIRS pictures as <predicted>_<true>_<index>.png in a folder, which is made: the
 * handwriting and beside it what the net drew, 56x28. */
int redrawing_pairs(const Redrawing *r, const Model *model, const Dataset *data, const char *folder,
                    Err *e);

/* Some of them on a sheet, those first whose glyph is not the right one, up to half of it: what was written, what was
 * drawn. */
Canvas *redrawing_sheet(const Redrawing *r, const Model *model, const Dataset *data,
                        const char *title, Err *e);

/* Losses, shares and picture measures as bars, train beside test. */
Canvas *redrawing_bars(const Redrawing *train, const Redrawing *test, const char *title, Err *e);

#endif
