/* The directories of a TIFF, of either byte order: a picture's own, or the one inside a JPEG's Exif segment.
 *
 *     TiffTags t;
 *     TiffEntry entry;
 *     if (tiff_open(bytes, size, &t) && tiff_find(&t, 0x0112, &entry))
 *         printf("%u\n", tiff_value(&t, &entry, 0));
 *
 * TIFF 6.0, section 2. What lies outside the bytes reads as 0. */
#ifndef SCRAWL_IMAGE_TIFF_TAGS_H
#define SCRAWL_IMAGE_TIFF_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIFF_SHORT = 3, TIFF_LONG = 4 };

typedef struct TiffTags {
    const uint8_t *bytes;
    size_t size;
    bool big_endian;
    size_t at;        /* of the directory's first entry */
    uint32_t entries; /* as the directory says, which may be more than there are bytes for */
} TiffTags;

typedef struct TiffEntry {
    uint32_t type, count;
    size_t at; /* of its values */
} TiffEntry;

/* The first directory; false where the bytes do not begin as a TIFF's. */
bool tiff_open(const uint8_t *bytes, size_t size, TiffTags *out);

/* On to the next directory; false, and nothing changes, after the last. A damaged file's may go round in circles. */
bool tiff_next(TiffTags *t);

/* Makes the directory the first of `bytes`, those of `t`. */
void tiff_put_first(const TiffTags *t, uint8_t *bytes);

/* False where there is no such tag. */
bool tiff_find(const TiffTags *t, uint32_t tag, TiffEntry *out);

/* Number `index` of an entry's values, which are TIFF_SHORT or TIFF_LONG. */
uint32_t tiff_value(const TiffTags *t, const TiffEntry *entry, uint32_t index);

/* Whether there are bytes for the directory and for all of the entry's values. */
bool tiff_has_directory(const TiffTags *t);
bool tiff_has_values(const TiffTags *t, const TiffEntry *entry);

#endif
