#include "model/native.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/graph.h"
#include "model/text.h"
#include "model/weights.h"

static const char format_name[] = "scrawl/1";

/* ---- reading ---- */

/* The metadata `key` as JSON of this type, or NULL; `*missing` where there is none at all. */
static json_t *read_json(const SafeFile *f, const char *key, json_type type, bool *missing, Err *e)
{
    const char *text = safe_text(f, key);
    json_t *value = NULL;

    *missing = !text;
    if (!text)
        return NULL;
    if (text_is_modest_json(text, strlen(text)))
        value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (value && json_typeof(value) == type)
        return value;
    json_decref(value);
    err_set(e, ERR_FORMAT, "its '%s' is no JSON %s", key, type == JSON_ARRAY ? "list" : "object");
    return NULL;
}

static int read_classes(Model *m, const SafeFile *f, Err *e)
{
    bool missing;
    json_t *list = read_json(f, "classes", JSON_ARRAY, &missing, e);
    size_t count = json_array_size(list); /* text_is_modest_json keeps it small */
    const char **classes = list ? calloc(count + 1, sizeof *classes) : NULL;
    int code = 0;

    if (!list)
        return missing ? 0 : -ERR_FORMAT;
    if (!classes)
        code = err_set(e, ERR_MEMORY, "no memory for %zu class names", count);
    for (size_t i = 0; i < count && !code; i++)
        if (!(classes[i] = json_string_value(json_array_get(list, i))))
            code = err_set(e, ERR_FORMAT, "its classes are not all texts");
    if (!code)
        code = model_set_classes(m, classes, (int)count, e);
    free(classes);
    json_decref(list);
    return code;
}

/* Two numbers of an object in the metadata, which has no others. */
static int read_pair(const SafeFile *f, const char *key, const char *first, float *a,
                     const char *second, float *b, Err *e)
{
    bool missing;
    json_t *pair = read_json(f, key, JSON_OBJECT, &missing, e);
    const json_t *x = json_object_get(pair, first), *y = json_object_get(pair, second);
    int code = 0;

    if (missing)
        return err_set(e, ERR_FORMAT, "it has no '%s'", key);
    if (!pair)
        return -ERR_FORMAT;
    *a = (float)json_number_value(x);
    *b = (float)json_number_value(y);
    if (!json_is_number(x) || !json_is_number(y) || json_object_size(pair) != 2 || !isfinite(*a) ||
        !isfinite(*b))
        code = err_set(e, ERR_FORMAT, "its '%s' is not a %s and a %s", key, first, second);
    json_decref(pair);
    return code;
}

static int read_numbers(Model *m, const SafeFile *f, Err *e)
{
    Calibration *c = &m->calibration;
    int code = read_pair(f, "normalisation", "scale", &m->scale, "shift", &m->shift, e);

    if (!code)
        code = read_pair(f, "calibration", "temperature", &c->temperature, "threshold",
                         &c->threshold, e);
    if (!code && m->scale == 0)
        code = err_set(e, ERR_FORMAT, "its scale of a pixel is 0");
    if (!code && (c->temperature <= 0 || c->threshold < 0 || c->threshold > 1))
        code = err_set(e, ERR_FORMAT, "a temperature of %g and a threshold of %g make no sense",
                       (double)c->temperature, (double)c->threshold);
    return code;
}

static int read_texts(Model *m, const SafeFile *f, Err *e)
{
    const char *name = safe_text(f, "name");
    int code = name ? model_set_name(m, name, e) : 0;

    if (!code)
        code = read_classes(m, f, e);
    if (!code)
        code = read_numbers(m, f, e);
    return code ? code : model_set_record(m, safe_text(f, "record"), e);
}

static int check_format(const SafeFile *f, Err *e)
{
    const char *format = safe_text(f, "format");

    if (format && strcmp(format, format_name) == 0 && safe_text(f, "graph"))
        return 0;
    if (format && strncmp(format, "scrawl/", 7) == 0 && text_is_plain(format))
        return err_set(e, ERR_UNSUPPORTED, "its format is %.20s, this program reads %s", format,
                       format_name);
    return err_set(e, ERR_FORMAT, "it holds tensors but no graph: it was not written by scrawl");
}

/* The graph is held against the tensors before memory for it is taken: a small file cannot ask for
 * much. */
static Net *read_net(const SafeFile *f, Err *e)
{
    const char *graph = safe_text(f, "graph");
    Net *net = graph_read(graph, strlen(graph), e);

    if (!net)
        return NULL;
    if (weights_check(net, f, e) || net_build(net, e) || weights_read(net, f, e) < 0) {
        net_free(net);
        return NULL;
    }
    return net;
}

static Model *read_model(const SafeFile *f, Err *e)
{
    Net *net = check_format(f, e) ? NULL : read_net(f, e);
    Model *m = net ? model_new(net) : NULL;

    if (net && !m)
        err_set(e, ERR_MEMORY, "no memory for a model");
    if (m && read_texts(m, f, e)) {
        model_free(m);
        return NULL;
    }
    return m;
}

Model *native_from_bytes(const void *bytes, size_t size, const char *name, Err *e)
{
    SafeFile *f = safe_from_bytes(bytes, size, name, e);
    Model *m = f ? read_model(f, e) : NULL;

    if (f && !m)
        err_prefix(e, "%s", name);
    safe_free(f);
    return m;
}

Model *native_open(const char *path, Err *e)
{
    SafeFile *f = safe_open(path, e);
    Model *m = f ? read_model(f, e) : NULL;

    if (f && !m)
        err_prefix(e, "%s", path);
    safe_free(f);
    return m;
}

int native_load_matching(Model *into, const char *path, int *loaded, int *skipped, Err *e)
{
    Err why = {0};
    SafeFile *f = safe_open(path, &why);

    if (!f)
        return err_set(e, why.code, "%s", why.text);
    int copied = weights_read(into->net, f, e);
    safe_free(f);
    if (copied < 0)
        return err_prefix(e, "%s", path);
    *loaded = copied;
    *skipped = net_param_count(into->net) - copied;
    return 0;
}

/* ---- writing ---- */

static void put_classes(SafeWriter *w, const Model *m)
{
    json_t *list = json_array();

    for (int i = 0; i < m->class_count; i++)
        json_array_append_new(list, json_string(m->classes[i]));
    char *text =
        json_array_size(list) == (size_t)m->class_count ? json_dumps(list, JSON_COMPACT) : NULL;
    safe_writer_text(w, "classes",
                     text ? text : "\xFF"); /* what is no text is reported at the end */
    free(text);
    json_decref(list);
}

static void put_pair(SafeWriter *w, const char *key, const char *first, float a, const char *second,
                     float b)
{
    json_t *pair = json_pack("{s:f, s:f}", first, (double)a, second, (double)b);
    char *text = pair ? json_dumps(pair, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;

    safe_writer_text(w, key, text ? text : "\xFF");
    free(text);
    json_decref(pair);
}

static int put_texts(SafeWriter *w, const Model *m, Err *e)
{
    char *graph = graph_write(m->net, e);

    if (!graph)
        return -ERR_MEMORY;
    safe_writer_text(w, "format", format_name);
    if (m->name[0])
        safe_writer_text(w, "name", m->name);
    safe_writer_text(w, "graph", graph);
    if (m->class_count)
        put_classes(w, m);
    put_pair(w, "normalisation", "scale", m->scale, "shift", m->shift);
    put_pair(w, "calibration", "temperature", m->calibration.temperature, "threshold",
             m->calibration.threshold);
    if (m->record)
        safe_writer_text(w, "record", m->record);
    free(graph);
    return 0;
}

int native_save(const Model *m, const char *path, ModelPrecision precision, Err *e)
{
    SafeWriter *w = safe_writer_new();
    uint8_t *bytes = NULL;
    int code = w ? put_texts(w, m, e) : err_set(e, ERR_MEMORY, "no memory for a file");

    if (!code)
        code = weights_write(w, m->net, precision, &bytes, e);
    if (code)
        err_prefix(e, "%s", path);
    else
        code = safe_save(w, path, e);
    safe_writer_free(w);
    free(bytes);
    return code;
}
