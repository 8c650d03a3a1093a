/* Operands of a convolution's products as pairs of bf16 (Kernels.gemm_pairs): inside nn/ only.
 *
 * Two channels that are summed over lie in the place of one: a tensor of c channels becomes one of (c+1)/2 with the same
 * rows and planes, so most of the offset tables serve both. They are made in a thread's scratch, a strip at a time; the zeros
 * around a tensor come along. */
#ifndef SCRAWL_NN_CONV_PAIRS_H
#define SCRAWL_NN_CONV_PAIRS_H

#include "nn/conv_plan.h"

/* Puts the room for pairs behind `scratch` floats, for gather from the one view and scatter from the other (NULL: not wanted). Returns
 * how many floats of scratch there are then. */
size_t conv_pairs_place(ConvPlan *p, size_t scratch, const View *gather_wide, const View *scatter_narrow);

/* The weights as gather and as scatter read them: made with a pass' first strip, still there for the others. */
const float *conv_pairs_gather_weights(const ConvPlan *p, const Work *w, const float *weights, bool first);
const float *conv_pairs_scatter_weights(const ConvPlan *p, const Work *w, const float *weights, bool first);

/* `rows` rows of a view, of which x is number (0, first row, 0), with those around them; returns where that number's pair lies. */
const float *conv_pairs_planes(const ConvPlan *p, const Work *w, const View *v, const float *x, int rows);

#endif
