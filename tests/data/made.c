#include "made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "base/file.h"

Writer made_idx(int type, int dims, const uint32_t *sizes, const uint8_t *values, size_t count)
{
    Writer w = {0};

    writer_u32be(&w, (uint32_t)type << 8 | (uint32_t)dims);
    for (int i = 0; i < dims; i++)
        writer_u32be(&w, sizes[i]);
    writer_put(&w, values, count);
    return w;
}

/* window: 31 for gzip, -15 for what a zip archive holds. */
static Writer packed(const void *bytes, size_t size, int window)
{
    z_stream z = {0};
    Writer w = {0};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, size);
    uint8_t *out = malloc(room);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)size;
    z.next_out = out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    writer_put(&w, out, z.total_out);
    deflateEnd(&z);
    free(out);
    return w;
}

Writer made_gzip(const void *bytes, size_t size)
{
    return packed(bytes, size, 31);
}

Writer made_npy(const char *descr, bool fortran, const char *shape, const void *values, size_t size)
{
    char header[256];
    int n = snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
                     descr, fortran ? "True" : "False", shape);
    Writer w = {0};

    while ((10 + n + 1) % 64)
        header[n++] = ' ';
    header[n++] = '\n';
    writer_put(&w, "\x93NUMPY\1\0", 8);
    writer_u16le(&w, (uint16_t)n);
    writer_put(&w, header, (size_t)n);
    writer_put(&w, values, size);
    return w;
}

size_t made_zip_add(MadeZip *z, const char *name, const void *bytes, size_t size, bool deflated)
{
    Writer data = {0};
    size_t begin = z->body.size, record = z->directory.size;

    if (deflated)
        data = packed(bytes, size, -15);
    else
        writer_put(&data, bytes, size);
    for (int central = 0; central < 2; central++) {
        Writer *w = central ? &z->directory : &z->body;
        writer_u32le(w, central ? 0x02014B50 : 0x04034B50);
        if (central)
            writer_u16le(w, 20);
        writer_u16le(w, 20);
        writer_u16le(w, 0);
        writer_u16le(w, deflated ? 8 : 0);
        writer_u32le(w, 0);
        writer_u32le(w, (uint32_t)crc32(0, bytes, (uInt)size));
        writer_u32le(w, (uint32_t)data.size);
        writer_u32le(w, (uint32_t)size);
        writer_u16le(w, (uint16_t)strlen(name));
        writer_u16le(w, 0);
        if (central) {
            writer_put(w, "\0\0\0\0\0\0\0\0\0\0", 10);
            writer_u32le(w, (uint32_t)begin);
        }
        writer_put(w, name, strlen(name));
    }
    writer_put(&z->body, data.bytes, data.size);
    writer_free(&data);
    z->members++;
    return record;
}

Writer made_zip_end(MadeZip *z)
{
    Writer w = z->body;
    size_t directory = w.size;

    writer_put(&w, z->directory.bytes, z->directory.size);
    writer_u32le(&w, 0x06054B50);
    writer_u32le(&w, 0);
    writer_u16le(&w, (uint16_t)z->members);
    writer_u16le(&w, (uint16_t)z->members);
    writer_u32le(&w, (uint32_t)z->directory.size);
    writer_u32le(&w, (uint32_t)directory);
    writer_u16le(&w, 0);
    writer_free(&z->directory);
    *z = (MadeZip){0};
    return w;
}

char *made_folder(void)
{
    const char *parent = getenv("TMPDIR");
    char *folder = file_join(parent ? parent : "/tmp", "scrawl-test-XXXXXX");

    assert_non_null(mkdtemp(folder));
    return folder;
}

char *made_path(const char *folder, const char *name)
{
    char *path = file_join(folder, name);

    assert_non_null(path);
    return path;
}

void made_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char *path = made_path(folder, name), *slash = strrchr(path, '/');

    *slash = 0;
    assert_int_equal(file_make_folder(path, NULL), 0);
    *slash = '/';
    assert_int_equal(file_write(path, bytes, size, NULL), 0);
    free(path);
}

void made_text(const char *folder, const char *name, const char *text)
{
    made_file(folder, name, text, strlen(text));
}

void made_remove(char *folder)
{
    assert_int_equal(file_remove_tree(folder, NULL), 0);
    free(folder);
}

uint8_t *made_exact(const void *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

const char *made_data(void)
{
    const char *folder = getenv("SCRAWL_DATA");

    return folder && file_is_folder(folder) ? folder : NULL;
}

void assert_sentence(const Err *e, ErrCode code, const char *part)
{
    if (e->code != code || !strstr(e->text, part))
        fail_msg("expected %s '..%s..', got %s '%s'", err_name(code), part, err_name(e->code),
                 e->text);
}
