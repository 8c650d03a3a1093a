/* Slots and codes are those of TensorFlow Lite's schema.fbs, version 3; versions of ops those of
 * tools/versioning/op_version.cc. */
#include "model/tflite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/about.h"
#include "model/channels_last.h"
#include "model/tflite_build.h"

/* ---- tensors of the graph ---- */

static Dims dims_of(Shape s)
{
    if (shape_is_vector(s))
        return (Dims){2, {1, s.c}};
    return (Dims){4, {1, s.h, s.w, s.c}};
}

static Dims pixel_dims(int channels)
{
    return (Dims){4, {1, 1, 1, channels}};
}

/* How the result of an op is quantized; nothing where it stays float. */
static Scales scales_of(const Tflite *t, int op)
{
    const QuantizedOp *q = t->q && !t->q->ops[op].real ? &t->q->ops[op] : NULL;

    return q ? (Scales){.type = TFLITE_INT8, .scales = &q->scale, .count = 1, .zero = q->zero}
             : (Scales){.type = TFLITE_FLOAT};
}

static int index_of(const Tflite *t, const FrozenOp *op)
{
    return (int)(op - t->f->ops);
}

/* The tensor of an op's input, or of its own result. */
static int input_of(const Tflite *t, const FrozenOp *op, int input)
{
    return t->results[op->inputs[input]];
}

static int result_of(Tflite *t, const FrozenOp *op)
{
    int i = index_of(t, op);

    t->results[i] = tflite_tensor(t, op->name, dims_of(op->out), scales_of(t, i));
    return t->results[i];
}

/* A tensor between the ops that one layer becomes; `like` is the op that it is quantized as. */
static int between(Tflite *t, const FrozenOp *op, const char *part, Dims dims, int like)
{
    char name[NET_NAME + 32];

    snprintf(name, sizeof name, "%s.%s", op->name, part);
    return tflite_tensor(t, name, dims, scales_of(t, like));
}

static int float_between(Tflite *t, const FrozenOp *op, const char *part, Dims dims)
{
    char name[NET_NAME + 32];

    snprintf(name, sizeof name, "%s.%s", op->name, part);
    return tflite_tensor(t, name, dims, (Scales){.type = TFLITE_FLOAT});
}

static void put_reshape(Tflite *t, int from, int to, Dims dims)
{
    int shape = tflite_ints(t, dims.sizes, dims.count);

    tflite_op(t, OP_RESHAPE, (int[]){from, shape}, 2, to, 0, 0);
}

/* The op's first input as a picture. */
static int as_picture(Tflite *t, const FrozenOp *op)
{
    int from = input_of(t, op, 0), to;

    if (!shape_is_vector(op->in))
        return from;
    to = between(t, op, "picture", pixel_dims(op->in.c), op->inputs[0]);
    put_reshape(t, from, to, pixel_dims(op->in.c));
    return to;
}

/* Where an op that makes pictures puts its result, and what makes a vector of it. */
static int picture_result(Tflite *t, const FrozenOp *op)
{
    return shape_is_vector(op->out)
               ? between(t, op, "pixel", pixel_dims(op->out.c), index_of(t, op))
               : result_of(t, op);
}

static void from_picture(Tflite *t, const FrozenOp *op, int picture)
{
    if (shape_is_vector(op->out))
        put_reshape(t, picture, result_of(t, op), dims_of(op->out));
}

/* ---- weights ---- */

/* Where number `i` of TensorFlow Lite's weights, (OUT,KH,KW,IN), (OUT,IN) or (C), stands in ours. */
static size_t place_of(const FrozenOp *op, const WeightOrder *o, size_t i)
{
    size_t in = (size_t)o->inputs, out = (size_t)o->outputs;
    size_t taps = (size_t)o->kernel[0] * (size_t)o->kernel[1];
    size_t c = i % in, tap = i / in % taps, f = i / in / taps;

    if (op->kind == KIND_BATCH_NORM)
        return bias_place(o, i);
    if (op->kind == KIND_EMBEDDING)
        return weight_place(o, i);
    if (op->kind == KIND_CONV2D_TRANSPOSED)
        return weight_place(o, (tap * out + f) * in + c);
    return weight_place(o, (tap * in + c) * out + f);
}

static int put_floats(Tflite *t, const FrozenOp *op, const char *part, Dims dims, const float *ours,
                      bool weights)
{
    char name[NET_NAME + 32];
    WeightOrder o = weight_order(t->order, t->f->net, op->layer);
    size_t count = tflite_numbers(dims);
    float *theirs = malloc((count + 1) * sizeof *theirs);
    int tensor = -1;

    snprintf(name, sizeof name, "%s.%s", op->name, part);
    for (size_t i = 0; theirs && i < count; i++)
        theirs[i] = ours[weights ? place_of(op, &o, i) : bias_place(&o, i)];
    if (theirs)
        tensor = tflite_constant(t, name, dims, (Scales){.type = TFLITE_FLOAT}, theirs,
                                 count * sizeof *theirs);
    else
        t->b.failed = true;
    free(theirs);
    return tensor;
}

/* Int8 weights with a scale for each channel of axis `axis`, or one for all. */
static int put_levels(Tflite *t, const FrozenOp *op, Dims dims, int axis)
{
    char name[NET_NAME + 32];
    const QuantizedOp *q = &t->q->ops[index_of(t, op)];
    WeightOrder o = weight_order(t->order, t->f->net, op->layer);
    size_t count = tflite_numbers(dims), channels = op->kind == KIND_DENSE ? 1 : op->biases;
    int8_t *theirs = malloc(count + 1);
    float *scales = malloc(channels * sizeof *scales);
    int tensor = -1;

    snprintf(name, sizeof name, "%s.weight", op->name);
    for (size_t i = 0; theirs && scales && i < count; i++)
        theirs[i] = q->weight[place_of(op, &o, i)];
    for (size_t c = 0; theirs && scales && c < channels; c++)
        scales[c] = q->weight_scales[bias_place(&o, c)];
    if (theirs && scales)
        tensor = tflite_constant(
            t, name, dims,
            (Scales){.type = TFLITE_INT8, .scales = scales, .count = channels, .axis = axis},
            theirs, count);
    else
        t->b.failed = true;
    free(theirs);
    free(scales);
    return tensor;
}

/* Int32 biases, of the scale of input times weight. */
static int put_wholes(Tflite *t, const FrozenOp *op)
{
    char name[NET_NAME + 32];
    const QuantizedOp *q = &t->q->ops[index_of(t, op)];
    float in = t->q->ops[op->inputs[0]].scale;
    WeightOrder o = weight_order(t->order, t->f->net, op->layer);
    size_t channels = op->biases, scale_count = op->kind == KIND_DENSE ? 1 : channels;
    int32_t *theirs = malloc(channels * sizeof *theirs);
    float *scales = malloc(channels * sizeof *scales);
    int tensor = -1;

    snprintf(name, sizeof name, "%s.bias", op->name);
    for (size_t c = 0; theirs && scales && c < channels; c++) {
        theirs[c] = q->bias[bias_place(&o, c)];
        scales[c] = in * q->weight_scales[bias_place(&o, c)];
    }
    if (theirs && scales)
        tensor =
            tflite_constant(t, name, (Dims){1, {(int)channels}},
                            (Scales){.type = TFLITE_INT32, .scales = scales, .count = scale_count},
                            theirs, channels * sizeof *theirs);
    else
        t->b.failed = true;
    free(theirs);
    free(scales);
    return tensor;
}

static int put_weight(Tflite *t, const FrozenOp *op, Dims dims, int axis)
{
    return t->q ? put_levels(t, op, dims, axis)
                : put_floats(t, op, "weight", dims, op->weight, true);
}

static int put_bias(Tflite *t, const FrozenOp *op)
{
    return t->q ? put_wholes(t, op)
                : put_floats(t, op, "bias", (Dims){1, {(int)op->biases}}, op->bias, false);
}

/* ---- windows ---- */

static bool is_same(const FrozenOp *op)
{
    const int in[2] = {op->in.h, op->in.w}, out[2] = {op->out.h, op->out.w};

    for (int a = 0; a < 2; a++) {
        int total = (out[a] - 1) * op->stride[a] + op->kernel[a] - in[a];
        total = total > 0 ? total : 0;
        if (out[a] != (in[a] + op->stride[a] - 1) / op->stride[a] || op->before[a] != total / 2 ||
            op->after[a] != total - total / 2)
            return false;
    }
    return true;
}

static bool is_unpadded(const FrozenOp *op)
{
    return !op->before[0] && !op->before[1] && !op->after[0] && !op->after[1];
}

/* Zeros round a picture, as a new tensor. */
static void put_zeros(Tflite *t, int from, int to, const int before[2], const int after[2])
{
    const int sides[8] = {0, 0, before[0], after[0], before[1], after[1], 0, 0};
    int paddings = tflite_int_matrix(t, sides, 4, 2);

    tflite_op(t, OP_PAD, (int[]){from, paddings}, 2, to, 0, 0);
}

/* PADDING_VALID or PADDING_SAME; what is neither is padded before. */
static uint8_t padding_of(Tflite *t, const FrozenOp *op, int *from)
{
    int to;

    if (is_unpadded(op))
        return PADDING_VALID;
    if (is_same(op))
        return PADDING_SAME;
    to = between(t, op, "pad",
                 (Dims){4,
                        {1, op->in.h + op->before[0] + op->after[0],
                         op->in.w + op->before[1] + op->after[1], op->in.c}},
                 op->inputs[0]);
    put_zeros(t, *from, to, op->before, op->after);
    *from = to;
    return PADDING_VALID;
}

/* ---- layers ---- */

static void put_conv(Tflite *t, const FrozenOp *op)
{
    int from = as_picture(t, op);
    uint8_t padding = padding_of(t, op, &from);
    int weight =
        put_weight(t, op, (Dims){4, {op->out.c, op->kernel[0], op->kernel[1], op->in.c}}, 0);
    int bias = put_bias(t, op), to = picture_result(t, op);

    flat_begin(&t->b);
    flat_u8(&t->b, 0, padding);
    flat_i32(&t->b, 1, op->stride[FROZEN_X]);
    flat_i32(&t->b, 2, op->stride[FROZEN_Y]);
    flat_u8(&t->b, 3, op->relu ? ACTIVATION_RELU : ACTIVATION_NONE);
    flat_i32(&t->b, 4, 1);
    flat_i32(&t->b, 5, 1);
    tflite_op(t, OP_CONV_2D, (int[]){from, weight, bias}, 3, to, OPTIONS_CONV, flat_end(&t->b));
    from_picture(t, op, to);
}

/* A batch norm that stayed is a convolution of each channel by itself, 1x1. */
static void put_scaling(Tflite *t, const FrozenOp *op)
{
    int from = as_picture(t, op), weight = put_weight(t, op, pixel_dims(op->out.c), 3);
    int bias = put_bias(t, op), to = picture_result(t, op);

    flat_begin(&t->b);
    flat_u8(&t->b, 0, PADDING_VALID);
    for (int i = 1; i <= 3; i++) /* strides, multiplier of channels */
        flat_i32(&t->b, i, 1);
    flat_u8(&t->b, 4, op->relu ? ACTIVATION_RELU : ACTIVATION_NONE);
    flat_i32(&t->b, 5, 1);
    flat_i32(&t->b, 6, 1);
    tflite_op(t, OP_DEPTHWISE_CONV_2D, (int[]){from, weight, bias}, 3, to, OPTIONS_DEPTHWISE,
              flat_end(&t->b));
    from_picture(t, op, to);
}

static void put_relu(Tflite *t, int from, int to)
{
    tflite_op(t, OP_RELU, &from, 1, to, 0, 0);
}

/* Without padding, then cut; the ReLU comes after, as old interpreters have none within. */
static void put_conv_transposed(Tflite *t, const FrozenOp *op)
{
    int cut = op->before[0] || op->before[1] || op->after[0] || op->after[1], me = index_of(t, op);
    int from = as_picture(t, op);
    Dims whole = {4,
                  {1, op->out.h + op->before[0] + op->after[0],
                   op->out.w + op->before[1] + op->after[1], op->out.c}};
    int weight =
        put_weight(t, op, (Dims){4, {op->out.c, op->kernel[0], op->kernel[1], op->in.c}}, 0);
    int bias = put_bias(t, op), shape = tflite_ints(t, whole.sizes, 4);
    int to = cut || op->relu ? between(t, op, "whole", whole, me) : picture_result(t, op),
        last = to;

    flat_begin(&t->b);
    flat_u8(&t->b, 0, PADDING_VALID);
    flat_i32(&t->b, 1, op->stride[FROZEN_X]);
    flat_i32(&t->b, 2, op->stride[FROZEN_Y]);
    tflite_op(t, OP_TRANSPOSE_CONV, (int[]){shape, weight, from, bias}, 4, to,
              OPTIONS_TRANSPOSE_CONV, flat_end(&t->b));
    if (cut) {
        int begin = tflite_ints(t, (int[]){0, op->before[0], op->before[1], 0}, 4);
        int size = tflite_ints(t, (int[]){1, op->out.h, op->out.w, op->out.c}, 4);
        last = op->relu ? between(t, op, "cut", (Dims){4, {1, op->out.h, op->out.w, op->out.c}}, me)
                        : picture_result(t, op);
        tflite_op(t, OP_SLICE, (int[]){to, begin, size}, 3, last, 0, 0);
    }
    if (op->relu) {
        int rest = picture_result(t, op);
        put_relu(t, last, rest);
        last = rest;
    }
    from_picture(t, op, last);
}

static void put_dense(Tflite *t, const FrozenOp *op)
{
    int from = input_of(t, op, 0), inputs = (int)shape_numbers(op->in);

    if (!shape_is_vector(op->in)) {
        int flat = between(t, op, "flat", (Dims){2, {1, inputs}}, op->inputs[0]);
        put_reshape(t, from, flat, (Dims){2, {1, inputs}});
        from = flat;
    }
    int weight = put_weight(t, op, (Dims){2, {op->out.c, inputs}}, 0), bias = put_bias(t, op);
    int to = result_of(t, op);
    flat_begin(&t->b);
    flat_u8(&t->b, 0, op->relu ? ACTIVATION_RELU : ACTIVATION_NONE);
    tflite_op(t, OP_FULLY_CONNECTED, (int[]){from, weight, bias}, 3, to, OPTIONS_FULLY_CONNECTED,
              flat_end(&t->b));
}

static void put_pool(Tflite *t, const FrozenOp *op)
{
    bool global = op->kind == KIND_GLOBAL_POOL;
    int from = as_picture(t, op);
    uint8_t padding = global ? PADDING_VALID : padding_of(t, op, &from);
    int to = picture_result(t, op);

    flat_begin(&t->b);
    flat_u8(&t->b, 0, padding);
    flat_i32(&t->b, 1, global ? 1 : op->stride[FROZEN_X]);
    flat_i32(&t->b, 2, global ? 1 : op->stride[FROZEN_Y]);
    flat_i32(&t->b, 3, global ? op->in.w : op->kernel[FROZEN_X]);
    flat_i32(&t->b, 4, global ? op->in.h : op->kernel[FROZEN_Y]);
    flat_u8(&t->b, 5, ACTIVATION_NONE);
    tflite_op(t, op->pool == POOL_MAX ? OP_MAX_POOL_2D : OP_AVERAGE_POOL_2D, &from, 1, to,
              OPTIONS_POOL, flat_end(&t->b));
    from_picture(t, op, to);
}

/* Any op of two inputs that has an activation as its one option. */
static void put_binary(Tflite *t, TfliteOp code, int options, int a, int b, int to, bool relu)
{
    flat_begin(&t->b);
    flat_u8(&t->b, 0, relu ? ACTIVATION_RELU : ACTIVATION_NONE);
    tflite_op(t, code, (int[]){a, b}, 2, to, options, flat_end(&t->b));
}

static void put_add(Tflite *t, const FrozenOp *op)
{
    int a = input_of(t, op, 0), b = input_of(t, op, 1);

    put_binary(t, OP_ADD, OPTIONS_ADD, a, b, result_of(t, op), op->relu);
}

/* SiLU is x * sigmoid(x), whose scale is fixed. */
static void put_silu(Tflite *t, const FrozenOp *op, int from)
{
    const float scale = 1 / 256.f;
    char name[NET_NAME + 8];

    snprintf(name, sizeof name, "%s.gate", op->name);
    int gate = tflite_tensor(
        t, name, dims_of(op->out),
        t->q ? (Scales){.type = TFLITE_INT8, .scales = &scale, .count = 1, .zero = -128}
             : (Scales){.type = TFLITE_FLOAT});
    tflite_op(t, OP_LOGISTIC, &from, 1, gate, 0, 0);
    put_binary(t, OP_MUL, OPTIONS_MUL, from, gate, result_of(t, op), false);
}

static void put_act(Tflite *t, const FrozenOp *op)
{
    int from = input_of(t, op, 0), to;
    FlatRef options = 0;

    if (op->act.kind == ACT_SILU) {
        put_silu(t, op, from);
        return;
    }
    to = result_of(t, op);
    if (op->act.kind == ACT_LEAKY_RELU) {
        flat_begin(&t->b);
        flat_float(&t->b, 0, op->act.slope);
        options = flat_end(&t->b);
    }
    tflite_op(t,
              op->act.kind == ACT_RELU         ? OP_RELU
              : op->act.kind == ACT_LEAKY_RELU ? OP_LEAKY_RELU
              : op->act.kind == ACT_TANH       ? OP_TANH
                                               : OP_LOGISTIC,
              &from, 1, to, options ? OPTIONS_LEAKY_RELU : 0, options);
}

/* Brought back to float first: there its sum is exact. */
static void put_softmax(Tflite *t, const FrozenOp *op)
{
    int from = input_of(t, op, 0), to;

    if (t->q) {
        int real = float_between(t, op, "float", dims_of(op->in));
        tflite_op(t, OP_DEQUANTIZE, &from, 1, real, 0, 0);
        from = real;
    }
    to = result_of(t, op);
    flat_begin(&t->b);
    flat_float(&t->b, 0, 1);
    tflite_op(t, OP_SOFTMAX, &from, 1, to, OPTIONS_SOFTMAX, flat_end(&t->b));
}

/* In int8 the parts are brought to the scale of the whole first. */
static void put_concat(Tflite *t, const FrozenOp *op)
{
    int parts[NET_INPUTS], to;

    for (int i = 0; i < op->input_count; i++) {
        parts[i] = input_of(t, op, i);
        if (t->q) {
            char part[16];
            snprintf(part, sizeof part, "part%d", i + 1);
            int scaled =
                between(t, op, part, dims_of(t->f->ops[op->inputs[i]].out), index_of(t, op));
            tflite_op(t, OP_QUANTIZE, &parts[i], 1, scaled, 0, 0);
            parts[i] = scaled;
        }
    }
    to = result_of(t, op);
    flat_begin(&t->b);
    flat_i32(&t->b, 0, shape_is_vector(op->out) ? 1 : 3);
    flat_u8(&t->b, 1, ACTIVATION_NONE);
    tflite_op(t, OP_CONCATENATION, parts, op->input_count, to, OPTIONS_CONCAT, flat_end(&t->b));
}

static void put_reshaped(Tflite *t, const FrozenOp *op)
{
    put_reshape(t, input_of(t, op, 0), result_of(t, op), dims_of(op->out));
}

static void put_pad(Tflite *t, const FrozenOp *op)
{
    int from = as_picture(t, op), to = picture_result(t, op);

    put_zeros(t, from, to, op->before, op->after);
    from_picture(t, op, to);
}

static void put_upsample(Tflite *t, const FrozenOp *op)
{
    int from = as_picture(t, op), size = tflite_ints(t, (int[]){op->out.h, op->out.w}, 2);
    int to = picture_result(t, op);

    flat_begin(&t->b);
    flat_u8(&t->b, 0, 0); /* align_corners */
    flat_u8(&t->b, 1, 0); /* half_pixel_centers */
    tflite_op(t, OP_RESIZE_NEAREST, (int[]){from, size}, 2, to, OPTIONS_RESIZE_NEAREST,
              flat_end(&t->b));
    from_picture(t, op, to);
}

/* The row of a class, whose number is rounded. */
static void put_embedding(Tflite *t, const FrozenOp *op)
{
    int classes = (int)(op->weights / (size_t)op->out.c);
    int table = put_floats(t, op, "weight", (Dims){2, {classes, op->out.c}}, op->weight, true);
    int half = tflite_constant(t, "half", (Dims){1, {1}}, (Scales){.type = TFLITE_FLOAT},
                               &(float){0.5f}, sizeof(float));
    int up = float_between(t, op, "up", (Dims){2, {1, 1}});
    int whole = tflite_tensor(t, "class", (Dims){2, {1, 1}}, (Scales){.type = TFLITE_INT32});
    int row = tflite_tensor(t, "row", (Dims){1, {1}}, (Scales){.type = TFLITE_INT32});

    put_binary(t, OP_ADD, OPTIONS_ADD, input_of(t, op, 0), half, up, false);
    flat_begin(&t->b);
    flat_u8(&t->b, 0, TFLITE_FLOAT);
    flat_u8(&t->b, 1, TFLITE_INT32);
    tflite_op(t, OP_CAST, &up, 1, whole, OPTIONS_CAST, flat_end(&t->b));
    put_reshape(t, whole, row, (Dims){1, {1}});
    flat_begin(&t->b);
    flat_i32(&t->b, 0, 0);
    FlatRef options = flat_end(&t->b);
    tflite_op(t, OP_GATHER, (int[]){table, row}, 2, result_of(t, op), OPTIONS_GATHER, options);
}

static int put_mean(Tflite *t, const FrozenOp *op, const char *part, int from, Dims dims)
{
    int axes = tflite_ints(t, (int[]){1, 3}, 2), to = float_between(t, op, part, dims);

    flat_begin(&t->b);
    flat_u8(&t->b, 0, 1); /* keep_dims */
    tflite_op(t, OP_MEAN, (int[]){from, axes}, 2, to, OPTIONS_REDUCE, flat_end(&t->b));
    return to;
}

/* As (1, pixels, groups, channels of a group): mean and variance over the second and the last axis. */
static void put_group_norm(Tflite *t, const FrozenOp *op)
{
    Dims split = {4, {1, op->in.h * op->in.w, op->groups, op->in.c / op->groups}};
    Dims each = {4, {1, 1, op->groups, 1}}, channels = {1, {op->out.c}};
    int x = float_between(t, op, "groups", split), centred = float_between(t, op, "centred", split);
    int square = float_between(t, op, "square", split), sum = float_between(t, op, "sum", each);
    int root = float_between(t, op, "root", each), normal = float_between(t, op, "normal", split);
    int whole = float_between(t, op, "whole", dims_of(op->out));
    int scaled = float_between(t, op, "scaled", dims_of(op->out));
    int eps = tflite_constant(t, "eps", (Dims){1, {1}}, (Scales){.type = TFLITE_FLOAT}, &op->eps,
                              sizeof op->eps);
    int weight = put_floats(t, op, "weight", channels, op->weight, false);
    int bias = put_floats(t, op, "bias", channels, op->bias, false);

    put_reshape(t, input_of(t, op, 0), x, split);
    put_binary(t, OP_SUB, OPTIONS_SUB, x, put_mean(t, op, "mean", x, each), centred, false);
    put_binary(t, OP_MUL, OPTIONS_MUL, centred, centred, square, false);
    put_binary(t, OP_ADD, OPTIONS_ADD, put_mean(t, op, "variance", square, each), eps, sum, false);
    tflite_op(t, OP_RSQRT, &sum, 1, root, 0, 0);
    put_binary(t, OP_MUL, OPTIONS_MUL, centred, root, normal, false);
    put_reshape(t, normal, whole, dims_of(op->out));
    put_binary(t, OP_MUL, OPTIONS_MUL, whole, weight, scaled, false);
    put_binary(t, OP_ADD, OPTIONS_ADD, scaled, bias, result_of(t, op), false);
}

/* y = x + gain*x + shift. */
static void put_modulate(Tflite *t, const FrozenOp *op)
{
    int x = input_of(t, op, 0), parts[2];
    int product = float_between(t, op, "product", dims_of(op->out));
    int sum = float_between(t, op, "sum", dims_of(op->out));

    for (int i = 0; i < 2; i++) {
        parts[i] = input_of(t, op, i + 1);
        if (!shape_is_vector(op->out)) {
            int pixel = float_between(t, op, i ? "shift" : "gain", pixel_dims(op->out.c));
            put_reshape(t, parts[i], pixel, pixel_dims(op->out.c));
            parts[i] = pixel;
        }
    }
    put_binary(t, OP_MUL, OPTIONS_MUL, x, parts[0], product, false);
    put_binary(t, OP_ADD, OPTIONS_ADD, x, product, sum, false);
    put_binary(t, OP_ADD, OPTIONS_ADD, sum, parts[1], result_of(t, op), false);
}

/* At rest its means, which come first. */
static void put_gaussian(Tflite *t, const FrozenOp *op)
{
    int begin = tflite_ints(t, (int[]){0, 0}, 2), size = tflite_ints(t, (int[]){1, op->out.c}, 2);

    tflite_op(t, OP_SLICE, (int[]){input_of(t, op, 0), begin, size}, 3, result_of(t, op), 0, 0);
}

/* Where each pixel of the output looks along one axis of n pixels, from the map's six numbers: pixels
 * count from 0. */
static int put_places(Tflite *t, const FrozenOp *op, int axis)
{
    int h = op->out.h, w = op->out.w, n = axis == FROZEN_X ? w : h, inputs[3];
    size_t pixels = (size_t)h * (size_t)w;
    float *weight = calloc(7 * pixels, sizeof *weight), *bias = weight ? weight + 6 * pixels : NULL;
    float stretch = op->align_corners ? (float)(n - 1) / 2 : (float)n / 2;

    if (!weight) {
        t->b.failed = true;
        return -1;
    }
    for (size_t i = 0; i < pixels; i++) {
        float x = (float)(i % (size_t)w), y = (float)(i / (size_t)w);
        bool ends = op->align_corners;
        float *row = weight + 6 * i + (axis == FROZEN_X ? 0 : 3);
        row[0] =
            stretch * (ends ? w > 1 ? 2 * x / (float)(w - 1) - 1 : 0 : (2 * x + 1) / (float)w - 1);
        row[1] =
            stretch * (ends ? h > 1 ? 2 * y / (float)(h - 1) - 1 : 0 : (2 * y + 1) / (float)h - 1);
        row[2] = stretch;
        bias[i] = op->align_corners ? stretch : stretch - 0.5f;
    }
    inputs[0] = input_of(t, op, 1);
    inputs[1] =
        tflite_constant(t, "grid", (Dims){2, {(int)pixels, 6}}, (Scales){.type = TFLITE_FLOAT},
                        weight, 6 * pixels * sizeof *weight);
    inputs[2] = tflite_constant(t, "grid.bias", (Dims){1, {(int)pixels}},
                                (Scales){.type = TFLITE_FLOAT}, bias, pixels * sizeof *bias);
    free(weight);
    int places = float_between(t, op, "places", (Dims){2, {1, (int)pixels}});
    flat_begin(&t->b);
    flat_u8(&t->b, 0, ACTIVATION_NONE);
    tflite_op(t, OP_FULLY_CONNECTED, inputs, 3, places, OPTIONS_FULLY_CONNECTED, flat_end(&t->b));
    return places;
}

/* The share that each of n rows or columns has in what is seen at a place: 1 there, 0 from one pixel
 * off. */
static int put_shares(Tflite *t, const FrozenOp *op, int axis)
{
    int pixels = op->out.h * op->out.w, n = axis == FROZEN_X ? op->out.w : op->out.h;
    Dims column = {4, {1, pixels, 1, 1}}, all = {4, {1, pixels, 1, n}};
    float *counts = malloc((size_t)n * sizeof *counts);

    if (axis == FROZEN_Y)
        column = (Dims){4, {1, pixels, 1, 1}}, all = (Dims){4, {1, pixels, n, 1}};
    if (!counts) {
        t->b.failed = true;
        return -1;
    }
    for (int i = 0; i < n; i++)
        counts[i] = (float)i;
    int steps = tflite_constant(
        t, "steps", axis == FROZEN_X ? (Dims){4, {1, 1, 1, n}} : (Dims){4, {1, 1, n, 1}},
        (Scales){.type = TFLITE_FLOAT}, counts, (size_t)n * sizeof *counts);
    free(counts);
    int one = tflite_constant(t, "one", (Dims){1, {1}}, (Scales){.type = TFLITE_FLOAT}, &(float){1},
                              sizeof(float));
    int at = float_between(t, op, "at", column), off = float_between(t, op, "off", all);
    int far = float_between(t, op, "far", all), share = float_between(t, op, "share", all);
    put_reshape(t, put_places(t, op, axis), at, column);
    put_binary(t, OP_SUB, OPTIONS_SUB, at, steps, off, false);
    tflite_op(t, OP_ABS, &off, 1, far, 0, 0);
    put_binary(t, OP_SUB, OPTIONS_SUB, one, far, share, true);
    return share;
}

/* Bilinear sampling as a product: each pixel is a sum over all of the picture, nearly all shares of
 * which are 0. There is no op that looks where it is told. */
static void put_sample(Tflite *t, const FrozenOp *op)
{
    int pixels = op->out.h * op->out.w, across = put_shares(t, op, FROZEN_X);
    int down = put_shares(t, op, FROZEN_Y);
    Dims all = {4, {1, pixels, op->out.h, op->out.w}}, matrix = {3, {1, pixels, pixels}};
    Dims flat = {3, {1, pixels, op->in.c}};
    int share = float_between(t, op, "shares", all),
        shares = float_between(t, op, "matrix", matrix);
    int from = float_between(t, op, "pixels", flat), seen = float_between(t, op, "seen", flat);

    put_binary(t, OP_MUL, OPTIONS_MUL, down, across, share, false);
    put_reshape(t, share, shares, matrix);
    put_reshape(t, input_of(t, op, 0), from, flat);
    flat_begin(&t->b);
    flat_u8(&t->b, 0, 0);
    flat_u8(&t->b, 1, 0);
    tflite_op(t, OP_BATCH_MATMUL, (int[]){shares, from}, 2, seen, OPTIONS_BATCH_MATMUL,
              flat_end(&t->b));
    put_reshape(t, seen, result_of(t, op), dims_of(op->out));
}

typedef void PutOp(Tflite *t, const FrozenOp *op);

static PutOp *const put[KINDS] = {
    [KIND_CONV2D] = put_conv,
    [KIND_CONV2D_TRANSPOSED] = put_conv_transposed,
    [KIND_DENSE] = put_dense,
    [KIND_POOL] = put_pool,
    [KIND_GLOBAL_POOL] = put_pool,
    [KIND_BATCH_NORM] = put_scaling,
    [KIND_GROUP_NORM] = put_group_norm,
    [KIND_ACT] = put_act,
    [KIND_SOFTMAX] = put_softmax,
    [KIND_EMBEDDING] = put_embedding,
    [KIND_ADD] = put_add,
    [KIND_CONCAT] = put_concat,
    [KIND_RESHAPE] = put_reshaped,
    [KIND_PAD] = put_pad,
    [KIND_UPSAMPLE] = put_upsample,
    [KIND_MODULATE] = put_modulate,
    [KIND_GAUSSIAN] = put_gaussian,
    [KIND_AFFINE_SAMPLE] = put_sample,
};

/* ---- the model ---- */

/* A pooling's padding is none of zeros, except before a maximum over numbers that are never below
 * zero. */
static int check_pools(const Frozen *f, Err *e)
{
    for (int i = 0; i < f->count; i++) {
        const FrozenOp *op = &f->ops[i];
        bool positive = op->input_count && (f->ops[op->inputs[0]].relu ||
                                            (f->ops[op->inputs[0]].kind == KIND_ACT &&
                                             f->ops[op->inputs[0]].act.kind == ACT_RELU));
        if (op->kind == KIND_POOL && !is_unpadded(op) && !is_same(op) &&
            !(positive && op->pool == POOL_MAX))
            return err_set(e, ERR_UNSUPPORTED,
                           "TensorFlow Lite cannot hold the layer '%s' (pool, padded as it is)",
                           op->name);
    }
    return 0;
}

/* A picture's grey levels are scaled and shifted, and quantized. */
static void put_input(Tflite *t, const Model *m, int index)
{
    int at = t->f->inputs[index], tensor;
    const FrozenOp *op = &t->f->ops[at];
    Dims one = {1, {1}};
    Scales real = {.type = TFLITE_FLOAT};

    if (index || !model_takes_picture(m)) {
        t->results[at] = t->inputs[index] = tflite_tensor(t, op->name, dims_of(op->out), real);
        return;
    }
    t->inputs[index] = tensor = tflite_tensor(t, op->name, dims_of(op->out), real);
    int scale = tflite_constant(t, "scale", one, real, &m->scale, sizeof m->scale);
    int scaled = float_between(t, op, "scaled", dims_of(op->out));
    put_binary(t, OP_MUL, OPTIONS_MUL, tensor, scale, scaled, false);
    if (m->shift != 0) {
        int shift = tflite_constant(t, "shift", one, real, &m->shift, sizeof m->shift);
        int shifted = float_between(t, op, "shifted", dims_of(op->out));
        put_binary(t, OP_ADD, OPTIONS_ADD, scaled, shift, shifted, false);
        scaled = shifted;
    }
    t->results[at] = scaled;
    if (t->q) {
        t->results[at] = between(t, op, "levels", dims_of(op->out), at);
        tflite_op(t, OP_QUANTIZE, &scaled, 1, t->results[at], 0, 0);
    }
}

/* An output of its own name, in float; two outputs may be the same result. */
static void put_output(Tflite *t, int index)
{
    int at = t->f->outputs[index], from = t->results[at];
    const FrozenOp *op = &t->f->ops[at];
    int to = tflite_tensor(t, net_output_name(t->f->net, index), dims_of(op->out),
                           (Scales){.type = TFLITE_FLOAT});

    if (t->q && !t->q->ops[at].real)
        tflite_op(t, OP_DEQUANTIZE, &from, 1, to, 0, 0);
    else
        put_reshape(t, from, to, dims_of(op->out));
    t->outputs[index] = to;
}

static void put_graph(Tflite *t, const Model *m)
{
    for (int i = 0; i < t->f->input_count; i++)
        put_input(t, m, i);
    for (int i = 0; i < t->f->count; i++)
        if (t->f->ops[i].kind != KIND_INPUT)
            put[t->f->ops[i].kind](t, &t->f->ops[i]);
    for (int i = 0; i < t->f->output_count; i++)
        put_output(t, i);
}

uint8_t *tflite_encode(const Model *m, const Frozen *f, const Quantized *q, size_t *size, Err *e)
{
    unsigned known = 1u << KIND_INPUT;
    uint8_t *bytes = NULL;

    for (int i = 0; i < KINDS; i++)
        known |= put[i] ? 1u << i : 0;
    if (frozen_check(f, known, "TensorFlow Lite", e) || check_pools(f, e))
        return NULL;
    ChannelsLast *order = channels_last_new(f->net, "TensorFlow Lite", e);
    char *about = order ? about_json(m, e) : NULL;
    Tflite t = {.f = f, .q = q, .order = order};
    if (about && (t.results = calloc((size_t)f->count, sizeof *t.results))) {
        put_graph(&t, m);
        bytes = tflite_finish(&t, m->name[0] ? m->name : "scrawl", about, size);
        if (!bytes)
            err_set(e, ERR_MEMORY, "no memory for the file");
    } else if (about) {
        err_set(e, ERR_MEMORY, "no memory for %d layers", f->count);
    }
    free(t.results);
    free(about);
    channels_last_free(order);
    return bytes;
}
