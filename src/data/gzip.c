#include "data/gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { RATIO = 1032 }; /* one bit of deflate makes at most 129 bytes */

bool gzip_is(const uint8_t *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8;
}

/* zlib counts in `unsigned`: what is left of n, as much of it as fits. */
static uInt piece(size_t n)
{
    return n > UINT_MAX / 2 ? UINT_MAX / 2 : (uInt)n;
}

/* Goes on with a stream until it ends, fails, or all input or room is used. */
static int inflate_on(z_stream *z, const uint8_t *bytes, size_t size, size_t *used, uint8_t *plain,
                      size_t room, size_t *made)
{
    int r = Z_OK;

    while (r == Z_OK) {
        uInt in = piece(size - *used), out = piece(room - *made);
        z->next_in = (Bytef *)(uintptr_t)(bytes + *used);
        z->avail_in = in;
        z->next_out = plain + *made;
        z->avail_out = out;
        r = inflate(z, Z_NO_FLUSH);
        *used += in - z->avail_in;
        *made += out - z->avail_out;
    }
    return r;
}

/* How large the content probably is: what the last four bytes say, as far as that can be true. */
static size_t likely_size(const uint8_t *bytes, size_t size, size_t limit)
{
    const uint8_t *p = bytes + size - 4;
    size_t says = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    size_t most = size < limit / RATIO ? size * RATIO : limit;

    return says < most ? says : most;
}

typedef struct Plain {
    uint8_t *bytes;
    size_t size, room;
} Plain;

/* Room for more, up to one byte beyond the limit: that byte tells that there is too much. */
static bool plain_grow(Plain *p, size_t limit)
{
    size_t room = p->room < 4096 ? 8192 : p->room < limit / 2 ? p->room * 2 : limit + 1;
    uint8_t *bytes = realloc(p->bytes, room);

    if (!bytes)
        return false;
    p->bytes = bytes;
    p->room = room;
    return true;
}

/* One member of a gzip file after another. */
static int inflate_members(z_stream *z, const char *name, const uint8_t *bytes, size_t size,
                           size_t limit, Plain *p, Err *e)
{
    size_t used = 0;

    for (;;) {
        int r = inflate_on(z, bytes, size, &used, p->bytes, p->room, &p->size);
        if (p->size > limit)
            return err_set(e, ERR_LIMIT, "%s: unpacks to more than %zu bytes", name, limit);
        if (r == Z_STREAM_END && used == size)
            return 0;
        if (r == Z_STREAM_END && !gzip_is(bytes + used, size - used))
            return err_set(e, ERR_FORMAT, "%s: %zu bytes stand behind the end of the gzip file",
                           name, size - used);
        if (r == Z_STREAM_END)
            inflateReset(z);
        else if (r == Z_BUF_ERROR && p->size == p->room && !plain_grow(p, limit))
            return err_set(e, ERR_MEMORY, "%s: no memory to unpack it", name);
        else if (r == Z_BUF_ERROR && used == size && p->size < p->room)
            return err_set(e, ERR_FORMAT, "%s: the gzip file ends early, after %zu bytes", name,
                           size);
        else if (r == Z_MEM_ERROR)
            return err_set(e, ERR_MEMORY, "%s: no memory to unpack it", name);
        else if (r != Z_BUF_ERROR)
            return err_set(e, ERR_FORMAT, "%s: damaged gzip file: %s at byte %zu", name,
                           z->msg ? z->msg : "wrong data", used);
    }
}

uint8_t *gzip_open(const char *name, const uint8_t *bytes, size_t size, size_t limit,
                   size_t *plain_size, Err *e)
{
    z_stream z = {0};
    Plain p = {0};

    if (!gzip_is(bytes, size) || size < 18) {
        err_set(e, ERR_FORMAT, "%s: no gzip file", name);
        return NULL;
    }
    p.room = likely_size(bytes, size, limit) + 1;
    if (!(p.bytes = malloc(p.room)) || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
        err_set(e, ERR_MEMORY, "%s: no memory to unpack it", name);
        free(p.bytes);
        return NULL;
    }
    if (inflate_members(&z, name, bytes, size, limit, &p, e)) {
        free(p.bytes);
        p.bytes = NULL;
    } else {
        *plain_size = p.size;
    }
    inflateEnd(&z);
    return p.bytes;
}

int deflate_open(const char *name, const uint8_t *bytes, size_t size, uint8_t *plain,
                 size_t plain_size, Err *e)
{
    z_stream z = {0};
    size_t used = 0, made = 0;
    uint8_t nothing; /* zlib wants a place even for no bytes */

    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return err_set(e, ERR_MEMORY, "%s: no memory to unpack it", name);
    int r = inflate_on(&z, bytes, size, &used, plain ? plain : &nothing, plain_size, &made);
    inflateEnd(&z);
    if (r == Z_STREAM_END && made == plain_size && used == size)
        return 0;
    if (r == Z_MEM_ERROR)
        return err_set(e, ERR_MEMORY, "%s: no memory to unpack it", name);
    if (r == Z_DATA_ERROR || r == Z_NEED_DICT)
        return err_set(e, ERR_FORMAT, "%s: damaged at byte %zu of its %zu", name, used, size);
    return err_set(e, ERR_FORMAT, "%s: %zu packed bytes make %s %zu bytes, not the %zu promised",
                   name, size, r == Z_STREAM_END ? "just" : "other than", made, plain_size);
}

uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
    return (uint32_t)crc32_z(0, bytes, size);
}
