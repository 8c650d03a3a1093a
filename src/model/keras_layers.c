#include "model/keras_layers.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"
#include "model/text.h"

/* ---- values of a config ---- */

/* Says that a layer is what scrawl has not, and why. */
static int unsupported(KerasReading *r, const KerasLayer *l, const char *what)
{
    return err_set(r->e, ERR_UNSUPPORTED, "layer '%s' (%s): %s", l->name, l->class_name, what);
}

static int nonsense(KerasReading *r, const KerasLayer *l, const char *key)
{
    return err_set(r->e, ERR_FORMAT, "layer '%s' (%s): its '%s' is missing or makes no sense",
                   l->name, l->class_name, key);
}

static bool to_int(const json_t *value, int *out)
{
    json_int_t v = json_integer_value(value);

    if (!json_is_integer(value) || v < 0 || v > 1 << 24)
        return false;
    *out = (int)v;
    return true;
}

static bool get_int(const KerasLayer *l, const char *key, int *out)
{
    return to_int(json_object_get(l->config, key), out);
}

/* Two numbers, or one that stands for both. */
static bool to_pair(const json_t *value, int out[2])
{
    if (json_is_array(value))
        return json_array_size(value) == 2 && to_int(json_array_get(value, 0), &out[0]) &&
               to_int(json_array_get(value, 1), &out[1]);
    return to_int(value, &out[0]) && to_int(value, &out[1]);
}

/* A missing value is 1,1, as strides and dilations have it. */
static bool get_pair(const KerasLayer *l, const char *key, int out[2])
{
    const json_t *value = json_object_get(l->config, key);

    out[0] = out[1] = 1;
    return !value || json_is_null(value) || to_pair(value, out);
}

/* ((top, bottom), (left, right)), (vertical, horizontal) or one number. */
static bool get_sides(const KerasLayer *l, const char *key, int before[2], int after[2])
{
    const json_t *value = json_object_get(l->config, key);
    int both[2];

    for (int i = 0; i < 2; i++) {
        const json_t *side = json_is_array(value) ? json_array_get(value, (size_t)i) : value;
        if (!to_pair(side, both))
            return false;
        before[i] = both[0];
        after[i] = both[1];
    }
    return true;
}

static float get_float(const KerasLayer *l, const char *key, float usual)
{
    const json_t *value = json_object_get(l->config, key);

    return json_is_number(value) ? (float)json_number_value(value) : usual;
}

static bool get_bool(const KerasLayer *l, const char *key, bool usual)
{
    const json_t *value = json_object_get(l->config, key);

    return json_is_boolean(value) ? json_is_true(value) : usual;
}

static const char *get_text(const KerasLayer *l, const char *key, const char *usual)
{
    const char *text = json_string_value(json_object_get(l->config, key));

    return text ? text : usual;
}

/* "relu", also where Keras wrote it as an object. */
static const char *activation_of(const KerasLayer *l)
{
    const json_t *value = json_object_get(l->config, "activation");
    const char *name =
        json_string_value(json_is_object(value) ? json_object_get(value, "config") : value);

    if (json_is_object(value) && !name)
        name = json_string_value(json_object_get(value, "class_name"));
    return !value || json_is_null(value) ? "linear" : name ? name : "?";
}

/* ---- what a layer reads ---- */

Node keras_layer_node(KerasReading *r, KerasLayer *l)
{
    if (l->softmax) {
        l->node = net_softmax(r->g->net, l->node);
        l->softmax = false;
    }
    return l->node;
}

static KerasLayer *input(KerasReading *r, const KerasLayer *l, int index)
{
    return &r->layers[l->inputs[index]];
}

static Node input_node(KerasReading *r, const KerasLayer *l, int index)
{
    return keras_layer_node(r, input(r, l, index));
}

static Shape shape_of(const KerasReading *r, Node node)
{
    return net_op(r->g->net, node.id).out;
}

/* The one input, of this rank; negative, and the sentence, where it is another. */
static int want_rank(KerasReading *r, const KerasLayer *l, int rank)
{
    if (input(r, l, 0)->rank == rank)
        return 0;
    return unsupported(r, l,
                       rank == 4 ? "it reads what is no picture of channels last"
                                 : "it reads what is no flat vector");
}

static int want_channels_last(KerasReading *r, const KerasLayer *l)
{
    if (strcmp(get_text(l, "data_format", "channels_last"), "channels_last") != 0)
        return unsupported(r, l, "channels first is not read");
    return 0;
}

/* ---- weights ---- */

static int add_weights(KerasReading *r, const KerasLayer *l, const char *const *params, int count,
                       bool missing_gain)
{
    KerasGraph *g = r->g;
    KerasWeights *more = realloc(g->weights, (size_t)(g->weight_count + 1) * sizeof *more);

    if (!more)
        return err_set(r->e, ERR_MEMORY, "no memory for %d layers", g->weight_count + 1);
    g->weights = more;
    KerasWeights *w = &more[g->weight_count++];
    *w = (KerasWeights){.op = l->node.id, .count = count, .missing_gain = missing_gain};
    strcpy(w->layer, l->name);
    for (int i = 0; i < count; i++)
        w->params[i] = params[i];
    return 0;
}

static int add_kernel(KerasReading *r, const KerasLayer *l, bool bias)
{
    return l->node.id < 0
               ? 0
               : add_weights(r, l, (const char *const[]){"weight", "bias"}, bias ? 2 : 1, false);
}

/* ---- activations ---- */

static int apply_activation(KerasReading *r, KerasLayer *l, const char *name)
{
    static const struct {
        const char *name;
        ActKind kind;
    } acts[] = {{"relu", ACT_RELU},
                {"tanh", ACT_TANH},
                {"sigmoid", ACT_SIGMOID},
                {"swish", ACT_SILU},
                {"silu", ACT_SILU}};
    Net *net = r->g->net;

    if (strcmp(name, "linear") == 0)
        return 0;
    if (strcmp(name, "softmax") == 0) {
        l->softmax = true;
        return l->rank == 3 ? unsupported(r, l, "a softmax of what is no vector") : 0;
    }
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(name, acts[i].name) == 0) {
            l->node = net_act(net, l->node, acts[i].kind);
            return 0;
        }
    return err_set(r->e, ERR_UNSUPPORTED, "layer '%s' (%s): the activation '%.40s' is not known",
                   l->name, l->class_name, text_is_plain(name) ? name : "?");
}

static int read_activation(KerasReading *r, KerasLayer *l)
{
    l->node = input_node(r, l, 0);
    return apply_activation(r, l, activation_of(l));
}

static int leak(KerasReading *r, KerasLayer *l, float slope)
{
    if (!isfinite(slope))
        return nonsense(r, l, "alpha");
    l->node = slope == 0 ? net_act(r->g->net, input_node(r, l, 0), ACT_RELU)
                         : net_leaky_relu(r->g->net, input_node(r, l, 0), slope);
    return 0;
}

static int read_relu(KerasReading *r, KerasLayer *l)
{
    if (json_is_number(json_object_get(l->config, "max_value")) ||
        get_float(l, "threshold", 0) != 0)
        return unsupported(r, l, "a ReLU with a limit or a threshold is not known");
    return leak(r, l, get_float(l, "negative_slope", 0));
}

static int read_leaky_relu(KerasReading *r, KerasLayer *l)
{
    return leak(r, l, get_float(l, "alpha", get_float(l, "negative_slope", 0.3f)));
}

static int read_softmax(KerasReading *r, KerasLayer *l)
{
    json_int_t axis = json_is_integer(json_object_get(l->config, "axis"))
                          ? json_integer_value(json_object_get(l->config, "axis"))
                          : -1;

    if (axis != -1 && axis != l->rank - 1)
        return unsupported(r, l, "a softmax over another axis than the last");
    l->node = input_node(r, l, 0);
    return apply_activation(r, l, "softmax");
}

/* ---- layers with weights ---- */

/* Kernel, stride and padding. */
static int read_window(KerasReading *r, const KerasLayer *l, const char *size_key, Conv *c)
{
    int kernel[2], stride[2], dilation[2];
    const char *padding = get_text(l, "padding", "valid");

    if (!json_object_get(l->config, size_key) || !get_pair(l, size_key, kernel))
        return nonsense(r, l, size_key);
    if (!get_pair(l, "strides", stride))
        return nonsense(r, l, "strides");
    if (!get_pair(l, "dilation_rate", dilation))
        return nonsense(r, l, "dilation_rate");
    if (dilation[0] != 1 || dilation[1] != 1)
        return unsupported(r, l, "dilation is not known");
    if (strcmp(padding, "valid") != 0 && strcmp(padding, "same") != 0)
        return unsupported(r, l, "its padding is neither valid nor same");
    *c = (Conv){.kernel = kernel[0],
                .kernel_x = kernel[1],
                .stride = stride[0],
                .stride_x = stride[1],
                .same = strcmp(padding, "same") == 0};
    if (c->kernel_x == c->kernel) /* what says nothing new is left out */
        c->kernel_x = 0;
    if (c->stride_x == c->stride)
        c->stride_x = 0;
    return want_channels_last(r, l);
}

/* The layer that reads this one, if it is the only one and of this class. */
static const KerasLayer *only_reader(const KerasReading *r, const KerasLayer *l,
                                     const char *class_name)
{
    int me = (int)(l - r->layers);

    for (int i = 0; l->readers == 1 && i < r->count; i++)
        if (r->layers[i].input_count == 1 && r->layers[i].inputs[0] == me &&
            strcmp(r->layers[i].class_name, class_name) == 0)
            return &r->layers[i];
    return NULL;
}

/* Cropping the same from every side is our padding of a transposed convolution. */
static int read_crop(KerasReading *r, const KerasLayer *l, Conv *c)
{
    const KerasLayer *crop = only_reader(r, l, "Cropping2D");
    int before[2], after[2];

    if (!crop)
        return 0;
    if (!get_sides(crop, "cropping", before, after))
        return nonsense(r, crop, "cropping");
    if (c->same || before[0] != before[1] || before[0] != after[0] || before[0] != after[1])
        return unsupported(r, crop, "only the same on every side of an unpadded Conv2DTranspose");
    c->pad = before[0];
    return 0;
}

static int read_conv(KerasReading *r, KerasLayer *l)
{
    bool transposed = strcmp(l->class_name, "Conv2DTranspose") == 0;
    const json_t *output_padding = json_object_get(l->config, "output_padding");
    Conv c;
    int groups = 1, code = want_rank(r, l, 4);

    if (!code)
        code = read_window(r, l, "kernel_size", &c);
    if (!code && !get_int(l, "filters", &c.filters))
        code = nonsense(r, l, "filters");
    if (!code && get_int(l, "groups", &groups) && groups != 1)
        code = unsupported(r, l, "groups of channels are not known");
    if (!code && output_padding && !json_is_null(output_padding))
        code = unsupported(r, l, "an output padding is not known");
    if (!code && transposed)
        code = read_crop(r, l, &c);
    if (!code && transposed && !c.same &&
        (c.kernel < c.stride ||
         (c.kernel_x ? c.kernel_x : c.kernel) < (c.stride_x ? c.stride_x : c.stride)))
        code = unsupported(r, l, "a stride larger than the kernel");
    if (code)
        return code;
    c.no_bias = !get_bool(l, "use_bias", true);
    l->rank = 4;
    l->node = transposed ? net_conv2d_transposed(r->g->net, input_node(r, l, 0), l->name, c)
                         : net_conv2d(r->g->net, input_node(r, l, 0), l->name, c);
    code = add_kernel(r, l, !c.no_bias);
    return code ? code : apply_activation(r, l, activation_of(l));
}

static int read_dense(KerasReading *r, KerasLayer *l)
{
    Dense d = {.no_bias = !get_bool(l, "use_bias", true)};
    int code = want_rank(r, l, 2);

    if (code)
        return code;
    if (!get_int(l, "units", &d.units))
        return nonsense(r, l, "units");
    l->node = net_dense(r->g->net, input_node(r, l, 0), l->name, d);
    code = add_kernel(r, l, !d.no_bias);
    return code ? code : apply_activation(r, l, activation_of(l));
}

static int read_batch_norm(KerasReading *r, KerasLayer *l)
{
    const json_t *axis = json_object_get(l->config, "axis");
    const char *params[KERAS_WEIGHTS];
    bool scale = get_bool(l, "scale", true), center = get_bool(l, "center", true);
    int count = 0;
    json_int_t last = -1;

    if (json_is_array(axis) && json_array_size(axis) == 1)
        axis = json_array_get(axis, 0);
    if (json_is_integer(axis))
        last = json_integer_value(axis);
    if (last != -1 && last != l->rank - 1)
        return unsupported(r, l, "a norm over another axis than the last");
    float momentum = 1 - get_float(l, "momentum", 0.99f), eps = get_float(l, "epsilon", 1e-3f);
    if (!(momentum >= 0 && momentum <= 1) || !(eps > 0 && eps < 1))
        return nonsense(r, l, "epsilon' or 'momentum");
    l->node = net_batch_norm(r->g->net, input_node(r, l, 0), l->name,
                             (Norm){.eps = eps, .momentum = momentum});
    if (scale)
        params[count++] = "weight";
    if (center)
        params[count++] = "bias";
    params[count++] = "running_mean";
    params[count++] = "running_var";
    return l->node.id < 0 ? 0 : add_weights(r, l, params, count, !scale);
}

static int read_group_norm(KerasReading *r, KerasLayer *l)
{
    const json_t *axis = json_object_get(l->config, "axis");
    float eps = get_float(l, "epsilon", 1e-3f);
    int groups;

    if (json_is_integer(axis) && json_integer_value(axis) != -1 &&
        json_integer_value(axis) != l->rank - 1)
        return unsupported(r, l, "a norm over another axis than the last");
    if (!get_bool(l, "scale", true) || !get_bool(l, "center", true))
        return unsupported(r, l, "without scale or center");
    if (!get_int(l, "groups", &groups) || !(eps > 0 && eps < 1))
        return nonsense(r, l, "groups' or 'epsilon");
    l->node = net_group_norm(r->g->net, input_node(r, l, 0), l->name,
                             (Norm){.groups = groups, .eps = eps});
    return l->node.id < 0 ? 0
                          : add_weights(r, l, (const char *const[]){"weight", "bias"}, 2, false);
}

/* One class a picture: the result is a row of (1, units). */
static int read_embedding(KerasReading *r, KerasLayer *l)
{
    Embedding spec = {0};
    int code = want_rank(r, l, 2);

    if (code)
        return code;
    if (!get_int(l, "input_dim", &spec.classes) || !get_int(l, "output_dim", &spec.units))
        return nonsense(r, l, "input_dim' or 'output_dim");
    if (get_bool(l, "mask_zero", false))
        return unsupported(r, l, "masks are not known");
    l->node = net_embedding(r->g->net, input_node(r, l, 0), l->name, spec);
    l->rank = 3;
    return l->node.id < 0 ? 0 : add_weights(r, l, (const char *const[]){"weight"}, 1, false);
}

/* ---- shapes ---- */

static int read_input(KerasReading *r, KerasLayer *l)
{
    const json_t *shape = json_object_get(l->config, "batch_input_shape");
    int sizes[3] = {1, 1, 1};

    if (!shape)
        shape = json_object_get(l->config, "batch_shape"); /* Keras 3 */
    size_t n = json_array_size(shape);
    if (n < 2 || n > 4)
        return nonsense(r, l, "batch_input_shape");
    for (size_t i = 1; i < n; i++)
        if (!to_int(json_array_get(shape, i), &sizes[i - 1]) || sizes[i - 1] == 0)
            return unsupported(r, l, "a size that is left open");
    l->rank = n == 2 ? 2 : 4;
    l->node = n == 2   ? net_input(r->g->net, l->name, sizes[0], 1, 1)
              : n == 3 ? net_input(r->g->net, l->name, 1, sizes[0], sizes[1]) /* has no channels */
                       : net_input(r->g->net, l->name, sizes[2], sizes[0], sizes[1]);
    return 0;
}

static int read_flatten(KerasReading *r, KerasLayer *l)
{
    Node x = input_node(r, l, 0);

    l->rank = 2;
    l->node = shape_is_vector(shape_of(r, x)) ? x : net_flatten(r->g->net, x);
    return want_channels_last(r, l);
}

/* -1 in a target shape is what is left. */
static bool target_of(const KerasLayer *l, size_t numbers, int sizes[3], int *count)
{
    const json_t *shape = json_object_get(l->config, "target_shape");
    size_t known = 1;
    int open = -1;

    *count = (int)json_array_size(shape);
    if (*count < 1 || *count > 3)
        return false;
    for (int i = 0; i < *count; i++) {
        const json_t *value = json_array_get(shape, (size_t)i);
        if (json_is_integer(value) && json_integer_value(value) == -1 && open < 0)
            open = i;
        else if (!to_int(value, &sizes[i]) || sizes[i] == 0)
            return false;
        else
            known *= (size_t)sizes[i];
        if (known > NET_SIZE_LIMIT)
            return false;
    }
    if (open >= 0)
        sizes[open] = (int)(numbers / known);
    return open < 0 ? known == numbers : known * (size_t)sizes[open] == numbers && sizes[open] > 0;
}

static int read_reshape(KerasReading *r, KerasLayer *l)
{
    Node x = input_node(r, l, 0);
    Shape s = shape_of(r, x);
    int sizes[3] = {1, 1, 1}, count;

    if (!target_of(l, shape_numbers(s), sizes, &count))
        return nonsense(r, l, "target_shape");
    l->rank = count + 1;
    if (count == 3)
        l->node = net_reshape(r->g->net, x, sizes[2], sizes[0], sizes[1]);
    else if (count == 1)
        l->node = shape_is_vector(s) ? x : net_flatten(r->g->net, x);
    else if (shape_is_vector(s) && (sizes[0] == 1 || sizes[1] == 1))
        l->node = x; /* a row or a column */
    else
        return unsupported(r, l, "a matrix is neither a picture nor a vector");
    return 0;
}

/* The first half of a column: the means of a Gaussian, at rest. */
static int read_cropping1d(KerasReading *r, KerasLayer *l)
{
    const json_t *value = json_object_get(l->config, "cropping");
    Node x = input_node(r, l, 0);
    int ends[2], size = shape_of(r, x).c;

    if (!to_pair(value, ends))
        return nonsense(r, l, "cropping");
    if (l->rank != 3 || ends[0] != 0 || 2 * ends[1] != size)
        return unsupported(r, l, "only the first half of a column can be cut out");
    l->node = net_gaussian(r->g->net, x);
    return 0;
}

static int read_padding(KerasReading *r, KerasLayer *l)
{
    int before[2], after[2], code = want_rank(r, l, 4);

    if (!code && !get_sides(l, "padding", before, after))
        code = nonsense(r, l, "padding");
    if (!code)
        code = want_channels_last(r, l);
    if (!code)
        l->node = net_pad(r->g->net, input_node(r, l, 0), before[0], before[1], after[0], after[1]);
    return code;
}

/* What it cuts off is part of the layer that it reads. */
static int read_cropping(KerasReading *r, KerasLayer *l)
{
    const KerasLayer *from = input(r, l, 0);

    if (strcmp(from->class_name, "Conv2DTranspose") != 0 || from->readers != 1)
        return unsupported(r, l, "only what a Conv2DTranspose made can be cropped");
    l->node = input_node(r, l, 0);
    return 0;
}

static int read_upsampling(KerasReading *r, KerasLayer *l)
{
    int size[2], code = want_rank(r, l, 4);

    if (!code && !get_pair(l, "size", size))
        code = nonsense(r, l, "size");
    if (!code &&
        (size[0] != size[1] || strcmp(get_text(l, "interpolation", "nearest"), "nearest") != 0))
        code = unsupported(r, l, "only the nearest pixel, and the same both ways");
    if (!code)
        code = want_channels_last(r, l);
    if (!code)
        l->node = net_upsample(r->g->net, input_node(r, l, 0), size[0]);
    return code;
}

/* ---- the others ---- */

static int read_pool(KerasReading *r, KerasLayer *l)
{
    bool average = strcmp(l->class_name, "AveragePooling2D") == 0;
    Conv w;
    int code = want_rank(r, l, 4);

    if (!code)
        code = read_window(r, l, "pool_size", &w);
    if (code)
        return code;
    const json_t *strides = json_object_get(l->config, "strides");
    bool own = strides && !json_is_null(strides); /* else they are the window's */
    l->node = net_pool(r->g->net, input_node(r, l, 0),
                       (Pool){.kind = average ? POOL_AVG : POOL_MAX,
                              .kernel = w.kernel,
                              .kernel_x = w.kernel_x,
                              .stride = own ? w.stride : 0,
                              .stride_x = own ? w.stride_x : 0,
                              .same = w.same});
    return 0;
}

static int read_global_pool(KerasReading *r, KerasLayer *l)
{
    bool average = strcmp(l->class_name, "GlobalAveragePooling2D") == 0;
    int code = want_rank(r, l, 4);

    if (!code)
        code = want_channels_last(r, l);
    if (code)
        return code;
    l->node = net_global_pool(r->g->net, input_node(r, l, 0), average ? POOL_AVG : POOL_MAX);
    l->rank = get_bool(l, "keepdims", false) ? 4 : 2;
    return 0;
}

static int read_dropout(KerasReading *r, KerasLayer *l)
{
    float rate = get_float(l, "rate", -1);

    if (!(rate >= 0 && rate < 1))
        return nonsense(r, l, "rate");
    l->node = net_dropout(r->g->net, input_node(r, l, 0), rate);
    return 0;
}

/* What does nothing when not training. */
static int read_nothing(KerasReading *r, KerasLayer *l)
{
    l->node = input_node(r, l, 0);
    return 0;
}

static int read_rescaling(KerasReading *r, KerasLayer *l)
{
    float scale = get_float(l, "scale", NAN), shift = get_float(l, "offset", 0);

    if (!isfinite(scale) || !isfinite(shift) || scale == 0)
        return nonsense(r, l, "scale' or 'offset");
    if (strcmp(input(r, l, 0)->class_name, "InputLayer") != 0 || input(r, l, 0)->readers != 1 ||
        r->g->rescales || input_node(r, l, 0).id != 0)
        return unsupported(r, l, "it can only come right behind the first input");
    r->g->rescales = true;
    r->g->scale = scale;
    r->g->shift = shift;
    return read_nothing(r, l);
}

static int read_concat(KerasReading *r, KerasLayer *l)
{
    const json_t *axis = json_object_get(l->config, "axis");
    Node parts[NET_INPUTS];

    if (json_is_integer(axis) && json_integer_value(axis) != -1 &&
        json_integer_value(axis) != l->rank - 1)
        return unsupported(r, l, "along another axis than the last");
    for (int i = 0; i < l->input_count; i++) {
        if (input(r, l, i)->rank != l->rank)
            return unsupported(r, l, "its inputs are of different kinds");
        parts[i] = input_node(r, l, i);
    }
    l->node = net_concat(r->g->net, parts, l->input_count);
    return 0;
}

/* scrawl's own, which others have to know as a custom layer. */
static int read_sample(KerasReading *r, KerasLayer *l)
{
    if (l->input_count != 2)
        return unsupported(r, l, "it reads a picture and a map");
    l->node = net_affine_sample(r->g->net, input_node(r, l, 0), input_node(r, l, 1),
                                get_bool(l, "align_corners", false));
    return 0;
}

/* x, x*gain and shift added up are a modulation. */
static bool is_modulation(const KerasReading *r, const KerasLayer *l)
{
    const KerasLayer *product = l->input_count == 3 ? &r->layers[l->inputs[1]] : NULL;

    return product && product->gain.id > 0 && product->node.id == r->layers[l->inputs[0]].node.id;
}

static int read_add(KerasReading *r, KerasLayer *l)
{
    if (is_modulation(r, l)) {
        l->node =
            net_modulate(r->g->net, input_node(r, l, 0), input(r, l, 1)->gain, input_node(r, l, 2));
        return 0;
    }
    if (l->input_count < 2)
        return unsupported(r, l, "one input is nothing to add up");
    l->node = input_node(r, l, 0);
    for (int i = 1; i < l->input_count; i++)
        l->node = net_add(r->g->net, l->node, input_node(r, l, i));
    return 0;
}

static int read_multiply(KerasReading *r, KerasLayer *l)
{
    const KerasLayer *sum = NULL;

    for (int i = 0; i < r->count && l->readers == 1 && l->input_count == 2; i++)
        if (r->layers[i].input_count == 3 && &r->layers[r->layers[i].inputs[1]] == l &&
            r->layers[i].inputs[0] == l->inputs[0] && strcmp(r->layers[i].class_name, "Add") == 0)
            sum = &r->layers[i];
    if (!sum)
        return unsupported(r, l, "only as part of x + x*gain + shift");
    l->node = input_node(r, l, 0);
    l->gain = input_node(r, l, 1);
    return 0;
}

/* clang-format off */
static const struct {
    const char *class_name;
    int (*read)(KerasReading *r, KerasLayer *l); /* sets node, and rank where it is another than the input's */
} classes[] = {
    {"InputLayer", read_input}, {"Conv2D", read_conv}, {"Conv2DTranspose", read_conv},
    {"Dense", read_dense}, {"BatchNormalization", read_batch_norm},
    {"BatchNormalizationV1", read_batch_norm}, {"GroupNormalization", read_group_norm},
    {"Embedding", read_embedding},
    {"Activation", read_activation}, {"ReLU", read_relu}, {"LeakyReLU", read_leaky_relu},
    {"Softmax", read_softmax}, {"MaxPooling2D", read_pool}, {"AveragePooling2D", read_pool},
    {"GlobalMaxPooling2D", read_global_pool}, {"GlobalAveragePooling2D", read_global_pool},
    {"Flatten", read_flatten}, {"Reshape", read_reshape}, {"ZeroPadding2D", read_padding},
    {"Cropping2D", read_cropping}, {"Cropping1D", read_cropping1d}, {"UpSampling2D", read_upsampling},
    {"Add", read_add}, {"Multiply", read_multiply}, {"Concatenate", read_concat},
    {"Dropout", read_dropout}, {"SpatialDropout2D", read_nothing}, {"GaussianNoise", read_nothing},
    {"GaussianDropout", read_nothing}, {"ActivityRegularization", read_nothing},
    {"Rescaling", read_rescaling}, {"AffineSample", read_sample},
};
/* clang-format on */

int keras_layer_append(KerasReading *r, KerasLayer *l)
{
    bool is_input = strcmp(l->class_name, "InputLayer") == 0;

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strcmp(l->class_name, classes[i].class_name) != 0)
            continue;
        if (!is_input && l->input_count == 0)
            return err_set(r->e, ERR_FORMAT, "layer '%s' (%s): it reads nothing", l->name,
                           l->class_name);
        if (!is_input)
            l->rank = input(r, l, 0)->rank;
        int code = classes[i].read(r, l);
        if (!code && l->node.id < 0)
            code = net_build(r->g->net, r->e); /* which now only says why */
        l->done = true;
        return code;
    }
    return err_set(r->e, ERR_UNSUPPORTED, "layer '%s': scrawl has no layer like Keras' '%.60s'",
                   l->name, l->class_name);
}
