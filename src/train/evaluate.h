/* How well a classifier answers a labelled set, in every figure that is asked for.
 *
 *     Evaluation v;
 *     if (evaluate(model, data, &(EvaluateOptions){.team = team}, &v, &e) == 0) {
 *         printf("%ld of %ld = %.2f %% (%.2f to %.2f)\n", v.count - v.errors, v.count,
 *                100 * v.accuracy, 100 * v.interval.low, 100 * v.interval.high);
 *         evaluation_free(&v);
 *     }
 *
 * Probabilities are the model's own, its calibration included. The classes of the data are matched
 * to the model's by name: a reader that also knows noise may be held against ten digits, but not the
 * other way round. */
#ifndef SCRAWL_TRAIN_EVALUATE_H
#define SCRAWL_TRAIN_EVALUATE_H

#include "data/dataset.h"
#include "model/model.h"
#include "nn/metric.h"
#include "nn/precision.h"

enum { EVALUATE_TOP = 3 };

typedef struct EvaluateOptions {
    Team *team;         /* NULL: the calling thread alone */
    Precision precision; /* of the net's products; auto is f32 */
    const Watch *watch; /* told of the pictures that were answered; NULL: none */
} EvaluateOptions;

typedef struct Mistake {
    size_t index; /* in the dataset */
    int target, answer;
    float target_probability, answer_probability;
} Mistake;

typedef struct Evaluation {
    long count, errors;
    double accuracy;
    Interval interval;       /* of the accuracy, 95 % */
    long top;                /* pictures whose class is among the EVALUATE_TOP likeliest */
    double loss;             /* mean of -log(probability of the class) */
    int classes;             /* the model's */
    char **names;            /* (classes) */
    long *confusion;         /* (classes, classes): rows are what it is, columns the answer */
    ClassReport *reports;    /* (classes) */
    Reliability reliability; /* of the answers' probabilities; .error is the calibration error */
    Mistake *mistakes;       /* (errors), in the order of the data */
    float *probabilities;    /* (count, classes) */
} Evaluation;

/* ERR_ARGUMENT where the two do not fit: a class that the model does not know, pictures of another
 * size, no pictures, a model that does not classify. `options` may be NULL. */
int evaluate(const Model *model, const Dataset *data, const EvaluateOptions *options, Evaluation *out,
             Err *e);
void evaluation_free(Evaluation *v);

/* Whether a reader would refuse picture `i` by the model's calibration: noise is likelier than any
 * digit, or the likeliest digit less probable than the threshold. */
bool evaluation_refuses(const Evaluation *v, const Model *model, long i);

/* Whether a model chooses between classes. */
bool evaluate_can(const Model *model);

/* The data's labels as classes of the model, (count); the caller frees. NULL and ERR_ARGUMENT as above. */
int *evaluation_targets(const Model *model, const Dataset *data, Err *e);

/* The same from answers that are there: logits (count, classes) of the model, targets (count) among
 * its classes. ERR_MEMORY, or ERR_NUMERIC for a logit that is not finite. */
int evaluate_logits(const Model *model, const float *logits, const int *targets, size_t count,
                    int classes, Evaluation *out, Err *e);

/* {"model":..,"data":..,"count":10000,"errors":62,"accuracy":..,"interval":[..],"loss":..,"ece":..,
 *  "top3":..,"classes":[{"name","count","precision","recall","f1"},..],"confusion":[[..],..],
 *  "mistakes":[{"index","class","answer","probability"},..]} on one line, without a newline.
 * The caller frees; NULL when memory is gone. */
char *evaluation_json(const Evaluation *v, const char *model, const char *data);

#endif
