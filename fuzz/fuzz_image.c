/* Picture files of every kind: whatever the bytes, a picture comes out whole and within its limits, or
 * none does. */
#include <assert.h>
#include <string.h>

#include "image/codec.h"
#include "image/cut_short.h"
#include "image/gif_first.h"
#include "image/jpeg_scan.h"
#include "image/png_plain.h"
#include "image/tiff_tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PIXELS = 1 << 18 }; /* larger claims cost time and show nothing new */

/* Directory after directory, each made the first of a copy. */
static void turn_pages(const uint8_t *bytes, size_t size)
{
    uint8_t begin[8];
    TiffTags t, first;

    if (!tiff_open(bytes, size, &t))
        return;
    memcpy(begin, bytes, sizeof begin);
    for (int i = 0; i < 100 && tiff_next(&t); i++) {
        tiff_put_first(&t, begin);
        assert(tiff_open(begin, sizeof begin, &first) && first.at == t.at);
    }
}

static void scan(const uint8_t *bytes, size_t size)
{
    JpegScan s = jpeg_scan(bytes, size);
    GifFirst f = gif_first(bytes, size);
    Writer plain = {0};
    bool (*const cuts[])(const uint8_t *, size_t) = {png_cut_short,  bmp_cut_short,  webp_cut_short,
                                                     pnm_cut_short, tiff_cut_short};

    turn_pages(bytes, size);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        cuts[i](bytes, size);
    assert(!(s.whole && s.cut) && !(f.size && f.cut));
    assert(s.orientation >= 1 && s.orientation <= 8);
    assert(f.size <= size);
    if (png_plain(bytes, size, &plain))
        assert(plain.size <= size);
    writer_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Err e = {0};
    int width, height;

    scan(bytes, size);
    if (image_claimed_size(bytes, size, "fuzz", &width, &height, &e)) {
        assert(e.code != ERR_NONE && strncmp(e.text, "fuzz: ", 6) == 0);
        return 0;
    }
    assert(width > 0 && height > 0 && (size_t)width * height <= IMAGE_PIXEL_LIMIT);
    if ((size_t)width * height > PIXELS)
        return 0;
    Image *im = image_decode(bytes, size, "fuzz", &e);
    assert(im || e.code != ERR_NONE);
    if (im) {
        size_t end = (size_t)im->width * im->height * im->channels;
        volatile uint8_t first = im->pixels[0], last = im->pixels[end - 1];
        (void)first, (void)last;
    }
    image_free(im);
    return 0;
}
