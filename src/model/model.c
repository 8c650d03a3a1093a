/* The door to the formats. To add a format: its functions and a line in `formats`. */
#include "model/model.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "model/keras.h"
#include "model/native.h"
#include "model/text.h"

int model_set_record(Model *m, const char *json, Err *e)
{
    size_t size = json ? strlen(json) : 0;
    char *copy = NULL;

    if (size > MODEL_RECORD_LIMIT || (json && !text_is_modest_json(json, size)))
        return err_set(e, ERR_LIMIT, "a training record of %zu bytes, at most %d are kept", size,
                       MODEL_RECORD_LIMIT);
    json_t *record = json ? json_loadb(json, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    bool sound = !json || json_is_object(record);
    json_decref(record);
    if (!sound)
        return err_set(e, ERR_ARGUMENT, "the training record is no JSON object");
    if (json && !(copy = strdup(json)))
        return err_set(e, ERR_MEMORY, "no memory for a training record");
    free(m->record);
    m->record = copy;
    return 0;
}

typedef struct Format {
    const char *ending;
    Model *(*open)(const char *path, Err *e);
    int (*save)(const Model *m, const char *path, ModelPrecision precision, Err *e);
    int (*load_matching)(Model *into, const char *path, int *loaded, int *skipped, Err *e);
} Format;

static const Format formats[] = {
    /* "-" takes the first */
    {"safetensors", native_open, native_save, native_load_matching},
    {"h5", keras_open, keras_save, keras_load_matching},
    {"json", keras_open, keras_save, keras_load_matching},
};

/* The endings as ".a, .b", for a sentence. */
static void list_endings(char *out, size_t size)
{
    *out = 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t at = strlen(out);
        snprintf(out + at, size - at, "%s.%s", i ? ", " : "", formats[i].ending);
    }
}

static const Format *find_format(const char *path, Err *e)
{
    char endings[100];

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(path, "-") == 0 || strcasecmp(file_ending(path), formats[i].ending) == 0)
            return &formats[i];
    list_endings(endings, sizeof endings);
    err_set(e, ERR_UNSUPPORTED, "%s: a model's file ends in %s", path, endings);
    return NULL;
}

Model *model_open(const char *path, Err *e)
{
    const Format *format = find_format(path, e);

    return format ? format->open(path, e) : NULL;
}

Model *model_from_bytes(const void *bytes, size_t size, const char *name, Err *e)
{
    return native_from_bytes(bytes, size, name, e);
}

int model_save(const Model *m, const char *path, ModelPrecision precision, Err *e)
{
    const Format *format = find_format(path, e);

    return format ? format->save(m, path, precision, e) : -ERR_UNSUPPORTED;
}

int model_load_matching(Model *into, const char *path, int *loaded, int *skipped, Err *e)
{
    const Format *format = find_format(path, e);

    return format ? format->load_matching(into, path, loaded, skipped, e) : -ERR_UNSUPPORTED;
}
