/* Leptonica unpacks and packs. What it is too trusting about is looked at before: sizes, JPEGs that
 * end early or ask for thousands of passes, GIFs of many frames. JPEG 2000 and Leptonica's own
 * formats are turned away at the door: nobody photographs digits with them, and each decoder is
 * attack surface. */
#include "image/codec.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <allheaders.h>

#include "base/bytes.h"
#include "base/file.h"
#include "image/cut_short.h"
#include "image/gif_first.h"
#include "image/heif.h"
#include "image/jpeg_scan.h"
#include "image/png_plain.h"
#include "image/upright.h"

enum { JPEG_QUALITY = 92, WEBP_QUALITY = 80, JPEG_SCANS_LIMIT = 100, MAGIC_SIZE = 12, HEIF = -1 };
#define WHITE 0xFFFFFF00u /* as Leptonica packs them */
#define BLACK 0x00000000u

static pthread_once_t quiet_once = PTHREAD_ONCE_INIT;

static void say_nothing(const char *message)
{
    (void)message;
}

static void quiet(void)
{
    setMsgSeverity(L_SEVERITY_NONE);
    leptSetStderrHandler(say_nothing);
}

void codec_quiet(void)
{
    pthread_once(&quiet_once, quiet);
}

/* ---- what kind of file, and how large a picture it claims to be ---- */

typedef struct Kind {
    int format; /* Leptonica's number, or HEIF */
    const char *name;
    bool (*cut_short)(const uint8_t *bytes, size_t size);
} Kind;

static const Kind kinds[] = {
    {IFF_JFIF_JPEG, "JPEG", jpeg_cut_short}, {IFF_PNG, "PNG", png_cut_short},
    {IFF_GIF, "GIF", gif_cut_short},         {IFF_BMP, "BMP", bmp_cut_short},
    {IFF_PNM, "PNM", pnm_cut_short},         {IFF_WEBP, "WebP", webp_cut_short},
    {IFF_TIFF, "TIFF", tiff_cut_short},      {IFF_TIFF_PACKBITS, "TIFF", tiff_cut_short},
    {IFF_TIFF_RLE, "TIFF", tiff_cut_short},  {IFF_TIFF_G3, "TIFF", tiff_cut_short},
    {IFF_TIFF_G4, "TIFF", tiff_cut_short},   {IFF_TIFF_LZW, "TIFF", tiff_cut_short},
    {IFF_TIFF_ZIP, "TIFF", tiff_cut_short},  {IFF_TIFF_JPEG, "TIFF", tiff_cut_short},
};

static const Kind heif_kind = {.format = HEIF};

static const Kind *find_kind(const uint8_t *bytes, size_t size, const char *name, Err *e)
{
    int format = IFF_UNKNOWN;

    if (size == 0) {
        err_set(e, ERR_FORMAT, "%s: an empty file is not a picture", name);
        return NULL;
    }
    if (heif_name(bytes, size))
        return &heif_kind;
    if (size < MAGIC_SIZE) {
        err_set(e, ERR_FORMAT, "%s: %zu byte%s too few for a picture", name, size, size == 1 ? " is" : "s are");
        return NULL;
    }
    findFileFormatBuffer(bytes, &format);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].format == format)
            return &kinds[i];
    if (memcmp(bytes, "%PDF-", 5) == 0)
        err_set(e, ERR_FORMAT, "%s: a PDF is not a picture; pdftoppm makes pictures of its pages", name);
    else
        err_set(e, ERR_FORMAT, "%s: not a JPEG, PNG, GIF, BMP, PNM, TIFF, WebP, HEIC or AVIF picture", name);
    return NULL;
}

/* The sentence about bytes that give no picture; `part` of them is damaged. Returns -ERR_FORMAT. */
static int refuse_broken(const Kind *kind, const uint8_t *bytes, size_t size, const char *name, const char *part,
                         Err *e)
{
    if (kind->cut_short(bytes, size))
        return err_set(e, ERR_FORMAT, "%s: the %s is cut short: its end is missing after %zu bytes", name,
                       kind->name, size);
    return err_set(e, ERR_FORMAT, "%s: the %s %s is damaged", name, kind->name, part);
}

/* Leptonica would decode the whole picture to learn a BMP's size. */
static int bmp_size(const uint8_t *bytes, size_t size, int *width, int *height)
{
    Reader r = reader_open(bytes, size);

    reader_take(&r, 14);
    uint32_t header = reader_u32le(&r), w, h;
    if (header == 12) {
        w = reader_u16le(&r);
        h = reader_u16le(&r);
    } else {
        w = reader_u32le(&r);
        h = reader_u32le(&r);
        h = h > INT_MAX ? 0u - h : h; /* rows from the top have a negative height */
    }
    if (r.failed || w == 0 || h == 0)
        return -1;
    *width = w > INT_MAX ? INT_MAX : (int)w;
    *height = h > INT_MAX ? INT_MAX : (int)h;
    return 0;
}

static int header_size(const Kind *kind, const uint8_t *bytes, size_t size, int *width, int *height)
{
    if (kind->format == IFF_BMP)
        return bmp_size(bytes, size, width, height);
    if (kind->format == IFF_GIF) {
        GifFirst f = gif_first(bytes, size);
        *width = f.width;
        *height = f.height;
        return f.size ? 0 : -1;
    }
    if (kind->format == IFF_JFIF_JPEG && !jpeg_scan(bytes, size).whole)
        return -1; /* libjpeg would print that its input ends too soon */
    return pixReadHeaderMem(bytes, size, NULL, width, height, NULL, NULL, NULL);
}

static int check_size(const char *name, int width, int height, Err *e)
{
    if (width > IMAGE_SIDE_LIMIT || height > IMAGE_SIDE_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: a picture of %d x %d pixels is longer than %d", name,
                       width, height, (int)IMAGE_SIDE_LIMIT);
    if ((size_t)width * (size_t)height > IMAGE_PIXEL_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: a picture of %d x %d pixels is more than %zu million",
                       name, width, height, IMAGE_PIXEL_LIMIT >> 20);
    return 0;
}

static int claimed_size(const Kind *kind, const uint8_t *bytes, size_t size, const char *name,
                        int *width, int *height, Err *e)
{
    int w = 0, h = 0, status = 0;

    if (kind->format == HEIF)
        status = heif_size(bytes, size, name, &w, &h, e);
    else if (header_size(kind, bytes, size, &w, &h) || w < 1 || h < 1)
        status = refuse_broken(kind, bytes, size, name, "header", e);
    if (status == 0)
        status = check_size(name, w, h, e);
    if (status == 0) {
        *width = w;
        *height = h;
    }
    return status;
}

int image_claimed_size(const uint8_t *bytes, size_t size, const char *name, int *width, int *height,
                       Err *e)
{
    codec_quiet();
    const Kind *kind = find_kind(bytes, size, name, e);

    return kind ? claimed_size(kind, bytes, size, name, width, height, e) : -(int)ERR_FORMAT;
}

/* ---- decoding ---- */

/* Of bytes that have their end: claimed_size saw to that. */
static PIX *decode_jpeg(const uint8_t *bytes, size_t size, const char *name, int *orientation,
                        Err *e)
{
    JpegScan s = jpeg_scan(bytes, size);
    int warnings = 0;
    PIX *pix;

    *orientation = s.orientation;
    if (s.scans > JPEG_SCANS_LIMIT) {
        err_set(e, ERR_LIMIT, "%s: %d passes in a JPEG are more than %d", name, s.scans,
                (int)JPEG_SCANS_LIMIT);
        return NULL;
    }
    pix = pixReadMemJpeg(bytes, size, 0, 1, &warnings, 0);
    if (pix && warnings > 0)
        pixDestroy(&pix);
    if (!pix)
        err_set(e, ERR_FORMAT, "%s: the JPEG data is damaged", name);
    return pix;
}

static PIX *decode_gif(const uint8_t *bytes, size_t size)
{
    GifFirst f = gif_first(bytes, size);
    uint8_t *copy = malloc(f.size + 1);
    PIX *pix = NULL;

    if (copy) {
        memcpy(copy, bytes, f.size);
        copy[f.size] = GIF_TRAILER;
        pix = pixReadMemGif(copy, f.size + 1);
    }
    free(copy);
    return pix;
}

static PIX *decode_png(const uint8_t *bytes, size_t size)
{
    Writer plain = {0};
    PIX *pix = png_plain(bytes, size, &plain) ? pixReadMemPng(plain.bytes, plain.size) : NULL;

    writer_free(&plain);
    return pix;
}

static PIX *decode_heif(const uint8_t *bytes, size_t size, const char *name, Err *e)
{
    HeifPicture h;
    PIX *pix = heif_read(bytes, size, name, &h, e) ? NULL : pixCreate(h.width, h.height, 32);
    const uint8_t *p = h.pixels;

    if (h.pixels && !pix)
        err_set(e, ERR_MEMORY, "no memory to read %s", name);
    if (pix)
        pixSetSpp(pix, h.samples);
    for (int y = 0; pix && y < h.height; y++) {
        uint32_t *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);

        for (int x = 0; x < h.width; x++, p += h.samples)
            line[x] = (uint32_t)p[0] << L_RED_SHIFT | (uint32_t)p[1] << L_GREEN_SHIFT | (uint32_t)p[2] << L_BLUE_SHIFT |
                      (h.samples == 4 ? (uint32_t)p[3] << L_ALPHA_SHIFT : 0);
    }
    free(h.pixels);
    return pix;
}

static PIX *decode(const Kind *kind, const uint8_t *bytes, size_t size, const char *name,
                   int *orientation, Err *e)
{
    PIX *pix;

    if (kind->format == HEIF)
        return decode_heif(bytes, size, name, e);
    if (kind->format == IFF_JFIF_JPEG)
        return decode_jpeg(bytes, size, name, orientation, e);
    pix = kind->format == IFF_GIF   ? decode_gif(bytes, size)
          : kind->format == IFF_PNG ? decode_png(bytes, size)
                                    : pixReadMem(bytes, size);
    if (!pix)
        refuse_broken(kind, bytes, size, name, "data", e);
    return pix;
}

/* Replaces *pix by `next`, which may be NULL where Leptonica failed. */
static void replace(PIX **pix, PIX *next)
{
    pixDestroy(pix);
    *pix = next;
}

static bool is_light(uint32_t pixel)
{
    uint32_t red = pixel >> L_RED_SHIFT & 255, green = pixel >> L_GREEN_SHIFT & 255,
             blue = pixel >> L_BLUE_SHIFT & 255;

    return 299 * red + 587 * green + 114 * blue > 127 * 1000;
}

/* The paper for a picture with transparency: white, but black for light ink. What can be seen is ink and not paper of
 * its own if it is the smaller part of the picture, or if a good part is clear and the rest is all light. */
static uint32_t paper_for(PIX *pix)
{
    enum { CLEAR = 128, GOOD_PART = 8, FEW = 100 };
    size_t clear = 0, light = 0, dark = 0;

    for (int y = 0; y < pixGetHeight(pix); y++) {
        const uint32_t *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);

        for (int x = 0; x < pixGetWidth(pix); x++)
            if ((line[x] >> L_ALPHA_SHIFT & 255) < CLEAR)
                clear++;
            else if (is_light(line[x]))
                light++;
            else
                dark++;
    }
    bool is_ink = light + dark < clear || (light + dark < clear * (GOOD_PART - 1) && dark * FEW < light);

    return is_ink && light > dark ? BLACK : WHITE;
}

/* To 8-bit grey or 32-bit colour without palette or transparency. */
static void make_plain(PIX **pix)
{
    PIXCMAP *palette = pixGetColormap(*pix);
    l_int32 opaque = 1;

    if (palette) {
        pixcmapIsOpaque(palette, &opaque);
        replace(pix, pixRemoveColormap(*pix,
                                       opaque ? REMOVE_CMAP_BASED_ON_SRC : REMOVE_CMAP_WITH_ALPHA));
    }
    if (*pix && pixGetDepth(*pix) == 32 && pixGetSpp(*pix) == 4)
        replace(pix, pixAlphaBlendUniform(*pix, paper_for(*pix)));
    if (*pix && pixGetDepth(*pix) == 24)
        replace(pix, pixConvert24To32(*pix));
    if (*pix && pixGetDepth(*pix) != 8 && pixGetDepth(*pix) != 32)
        replace(pix, pixConvertTo8(*pix, 0));
}

static Image *from_pix(PIX *pix, Err *e)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix),
        channels = pixGetDepth(pix) == 8 ? 1 : 3;
    Image *im = image_new(width, height, channels, e);

    for (int y = 0; im && y < height; y++) {
        const uint32_t *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        uint8_t *p = im->pixels + (size_t)y * width * channels;
        for (int x = 0; x < width && channels == 1; x++)
            p[x] = GET_DATA_BYTE(line, x);
        for (int x = 0; x < width && channels == 3; x++, p += 3) {
            p[0] = (uint8_t)(line[x] >> L_RED_SHIFT);
            p[1] = (uint8_t)(line[x] >> L_GREEN_SHIFT);
            p[2] = (uint8_t)(line[x] >> L_BLUE_SHIFT);
        }
    }
    return im;
}

Image *image_decode(const uint8_t *bytes, size_t size, const char *name, Err *e)
{
    int width = 0, height = 0, orientation = 1;
    Image *im = NULL;

    codec_quiet();
    const Kind *kind = find_kind(bytes, size, name, e);
    if (!kind || claimed_size(kind, bytes, size, name, &width, &height, e))
        return NULL;
    PIX *pix = decode(kind, bytes, size, name, &orientation, e);
    if (!pix)
        return NULL;
    make_plain(&pix);
    if (!pix)
        err_set(e, ERR_MEMORY, "%s: no memory for %d x %d pixels", name, width, height);
    else if (check_size(name, pixGetWidth(pix), pixGetHeight(pix), e) == 0)
        im = from_pix(pix, e);
    pixDestroy(&pix);
    return im ? image_upright(im, orientation, e) : NULL;
}

Image *image_load(const char *path, Err *e)
{
    size_t size;
    uint8_t *bytes = file_read(path, IMAGE_FILE_LIMIT, &size, e);
    Image *im = NULL;

    if (bytes)
        im = image_decode(bytes, size, strcmp(path, "-") == 0 ? "standard input" : path, e);
    free(bytes);
    return im;
}

/* ---- writing ---- */

static PIX *to_pix(const Image *im)
{
    PIX *pix = pixCreate(im->width, im->height, im->channels == 1 ? 8 : 32);

    for (int y = 0; pix && y < im->height; y++) {
        uint32_t *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        const uint8_t *p = im->pixels + (size_t)y * im->width * im->channels;
        for (int x = 0; x < im->width && im->channels == 1; x++)
            SET_DATA_BYTE(line, x, p[x]);
        for (int x = 0; x < im->width && im->channels == 3; x++, p += 3)
            line[x] = (uint32_t)p[0] << L_RED_SHIFT | (uint32_t)p[1] << L_GREEN_SHIFT |
                      (uint32_t)p[2] << L_BLUE_SHIFT;
    }
    return pix;
}

typedef enum Packing {
    PACK_PNG,
    PACK_JPEG,
    PACK_BMP,
    PACK_PNM,
    PACK_PGM,
    PACK_PPM,
    PACK_TIFF,
    PACK_WEBP,
    PACK_NONE
} Packing;

static const struct {
    const char *ending;
    Packing packing;
} endings[] = {
    {"png", PACK_PNG},   {"jpg", PACK_JPEG},  {"jpeg", PACK_JPEG}, {"bmp", PACK_BMP},
    {"pnm", PACK_PNM},   {"pgm", PACK_PGM},   {"ppm", PACK_PPM},   {"tif", PACK_TIFF},
    {"tiff", PACK_TIFF}, {"webp", PACK_WEBP},
};

static Packing packing_of(const char *path)
{
    if (strcmp(path, "-") == 0)
        return PACK_PNG;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(file_ending(path), endings[i].ending) == 0)
            return endings[i].packing;
    return PACK_NONE;
}

bool image_can_save(const char *path)
{
    return packing_of(path) != PACK_NONE;
}

static int pack(PIX *pix, Packing packing, uint8_t **bytes, size_t *size)
{
    switch (packing) {
    case PACK_JPEG:
        pixSetChromaSampling(pix, L_NO_CHROMA_SAMPLING_JPEG); /* thin coloured strokes stay sharp */
        return pixWriteMemJpeg(bytes, size, pix, JPEG_QUALITY, 0);
    case PACK_WEBP:
        return pixWriteMemWebP(bytes, size, pix, WEBP_QUALITY, 1);
    case PACK_BMP:
        return pixWriteMem(bytes, size, pix, IFF_BMP);
    case PACK_TIFF:
        return pixWriteMem(bytes, size, pix, IFF_TIFF_ZIP);
    case PACK_PNM:
    case PACK_PGM:
    case PACK_PPM:
        return pixWriteMem(bytes, size, pix, IFF_PNM);
    default:
        return pixWriteMemPng(bytes, size, pix, 0);
    }
}

static uint8_t *encode(const Image *im, Packing packing, size_t *size, Err *e)
{
    uint8_t *bytes = NULL;

    codec_quiet();
    PIX *pix = to_pix(im);
    if (pix && packing == PACK_PGM && im->channels == 3)
        replace(&pix, pixConvertRGBToGray(pix, 0.299f, 0.587f, 0.114f));
    if (pix && packing == PACK_PPM)
        replace(&pix, pixConvertTo32(pix));
    if (!pix || pack(pix, packing, &bytes, size)) {
        free(bytes);
        bytes = NULL;
        err_set(e, ERR_UNSUPPORTED, "%d x %d pixels cannot be packed in this kind of file",
                im->width, im->height);
    }
    pixDestroy(&pix);
    return bytes;
}

uint8_t *image_encode_png(const Image *im, size_t *size, Err *e)
{
    return encode(im, PACK_PNG, size, e);
}

uint8_t *image_encode_png_ink(const Image *opacity, uint8_t grey, size_t *size, Err *e)
{
    PIX *pix;
    uint8_t *bytes = NULL;

    codec_quiet();
    pix = pixCreate(opacity->width, opacity->height, 32);
    for (int y = 0; pix && y < opacity->height; y++) {
        uint32_t *line = pixGetData(pix) + (size_t)y * (size_t)pixGetWpl(pix);
        const uint8_t *p = opacity->pixels + (size_t)y * (size_t)opacity->width;

        for (int x = 0; x < opacity->width; x++)
            line[x] = (uint32_t)grey << L_RED_SHIFT | (uint32_t)grey << L_GREEN_SHIFT |
                      (uint32_t)grey << L_BLUE_SHIFT | (uint32_t)p[x] << L_ALPHA_SHIFT;
    }
    if (pix)
        pixSetSpp(pix, 4);
    if (!pix || pack(pix, PACK_PNG, &bytes, size)) {
        free(bytes);
        bytes = NULL;
        err_set(e, ERR_UNSUPPORTED, "%d x %d pixels cannot be packed in this kind of file",
                opacity->width, opacity->height);
    }
    pixDestroy(&pix);
    return bytes;
}

int image_save(const Image *im, const char *path, Err *e)
{
    Packing packing = packing_of(path);
    size_t size;

    if (packing == PACK_NONE)
        return err_set(e, ERR_ARGUMENT, "%s: the name has to end in " IMAGE_ENDINGS, path);
    uint8_t *bytes = encode(im, packing, &size, e);
    if (!bytes)
        return err_prefix(e, "%s", path);
    int status = file_write(path, bytes, size, e);
    free(bytes);
    return status;
}
