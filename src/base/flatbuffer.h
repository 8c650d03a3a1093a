/* FlatBuffers written by hand: tables, vectors and strings, from the innermost outwards.
 *
 *     Flat f = {0};
 *     FlatRef name = flat_text(&f, "conv1");
 *     flat_begin(&f);
 *     flat_ref(&f, 0, name);
 *     flat_i32(&f, 1, 5);
 *     FlatRef root = flat_end(&f);
 *     uint8_t *bytes = flat_finish(&f, root, "TFL3", &size);
 *
 * https://flatbuffers.dev/internals. The buffer grows towards its front, so that what is referred to
 * lies behind; a FlatRef counts from the end. Slots of a table come from the format's schema; nothing is
 * left out because it is a default. Between flat_begin and flat_end nothing but slots may be written.
 * Memory running out shows at flat_finish. */
#ifndef SCRAWL_BASE_FLATBUFFER_H
#define SCRAWL_BASE_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLAT_SLOTS = 16 };

typedef uint32_t FlatRef;

typedef struct Flat { /* {0} is an empty one */
    uint8_t *bytes;   /* the last `size` of `room` are in use */
    size_t size, room;
    FlatRef slots[FLAT_SLOTS]; /* of the table in the making; 0: not there */
    size_t table;              /* the size when it began */
    bool failed;
} Flat;

FlatRef flat_text(Flat *f, const char *text);

/* A vector of `count` numbers of `width` bytes, little endian, the first one aligned to `align`. */
FlatRef flat_vector(Flat *f, const void *numbers, size_t count, size_t width, size_t align);
FlatRef flat_refs(Flat *f, const FlatRef *refs, size_t count);

void flat_begin(Flat *f);
void flat_u8(Flat *f, int slot, uint8_t value); /* bool and 8-bit enums too */
void flat_i32(Flat *f, int slot, int32_t value);
void flat_float(Flat *f, int slot, float value);
void flat_ref(Flat *f, int slot, FlatRef ref); /* a ref of 0 leaves the slot out */
FlatRef flat_end(Flat *f);

/* The file, which the caller frees, with its identifier of four letters; NULL when memory is gone. Frees
 * what `f` holds in any case. */
uint8_t *flat_finish(Flat *f, FlatRef root, const char *identifier, size_t *size);

#endif
