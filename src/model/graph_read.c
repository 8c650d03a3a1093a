/* Text from anywhere becomes a net or a sentence: every value is checked before a builder sees it.
 */
#include "model/graph.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "model/graph_kinds.h"
#include "model/text.h"

typedef struct Reading {
    Net *net;
    json_t *ids; /* name -> id of the layer */
    Err *e;
} Reading;

static int find_kind(const char *name)
{
    for (int i = 0; name && i < KINDS; i++)
        if (strcmp(kind_name((Kind)i), name) == 0)
            return i;
    return -1;
}

/* A whole number that no builder's arithmetic can overflow with. */
static bool read_int(const json_t *value, int *out)
{
    json_int_t v = json_integer_value(value);

    if (!json_is_integer(value) || v < 0 || v > (json_int_t)NET_SIZE_LIMIT)
        return false;
    *out = (int)v;
    return true;
}

static bool read_float(const json_t *value, float *out)
{
    float v = (float)json_number_value(value);

    if (!json_is_number(value) || !isfinite(v))
        return false;
    *out = v;
    return true;
}

static bool read_word(const json_t *value, const Field *f, int *out)
{
    const char *word = json_string_value(value);

    for (int i = 0; word && i < f->count; i++)
        if (strcmp(f->words[i], word) == 0) {
            *out = i;
            return true;
        }
    return false;
}

/* False, and the spec half filled, for a value of another type or out of all bounds. */
static bool read_value(const json_t *value, const Field *f, Spec *spec)
{
    void *at = (char *)spec + f->at;

    switch (f->type) {
    case FIELD_INT:
        return read_int(value, at);
    case FIELD_INTS:
        for (int i = 0; i < f->count; i++)
            if (!read_int(json_array_get(value, (size_t)i), (int *)at + i))
                return false;
        return json_array_size(value) == (size_t)f->count;
    case FIELD_FLOAT:
        return read_float(value, at);
    case FIELD_BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value);
    case FIELD_WORD:
        return read_word(value, f, at);
    }
    return false;
}

static const Field *find_field(Kind kind, const char *name)
{
    for (const Field *f = graph_kind(kind)->fields; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static int read_spec(const json_t *layer, Kind kind, Spec *spec, Err *e)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)layer, key, value)
    {
        const Field *f = find_field(kind, key);
        if (strcmp(key, "kind") == 0 || strcmp(key, "name") == 0 || strcmp(key, "inputs") == 0)
            continue;
        if (!f)
            return err_set(e, ERR_FORMAT, "%s has no '%.40s'", kind_name(kind),
                           text_is_plain(key) ? key : "?");
        if (!read_value(value, f, spec))
            return err_set(e, ERR_FORMAT, "its '%s' holds no value that makes sense", key);
    }
    return 0;
}

static int read_inputs(const Reading *r, const json_t *inputs, Kind kind, Node *nodes, int *count)
{
    const GraphKind *rule = graph_kind(kind);
    size_t n = json_array_size(inputs);

    if ((inputs && !json_is_array(inputs)) || n < (size_t)rule->fewest || n > (size_t)rule->most)
        return err_set(r->e, ERR_FORMAT, "%s has %d to %d inputs, not %zu", kind_name(kind),
                       rule->fewest, rule->most, n);
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(inputs, i));
        const json_t *id = name ? json_object_get(r->ids, name) : NULL;
        if (!id)
            return err_set(r->e, ERR_FORMAT, "its input %zu is not an earlier layer", i + 1);
        nodes[i] = (Node){(int)json_integer_value(id)};
    }
    *count = (int)n;
    return 0;
}

/* Appends a layer whose name and kind are known to be sound. */
static int read_layer(Reading *r, const json_t *layer, Kind kind, const char *name)
{
    Node inputs[NET_INPUTS];
    Spec spec = {0};
    int count = 0;

    if (read_spec(layer, kind, &spec, r->e) ||
        read_inputs(r, json_object_get(layer, "inputs"), kind, inputs, &count))
        return err_prefix(r->e, "layer '%s'", name);
    Node node = kind_append(r->net, kind, name, inputs, count, &spec);
    if (node.id < 0)
        return net_build(r->net, r->e); /* which now only says why */
    if (strcmp(net_op(r->net, node.id).name, name) != 0)
        return err_set(r->e, ERR_FORMAT, "layer '%s': as %s its name has to be '%s'", name,
                       kind_name(kind), net_op(r->net, node.id).name);
    if (json_object_set_new(r->ids, name, json_integer(node.id)))
        return err_set(r->e, ERR_MEMORY, "no memory for %d layers", node.id + 1);
    return 0;
}

static bool name_is_sound(const char *name)
{
    return name && *name && strlen(name) < NET_NAME && text_is_plain(name);
}

static int read_layers(Reading *r, const json_t *layers)
{
    size_t n = json_array_size(layers);

    if (n == 0 || n > NET_OP_LIMIT)
        return err_set(r->e, ERR_FORMAT, "a graph of %zu layers; 1 to %d are possible", n,
                       NET_OP_LIMIT);
    for (size_t i = 0; i < n; i++) {
        const json_t *layer = json_array_get(layers, i);
        const char *name = json_string_value(json_object_get(layer, "name"));
        int kind = find_kind(json_string_value(json_object_get(layer, "kind")));
        if (!name_is_sound(name))
            return err_set(r->e, ERR_FORMAT, "layer %zu: its name is missing, too long or strange",
                           i + 1);
        if (json_object_get(r->ids, name))
            return err_set(r->e, ERR_FORMAT, "layer '%s': the name is given twice", name);
        if (kind < 0)
            return err_set(r->e, ERR_FORMAT, "layer '%s': its kind is none that is known", name);
        int code = read_layer(r, layer, (Kind)kind, name);
        if (code)
            return code;
    }
    return 0;
}

static int read_outputs(Reading *r, const json_t *outputs)
{
    size_t n = json_array_size(outputs);

    if (n == 0 || n > NET_INPUTS)
        return err_set(r->e, ERR_FORMAT, "a graph of %zu outputs; 1 to %d are possible", n,
                       NET_INPUTS);
    for (size_t i = 0; i < n; i++) {
        const json_t *output = json_array_get(outputs, i);
        const char *name = json_string_value(json_object_get(output, "name"));
        const char *layer = json_string_value(json_object_get(output, "layer"));
        const json_t *id = layer ? json_object_get(r->ids, layer) : NULL;
        if (!name_is_sound(name) || net_output_find(r->net, name) >= 0)
            return err_set(r->e, ERR_FORMAT, "output %zu: its name is missing, strange or taken",
                           i + 1);
        if (!id)
            return err_set(r->e, ERR_FORMAT, "output '%s': its layer is not in the graph", name);
        net_output(r->net, name, (Node){(int)json_integer_value(id)});
    }
    return 0;
}

static json_t *parse(const char *text, size_t size, Err *e)
{
    json_error_t why;
    json_t *graph = NULL;

    if (!text_is_modest_json(text, size))
        err_set(e, ERR_LIMIT, "the graph holds more values than are read");
    else if (!(graph = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why)))
        err_set(e, ERR_FORMAT, "the graph is no JSON: %s",
                text_is_plain(why.text) ? why.text : "strange bytes");
    return graph;
}

Net *graph_read(const char *text, size_t size, Err *e)
{
    Reading r = {.e = e};
    json_t *graph = parse(text, size, e);
    bool done = false;

    if (!graph)
        return NULL;
    r.net = net_new();
    r.ids = json_object();
    if (!r.net || !r.ids)
        err_set(e, ERR_MEMORY, "no memory for a net");
    else
        done = read_layers(&r, json_object_get(graph, "layers")) == 0 &&
               read_outputs(&r, json_object_get(graph, "outputs")) == 0;
    json_decref(r.ids);
    json_decref(graph);
    if (done)
        return r.net;
    net_free(r.net);
    return NULL;
}
