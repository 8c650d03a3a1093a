/* Made-up strings by the batch: inside train/ only. */
#ifndef SCRAWL_TRAIN_LINES_PARTS_H
#define SCRAWL_TRAIN_LINES_PARTS_H

#include "data/made_strings.h"
#include "nn/loss.h"
#include "train/fit.h"

enum { LINES_CLASSES = 11 }; /* the digits and the blank */

typedef struct LinesBatch {
    uint8_t *strips; /* (room, 32, width) */
    uint8_t *labels; /* (room, STRING_DIGITS) */
    int *lengths;
    CtcTargets targets;
} LinesBatch;

int lines_batch_new(LinesBatch *b, int room, int width, Err *e);
void lines_batch_free(LinesBatch *b);

/* Strings first .. first+count-1. */
void lines_batch_fill(LinesBatch *b, const Strings *s, uint64_t first, int count, int width,
                      Team *team);

/* How the net reads strings 0 .. count-1 on strips of this width, by the likeliest name at each step. */
int lines_score(const Net *net, const Strings *s, long count, int width, Team *team, FitScore *out,
                Err *e);

#endif
