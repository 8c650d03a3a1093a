#include "image/heif.h"

#include <libheif/heif.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/library.h"
#include "image/image.h"

static const struct heif_error damaged = {.code = heif_error_Invalid_input};

/* A file and its main picture, and what they are read with. */
typedef struct File {
    void *library;
    __typeof__(&heif_context_alloc) alloc;
    __typeof__(&heif_context_free) free;
    __typeof__(&heif_context_set_maximum_image_size_limit) limit_side;
    __typeof__(&heif_context_read_from_memory_without_copy) read;
    __typeof__(&heif_context_get_primary_image_handle) primary;
    __typeof__(&heif_image_handle_get_width) width;
    __typeof__(&heif_image_handle_get_height) height;
    __typeof__(&heif_image_handle_get_ispe_width) coded_width; /* before it is cropped and turned */
    __typeof__(&heif_image_handle_get_ispe_height) coded_height;
    __typeof__(&heif_image_handle_has_alpha_channel) has_alpha;
    __typeof__(&heif_decode_image) decode;
    __typeof__(&heif_image_get_width) image_width;
    __typeof__(&heif_image_get_height) image_height;
    __typeof__(&heif_image_get_plane_readonly) plane;
    __typeof__(&heif_image_release) release;
    __typeof__(&heif_image_handle_release) release_handle;
    struct heif_context *context;
    struct heif_image_handle *picture;
} File;

static int open_library(File *f, Err *e)
{
    const LibrarySymbol symbols[] = {{"heif_context_alloc", &f->alloc},
                                     {"heif_context_free", &f->free},
                                     {"heif_context_set_maximum_image_size_limit", &f->limit_side},
                                     {"heif_context_read_from_memory_without_copy", &f->read},
                                     {"heif_context_get_primary_image_handle", &f->primary},
                                     {"heif_image_handle_get_width", &f->width},
                                     {"heif_image_handle_get_height", &f->height},
                                     {"heif_image_handle_get_ispe_width", &f->coded_width},
                                     {"heif_image_handle_get_ispe_height", &f->coded_height},
                                     {"heif_image_handle_has_alpha_channel", &f->has_alpha},
                                     {"heif_decode_image", &f->decode},
                                     {"heif_image_get_width", &f->image_width},
                                     {"heif_image_get_height", &f->image_height},
                                     {"heif_image_get_plane_readonly", &f->plane},
                                     {"heif_image_release", &f->release},
                                     {"heif_image_handle_release", &f->release_handle},
                                     {0}};

    f->library = library_open("libheif.so.1", "read phones' pictures", symbols, e);
    return f->library ? 0 : -(int)ERR_UNSUPPORTED;
}

const char *heif_name(const uint8_t *bytes, size_t size)
{
    if (size < 12 || memcmp(bytes + 4, "ftyp", 4) != 0)
        return NULL;
    if (memcmp(bytes + 8, "avi", 3) == 0)
        return "AVIF";
    return memcmp(bytes + 8, "hei", 3) == 0 || memcmp(bytes + 8, "hev", 3) == 0 || memcmp(bytes + 8, "mif1", 4) == 0 ? "HEIC"
                                                                                                         : NULL;
}

/* Whether a box says that it goes on beyond the end. */
static bool is_cut_short(const uint8_t *bytes, size_t size)
{
    Reader r = reader_open(bytes, size);

    while (!r.failed && reader_left(&r)) {
        uint64_t length = reader_u32be(&r), header = 8;

        reader_take(&r, 4); /* its kind */
        if (length == 1) {
            length = reader_u32be(&r);
            length = length << 32 | reader_u32be(&r);
            header = 16;
        }
        if (r.failed)
            break;
        if (length == 0)
            return false; /* to the end, wherever that is */
        if (length < header || length - header > SIZE_MAX)
            return false; /* damaged */
        reader_take(&r, (size_t)(length - header));
    }
    return r.failed;
}

/* What libheif's error means to the user. */
static int refuse(const uint8_t *bytes, size_t size, const char *name, struct heif_error why, Err *e)
{
    const char *kind = heif_name(bytes, size);

    if (why.code == heif_error_Memory_allocation_error && why.subcode != heif_suberror_Security_limit_exceeded)
        return err_set(e, ERR_MEMORY, "no memory to read %s", name);
    if (why.code == heif_error_Memory_allocation_error)
        return err_set(e, ERR_LIMIT, "%s: the picture in this %s is too large", name, kind);
    if (why.code == heif_error_Unsupported_filetype || why.code == heif_error_Unsupported_feature ||
        why.code == heif_error_Decoder_plugin_error)
        return err_set(e, ERR_UNSUPPORTED, "%s: libheif has no decoder for this %s; save the picture as JPEG or PNG", name, kind);
    if (is_cut_short(bytes, size))
        return err_set(e, ERR_FORMAT, "%s: the %s is cut short: its end is missing after %zu bytes", name, kind, size);
    return err_set(e, ERR_FORMAT, "%s: the %s data is damaged", name, kind);
}

/* close_file releases it in any case. */
static int open_file(const uint8_t *bytes, size_t size, const char *name, File *f, Err *e)
{
    struct heif_error status;
    Err why = {0};

    *f = (File){0};
    if (open_library(f, &why))
        return err_set(e, ERR_UNSUPPORTED, "%s: a picture in %s needs libheif: install it, or save the picture as JPEG or PNG (%s)",
                       name, heif_name(bytes, size), why.text);
    f->context = f->alloc();
    if (!f->context)
        return err_set(e, ERR_MEMORY, "no memory to read %s", name);
    f->limit_side(f->context, IMAGE_SIDE_LIMIT);
    status = f->read(f->context, bytes, size, NULL);
    if (!status.code)
        status = f->primary(f->context, &f->picture);
    if (status.code)
        return refuse(bytes, size, name, status, e);
    if (f->width(f->picture) < 1 || f->height(f->picture) < 1)
        return refuse(bytes, size, name, damaged, e);
    if ((size_t)f->coded_width(f->picture) * (size_t)f->coded_height(f->picture) > IMAGE_PIXEL_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: the picture in this %s is too large", name, heif_name(bytes, size));
    return 0;
}

static void close_file(File *f)
{
    if (f->picture)
        f->release_handle(f->picture);
    if (f->context)
        f->free(f->context);
    library_close(f->library);
}

int heif_size(const uint8_t *bytes, size_t size, const char *name, int *width, int *height, Err *e)
{
    File f;
    int status = open_file(bytes, size, name, &f, e);

    if (!status) {
        *width = f.width(f.picture);
        *height = f.height(f.picture);
    }
    close_file(&f);
    return status;
}

/* False where libheif gave another size than it said, or none. */
static bool is_as_said(const File *f, const struct heif_image *im, const HeifPicture *p)
{
    return f->image_width(im, heif_channel_interleaved) == p->width && f->image_height(im, heif_channel_interleaved) == p->height;
}

static int copy_pixels(const File *f, const struct heif_image *im, const char *name, HeifPicture *p, Err *e)
{
    size_t row = (size_t)p->width * (size_t)p->samples;
    int step = 0;
    const uint8_t *plane = f->plane(im, heif_channel_interleaved, &step);

    p->pixels = plane ? malloc(row * (size_t)p->height) : NULL;
    if (!p->pixels)
        return err_set(e, ERR_MEMORY, "no memory to read %s", name);
    for (int y = 0; y < p->height; y++)
        memcpy(p->pixels + (size_t)y * row, plane + (size_t)y * (size_t)step, row);
    return 0;
}

int heif_read(const uint8_t *bytes, size_t size, const char *name, HeifPicture *out, Err *e)
{
    File f;
    struct heif_image *im = NULL;
    int status = open_file(bytes, size, name, &f, e);

    *out = (HeifPicture){0};
    if (!status) {
        bool clear = f.has_alpha(f.picture);

        *out = (HeifPicture){f.width(f.picture), f.height(f.picture), clear ? 4 : 3, NULL};
        struct heif_error why = f.decode(f.picture, &im, heif_colorspace_RGB,
                                         clear ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, NULL);

        if (why.code || !is_as_said(&f, im, out))
            status = refuse(bytes, size, name, why.code ? why : damaged, e);
        else
            status = copy_pixels(&f, im, name, out, e);
    }
    if (im)
        f.release(im);
    close_file(&f);
    return status;
}
