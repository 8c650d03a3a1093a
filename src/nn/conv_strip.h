/* Convolutions between batch norms, a strip of rows at a time: inside nn/ only.
 *
 * Where a neighbour is a batch norm (Step.norm, Step.mix), a strip of input rows is normalised, or one of gradient rows is
 * put through the norm's backward pass, on its way into a thread's scratch. There it lies in the
 * caches, with zeros around it, while the products read it. So a batch norm between convolutions costs no pass over
 * memory of its own. Elsewhere the products read the tensors as they lie, all rows at once. */
#ifndef SCRAWL_NN_CONV_STRIP_H
#define SCRAWL_NN_CONV_STRIP_H

#include "nn/conv_plan.h"
#include "nn/norm.h"

/* What a convolution packs, and the views that its products read: of scratch, or of memory. */
Strips conv_strips(const Step *s, const Geometry *g);

/* Where the input's number (0, first row * stride, 0) lies for these output rows, and the gradient's number
 * (0, first row, 0), packed if need be. */
const float *conv_load_input(const Step *s, const Work *w, const ConvPlan *p, Rows rows);
const float *conv_load_gradient(const Step *s, const Work *w, const ConvPlan *p, Rows rows);

/* Adds what Step.plus names to these output rows. */
void conv_add_rows(const Step *s, const Work *w, Rows rows);

#endif
