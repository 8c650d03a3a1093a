/* What an Exec decides once: which ops run, where every number lies, which layers share work. Inside nn/ only.
 *
 * - An op runs when a wanted output (or a loss) needs it.
 * - A ReLU that alone follows a layer is done by that layer; a reshape without a halo is a second name for its
 *   input. Such ops are aliases: they share memory and have nothing to do.
 * - A batch norm that only convolutions read is applied by them on load; its output is nowhere. The backward pass of
 *   one that alone reads a convolution is done by that convolution on load. A convolution that is added to something
 *   writes the sum. So a residual network in training stores a value and a gradient for each convolution, no more.
 * - A gradient has one writer that overwrites and others that add, in backward order. The mask of a fused ReLU is
 *   applied by the writer if it is alone and can, else by a pass of its own.
 * - Values that are never alive together share memory: first fit over their lifetimes. */
#ifndef SCRAWL_NN_EXEC_PLAN_H
#define SCRAWL_NN_EXEC_PLAN_H

#include "nn/exec.h"
#include "nn/layer.h"

typedef struct OpPlan {
    Step step;
    unsigned outputs;      /* bit o: output o of the net needs this op */
    bool used;             /* training runs it: a loss needs it */
    bool runs;             /* forward has something to do */
    bool runs_back;
    bool masks_back;       /* backward: zero dout where out <= 0 */
    bool clear_out;        /* the halo's memory is shared: zero it first */
    bool clear_din[NET_INPUTS];
    View gradient;         /* of the op's output, if wants */
    bool wants;
    bool on_load;          /* batch norm: its forward pass is done by those that read it */
    bool mixed_on_load;    /* ... its backward pass by the one that it reads */
    bool collected, collected_back; /* ... its sums by its neighbours */
    bool passes;           /* add: the inputs' gradients are the output's memory */
} OpPlan;

typedef struct LossPlan {
    Loss loss;
    int op;
    bool add, clear;
} LossPlan;

typedef struct ExecPlan {
    OpPlan *ops;
    LossPlan *losses;
    int loss_count;
    size_t memory;  /* floats of one slice */
    size_t scratch; /* floats of a thread */
} ExecPlan;

/* Fills `p`; on failure exec_plan_free frees what there is. */
int exec_plan_make(ExecPlan *p, Net *net, const ExecOptions *options, bool by_channel, int slices, Err *e);
void exec_plan_free(ExecPlan *p, const Net *net);

#endif
