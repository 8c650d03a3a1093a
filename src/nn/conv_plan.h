/* The offset tables of a convolution: inside nn/ only.
 *
 * A convolution takes a wide tensor (C,H,W) to a narrow one (F,OH,OW). With weights w[c,u,v,f]:
 *   gather     narrow[f,i,j] = sum over c,u,v of w * wide[c, i*s+u-top, j*s+v-left]
 *   scatter    wide[c,y,x]   = sum over f,u,v of w * narrow[f,i,j]   for all  i*s+u-top = y, j*s+v-left = x
 *   correlate  dw[c,u,v,f]   = sum over i,j of narrow[f,i,j] * wide[c, i*s+u-top, j*s+v-left]
 * A convolution's forward, dx and dw are gather, scatter and correlate; a transposed one's forward, dx and dw are
 * scatter, gather and correlate. The wide tensor needs a halo of `pad` zeros for gather and correlate, the narrow one
 * that of conv_scatter_halo, left and right, for scatter. */
#ifndef SCRAWL_NN_CONV_PLAN_H
#define SCRAWL_NN_CONV_PLAN_H

#include "nn/layer.h"

typedef struct Geometry {
    Shape wide, narrow;
    int kernel_y, kernel_x, stride_y, stride_x;
    Halo pad; /* of the wide tensor */
} Geometry;

typedef struct Gather { /* of gather and correlate */
    int taps, pixels;
    int *w_at, *wide_at; /* (taps): k = (c,u,v) */
    int *x_at;           /* (pixels): the window's corner in the wide view */
    int *y_at;           /* (pixels): in the narrow view */
} Gather;

/* Scatter at stride s falls into s*s classes of pixels, each with its own taps; rows near the edge have fewer, so a
 * class is cut into bands of rows with the same taps. */
typedef struct Band {
    int taps, columns, pixels;
    int *w_at, *narrow_at;       /* (taps): k = (u,v,f) */
    int *x_at, *y_at, *mask_at; /* (pixels): in the narrow view, the wide view, the mask's view */
    int *packed_at;              /* (taps), by channel: row of the weights turned round */
    int pair_taps;               /* of pairs of narrow channels */
    int *pair_w_at, *pair_at;    /* (pair_taps): in the weights' pairs, the narrow view's */
} Band;

/* Rows of the output that are worked on together, and where input and gradient are read (conv_strip.h). */
typedef struct Strips {
    int rows;
    bool packs_input, packs_gradient; /* into scratch, at the views' `at` */
    bool cut;                         /* a strip lies alone, with zeros or its neighbours' rows around it */
    View input, gradient;             /* rows of them if cut and packed, else the whole */
    size_t scales_at, scratch;        /* the norm's scales in scratch; floats of it in all */
} Strips;

typedef struct ConvPlan {
    Geometry geometry; /* of a strip */
    Strips strips;
    int pitch;    /* of the weights' rows */
    size_t group; /* floats from one wide channel's weights to the next's */
    Gather gather;
    int *d_at;   /* (pixels): in correlate's narrow view */
    int *sum_at; /* (pixels of the wide tensor): for a bias' gradient */
    Band *bands;
    int band_count;
    size_t pairs_at; /* in scratch: weights as pairs, then planes; 0: products are not of pairs */
    int *vectors_at, *planes_at; /* by channel: groups of 16 channels in a row of weights and in the output */
} ConvPlan;

/* The views that each product works on; NULL where it is not wanted. */
typedef struct ConvViews {
    const View *gather_wide, *gather_narrow;
    const View *scatter_wide, *scatter_narrow, *mask;
    const View *correlate_narrow;
    const View *sum_wide;
    const View *out; /* of the forward pass */
    bool pairs;      /* scatter's tables are wanted for pairs, too */
} ConvViews;

/* One malloc'd block; NULL and *failed when memory is gone. Without `strips` all rows are worked on at once. */
ConvPlan *conv_plan_new(const Geometry *g, const Strips *strips, const ConvViews *views, bool *failed);

Halo conv_scatter_halo(const Geometry *g);

#endif
