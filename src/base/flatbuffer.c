#include "base/flatbuffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 }; /* of the whole file: no vector wants more */

static bool flat_grow(Flat *f, size_t more)
{
    size_t room = f->room ? f->room : 1024;

    while (room - f->size < more && room <= SIZE_MAX / 4)
        room *= 2;
    uint8_t *bytes =
        !f->failed && room - f->size >= more && room < UINT32_MAX ? malloc(room) : NULL;
    if (!bytes) {
        f->failed = true;
        return false;
    }
    if (f->size)
        memcpy(bytes + room - f->size, f->bytes + f->room - f->size, f->size);
    free(f->bytes);
    f->bytes = bytes;
    f->room = room;
    return true;
}

static void flat_put(Flat *f, const void *bytes, size_t n)
{
    if (f->failed || (f->room - f->size < n && !flat_grow(f, n)))
        return;
    f->size += n;
    if (n)
        memcpy(f->bytes + f->room - f->size, bytes, n);
}

/* Zeros, so that what follows is aligned once `extra` more bytes are there. */
static void flat_align(Flat *f, size_t extra, size_t align)
{
    static const uint8_t zeros[ALIGN] = {0};

    assert(align <= ALIGN);
    flat_put(f, zeros, (align - (f->size + extra) % align) % align);
}

static void flat_put_u16(Flat *f, size_t value)
{
    flat_put(f, (const uint8_t[]){(uint8_t)value, (uint8_t)(value >> 8)}, 2);
}

static void flat_put_u32(Flat *f, uint32_t value)
{
    flat_put(f,
             (const uint8_t[]){(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                               (uint8_t)(value >> 24)},
             4);
}

/* The way from here to what lies behind. */
static void flat_put_ref(Flat *f, FlatRef ref)
{
    flat_align(f, 4, 4);
    flat_put_u32(f, (uint32_t)f->size + 4 - ref);
}

/* ---- vectors ---- */

FlatRef flat_text(Flat *f, const char *text)
{
    size_t length = strlen(text);

    flat_align(f, length + 1, 4);
    flat_put(f, text, length + 1);
    flat_put_u32(f, (uint32_t)length);
    return (FlatRef)f->size;
}

FlatRef flat_vector(Flat *f, const void *numbers, size_t count, size_t width, size_t align)
{
    flat_align(f, count * width, align > 4 ? align : 4);
    flat_put(f, numbers, count * width);
    flat_put_u32(f, (uint32_t)count);
    return (FlatRef)f->size;
}

FlatRef flat_refs(Flat *f, const FlatRef *refs, size_t count)
{
    flat_align(f, 4 * count, 4);
    for (size_t i = count; i-- > 0;)
        flat_put_ref(f, refs[i]);
    flat_put_u32(f, (uint32_t)count);
    return (FlatRef)f->size;
}

/* ---- tables ---- */

void flat_begin(Flat *f)
{
    memset(f->slots, 0, sizeof f->slots);
    f->table = f->size;
}

static void flat_mark(Flat *f, int slot)
{
    assert(slot >= 0 && slot < FLAT_SLOTS && !f->slots[slot]);
    f->slots[slot] = (FlatRef)f->size;
}

void flat_u8(Flat *f, int slot, uint8_t value)
{
    flat_put(f, &value, 1);
    flat_mark(f, slot);
}

void flat_i32(Flat *f, int slot, int32_t value)
{
    flat_align(f, 4, 4);
    flat_put_u32(f, (uint32_t)value);
    flat_mark(f, slot);
}

void flat_float(Flat *f, int slot, float value)
{
    int32_t bits;

    memcpy(&bits, &value, sizeof bits);
    flat_i32(f, slot, bits);
}

void flat_ref(Flat *f, int slot, FlatRef ref)
{
    if (!ref)
        return;
    flat_put_ref(f, ref);
    flat_mark(f, slot);
}

/* The table begins with the way to its vtable, which lies right before it: sizes, then for each slot
 * how far into the table it is. */
FlatRef flat_end(Flat *f)
{
    int slots = FLAT_SLOTS;

    while (slots > 0 && !f->slots[slots - 1])
        slots--;
    size_t vtable = 4 + 2 * (size_t)slots;
    flat_align(f, 4, 4);
    if (vtable % 4) /* the vtable's own alignment is 2, the table's 4 */
        vtable += 2;
    flat_put_u32(f, (uint32_t)vtable);
    size_t table = f->size;
    if (vtable > 4 + 2 * (size_t)slots)
        flat_put_u16(f, 0);
    for (int i = slots; i-- > 0;)
        flat_put_u16(f, f->slots[i] ? table - f->slots[i] : 0);
    flat_put_u16(f, table - f->table);
    flat_put_u16(f, vtable);
    return (FlatRef)table;
}

uint8_t *flat_finish(Flat *f, FlatRef root, const char *identifier, size_t *size)
{
    uint8_t *out = NULL;

    flat_align(f, 8, ALIGN);
    flat_put(f, identifier, 4);
    flat_put_ref(f, root);
    if (!f->failed && (out = malloc(f->size))) {
        memcpy(out, f->bytes + f->room - f->size, f->size);
        *size = f->size;
    }
    free(f->bytes);
    *f = (Flat){0};
    return out;
}
