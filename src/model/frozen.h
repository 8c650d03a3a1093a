/* A net made ready to leave the house: what the exporters write.
 *
 *     Frozen *f = frozen_new(net, &e);
 *     for (int i = 0; i < f->count; i++)
 *         write(&f->ops[i]);
 *     frozen_free(f);
 *
 * What only training needs is gone: dropout, and each batch norm that follows a convolution or a
 * dense layer, whose weights it is multiplied into (Jacob et al. 2018, section 3.2). A batch norm
 * that cannot be folded is left as y = weight*x + bias. A ReLU that follows is part of its layer.
 * Every default is resolved: kernels, strides and paddings are numbers. Inside model/ only. */
#ifndef SCRAWL_MODEL_FROZEN_H
#define SCRAWL_MODEL_FROZEN_H

#include "model/model.h"

enum { FROZEN_Y, FROZEN_X };

typedef struct FrozenOp {
    Kind kind;
    char name[NET_NAME];
    int inputs[NET_INPUTS], input_count; /* indices of earlier ops */
    Shape in, out;                       /* of the first input; of the result */
    int layer, node;                     /* the net's op that this is; that whose activation is the
                                            result, another where one was folded in */
    bool relu;                           /* the result goes through a ReLU */

    int kernel[2], stride[2]; /* convolutions, pooling; [FROZEN_Y], [FROZEN_X] */
    int before[2], after[2];  /* padding, also of KIND_PAD; of a transposed convolution: cut off */
    Act act;                  /* KIND_ACT, its slope resolved */
    PoolKind pool;            /* pooling, global too */
    int groups;               /* group norm */
    float eps;                /* group norm */
    int factor;               /* upsampling */
    bool align_corners;       /* affine sampling */

    /* Layers with weights, in PyTorch's shapes: (F,C,K,K), transposed (C,F,K,K), dense (F,C*H*W),
     * embedding (classes,F), norms (C). A bias is there wherever there are weights, save for an
     * embedding, if of zeros. Owned. */
    float *weight, *bias;
    size_t weights, biases; /* how many */
} FrozenOp;

typedef struct Frozen {
    FrozenOp *ops; /* in topological order */
    int count;
    int inputs[NET_INPUTS], input_count;
    int outputs[NET_INPUTS], output_count; /* indices of ops */
    const Net *net;                        /* the caller's, which has to stay */
} Frozen;

/* NULL and ERR_MEMORY, or ERR_NUMERIC for weights that are not finite. */
Frozen *frozen_new(const Net *net, Err *e);
void frozen_free(Frozen *f); /* NULL is fine */

/* Numbers of one picture in a tensor of this shape. */
static inline size_t shape_numbers(Shape s)
{
    return (size_t)s.c * (size_t)s.h * (size_t)s.w;
}

/* Whether it is a vector rather than a picture: then a format without pictures' axes has no use for
 * two that are 1. */
static inline bool shape_is_vector(Shape s)
{
    return s.h == 1 && s.w == 1;
}

/* Whether the first input is a picture, to which the model's scale and shift belong: neither a vector nor what a
 * generator draws from, whose input is called "noise" (zoo.h). */
bool model_takes_picture(const Model *m);

/* Fills kernel, stride and padding of a convolution, a transposed one or a pooling as
 * the net resolves them. */
void frozen_window(const Net *net, int id, FrozenOp *op);

/* Reads a parameter of a layer ("conv1", "weight") as PyTorch's numbers into a new block; NULL with
 * `*count` 0 where the layer has none. ERR_MEMORY, ERR_NUMERIC. */
float *layer_numbers(const Net *net, const char *layer, const char *what, size_t *count, Err *e);

/* Zero or a negative code: whether every op is of a kind in `known` (bits of 1 << Kind). The sentence
 * names the format, and the layers that it cannot hold. */
int frozen_check(const Frozen *f, unsigned known, const char *format, Err *e);

#endif
