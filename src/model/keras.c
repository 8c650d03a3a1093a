#include "model/keras.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "model/about.h"
#include "model/channels_last.h"
#include "model/frozen.h"
#include "model/keras_graph.h"

/* ---- finding the arrays ---- */

/* Where a layer's weights lie: under its name or, where the file names its layers otherwise, in the
 * group that comes at its place among those with weights, as Keras itself has it. */
static bool find_group(const Hdf5 *h, const char *folder, const char *layer, int index,
                       char group[HDF5_PATH])
{
    const char *name;

    snprintf(group, HDF5_PATH, "%s%s%s", folder, *folder ? "/" : "", layer);
    if (hdf5_text_at(h, group, "weight_names", 0))
        return true;
    for (size_t i = 0; (name = hdf5_text_at(h, folder, "layer_names", i)); i++) {
        if (snprintf(group, HDF5_PATH, "%s%s%s", folder, *folder ? "/" : "", name) < HDF5_PATH &&
            hdf5_text_at(h, group, "weight_names", 0) && index-- == 0)
            return true;
    }
    return false;
}

/* Keras' shape of an array of these weights. */
static int keras_shape(const WeightOrder *o, bool weights, size_t shape[4])
{
    size_t in = (size_t)o->inputs, out = (size_t)o->outputs;
    bool transposed = o->kind == KIND_CONV2D_TRANSPOSED;

    if (!weights || o->kind == KIND_BATCH_NORM || o->kind == KIND_GROUP_NORM) {
        shape[0] = out;
        return 1;
    }
    if (o->kind == KIND_DENSE || o->kind == KIND_EMBEDDING) {
        shape[0] = in;
        shape[1] = out;
        return 2;
    }
    shape[0] = (size_t)o->kernel[0];
    shape[1] = (size_t)o->kernel[1];
    shape[2] = transposed ? out : in;
    shape[3] = transposed ? in : out;
    return 4;
}

static void shape_text(int dims, const size_t *shape, char out[128])
{
    int at = snprintf(out, 128, "(");

    for (int i = 0; i < dims && at < 100; i++)
        at += snprintf(out + at, 128 - (size_t)at, "%s%zu", i ? "," : "", shape[i]);
    snprintf(out + at, 128 - (size_t)at, ")");
}

static int check_array(const Hdf5Array *a, const char *layer, const WeightOrder *o, bool weights,
                       Err *e)
{
    size_t shape[HDF5_DIMS];
    char want[128], have[128];
    int dims = keras_shape(o, weights, shape);

    if (a->dims == dims && memcmp(a->shape, shape, (size_t)dims * sizeof *shape) == 0)
        return 0;
    shape_text(dims, shape, want);
    shape_text(a->dims, a->shape, have);
    return err_set(e, ERR_FORMAT, "layer '%s': the architecture wants %s, the file holds %s", layer,
                   want, have);
}

/* The arrays of a layer in the order of the file; each is of the shape that the net wants. */
static int find_arrays(const Hdf5 *h, const char *folder, const KerasGraph *g, int index,
                       const WeightOrder *o, const Hdf5Array **arrays, Err *e)
{
    const KerasWeights *w = &g->weights[index];
    char group[HDF5_PATH], path[HDF5_PATH];
    int found = 0, code = 0;
    const char *name;

    if (!find_group(h, folder, w->layer, index, group))
        return err_set(e, ERR_FORMAT, "layer '%s': the file has no weights for it", w->layer);
    while ((name = hdf5_text_at(h, group, "weight_names", (size_t)found))) {
        if (found == w->count ||
            snprintf(path, sizeof path, "%s/%s", group, name) >= (int)sizeof path)
            break;
        if (!(arrays[found] = hdf5_array(h, path)))
            return err_set(e, ERR_FORMAT,
                           "layer '%s': the array %d of its weights is not in the file", w->layer,
                           found + 1);
        found++;
    }
    if (found != w->count || name)
        return err_set(e, ERR_FORMAT, "layer '%s': it has %d arrays of weights, the file %s",
                       w->layer, w->count, name ? "more" : "fewer");
    for (int i = 0; i < found && !code; i++)
        code = check_array(arrays[i], w->layer, o, strcmp(w->params[i], "weight") == 0, e);
    return code;
}

/* ---- copying them ---- */

static void write_param(Net *net, const char *layer, const char *what, const float *numbers)
{
    char name[NET_NAME + 16];

    snprintf(name, sizeof name, "%s.%s", layer, what);
    const Param *p = net_param_find(net, name);
    if (p)
        param_write(p, numbers, p->state ? net_state(net) : net_block(net));
}

static int copy_array(Net *net, const KerasWeights *w, int index, const Hdf5Array *a,
                      const WeightOrder *o, Err *e)
{
    bool weights = strcmp(w->params[index], "weight") == 0;
    float *ours = malloc((a->count + 1) * sizeof *ours);

    if (!ours)
        return err_set(e, ERR_MEMORY, "no memory for %zu numbers", a->count);
    for (size_t i = 0; i < a->count; i++) {
        if (!isfinite(a->numbers[i])) {
            free(ours);
            return err_set(e, ERR_NUMERIC, "layer '%s': number %zu of %zu is not finite", w->layer,
                           i + 1, a->count);
        }
        ours[weights ? weight_place(o, i) : bias_place(o, i)] = a->numbers[i];
    }
    write_param(net, net_op(net, w->op).name, w->params[index], ours);
    free(ours);
    return 0;
}

static int fill_gain(Net *net, const KerasWeights *w, Err *e)
{
    size_t n = (size_t)net_op(net, w->op).out.c;
    float *ones = malloc(n * sizeof *ones);

    if (!ones)
        return err_set(e, ERR_MEMORY, "no memory for %zu numbers", n);
    for (size_t i = 0; i < n; i++)
        ones[i] = 1;
    write_param(net, net_op(net, w->op).name, "weight", ones);
    free(ones);
    return 0;
}

/* Checked for all layers before memory for the net is taken, then copied. */
static int read_weights(const Hdf5 *h, const char *folder, KerasGraph *g, const ChannelsLast *order,
                        Err *e)
{
    const Hdf5Array *(*arrays)[KERAS_WEIGHTS] = calloc((size_t)g->weight_count + 1, sizeof *arrays);
    int code = arrays ? 0 : err_set(e, ERR_MEMORY, "no memory for %d layers", g->weight_count);

    for (int i = 0; i < g->weight_count && !code; i++) {
        WeightOrder o = weight_order(order, g->net, g->weights[i].op);
        code = find_arrays(h, folder, g, i, &o, arrays[i], e);
    }
    if (!code)
        code = net_build(g->net, e);
    for (int i = 0; i < g->weight_count && !code; i++) {
        const KerasWeights *w = &g->weights[i];
        WeightOrder o = weight_order(order, g->net, w->op);
        for (int k = 0; k < w->count && !code; k++)
            code = copy_array(g->net, w, k, arrays[i][k], &o, e);
        if (!code && w->missing_gain)
            code = fill_gain(g->net, w, e);
    }
    free(arrays);
    return code;
}

/* ---- the model ---- */

/* Classes 0, 1, .. and, of eleven, noise: as data sets name them. */
static int name_classes(Model *m, Err *e)
{
    int count = net_op(m->net, net_output_node(m->net, 0).id).out.c;
    char(*texts)[16] = malloc((size_t)count * sizeof *texts);
    const char **names = malloc((size_t)count * sizeof *names);
    int code = 0;

    if (!texts || !names)
        code = err_set(e, ERR_MEMORY, "no memory for %d class names", count);
    for (int i = 0; i < count && !code; i++) {
        snprintf(texts[i], sizeof texts[i], "%d", i);
        names[i] = count == 11 && i == 10 ? "noise" : texts[i];
    }
    if (!code && count <= MODEL_CLASS_LIMIT)
        code = model_set_classes(m, names, count, e);
    free(texts);
    free(names);
    return code;
}

static int set_about(Model *m, const KerasGraph *g, Err *e)
{
    if (g->rescales) {
        m->scale = g->scale;
        m->shift = g->shift;
    }
    if (g->about)
        return about_read_json(m, g->about, e);
    return g->classifies ? name_classes(m, e) : 0;
}

static Model *read_model(const Hdf5 *h, const char *folder, const char *config, const char *about,
                         Err *e)
{
    KerasGraph g;
    Model *m = NULL;

    if (keras_graph_read(config, about, &g, e))
        return NULL;
    ChannelsLast *order = channels_last_new(g.net, "a net of scrawl", e);
    if (order && read_weights(h, folder, &g, order, e) == 0) {
        m = model_new(g.net);
        g.net = NULL; /* which is the model's now, or gone */
        if (!m)
            err_set(e, ERR_MEMORY, "no memory for a model");
        if (m && set_about(m, &g, e)) {
            model_free(m);
            m = NULL;
        }
    }
    channels_last_free(order);
    keras_graph_free(&g);
    return m;
}

static Model *open_h5(const char *path, Err *e)
{
    Hdf5 *h = hdf5_open(path, e);
    const char *config = h ? hdf5_text(h, "", "model_config") : NULL;
    Model *m = NULL;

    if (config)
        m = read_model(h, "model_weights", config, hdf5_text(h, "", "scrawl"), e);
    else if (h)
        err_set(e, ERR_FORMAT,
                "it holds no architecture; if it has the weights of a .json, name that one");
    if (h && !m)
        err_prefix(e, "%s", path);
    hdf5_free(h);
    return m;
}

static Model *open_json(const char *path, Err *e)
{
    size_t size;
    char *text = (char *)file_read(path, 64 << 20, &size, e), *weights = keras_weights_path(path);
    Hdf5 *h = text && weights ? hdf5_open(weights, e) : NULL;
    Model *m = NULL;

    if (h && strlen(text) != size)
        err_set(e, ERR_FORMAT, "%s: a NUL within JSON", path);
    else if (h && !(m = read_model(h, "", text, NULL, e)))
        err_prefix(e, "%s", path);
    hdf5_free(h);
    free(weights);
    free(text);
    return m;
}

Model *keras_open(const char *path, Err *e)
{
    return strcasecmp(file_ending(path), "json") == 0 ? open_json(path, e) : open_h5(path, e);
}

int keras_load_matching(Model *into, const char *path, int *loaded, int *skipped, Err *e)
{
    Model *from = keras_open(path, e);
    int count = 0;

    if (!from)
        return -ERR_FORMAT;
    for (int i = 0; i < net_param_count(into->net); i++) {
        const Param *p = net_param(into->net, i), *q = net_param_find(from->net, p->name);
        float *numbers = q && q->dims == p->dims && memcmp(q->shape, p->shape, sizeof p->shape) == 0
                             ? malloc(param_size(p) * sizeof *numbers)
                             : NULL;
        if (!numbers)
            continue;
        param_read(q, q->state ? net_state(from->net) : net_block(from->net), numbers);
        param_write(p, numbers, p->state ? net_state(into->net) : net_block(into->net));
        free(numbers);
        count++;
    }
    model_free(from);
    *loaded = count;
    *skipped = net_param_count(into->net) - count;
    return 0;
}
