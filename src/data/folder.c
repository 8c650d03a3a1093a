/* What kind of set a folder is, and the list of its pictures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "data/dataset_build.h"
#include "data/sources.h"

typedef struct Folder {
    const char *path;
    char **names;
    size_t count;
} Folder;

static bool folder_open(const char *path, Folder *out, Err *e)
{
    *out = (Folder){.path = path};
    return (out->names = file_list(path, &out->count, e)) != NULL;
}

static bool is_hidden(const char *name)
{
    return name[0] == '.';
}

static bool is_picture(const char *name)
{
    static const char *const endings[] = {"jpg",  "jpeg", "png", "gif", "bmp", "tif",
                                          "tiff", "webp", "pgm", "ppm", "pnm"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(file_ending(name), endings[i]) == 0)
            return !is_hidden(name);
    return false;
}

/* ---- MNIST files ---- */

/* "train-images-idx3-ubyte.gz", "t10k-images.idx3-ubyte", "emnist-digits-test-images-idx3-ubyte" */
static bool is_images_file(const char *name, DatasetPart part)
{
    if (is_hidden(name) || !strstr(name, "images") || !strstr(name, "idx3"))
        return false;
    return part == PART_TRAIN ? strstr(name, "train") != NULL
                              : strstr(name, "t10k") || strstr(name, "test");
}

/* Are these the same file, once packed and once not? */
static bool same_but_gz(const char *a, const char *b)
{
    size_t n = strlen(a);

    return strncmp(a, b, n) == 0 && strcmp(b + n, ".gz") == 0;
}

/* How many idx files of pictures of a part there are; `*name` is the first. Names come sorted, so a
 * packed copy follows the plain file. */
static int count_images(const Folder *f, DatasetPart part, const char **name)
{
    int n = 0;

    for (size_t i = 0; i < f->count; i++)
        if (is_images_file(f->names[i], part) && !(n && same_but_gz(*name, f->names[i]))) {
            if (n++ == 0)
                *name = f->names[i];
        }
    return n;
}

/* The idx files of a folder. */
static Dataset *open_idx_files(const Folder *f, const DatasetOptions *options, Err *e)
{
    const char *name = NULL, *other = NULL,
               *word = options->part == PART_TEST ? "test" : "training";
    int n = count_images(f, options->part, &name), others = count_images(f, !options->part, &other);

    if (n != 1) {
        if (n == 0)
            err_set(e, ERR_IO, "%s: no %s images beside %s", f->path, word, other);
        else
            err_set(e, ERR_ARGUMENT, "%s: %d files of %s images: name one, such as %s", f->path, n,
                    word, name);
        return NULL;
    }
    char *path = file_join(f->path, name);
    Dataset *d = path ? dataset_of_idx(path, options, e) : NULL;
    if (!path)
        err_set(e, ERR_MEMORY, "%s: no memory", f->path);
    if (d)
        d->has_test = n == 1 && others == 1;
    free(path);
    return d;
}

/* ---- pictures ---- */

static int add_picture(Listing *list, const char *folder, const char *name, const char *label,
                       const char *group, Err *e)
{
    char *path = file_join(folder, name);

    if (path)
        listing_add(list, path, label, group);
    free(path);
    return path && !listing_failed(list)
               ? 0
               : err_set(e, ERR_MEMORY, "%s: no memory for its list", folder);
}

/* The pictures of a class: those in its folder, and, if `depth` allows, those in folders below,
 * each of which is a writer. */
static int add_class(Listing *list, const char *path, const char *label, const char *group,
                     int depth, Err *e)
{
    Folder f;
    int r = folder_open(path, &f, e) ? 0 : -ERR_IO;

    for (size_t i = 0; !r && i < f.count; i++) {
        char *below = is_hidden(f.names[i]) ? NULL : file_join(path, f.names[i]);
        if (below && is_picture(f.names[i]))
            r = add_picture(list, path, f.names[i], label, group, e);
        else if (below && depth > 0 && file_is_folder(below))
            r = add_class(list, below, label, f.names[i], depth - 1, e);
        free(below);
    }
    free(f.names);
    return r;
}

/* Every sub-folder is a class. */
static int add_sub_folders(Listing *list, const Folder *f, Err *e)
{
    int r = 0;

    for (size_t i = 0; !r && i < f->count; i++) {
        char *below = is_hidden(f->names[i]) ? NULL : file_join(f->path, f->names[i]);
        if (below && file_is_folder(below))
            r = add_class(list, below, f->names[i], NULL, 1, e);
        free(below);
    }
    return r;
}

/* Every picture is called <class>_<anything>. */
static int add_named_files(Listing *list, const Folder *f, Err *e)
{
    int r = 0;

    for (size_t i = 0; !r && i < f->count; i++) {
        const char *name = f->names[i], *end = strchr(name, '_');
        if (!is_picture(name))
            continue;
        if (!end || end == name)
            return err_set(e, ERR_FORMAT, "%s/%s: its name does not begin with its class and '_'",
                           f->path, name);
        char *label = strndup(name, (size_t)(end - name));
        r = label ? add_picture(list, f->path, name, label, NULL, e)
                  : err_set(e, ERR_MEMORY, "%s: no memory for its list", f->path);
        free(label);
    }
    return r;
}

static Dataset *open_pictures(const Folder *f, const DatasetOptions *options, Err *e)
{
    Listing list = {0};
    Dataset *d = NULL;
    int r = add_sub_folders(&list, f, e);

    if (!r && list.count == 0)
        r = add_named_files(&list, f, e);
    if (!r && list.count == 0)
        r = err_set(
            e, ERR_FORMAT,
            "%s: holds no dataset: neither MNIST files, labels.csv, a sub-folder of pictures "
            "for each class nor pictures named <class>_<anything>",
            f->path);
    if (!r)
        d = dataset_of_listing(f->path, &list, false, options, e);
    listing_free(&list);
    return d;
}

/* ---- the kinds of folders ---- */

static bool holds(const Folder *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->names[i], name) == 0)
            return true;
    return false;
}

/* The folder or file `name` of a folder, as a set of its own. */
static Dataset *open_inside(const Folder *f, const char *name, const DatasetOptions *options,
                            Err *e)
{
    char *path = file_join(f->path, name);
    Dataset *d = path ? dataset_open(path, options, e) : NULL;

    if (!path)
        err_set(e, ERR_MEMORY, "%s: no memory", f->path);
    free(path);
    return d;
}

static Dataset *open_part(const Folder *f, const DatasetOptions *options, Err *e)
{
    DatasetOptions inside = *options;
    Dataset *d;

    inside.part = PART_TRAIN; /* of a part all is wanted */
    d = open_inside(f, options->part == PART_TEST ? "test" : "train", &inside, e);
    if (d)
        d->has_test = true;
    return d;
}

Dataset *dataset_of_folder(const char *path, const DatasetOptions *options, Err *e)
{
    const char *name;
    Dataset *d;
    Folder f;

    if (!folder_open(path, &f, e))
        return NULL;
    if (holds(&f, "labels.csv"))
        d = open_inside(&f, "labels.csv", options, e);
    else if (count_images(&f, PART_TRAIN, &name) || count_images(&f, PART_TEST, &name))
        d = open_idx_files(&f, options, e);
    else if (holds(&f, "train") && holds(&f, "test"))
        d = open_part(&f, options, e);
    else
        d = open_pictures(&f, options, e);
    free(f.names);
    return d;
}
