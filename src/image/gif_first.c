/* Header, screen, colour table, then blocks: extensions are stepped over up to the first frame. */
#include "image/gif_first.h"

#include <string.h>

#include "base/bytes.h"

enum { BLOCK_FRAME = 0x2C, BLOCK_EXTENSION = 0x21 };

/* Steps over a colour table whose presence and size stand in `flags`. */
static void skip_table(Reader *r, uint8_t flags)
{
    if (flags & 0x80)
        reader_take(r, (size_t)3 << ((flags & 7) + 1));
}

/* Steps over sub-blocks, each a length and as many bytes, up to the empty one. */
static void skip_blocks(Reader *r)
{
    for (uint8_t n; (n = reader_u8(r)) != 0;)
        if (!reader_take(r, n))
            return;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

GifFirst gif_first(const uint8_t *bytes, size_t size)
{
    GifFirst f = {0};
    Reader r = reader_open(bytes, size);
    const uint8_t *magic = reader_take(&r, 6);

    if (!magic || (memcmp(magic, "GIF87a", 6) != 0 && memcmp(magic, "GIF89a", 6) != 0))
        return (GifFirst){.cut = r.failed};
    f.width = reader_u16le(&r);
    f.height = reader_u16le(&r);
    uint8_t flags = reader_u8(&r);
    reader_take(&r, 2);
    skip_table(&r, flags);
    uint8_t block;
    while ((block = reader_u8(&r)) == BLOCK_EXTENSION) {
        reader_u8(&r);
        skip_blocks(&r);
    }
    if (block != BLOCK_FRAME)
        return (GifFirst){.cut = r.failed};
    int left = reader_u16le(&r), top = reader_u16le(&r);
    f.width = larger(f.width, left + reader_u16le(&r));
    f.height = larger(f.height, top + reader_u16le(&r));
    skip_table(&r, reader_u8(&r));
    reader_u8(&r);
    skip_blocks(&r);
    f.size = r.at;
    return r.failed ? (GifFirst){.cut = true} : f;
}
