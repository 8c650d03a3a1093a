/* Records, the same both ways: a byte of kind, the path, and
 *     'T'  name, count + 1 (0: one text that is no list), each text
 *     'A'  dims, shape, numbers
 * A text is its length in 32 bits and its bytes. */
#include "model/hdf5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "model/hdf5_child.h"

typedef struct Texts { /* an attribute */
    const char *path, *name;
    bool list;
    size_t count;
    const char **texts;
} Texts;

struct Hdf5 {
    Texts *texts;
    size_t text_count;
    Hdf5Array *arrays;
    size_t array_count;
    void *blocks[2 * HDF5_RECORD_LIMIT]; /* what the above point into */
    size_t block_count;
};

/* ---- writing records ---- */

static void put_string(Writer *w, const char *text, size_t length)
{
    writer_u32le(w, (uint32_t)length);
    writer_put(w, text, length);
}

static void put_texts(Writer *w, const char *group, const char *attribute, bool list,
                      const char *const *texts, size_t count)
{
    writer_u8(w, 'T');
    put_string(w, group, strlen(group));
    put_string(w, attribute, strlen(attribute));
    writer_u32le(w, list ? (uint32_t)count + 1 : 0);
    for (size_t i = 0; i < count; i++)
        put_string(w, texts[i], strlen(texts[i]));
}

void hdf5_put_text(Writer *w, const char *group, const char *attribute, const char *text)
{
    put_texts(w, group, attribute, false, &text, 1);
}

void hdf5_put_texts(Writer *w, const char *group, const char *attribute, const char *const *texts,
                    size_t count)
{
    put_texts(w, group, attribute, true, texts, count);
}

void hdf5_put_array(Writer *w, const char *path, int dims, const size_t *shape,
                    const float *numbers)
{
    size_t count = 1;

    writer_u8(w, 'A');
    put_string(w, path, strlen(path));
    writer_u8(w, (uint8_t)dims);
    for (int i = 0; i < dims; i++) {
        writer_u64le(w, shape[i]);
        count *= shape[i];
    }
    writer_put(w, numbers, count * sizeof *numbers);
}

int hdf5_save(const Writer *w, const char *path, Err *e)
{
    Writer file = {0};
    int code = w->failed ? err_set(e, ERR_MEMORY, "no memory for the file")
                         : hdf5_child(HDF5_WRITE, w->bytes, w->size, &file, e);

    if (code)
        err_prefix(e, "%s", path);
    else
        code = file_write(path, file.bytes, file.size, e);
    writer_free(&file);
    return code;
}

/* ---- reading records ---- */

static void *keep(Hdf5 *h, void *block)
{
    if (block)
        h->blocks[h->block_count++] = block;
    return block;
}

/* A text with a NUL behind it, at `*room`, which moves on. What holds a NUL ends there. */
static const char *take_string(Reader *r, char **room)
{
    size_t length = reader_u32le(r);
    const uint8_t *bytes = reader_take(r, length);
    char *text = *room;

    if (!bytes)
        return NULL;
    memcpy(text, bytes, length);
    text[length] = '\0';
    *room += length + 1;
    return text;
}

static bool read_texts(Hdf5 *h, Reader *r)
{
    Reader ahead = *r;
    size_t size = 0, count, listed;

    for (int i = 0; i < 2; i++) /* path and name */
        reader_take(&ahead, reader_u32le(&ahead));
    listed = reader_u32le(&ahead);
    count = listed ? listed - 1 : 1;
    if (ahead.failed || count > reader_left(&ahead) / 4)
        return false;
    for (size_t i = 0; i < count; i++)
        reader_take(&ahead, reader_u32le(&ahead));
    size = ahead.at - r->at;
    char *room = keep(h, malloc(size + 4)); /* lengths of 32 bits give way to NULs */
    const char **texts = keep(h, malloc((count + 1) * sizeof *texts));
    if (ahead.failed || !room || !texts)
        return false;
    Texts *t = &h->texts[h->text_count++];
    t->path = take_string(r, &room);
    t->name = take_string(r, &room);
    t->list = reader_u32le(r) > 0;
    t->count = count;
    t->texts = texts;
    for (size_t i = 0; i < count; i++)
        texts[i] = take_string(r, &room);
    return !r->failed;
}

static bool read_array(Hdf5 *h, Reader *r)
{
    Hdf5Array *a = &h->arrays[h->array_count];
    Reader ahead = *r;
    size_t length = reader_u32le(&ahead), size;
    char *room = length < HDF5_PATH ? keep(h, malloc(length + 1)) : NULL;

    if (!room)
        return false;
    a->path = take_string(r, &room);
    a->dims = reader_u8(r);
    a->count = 1;
    if (r->failed || a->dims > HDF5_DIMS)
        return false;
    for (int i = 0; i < a->dims; i++) {
        a->shape[i] = reader_u64le(r);
        if (!size_multiply(a->count, a->shape[i], &a->count))
            return false;
    }
    const uint8_t *bytes =
        size_multiply(a->count, sizeof(float), &size) ? reader_take(r, size) : NULL;
    float *numbers = bytes ? keep(h, malloc(size + 1)) : NULL;
    if (!numbers)
        return false;
    memcpy(numbers, bytes, size);
    a->numbers = numbers;
    h->array_count++;
    return true;
}

static bool read_records(Hdf5 *h, Reader r)
{
    bool sound = true;

    while (sound && reader_left(&r)) {
        uint8_t kind = reader_u8(&r);
        if (h->text_count + h->array_count == HDF5_RECORD_LIMIT)
            return false;
        sound = kind == 'T' ? read_texts(h, &r) : kind == 'A' && read_array(h, &r);
    }
    return sound && !r.failed;
}

/* ---- the file ---- */

static const uint8_t signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

/* The superblock: a version that libhdf5 1.10 knows, offsets of 8 bytes, and a file as long as it
 * says. What is cut off is refused here, before the library sees it. */
static int check_superblock(const uint8_t *bytes, size_t size, Err *e)
{
    Reader r = reader_open(bytes, size);
    bool sound =
        reader_take(&r, sizeof signature) && memcmp(bytes, signature, sizeof signature) == 0;
    uint8_t version = sound ? reader_u8(&r) : 0;

    if (!sound)
        return err_set(e, ERR_FORMAT, "no HDF5 file");
    if (version > 3)
        return err_set(e, ERR_UNSUPPORTED, "a superblock of version %d, 0 to 3 are read", version);
    if (version < 2)
        reader_take(&r, 4); /* versions of what comes later */
    uint8_t offsets = reader_u8(&r);
    reader_take(&r, version < 2 ? (version ? 14 : 10) : 2); /* lengths, sizes of trees, flags */
    reader_take(&r, 16); /* base address, free space or extension */
    uint64_t end = reader_u64le(&r);
    if (r.failed || offsets != 8)
        return err_set(e, ERR_FORMAT, "a broken HDF5 file");
    if (end > size)
        return err_set(e, ERR_FORMAT, "%zu bytes, the HDF5 file in it has %llu", size,
                       (unsigned long long)end);
    return 0;
}

Hdf5 *hdf5_from_bytes(const void *bytes, size_t size, const char *name, Err *e)
{
    Writer records = {0};
    Hdf5 *h = NULL;

    if (check_superblock(bytes, size, e) || hdf5_child(HDF5_READ, bytes, size, &records, e)) {
        err_prefix(e, "%s", name);
        writer_free(&records);
        return NULL;
    }
    h = calloc(1, sizeof *h);
    if (h) {
        h->texts = calloc(HDF5_RECORD_LIMIT, sizeof *h->texts);
        h->arrays = calloc(HDF5_RECORD_LIMIT, sizeof *h->arrays);
    }
    bool sound =
        h && h->texts && h->arrays && read_records(h, reader_open(records.bytes, records.size));
    writer_free(&records);
    if (sound)
        return h;
    hdf5_free(h);
    err_set(e, ERR_FORMAT, "%s: what it holds makes no sense, or is too much", name);
    return NULL;
}

Hdf5 *hdf5_open(const char *path, Err *e)
{
    size_t size;
    uint8_t *bytes = file_read(path, FILE_LIMIT, &size, e);
    Hdf5 *h = bytes ? hdf5_from_bytes(bytes, size, path, e) : NULL;

    free(bytes);
    return h;
}

void hdf5_free(Hdf5 *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->block_count; i++)
        free(h->blocks[i]);
    free(h->texts);
    free(h->arrays);
    free(h);
}

static const Texts *find_texts(const Hdf5 *h, const char *path, const char *name)
{
    for (size_t i = 0; i < h->text_count; i++)
        if (strcmp(h->texts[i].path, path) == 0 && strcmp(h->texts[i].name, name) == 0)
            return &h->texts[i];
    return NULL;
}

const char *hdf5_text(const Hdf5 *h, const char *group, const char *attribute)
{
    const Texts *t = find_texts(h, group, attribute);

    return t && !t->list ? t->texts[0] : NULL;
}

const char *hdf5_text_at(const Hdf5 *h, const char *group, const char *attribute, size_t index)
{
    const Texts *t = find_texts(h, group, attribute);
    char part[64];

    if (t)
        return t->list && index < t->count ? t->texts[index] : NULL;
    for (int i = 0;
         snprintf(part, sizeof part, "%.48s%d", attribute, i), (t = find_texts(h, group, part));
         i++) {
        if (index < t->count)
            return t->texts[index];
        index -= t->count;
    }
    return NULL;
}

const Hdf5Array *hdf5_array(const Hdf5 *h, const char *path)
{
    for (size_t i = 0; i < h->array_count; i++)
        if (strcmp(h->arrays[i].path, path) == 0)
            return &h->arrays[i];
    return NULL;
}
