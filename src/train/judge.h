/* What digits that somebody wrote are worth: read back, and compared with real ones.
 *
 *     Judge *j = judge_new(NULL, mnist_train, mnist_test, 1, team, &e);
 *     Judgement v;
 *     if (judge_look(j, pictures, labels, 5000, &v, &e) == 0)
 *         printf("%ld of %ld read back, distance %.2f\n", v.right, v.count, v.frechet);
 *     judge_free(j);
 *
 * The judge is a recogniser that no writer was trained or checked with; its file's hash belongs in
 * every report. Its features, 64 numbers a picture, and the pixels are the spaces of comparison.
 * Real pictures are drawn by lot, as many of each digit: sets like MNIST's are not in random order.
 * The same measures of real training pictures say what the figures of real ones are. */
#ifndef SCRAWL_TRAIN_JUDGE_H
#define SCRAWL_TRAIN_JUDGE_H

#include "data/dataset.h"
#include "model/model.h"
#include "nn/metric.h"
#include "nn/metric_sets.h"

enum {
    JUDGE_NEIGHBOURS = 5,  /* of Manifold */
    JUDGE_MANIFOLD = 2000, /* pictures of each side that are compared so, at most */
    JUDGE_NEAREST = 1000,  /* pictures whose nearest one is looked for, at most */
    JUDGE_HASH = 65
};

/* Which model judges when none is named. */
#define JUDGE_DEFAULT "judge"

typedef struct Judgement {
    long count, right;
    Interval interval;           /* of what is read back, 95 % */
    long counts[10], rights[10]; /* of each digit */
    int worst;                   /* the digit that is read back least */
    double frechet;              /* of features, to the real test pictures */
    Manifold features, pixels;
    double nearest,
        nearest_5;  /* distance of pixels 0..1 to the nearest training picture: median and
                                     5th percentile; far below those of real ones means copying */
    double kl, mse; /* of pixels -1..1 to a real test picture of the same digit, as the second
                                     system's study measures its batches: see judge.c */
} Judgement;

typedef struct Judge Judge;

/* A judge with a model that ships or a file (NULL: the default). The sets, 28x28 of ten digits each,
 * and the team, which may be NULL, are not owned and have to stay. ERR_ARGUMENT for a model that is
 * no judge (outputs "logits" and "features"), or sets that lack a digit. */
Judge *judge_new(const char *model, const Dataset *train, const Dataset *test, uint64_t seed,
                 Team *team, Err *e);
void judge_free(Judge *j); /* NULL is fine */

const char *judge_hash(const Judge *j); /* SHA-256 of the model's file */
long judge_tests(const Judge *j,
                 int *right); /* the test pictures, and how many of them it reads right */

/* pictures (count,28,28), light ink on 0; labels 0 .. 9, all of them there. */
int judge_look(Judge *j, const uint8_t *pictures, const int *labels, int count, Judgement *out,
               Err *e);

/* Real training pictures, by lot, count/10 of each digit: what perfection looks like to this judge. Its `nearest` is
 * the test pictures'. */
int judge_floor(Judge *j, int count, Judgement *out, Err *e);

#endif
