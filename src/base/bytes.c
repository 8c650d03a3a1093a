#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool size_multiply(size_t a, size_t b, size_t *out)
{
    if (b && a > SIZE_MAX / b)
        return false;
    *out = a * b;
    return true;
}

Reader reader_open(const void *bytes, size_t size)
{
    return (Reader){.bytes = bytes, .size = size};
}

size_t reader_left(const Reader *r)
{
    return r->size - r->at;
}

const uint8_t *reader_take(Reader *r, size_t n)
{
    if (r->failed || n > reader_left(r)) {
        r->failed = true;
        return NULL;
    }
    r->at += n;
    return r->bytes + (r->at - n);
}

/* `n` bytes as a number whose first byte is the lowest; 0 past the end. */
static uint64_t take_little(Reader *r, size_t n)
{
    const uint8_t *p = reader_take(r, n);
    uint64_t v = 0;

    for (size_t i = p ? n : 0; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

uint8_t reader_u8(Reader *r)
{
    return (uint8_t)take_little(r, 1);
}

uint16_t reader_u16le(Reader *r)
{
    return (uint16_t)take_little(r, 2);
}

uint32_t reader_u32le(Reader *r)
{
    return (uint32_t)take_little(r, 4);
}

uint32_t reader_u32be(Reader *r)
{
    return __builtin_bswap32(reader_u32le(r));
}

uint64_t reader_u64le(Reader *r)
{
    return take_little(r, 8);
}

void writer_free(Writer *w)
{
    free(w->bytes);
    *w = (Writer){0};
}

/* Makes room for `n` more bytes, at least doubling; false, and `failed`, when there is none. */
static bool writer_grow(Writer *w, size_t n)
{
    if (w->failed)
        return false;
    if (n <= w->room - w->size)
        return true;
    size_t room = w->room > SIZE_MAX / 2 ? SIZE_MAX : w->room * 2;
    if (room < 64)
        room = 64;
    if (n > room - w->size)
        room = n > SIZE_MAX - w->size ? 0 : w->size + n;
    uint8_t *bytes = room ? realloc(w->bytes, room) : NULL;
    if (!bytes) {
        w->failed = true;
        return false;
    }
    w->bytes = bytes;
    w->room = room;
    return true;
}

void writer_put(Writer *w, const void *bytes, size_t n)
{
    if (n == 0 || !writer_grow(w, n))
        return;
    memcpy(w->bytes + w->size, bytes, n);
    w->size += n;
}

static void put_little(Writer *w, uint64_t v, size_t n)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(v >> 8 * i);
    writer_put(w, bytes, n);
}

void writer_u8(Writer *w, uint8_t v)
{
    put_little(w, v, 1);
}

void writer_u16le(Writer *w, uint16_t v)
{
    put_little(w, v, 2);
}

void writer_u32le(Writer *w, uint32_t v)
{
    put_little(w, v, 4);
}

void writer_u32be(Writer *w, uint32_t v)
{
    put_little(w, __builtin_bswap32(v), 4);
}

void writer_u64le(Writer *w, uint64_t v)
{
    put_little(w, v, 8);
}

void writer_text(Writer *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || !writer_grow(w, (size_t)n + 1)) { /* vsnprintf ends its text by a NUL */
        w->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf((char *)w->bytes + w->size, (size_t)n + 1, format, args);
    va_end(args);
    w->size += (size_t)n;
}
