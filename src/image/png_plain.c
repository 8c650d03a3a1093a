#include "image/png_plain.h"

#include <string.h>

enum { MAGIC_SIZE = 8, CHUNK_FRAME = 12 /* its length, name and checksum */ };

/* CRC-32 of the bytes, four bits at a time: the table fits into a line of cache. */
static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                       0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                       0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

static bool is_needed(const uint8_t *name)
{
    static const char needed[][5] = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (memcmp(name, needed[i], 4) == 0)
            return true;
    return false;
}

bool png_plain(const uint8_t *bytes, size_t size, Writer *plain)
{
    Reader r = reader_open(bytes, size);
    const uint8_t *magic = reader_take(&r, MAGIC_SIZE);

    if (!magic || memcmp(magic, "\x89PNG\r\n\x1a\n", MAGIC_SIZE) != 0)
        return false;
    writer_put(plain, magic, MAGIC_SIZE);
    for (;;) {
        const uint8_t *chunk = bytes + r.at;
        uint32_t length = reader_u32be(&r);
        const uint8_t *name = reader_take(&r, 4), *data = reader_take(&r, length);
        uint32_t expected = reader_u32be(&r);
        if (r.failed || !data || checksum(name, 4 + (size_t)length) != expected)
            return false;
        if (is_needed(name))
            writer_put(plain, chunk, CHUNK_FRAME + (size_t)length);
        if (memcmp(name, "IEND", 4) == 0)
            return !plain->failed;
    }
}
