#include "model/keras.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "model/about.h"
#include "model/channels_last.h"
#include "model/frozen.h"

enum { NAME = NET_NAME + 16 };

typedef struct Keras {
    const Net *net;
    json_t *layers;
    const ChannelsLast *order;
    bool failed; /* memory */
} Keras;

/* ---- layers ---- */

/* Appends a layer that reads those named; `config` is taken over and gets the name. */
static void put_layer(Keras *k, const char *class_name, const char *name, json_t *config,
                      int inputs, const char *const *names)
{
    json_t *nodes = json_array();

    for (int i = 0; i < inputs; i++)
        json_array_append_new(nodes, json_pack("[s, i, i, {}]", names[i], 0, 0));
    json_object_set_new(config, "name", json_string(name));
    json_t *layer =
        json_pack("{s:s, s:o, s:s, s:o}", "class_name", class_name, "config", config, "name", name,
                  "inbound_nodes", inputs ? json_pack("[o]", nodes) : json_array());
    if (!inputs)
        json_decref(nodes);
    if (json_array_append_new(k->layers, layer))
        k->failed = true;
}

static void put_layer1(Keras *k, const char *class_name, const char *name, json_t *config,
                       const char *input)
{
    put_layer(k, class_name, name, config, 1, &input);
}

static json_t *pair(const int *values)
{
    return json_pack("[i, i]", values[0], values[1]);
}

static json_t *sides(const int *before, const int *after)
{
    return json_pack("[[i, i], [i, i]]", before[0], after[0], before[1], after[1]);
}

static const char *input_name(const Keras *k, const OpInfo *op, int index)
{
    return net_op(k->net, op->inputs[index]).name;
}

static Shape input_shape(const Keras *k, const OpInfo *op)
{
    return net_op(k->net, op->inputs[0]).out;
}

/* The name of a layer that an op needs besides its own. */
static const char *helper(char out[NAME], const OpInfo *op, const char *part)
{
    snprintf(out, NAME, "%s.%s", op->name, part);
    return out;
}

static void put_reshape(Keras *k, const char *name, Shape to, const char *input)
{
    json_t *shape =
        shape_is_vector(to) ? json_pack("[i]", to.c) : json_pack("[i, i, i]", to.h, to.w, to.c);

    put_layer1(k, "Reshape", name, json_pack("{s:o}", "target_shape", shape), input);
}

/* The op's first input as a picture. */
static const char *as_picture(Keras *k, const OpInfo *op, char out[NAME])
{
    Shape in = input_shape(k, op);

    if (!shape_is_vector(in))
        return input_name(k, op, 0);
    put_layer1(k, "Reshape", helper(out, op, "picture"),
               json_pack("{s:[i, i, i]}", "target_shape", 1, 1, in.c), input_name(k, op, 0));
    return out;
}

/* Where a layer that makes pictures puts its result, and what makes a vector of it. */
static const char *picture_name(const OpInfo *op, char out[NAME])
{
    return shape_is_vector(op->out) ? helper(out, op, "pixel") : op->name;
}

static void from_picture(Keras *k, const OpInfo *op, const char *picture)
{
    if (picture != op->name)
        put_layer1(k, "Flatten", op->name, json_object(), picture);
}

/* ---- windows ---- */

static int keras_same(int size, int kernel, int stride, int *before, int *after)
{
    int out = (size + stride - 1) / stride, total = (out - 1) * stride + kernel - size;

    *before = total > 0 ? total / 2 : 0;
    *after = total > 0 ? total - total / 2 : 0;
    return out;
}

/* Whether Keras' "same" pads as this window does. */
static bool is_same(const FrozenOp *w, Shape in, Shape out)
{
    int before[2], after[2];

    return keras_same(in.h, w->kernel[0], w->stride[0], &before[0], &after[0]) == out.h &&
           keras_same(in.w, w->kernel[1], w->stride[1], &before[1], &after[1]) == out.w &&
           memcmp(before, w->before, sizeof before) == 0 &&
           memcmp(after, w->after, sizeof after) == 0;
}

static bool is_unpadded(const FrozenOp *w)
{
    return !w->before[0] && !w->before[1] && !w->after[0] && !w->after[1];
}

/* "valid" or "same", with zeros put round the input where it is neither. */
static const char *padding_of(Keras *k, const OpInfo *op, const FrozenOp *w, const char **input,
                              char name[NAME])
{
    if (is_unpadded(w))
        return "valid";
    if (is_same(w, input_shape(k, op), op->out))
        return "same";
    put_layer1(k, "ZeroPadding2D", helper(name, op, "pad"),
               json_pack("{s:o}", "padding", sides(w->before, w->after)), *input);
    *input = name;
    return "valid";
}

static json_t *conv_config(const OpInfo *op, const FrozenOp *w, const char *padding, bool bias)
{
    return json_pack("{s:i, s:o, s:o, s:s, s:s, s:s, s:b}", "filters", op->out.c, "kernel_size",
                     pair(w->kernel), "strides", pair(w->stride), "padding", padding, "data_format",
                     "channels_last", "activation", "linear", "use_bias", bias);
}

static void put_conv(Keras *k, int id, const OpInfo *op)
{
    char padded[NAME], pixel[NAME], picture[NAME];
    const Conv *spec = net_spec(k->net, id);
    const char *input = as_picture(k, op, picture), *to = picture_name(op, pixel);
    FrozenOp w;

    frozen_window(k->net, id, &w);
    const char *padding = padding_of(k, op, &w, &input, padded);
    put_layer1(k, "Conv2D", to, conv_config(op, &w, padding, !spec->no_bias), input);
    from_picture(k, op, to);
}

/* Keras crops nothing of its own accord: what padding cuts off is a layer. The name stays with the
 * convolution, which has the weights. */
static void put_conv_transposed(Keras *k, int id, const OpInfo *op)
{
    char whole[NAME], pixel[NAME], picture[NAME];
    const Conv *spec = net_spec(k->net, id);
    const char *input = as_picture(k, op, picture), *to = picture_name(op, pixel);
    FrozenOp w;

    frozen_window(k->net, id, &w);
    bool crops = !spec->same && spec->pad > 0;
    put_layer1(k, "Conv2DTranspose", crops ? helper(whole, op, "whole") : to,
               conv_config(op, &w, spec->same ? "same" : "valid", !spec->no_bias), input);
    if (crops)
        put_layer1(k, "Cropping2D", to, json_pack("{s:o}", "cropping", sides(w.before, w.after)),
                   whole);
    from_picture(k, op, to);
}

static void put_pool(Keras *k, int id, const OpInfo *op)
{
    char padded[NAME], pixel[NAME], picture[NAME];
    const char *input = as_picture(k, op, picture), *to = picture_name(op, pixel);
    bool max = ((const Pool *)net_spec(k->net, id))->kind == POOL_MAX;
    FrozenOp w;

    frozen_window(k->net, id, &w);
    const char *padding = padding_of(k, op, &w, &input, padded);
    put_layer1(k, max ? "MaxPooling2D" : "AveragePooling2D", to,
               json_pack("{s:o, s:o, s:s, s:s}", "pool_size", pair(w.kernel), "strides",
                         pair(w.stride), "padding", padding, "data_format", "channels_last"),
               input);
    from_picture(k, op, to);
}

/* ---- the other kinds ---- */

static void put_input(Keras *k, int id, const OpInfo *op)
{
    Shape s = op->out;
    json_t *shape =
        shape_is_vector(s) ? json_pack("[n, i]", s.c) : json_pack("[n, i, i, i]", s.h, s.w, s.c);

    (void)id;
    put_layer(k, "InputLayer", op->name,
              json_pack("{s:o, s:s, s:b, s:b}", "batch_input_shape", shape, "dtype", "float32",
                        "sparse", 0, "ragged", 0),
              0, NULL);
}

static void put_dense(Keras *k, int id, const OpInfo *op)
{
    char flat[NAME];
    const Dense *spec = net_spec(k->net, id);
    const char *input = input_name(k, op, 0);

    if (!shape_is_vector(input_shape(k, op))) {
        put_layer1(k, "Flatten", helper(flat, op, "flat"), json_object(), input);
        input = flat;
    }
    put_layer1(k, "Dense", op->name,
               json_pack("{s:i, s:s, s:b}", "units", op->out.c, "activation", "linear", "use_bias",
                         !spec->no_bias),
               input);
}

static void put_global_pool(Keras *k, int id, const OpInfo *op)
{
    char picture[NAME];
    bool max = *(const PoolKind *)net_spec(k->net, id) == POOL_MAX;

    put_layer1(k, max ? "GlobalMaxPooling2D" : "GlobalAveragePooling2D", op->name,
               json_pack("{s:s}", "data_format", "channels_last"), as_picture(k, op, picture));
}

static void put_batch_norm(Keras *k, int id, const OpInfo *op)
{
    const Norm *spec = net_spec(k->net, id);
    double momentum = spec->momentum > 0 ? (double)spec->momentum : 0.1;

    put_layer1(k, "BatchNormalization", op->name,
               json_pack("{s:[i], s:f, s:f, s:b, s:b}", "axis", shape_is_vector(op->out) ? 1 : 3,
                         "momentum", 1 - momentum, "epsilon",
                         spec->eps > 0 ? (double)spec->eps : 1e-5, "center", 1, "scale", 1),
               input_name(k, op, 0));
}

/* Keras has it from 2.11 on. */
static void put_group_norm(Keras *k, int id, const OpInfo *op)
{
    const Norm *spec = net_spec(k->net, id);

    put_layer1(k, "GroupNormalization", op->name,
               json_pack("{s:i, s:i, s:f, s:b, s:b}", "groups", spec->groups, "axis", -1, "epsilon",
                         spec->eps > 0 ? (double)spec->eps : 1e-5, "center", 1, "scale", 1),
               input_name(k, op, 0));
}

static void put_act(Keras *k, int id, const OpInfo *op)
{
    static const char *const names[ACT_KINDS] = {
        [ACT_RELU] = "relu", [ACT_TANH] = "tanh", [ACT_SIGMOID] = "sigmoid", [ACT_SILU] = "swish"};
    const Act *act = net_spec(k->net, id);

    if (act->kind == ACT_LEAKY_RELU)
        put_layer1(k, "LeakyReLU", op->name,
                   json_pack("{s:f}", "alpha", act->slope != 0 ? (double)act->slope : 0.01),
                   input_name(k, op, 0));
    else
        put_layer1(k, "Activation", op->name, json_pack("{s:s}", "activation", names[act->kind]),
                   input_name(k, op, 0));
}

static void put_softmax(Keras *k, int id, const OpInfo *op)
{
    (void)id;
    put_layer1(k, "Activation", op->name, json_pack("{s:s}", "activation", "softmax"),
               input_name(k, op, 0));
}

static void put_dropout(Keras *k, int id, const OpInfo *op)
{
    put_layer1(k, "Dropout", op->name,
               json_pack("{s:f}", "rate", (double)*(const float *)net_spec(k->net, id)),
               input_name(k, op, 0));
}

static void put_embedding(Keras *k, int id, const OpInfo *op)
{
    char row[NAME];
    const Embedding *spec = net_spec(k->net, id);

    put_layer1(k, "Embedding", helper(row, op, "row"),
               json_pack("{s:i, s:i, s:i, s:b}", "input_dim", spec->classes, "output_dim",
                         spec->units, "input_length", 1, "mask_zero", 0),
               input_name(k, op, 0));
    put_layer1(k, "Flatten", op->name, json_object(), row);
}

static void put_joint(Keras *k, int id, const OpInfo *op)
{
    const char *names[NET_INPUTS];

    (void)id;
    for (int i = 0; i < op->input_count; i++)
        names[i] = input_name(k, op, i);
    put_layer(k, op->kind == KIND_ADD ? "Add" : "Concatenate", op->name,
              op->kind == KIND_ADD ? json_object() : json_pack("{s:i}", "axis", -1),
              op->input_count, names);
}

static void put_reshaped(Keras *k, int id, const OpInfo *op)
{
    (void)id;
    if (shape_is_vector(op->out))
        put_layer1(k, "Flatten", op->name, json_object(), input_name(k, op, 0));
    else
        put_reshape(k, op->name, op->out, input_name(k, op, 0));
}

static void put_pad(Keras *k, int id, const OpInfo *op)
{
    char picture[NAME], pixel[NAME];
    const int *pad = net_spec(k->net, id);
    const char *to = picture_name(op, pixel);

    put_layer1(
        k, "ZeroPadding2D", to,
        json_pack("{s:o, s:s}", "padding", sides(pad, pad + 2), "data_format", "channels_last"),
        as_picture(k, op, picture));
    from_picture(k, op, to);
}

static void put_upsample(Keras *k, int id, const OpInfo *op)
{
    char picture[NAME], pixel[NAME];
    int factor = *(const int *)net_spec(k->net, id);
    const char *to = picture_name(op, pixel);

    put_layer1(k, "UpSampling2D", to,
               json_pack("{s:[i, i], s:s, s:s}", "size", factor, factor, "data_format",
                         "channels_last", "interpolation", "nearest"),
               as_picture(k, op, picture));
    from_picture(k, op, to);
}

/* At rest its means, which come first: Keras can cut a row off. */
static void put_gaussian(Keras *k, int id, const OpInfo *op)
{
    char row[NAME], means[NAME];
    int inputs = input_shape(k, op).c;

    (void)id;
    put_layer1(k, "Reshape", helper(row, op, "row"),
               json_pack("{s:[i, i]}", "target_shape", inputs, 1), input_name(k, op, 0));
    put_layer1(k, "Cropping1D", helper(means, op, "means"),
               json_pack("{s:[i, i]}", "cropping", 0, inputs - op->out.c), row);
    put_layer1(k, "Flatten", op->name, json_object(), means);
}

/* y = x + gain*x + shift, in layers that stretch (1,1,C) over a picture. */
static void put_modulate(Keras *k, int id, const OpInfo *op)
{
    char names[3][NAME];
    const char *parts[] = {input_name(k, op, 0), input_name(k, op, 1), input_name(k, op, 2)};

    (void)id;
    for (int i = 1; i < 3 && !shape_is_vector(op->out); i++) {
        put_layer1(k, "Reshape", helper(names[i], op, i == 1 ? "gain" : "shift"),
                   json_pack("{s:[i, i, i]}", "target_shape", 1, 1, op->out.c), parts[i]);
        parts[i] = names[i];
    }
    put_layer(k, "Multiply", helper(names[0], op, "product"), json_object(), 2, parts);
    put_layer(k, "Add", op->name, json_object(), 3, (const char *[]){parts[0], names[0], parts[2]});
}

/* Keras has no such layer: docs/formats.md holds one of this name for it. */
static void put_sample(Keras *k, int id, const OpInfo *op)
{
    put_layer(k, "AffineSample", op->name,
              json_pack("{s:b}", "align_corners", *(const bool *)net_spec(k->net, id)), 2,
              (const char *[]){input_name(k, op, 0), input_name(k, op, 1)});
}

typedef void PutOp(Keras *k, int id, const OpInfo *op);

static PutOp *const put[KINDS] = {
    [KIND_INPUT] = put_input,
    [KIND_CONV2D] = put_conv,
    [KIND_CONV2D_TRANSPOSED] = put_conv_transposed,
    [KIND_DENSE] = put_dense,
    [KIND_POOL] = put_pool,
    [KIND_GLOBAL_POOL] = put_global_pool,
    [KIND_BATCH_NORM] = put_batch_norm,
    [KIND_GROUP_NORM] = put_group_norm,
    [KIND_ACT] = put_act,
    [KIND_SOFTMAX] = put_softmax,
    [KIND_DROPOUT] = put_dropout,
    [KIND_EMBEDDING] = put_embedding,
    [KIND_ADD] = put_joint,
    [KIND_CONCAT] = put_joint,
    [KIND_RESHAPE] = put_reshaped,
    [KIND_PAD] = put_pad,
    [KIND_UPSAMPLE] = put_upsample,
    [KIND_AFFINE_SAMPLE] = put_sample,
    [KIND_MODULATE] = put_modulate,
    [KIND_GAUSSIAN] = put_gaussian,
};

/* ---- what cannot be said ---- */

/* Zeros put round a picture are no padding for a pooling, except before a maximum over numbers that
 * are never below zero; a transposed convolution whose stride is larger than its kernel is longer in
 * Keras. */
static bool fits(const Net *net, int id)
{
    OpInfo op = net_op(net, id);
    FrozenOp w;

    if (!put[op.kind])
        return false;
    if (op.kind == KIND_CONV2D_TRANSPOSED) {
        const Conv *spec = net_spec(net, id);
        frozen_window(net, id, &w);
        return spec->same || (w.kernel[0] >= w.stride[0] && w.kernel[1] >= w.stride[1]);
    }
    if (op.kind != KIND_POOL)
        return true;
    frozen_window(net, id, &w);
    OpInfo in = net_op(net, op.inputs[0]);
    bool positive =
        in.kind == KIND_ACT && ((const Act *)net_spec(net, op.inputs[0]))->kind == ACT_RELU;
    return is_unpadded(&w) || is_same(&w, in.out, op.out) ||
           (positive && ((const Pool *)net_spec(net, id))->kind == POOL_MAX);
}

static int check_net(const Net *net, Err *e)
{
    for (int i = 0; i < net_op_count(net); i++)
        if (!fits(net, i))
            return err_set(e, ERR_UNSUPPORTED, "Keras cannot hold the layer '%s' (%s%s)",
                           net_op(net, i).name, kind_name(net_op(net, i).kind),
                           put[net_op(net, i).kind] ? ", padded or stepped as it is" : "");
    return 0;
}

/* ---- the architecture ---- */

static json_t *ends(const Net *net, bool outputs)
{
    json_t *list = json_array();

    for (int i = 0; i < (outputs ? net_output_count(net) : net_input_count(net)); i++) {
        Node node = outputs ? net_output_node(net, i) : net_input_node(net, i);
        json_array_append_new(list, json_pack("[s, i, i]", net_op(net, node.id).name, 0, 0));
    }
    return list;
}

static json_t *model_config(const Model *m, const ChannelsLast *order, Err *e)
{
    Keras k = {.net = m->net, .layers = json_array(), .order = order};

    for (int i = 0; i < net_op_count(m->net); i++) {
        OpInfo op = net_op(m->net, i);
        put[op.kind](&k, i, &op);
    }
    json_t *config =
        json_pack("{s:s, s:{s:s, s:o, s:o, s:o}}", "class_name", "Functional", "config", "name",
                  m->name[0] ? m->name : "scrawl", "layers", k.layers, "input_layers",
                  ends(m->net, false), "output_layers", ends(m->net, true));
    if (!config || k.failed) {
        json_decref(config);
        err_set(e, ERR_MEMORY, "no memory for the architecture, or a name that is not UTF-8");
        return NULL;
    }
    return config;
}

/* What about.h lists, and the outputs' names. */
static json_t *about_new(const Model *m, Err *e)
{
    char *text = about_json(m, e);
    json_t *about = text ? json_loads(text, 0, NULL) : NULL, *outputs = json_array();

    free(text);
    for (int i = 0; i < net_output_count(m->net); i++)
        json_array_append_new(outputs, json_string(net_output_name(m->net, i)));
    json_object_set_new(about, "outputs", outputs);
    return about;
}

static char *text_of(const json_t *value, Err *e)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;

    if (!text)
        err_set(e, ERR_MEMORY, "no memory for JSON");
    return text;
}

/* ---- the weights ---- */

static void put_numbers(Writer *w, const char *folder, const char *layer, const char *name,
                        const WeightOrder *order, bool weights, int dims, const size_t *shape,
                        const float *ours, size_t count)
{
    char path[HDF5_PATH];
    float *theirs = malloc((count + 1) * sizeof *theirs);

    if (!theirs || !ours) {
        w->failed = true;
        free(theirs);
        return;
    }
    for (size_t i = 0; i < count; i++)
        theirs[i] = ours[weights ? weight_place(order, i) : bias_place(order, i)];
    snprintf(path, sizeof path, "%s%s/%s/%s", folder, layer, layer, name);
    hdf5_put_array(w, path, dims, shape, theirs);
    free(theirs);
}

static const char *const norm_names[4] = {"gamma:0", "beta:0", "moving_mean:0",
                                          "moving_variance:0"};
static const char *const norm_params[4] = {"weight", "bias", "running_mean", "running_var"};

/* Writes the arrays of an op and fills `names` with theirs. Returns how many. */
static size_t put_weights(Writer *w, const Keras *k, int id, const char *folder, const char *layer,
                          const char *names[4], Err *e)
{
    OpInfo op = net_op(k->net, id);
    WeightOrder o = weight_order(k->order, k->net, id);
    bool norm = op.kind == KIND_BATCH_NORM || op.kind == KIND_GROUP_NORM,
         embeds = op.kind == KIND_EMBEDDING;
    size_t outputs = (size_t)o.outputs, inputs = (size_t)o.inputs, found = 0;
    size_t ky = (size_t)o.kernel[0], kx = (size_t)o.kernel[1];
    const size_t conv[] = {ky, kx, inputs, outputs}, transposed[] = {ky, kx, outputs, inputs};
    const size_t *shape = op.kind == KIND_CONV2D              ? conv
                          : op.kind == KIND_CONV2D_TRANSPOSED ? transposed
                                                              : conv + 2;

    for (int i = 0; i < (norm ? 4 : 2); i++) {
        size_t count;
        float *ours = layer_numbers(k->net, op.name, norm_params[i], &count, e);
        bool weights = i == 0 && !norm;
        if (!ours)
            continue;
        names[found] = norm       ? norm_names[i]
                       : !weights ? "bias:0"
                       : embeds   ? "embeddings:0"
                                  : "kernel:0";
        put_numbers(w, folder, layer, names[found], &o, weights,
                    weights ? shape == conv + 2 ? 2 : 4 : 1, weights ? shape : &outputs, ours,
                    count);
        free(ours);
        found++;
    }
    return found;
}

static bool has_weights(Kind kind)
{
    return kind == KIND_CONV2D || kind == KIND_CONV2D_TRANSPOSED || kind == KIND_DENSE ||
           kind == KIND_BATCH_NORM || kind == KIND_GROUP_NORM || kind == KIND_EMBEDDING;
}

/* The op whose weights a layer has: the one it is named after, or is part of. */
static int owner_of(const Keras *k, const json_t *layer)
{
    static const char *const classes[] = {
        "Conv2D",   "Conv2DTranspose", "Dense", "BatchNormalization", "GroupNormalization",
        "Embedding"};
    const char *name = json_string_value(json_object_get(layer, "name"));
    const char *class_name = json_string_value(json_object_get(layer, "class_name"));
    bool weights = false;

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        weights |= strcmp(class_name, classes[i]) == 0;
    for (int i = 0; weights && i < net_op_count(k->net); i++) {
        OpInfo op = net_op(k->net, i);
        size_t length = strlen(op.name);
        if (has_weights(op.kind) && strncmp(name, op.name, length) == 0 &&
            (!name[length] || strcmp(name + length, ".row") == 0 ||
             strcmp(name + length, ".whole") == 0 || strcmp(name + length, ".pixel") == 0))
            return i;
    }
    return -1;
}

/* Every layer's group, also of those without weights, in the order of the model. */
static int put_all_weights(Writer *w, const Keras *k, const char *group, Err *e)
{
    size_t count = json_array_size(k->layers);
    const char **layers = calloc(count + 1, sizeof *layers);
    char folder[NAME], path[HDF5_PATH];
    Err why = {0};

    if (!layers)
        return err_set(e, ERR_MEMORY, "no memory for %zu layers", count);
    snprintf(folder, sizeof folder, "%s%s", group, *group ? "/" : "");
    for (size_t i = 0; i < count; i++) {
        const json_t *layer = json_array_get(k->layers, i);
        const char *names[4], *paths[4];
        char texts[4][2 * NAME];
        int owner = owner_of(k, layer);
        layers[i] = json_string_value(json_object_get(layer, "name"));
        size_t n = owner < 0 ? 0 : put_weights(w, k, owner, folder, layers[i], names, &why);
        for (size_t j = 0; j < n; j++) {
            snprintf(texts[j], sizeof texts[j], "%s/%s", layers[i], names[j]);
            paths[j] = texts[j];
        }
        snprintf(path, sizeof path, "%s%s", folder, layers[i]);
        hdf5_put_texts(w, path, "weight_names", paths, n);
    }
    hdf5_put_texts(w, group, "layer_names", layers, count);
    hdf5_put_text(w, group, "backend", "tensorflow");
    hdf5_put_text(w, group, "keras_version", "2.7.0");
    free(layers);
    return why.code ? err_set(e, why.code, "%s", why.text) : 0;
}

/* ---- the files ---- */

char *keras_weights_path(const char *json_path)
{
    size_t length = strlen(json_path) - strlen(file_ending(json_path));
    char *path = malloc(length + 3);

    if (path)
        sprintf(path, "%.*sh5", (int)length, json_path);
    return path;
}

/* A whole model is not to be lost to the weights of a .json beside it. */
static int spare_model(const char *weights, Err *e)
{
    Hdf5 *h = file_exists(weights) ? hdf5_open(weights, NULL) : NULL;
    bool whole = h && hdf5_text(h, "", "model_config");

    hdf5_free(h);
    return whole ? err_set(e, ERR_ARGUMENT, "%s: a whole model, which the weights of a .json would replace; choose another name",
                           weights)
                 : 0;
}

/* The architecture and, beside it, the weights: these first, so that what is new is whole. */
static int save_json(const char *path, json_t *config, json_t *about, const Keras *k, Err *e)
{
    Writer w = {0};
    char *weights = keras_weights_path(path), *text = NULL;
    int code = weights ? spare_model(weights, e) : -ERR_MEMORY;

    if (!code)
        code = put_all_weights(&w, k, "", e);
    json_object_set_new(config, "keras_version", json_string("2.7.0"));
    json_object_set_new(config, "backend", json_string("tensorflow"));
    json_object_set(config, "scrawl", about);
    if (!code && !(text = text_of(config, e)))
        code = -ERR_MEMORY;
    if (!code)
        code = hdf5_save(&w, weights, e);
    if (!code)
        code = file_write(path, text, strlen(text), e);
    writer_free(&w);
    free(weights);
    free(text);
    return code;
}

static int save_h5(const char *path, const json_t *config, const json_t *about, const Keras *k,
                   Err *e)
{
    Writer w = {0};
    char *text = text_of(config, e), *about_text = text_of(about, e);
    int code = text && about_text ? 0 : -ERR_MEMORY;

    if (!code) {
        hdf5_put_text(&w, "", "keras_version", "2.7.0");
        hdf5_put_text(&w, "", "backend", "tensorflow");
        hdf5_put_text(&w, "", "model_config", text);
        hdf5_put_text(&w, "", "scrawl", about_text);
        code = put_all_weights(&w, k, "model_weights", e);
    }
    if (!code)
        code = hdf5_save(&w, path, e);
    writer_free(&w);
    free(text);
    free(about_text);
    return code;
}

int keras_save(const Model *m, const char *path, ModelPrecision precision, Err *e)
{
    bool json = strcasecmp(file_ending(path), "json") == 0;
    json_t *config = NULL, *about = NULL;
    ChannelsLast *order = NULL;
    int code = precision == MODEL_F32
                   ? check_net(m->net, e)
                   : err_set(e, ERR_UNSUPPORTED, "Keras' files are written in single precision");

    if (!code && !(order = channels_last_new(m->net, "Keras", e)))
        code = -ERR_UNSUPPORTED;
    if (!code && (!(about = about_new(m, e)) || !(config = model_config(m, order, e))))
        code = -ERR_MEMORY;
    if (code) {
        err_prefix(e, "%s", path);
    } else {
        Keras k = {.net = m->net,
                   .layers = json_object_get(json_object_get(config, "config"), "layers"),
                   .order = order};
        code = json ? save_json(path, config, about, &k, e) : save_h5(path, config, about, &k, e);
    }
    json_decref(config);
    json_decref(about);
    channels_last_free(order);
    return code;
}
