/* Field numbers are those of onnx.proto (package onnx, IR version 8). */
#include "model/onnx.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/protobuf.h"
#include "model/about.h"

enum {
    MODEL_IR_VERSION = 1,
    MODEL_PRODUCER = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    MODEL_METADATA = 14
};
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP_TYPE = 4, NODE_ATTRIBUTE = 5 };
enum {
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_F = 2,
    ATTRIBUTE_I = 3,
    ATTRIBUTE_S = 4,
    ATTRIBUTE_INTS = 8,
    ATTRIBUTE_TYPE = 20
};
enum { TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_STRING = 3, TYPE_INTS = 7 }; /* of an attribute */
enum { TENSOR_DIMS = 1, TENSOR_DATA_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW_DATA = 9 };
enum { DATA_FLOAT = 1, DATA_INT64 = 7 };
enum { NAME = NET_NAME + 32 };

typedef struct Onnx {
    const Frozen *f;
    bool scales;           /* the first input is a picture, to be scaled and shifted */
    Writer graph, tensors; /* nodes; initializers */
    Writer attributes;     /* of the node in the making */
    char made[NAME];       /* the name of the last result that was made up */
} Onnx;

/* ---- tensors and attributes ---- */

/* The name of something that belongs to an op: "conv1.weight". Valid until the next call. */
static const char *name_of(Onnx *o, const char *op, const char *part)
{
    snprintf(o->made, sizeof o->made, "%s.%s", op, part);
    return o->made;
}

static void tensor(Onnx *o, const char *name, int type, int dims, const int64_t *shape,
                   const void *numbers)
{
    Writer t = {0};
    size_t size = type == DATA_FLOAT ? sizeof(float) : sizeof(int64_t);

    for (int i = 0; i < dims; i++) {
        proto_whole(&t, TENSOR_DIMS, shape[i]);
        size *= (size_t)shape[i];
    }
    proto_whole(&t, TENSOR_DATA_TYPE, type);
    proto_text(&t, TENSOR_NAME, name);
    proto_bytes(&t, TENSOR_RAW_DATA, numbers, size);
    proto_message(&o->tensors, GRAPH_INITIALIZER, &t);
    writer_free(&t);
}

static void floats(Onnx *o, const char *name, int dims, const int64_t *shape, const float *numbers)
{
    tensor(o, name, DATA_FLOAT, dims, shape, numbers);
}

static void wholes(Onnx *o, const char *name, int count, const int64_t *numbers)
{
    tensor(o, name, DATA_INT64, 1, (int64_t[]){count}, numbers);
}

static void attribute(Onnx *o, const char *name, int type, const Writer *value)
{
    Writer a = {0};

    proto_text(&a, ATTRIBUTE_NAME, name);
    if (value->failed)
        a.failed = true;
    writer_put(&a, value->bytes, value->size);
    proto_whole(&a, ATTRIBUTE_TYPE, type);
    proto_message(&o->attributes, NODE_ATTRIBUTE, &a);
    writer_free(&a);
}

static void put_int(Onnx *o, const char *name, int64_t value)
{
    Writer v = {0};

    proto_whole(&v, ATTRIBUTE_I, value);
    attribute(o, name, TYPE_INT, &v);
    writer_free(&v);
}

static void put_ints(Onnx *o, const char *name, const int *values, int count)
{
    Writer v = {0};

    for (int i = 0; i < count; i++)
        proto_whole(&v, ATTRIBUTE_INTS, values[i]);
    attribute(o, name, TYPE_INTS, &v);
    writer_free(&v);
}

static void put_float(Onnx *o, const char *name, float value)
{
    Writer v = {0};

    proto_float(&v, ATTRIBUTE_F, value);
    attribute(o, name, TYPE_FLOAT, &v);
    writer_free(&v);
}

static void put_word(Onnx *o, const char *name, const char *value)
{
    Writer v = {0};

    proto_text(&v, ATTRIBUTE_S, value);
    attribute(o, name, TYPE_STRING, &v);
    writer_free(&v);
}

/* ---- nodes ---- */

/* A node with the attributes that were put since the last one. An input of "" is one left out. */
static void node(Onnx *o, const char *type, const char *out, int count, const char *const *inputs)
{
    Writer n = {0};

    for (int i = 0; i < count; i++)
        proto_text(&n, NODE_INPUT, inputs[i]);
    proto_text(&n, NODE_OUTPUT, out);
    proto_text(&n, NODE_NAME, out);
    proto_text(&n, NODE_OP_TYPE, type);
    if (o->attributes.failed)
        n.failed = true;
    writer_put(&n, o->attributes.bytes, o->attributes.size);
    proto_message(&o->graph, GRAPH_NODE, &n);
    writer_free(&n);
    writer_free(&o->attributes);
    o->attributes = (Writer){0};
}

static void node1(Onnx *o, const char *type, const char *out, const char *a)
{
    node(o, type, out, 1, &a);
}

static void node2(Onnx *o, const char *type, const char *out, const char *a, const char *b)
{
    node(o, type, out, 2, (const char *[]){a, b});
}

/* out = a in this shape; 0 keeps an axis, -1 is what is left. */
static void reshape(Onnx *o, const char *out, const char *a, int dims, const int64_t *shape)
{
    char name[NAME + 8];

    snprintf(name, sizeof name, "%s.shape", out);
    wholes(o, name, dims, shape);
    node2(o, "Reshape", out, a, name);
}

/* The name of an op's result, or of its input's. */
static const char *result_name(const Onnx *o, int op)
{
    return o->scales && op == o->f->inputs[0] ? "input.scaled" : o->f->ops[op].name;
}

static const char *result_of(const Onnx *o, const FrozenOp *op, int input)
{
    return result_name(o, op->inputs[input]);
}

/* The op's first input as (N,C,H,W) even if it is a vector; `name` is room for what is made up. */
static const char *as_picture(Onnx *o, const FrozenOp *op, char name[NAME])
{
    const char *x = result_of(o, op, 0);

    if (!shape_is_vector(op->in))
        return x;
    snprintf(name, NAME, "%s.picture", op->name);
    reshape(o, name, x, 4, (int64_t[]){-1, op->in.c, 1, 1});
    return name;
}

/* Where an op that gives pictures puts its result. */
static const char *picture_name(const FrozenOp *op, const char *out, char name[NAME])
{
    if (!shape_is_vector(op->out))
        return out;
    snprintf(name, NAME, "%s.pixel", out);
    return name;
}

/* What picture_name named becomes the result. */
static void from_picture(Onnx *o, const FrozenOp *op, const char *picture, const char *out)
{
    if (picture != out)
        reshape(o, out, picture, 2, (int64_t[]){-1, op->out.c});
}

/* ---- layers: each writes the op's result under the name `out` ---- */

static void put_window(Onnx *o, const FrozenOp *op)
{
    put_ints(o, "kernel_shape", op->kernel, 2);
    put_ints(o, "strides", op->stride, 2);
    put_ints(o, "pads", (int[]){op->before[0], op->before[1], op->after[0], op->after[1]}, 4);
}

static void put_conv(Onnx *o, const FrozenOp *op, const char *out)
{
    char x[NAME], y[NAME], weight[NAME], bias[NAME];
    const char *from = as_picture(o, op, x), *to = picture_name(op, out, y);
    bool transposed = op->kind == KIND_CONV2D_TRANSPOSED;
    int first = transposed ? op->in.c : op->out.c, second = transposed ? op->out.c : op->in.c;

    strcpy(weight, name_of(o, op->name, "weight"));
    strcpy(bias, name_of(o, op->name, "bias"));
    floats(o, weight, 4, (int64_t[]){first, second, op->kernel[0], op->kernel[1]}, op->weight);
    floats(o, bias, 1, (int64_t[]){op->out.c}, op->bias);
    put_window(o, op);
    if (transposed) {
        int more[2] = {op->out.h, op->out.w}, in[2] = {op->in.h, op->in.w};
        for (int a = 0; a < 2; a++)
            more[a] -= (in[a] - 1) * op->stride[a] + op->kernel[a] - op->before[a] - op->after[a];
        put_ints(o, "output_padding", more, 2);
    }
    node(o, transposed ? "ConvTranspose" : "Conv", to, 3, (const char *[]){from, weight, bias});
    from_picture(o, op, to, out);
}

static void put_dense(Onnx *o, const FrozenOp *op, const char *out)
{
    char flat[NAME], weight[NAME], bias[NAME];
    const char *from = result_of(o, op, 0);
    int64_t inputs = (int64_t)shape_numbers(op->in);

    if (!shape_is_vector(op->in)) {
        strcpy(flat, name_of(o, op->name, "flat"));
        reshape(o, flat, from, 2, (int64_t[]){-1, inputs});
        from = flat;
    }
    strcpy(weight, name_of(o, op->name, "weight"));
    strcpy(bias, name_of(o, op->name, "bias"));
    floats(o, weight, 2, (int64_t[]){op->out.c, inputs}, op->weight);
    floats(o, bias, 1, (int64_t[]){op->out.c}, op->bias);
    put_int(o, "transB", 1);
    node(o, "Gemm", out, 3, (const char *[]){from, weight, bias});
}

static void put_pool(Onnx *o, const FrozenOp *op, const char *out)
{
    char x[NAME], y[NAME];
    const char *from = as_picture(o, op, x), *to = picture_name(op, out, y);
    bool global = op->kind == KIND_GLOBAL_POOL, max = op->pool == POOL_MAX;

    if (!global)
        put_window(o, op);
    node1(o,
          global ? max ? "GlobalMaxPool" : "GlobalAveragePool"
          : max  ? "MaxPool"
                 : "AveragePool",
          to, from);
    from_picture(o, op, to, out);
}

/* y = weight*x + bias, numbers of each channel. */
static void put_scaling(Onnx *o, const FrozenOp *op, const char *from, const char *out)
{
    char weight[NAME], bias[NAME], product[NAME];
    int dims = shape_is_vector(op->out) ? 1 : 3;
    const int64_t shape[] = {op->out.c, 1, 1};

    strcpy(weight, name_of(o, op->name, "weight"));
    strcpy(bias, name_of(o, op->name, "bias"));
    strcpy(product, name_of(o, op->name, "product"));
    floats(o, weight, dims, shape, op->weight);
    floats(o, bias, dims, shape, op->bias);
    node2(o, "Mul", product, from, weight);
    node2(o, "Add", out, product, bias);
}

static void put_norm(Onnx *o, const FrozenOp *op, const char *out)
{
    put_scaling(o, op, result_of(o, op, 0), out);
}

/* Each group is normalised as if it were the one channel of a picture: instance norm. */
static void put_group_norm(Onnx *o, const FrozenOp *op, const char *out)
{
    char names[5][NAME];
    const char *const parts[] = {"groups", "ones", "zeros", "normal", "whole"};
    float *numbers = calloc((size_t)op->groups, sizeof *numbers);

    if (!numbers) {
        o->graph.failed = true;
        return;
    }
    for (int i = 0; i < 5; i++)
        strcpy(names[i], name_of(o, op->name, parts[i]));
    reshape(o, names[0], result_of(o, op, 0), 3, (int64_t[]){0, op->groups, -1});
    floats(o, names[2], 1, (int64_t[]){op->groups}, numbers);
    for (int i = 0; i < op->groups; i++)
        numbers[i] = 1;
    floats(o, names[1], 1, (int64_t[]){op->groups}, numbers);
    free(numbers);
    put_float(o, "epsilon", op->eps);
    node(o, "InstanceNormalization", names[3], 3, (const char *[]){names[0], names[1], names[2]});
    reshape(o, names[4], names[3], shape_is_vector(op->out) ? 2 : 4,
            (int64_t[]){-1, op->out.c, op->out.h, op->out.w});
    put_scaling(o, op, names[4], out);
}

static void put_act(Onnx *o, const FrozenOp *op, const char *out)
{
    static const char *const types[ACT_KINDS] = {[ACT_RELU] = "Relu",
                                                 [ACT_LEAKY_RELU] = "LeakyRelu",
                                                 [ACT_TANH] = "Tanh",
                                                 [ACT_SIGMOID] = "Sigmoid",
                                                 [ACT_SILU] = "Sigmoid"};
    const char *from = result_of(o, op, 0);
    char gate[NAME];

    strcpy(gate, name_of(o, op->name, "gate"));
    if (op->act.kind == ACT_LEAKY_RELU)
        put_float(o, "alpha", op->act.slope);
    node1(o, types[op->act.kind], op->act.kind == ACT_SILU ? gate : out, from);
    if (op->act.kind == ACT_SILU)
        node2(o, "Mul", out, from, gate);
}

/* The row of a class, whose number is cut to what there is and rounded. */
static void put_embedding(Onnx *o, const FrozenOp *op, const char *out)
{
    static const char *const parts[] = {"weight", "least", "most", "within",
                                        "round",  "flat",  "class"};
    char names[7][NAME];
    int64_t classes = (int64_t)(op->weights / (size_t)op->out.c);

    for (int i = 0; i < 7; i++)
        strcpy(names[i], name_of(o, op->name, parts[i]));
    floats(o, names[0], 2, (int64_t[]){classes, op->out.c}, op->weight);
    floats(o, names[1], 0, NULL, &(float){0});
    floats(o, names[2], 0, NULL, &(float){(float)(classes - 1)});
    node(o, "Clip", names[3], 3, (const char *[]){result_of(o, op, 0), names[1], names[2]});
    node1(o, "Round", names[4], names[3]);
    reshape(o, names[5], names[4], 1, (int64_t[]){-1});
    put_int(o, "to", DATA_INT64);
    node1(o, "Cast", names[6], names[5]);
    node2(o, "Gather", out, names[0], names[6]);
}

/* Where the grid's pixels lie in -1..1: (3, H*W), rows x, y, 1. */
static float *grid_new(const FrozenOp *op)
{
    int h = op->out.h, w = op->out.w;
    size_t n = (size_t)h * (size_t)w;
    float *grid = malloc(3 * n * sizeof *grid);

    for (size_t i = 0; grid && i < n; i++) {
        float x = (float)(i % (size_t)w), y = (float)(i / (size_t)w);
        bool ends = op->align_corners;
        grid[i] = ends ? w > 1 ? 2 * x / (float)(w - 1) - 1 : 0 : (2 * x + 1) / (float)w - 1;
        grid[n + i] = ends ? h > 1 ? 2 * y / (float)(h - 1) - 1 : 0 : (2 * y + 1) / (float)h - 1;
        grid[2 * n + i] = 1;
    }
    return grid;
}

static void put_sample(Onnx *o, const FrozenOp *op, const char *out)
{
    static const char *const parts[] = {"grid", "map", "sent", "turned", "places"};
    char names[5][NAME], x[NAME], y[NAME];
    int h = op->out.h, w = op->out.w;
    float *grid = grid_new(op);

    if (!grid) {
        o->graph.failed = true;
        return;
    }
    for (int i = 0; i < 5; i++)
        strcpy(names[i], name_of(o, op->name, parts[i]));
    floats(o, names[0], 2, (int64_t[]){3, (int64_t)h * w}, grid);
    free(grid);
    reshape(o, names[1], result_of(o, op, 1), 3, (int64_t[]){-1, 2, 3});
    node2(o, "MatMul", names[2], names[1], names[0]); /* (N,2,H*W) */
    put_ints(o, "perm", (int[]){0, 2, 1}, 3);
    node1(o, "Transpose", names[3], names[2]);
    reshape(o, names[4], names[3], 4, (int64_t[]){-1, h, w, 2});
    put_word(o, "mode", "bilinear");
    put_word(o, "padding_mode", "zeros");
    put_int(o, "align_corners", op->align_corners);
    const char *from = as_picture(o, op, x), *to = picture_name(op, out, y);
    node2(o, "GridSample", to, from, names[4]);
    from_picture(o, op, to, out);
}

static void put_pad(Onnx *o, const FrozenOp *op, const char *out)
{
    char x[NAME], y[NAME], pads[NAME];
    const char *from = as_picture(o, op, x), *to = picture_name(op, out, y);

    strcpy(pads, name_of(o, op->name, "pads"));
    wholes(o, pads, 8,
           (int64_t[]){0, 0, op->before[0], op->before[1], 0, 0, op->after[0], op->after[1]});
    node2(o, "Pad", to, from, pads);
    from_picture(o, op, to, out);
}

static void put_upsample(Onnx *o, const FrozenOp *op, const char *out)
{
    char x[NAME], y[NAME], scales[NAME];
    const char *from = as_picture(o, op, x), *to = picture_name(op, out, y);
    float factor = (float)op->factor;

    strcpy(scales, name_of(o, op->name, "scales"));
    floats(o, scales, 1, (int64_t[]){4}, (float[]){1, 1, factor, factor});
    put_word(o, "mode", "nearest");
    put_word(o, "coordinate_transformation_mode", "asymmetric");
    put_word(o, "nearest_mode", "floor");
    node(o, "Resize", to, 3, (const char *[]){from, "", scales});
    from_picture(o, op, to, out);
}

static void put_reshape(Onnx *o, const FrozenOp *op, const char *out)
{
    reshape(o, out, result_of(o, op, 0), shape_is_vector(op->out) ? 2 : 4,
            (int64_t[]){-1, op->out.c, op->out.h, op->out.w});
}

static void put_joint(Onnx *o, const FrozenOp *op, const char *out)
{
    const char *parts[NET_INPUTS];

    for (int i = 0; i < op->input_count; i++)
        parts[i] = result_of(o, op, i);
    if (op->kind == KIND_CONCAT)
        put_int(o, "axis", 1);
    node(o, op->kind == KIND_CONCAT ? "Concat" : "Add", out, op->input_count, parts);
}

/* y = (1 + gain) * x + shift; of a picture gain and shift are numbers of its channels. */
static void put_modulate(Onnx *o, const FrozenOp *op, const char *out)
{
    static const char *const parts[] = {"gain", "shift", "product", "sum"};
    const char *from = result_of(o, op, 0), *gain = result_of(o, op, 1),
               *shift = result_of(o, op, 2);
    char names[4][NAME];

    for (int i = 0; i < 4; i++)
        strcpy(names[i], name_of(o, op->name, parts[i]));
    if (!shape_is_vector(op->out)) {
        reshape(o, names[0], gain, 4, (int64_t[]){-1, op->out.c, 1, 1});
        reshape(o, names[1], shift, 4, (int64_t[]){-1, op->out.c, 1, 1});
        gain = names[0];
        shift = names[1];
    }
    node2(o, "Mul", names[2], from, gain);
    node2(o, "Add", names[3], from, names[2]);
    node2(o, "Add", out, names[3], shift);
}

/* At rest its means, which come first. */
static void put_gaussian(Onnx *o, const FrozenOp *op, const char *out)
{
    static const char *const parts[] = {"starts", "ends", "axes"};
    const int64_t numbers[] = {0, op->out.c, 1};
    char names[3][NAME];

    for (int i = 0; i < 3; i++) {
        strcpy(names[i], name_of(o, op->name, parts[i]));
        wholes(o, names[i], 1, &numbers[i]);
    }
    node(o, "Slice", out, 4, (const char *[]){result_of(o, op, 0), names[0], names[1], names[2]});
}

static void put_softmax(Onnx *o, const FrozenOp *op, const char *out)
{
    put_int(o, "axis", 1);
    node1(o, "Softmax", out, result_of(o, op, 0));
}

static void put_op(Onnx *o, const FrozenOp *op)
{
    static void (*const put[KINDS])(Onnx *, const FrozenOp *, const char *) = {
        [KIND_CONV2D] = put_conv,
        [KIND_CONV2D_TRANSPOSED] = put_conv,
        [KIND_DENSE] = put_dense,
        [KIND_POOL] = put_pool,
        [KIND_GLOBAL_POOL] = put_pool,
        [KIND_GROUP_NORM] = put_group_norm,
        [KIND_ACT] = put_act,
        [KIND_SOFTMAX] = put_softmax,
        [KIND_EMBEDDING] = put_embedding,
        [KIND_ADD] = put_joint,
        [KIND_CONCAT] = put_joint,
        [KIND_RESHAPE] = put_reshape,
        [KIND_PAD] = put_pad,
        [KIND_AFFINE_SAMPLE] = put_sample,
        [KIND_UPSAMPLE] = put_upsample,     [KIND_MODULATE] = put_modulate,
        [KIND_GAUSSIAN] = put_gaussian,     [KIND_BATCH_NORM] = put_norm,
    };
    char before[NAME];

    strcpy(before, name_of(o, op->name, "linear"));
    const char *out = op->relu ? before : op->name;
    if (op->kind == KIND_INPUT)
        return;
    assert(put[op->kind]); /* a new kind needs a line in the table */
    put[op->kind](o, op, out);
    if (op->relu)
        node1(o, "Relu", op->name, before);
}

/* ---- the model ---- */

static void value_info(Writer *graph, int field, const char *name, Shape shape)
{
    Writer info = {0}, type = {0}, tensor_type = {0}, shape_proto = {0};
    const int sizes[] = {0, shape.c, shape.h, shape.w};

    for (int i = 0; i < (shape_is_vector(shape) ? 2 : 4); i++) {
        Writer dim = {0};
        if (i)
            proto_whole(&dim, 1, sizes[i]);
        else
            proto_text(&dim, 2, "N");
        proto_message(&shape_proto, 1, &dim);
        writer_free(&dim);
    }
    proto_whole(&tensor_type, 1, DATA_FLOAT);
    proto_message(&tensor_type, 2, &shape_proto);
    proto_message(&type, 1, &tensor_type);
    proto_text(&info, 1, name);
    proto_message(&info, 2, &type);
    proto_message(graph, field, &info);
    writer_free(&shape_proto);
    writer_free(&tensor_type);
    writer_free(&type);
    writer_free(&info);
}

static void put_input(Onnx *o, const Model *m, int index)
{
    const FrozenOp *op = &o->f->ops[o->f->inputs[index]];

    value_info(&o->graph, GRAPH_INPUT, op->name, op->out);
    if (index || !o->scales)
        return;
    floats(o, "input.scale", 0, NULL, &m->scale);
    floats(o, "input.shift", 0, NULL, &m->shift);
    node2(o, "Mul", "input.product", op->name, "input.scale");
    node2(o, "Add", "input.scaled", "input.product", "input.shift");
}

static void put_output(Onnx *o, int index)
{
    const FrozenOp *op = &o->f->ops[o->f->outputs[index]];
    char shown[NAME];

    snprintf(shown, sizeof shown, "%s", net_output_name(o->f->net, index));
    for (int i = 0; i < o->f->count; i++) /* an op of the same name keeps it */
        if (strcmp(o->f->ops[i].name, shown) == 0)
            strcat(shown, ".output");
    node1(o, "Identity", shown, result_name(o, o->f->outputs[index]));
    value_info(&o->graph, GRAPH_OUTPUT, shown, op->out);
}

static void put_metadata(Writer *model, const char *key, const char *value)
{
    Writer entry = {0};

    proto_text(&entry, 1, key);
    proto_text(&entry, 2, value);
    proto_message(model, MODEL_METADATA, &entry);
    writer_free(&entry);
}

static int opset_of(const Frozen *f)
{
    for (int i = 0; i < f->count; i++)
        if (f->ops[i].kind == KIND_AFFINE_SAMPLE)
            return 16;
    return 13;
}

static void put_graph(Onnx *o, const Model *m)
{
    proto_text(&o->graph, GRAPH_NAME, m->name[0] ? m->name : "scrawl");
    for (int i = 0; i < o->f->input_count; i++)
        put_input(o, m, i);
    for (int i = 0; i < o->f->count; i++)
        put_op(o, &o->f->ops[i]);
    for (int i = 0; i < o->f->output_count; i++)
        put_output(o, i);
    if (o->tensors.failed)
        o->graph.failed = true;
    writer_put(&o->graph, o->tensors.bytes, o->tensors.size);
}

static int put_model(Writer *out, const Model *m, const Frozen *f, Err *e)
{
    Onnx o = {.f = f, .scales = model_takes_picture(m)};
    Writer opset = {0};
    About about = {0};
    int code = about_write(m, &about, e);

    put_graph(&o, m);
    proto_whole(out, MODEL_IR_VERSION, 8);
    proto_text(out, MODEL_PRODUCER, "scrawl");
    proto_text(out, MODEL_PRODUCER_VERSION, SCRAWL_VERSION);
    proto_message(out, MODEL_GRAPH, &o.graph);
    proto_text(&opset, 1, "");
    proto_whole(&opset, 2, opset_of(f));
    proto_message(out, MODEL_OPSET, &opset);
    for (int i = 0; i < about.count; i++)
        put_metadata(out, about.keys[i], about.texts[i]);
    about_free(&about);
    writer_free(&opset);
    writer_free(&o.graph);
    writer_free(&o.tensors);
    if (!code && out->failed)
        code = err_set(e, ERR_MEMORY, "no memory for the file");
    return code;
}

uint8_t *onnx_encode(const Model *m, const Frozen *f, const Quantized *q, size_t *size, Err *e)
{
    Writer out = {0};

    (void)q; /* convert.c asks for none */
    if (put_model(&out, m, f, e)) {
        writer_free(&out);
        return NULL;
    }
    *size = out.size;
    return out.bytes;
}
