#include "image/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "image/tiff_tags.h"

/* On to the next directory that is a page of its own. */
static bool next_page(TiffTags *t)
{
    enum { TAG_KIND = 254, IS_SMALLER = 1, IS_MASK = 4 };
    TiffEntry kind;

    for (int i = 0; i < IMAGE_PAGE_LIMIT && tiff_next(t); i++)
        if (!tiff_find(t, TAG_KIND, &kind) || !(tiff_value(t, &kind, 0) & (IS_SMALLER | IS_MASK)))
            return true;
    return false;
}

/* Whether a file begins as a TIFF: others need not be read to be counted. */
static bool may_have_pages(const char *path)
{
    struct stat about;
    FILE *f = stat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "rb") : NULL; /* a pipe is read once */
    uint8_t begin[8];
    TiffTags t;
    bool is_tiff = f && fread(begin, 1, sizeof begin, f) == sizeof begin && tiff_open(begin, sizeof begin, &t);

    if (f)
        fclose(f);
    return is_tiff;
}

int image_count_pages(const char *path, Err *e)
{
    size_t size;
    uint8_t *bytes = may_have_pages(path) ? file_read(path, IMAGE_FILE_LIMIT, &size, NULL) : NULL;
    TiffTags t;
    int pages = 1;

    if (bytes && tiff_open(bytes, size, &t))
        while (pages <= IMAGE_PAGE_LIMIT && next_page(&t))
            pages++;
    free(bytes);
    return pages <= IMAGE_PAGE_LIMIT
               ? pages
               : err_set(e, ERR_LIMIT, "%s: more than %d pages", path, (int)IMAGE_PAGE_LIMIT);
}

/* Makes page `page` the first one. */
static int turn_to(uint8_t *bytes, size_t size, int page, const char *name, Err *e)
{
    TiffTags t;

    if (!tiff_open(bytes, size, &t))
        return err_set(e, ERR_FORMAT, "%s: has one page, not %d", name, page + 1);
    for (int i = 0; i < page; i++)
        if (!next_page(&t))
            return err_set(e, ERR_FORMAT, "%s: has %d pages, not %d", name, i + 1, page + 1);
    tiff_put_first(&t, bytes);
    return 0;
}

Image *image_load_page(const char *path, int page, Err *e)
{
    size_t size;
    uint8_t *bytes = page ? file_read(path, IMAGE_FILE_LIMIT, &size, e) : NULL;
    Image *im = NULL;

    if (!page)
        return image_load(path, e);
    if (bytes && turn_to(bytes, size, page, path, e) == 0)
        im = image_decode(bytes, size, path, e);
    free(bytes);
    return im;
}
