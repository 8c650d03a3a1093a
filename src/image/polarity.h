/* Which side of the grey scale is ink: strokes are narrow, paper holds the rim and the corners.
 *
 *     float vote;
 *     if (polarity_vote(v, w, h, &vote, &e) == 0)
 *         dark_ink = vote > 0;
 *
 * The vote of the inverse picture is the negative of the picture's own. */
#ifndef SCRAWL_IMAGE_POLARITY_H
#define SCRAWL_IMAGE_POLARITY_H

#include "base/err.h"

/* *vote is the logarithm of the odds that the darker side of v (h,w) is the ink. ERR_MEMORY is the only
 * error. */
int polarity_vote(const float *v, int w, int h, float *vote, Err *e);

/* The probability that the sign of a vote is right. */
float polarity_certainty(float vote);

#endif
