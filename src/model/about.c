#include "model/about.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/text.h"

/* ---- reading ---- */

/* The metadata `key` as JSON of this type, or NULL; `*missing` where there is none at all. */
static json_t *read_json(AboutText *find, const void *from, const char *key, json_type type,
                         bool *missing, Err *e)
{
    const char *text = find(from, key);
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

static int read_classes(Model *m, AboutText *find, const void *from, Err *e)
{
    bool missing;
    json_t *list = read_json(find, from, "classes", JSON_ARRAY, &missing, e);
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
static int read_pair(AboutText *find, const void *from, const char *key, const char *first,
                     float *a, const char *second, float *b, Err *e)
{
    bool missing;
    json_t *pair = read_json(find, from, key, JSON_OBJECT, &missing, e);
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

static int read_numbers(Model *m, AboutText *find, const void *from, Err *e)
{
    Calibration *c = &m->calibration;
    int code = read_pair(find, from, "normalisation", "scale", &m->scale, "shift", &m->shift, e);

    if (!code)
        code = read_pair(find, from, "calibration", "temperature", &c->temperature, "threshold",
                         &c->threshold, e);
    if (!code && m->scale == 0)
        code = err_set(e, ERR_FORMAT, "its scale of a pixel is 0");
    if (!code && (c->temperature <= 0 || c->threshold < 0 || c->threshold > 1))
        code = err_set(e, ERR_FORMAT, "a temperature of %g and a threshold of %g make no sense",
                       (double)c->temperature, (double)c->threshold);
    return code;
}

int about_read(Model *m, AboutText *find, const void *from, Err *e)
{
    const char *name = find(from, "name");
    int code = name ? model_set_name(m, name, e) : 0;

    if (!code)
        code = read_classes(m, find, from, e);
    if (!code)
        code = read_numbers(m, find, from, e);
    return code ? code : model_set_record(m, find(from, "record"), e);
}

static const char *kept_text(const void *from, const char *key)
{
    const About *a = from;

    for (int i = 0; i < a->count; i++)
        if (strcmp(a->keys[i], key) == 0)
            return a->texts[i];
    return NULL;
}

int about_read_json(Model *m, const char *json, Err *e)
{
    static const char *const keys[] = {"name", "classes", "normalisation", "calibration", "record"};
    json_t *all = NULL;
    About a = {0};
    int code = 0;

    if (text_is_modest_json(json, strlen(json)))
        all = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(all))
        code = err_set(e, ERR_FORMAT, "what it says about the model is no JSON object");
    for (int i = 0; i < ABOUT_KEYS && !code; i++) {
        const json_t *value = json_object_get(all, keys[i]);
        const char *text = json_string_value(value);
        if (!value)
            continue;
        a.keys[a.count] = keys[i];
        a.texts[a.count] = text ? strdup(text) : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        if (!a.texts[a.count++])
            code = err_set(e, ERR_MEMORY, "no memory for what a file says about its model");
    }
    if (!code)
        code = about_read(m, kept_text, &a, e);
    about_free(&a);
    json_decref(all);
    return code;
}

/* ---- writing ---- */

/* Takes the text over, which is NULL where memory was gone or a name is no text. */
static void keep(About *a, const char *key, char *text)
{
    a->keys[a->count] = key;
    a->texts[a->count++] = text;
}

static char *classes_text(const Model *m)
{
    json_t *list = json_array();

    for (int i = 0; i < m->class_count; i++)
        json_array_append_new(list, json_string(m->classes[i]));
    char *text =
        json_array_size(list) == (size_t)m->class_count ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return text;
}

static char *pair_text(const char *first, float a, const char *second, float b)
{
    json_t *pair = json_pack("{s:f, s:f}", first, (double)a, second, (double)b);
    char *text = pair ? json_dumps(pair, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;

    json_decref(pair);
    return text;
}

int about_write(const Model *m, About *a, Err *e)
{
    const Calibration *c = &m->calibration;
    bool failed = false;

    if (m->name[0])
        keep(a, "name", strdup(m->name));
    if (m->class_count)
        keep(a, "classes", classes_text(m));
    keep(a, "normalisation", pair_text("scale", m->scale, "shift", m->shift));
    keep(a, "calibration", pair_text("temperature", c->temperature, "threshold", c->threshold));
    if (m->record)
        keep(a, "record", strdup(m->record));
    for (int i = 0; i < a->count; i++)
        failed |= !a->texts[i];
    return failed ? err_set(e, ERR_MEMORY, "no memory for texts, or a name that is not UTF-8") : 0;
}

void about_free(About *a)
{
    for (int i = 0; i < a->count; i++)
        free(a->texts[i]);
    a->count = 0;
}

char *about_json(const Model *m, Err *e)
{
    About a = {0};
    char *text = NULL;

    if (about_write(m, &a, e) == 0) {
        json_t *all = json_object();
        for (int i = 0; i < a.count; i++)
            json_object_set_new(all, a.keys[i],
                                strcmp(a.keys[i], "name") == 0 ? json_string(a.texts[i])
                                                               : json_loads(a.texts[i], 0, NULL));
        if (json_object_size(all) == (size_t)a.count)
            text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(9));
        json_decref(all);
        if (!text)
            err_set(e, ERR_MEMORY, "no memory for texts, or a name that is not UTF-8");
    }
    about_free(&a);
    return text;
}
