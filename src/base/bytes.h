/* A reader that cannot run over the end and a writer that grows.
 *
 *     Reader r = reader_open(bytes, size);
 *     uint32_t count = reader_u32be(&r);
 *     if (r.failed) ...
 *
 * A read past the end returns 0 and sets `failed`, which stays set: check once at the end. */
#ifndef SCRAWL_BASE_BYTES_H
#define SCRAWL_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Reader {
    const uint8_t *bytes;
    size_t size, at;
    bool failed;
} Reader;

Reader reader_open(const void *bytes, size_t size);
size_t reader_left(const Reader *r);
uint8_t reader_u8(Reader *r);
uint16_t reader_u16le(Reader *r);
uint32_t reader_u32le(Reader *r);
uint32_t reader_u32be(Reader *r);
uint64_t reader_u64le(Reader *r);

/* `n` bytes in place, valid as long as the buffer is; NULL and `failed` if fewer are left. */
const uint8_t *reader_take(Reader *r, size_t n);

typedef struct Writer { /* {0} is an empty writer */
    uint8_t *bytes;
    size_t size, room;
    bool failed; /* memory ran out; what follows is dropped */
} Writer;

void writer_free(Writer *w);
void writer_put(Writer *w, const void *bytes, size_t n);
void writer_u8(Writer *w, uint8_t v);
void writer_u16le(Writer *w, uint16_t v);
void writer_u32le(Writer *w, uint32_t v);
void writer_u32be(Writer *w, uint32_t v);
void writer_u64le(Writer *w, uint64_t v);
void writer_text(Writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sizes are multiplied only where they fit: false, and `*out` untouched, when a*b overflows. */
bool size_multiply(size_t a, size_t b, size_t *out);

#endif
