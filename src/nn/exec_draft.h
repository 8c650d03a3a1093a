/* What an ExecPlan is worked out with, step by step: inside nn/ only.
 *
 *     exec_plan.c    which ops run, who writes a gradient
 *     exec_fuse.c    which neighbours share work and memory
 *     exec_memory.c  lifetimes, and a place for every number */
#ifndef SCRAWL_NN_EXEC_DRAFT_H
#define SCRAWL_NN_EXEC_DRAFT_H

#include "nn/exec_plan.h"

/* An op's storage is the op whose memory it shares: itself unless it is an alias. */
typedef struct Draft {
    Net *net;
    ExecPlan *plan;
    const ExecOptions *options;
    bool by_channel;
    int n;
    int *consumers;         /* how many ops read it */
    int *storage;           /* of its value */
    int *gradient;          /* storage of its gradient */
    int *relu;              /* by gradient storage: the fused ReLU in its class, or -1 */
    int *writers;           /* by gradient storage */
    int *last_writer;       /* by gradient storage: the op that writes first in backward order */
    bool *loss_on;          /* by gradient storage */
    Halo *halo, *halo_back; /* by storage, by gradient storage */
} Draft;

static inline const Layer *layer_at(const Draft *d, int i)
{
    return layer_of(d->net->ops[i].kind);
}

static inline bool is_alias(const Draft *d, int i)
{
    return d->storage[i] != i;
}

static inline bool halo_none(Halo h)
{
    return !(h.top | h.left | h.bottom | h.right);
}

bool draft_is_output(const Draft *d, int i);

/* The batch norm that op i's value is, if convolutions do it on load and the value is nowhere; or -1. */
int draft_norm_on_load(const Draft *d, int i);

void draft_fuse(Draft *d);
int draft_place_memory(Draft *d, Err *e);

#endif
