/* Files of several pages, and what pretends to be one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "image/pages.h"
#include "image/tiff_tags.h"

/* Two pages, 150x64 and 188x64, each with a number of its own. */
static char *two_pages(void)
{
    return file_join(getenv("IMAGE_FOLDER"), "two_pages.tif");
}

static uint8_t *changeable(size_t *size)
{
    char *path = two_pages();
    uint8_t *bytes = file_read(path, FILE_LIMIT, size, NULL);

    free(path);
    assert_non_null(bytes);
    return bytes;
}

static void save(char *path, const uint8_t *bytes, size_t size)
{
    int f = mkstemp(path);

    assert_true(f >= 0 && write(f, bytes, size) == (ssize_t)size);
    close(f);
}

static void each_page_is_a_picture(void **state)
{
    (void)state;
    Err e = {0};
    char *path = two_pages();

    assert_int_equal(image_count_pages(path), 2);
    Image *first = image_load_page(path, 0, &e), *second = image_load_page(path, 1, &e), *usual = image_load(path, &e);
    assert_true(first && second && usual);
    assert_int_equal(first->width, 150);
    assert_int_equal(second->width, 188);
    assert_memory_equal(first->pixels, usual->pixels, (size_t)first->width * first->height);
    assert_null(image_load_page(path, 2, &e));
    assert_non_null(strstr(e.text, "has no page 3"));
    image_free(first);
    image_free(second);
    image_free(usual);
    free(path);
}

static void other_files_have_one_page(void **state)
{
    (void)state;
    Err e = {0};
    char path[] = "/tmp/scrawl-pages-XXXXXX";

    save(path, (const uint8_t *)"no picture", 10);
    assert_int_equal(image_count_pages(path), 1);
    assert_null(image_load_page(path, 1, &e));
    assert_non_null(strstr(e.text, "has one page, not 2"));
    unlink(path);
    assert_int_equal(image_count_pages(path), 1);
    assert_int_equal(image_count_pages("-"), 1);
    assert_int_equal(image_count_pages("/dev/zero"), 1);
}

/* The last directory's pointer leads back to the first: only the first page is sure. */
static void of_pages_in_a_circle_there_is_one(void **state)
{
    (void)state;
    char path[] = "/tmp/scrawl-pages-XXXXXX";
    size_t size;
    uint8_t *bytes = changeable(&size);
    TiffTags t, last;

    assert_true(tiff_open(bytes, size, &t));
    last = t;
    while (tiff_next(&last))
        ;
    memcpy(bytes + last.at + 12 * (size_t)last.entries, bytes + 4, 4);
    save(path, bytes, size);
    assert_int_equal(image_count_pages(path), 1);
    unlink(path);
    free(bytes);
}

/* Wherever the file ends, a page comes out whole or a sentence does. */
static void cut_files_are_counted_and_refused(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = changeable(&size);

    for (size_t n = 0; n < size; n += 3) {
        char path[] = "/tmp/scrawl-pages-XXXXXX";
        int pages;

        save(path, bytes, n);
        pages = image_count_pages(path);
        assert_in_range(pages, 1, 2);
        for (int i = 0; i < pages; i++) {
            Err e = {0};
            Image *im = image_load_page(path, i, &e);

            assert_true(im ? im->height == 64 : e.code != ERR_NONE);
            image_free(im);
        }
        unlink(path);
    }
    free(bytes);
}

/* Tag 254 says that a directory is a smaller copy or a mask. */
static void copies_and_masks_are_no_pages(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = changeable(&size);
    TiffTags t;
    TiffEntry kind;

    assert_true(tiff_open(bytes, size, &t) && tiff_next(&t) && t.entries > 1);
    bytes[t.at] = 254; /* in place of what comes first */
    bytes[t.at + 1] = 0;
    assert_true(tiff_find(&t, 254, &kind));
    for (uint8_t what = 0; what < 8; what++) {
        char path[] = "/tmp/scrawl-pages-XXXXXX";

        bytes[kind.at] = what;
        save(path, bytes, size);
        assert_int_equal(image_count_pages(path), what & 5 ? 1 : 2);
        unlink(path);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_page_is_a_picture),         cmocka_unit_test(other_files_have_one_page),
        cmocka_unit_test(of_pages_in_a_circle_there_is_one), cmocka_unit_test(cut_files_are_counted_and_refused),
        cmocka_unit_test(copies_and_masks_are_no_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
