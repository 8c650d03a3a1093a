#include "model/graph_kinds.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const acts[ACT_KINDS] = {
    [ACT_RELU] = "relu", [ACT_LEAKY_RELU] = "leaky_relu",
    [ACT_TANH] = "tanh", [ACT_SIGMOID] = "sigmoid",
    [ACT_SILU] = "silu",
};
static const char *const pools[POOL_KINDS] = {[POOL_MAX] = "max", [POOL_AVG] = "average"};
static const char *const inits[INIT_KINDS] = {
    [INIT_GLOROT] = "glorot", [INIT_HE] = "he",
    [INIT_TORCH] = "torch",   [INIT_NORMAL] = "normal",
    [INIT_ZERO] = "zero",     [INIT_ORTHOGONAL] = "orthogonal",
    [INIT_ONE] = "one",       [INIT_IDENTITY_AFFINE] = "identity_affine",
};
_Static_assert(sizeof(ActKind) == sizeof(int) && sizeof(PoolKind) == sizeof(int) &&
                   sizeof(InitKind) == sizeof(int),
               "words are stored as ints");

/* clang-format off */
#define INT(spec, field)         {#field, FIELD_INT, offsetof(spec, field), 0, NULL}
#define FLOAT(spec, field)       {#field, FIELD_FLOAT, offsetof(spec, field), 0, NULL}
#define BOOL(spec, field)        {#field, FIELD_BOOL, offsetof(spec, field), 0, NULL}
#define WORD(name, at, words)    {name, FIELD_WORD, at, sizeof(words) / sizeof(words)[0], words}
#define INIT(spec)               WORD("init", offsetof(spec, init.kind), inits), \
                                 {"init_scale", FIELD_FLOAT, offsetof(spec, init.scale), 0, NULL}

static const Field none[] = {{0}};
static const Field shape[] = {{"shape", FIELD_INTS, 0, 3, NULL}, {0}};
static const Field conv[] = {
    INT(Conv, filters), INT(Conv, kernel), INT(Conv, kernel_x), INT(Conv, stride),
    INT(Conv, stride_x), INT(Conv, pad), BOOL(Conv, same), BOOL(Conv, no_bias), INIT(Conv), {0}};
static const Field dense[] = {INT(Dense, units), BOOL(Dense, no_bias), INIT(Dense), {0}};
static const Field pool[] = {
    WORD("pool", offsetof(Pool, kind), pools), INT(Pool, kernel), INT(Pool, kernel_x),
    INT(Pool, stride), INT(Pool, stride_x), INT(Pool, pad), BOOL(Pool, same), {0}};
static const Field global_pool[] = {WORD("pool", 0, pools), {0}};
static const Field norm[] = {
    INT(Norm, groups), FLOAT(Norm, eps), FLOAT(Norm, momentum), INIT(Norm), {0}};
static const Field act[] = {WORD("act", offsetof(Act, kind), acts), FLOAT(Act, slope), {0}};
static const Field dropout[] = {{"share", FIELD_FLOAT, 0, 0, NULL}, {0}};
static const Field embedding[] = {
    INT(Embedding, classes), INT(Embedding, units), INIT(Embedding), {0}};
static const Field pad[] = {{"pad", FIELD_INTS, 0, 4, NULL}, {0}};
static const Field upsample[] = {{"factor", FIELD_INT, 0, 0, NULL}, {0}};
static const Field sample[] = {{"align_corners", FIELD_BOOL, 0, 0, NULL}, {0}};

static const GraphKind kinds[KINDS] = {
    [KIND_INPUT] = {shape, 0, 0, true},
    [KIND_CONV2D] = {conv, 1, 1, true},
    [KIND_CONV2D_TRANSPOSED] = {conv, 1, 1, true},
    [KIND_DENSE] = {dense, 1, 1, true},
    [KIND_POOL] = {pool, 1, 1, false},
    [KIND_GLOBAL_POOL] = {global_pool, 1, 1, false},
    [KIND_BATCH_NORM] = {norm, 1, 1, true},
    [KIND_GROUP_NORM] = {norm, 1, 1, true},
    [KIND_ACT] = {act, 1, 1, false},
    [KIND_SOFTMAX] = {none, 1, 1, false},
    [KIND_DROPOUT] = {dropout, 1, 1, false},
    [KIND_EMBEDDING] = {embedding, 1, 1, true},
    [KIND_ADD] = {none, 2, 2, false},
    [KIND_CONCAT] = {none, 1, NET_INPUTS, false},
    [KIND_RESHAPE] = {shape, 1, 1, false},
    [KIND_PAD] = {pad, 1, 1, false},
    [KIND_AFFINE_SAMPLE] = {sample, 2, 2, false},
    [KIND_UPSAMPLE] = {upsample, 1, 1, false},
    [KIND_MODULATE] = {none, 3, 3, false},
    [KIND_GAUSSIAN] = {none, 1, 1, false},
};

/* Kinds whose builder takes no name make one up: scope, kind and count. Names from a net that was
 * built in the same order come out the same when the scope is put back. */
static void set_scope(Net *net, Kind kind, const char *name)
{
    const char *dot = kinds[kind].named ? NULL : strrchr(name, '.');

    net_scope(net, "%.*s", dot ? (int)(dot - name) : 0, name);
}

Node kind_append(Net *net, Kind kind, const char *name, const Node *in, int count, const Spec *s)
{
    set_scope(net, kind, name);
    switch (kind) {
    case KIND_INPUT: return net_input(net, name, s->shape.c, s->shape.h, s->shape.w);
    case KIND_CONV2D: return net_conv2d(net, in[0], name, s->conv);
    case KIND_CONV2D_TRANSPOSED: return net_conv2d_transposed(net, in[0], name, s->conv);
    case KIND_DENSE: return net_dense(net, in[0], name, s->dense);
    case KIND_POOL: return net_pool(net, in[0], s->pool);
    case KIND_GLOBAL_POOL: return net_global_pool(net, in[0], s->global_pool);
    case KIND_BATCH_NORM: return net_batch_norm(net, in[0], name, s->norm);
    case KIND_GROUP_NORM: return net_group_norm(net, in[0], name, s->norm);
    case KIND_ACT: return s->act.kind == ACT_LEAKY_RELU ? net_leaky_relu(net, in[0], s->act.slope)
                                                        : net_act(net, in[0], s->act.kind);
    case KIND_SOFTMAX: return net_softmax(net, in[0]);
    case KIND_DROPOUT: return net_dropout(net, in[0], s->share);
    case KIND_EMBEDDING: return net_embedding(net, in[0], name, s->embedding);
    case KIND_ADD: return net_add(net, in[0], in[1]);
    case KIND_CONCAT: return net_concat(net, in, count);
    case KIND_RESHAPE: return net_reshape(net, in[0], s->shape.c, s->shape.h, s->shape.w);
    case KIND_PAD: return net_pad(net, in[0], s->pad[0], s->pad[1], s->pad[2], s->pad[3]);
    case KIND_AFFINE_SAMPLE: return net_affine_sample(net, in[0], in[1], s->align_corners);
    case KIND_UPSAMPLE: return net_upsample(net, in[0], s->factor);
    case KIND_MODULATE: return net_modulate(net, in[0], in[1], in[2]);
    case KIND_GAUSSIAN: return net_gaussian(net, in[0]);
    case KINDS: break;
    }
    assert(!"a kind of net.h");
    return (Node){-1};
}
/* clang-format on */

const GraphKind *graph_kind(Kind kind)
{
    assert((unsigned)kind < KINDS);
    return &kinds[kind];
}
