#include "data/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "data/csv.h"
#include "data/dataset_build.h"
#include "data/gzip.h"
#include "data/idx.h"
#include "data/npz.h"

uint8_t *read_plain(const char *path, size_t *size, Err *e)
{
    uint8_t *bytes = file_read(path, FILE_LIMIT, size, e), *plain;

    if (!bytes || !gzip_is(bytes, *size))
        return bytes;
    plain = gzip_open(path, bytes, *size, FILE_LIMIT, size, e);
    free(bytes);
    return plain;
}

/* ---- idx ---- */

/* `path` with the last `from` in its last part replaced by `to`; NULL if there is none or no
 * memory. */
static char *with_word(const char *path, const char *from, const char *to)
{
    const char *slash = strrchr(path, '/'), *at = NULL;
    char *other;

    for (const char *p = slash ? slash : path; (p = strstr(p, from)); p++)
        at = p;
    if (!at || asprintf(&other, "%.*s%s%s", (int)(at - path), path, to, at + strlen(from)) < 0)
        return NULL;
    return other;
}

/* The existing file that is called like `path`, with or without ".gz"; takes over `path`. */
static char *with_or_without_gz(char *path)
{
    size_t n = path ? strlen(path) : 0;
    char *other = NULL;

    if (!path || file_exists(path))
        return path;
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        path[n - 3] = 0;
    else if (asprintf(&other, "%s.gz", path) < 0)
        other = NULL;
    if (!other)
        return path;
    free(path);
    return other;
}

/* The other file of a pair: of an images file the labels, and the other way round. */
static char *partner_of(const char *path, bool of_images)
{
    char *other = with_word(path, of_images ? "images" : "labels", of_images ? "labels" : "images");
    char *both =
        other ? with_word(other, of_images ? "idx3" : "idx1", of_images ? "idx1" : "idx3") : NULL;

    if (!both)
        return with_or_without_gz(other);
    free(other);
    return with_or_without_gz(both);
}

/* A file of a pair: `bytes` belongs to who reads it. */
static int read_idx(const char *path, uint8_t **bytes, Idx *idx, Err *e)
{
    Err why = {0};
    size_t size;

    *bytes = read_plain(path, &size, &why);
    if (!*bytes)
        return err_set(e, why.code, "%s", why.text);
    return idx_read(path, *bytes, size, idx, e);
}

static int labels_of_idx(const char *path, const Idx *labels, PixelSet *set, Err *e)
{
    if (labels->dims != 1)
        return err_set(e, ERR_FORMAT, "%s: labels have 1 dimension, not %d", path, labels->dims);
    if (labels->count != set->count)
        return err_set(e, ERR_FORMAT, "%s: %zu labels for %zu pictures", path, labels->count,
                       set->count);
    set->labels = malloc((set->count + 1) * sizeof *set->labels);
    if (!set->labels)
        return err_set(e, ERR_MEMORY, "%s: no memory for %zu labels", path, set->count);
    for (size_t i = 0; i < set->count; i++)
        set->labels[i] = labels->values[i];
    return 0;
}

/* The pictures stay where the file was read to; only what stands before them is wasted. */
static int pixels_of_idx(const char *path, const Idx *images, uint8_t *bytes, PixelSet *set, Err *e)
{
    if (images->dims != 3)
        return err_set(e, ERR_FORMAT, "%s: pictures have 3 dimensions, not %d", path, images->dims);
    if (images->sizes[1] > DATASET_SIDE_LIMIT || images->sizes[2] > DATASET_SIDE_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: pictures of %ux%u, at most %dx%d are read", path,
                       images->sizes[2], images->sizes[1], DATASET_SIDE_LIMIT, DATASET_SIDE_LIMIT);
    set->count = images->sizes[0];
    set->height = (int)images->sizes[1];
    set->width = (int)images->sizes[2];
    set->pixels = bytes + (images->values - bytes);
    return 0;
}

static Dataset *dataset_of_pair(const char *images_path, const char *labels_path,
                                const DatasetOptions *options, Err *e)
{
    uint8_t *images_bytes = NULL, *labels_bytes = NULL;
    PixelSet set = {0};
    Dataset *d = NULL;
    Idx images, labels;

    if (read_idx(images_path, &images_bytes, &images, e) == 0 &&
        read_idx(labels_path, &labels_bytes, &labels, e) == 0 &&
        pixels_of_idx(images_path, &images, images_bytes, &set, e) == 0 &&
        labels_of_idx(labels_path, &labels, &set, e) == 0) {
        set.block = images_bytes;
        images_bytes = NULL;
        d = dataset_of_pixels(images_path, &set, options, e);
    }
    pixel_set_free(&set);
    free(images_bytes);
    free(labels_bytes);
    return d;
}

Dataset *dataset_of_idx(const char *path, const DatasetOptions *options, Err *e)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash : path;
    bool of_images = strstr(name, "images") != NULL;
    char *partner = partner_of(path, of_images);
    Dataset *d = NULL;

    if (!partner)
        err_set(
            e, ERR_ARGUMENT,
            "%s: its name says neither 'images' nor 'labels', so the other of the pair is unknown",
            path);
    else if (!file_exists(partner))
        err_set(e, ERR_IO, "%s: the other file of the pair is missing: %s", path, partner);
    else
        d = dataset_of_pair(of_images ? path : partner, of_images ? partner : path, options, e);
    free(partner);
    return d;
}

/* ---- npz ---- */

static int labels_of_npy(const char *path, const char *array, const Npy *y, PixelSet *set, Err *e)
{
    if (y->dims != 1 || y->count != set->count)
        return err_set(e, ERR_FORMAT, "%s: %s holds %zu labels in %d dimensions for %zu pictures",
                       path, array, y->count, y->dims, set->count);
    set->labels = malloc((set->count + 1) * sizeof *set->labels);
    if (!set->labels)
        return err_set(e, ERR_MEMORY, "%s: no memory for %zu labels", path, set->count);
    for (size_t i = 0; i < set->count; i++) {
        int64_t label = npy_value(y, i);
        if (label < 0 || label >= DATASET_CLASS_LIMIT)
            return err_set(e, ERR_FORMAT, "%s: label %zu of %s is %lld, possible is 0 to %d", path,
                           i, array, (long long)label, DATASET_CLASS_LIMIT - 1);
        set->labels[i] = (int)label;
    }
    return 0;
}

static int pixels_of_npy(const char *path, const char *array, Npy *x, PixelSet *set, Err *e)
{
    if (x->width != 1 || x->is_signed)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s: %s holds values of %d %s bytes, pictures are unsigned bytes", path,
                       array, x->width, x->is_signed ? "signed" : "unsigned");
    if (x->dims != 3 && !(x->dims == 4 && x->sizes[3] == 1))
        return err_set(e, ERR_FORMAT,
                       "%s: %s has %d dimensions, pictures have 3: count, height, width", path,
                       array, x->dims);
    if (x->sizes[1] > DATASET_SIDE_LIMIT || x->sizes[2] > DATASET_SIDE_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: %s holds pictures of %zux%zu, at most %dx%d are read",
                       path, array, x->sizes[2], x->sizes[1], DATASET_SIDE_LIMIT,
                       DATASET_SIDE_LIMIT);
    set->count = x->sizes[0];
    set->height = (int)x->sizes[1];
    set->width = (int)x->sizes[2];
    set->block = x->block;
    set->pixels = x->block + (x->values - x->block);
    *x = (Npy){0};
    return 0;
}

Dataset *dataset_of_npz(const char *path, const uint8_t *bytes, size_t size,
                        const DatasetOptions *options, Err *e)
{
    const char *x_name = options->part == PART_TEST ? "x_test" : "x_train";
    const char *y_name = options->part == PART_TEST ? "y_test" : "y_train";
    Npy x = {0}, y = {0};
    PixelSet set = {0};
    Dataset *d = NULL;

    if (npz_read(path, bytes, size, x_name, &x, e) == 0 &&
        npz_read(path, bytes, size, y_name, &y, e) == 0 &&
        pixels_of_npy(path, x_name, &x, &set, e) == 0 &&
        labels_of_npy(path, y_name, &y, &set, e) == 0)
        d = dataset_of_pixels(path, &set, options, e);
    if (d)
        d->has_test = true;
    pixel_set_free(&set);
    npy_free(&x);
    npy_free(&y);
    return d;
}

/* ---- CSV ---- */

static Dataset *dataset_of_csv_pixels(const char *path, const uint8_t *bytes, size_t size,
                                      const DatasetOptions *options, Err *e)
{
    CsvPixels p;

    if (csv_read_pixels(path, bytes, size, DATASET_CLASS_LIMIT, &p, e))
        return NULL;
    PixelSet set = {.count = p.count,
                    .height = p.side,
                    .width = p.side,
                    .pixels = p.pixels,
                    .block = p.pixels,
                    .labels = p.labels};
    return dataset_of_pixels(path, &set, options, e);
}

/* The list with its paths as seen from where the CSV is. */
static int from_where_it_is(const char *csv_path, const Listing *in, Listing *out, Err *e)
{
    const char *slash = strrchr(csv_path, '/');
    int folder = slash ? (int)(slash + 1 - csv_path) : 0;
    char *path;

    for (size_t i = 0; i < in->count; i++) {
        const char *name = listing_path(in, i);
        if (asprintf(&path, "%.*s%s", *name == '/' ? 0 : folder, csv_path, name) < 0)
            return err_set(e, ERR_MEMORY, "%s: no memory for its list", csv_path);
        listing_add(out, path, listing_label(in, i), listing_group(in, i));
        free(path);
    }
    return listing_failed(out) ? err_set(e, ERR_MEMORY, "%s: no memory for its list", csv_path) : 0;
}

Dataset *dataset_of_csv(const char *path, const uint8_t *bytes, size_t size,
                        const DatasetOptions *options, Err *e)
{
    Listing raw = {0}, list = {0};
    Dataset *d = NULL;

    if (!csv_is_list(bytes, size))
        return dataset_of_csv_pixels(path, bytes, size, options, e);
    if (csv_read_list(path, bytes, size, &raw, e) == 0 &&
        from_where_it_is(path, &raw, &list, e) == 0)
        d = dataset_of_listing(path, &list, true, options, e);
    listing_free(&raw);
    listing_free(&list);
    return d;
}
