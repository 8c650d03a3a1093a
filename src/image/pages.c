#include "image/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "image/tiff_tags.h"

enum {
    DIRECTORIES = 2 * IMAGE_PAGE_LIMIT, /* of pages, smaller copies and masks together */
    ENTRIES = 512                       /* of one: more are no picture's, and thousands in each would take minutes */
};

typedef struct Walk {
    TiffTags at;
    int left; /* directories that may still be visited */
} Walk;

static bool walk_start(const uint8_t *bytes, size_t size, Walk *w)
{
    w->left = DIRECTORIES;
    return tiff_open(bytes, size, &w->at);
}

/* On to the next directory that is a page of its own. */
static bool walk_on(Walk *w)
{
    enum { TAG_KIND = 254, IS_SMALLER = 1, IS_MASK = 4 };
    TiffEntry kind;

    while (w->left-- > 0 && tiff_next(&w->at) && w->at.entries <= ENTRIES && tiff_has_directory(&w->at))
        if (!tiff_find(&w->at, TAG_KIND, &kind) || !(tiff_value(&w->at, &kind, 0) & (IS_SMALLER | IS_MASK)))
            return true;
    return false;
}

/* Whether a file begins as a TIFF: others need not be read to be counted. */
static bool may_have_pages(const char *path)
{
    struct stat about;
    bool can_be_read_twice = strcmp(path, "-") != 0 && stat(path, &about) == 0 && S_ISREG(about.st_mode);
    FILE *f = can_be_read_twice ? fopen(path, "rb") : NULL;
    uint8_t begin[8];
    TiffTags t;
    bool is_tiff = f && fread(begin, 1, sizeof begin, f) == sizeof begin && tiff_open(begin, sizeof begin, &t);

    if (f)
        fclose(f);
    return is_tiff;
}

int image_count_pages(const char *path)
{
    size_t size;
    uint8_t *bytes = may_have_pages(path) ? file_read(path, IMAGE_FILE_LIMIT, &size, NULL) : NULL;
    Walk w;
    int pages = 1;

    if (bytes && walk_start(bytes, size, &w))
        while (pages <= IMAGE_PAGE_LIMIT && walk_on(&w))
            pages++;
    free(bytes);
    return pages <= IMAGE_PAGE_LIMIT ? pages : 1;
}

/* Makes page `page` the first one. */
static int turn_to(uint8_t *bytes, size_t size, int page, const char *name, Err *e)
{
    Walk w;

    if (!walk_start(bytes, size, &w))
        return err_set(e, ERR_FORMAT, "%s: has one page, not %d", name, page + 1);
    for (int i = 0; i < page; i++)
        if (!walk_on(&w))
            return err_set(e, ERR_FORMAT, "%s: has no page %d", name, page + 1);
    tiff_put_first(&w.at, bytes);
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
