#include "model/graph.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/graph_kinds.h"

/* The double that prints as the shortest decimal that still means this float: 0.2, not
 * 0.200000003. */
static double shortest(float value)
{
    char text[32];
    double d = value;

    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        d = strtod(text, NULL);
        if ((float)d == value)
            break;
    }
    return d;
}

/* The value of a field, or NULL if it is zero or memory is gone (`*failed`). */
static json_t *field_value(const Field *f, const void *spec, bool *failed)
{
    const void *at = (const char *)spec + f->at;
    const int *n = at;
    json_t *value = NULL;

    switch (f->type) {
    case FIELD_INT:
        if (*n == 0)
            return NULL;
        value = json_integer(*n);
        break;
    case FIELD_INTS:
        value = json_array();
        for (int i = 0; i < f->count; i++)
            *failed |= json_array_append_new(value, json_integer(n[i])) != 0;
        break;
    case FIELD_FLOAT:
        if (*(const float *)at == 0)
            return NULL;
        value = json_real(shortest(*(const float *)at));
        break;
    case FIELD_BOOL:
        if (!*(const bool *)at)
            return NULL;
        value = json_true();
        break;
    case FIELD_WORD:
        if (*n == 0)
            return NULL;
        value = json_string(f->words[*n]);
        break;
    }
    *failed |= !value;
    return value;
}

static json_t *layer_new(const Net *net, int id, bool *failed)
{
    OpInfo op = net_op(net, id);
    json_t *layer = json_pack("{s:s, s:s}", "kind", kind_name(op.kind), "name", op.name);
    json_t *inputs = op.input_count ? json_array() : NULL;

    for (int i = 0; i < op.input_count; i++)
        *failed |= json_array_append_new(inputs, json_string(net_op(net, op.inputs[i]).name)) != 0;
    if (inputs)
        *failed |= json_object_set_new(layer, "inputs", inputs) != 0;
    for (const Field *f = graph_kind(op.kind)->fields; f->name; f++) {
        json_t *value = field_value(f, net_spec(net, id), failed);
        if (value)
            *failed |= json_object_set_new(layer, f->name, value) != 0;
    }
    return layer;
}

static json_t *output_new(const Net *net, int index)
{
    return json_pack("{s:s, s:s}", "name", net_output_name(net, index), "layer",
                     net_op(net, net_output_node(net, index).id).name);
}

char *graph_write(const Net *net, Err *e)
{
    json_t *layers = json_array(), *outputs = json_array();
    bool failed = false;

    for (int i = 0; i < net_op_count(net); i++)
        if (json_array_append_new(layers, layer_new(net, i, &failed)))
            failed = true;
    for (int i = 0; i < net_output_count(net); i++)
        if (json_array_append_new(outputs, output_new(net, i)))
            failed = true;
    json_t *graph = json_pack("{s:o, s:o}", "layers", layers, "outputs", outputs);
    char *text = failed ? NULL : json_dumps(graph, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(graph);
    if (!text)
        err_set(e, ERR_MEMORY, "no memory for a graph of %d layers, or a name that is not UTF-8",
                net_op_count(net));
    return text;
}
