#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/file.h"
#include "data/dataset_build.h"
#include "data/idx.h"
#include "data/mixture.h"
#include "data/sources.h"
#include "data/zip.h"

void dataset_free(Dataset *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < sizeof d->blocks / sizeof *d->blocks; i++)
        free(d->blocks[i]);
    free(d->labels);
    free(d->class_names);
    free(d->groups);
    free(d->learn_only);
    free(d->group_names);
    free(d->names);
    free(d->texts);
    free(d);
}

/* ---- opening ---- */

/* Text, as far as its first bytes tell. */
static bool is_text(const uint8_t *bytes, size_t size)
{
    size_t n = size < 256 ? size : 256;

    for (size_t i = 0; i < n; i++)
        if (bytes[i] < ' ' && bytes[i] != '\t' && bytes[i] != '\r' && bytes[i] != '\n')
            return false;
    return size > 0;
}

static Dataset *open_file(const char *path, const DatasetOptions *options, Err *e)
{
    Dataset *d = NULL;
    size_t size;
    uint8_t *bytes = read_plain(path, &size, e);

    if (!bytes)
        return NULL;
    if (idx_is(bytes, size)) {
        free(bytes); /* it is read again, together with its partner */
        return dataset_of_idx(path, options, e);
    }
    if (zip_is(bytes, size))
        d = dataset_of_npz(path, bytes, size, options, e);
    else if (is_text(bytes, size))
        d = dataset_of_csv(path, bytes, size, options, e);
    else
        err_set(e, ERR_FORMAT, "%s: no dataset: neither an idx file, an .npz nor a CSV", path);
    free(bytes);
    return d;
}

Dataset *dataset_open(const char *path, const DatasetOptions *options, Err *e)
{
    static const DatasetOptions usual = {0};

    if (!options)
        options = &usual;
    if (file_is_folder(path))
        return dataset_of_folder(path, options, e);
    if (strcasecmp(file_ending(path), "json") == 0)
        return dataset_of_mixture(path, options, e);
    return open_file(path, options, e);
}

/* ---- making ---- */

Dataset *dataset_new(size_t count, int height, int width, int classes, Err *e)
{
    Dataset *d = calloc(1, sizeof *d);
    size_t size;

    if (!d || !size_multiply(count, (size_t)height * (size_t)width, &size) ||
        !(d->blocks[0] = d->pixels = calloc(size ? size : 1, 1)) ||
        !(d->labels = calloc(count ? count : 1, sizeof *d->labels)) ||
        !dataset_name_classes(d, classes)) {
        err_set(e, ERR_MEMORY, "no memory for %zu pictures of %dx%d", count, width, height);
        dataset_free(d);
        return NULL;
    }
    d->count = count;
    d->height = height;
    d->width = width;
    return d;
}

/* ---- joining ---- */

/* What the joined set is: sizes, classes and groups of all, bytes of all names. */
typedef struct Sum {
    size_t count, text_size;
    int classes, groups;
    bool has_names, has_learn_only;
} Sum;

static bool has_digit_classes(const Dataset *d)
{
    return (d->classes == 10 || d->classes == DATASET_NOISE + 1) &&
           strcmp(d->class_names[0], "0") == 0 && strcmp(d->class_names[9], "9") == 0;
}

static int add_up(const Dataset *const *sets, int n, Sum *sum, Err *e)
{
    for (int i = 0; i < n; i++) {
        const Dataset *d = sets[i];
        if (d->texts || !has_digit_classes(d))
            return err_set(e, ERR_ARGUMENT,
                           "set %d of %d to be joined has other classes than the digits", i + 1, n);
        if (d->height != sets[0]->height || d->width != sets[0]->width)
            return err_set(e, ERR_ARGUMENT, "sets to be joined have pictures of %dx%d and of %dx%d",
                           sets[0]->width, sets[0]->height, d->width, d->height);
        sum->count += d->count;
        sum->classes = d->classes > sum->classes ? d->classes : sum->classes;
        sum->groups += d->group_count;
        sum->has_names |= d->names != NULL;
        sum->has_learn_only |= d->learn_only != NULL;
        for (size_t k = 0; d->names && k < d->count; k++)
            sum->text_size += strlen(d->names[k]) + 1;
        for (int k = 0; k < d->group_count; k++)
            sum->text_size += strlen(d->group_names[k]) + 1;
    }
    return 0;
}

static const char *copy_string(char **text, const char *string)
{
    size_t n = strlen(string) + 1;
    char *copy = memcpy(*text, string, n);

    *text += n;
    return copy;
}

/* Appends one set; all room is there. */
static void append(Dataset *to, const Dataset *d, char **text)
{
    size_t size = (size_t)d->height * (size_t)d->width;

    memcpy(to->pixels + to->count * size, d->pixels, d->count * size);
    memcpy(to->labels + to->count, d->labels, d->count * sizeof *d->labels);
    for (size_t i = 0; to->names && i < d->count; i++)
        to->names[to->count + i] = d->names ? copy_string(text, d->names[i]) : "";
    for (size_t i = 0; to->groups && i < d->count; i++)
        to->groups[to->count + i] =
            d->groups && d->groups[i] >= 0 ? to->group_count + d->groups[i] : -1;
    for (size_t i = 0; to->learn_only && i < d->count; i++)
        to->learn_only[to->count + i] = d->learn_only && d->learn_only[i];
    for (int i = 0; i < d->group_count; i++)
        to->group_names[to->group_count++] = copy_string(text, d->group_names[i]);
    to->count += d->count;
}

Dataset *dataset_join(const Dataset *const *sets, int n, Err *e)
{
    Sum sum = {0};

    if (add_up(sets, n, &sum, e))
        return NULL;
    Dataset *d = dataset_new(sum.count, sets[0]->height, sets[0]->width, sum.classes, e);
    if (!d)
        return NULL;
    char *text = d->blocks[1] = malloc(sum.text_size + 1);
    if (sum.has_names)
        d->names = malloc(sum.count * sizeof *d->names);
    if (sum.has_learn_only)
        d->learn_only = malloc(sum.count * sizeof *d->learn_only);
    if (sum.groups) {
        d->groups = malloc(sum.count * sizeof *d->groups);
        d->group_names = malloc((size_t)sum.groups * sizeof *d->group_names);
    }
    if (!text || (sum.has_names && !d->names) || (sum.has_learn_only && !d->learn_only) ||
        (sum.groups && (!d->groups || !d->group_names))) {
        err_set(e, ERR_MEMORY, "no memory to join %zu pictures", sum.count);
        dataset_free(d);
        return NULL;
    }
    d->count = 0;
    for (int i = 0; i < n; i++)
        append(d, sets[i], &text);
    return d;
}

/* ---- measuring ---- */

void dataset_measure(const Dataset *d, size_t *counts, double *mean, double *deviation)
{
    size_t size = d->count * (size_t)d->height * (size_t)d->width, times[256] = {0};
    double sum = 0, squares = 0, n = size ? (double)size : 1;

    for (int i = 0; counts && i < d->classes; i++)
        counts[i] = 0;
    for (size_t i = 0; counts && i < d->count; i++)
        counts[d->labels[i]]++;
    for (size_t i = 0; d->pixels && i < size; i++)
        times[d->pixels[i]]++;
    for (int v = 0; v < 256; v++) {
        sum += (double)times[v] * v / 255;
        squares += (double)times[v] * v * v / (255. * 255);
    }
    if (mean)
        *mean = sum / n;
    if (deviation)
        *deviation = sqrt(fmax(0, squares / n - sum / n * (sum / n)));
}
