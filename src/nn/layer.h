/* What a layer kind is to the net and to the executor: inside nn/ only.
 *
 * To add a kind: one file nn/<kind>.c that defines a `const Layer layer_<kind>`, a line in net.c's table, a name in
 * Kind, a net_<kind> builder. Rules:
 * - build() is called when the op is appended: it checks the inputs (net_misfit on trouble), sets op->out and
 *   op->multiply_adds, and declares parameters with net_add_param.
 * - plan() is called once for an Exec and returns one malloc'd block (freed with free()) with tables, or NULL if
 *   it needs none; on lack of memory it sets *failed. It may ask for scratch floats a thread.
 * - forward() and backward() work on one slice, allocate nothing, cannot fail.
 * - backward() overwrites din[i], or adds to it if step->add[i], only where step->wants[i]; it adds to w->grads
 *   at its parameters' offsets. It may be called only after forward on the same slice.
 * - kinds that need the whole batch in training (batch norm) also have collect/combine: collect runs a slice at a
 *   time before forward (backward), then combine once, alone, with all slices' sums, then forward (backward). */
#ifndef SCRAWL_NN_LAYER_H
#define SCRAWL_NN_LAYER_H

#include "base/rng.h"
#include "nn/net.h"
#include "tensor/kernels.h"

typedef union Spec {
    Conv conv;
    Dense dense;
    Pool pool;
    Norm norm;
    Act act;
    Embedding embedding;
    Shape shape;
    PoolKind global;
    float share;
    int pad[4];
    int factor;
    bool align_corners;
} Spec;

enum { OP_PARAMS = 2, OP_STATES = 2 };

typedef struct Op {
    Kind kind;
    char name[NET_NAME];
    int inputs[NET_INPUTS], input_count;
    Shape out;
    Spec spec;
    int params[OP_PARAMS + OP_STATES], param_count; /* indices into the net's parameters */
    size_t multiply_adds;
} Op;

struct Net {
    Op *ops;
    int op_count, op_room;
    Param *params;
    int param_count, param_room;
    char scope[NET_NAME];
    ActKind relu; /* what net_act takes for ACT_RELU */
    int outputs[NET_INPUTS], output_count;
    char output_names[NET_INPUTS][NET_NAME];
    bool built;
    Err misfit;
    float *block, *state;
    size_t block_size, state_size;
};

/* The shape of input i of an op. */
static inline Shape op_in(const Net *net, const Op *op, int i)
{
    return net->ops[op->inputs[i]].out;
}

static inline size_t shape_size(Shape s)
{
    return (size_t)s.c * s.h * s.w;
}

/* Remembers the first misfit: "layer 'conv1': a kernel of 7 does not fit 5x5". */
void net_misfit(Net *net, const Op *op, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Appends an op to the net: what every net_<kind> builder ends in. A NULL name is made up. After a misfit, or with a
 * negative input, nothing is appended and the result is negative. */
Node net_append(Net *net, Kind kind, const char *name, const Node *inputs, int count, Spec spec);

/* Declares a parameter named <op>.<name>; see Param. shape is PyTorch's. `transposed` stores a (A,B,..) tensor as
 * rows (B,..) and columns A. Returns its index. */
typedef struct ParamSpec {
    const char *name;
    int dims, shape[4];
    bool state, decay, transposed;
    Init init;
    int fan_in, fan_out;
} ParamSpec;
void net_add_param(Net *net, Op *op, ParamSpec spec);

/* One op as an Exec runs it. */
typedef struct Step {
    const Net *net;
    const Op *op;
    View in[NET_INPUTS], din[NET_INPUTS];
    View out, dout;
    bool wants[NET_INPUTS]; /* the gradient of this input is needed */
    bool add[NET_INPUTS];   /* ... and to be added to what another op wrote there */
    bool mask[NET_INPUTS];  /* ... and this input is a ReLU's result: zero the gradient where it is <= 0 */
    bool relu;              /* apply ReLU to the output (kinds with fuses_relu) */
    bool training;          /* the Exec trains */
    bool pairs;             /* its kernels multiply pairs of bf16 (conv_pairs.h) */
    int slices;             /* of a whole batch */
    /* What a convolution does for its neighbours while numbers are in the cache (exec_fuse.c); NULL: nothing. */
    const struct Step *norm;    /* a batch norm and its ReLU, applied on load: in[0] is what the norm reads */
    const struct Step *mix;     /* a batch norm's backward pass, on load: dout is the gradient of its output */
    const struct Step *plus;    /* a sum: this op's output is added to ours */
    const struct Step *collect; /* the sums of a batch norm that reads our output */
    const struct Step *collect_back; /* ... and whose gradient we are the last to write */
    void *plan;
} Step;

/* A thread at work on a slice. */
typedef struct Work {
    const Kernels *k;
    float *memory;  /* the slice's: views' `at` counts from here */
    float *scratch; /* this thread's */
    const float *params;
    const float *state;
    float *grads; /* the lane's: added to */
    int images;   /* lanes in use, 1..16; by channel: 1 */
    int slice;
    bool training; /* this pass uses batch statistics and dropout */
    bool input_only; /* nobody will read grads: a layer need not find what takes long */
    uint64_t seed, step;
} Work;

typedef struct Combine { /* what a combine() sees */
    const float *params;
    float *state, *grads;
    int slices, count; /* of this batch */
} Combine;

typedef struct Layer {
    const char *name;
    void (*build)(Net *net, Op *op);
    /* Zeros wanted around input i, and around the gradient of the output when that of an input is wanted or
     * not; NULL: none. */
    Halo (*halo)(const Net *net, const Op *op, int input);
    Halo (*halo_back)(const Net *net, const Op *op, bool wants_input);
    void *(*plan)(const Step *step, size_t *scratch, bool *failed);
    void (*forward)(const Step *step, Work *w);
    void (*backward)(const Step *step, Work *w);
    void (*collect)(const Step *step, Work *w);
    void (*combine)(const Step *step, const Combine *c);
    void (*collect_back)(const Step *step, Work *w);
    void (*combine_back)(const Step *step, const Combine *c);
    bool fuses_relu; /* obeys step->relu */
    bool masks;      /* obeys step->mask[] */
    bool alias;      /* the output is the input's memory when that is dense: forward and backward are then skipped */
    bool no_input;   /* backward does not read the input's values */
    bool no_output;  /* backward does not read the output's values */
} Layer;

const Layer *layer_of(Kind kind);

extern const Layer layer_input, layer_conv2d, layer_conv2d_transposed, layer_dense, layer_pool, layer_global_pool,
    layer_batch_norm, layer_group_norm, layer_act, layer_softmax, layer_dropout, layer_embedding, layer_add,
    layer_concat, layer_reshape, layer_pad, layer_affine_sample, layer_upsample, layer_modulate, layer_gaussian;

/* For each row of a view: calls are short, so that layers can be written as one loop over runs. */
static inline bool view_runs(const View *v, size_t *rows, size_t *run)
{
    bool dense = view_is_dense(v);

    *rows = dense ? 1 : (size_t)v->planes * v->h;
    *run = (dense ? (size_t)v->planes * v->h * v->w : (size_t)v->w) * LANES;
    return dense;
}

static inline size_t view_row_at(const View *v, size_t row)
{
    return v->at + row / v->h * v->plane + row % v->h * v->row;
}

#endif
