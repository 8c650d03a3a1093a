/* The graph: appending, checking once, the parameter block. */
#include "nn/net.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/init.h"
#include "nn/layer.h"

static const Layer *const layers[KINDS] = {
    [KIND_INPUT] = &layer_input,
    [KIND_CONV2D] = &layer_conv2d,
    [KIND_CONV2D_TRANSPOSED] = &layer_conv2d_transposed,
    [KIND_DENSE] = &layer_dense,
    [KIND_POOL] = &layer_pool,
    [KIND_GLOBAL_POOL] = &layer_global_pool,
    [KIND_BATCH_NORM] = &layer_batch_norm,
    [KIND_GROUP_NORM] = &layer_group_norm,
    [KIND_ACT] = &layer_act,
    [KIND_SOFTMAX] = &layer_softmax,
    [KIND_DROPOUT] = &layer_dropout,
    [KIND_EMBEDDING] = &layer_embedding,
    [KIND_ADD] = &layer_add,
    [KIND_CONCAT] = &layer_concat,
    [KIND_RESHAPE] = &layer_reshape,
    [KIND_PAD] = &layer_pad,
    [KIND_AFFINE_SAMPLE] = &layer_affine_sample,
    [KIND_UPSAMPLE] = &layer_upsample,
    [KIND_MODULATE] = &layer_modulate,
    [KIND_GAUSSIAN] = &layer_gaussian,
};

const Layer *layer_of(Kind kind)
{
    return layers[kind];
}

const char *kind_name(Kind kind)
{
    return layers[kind]->name;
}

Net *net_new(void)
{
    return calloc(1, sizeof(Net));
}

void net_free(Net *net)
{
    if (!net)
        return;
    free(net->ops);
    free(net->params);
    free(net->block);
    free(net->state);
    free(net);
}

void net_scope(Net *net, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(net->scope, sizeof net->scope, format, args);
    va_end(args);
}

void net_misfit(Net *net, const Op *op, const char *format, ...)
{
    char text[400];
    va_list args;

    if (net->misfit.code)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err_set(&net->misfit, ERR_ARGUMENT, "layer '%s': %s", op->name, text);
}

static bool grow(Net *net, void **items, int count, int *room, size_t size)
{
    if (count < *room)
        return true;
    int more = *room ? 2 * *room : 16;
    void *bigger = realloc(*items, more * size);

    if (!bigger) {
        err_set(&net->misfit, ERR_MEMORY, "no memory for a net of %d layers", net->op_count);
        return false;
    }
    *items = bigger;
    *room = more;
    return true;
}

/* "<scope>.<name>", or "<scope>.<kind><count>" without a name. */
static void op_set_name(Net *net, Op *op, const char *name)
{
    char made_up[NET_NAME];
    int count = 1;

    if (!name) {
        for (int i = 0; i < net->op_count; i++)
            count += net->ops[i].kind == op->kind;
        snprintf(made_up, sizeof made_up, "%s%d", kind_name(op->kind), count);
        name = made_up;
    }
    int n = snprintf(op->name, sizeof op->name, "%s%s%s", net->scope, *net->scope ? "." : "", name);

    if (n >= (int)sizeof op->name)
        net_misfit(net, op, "a name has at most %d letters", NET_NAME - 1);
    for (int i = 0; i < net->op_count; i++)
        if (!strcmp(net->ops[i].name, op->name))
            net_misfit(net, op, "the name is taken");
}

static bool inputs_valid(const Net *net, const Node *inputs, int count)
{
    for (int i = 0; i < count; i++)
        if (inputs[i].id < 0 || inputs[i].id >= net->op_count)
            return false;
    return true;
}

Node net_append(Net *net, Kind kind, const char *name, const Node *inputs, int count, Spec spec)
{
    Op op = {.kind = kind, .input_count = count, .spec = spec};

    assert(!net->built && count <= NET_INPUTS);
    op_set_name(net, &op, name);
    if (!net->misfit.code && !inputs_valid(net, inputs, count))
        net_misfit(net, &op, "an input is not a layer of this net");
    if (!net->misfit.code && net->op_count == NET_OP_LIMIT)
        net_misfit(net, &op, "a net has at most %d layers", NET_OP_LIMIT);
    if (net->misfit.code || !grow(net, (void **)&net->ops, net->op_count, &net->op_room, sizeof op))
        return (Node){-1};
    for (int i = 0; i < count; i++)
        op.inputs[i] = inputs[i].id;
    layers[kind]->build(net, &op);
    if (!net->misfit.code && (op.out.c < 1 || op.out.h < 1 || op.out.w < 1))
        net_misfit(net, &op, "its output would be (%d,%d,%d)", op.out.c, op.out.h, op.out.w);
    if (!net->misfit.code && (double)op.out.c * op.out.h * op.out.w > NET_SIZE_LIMIT)
        net_misfit(net, &op, "an output of (%d,%d,%d) is too large", op.out.c, op.out.h, op.out.w);
    if (net->misfit.code)
        return (Node){-1};
    net->ops[net->op_count] = op;
    return (Node){net->op_count++};
}

/* A matrix of rows x cols for a tensor: `transposed` keeps the first dimension innermost. */
static bool param_layout(Param *p)
{
    double total = 1;
    size_t size = 1;

    for (int i = 0; i < p->dims; i++) {
        total *= p->shape[i];
        if (p->shape[i] < 1 || total > NET_SIZE_LIMIT)
            return false;
        size *= p->shape[i];
    }
    p->cols = p->dims == 1 || p->transposed ? p->shape[0] : (int)(size / p->shape[0]);
    p->rows = (int)(size / p->cols);
    p->pitch = (p->cols + LANES - 1) / LANES * LANES;
    return (double)p->rows * p->pitch <= NET_SIZE_LIMIT;
}

void net_add_param(Net *net, Op *op, ParamSpec spec)
{
    Param p = {.op = net->op_count, .dims = spec.dims, .state = spec.state, .decay = spec.decay,
               .transposed = spec.transposed, .init = spec.init, .fan_in = spec.fan_in, .fan_out = spec.fan_out};
    size_t *end = spec.state ? &net->state_size : &net->block_size;

    assert(op->param_count < OP_PARAMS + OP_STATES);
    memcpy(p.shape, spec.shape, sizeof p.shape);
    snprintf(p.name, sizeof p.name, "%s.%s", op->name, spec.name);
    if (!param_layout(&p)) {
        net_misfit(net, op, "its %s is too large", spec.name);
        return;
    }
    if (!grow(net, (void **)&net->params, net->param_count, &net->param_room, sizeof p))
        return;
    p.offset = *end;
    *end += (size_t)p.rows * p.pitch;
    op->params[op->param_count++] = net->param_count;
    net->params[net->param_count++] = p;
}

void net_output(Net *net, const char *name, Node x)
{
    if (net->misfit.code)
        return;
    if (x.id < 0 || x.id >= net->op_count)
        err_set(&net->misfit, ERR_ARGUMENT, "output '%s' is not a layer of this net", name);
    else if (net->output_count == NET_INPUTS)
        err_set(&net->misfit, ERR_ARGUMENT, "output '%s': a net has at most %d", name, NET_INPUTS);
    else if (strlen(name) >= NET_NAME || net_output_find(net, name) >= 0)
        err_set(&net->misfit, ERR_ARGUMENT, "output '%.40s': the name is taken or too long", name);
    if (net->misfit.code)
        return;
    net->outputs[net->output_count] = x.id;
    strcpy(net->output_names[net->output_count++], name);
}

static float *block_new(size_t size)
{
    size_t bytes = (size + LANES) * sizeof(float);
    float *block = aligned_alloc(64, (bytes + 63) / 64 * 64);

    if (block)
        memset(block, 0, bytes);
    return block;
}

int net_build(Net *net, Err *e)
{
    assert(!net->built);
    if (!net->misfit.code && !net->output_count)
        err_set(&net->misfit, ERR_ARGUMENT, "a net without an output");
    if (!net->misfit.code && net->block_size + net->state_size > NET_SIZE_LIMIT)
        err_set(&net->misfit, ERR_LIMIT, "a net of %zu parameters; at most %zu are handled", net->block_size,
                NET_SIZE_LIMIT);
    if (net->misfit.code)
        return err_set(e, net->misfit.code, "%s", net->misfit.text);
    net->block = block_new(net->block_size);
    net->state = block_new(net->state_size);
    if (!net->block || !net->state)
        return err_set(e, ERR_MEMORY, "no memory for %zu parameters", net->block_size);
    net->built = true;
    return 0;
}

void net_init(Net *net, uint64_t seed)
{
    assert(net->built);
    for (int i = 0; i < net->param_count; i++)
        param_init(&net->params[i], seed, net->params[i].state ? net->state : net->block);
}

int net_op_count(const Net *net)
{
    return net->op_count;
}

int net_param_count(const Net *net)
{
    return net->param_count;
}

const Param *net_param(const Net *net, int index)
{
    assert(index >= 0 && index < net->param_count);
    return &net->params[index];
}

const Param *net_param_find(const Net *net, const char *name)
{
    for (int i = 0; i < net->param_count; i++)
        if (!strcmp(net->params[i].name, name))
            return &net->params[i];
    return NULL;
}

size_t param_size(const Param *p)
{
    return (size_t)p->rows * p->cols;
}

size_t net_parameters(const Net *net)
{
    size_t n = 0;

    for (int i = 0; i < net->param_count; i++)
        n += net->params[i].state ? 0 : param_size(&net->params[i]);
    return n;
}

size_t net_multiply_adds(const Net *net)
{
    size_t n = 0;

    for (int i = 0; i < net->op_count; i++)
        n += net->ops[i].multiply_adds;
    return n;
}

float *net_block(Net *net)
{
    return net->block;
}

size_t net_block_size(const Net *net)
{
    return net->block_size;
}

float *net_state(Net *net)
{
    return net->state;
}

size_t net_state_size(const Net *net)
{
    return net->state_size;
}

/* Where PyTorch's number (r, c) of the matrix stands in its row-major order. */
static size_t param_index(const Param *p, int r, int c)
{
    return p->transposed ? (size_t)c * p->rows + r : (size_t)r * p->cols + c;
}

void param_read(const Param *p, const float *block, float *out)
{
    for (int r = 0; r < p->rows; r++)
        for (int c = 0; c < p->cols; c++)
            out[param_index(p, r, c)] = block[p->offset + (size_t)r * p->pitch + c];
}

void param_write(const Param *p, const float *in, float *block)
{
    for (int r = 0; r < p->rows; r++)
        for (int c = 0; c < p->cols; c++)
            block[p->offset + (size_t)r * p->pitch + c] = in[param_index(p, r, c)];
}

int net_input_count(const Net *net)
{
    int n = 0;

    for (int i = 0; i < net->op_count; i++)
        n += net->ops[i].kind == KIND_INPUT;
    return n;
}

Node net_input_node(const Net *net, int index)
{
    for (int i = 0; i < net->op_count; i++)
        if (net->ops[i].kind == KIND_INPUT && index-- == 0)
            return (Node){i};
    return (Node){-1};
}

int net_output_count(const Net *net)
{
    return net->output_count;
}

Node net_output_node(const Net *net, int index)
{
    assert(index >= 0 && index < net->output_count);
    return (Node){net->outputs[index]};
}

const char *net_output_name(const Net *net, int index)
{
    assert(index >= 0 && index < net->output_count);
    return net->output_names[index];
}

int net_output_find(const Net *net, const char *name)
{
    for (int i = 0; i < net->output_count; i++)
        if (!strcmp(net->output_names[i], name))
            return i;
    return -1;
}

OpInfo net_op(const Net *net, int id)
{
    assert(id >= 0 && id < net->op_count);
    const Op *op = &net->ops[id];
    OpInfo info = {.kind = op->kind, .name = op->name, .input_count = op->input_count, .out = op->out,
                   .multiply_adds = op->multiply_adds};

    memcpy(info.inputs, op->inputs, sizeof info.inputs);
    for (int i = 0; i < op->param_count; i++)
        info.parameters += net->params[op->params[i]].state ? 0 : param_size(&net->params[op->params[i]]);
    return info;
}

const void *net_spec(const Net *net, int id)
{
    assert(id >= 0 && id < net->op_count);
    return &net->ops[id].spec;
}

/* Appends the op of another net again; an image input takes the new size. */
static void copy_op(Net *copy, const Op *op, Shape input)
{
    Node inputs[NET_INPUTS];
    Spec spec = op->spec;

    if (op->kind == KIND_INPUT && input.c)
        spec.shape = input;
    for (int i = 0; i < op->input_count; i++)
        inputs[i] = (Node){op->inputs[i]};
    net_append(copy, op->kind, op->name, inputs, op->input_count, spec);
}

static int copy_params(Net *copy, const Net *net, Err *e)
{
    for (int i = 0; i < net->param_count; i++)
        if (memcmp(copy->params[i].shape, net->params[i].shape, sizeof net->params[i].shape))
            return err_set(e, ERR_ARGUMENT, "%s would change its shape with that input", net->params[i].name);
    memcpy(copy->block, net->block, net->block_size * sizeof(float));
    memcpy(copy->state, net->state, net->state_size * sizeof(float));
    return 0;
}

Net *net_copy(const Net *net, Shape input, Err *e)
{
    Net *copy = net_new();

    assert(net->built);
    if (!copy) {
        err_set(e, ERR_MEMORY, "no memory for a net");
        return NULL;
    }
    for (int i = 0; i < net->op_count; i++)
        copy_op(copy, &net->ops[i], input);
    for (int i = 0; i < net->output_count; i++)
        net_output(copy, net->output_names[i], (Node){net->outputs[i]});
    if (net_build(copy, e) || copy_params(copy, net, e)) {
        net_free(copy);
        return NULL;
    }
    return copy;
}
