/* The pages of a file: scanners put several into a TIFF.
 *
 *     int pages = image_count_pages("scan.tif");
 *     for (int i = 0; i < pages; i++)
 *         Image *im = image_load_page("scan.tif", i, &e);
 *
 * Smaller copies of a page and masks (TIFF 6.0, NewSubfileType) after the first directory are no pages. image_load takes
 * the first page. */
#ifndef SCRAWL_IMAGE_PAGES_H
#define SCRAWL_IMAGE_PAGES_H

#include "image/codec.h"

enum { IMAGE_PAGE_LIMIT = 1000 };

/* 1 for what is no TIFF, or cannot be read, or not twice: a pipe, "-"; and where there are more than IMAGE_PAGE_LIMIT, as in a
 * damaged file whose pages go round in circles. */
int image_count_pages(const char *path);

/* Page `page`, 0 the first, as image_load would give it. ERR_FORMAT beyond the last. */
Image *image_load_page(const char *path, int page, Err *e);

#endif
