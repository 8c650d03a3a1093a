/* What batch norm and group norm share: inside nn/ only.
 *
 *   y = gain * (x - mean) * r + shift,  r = 1 / sqrt(var + eps),  xhat = (x - mean) * r
 *   dx = gain*r*dy - r*m1 - r*xhat*m2,  m1 and m2 the means of gain*dy and gain*dy*xhat
 *
 * Forward is therefore one multiplication and one addition a number, backward dx = a*dy + b*x + c,
 * with coefficients for each channel (and, in group norm, each image). Sums run in float over blocks
 * of 64 pixels and in double beyond, so that E[x^2] - E[x]^2 keeps enough digits for a mean that is
 * ten deviations from zero. */
#ifndef SCRAWL_NN_NORM_H
#define SCRAWL_NN_NORM_H

#include "nn/layer.h"

enum { GAIN, SHIFT, MEAN, VAR }; /* parameters, in this order; group norm has the first two */

typedef struct LaneSums {
    double first[LANES], second[LANES];
} LaneSums;

typedef struct Coefficients { /* dx = a*dy + b*x + c */
    float a[LANES], b[LANES], c[LANES];
} Coefficients;

/* Checks the spec and declares gain and shift; false after a misfit. */
bool norm_build(Net *net, Op *op);
void norm_add_param(Net *net, Op *op, const char *name, Init init, bool state);

size_t norm_offset(const Step *s, int which); /* of a parameter, in its block */
double norm_eps(const Step *s);

typedef struct Rows { /* of a plane */
    int first, count;
} Rows;

/* Adds the sums of p and of p*q over some rows of a plane; p and q may be the same view. */
void norm_add_rows(const Work *w, const View *p, const View *q, int plane, Rows rows, LaneSums *sums);

/* Forward and backward over one plane, with a coefficient a lane. */
void norm_scale_plane(const Step *s, Work *w, int plane, const float *scale, const float *shift);
void norm_mix_plane(const Step *s, Work *w, int plane, const Coefficients *m);

/* ---- for a convolution that does a neighbouring batch norm's work while it loads and stores (conv_strip.h);
 * `s` is the batch norm's step ---- */

/* y = scale*x + shift for a channel. */
void batch_norm_scale(const Step *s, const Work *w, int channel, float *scale, float *shift);

/* What makes dx of dy and x for a plane; zero in lanes without an image. */
void batch_norm_mix(const Step *s, const Work *w, int plane, Coefficients *m);

/* Collects the sums of these rows, forward or backward. Row 0 comes first and starts anew. */
void batch_norm_collect_rows(const Step *s, const Work *w, Rows rows);
void batch_norm_collect_back_rows(const Step *s, const Work *w, Rows rows);

#endif
