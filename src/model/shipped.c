#include "model/shipped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "model/native.h"

extern const Shipped shipped_models[]; /* written by tools/embed.c at build time */

const Shipped *shipped_list(void)
{
    return shipped_models;
}

const Shipped *shipped_find(const char *name)
{
    for (const Shipped *s = shipped_models; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

/* "a, b, c", cut where `size` ends. */
static void list_names(char *out, size_t size)
{
    size_t at = 0;

    snprintf(out, size, "none");
    for (const Shipped *s = shipped_models; s->name && at < size; s++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", s->name);
}

/* The model in a run's folder; the caller frees. */
static char *path_in_run(const char *folder, Err *e)
{
    char *path = file_join(folder, "model.safetensors");

    if (!path)
        err_set(e, ERR_MEMORY, "%s: no memory", folder);
    else if (!file_exists(path))
        err_set(e, ERR_IO, "%s: a folder without a model.safetensors, so not a run's", folder);
    else
        return path;
    free(path);
    return NULL;
}

/* The file of what is no name of a model that ships; the caller frees. */
static char *path_of(const char *text, Err *e)
{
    char names[300], *copy;

    if (file_is_folder(text))
        return path_in_run(text, e);
    if (strpbrk(text, "./-") || file_exists(text)) {
        copy = strdup(text);
        if (!copy)
            err_set(e, ERR_MEMORY, "%s: no memory", text);
        return copy;
    }
    list_names(names, sizeof names);
    err_set(e, ERR_ARGUMENT, "%s: neither a file nor a model that ships (%s)", text, names);
    return NULL;
}

Model *shipped_open(const char *name_or_path, Err *e)
{
    const Shipped *s = shipped_find(name_or_path);
    char *path = s ? NULL : path_of(name_or_path, e);
    Model *m = NULL;

    if (s)
        m = model_from_bytes(s->bytes, s->size, s->name, e);
    else if (path)
        m = model_open(path, e);
    free(path);
    return m;
}

int shipped_load_matching(Model *into, const char *name_or_path, int *loaded, int *skipped, Err *e)
{
    const Shipped *s = shipped_find(name_or_path);
    Err why = {0};
    char *path = s ? NULL : path_of(name_or_path, &why);

    if (!s && !path)
        return err_set(e, why.code, "%s", why.text);
    int code = s ? native_matching_from_bytes(into, s->bytes, s->size, s->name, loaded, skipped, e)
                 : model_load_matching(into, path, loaded, skipped, e);

    free(path);
    return code;
}
