#include "model/frozen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

bool model_takes_picture(const Model *m)
{
    OpInfo input = net_op(m->net, net_input_node(m->net, 0).id);

    return !shape_is_vector(input.out) && strcmp(input.name, "noise") != 0;
}

/* ---- weights ---- */

float *layer_numbers(const Net *net, const char *layer, const char *what, size_t *count, Err *e)
{
    char name[NET_NAME + 16];

    snprintf(name, sizeof name, "%s.%s", layer, what);
    const Param *p = net_param_find(net, name);
    *count = 0;
    if (!p)
        return NULL;
    float *numbers = malloc(param_size(p) * sizeof *numbers);
    if (!numbers) {
        err_set(e, ERR_MEMORY, "no memory for the %zu numbers of %s", param_size(p), name);
        return NULL;
    }
    param_read(p, p->state ? net_state((Net *)net) : net_block((Net *)net), numbers);
    for (size_t i = 0; i < param_size(p); i++)
        if (!isfinite(numbers[i])) {
            err_set(e, ERR_NUMERIC, "%s: number %zu of %zu is not finite", name, i + 1,
                    param_size(p));
            free(numbers);
            return NULL;
        }
    *count = param_size(p);
    return numbers;
}

/* Whether the layer's kind has weights, and how many numbers its bias has. */
static size_t biases_of(const FrozenOp *op)
{
    switch (op->kind) {
    case KIND_CONV2D:
    case KIND_CONV2D_TRANSPOSED:
    case KIND_DENSE:
    case KIND_BATCH_NORM:
    case KIND_GROUP_NORM:
        return (size_t)op->out.c;
    default:
        return 0;
    }
}

static int read_weights(const Net *net, FrozenOp *op, Err *e)
{
    size_t biases = biases_of(op);

    if (!biases && op->kind != KIND_EMBEDDING)
        return 0;
    op->weight = layer_numbers(net, op->name, "weight", &op->weights, e);
    if (!op->weight)
        return -ERR_MEMORY;
    op->bias = biases ? layer_numbers(net, op->name, "bias", &op->biases, e) : NULL;
    if (biases && !op->bias) { /* there is none, or no memory */
        op->bias = calloc(biases, sizeof *op->bias);
        op->biases = biases;
        if (!op->bias)
            return err_set(e, ERR_MEMORY, "no memory for %zu numbers", biases);
    }
    return 0;
}

/* Turns gain, shift, mean and variance of a batch norm into y = weight*x + bias. */
static int fold_statistics(const Net *net, FrozenOp *op, Err *e)
{
    size_t means, variances;
    float *mean = layer_numbers(net, op->name, "running_mean", &means, e);
    float *variance = mean ? layer_numbers(net, op->name, "running_var", &variances, e) : NULL;

    for (size_t c = 0; variance && c < op->biases; c++) {
        double gain = op->weight[c] / sqrt((double)variance[c] + op->eps);
        op->bias[c] = (float)(op->bias[c] - mean[c] * gain);
        op->weight[c] = (float)gain;
    }
    int code = variance ? 0 : -ERR_MEMORY;
    free(mean);
    free(variance);
    return code;
}

/* Multiplies a batch norm into the layer before it, whose output channel f owns weights
 * [f][..], or [..][f][..] in a transposed convolution. */
static void fold_norm(FrozenOp *layer, const FrozenOp *norm)
{
    size_t channels = layer->biases, taps = layer->weights / channels, outer = 1;

    if (layer->kind == KIND_CONV2D_TRANSPOSED) {
        outer = (size_t)layer->in.c;
        taps /= outer;
    }
    for (size_t o = 0; o < outer; o++)
        for (size_t f = 0; f < channels; f++)
            for (size_t t = 0; t < taps; t++)
                layer->weight[(o * channels + f) * taps + t] *= norm->weight[f];
    for (size_t f = 0; f < channels; f++)
        layer->bias[f] = layer->bias[f] * norm->weight[f] + norm->bias[f];
}

/* ---- windows ---- */

static int or_else(int value, int usual)
{
    return value ? value : usual;
}

/* Keras' "same": the odd zero comes last. `wide` is the larger side, of which `narrow` windows fit
 * in. */
static void pad_same(FrozenOp *op, int axis, int wide, int narrow)
{
    int total = (narrow - 1) * op->stride[axis] + op->kernel[axis] - wide;

    op->before[axis] = total > 0 ? total / 2 : 0;
    op->after[axis] = total > 0 ? total - total / 2 : 0;
}

void frozen_window(const Net *net, int id, FrozenOp *op)
{
    OpInfo info = net_op(net, id);
    Shape in = net_op(net, info.inputs[0]).out, out = info.out;
    bool same, transposed = info.kind == KIND_CONV2D_TRANSPOSED;
    int pad;

    if (info.kind == KIND_POOL) {
        const Pool *p = net_spec(net, id);
        op->kernel[FROZEN_Y] = p->kernel;
        op->kernel[FROZEN_X] = or_else(p->kernel_x, p->kernel);
        op->stride[FROZEN_X] = or_else(p->stride_x, or_else(p->stride, op->kernel[FROZEN_X]));
        op->stride[FROZEN_Y] = or_else(p->stride, p->kernel);
        same = p->same;
        pad = p->pad;
    } else {
        const Conv *c = net_spec(net, id);
        op->kernel[FROZEN_Y] = c->kernel;
        op->kernel[FROZEN_X] = or_else(c->kernel_x, c->kernel);
        op->stride[FROZEN_Y] = or_else(c->stride, 1);
        op->stride[FROZEN_X] = or_else(c->stride_x, op->stride[FROZEN_Y]);
        same = c->same;
        pad = c->pad;
    }
    for (int axis = 0; axis < 2; axis++)
        op->before[axis] = op->after[axis] = pad;
    if (same) {
        pad_same(op, FROZEN_Y, transposed ? out.h : in.h, transposed ? in.h : out.h);
        pad_same(op, FROZEN_X, transposed ? out.w : in.w, transposed ? in.w : out.w);
    }
}

/* ---- one op ---- */

static void set_norm(FrozenOp *op, const Norm *n)
{
    op->eps = n->eps > 0 ? n->eps : 1e-5f;
    op->groups = n->groups;
}

static void set_pad(FrozenOp *op, const int *pad)
{
    op->before[FROZEN_Y] = pad[0];
    op->before[FROZEN_X] = pad[1];
    op->after[FROZEN_Y] = pad[2];
    op->after[FROZEN_X] = pad[3];
}

static void set_spec(FrozenOp *op, const Net *net, int id)
{
    const void *spec = net_spec(net, id);

    switch (op->kind) {
    case KIND_POOL:
        op->pool = ((const Pool *)spec)->kind;
        frozen_window(net, id, op);
        break;
    case KIND_CONV2D:
    case KIND_CONV2D_TRANSPOSED:
        frozen_window(net, id, op);
        break;
    case KIND_GLOBAL_POOL:
        op->pool = *(const PoolKind *)spec;
        break;
    case KIND_BATCH_NORM:
    case KIND_GROUP_NORM:
        set_norm(op, spec);
        break;
    case KIND_ACT:
        op->act = *(const Act *)spec;
        if (op->act.slope == 0)
            op->act.slope = 0.01f;
        break;
    case KIND_PAD:
        set_pad(op, spec);
        break;
    case KIND_UPSAMPLE:
        op->factor = *(const int *)spec;
        break;
    case KIND_AFFINE_SAMPLE:
        op->align_corners = *(const bool *)spec;
        break;
    default:
        break;
    }
}

/* ---- the whole ---- */

typedef struct Freezing {
    Frozen *f;
    int *place;  /* of each of the net's ops: which frozen op gives its result */
    int *reader; /* of each of the net's ops: how many ops and outputs read it */
} Freezing;

static bool has_product(Kind kind)
{
    return kind == KIND_CONV2D || kind == KIND_CONV2D_TRANSPOSED || kind == KIND_DENSE;
}

/* Whether an op can become part of the one before it, whose result nobody else sees. */
static bool can_join(const Freezing *z, const OpInfo *info, const void *spec)
{
    const FrozenOp *before = info->input_count == 1 ? &z->f->ops[z->place[info->inputs[0]]] : NULL;

    if (!before || before->relu || z->reader[info->inputs[0]] != 1 ||
        before->node != info->inputs[0])
        return false;
    if (info->kind == KIND_BATCH_NORM)
        return has_product(before->kind);
    return info->kind == KIND_ACT && ((const Act *)spec)->kind == ACT_RELU &&
           (has_product(before->kind) || before->kind == KIND_BATCH_NORM ||
            before->kind == KIND_ADD);
}

/* Takes the op into the last frozen one, or appends it. */
static int freeze_op(Freezing *z, int id, Err *e)
{
    const Net *net = z->f->net;
    OpInfo info = net_op(net, id);
    FrozenOp op = {.kind = info.kind,
                   .input_count = info.input_count,
                   .out = info.out,
                   .layer = id,
                   .node = id};
    bool joins = can_join(z, &info, net_spec(net, id));
    int code = 0;

    if (info.kind == KIND_DROPOUT) {
        z->place[id] = z->place[info.inputs[0]];
        return 0;
    }
    strcpy(op.name, info.name);
    for (int i = 0; i < info.input_count; i++)
        op.inputs[i] = z->place[info.inputs[i]];
    op.in = info.input_count ? net_op(net, info.inputs[0]).out : info.out;
    set_spec(&op, net, id);
    code = read_weights(net, &op, e);
    if (!code && op.kind == KIND_BATCH_NORM)
        code = fold_statistics(net, &op, e);
    if (!code && joins) {
        FrozenOp *before = &z->f->ops[op.inputs[0]];
        if (op.kind == KIND_BATCH_NORM)
            fold_norm(before, &op);
        before->relu = op.kind == KIND_ACT;
        before->node = id;
    }
    if (code || joins) {
        free(op.weight);
        free(op.bias);
        z->place[id] = op.inputs[0];
        return code;
    }
    z->place[id] = z->f->count;
    z->f->ops[z->f->count++] = op;
    return 0;
}

static void count_readers(const Net *net, int *reader)
{
    for (int i = 0; i < net_op_count(net); i++) {
        OpInfo info = net_op(net, i);
        for (int k = 0; k < info.input_count; k++)
            reader[info.inputs[k]]++;
    }
    for (int i = 0; i < net_output_count(net); i++)
        reader[net_output_node(net, i).id] += 2; /* what is shown stays as it is */
}

static int freeze(Freezing *z, Err *e)
{
    const Net *net = z->f->net;
    int code = 0;

    for (int i = 0; i < net_op_count(net) && !code; i++)
        code = freeze_op(z, i, e);
    if (code)
        return code;
    z->f->input_count = net_input_count(net);
    for (int i = 0; i < z->f->input_count; i++)
        z->f->inputs[i] = z->place[net_input_node(net, i).id];
    z->f->output_count = net_output_count(net);
    for (int i = 0; i < z->f->output_count; i++)
        z->f->outputs[i] = z->place[net_output_node(net, i).id];
    return 0;
}

Frozen *frozen_new(const Net *net, Err *e)
{
    size_t count = (size_t)net_op_count(net);
    Frozen *f = calloc(1, sizeof *f);
    FrozenOp *ops = calloc(count, sizeof *ops);
    int *numbers = calloc(2 * count, sizeof *numbers);
    bool done = false;

    if (f && ops && numbers) {
        *f = (Frozen){.ops = ops, .net = net};
        count_readers(net, numbers + count);
        done = !freeze(&(Freezing){f, numbers, numbers + count}, e);
    } else {
        err_set(e, ERR_MEMORY, "no memory for a graph of %zu layers", count);
        free(ops);
    }
    free(numbers);
    if (done)
        return f;
    frozen_free(f);
    return NULL;
}

void frozen_free(Frozen *f)
{
    if (!f)
        return;
    for (int i = 0; i < f->count; i++) {
        free(f->ops[i].weight);
        free(f->ops[i].bias);
    }
    free(f->ops);
    free(f);
}

int frozen_check(const Frozen *f, unsigned known, const char *format, Err *e)
{
    Writer names = {0};
    int count = 0, code;

    for (int i = 0; i < f->count; i++)
        if (!(known >> f->ops[i].kind & 1) && count++ < 5)
            writer_text(&names, "%s'%s' (%s)", count > 1 ? ", " : "", f->ops[i].name,
                        kind_name(f->ops[i].kind));
    code = count ? err_set(e, ERR_UNSUPPORTED, "%s cannot hold %s%.300s%s", format,
                           count > 1 ? "the layers " : "the layer ",
                           names.failed ? "?" : (char *)names.bytes, count > 5 ? " and others" : "")
                 : 0;
    writer_free(&names);
    return code;
}
