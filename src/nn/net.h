/* A network as a graph: built line by line, checked once, its parameters in one block.
 *
 *     Net *net = net_new();
 *     Node x = net_input(net, "image", 1, 28, 28);
 *     x = net_dense(net, net_flatten(net, x), "dense", (Dense){ .units = 10 });
 *     net_output(net, "logits", x);
 *     if (net_build(net, &e)) ...
 *
 * A Node is a small handle; the Net owns everything. Nodes are appended in topological order.
 * Building never fails half-way: the first misfit is remembered with its layer's name and reported
 * once by net_build. Shapes are (C,H,W) for one image; a vector of F numbers is (F,1,1).
 *
 * A Net holds no activations: exec.h runs it. Parameters live in one block of float32 in the
 * engine's own layout (param_read and param_write speak PyTorch's), what is learnt by counting (the
 * running statistics of batch norm) in a second, `state`. */
#ifndef SCRAWL_NN_NET_H
#define SCRAWL_NN_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef struct Net Net;

typedef struct Node {
    int id; /* index of the op; negative after a misfit, which every net_ function accepts */
} Node;

typedef struct Shape {
    int c, h, w;
} Shape;

enum {
    NET_NAME = 64,      /* bytes of a name, its NUL included */
    NET_INPUTS = 8,     /* inputs of one op */
    NET_OP_LIMIT = 4096 /* ops of one net */
};
#define NET_SIZE_LIMIT ((size_t)1 << 26) /* numbers in one activation or parameter */

typedef enum ActKind { ACT_RELU, ACT_LEAKY_RELU, ACT_TANH, ACT_SIGMOID, ACT_SILU, ACT_KINDS } ActKind;
typedef enum PoolKind { POOL_MAX, POOL_AVG, POOL_KINDS } PoolKind;

/* How a weight starts. Biases start at zero, norms at gain 1 and shift 0, unless a layer's spec
 * says otherwise. fan_in and fan_out count the numbers that meet in one output, one input. */
typedef enum InitKind {
    INIT_GLOROT, /* uniform +-sqrt(6/(fan_in+fan_out)): Glorot and Bengio 2010; Keras' default */
    INIT_HE,     /* normal, deviation sqrt(2/fan_in): He et al. 2015 */
    INIT_TORCH,  /* uniform +-1/sqrt(fan_in), bias too: PyTorch's default for conv and dense */
    INIT_NORMAL, /* normal, deviation .scale (0: 0.05) */
    INIT_ORTHOGONAL, /* rows or columns orthonormal, times .scale (0: 1): Saxe et al. 2014 */
    INIT_ZERO,
    INIT_ONE,
    INIT_IDENTITY_AFFINE, /* weights zero, bias (1,0,0, 0,1,0): a spatial transformer's last layer */
    INIT_KINDS
} InitKind;

typedef struct Init {
    InitKind kind;
    float scale;
} Init;

/* Specs: every field's zero is the usual default. A kernel is square unless .kernel_x is given; a
 * stride is the same both ways unless .stride_x is. Padding: .same keeps ceil(size/stride), the odd
 * row and column going to the bottom and the right as in Keras; otherwise .pad zeros on each side. */
typedef struct Conv {
    int filters, kernel, kernel_x;
    int stride, stride_x; /* 0: 1 */
    int pad;
    bool same;
    bool no_bias;
    Init init;
} Conv;

typedef struct Dense {
    int units;
    bool no_bias;
    Init init;
} Dense;

typedef struct Pool {
    PoolKind kind;
    int kernel, kernel_x;
    int stride, stride_x; /* 0: the kernel */
    int pad;              /* max: ignored positions; average: not counted */
    bool same;
} Pool;

typedef struct Norm {
    int groups;     /* group norm: channels are split into so many; batch norm: 0 */
    float eps;      /* 0: 1e-5 */
    float momentum; /* share of the new statistics in the running ones; 0: 0.1 */
    Init init;      /* of the gain: INIT_GLOROT, the zero, means one */
} Norm;

typedef struct Act {
    ActKind kind;
    float slope; /* leaky ReLU below zero; 0: 0.01 */
} Act;

typedef struct Embedding {
    int classes; /* the input holds numbers 0 .. classes-1, rounded to whole */
    int units;   /* numbers for each class; output (units,1,1) */
    Init init;   /* the zero means normal with deviation 1, as in PyTorch */
} Embedding;

typedef enum Kind {
    KIND_INPUT,
    KIND_CONV2D,
    KIND_CONV2D_TRANSPOSED,
    KIND_DENSE,
    KIND_POOL,
    KIND_GLOBAL_POOL,
    KIND_BATCH_NORM,
    KIND_GROUP_NORM,
    KIND_ACT,
    KIND_SOFTMAX,
    KIND_DROPOUT,
    KIND_EMBEDDING,
    KIND_ADD,
    KIND_CONCAT,
    KIND_RESHAPE, /* flatten too */
    KIND_PAD,
    KIND_AFFINE_SAMPLE,
    KIND_UPSAMPLE,
    KIND_MODULATE,
    KIND_GAUSSIAN,
    KINDS
} Kind;

Net *net_new(void); /* NULL when memory is gone */
void net_free(Net *net);

/* Names of the layers made from here on begin with this, then a dot, until net_scope(net, "%s", ""):
 * net_scope(net, "stage%d.block%02d", s, b). Names must be unique in a net. */
void net_scope(Net *net, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- layers; a NULL name is made up from the kind and a count ---- */

Node net_input(Net *net, const char *name, int c, int h, int w);

/* y[f,i,j] = b[f] + sum over c,u,v of w[f,c,u,v] * x[c, i*s+u-p, j*s+v-p]
 * (C,H,W) -> (F,OH,OW), OH = (H+2p-K)/s + 1 rounded down. weight (F,C,K,K), bias (F). */
Node net_conv2d(Net *net, Node x, const char *name, Conv spec);

/* The gradient of a convolution as a layer, as PyTorch's ConvTranspose2d:
 * (C,H,W) -> (F,OH,OW), OH = (H-1)*s - 2p + K; .same: OH = H*s. weight (C,F,K,K), bias (F). */
Node net_conv2d_transposed(Net *net, Node x, const char *name, Conv spec);

/* y = W x + b over all C*H*W numbers in that order. -> (units,1,1). weight (units, C*H*W). */
Node net_dense(Net *net, Node x, const char *name, Dense spec);

Node net_pool(Net *net, Node x, Pool spec);
Node net_maxpool2d(Net *net, Node x, int kernel); /* stride = kernel, no padding */
Node net_global_pool(Net *net, Node x, PoolKind kind); /* (C,H,W) -> (C,1,1) */

/* y = gain * (x - mean) / sqrt(var + eps) + shift, a mean and a variance for each channel over batch and
 * space (Ioffe and Szegedy 2015); running ones when not training. weight (the gain), bias (the shift),
 * running_mean, running_var (C). */
Node net_batch_norm(Net *net, Node x, const char *name, Norm spec);
/* The same for each image and group of C/groups channels (Wu and He 2018). weight, bias (C). */
Node net_group_norm(Net *net, Node x, const char *name, Norm spec);

Node net_act(Net *net, Node x, ActKind kind);
/* From here on net_act makes this kind where ACT_RELU is asked for: how studies vary a model's activations. */
void net_replace_relu(Net *net, ActKind kind);
Node net_leaky_relu(Net *net, Node x, float slope);
Node net_softmax(Net *net, Node x); /* over the channels at each position */
Node net_dropout(Net *net, Node x, float share); /* zeroes that share when training, scales the rest by 1/(1-share) */
Node net_embedding(Net *net, Node classes, const char *name, Embedding spec); /* (1,1,1) -> (units,1,1) */

Node net_add(Net *net, Node a, Node b);                 /* equal shapes */
Node net_concat(Net *net, const Node *parts, int count); /* along the channels */
Node net_flatten(Net *net, Node x);                     /* (C,H,W) -> (C*H*W,1,1), c slowest */
Node net_reshape(Net *net, Node x, int c, int h, int w); /* the same numbers in the same order */
Node net_pad(Net *net, Node x, int top, int left, int bottom, int right); /* zeros */
Node net_upsample(Net *net, Node x, int factor);        /* nearest: each pixel becomes factor x factor */

/* Samples x bilinearly where the affine map theta (6,1,1), row by row, sends the output's grid of
 * -1..1 coordinates (Jaderberg et al. 2015); outside is zero. align_corners as in PyTorch: true means that
 * -1 and 1 are the centres of the corner pixels. Output as x. */
Node net_affine_sample(Net *net, Node x, Node theta, bool align_corners);

/* y[c,i,j] = (1 + gain[c]) * x[c,i,j] + shift[c], gain and shift (C,1,1) from other layers (Perez et al. 2018). */
Node net_modulate(Net *net, Node x, Node gain, Node shift);

/* x: means, then as many logarithms of variances. y = mean + exp(log_var/2) * e with e ~ N(0,1) when training, else
 * y = mean (Kingma and Welling 2014). (2K,1,1) -> (K,1,1). LOSS_KL holds x near the standard normal. */
Node net_gaussian(Net *net, Node x);

/* Names a result. A net has at least one; the order is the order of the calls. */
void net_output(Net *net, const char *name, Node x);

/* Reports the first misfit, allocates parameters (zero until net_init) and freezes the graph. */
int net_build(Net *net, Err *e);

/* Fills the parameters by each layer's rule; the same seed gives the same numbers. */
void net_init(Net *net, uint64_t seed);

/* ---- what a built net knows ---- */

/* A parameter or a piece of state. In the block it is a matrix of `rows` rows of `cols` numbers, `pitch`
 * apart (a multiple of 16; what lies between stays zero). */
typedef struct Param {
    char name[NET_NAME + 8]; /* "conv1.weight" */
    int op;
    int dims, shape[4];      /* PyTorch's shape */
    bool state;              /* counted, not learnt: lies in the state block */
    bool decay;              /* weight decay is for it: weights yes, biases and norms no */
    bool transposed;         /* stored (inputs.., outputs): see param_read */
    size_t offset;           /* of the first number in its block */
    int rows, cols, pitch;
    Init init;
    int fan_in, fan_out;
} Param;

int net_op_count(const Net *net);
int net_param_count(const Net *net);
const Param *net_param(const Net *net, int index);
const Param *net_param_find(const Net *net, const char *name); /* NULL when there is none */
size_t net_parameters(const Net *net);     /* numbers that are learnt, as a summary prints it */
size_t net_multiply_adds(const Net *net);  /* for one image */

float *net_block(Net *net);       /* all learnt parameters, net_block_size numbers, 64-byte aligned */
size_t net_block_size(const Net *net); /* padding included; a multiple of 16 */
float *net_state(Net *net);
size_t net_state_size(const Net *net);

/* Copies a parameter between a block (net_block's, a gradient's, an average's; net_state's if
 * .state) and row-major numbers of PyTorch's shape. */
void param_read(const Param *p, const float *block, float *out);
void param_write(const Param *p, const float *in, float *block);
size_t param_size(const Param *p); /* product of the shape */

int net_input_count(const Net *net);
int net_output_count(const Net *net);
Node net_input_node(const Net *net, int index);
Node net_output_node(const Net *net, int index);
const char *net_output_name(const Net *net, int index);
int net_output_find(const Net *net, const char *name); /* index, or -1 */

/* One op as the summary, the model file and the exporters see it. */
typedef struct OpInfo {
    Kind kind;
    const char *name;
    int inputs[NET_INPUTS], input_count;
    Shape out;
    size_t parameters, multiply_adds;
} OpInfo;
OpInfo net_op(const Net *net, int id);

/* The spec of an op: `Conv` for KIND_CONV2D and so on; Shape for KIND_INPUT and KIND_RESHAPE; float (share) for
 * KIND_DROPOUT; PoolKind for KIND_GLOBAL_POOL; int[4] (top, left, bottom, right) for KIND_PAD; int (factor) for
 * KIND_UPSAMPLE; bool (align_corners) for KIND_AFFINE_SAMPLE; none for the others. */
const void *net_spec(const Net *net, int id);
const char *kind_name(Kind kind); /* "conv2d", ... */

/* An independent copy with the same parameters; `input` not {0} gives its (only) image input another size,
 * which a fully convolutional net allows. NULL and `e` when that does not fit. */
Net *net_copy(const Net *net, Shape input, Err *e);

#endif
