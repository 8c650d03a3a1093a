#include "made_files.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void chunk(Writer *w, const char *kind, const uint8_t *bytes, size_t size)
{
    uLong crc = crc32(crc32(0, (const Bytef *)kind, 4), bytes, (uInt)size);

    writer_u32be(w, (uint32_t)size);
    writer_put(w, kind, 4);
    writer_put(w, bytes, size);
    writer_u32be(w, (uint32_t)(size ? crc : crc32(0, (const Bytef *)kind, 4)));
}

static void header(Writer *w, uint32_t width, uint32_t height, int bits, int colour)
{
    Writer h = {0};

    writer_put(w, "\x89PNG\r\n\x1a\n", 8);
    writer_u32be(&h, width);
    writer_u32be(&h, height);
    writer_put(&h, (uint8_t[]){(uint8_t)bits, (uint8_t)colour, 0, 0, 0}, 5);
    chunk(w, "IHDR", h.bytes, h.size);
    writer_free(&h);
}

void made_png(Writer *w, MadePng png)
{
    Writer plain = {0};

    for (int y = 0; y < png.height; y++) {
        writer_u8(&plain, 0);
        writer_put(&plain, png.rows + (size_t)y * png.row_size, png.row_size);
    }
    uLongf size = compressBound(plain.size);
    uint8_t *packed = malloc(size);
    assert(packed && compress(packed, &size, plain.bytes, plain.size) == Z_OK);
    header(w, (uint32_t)png.width, (uint32_t)png.height, png.bits, png.colour);
    if (png.palette)
        chunk(w, "PLTE", png.palette, png.palette_size);
    if (png.alpha)
        chunk(w, "tRNS", png.alpha, png.alpha_size);
    chunk(w, "IDAT", packed, size);
    chunk(w, "IEND", NULL, 0);
    free(packed);
    writer_free(&plain);
}

void made_png_header(Writer *w, uint32_t width, uint32_t height)
{
    header(w, width, height, 8, 0);
    chunk(w, "IDAT", (const uint8_t *)"x", 1);
}

/* Codes of three bits: a clear code before every pixel keeps the width at three. */
static void gif_frame(Writer *w, int width, int height, int colour)
{
    uint32_t held = 0;
    int bits = 0;
    Writer data = {0};

    writer_u8(w, 0x2C);
    writer_put(w, (uint8_t[]){0, 0, 0, 0}, 4);
    writer_u16le(w, (uint16_t)width);
    writer_u16le(w, (uint16_t)height);
    writer_u8(w, 0);
    writer_u8(w, 2); /* two bits a pixel: 4 clears, 5 ends */
    for (int i = 0; i <= 2 * width * height; i++) {
        uint32_t code = i == 2 * width * height ? 5 : i % 2 ? (uint32_t)colour : 4;
        held |= code << bits;
        for (bits += 3; bits >= 8; bits -= 8, held >>= 8)
            writer_u8(&data, (uint8_t)held);
    }
    writer_u8(&data, (uint8_t)held);
    for (size_t at = 0; at < data.size; at += 255) {
        size_t n = data.size - at < 255 ? data.size - at : 255;
        writer_u8(w, (uint8_t)n);
        writer_put(w, data.bytes + at, n);
    }
    writer_u8(w, 0);
    writer_free(&data);
}

void made_gif(Writer *w, int width, int height, const int *colours, int frames)
{
    writer_put(w, "GIF89a", 6);
    writer_u16le(w, (uint16_t)width);
    writer_u16le(w, (uint16_t)height);
    writer_put(w, (uint8_t[]){0x81, 0, 0}, 3); /* a table of four colours */
    writer_put(w, "\0\0\0\xff\0\0\0\xff\0\xff\xff\xff", 12);
    for (int k = 0; k < frames; k++) {
        writer_put(w, "\x21\xf9\x04\0\x0a\0\0\0", 8); /* an extension: how long it shows */
        gif_frame(w, width, height, colours[k]);
    }
    writer_u8(w, 0x3B);
}

static void tiff_number(Writer *w, uint32_t v, int width, int big_endian)
{
    for (int i = 0; i < width; i++)
        writer_u8(w, (uint8_t)(v >> 8 * (big_endian ? width - 1 - i : i)));
}

void made_exif(Writer *w, const uint8_t *jpeg, size_t size, int orientation, int big_endian)
{
    writer_put(w, jpeg, 2);
    writer_put(w,
               "\xff\xe1\0\x22"
               "Exif\0\0",
               10);
    writer_put(w, big_endian ? "MM" : "II", 2);
    tiff_number(w, 42, 2, big_endian);
    tiff_number(w, 8, 4, big_endian);
    tiff_number(w, 1, 2, big_endian);
    tiff_number(w, 0x0112, 2, big_endian);
    tiff_number(w, 3, 2, big_endian);
    tiff_number(w, 1, 4, big_endian);
    tiff_number(w, (uint32_t)orientation, 2, big_endian);
    tiff_number(w, 0, 2, big_endian);
    tiff_number(w, 0, 4, big_endian);
    writer_put(w, jpeg + 2, size - 2);
}
