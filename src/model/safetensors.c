/* The header is read by jansson into a tree, and that into an array of tensors sorted by place, so
 * that "no holes, no overlap, ends with the file" is one comparison a tensor. */
#include "model/safetensors.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "model/half.h"
#include "model/text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "tensors are copied as they lie in files");

static const char metadata_key[] = "__metadata__";

static const struct {
    const char *name;
    size_t size;
} types[SAFE_TYPES] = {
    [SAFE_F32] = {"F32", 4},   [SAFE_F16] = {"F16", 2}, [SAFE_BF16] = {"BF16", 2},
    [SAFE_F64] = {"F64", 8},   [SAFE_I64] = {"I64", 8}, [SAFE_U64] = {"U64", 8},
    [SAFE_I32] = {"I32", 4},   [SAFE_U32] = {"U32", 4}, [SAFE_I16] = {"I16", 2},
    [SAFE_U16] = {"U16", 2},   [SAFE_I8] = {"I8", 1},   [SAFE_U8] = {"U8", 1},
    [SAFE_BOOL] = {"BOOL", 1},
};

struct SafeFile {
    uint8_t *owned; /* the file, when safe_open has read it */
    json_t *header; /* the tensors' names and the texts live here */
    json_t *index;  /* name -> place in `tensors` */
    SafeTensor *tensors;
    int count;
};

void safe_free(SafeFile *f)
{
    if (!f)
        return;
    json_decref(f->header);
    json_decref(f->index);
    free(f->tensors);
    free(f->owned);
    free(f);
}

int safe_count(const SafeFile *f)
{
    return f->count;
}

const SafeTensor *safe_tensor(const SafeFile *f, int index)
{
    assert(index >= 0 && index < f->count);
    return &f->tensors[index];
}

const SafeTensor *safe_find(const SafeFile *f, const char *name)
{
    const json_t *place = json_object_get(f->index, name);

    return place ? &f->tensors[json_integer_value(place)] : NULL;
}

const char *safe_text(const SafeFile *f, const char *key)
{
    return json_string_value(json_object_get(json_object_get(f->header, metadata_key), key));
}

size_t safe_numbers(const SafeTensor *t)
{
    return t->size / types[t->type].size;
}

size_t safe_type_size(SafeType type)
{
    assert((unsigned)type < SAFE_TYPES);
    return types[type].size;
}

bool safe_floats(const SafeTensor *t, float *out)
{
    size_t n = safe_numbers(t);

    if (t->type == SAFE_F32 && n > 0)
        memcpy(out, t->bytes, t->size);
    if (t->type != SAFE_F16 && t->type != SAFE_BF16)
        return t->type == SAFE_F32;
    for (size_t i = 0; i < n; i++) {
        uint16_t bits;
        memcpy(&bits, (const uint8_t *)t->bytes + 2 * i, sizeof bits);
        out[i] = t->type == SAFE_F16 ? half_to_float(bits) : bfloat_to_float(bits);
    }
    return true;
}

const char *safe_type_name(SafeType type)
{
    assert((unsigned)type < SAFE_TYPES);
    return types[type].name;
}

const char *safe_shape_text(int dims, const size_t *shape, char out[SAFE_SHAPE_TEXT])
{
    int at = sprintf(out, "(");

    assert(dims >= 0 && dims <= SAFE_DIMS);
    for (int i = 0; i < dims; i++)
        at += sprintf(out + at, "%s%zu", i ? "," : "", shape[i]);
    sprintf(out + at, ")");
    return out;
}

bool safe_measure(SafeTensor *t)
{
    size_t size = types[t->type].size;

    for (int i = 0; i < t->dims; i++)
        if (!size_multiply(size, t->shape[i], &size))
            return false;
    t->size = size;
    return true;
}

/* ---- reading ---- */

static int check_name(const char *name, Err *e)
{
    size_t length = strlen(name);

    if (length >= SAFE_NAME)
        return err_set(e, ERR_FORMAT, "a tensor's name has %zu bytes, at most %d are read", length,
                       SAFE_NAME - 1);
    if (!text_is_plain(name))
        return err_set(e, ERR_FORMAT, "a tensor's name holds a control character");
    return 0;
}

static int read_type(SafeTensor *t, const json_t *type, Err *e)
{
    const char *name = json_string_value(type);

    for (int i = 0; name && i < SAFE_TYPES; i++)
        if (strcmp(types[i].name, name) == 0) {
            t->type = (SafeType)i;
            return 0;
        }
    if (!name)
        return err_set(e, ERR_FORMAT, "its dtype is missing or not a text");
    if (strlen(name) > 16 || !text_is_plain(name))
        name = "?";
    return err_set(e, ERR_UNSUPPORTED, "its dtype '%s' is none that is known", name);
}

/* A whole number of at least 0 that fits a size. */
static bool read_size(const json_t *number, size_t *out)
{
    json_int_t v = json_integer_value(number);

    if (!json_is_integer(number) || v < 0 || (uintmax_t)v > SIZE_MAX)
        return false;
    *out = (size_t)v;
    return true;
}

static int read_shape(SafeTensor *t, const json_t *shape, Err *e)
{
    if (!json_is_array(shape) || json_array_size(shape) > SAFE_DIMS)
        return err_set(e, ERR_FORMAT, "its shape is no list of at most %d sizes", SAFE_DIMS);
    t->dims = (int)json_array_size(shape);
    for (int i = 0; i < t->dims; i++)
        if (!read_size(json_array_get(shape, (size_t)i), &t->shape[i]))
            return err_set(e, ERR_FORMAT, "its shape holds something that is no size");
    if (!safe_measure(t))
        return err_set(e, ERR_FORMAT, "its shape is larger than any memory");
    return 0;
}

static int read_place(SafeTensor *t, const json_t *offsets, const uint8_t *data, size_t data_size,
                      Err *e)
{
    size_t begin, end;

    if (json_array_size(offsets) != 2 || !read_size(json_array_get(offsets, 0), &begin) ||
        !read_size(json_array_get(offsets, 1), &end))
        return err_set(e, ERR_FORMAT, "its data_offsets are not two sizes");
    if (begin > end || end > data_size)
        return err_set(e, ERR_FORMAT, "its bytes %zu to %zu are not in the %zu bytes of data",
                       begin, end, data_size);
    if (end - begin != t->size)
        return err_set(e, ERR_FORMAT, "its shape needs %zu bytes, its offsets hold %zu", t->size,
                       end - begin);
    t->bytes = data + begin;
    return 0;
}

static int read_tensor(SafeTensor *t, const char *name, const json_t *entry, const uint8_t *data,
                       size_t data_size, Err *e)
{
    if (check_name(name, e))
        return -1;
    t->name = name;
    if (!json_is_object(entry))
        return err_set(e, ERR_FORMAT, "tensor '%s': its entry is no object", name);
    if (read_type(t, json_object_get(entry, "dtype"), e) ||
        read_shape(t, json_object_get(entry, "shape"), e) ||
        read_place(t, json_object_get(entry, "data_offsets"), data, data_size, e))
        return err_prefix(e, "tensor '%s'", name);
    return 0;
}

static int check_texts(const json_t *header, Err *e)
{
    json_t *metadata = json_object_get(header, metadata_key), *text;
    const char *key;

    if (metadata && !json_is_object(metadata))
        return err_set(e, ERR_FORMAT, "its %s is no object", metadata_key);
    json_object_foreach(metadata, key, text) if (!json_is_string(text)) return err_set(
        e, ERR_FORMAT, "its %s holds something that is no text", metadata_key);
    return 0;
}

/* Empty tensors, which share their place with another, stand before it. */
static int by_place(const void *a, const void *b)
{
    const SafeTensor *x = a, *y = b;

    if (x->bytes != y->bytes)
        return (const uint8_t *)x->bytes < (const uint8_t *)y->bytes ? -1 : 1;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Sorted by place, each tensor begins where the one before ends, and the last ends with the file.
 */
static int check_tiling(SafeFile *f, const uint8_t *data, size_t data_size, Err *e)
{
    size_t end = 0;

    qsort(f->tensors, (size_t)f->count, sizeof *f->tensors, by_place);
    for (int i = 0; i < f->count; i++) {
        const SafeTensor *t = &f->tensors[i];
        size_t begin = (size_t)((const uint8_t *)t->bytes - data);
        if (begin != end)
            return err_set(e, ERR_FORMAT, "tensor '%s': begins at byte %zu of the data, not at %zu",
                           t->name, begin, end);
        end += t->size;
    }
    if (end != data_size)
        return err_set(e, ERR_FORMAT, "its tensors end after %zu bytes of data, the file after %zu",
                       end, data_size);
    return 0;
}

static int read_tensors(SafeFile *f, const uint8_t *data, size_t data_size, Err *e)
{
    size_t entries = json_object_size(f->header);
    const char *name;
    json_t *entry;

    if (entries > SAFE_TENSOR_LIMIT)
        return err_set(e, ERR_LIMIT, "%zu tensors, at most %d are read", entries,
                       SAFE_TENSOR_LIMIT);
    f->tensors = calloc(entries + 1, sizeof *f->tensors);
    if (!f->tensors)
        return err_set(e, ERR_MEMORY, "no memory for %zu tensors", entries);
    json_object_foreach(
        f->header, name,
        entry) if (strcmp(name, metadata_key) != 0 &&
                   read_tensor(&f->tensors[f->count++], name, entry, data, data_size, e)) return -1;
    return check_tiling(f, data, data_size, e);
}

static int make_index(SafeFile *f, Err *e)
{
    int failed = !(f->index = json_object());

    for (int i = 0; i < f->count && !failed; i++)
        failed = json_object_set_new(f->index, f->tensors[i].name, json_integer(i));
    return failed ? err_set(e, ERR_MEMORY, "no memory for %d tensors", f->count) : 0;
}

static json_t *parse_header(const char *text, size_t size, Err *e)
{
    json_error_t why;
    json_t *header;

    if (size == 0 || text[0] != '{') {
        err_set(e, ERR_FORMAT, "the header does not begin with '{'");
        return NULL;
    }
    if (!text_is_modest_json(text, size)) {
        err_set(e, ERR_LIMIT, "the header holds more values than are read");
        return NULL;
    }
    header = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (!header)
        err_set(e, ERR_FORMAT, "the header is no JSON: %s",
                text_is_plain(why.text) ? why.text : "strange bytes");
    return header;
}

/* Finds the header; what follows it is data. */
static json_t *read_header(Reader *r, Err *e)
{
    uint64_t size = reader_u64le(r);

    if (r->failed)
        err_set(e, ERR_FORMAT, "%zu bytes are too few for a safetensors file", r->size);
    else if (size > reader_left(r))
        err_set(e, ERR_FORMAT, "a header of %ju bytes is promised, %zu bytes follow",
                (uintmax_t)size, reader_left(r));
    else if (size > SAFE_HEADER_LIMIT)
        err_set(e, ERR_LIMIT, "a header of %ju bytes, at most %d are read", (uintmax_t)size,
                SAFE_HEADER_LIMIT);
    else
        return parse_header((const char *)reader_take(r, (size_t)size), (size_t)size, e);
    return NULL;
}

SafeFile *safe_from_bytes(const void *bytes, size_t size, const char *name, Err *e)
{
    SafeFile *f = calloc(1, sizeof *f);
    Reader r = reader_open(bytes, size);

    if (!f)
        err_set(e, ERR_MEMORY, "no memory for its tensors");
    else if ((f->header = read_header(&r, e)) && check_texts(f->header, e) == 0 &&
             read_tensors(f, r.bytes + r.at, reader_left(&r), e) == 0 && make_index(f, e) == 0)
        return f;
    err_prefix(e, "%s", name);
    safe_free(f);
    return NULL;
}

SafeFile *safe_open(const char *path, Err *e)
{
    size_t size;
    uint8_t *bytes = file_read(path, FILE_LIMIT, &size, e);
    SafeFile *f = bytes ? safe_from_bytes(bytes, size, path, e) : NULL;

    if (f)
        f->owned = bytes;
    else
        free(bytes);
    return f;
}
