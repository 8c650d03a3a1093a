#include "model/native.h"

#include <stdlib.h>
#include <string.h>

#include "model/about.h"
#include "model/graph.h"
#include "model/text.h"
#include "model/weights.h"

static const char format_name[] = "scrawl/1";

/* ---- reading ---- */

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

static const char *file_text(const void *from, const char *key)
{
    return safe_text(from, key);
}

static Model *read_model(const SafeFile *f, Err *e)
{
    Net *net = check_format(f, e) ? NULL : read_net(f, e);
    Model *m = net ? model_new(net) : NULL;

    if (net && !m)
        err_set(e, ERR_MEMORY, "no memory for a model");
    if (m && about_read(m, file_text, f, e)) {
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

/* Takes the file over; NULL, and `why` says, where there is none. */
static int load_matching(Model *into, SafeFile *f, const Err *why, const char *name, int *loaded,
                         int *skipped, Err *e)
{
    if (!f)
        return err_set(e, why->code, "%s", why->text);
    int copied = weights_read(into->net, f, e);
    safe_free(f);
    if (copied < 0)
        return err_prefix(e, "%s", name);
    *loaded = copied;
    *skipped = net_param_count(into->net) - copied;
    return 0;
}

int native_load_matching(Model *into, const char *path, int *loaded, int *skipped, Err *e)
{
    Err why = {0};

    return load_matching(into, safe_open(path, &why), &why, path, loaded, skipped, e);
}

int native_matching_from_bytes(Model *into, const void *bytes, size_t size, const char *name,
                               int *loaded, int *skipped, Err *e)
{
    Err why = {0};

    return load_matching(into, safe_from_bytes(bytes, size, name, &why), &why, name, loaded,
                         skipped, e);
}

/* ---- writing ---- */

static int put_texts(SafeWriter *w, const Model *m, Err *e)
{
    char *graph = graph_write(m->net, e);
    About about = {0};
    int code = graph ? about_write(m, &about, e) : -ERR_MEMORY;

    if (!code) {
        safe_writer_text(w, "format", format_name);
        safe_writer_text(w, "graph", graph);
        for (int i = 0; i < about.count; i++)
            safe_writer_text(w, about.keys[i], about.texts[i]);
    }
    about_free(&about);
    free(graph);
    return code;
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
