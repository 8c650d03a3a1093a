/* Numbers as files: a page with a line for each, a folder with a file for each, a labelled set.
 *
 *     ScribePage page = {.numbers = numbers, .count = 3, .copies = 1, .options = {.seed = 7}};
 *     if (scribe_save(scribe, &page, "numbers.png", &e)) ...
 *
 * Each number on a page, and each copy of it, is by a hand of its own, unless the options name one. */
#ifndef SCRAWL_READ_SCRIBE_PAGE_H
#define SCRAWL_READ_SCRIBE_PAGE_H

#include "base/watch.h"
#include "read/scribe.h"

enum { SCRIBE_LINES = 10000, SCRIBE_SET = 10000000 };

typedef struct ScribePage {
    const char *const *numbers; /* (count) */
    int count, copies;          /* of each; together at most SCRIBE_LINES */
    WriteOptions options;
    bool inverted;    /* white ink on black; else black on white */
    bool transparent; /* no paper: .png and .svg alone */
} ScribePage;

/* Writes to `path`: a page as .svg (outlines), or in one of image_save's formats; "-" is a PNG on
 * standard output. A path that ends in "/", or is a folder, gets a PNG for each number:
 * 0001-241256.png. ERR_ARGUMENT for what is no number (which one is said) or a path of another
 * ending, ERR_LIMIT for too large a page; then nothing is written. */
int scribe_save(Scribe *s, const ScribePage *page, const char *path, Err *e);

/* Numbers of a text, one a line; empty lines are skipped. One block: the caller frees the array.
 * ERR_ARGUMENT for a line that is none ("name, line 3: ..."), or if there is no line. */
char **scribe_lines(const char *text, size_t size, const char *name, int *count, Err *e);

/* `count` digits 0, 1, .. 9, 0, 1, .. as train-images-idx3-ubyte and train-labels-idx1-ubyte in a
 * folder, light ink on black as in MNIST. */
int scribe_save_set(Scribe *s, long count, const WriteOptions *options, const char *folder,
                    const Watch *watch, Err *e);

#endif
