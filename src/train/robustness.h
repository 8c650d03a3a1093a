/* How a classifier stands what it was not trained for: MNIST-C's corruptions, one after the other, and
 * pictures that are no digits.
 *
 *     Robustness r;
 *     if (robustness(model, data, &(RobustnessOptions){.canonical = true, .team = team}, &r, &e) == 0)
 *         printf("fog %.2f %%, on average %.2f %%\n", 100 * r.accuracy[CORRUPT_FOG], 100 * r.mean);
 */
#ifndef SCRAWL_TRAIN_ROBUSTNESS_H
#define SCRAWL_TRAIN_ROBUSTNESS_H

#include "data/corrupt.h"
#include "train/evaluate.h"

typedef struct RobustnessOptions {
    const char *only; /* the name of one corruption; NULL: all */
    bool canonical;   /* corrupted pictures come to the form that reading makes */
    uint64_t seed;
    Precision precision; /* as in EvaluateOptions */
    Team *team;         /* NULL: the calling thread alone */
    const Watch *watch; /* told of the corruptions that are done; NULL: none */
} RobustnessOptions;

typedef struct Robustness {
    long count;                 /* pictures of each */
    bool measured[CORRUPTIONS]; /* those that were asked for */
    long right[CORRUPTIONS];    /* noise counts as a wrong answer */
    long named[CORRUPTIONS];    /* right among the digits alone, whatever noise says */
    double accuracy[CORRUPTIONS];
    double mean, mean_named; /* of the shares */
} Robustness;

/* `data` are pictures of 28x28 as they are, not canonical ones. ERR_ARGUMENT for a corruption that
 * there is not, and where model and data do not fit. */
int robustness(const Model *model, const Dataset *data, const RobustnessOptions *options,
               Robustness *out, Err *e);

/* {"model":..,"data":..,"count":10000,"corruptions":[{"name","right","named","accuracy",
 *  "interval"},..],"mean":..,"mean_named":..} on one line, without a newline. The caller frees; NULL when memory is gone. */
char *robustness_json(const Robustness *r, const char *model, const char *data);

/* How well digits and what is none are told apart by the largest probability of a digit: the chance
 * that a digit's is larger. `class_names` are the model's; noise is the class of that name. */
int robustness_auroc(const Evaluation *digits, const Evaluation *others, double *area, Err *e);

#endif
