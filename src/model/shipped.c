#include "model/shipped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

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

/* The model in a run's folder. */
static Model *open_run(const char *folder, Err *e)
{
    char *path = file_join(folder, "model.safetensors");
    Model *m = NULL;

    if (!path)
        err_set(e, ERR_MEMORY, "%s: no memory", folder);
    else if (!file_exists(path))
        err_set(e, ERR_IO, "%s: a folder without a model.safetensors, so not a run's", folder);
    else
        m = model_open(path, e);
    free(path);
    return m;
}

Model *shipped_open(const char *name_or_path, Err *e)
{
    const Shipped *s = shipped_find(name_or_path);
    char names[300];

    if (s)
        return model_from_bytes(s->bytes, s->size, s->name, e);
    if (file_is_folder(name_or_path))
        return open_run(name_or_path, e);
    if (strpbrk(name_or_path, "./-") || file_exists(name_or_path))
        return model_open(name_or_path, e);
    list_names(names, sizeof names);
    err_set(e, ERR_ARGUMENT, "%s: neither a file nor a model that ships (%s)", name_or_path, names);
    return NULL;
}
