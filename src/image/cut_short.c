#include "image/cut_short.h"

#include <string.h>

#include "base/bytes.h"
#include "image/gif_first.h"
#include "image/jpeg_scan.h"
#include "image/tiff_tags.h"

bool jpeg_cut_short(const uint8_t *bytes, size_t size)
{
    return jpeg_scan(bytes, size).cut;
}

/* Up to the chunk that ends it: a length, a name, the data, a checksum. */
bool png_cut_short(const uint8_t *bytes, size_t size)
{
    Reader r = reader_open(bytes, size);

    reader_take(&r, 8);
    while (!r.failed) {
        uint32_t length = reader_u32be(&r);
        const uint8_t *name = reader_take(&r, 4);

        if (length > INT32_MAX)
            return false;
        reader_take(&r, (size_t)length + 4);
        if (!r.failed && memcmp(name, "IEND", 4) == 0)
            return false;
    }
    return true;
}

bool gif_cut_short(const uint8_t *bytes, size_t size)
{
    return gif_first(bytes, size).cut;
}

/* Its second field is the file's size. */
bool bmp_cut_short(const uint8_t *bytes, size_t size)
{
    Reader r = reader_open(bytes, size);

    reader_take(&r, 2);
    uint32_t promised = reader_u32le(&r);

    reader_take(&r, 8);
    uint32_t header = reader_u32le(&r);

    return r.failed || size < promised || size < 14 + (size_t)header;
}

/* So is that of RIFF, without the field and the four bytes before it. */
bool webp_cut_short(const uint8_t *bytes, size_t size)
{
    Reader r = reader_open(bytes, size);

    reader_take(&r, 4);
    uint32_t promised = reader_u32le(&r);

    return r.failed || size - 8 < promised;
}

/* ---- PNM ---- */

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next word past spaces and comments, "" at the end; one byte more is taken, which is a space. */
static void pnm_word(Reader *r, char word[16])
{
    size_t n = 0;
    uint8_t c = ' ';

    while (!r->failed && (is_space(c) || c == '#')) {
        while (c == '#' && !r->failed && reader_u8(r) != '\n')
            ;
        c = reader_u8(r);
    }
    for (; !r->failed && !is_space(c); c = reader_u8(r))
        if (n < 15)
            word[n++] = (char)c;
    word[n] = '\0';
}

/* A whole number, or 0 for none and for more than six digits. */
static size_t pnm_number(Reader *r)
{
    char word[16];
    size_t n = 0;

    pnm_word(r, word);
    for (int i = 0; word[i] >= '0' && word[i] <= '9'; i++)
        n = i < 6 ? 10 * n + (size_t)(word[i] - '0') : 0;
    return n;
}

typedef struct Pnm {
    size_t width, height, depth, most;
} Pnm;

/* A PAM's header: a name and a number on each line, up to ENDHDR. */
static void pam_header(Reader *r, Pnm *p)
{
    char word[16];

    for (pnm_word(r, word); *word && strcmp(word, "ENDHDR") != 0; pnm_word(r, word)) {
        if (!strcmp(word, "WIDTH"))
            p->width = pnm_number(r);
        else if (!strcmp(word, "HEIGHT"))
            p->height = pnm_number(r);
        else if (!strcmp(word, "DEPTH"))
            p->depth = pnm_number(r);
        else if (!strcmp(word, "MAXVAL"))
            p->most = pnm_number(r);
    }
}

/* Fewer numbers than samples, and nothing but numbers up to the end. */
static bool plain_cut_short(Reader *r, size_t samples, bool packed)
{
    size_t n = 0;
    bool inside = false;

    for (uint8_t c = reader_u8(r); !r->failed; c = reader_u8(r)) {
        bool digit = c >= '0' && c <= '9';

        if (!digit && !is_space(c))
            return false;
        n += digit && (packed || !inside);
        inside = digit;
    }
    return n < samples;
}

bool pnm_cut_short(const uint8_t *bytes, size_t size)
{
    Reader r = reader_open(bytes, size);
    const uint8_t *magic = reader_take(&r, 2);
    int kind = magic ? magic[1] - '0' : 0;
    Pnm p = {.depth = kind == 3 || kind == 6 ? 3 : 1, .most = 1};

    if (kind == 7) {
        pam_header(&r, &p);
    } else {
        p.width = pnm_number(&r);
        p.height = pnm_number(&r);
        p.most = kind == 1 || kind == 4 ? 1 : pnm_number(&r);
    }
    size_t samples = p.width * p.height * p.depth; /* each below 10^6 */

    if (r.failed)
        return true;
    if (kind < 4)
        return plain_cut_short(&r, samples, kind == 1);
    return reader_left(&r) < (kind == 4 ? (p.width + 7) / 8 * p.height : samples * (p.most > 255 ? 2 : 1));
}

/* ---- TIFF ---- */

/* Whether the pieces of the picture, whose places and sizes these tags have, lie within the bytes. */
static bool has_pieces(const TiffTags *t, uint32_t places, uint32_t sizes)
{
    TiffEntry at, length;

    if (!tiff_find(t, places, &at) || !tiff_find(t, sizes, &length))
        return true;
    if (!tiff_has_values(t, &at) || !tiff_has_values(t, &length))
        return false;
    for (uint32_t i = 0; i < at.count && i < length.count; i++)
        if ((uint64_t)tiff_value(t, &at, i) + tiff_value(t, &length, i) > t->size)
            return false;
    return true;
}

bool tiff_cut_short(const uint8_t *bytes, size_t size)
{
    enum { STRIP_OFFSETS = 273, STRIP_BYTES = 279, TILE_OFFSETS = 324, TILE_BYTES = 325 };
    TiffTags t;

    if (!tiff_open(bytes, size, &t))
        return false;
    return !tiff_has_directory(&t) || !has_pieces(&t, STRIP_OFFSETS, STRIP_BYTES) ||
           !has_pieces(&t, TILE_OFFSETS, TILE_BYTES);
}
