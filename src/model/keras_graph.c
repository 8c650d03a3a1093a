#include "model/keras_graph.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/keras_layers.h"
#include "model/text.h"

/* ---- the list of layers ---- */

static const char *class_of(const json_t *layer)
{
    const char *name = json_string_value(json_object_get(layer, "class_name"));

    return name && text_is_plain(name) ? name : "?";
}

static const char *name_of(const json_t *layer)
{
    const char *name = json_string_value(json_object_get(json_object_get(layer, "config"), "name"));

    if (!name)
        name = json_string_value(json_object_get(layer, "name"));
    return name && *name && strlen(name) < NET_NAME - 8 && text_is_plain(name) ? name : NULL;
}

static bool is_functional(const json_t *model)
{
    return strcmp(class_of(model), "Functional") == 0 || strcmp(class_of(model), "Model") == 0;
}

/* The layers of a model: a list, or in old Sequential files the config itself. */
static json_t *layers_of(const json_t *model)
{
    json_t *config = json_object_get(model, "config");

    return json_is_array(config) ? config : json_object_get(config, "layers");
}

/* Finds the names that a layer reads in what stands for its inputs: [["a",0,0,{}], ..] in any depth, or
 * Keras 3's "keras_history". False: more than it can have, or another output than the first. */
static bool collect(const json_t *from, int depth, const char **names, int *count)
{
    const json_t *history = json_object_get(from, "keras_history");
    const char *key, *name = json_string_value(json_array_get(from, 0));
    json_t *value;
    size_t i;

    if (depth > 8)
        return false;
    if (json_is_array(from) && name && json_is_integer(json_array_get(from, 1))) {
        if (*count == NET_INPUTS || json_integer_value(json_array_get(from, 1)) != 0 ||
            json_integer_value(json_array_get(from, 2)) != 0)
            return false;
        names[(*count)++] = name;
        return true;
    }
    if (history)
        return collect(history, depth + 1, names, count);
    if (json_is_object(from)) {
        json_object_foreach((json_t *)from, key, value)
        {
            if ((json_is_object(value) || json_is_array(value)) &&
                !collect(value, depth + 1, names, count))
                return false;
        }
    }
    json_array_foreach((json_t *)from, i, value)
    {
        if ((json_is_object(value) || json_is_array(value)) &&
            !collect(value, depth + 1, names, count))
            return false;
    }
    return true;
}

/* ---- appending ---- */

static int find_layer(const KerasReading *r, const char *name)
{
    for (int i = 0; i < r->count; i++)
        if (strcmp(r->layers[i].name, name) == 0)
            return i;
    return -1;
}

static int read_inputs(KerasReading *r, KerasLayer *layer, const json_t *nodes)
{
    const char *names[NET_INPUTS];
    int count = 0;

    if (json_array_size(nodes) > 1)
        return err_set(r->e, ERR_UNSUPPORTED,
                       "layer '%s' (%s): it is used %zu times, scrawl uses a layer once",
                       layer->name, layer->class_name, json_array_size(nodes));
    if (!collect(nodes, 0, names, &count))
        return err_set(r->e, ERR_UNSUPPORTED, "layer '%s' (%s): it reads what scrawl cannot give",
                       layer->name, layer->class_name);
    for (int i = 0; i < count; i++) {
        int input = find_layer(r, names[i]);
        if (input < 0)
            return err_set(r->e, ERR_FORMAT,
                           "layer '%s' (%s): its input %d is no layer of the model", layer->name,
                           layer->class_name, i + 1);
        layer->inputs[i] = input;
        r->layers[input].readers++;
    }
    layer->input_count = count;
    return 0;
}

static int list_layers(KerasReading *r, const json_t *list)
{
    size_t n = json_array_size(list);

    if (n == 0 || n > NET_OP_LIMIT / 2)
        return err_set(r->e, ERR_FORMAT, "a model of %zu layers; 1 to %d can be read", n,
                       NET_OP_LIMIT / 2);
    r->layers = calloc(n + 1, sizeof *r->layers); /* a Sequential model's input may be missing */
    if (!r->layers)
        return err_set(r->e, ERR_MEMORY, "no memory for %zu layers", n);
    for (size_t i = 0; i < n; i++) {
        const json_t *json = json_array_get(list, i);
        const char *name = name_of(json);
        if (!name)
            return err_set(r->e, ERR_FORMAT,
                           "layer %zu (%.60s): its name is missing, too long or strange", i + 1,
                           class_of(json));
        if (find_layer(r, name) >= 0)
            return err_set(r->e, ERR_FORMAT, "layer '%s': the name is given twice", name);
        r->layers[r->count++] = (KerasLayer){
            .name = name, .class_name = class_of(json), .config = json_object_get(json, "config")};
    }
    return 0;
}

/* The shape in a first layer's config makes an input of its own. */
static void add_sequential_input(KerasReading *r)
{
    if (strcmp(r->layers[0].class_name, "InputLayer") == 0)
        return;
    memmove(r->layers + 1, r->layers, (size_t)r->count * sizeof *r->layers);
    r->layers[0] =
        (KerasLayer){.name = "input", .class_name = "InputLayer", .config = r->layers[1].config};
    r->count++;
}

static int link_layers(KerasReading *r, const json_t *model)
{
    const json_t *list = layers_of(model);
    int code = list_layers(r, list);

    if (code)
        return code;
    if (!is_functional(model)) {
        add_sequential_input(r);
        for (int i = 1; i < r->count; i++) {
            r->layers[i].inputs[0] = i - 1;
            r->layers[i].input_count = 1;
            r->layers[i - 1].readers++;
        }
        return 0;
    }
    for (int i = 0; i < r->count && !code; i++)
        code = read_inputs(r, &r->layers[i],
                           json_object_get(json_array_get(list, (size_t)i), "inbound_nodes"));
    return code;
}

static bool is_ready(const KerasReading *r, const KerasLayer *layer)
{
    for (int i = 0; i < layer->input_count; i++)
        if (!r->layers[layer->inputs[i]].done)
            return false;
    return !layer->done;
}

/* Layers may stand in any order: those are appended whose inputs are there, until none is left. */
static int append_all(KerasReading *r)
{
    bool moved = true;
    int left = 0;

    while (moved) {
        moved = false;
        left = 0;
        for (int i = 0; i < r->count; i++) {
            left += !r->layers[i].done;
            if (!is_ready(r, &r->layers[i]))
                continue;
            int code = keras_layer_append(r, &r->layers[i]);
            if (code)
                return code;
            moved = true;
        }
    }
    return left ? err_set(r->e, ERR_FORMAT, "%d layers read each other in a circle", left) : 0;
}

/* Inputs come in the order in which the model takes them. */
static int append_inputs(KerasReading *r, const json_t *model)
{
    const char *names[NET_INPUTS];
    int count = 0, code = 0;

    if (!is_functional(model))
        return 0;
    const json_t *list = json_object_get(json_object_get(model, "config"), "input_layers");
    if (!collect(list, 0, names, &count) || count == 0)
        return err_set(r->e, ERR_FORMAT, "its list of inputs is missing or makes no sense");
    for (int i = 0; i < count && !code; i++) {
        int input = find_layer(r, names[i]);
        if (input < 0 || strcmp(r->layers[input].class_name, "InputLayer") != 0 ||
            r->layers[input].done)
            return err_set(r->e, ERR_FORMAT, "its input %d is no InputLayer, or one given twice",
                           i + 1);
        code = keras_layer_append(r, &r->layers[input]);
    }
    return code;
}

static int name_output(KerasReading *r, int index, const char *name, KerasLayer *layer)
{
    if (!name || !*name || strlen(name) >= NET_NAME || !text_is_plain(name) ||
        net_output_find(r->g->net, name) >= 0)
        return err_set(r->e, ERR_FORMAT, "output %d: its name is missing, strange or taken",
                       index + 1);
    net_output(r->g->net, name, keras_layer_node(r, layer));
    return 0;
}

/* Names from "scrawl", else "logits" for a classifier and the layer's name for others. */
static int append_outputs(KerasReading *r, const json_t *model, const json_t *given)
{
    const char *names[NET_INPUTS] = {r->layers[r->count - 1].name};
    int count = 0, code = 0;

    if (!is_functional(model))
        count = 1;
    else if (!collect(json_object_get(json_object_get(model, "config"), "output_layers"), 0, names,
                      &count) ||
             count == 0)
        return err_set(r->e, ERR_FORMAT, "its list of outputs is missing or makes no sense");
    if (given && json_array_size(given) != (size_t)count)
        return err_set(r->e, ERR_FORMAT, "%zu names for %d outputs", json_array_size(given), count);
    for (int i = 0; i < count && !code; i++) {
        int at = find_layer(r, names[i]);
        if (at < 0)
            return err_set(r->e, ERR_FORMAT, "its output %d is no layer of the model", i + 1);
        KerasLayer *layer = &r->layers[at];
        r->g->classifies = !given && count == 1 && layer->softmax && layer->rank == 2;
        if (r->g->classifies)
            layer->softmax = false;
        bool vector = !given && count == 1 && layer->rank == 2;
        code = name_output(r, i,
                           given    ? json_string_value(json_array_get(given, (size_t)i))
                           : vector ? "logits"
                                    : layer->name,
                           layer);
    }
    return code;
}

/* ---- the whole ---- */

static int read_model(KerasReading *r, const json_t *model, const json_t *given)
{
    int code = 0;

    if (!is_functional(model) && strcmp(class_of(model), "Sequential") != 0)
        code = err_set(r->e, ERR_UNSUPPORTED,
                       "a '%.60s'; Sequential, Functional and Model are read", class_of(model));
    if (!code)
        code = link_layers(r, model);
    if (!code)
        code = append_inputs(r, model);
    if (!code)
        code = append_all(r);
    return code ? code : append_outputs(r, model, given);
}

static json_t *parse(const char *text, Err *e)
{
    json_error_t why;
    json_t *json = NULL;

    if (!text_is_modest_json(text, strlen(text)))
        err_set(e, ERR_LIMIT, "the architecture holds more values than are read");
    else if (!(json = json_loads(text, JSON_REJECT_DUPLICATES, &why)))
        err_set(e, ERR_FORMAT, "the architecture is no JSON: %s",
                text_is_plain(why.text) ? why.text : "strange bytes");
    return json;
}

int keras_graph_read(const char *text, const char *about, KerasGraph *g, Err *e)
{
    KerasReading r = {.g = g, .e = e};
    json_t *model = parse(text, e), *inside = NULL;
    int code = model ? 0 : -ERR_FORMAT;

    *g = (KerasGraph){0};
    if (!code && about && !(inside = parse(about, e)))
        code = -ERR_FORMAT;
    const json_t *scrawl = inside ? inside : json_object_get(model, "scrawl");
    if (!code && scrawl && !(g->about = json_dumps(scrawl, JSON_COMPACT | JSON_REAL_PRECISION(9))))
        code = err_set(e, ERR_MEMORY, "no memory for what a file says about its model");
    if (!code && !(g->net = net_new()))
        code = err_set(e, ERR_MEMORY, "no memory for a net");
    if (!code)
        code = read_model(&r, model, json_object_get(scrawl, "outputs"));
    free(r.layers);
    json_decref(inside);
    json_decref(model);
    if (code)
        keras_graph_free(g);
    return code;
}

void keras_graph_free(KerasGraph *g)
{
    net_free(g->net);
    free(g->weights);
    free(g->about);
    *g = (KerasGraph){0};
}
