#include "image/tiff_tags.h"

#include <string.h>

enum { ENTRY = 12, INSIDE = 4 /* bytes of values that stand in the entry itself */ };

static uint32_t number(const TiffTags *t, size_t at, int width)
{
    uint32_t v = 0;

    if (at > t->size || t->size - at < (size_t)width)
        return 0;
    for (int i = 0; i < width; i++)
        v |= (uint32_t)t->bytes[at + i] << 8 * (t->big_endian ? width - 1 - i : i);
    return v;
}

/* Where the first directory begins; a directory is the number of its entries, they, and where the next one begins. */
enum { FIRST = 4, COUNT = 2 };

static void enter(TiffTags *t, uint32_t directory)
{
    t->at = (size_t)directory + COUNT;
    t->entries = number(t, directory, COUNT);
}

bool tiff_open(const uint8_t *bytes, size_t size, TiffTags *out)
{
    if (size < 8 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0))
        return false;
    *out = (TiffTags){.bytes = bytes, .size = size, .big_endian = bytes[0] == 'M'};
    enter(out, number(out, FIRST, 4));
    return true;
}

bool tiff_next(TiffTags *t)
{
    uint32_t directory = number(t, t->at + ENTRY * (size_t)t->entries, 4);

    if (!directory)
        return false;
    enter(t, directory);
    return true;
}

void tiff_put_first(const TiffTags *t, uint8_t *bytes)
{
    size_t directory = t->at - COUNT;

    for (int i = 0; i < 4; i++)
        bytes[FIRST + i] = (uint8_t)(directory >> 8 * (t->big_endian ? 3 - i : i));
}

static size_t width_of(const TiffEntry *entry)
{
    return entry->type == TIFF_SHORT ? 2 : 4;
}

bool tiff_find(const TiffTags *t, uint32_t tag, TiffEntry *out)
{
    for (uint32_t i = 0; i < t->entries; i++) {
        size_t at = t->at + ENTRY * (size_t)i;

        if (number(t, at, 2) != tag)
            continue;
        *out = (TiffEntry){number(t, at + 2, 2), number(t, at + 4, 4), at + 8};
        if (out->count > INSIDE / width_of(out))
            out->at = number(t, at + 8, 4);
        return true;
    }
    return false;
}

uint32_t tiff_value(const TiffTags *t, const TiffEntry *entry, uint32_t index)
{
    return number(t, entry->at + width_of(entry) * index, (int)width_of(entry));
}

bool tiff_has_directory(const TiffTags *t)
{
    return t->at <= t->size && t->size - t->at >= ENTRY * (size_t)t->entries;
}

bool tiff_has_values(const TiffTags *t, const TiffEntry *entry)
{
    return entry->at <= t->size && (t->size - entry->at) / width_of(entry) >= entry->count;
}
