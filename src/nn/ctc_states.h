/* What CTC's loss and its reading share: inside nn/ only. */
#ifndef SCRAWL_NN_CTC_STATES_H
#define SCRAWL_NN_CTC_STATES_H

#include "nn/ctc.h"

enum { CTC_STATES = 2 * CTC_LABELS + 1 };

/* A string's labels with blanks around them. */
typedef struct CtcStates {
    int count;                 /* 2 * length + 1 */
    int needs;                 /* steps, at least */
    uint8_t class[CTC_STATES]; /* what a step in this state names */
    bool skips[CTC_STATES];    /* may be entered from two states back */
} CtcStates;

CtcStates ctc_states(int classes, const uint8_t *labels, int length);

#endif
