/* What the tests of training share: a small set of made-up pictures, a folder, files compared. */
#ifndef SCRAWL_TESTS_MADE_UP_H
#define SCRAWL_TESTS_MADE_UP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/rng.h"
#include "data/dataset.h"
#include "train/fit.h"

/* `count` pictures of 10 classes in turn: a class is a bar at a place of its own, on noise. */
static inline Dataset *made_up_data(size_t count, uint64_t seed)
{
    Dataset *d = dataset_new(count, 28, 28, 10, NULL);
    Rng r = rng_stream(seed, RNG_TEST, 0);

    assert_non_null(d);
    for (size_t i = 0; i < count; i++) {
        uint8_t *p = d->pixels + i * 784;
        int class = (int)(i % 10), x = 3 + class % 5 * 4 + (int)rng_below(&r, 2);
        int y = 3 + class / 5 * 12 + (int)rng_below(&r, 2);

        for (int k = 0; k < 784; k++)
            p[k] = (uint8_t)rng_below(&r, 60);
        for (int k = 0; k < 24; k++)
            p[(y + k / 3) * 28 + x + k % 3] = (uint8_t)(200 + rng_below(&r, 56));
        d->labels[i] = class;
    }
    return d;
}

/* A short run of lenet: 240 pictures, 60 kept back, 6 steps an epoch. */
static inline Recipe made_up_recipe(const char *more)
{
    Recipe r;
    Err e = {0};

    if (recipe_preset(&r, "lenet", "seed", &e) ||
        recipe_apply(&r, "epochs=2 batch=32 validation=0.25 threads=1 lr=0.003", &e) ||
        recipe_apply(&r, more, &e))
        fail_msg("%s", e.text);
    return r;
}

enum { MADE_UP_COUNT = 240, MADE_UP_STEPS = 6 };

/* A new folder for a test; the caller removes it with folder_remove. */
static inline char *folder_make(void)
{
    const char *tmp = getenv("TMPDIR");
    char *path = file_join(tmp ? tmp : "/tmp", "scrawl-test-XXXXXX");

    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    return path;
}

static inline void folder_remove(char *folder)
{
    assert_int_equal(file_remove_tree(folder, NULL), 0);
    free(folder);
}

typedef struct Bytes {
    uint8_t *bytes;
    size_t size;
} Bytes;

static inline Bytes bytes_of(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    Bytes b = {0};
    Err e = {0};

    b.bytes = file_read(path, FILE_LIMIT, &b.size, &e);
    if (!b.bytes)
        fail_msg("%s", e.text);
    free(path);
    return b;
}

static inline void assert_same_file(const char *a, const char *b, const char *name)
{
    Bytes x = bytes_of(a, name), y = bytes_of(b, name);

    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.bytes, y.bytes, x.size);
    free(x.bytes);
    free(y.bytes);
}

/* Trains, which has to work; the caller frees the result. */
static inline FitResult fitted(const Recipe *recipe, const Dataset *data, FitOptions options)
{
    FitResult result;
    Err e = {0};

    if (fit(recipe, data, &options, &result, &e))
        fail_msg("%s", e.text);
    return result;
}

/* The same in a new folder, whose path comes back. */
static inline char *fitted_folder(const Recipe *recipe, const Dataset *data)
{
    char *folder = folder_make();
    FitResult result = fitted(recipe, data, (FitOptions){.folder = folder});

    fit_result_free(&result);
    return folder;
}

/* log.csv without the two columns that are times. */
static inline char *log_without_times(const char *folder)
{
    Bytes b = bytes_of(folder, "log.csv");
    char *text = (char *)b.bytes, *out = calloc(1, b.size + 1), *to = out;
    int column = 0;

    assert_non_null(out);
    for (char *c = text; *c; c++) {
        column = *c == '\n' ? 0 : column + (*c == ',');
        if (column < 7)
            *to++ = *c;
    }
    free(b.bytes);
    return out;
}

#endif
