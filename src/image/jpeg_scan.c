/* A JPEG is a chain of segments, each `FF marker length data`; after a start-of-scan come packed
 * bits in which FF is followed by 00 or a restart marker, up to the next real marker. */
#include "image/jpeg_scan.h"

#include <string.h>

#include "base/bytes.h"
#include "image/tiff_tags.h"

enum { SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, APP1 = 0xE1, RST0 = 0xD0, RST7 = 0xD7, TEM = 0x01 };
enum { TAG_ORIENTATION = 0x0112 };

/* The orientation in the first directory of an Exif segment's TIFF, or 1. */
static int exif_orientation(const uint8_t *bytes, size_t size)
{
    TiffTags t;
    TiffEntry entry;

    if (!tiff_open(bytes, size, &t) || !tiff_find(&t, TAG_ORIENTATION, &entry) || entry.type != TIFF_SHORT)
        return 1;
    uint32_t value = tiff_value(&t, &entry, 0);

    return value >= 1 && value <= 8 ? (int)value : 1;
}

/* The next marker, past any bytes that are none; 0 at the end of the bytes. */
static int next_marker(Reader *r)
{
    const uint8_t *ff;

    while ((ff = memchr(r->bytes + r->at, 0xFF, reader_left(r))) != NULL) {
        r->at = (size_t)(ff - r->bytes) + 1;
        if (reader_left(r) == 0)
            return 0;
        int marker = r->bytes[r->at];
        if (marker == 0xFF)
            continue;
        r->at++;
        if (marker != 0x00 && marker != TEM && !(marker >= RST0 && marker <= RST7))
            return marker;
    }
    return 0;
}

JpegScan jpeg_scan(const uint8_t *bytes, size_t size)
{
    JpegScan s = {.orientation = 1};
    Reader r = reader_open(bytes, size);
    bool exif_seen = false;

    for (int marker; (marker = next_marker(&r)) != 0;) {
        if (marker == SOI)
            continue;
        if (marker == EOI) {
            s.whole = true;
            return s;
        }
        uint8_t high = reader_u8(&r), low = reader_u8(&r);
        size_t length = (size_t)high << 8 | low;
        const uint8_t *data = length >= 2 ? reader_take(&r, length - 2) : NULL;
        if (!data) {
            s.cut = r.failed;
            return s;
        }
        s.scans += marker == SOS;
        if (marker == APP1 && !exif_seen && length >= 8 && memcmp(data, "Exif\0\0", 6) == 0) {
            exif_seen = true;
            s.orientation = exif_orientation(data + 6, length - 8);
        }
    }
    s.cut = true;
    return s;
}
