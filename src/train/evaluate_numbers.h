/* How well whole numbers are read off labelled pictures.
 *
 *     NumbersEvaluation v;
 *     if (evaluate_numbers(reader, data, NULL, &v, &e) == 0) {
 *         printf("%ld of %ld exactly right\n", v.right, v.count);
 *         numbers_evaluation_free(&v);
 *     }
 *
 * The data is a CSV of pictures and numbers (data/dataset.h); a label of several numbers has a space between
 * those of one line of writing and a "/" between lines. A picture is right when all of its text is. A digit
 * that the reader refuses stands as "?" and equals no digit: such a picture is refused, not wrong. */
#ifndef SCRAWL_TRAIN_EVALUATE_NUMBERS_H
#define SCRAWL_TRAIN_EVALUATE_NUMBERS_H

#include "base/watch.h"
#include "data/dataset.h"
#include "nn/metric.h"
#include "read/reader.h"

typedef struct NumberMistake {
    size_t index; /* in the dataset */
    char *text;   /* what was read; "" for nothing */
    double probability;
} NumberMistake;

typedef struct NumbersEvaluation {
    long count, right;
    Interval interval;         /* of right, 95 % */
    long refused;              /* pictures with a "?", or with no text at all */
    long wrong;                /* and not refused */
    long digits, digit_errors; /* of the labels; the edit distance (Levenshtein 1966) between label and text */
    float *probabilities;      /* (count) that all of a picture's text is right, as the reader says */
    bool *exact;               /* (count) */
    float *risk;               /* (count) metric_risk_coverage */
    double risk_area;
    NumberMistake *mistakes;   /* (count - right), in the order of the data */
} NumbersEvaluation;

/* ERR_ARGUMENT for data without numbers; what a picture's file is missing or damaged says. `watch` may be
 * NULL. Overwrites out; numbers_evaluation_free frees what is in it. */
int evaluate_numbers(Reader *reader, const Dataset *data, const Watch *watch, NumbersEvaluation *out, Err *e);
void numbers_evaluation_free(NumbersEvaluation *v);

/* {"model":..,"data":..,"count":400,"right":392,"accuracy":..,"interval":[..],"refused":..,"wrong":..,
 *  "digits":..,"digit_errors":..,"risk":[[coverage,risk],..],"mistakes":[{"image","label","text",
 *  "probability"},..]} on one line, without a newline; the risk at each tenth of coverage. The caller frees;
 * NULL when memory is gone. */
char *numbers_evaluation_json(const NumbersEvaluation *v, const char *model, const char *name, const Dataset *data);

#endif
