/* Tensors are noted as they come and laid out when the file is made. */
#include "model/safetensors.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "model/text.h"

enum { PREFIX = 8 }; /* bytes of the header's length; the header is padded to as many */

struct SafeWriter {
    json_t *texts; /* key -> text */
    json_t *names; /* name -> place in `tensors`; the names live here */
    SafeTensor *tensors;
    int count, room;
    Err trouble; /* the first, which safe_encode reports */
};

SafeWriter *safe_writer_new(void)
{
    SafeWriter *w = calloc(1, sizeof *w);

    if (w && (w->texts = json_object()) && (w->names = json_object()))
        return w;
    safe_writer_free(w);
    return NULL;
}

void safe_writer_free(SafeWriter *w)
{
    if (!w)
        return;
    json_decref(w->texts);
    json_decref(w->names);
    free(w->tensors);
    free(w);
}

static bool make_room(SafeWriter *w)
{
    int room = w->room ? 2 * w->room : 16;

    if (w->count < w->room)
        return true;
    SafeTensor *tensors = realloc(w->tensors, (size_t)room * sizeof *tensors);
    if (!tensors)
        return false;
    w->tensors = tensors;
    w->room = room;
    return true;
}

static int check_name(const SafeWriter *w, const char *name, Err *e)
{
    if (strlen(name) >= SAFE_NAME || !text_is_plain(name) || strcmp(name, "__metadata__") == 0)
        return err_set(e, ERR_ARGUMENT, "tensor '%.80s': no name for a tensor", name);
    if (json_object_get(w->names, name))
        return err_set(e, ERR_ARGUMENT, "tensor '%s': the name is given twice", name);
    return 0;
}

void safe_writer_add(SafeWriter *w, SafeTensor t)
{
    assert(t.dims >= 0 && t.dims <= SAFE_DIMS && (unsigned)t.type < SAFE_TYPES);
    if (w->trouble.code || check_name(w, t.name, &w->trouble))
        return;
    if (!safe_measure(&t) || w->count == SAFE_TENSOR_LIMIT) {
        err_set(&w->trouble, ERR_LIMIT, "tensor '%s': too large, or one too many", t.name);
    } else if (!make_room(w) || json_object_set_new(w->names, t.name, json_integer(w->count))) {
        err_set(&w->trouble, ERR_ARGUMENT, "tensor '%s': a name that is not UTF-8, or no memory",
                t.name);
    } else {
        t.name = json_object_iter_key(json_object_iter_at(w->names, t.name));
        w->tensors[w->count++] = t;
    }
}

void safe_writer_text(SafeWriter *w, const char *key, const char *text)
{
    if (!w->trouble.code && json_object_set_new(w->texts, key, json_string(text)))
        err_set(&w->trouble, ERR_ARGUMENT, "text '%s': it is not UTF-8, or memory is gone", key);
}

/* The tensors in the order of their bytes: by size of a number, largest first. */
static const SafeTensor **sort_tensors(const SafeWriter *w)
{
    const SafeTensor **sorted = malloc(((size_t)w->count + 1) * sizeof *sorted);
    int n = 0;

    for (size_t size = 8; sorted && size > 0; size /= 2)
        for (int i = 0; i < w->count; i++)
            if (safe_type_size(w->tensors[i].type) == size)
                sorted[n++] = &w->tensors[i];
    return sorted;
}

static json_t *entry_new(const SafeTensor *t, size_t begin)
{
    json_t *shape = json_array();

    for (int i = 0; i < t->dims; i++)
        if (json_array_append_new(shape, json_integer((json_int_t)t->shape[i]))) {
            json_decref(shape);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", safe_type_name(t->type), "shape", shape,
                     "data_offsets", (json_int_t)begin, (json_int_t)(begin + t->size));
}

/* The header as text, which the caller frees, and the size of what follows it; NULL without memory.
 */
static char *header_text(const SafeWriter *w, const SafeTensor *const *sorted, size_t *data_size)
{
    json_t *header = json_object();
    int failed = !header;

    if (json_object_size(w->texts) > 0)
        failed |= json_object_set(header, "__metadata__", w->texts);
    *data_size = 0;
    for (int i = 0; i < w->count && !failed; i++) {
        failed = json_object_set_new(header, sorted[i]->name, entry_new(sorted[i], *data_size));
        *data_size += sorted[i]->size;
    }
    char *text = failed ? NULL : json_dumps(header, JSON_COMPACT);
    json_decref(header);
    return text;
}

/* Length, header, spaces, tensors: one block, which the caller frees. NULL without memory. */
static uint8_t *put_together(const char *header, const SafeTensor *const *sorted, int count,
                             size_t data_size, size_t *size)
{
    size_t length = strlen(header), padded = (length + PREFIX - 1) / PREFIX * PREFIX;
    uint64_t promised = padded;
    uint8_t *bytes = malloc(PREFIX + padded + data_size), *at = bytes + PREFIX + padded;

    if (!bytes)
        return NULL;
    memcpy(bytes, &promised, PREFIX);
    memset(bytes + PREFIX, ' ', padded);
    memcpy(bytes + PREFIX, header, length);
    for (int i = 0; i < count; at += sorted[i++]->size)
        if (sorted[i]->size > 0)
            memcpy(at, sorted[i]->bytes, sorted[i]->size);
    *size = PREFIX + padded + data_size;
    return bytes;
}

uint8_t *safe_encode(const SafeWriter *w, size_t *size, Err *e)
{
    uint8_t *bytes = NULL;
    size_t data_size;

    if (w->trouble.code) {
        err_set(e, w->trouble.code, "%s", w->trouble.text);
        return NULL;
    }
    const SafeTensor **sorted = sort_tensors(w);
    char *header = sorted ? header_text(w, sorted, &data_size) : NULL;
    if (header && (strlen(header) > SAFE_HEADER_LIMIT - PREFIX || data_size > SAFE_DATA_LIMIT))
        err_set(e, ERR_LIMIT,
                "a header of %zu and data of %zu bytes; at most %d and %zu are written",
                strlen(header), data_size, SAFE_HEADER_LIMIT - PREFIX, SAFE_DATA_LIMIT);
    else if (!header || !(bytes = put_together(header, sorted, w->count, data_size, size)))
        err_set(e, ERR_MEMORY, "no memory for a file of %d tensors", w->count);
    free(header);
    free(sorted);
    return bytes;
}

int safe_save(const SafeWriter *w, const char *path, Err *e)
{
    size_t size;
    uint8_t *bytes = safe_encode(w, &size, e);

    if (!bytes)
        return err_prefix(e, "%s", path);
    int r = file_write(path, bytes, size, e);
    free(bytes);
    return r;
}
