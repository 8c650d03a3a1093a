/* scrawl explore D: what a dataset holds. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/parallel.h"
#include "data/dataset.h"
#include "image/image.h"
#include "plot/bars.h"
#include "plot/grid.h"

enum { GRID_MOST = 100 };

typedef struct Values {
    bool json;
    const char *part;
    int class_index;
    const char *labels, *grid;
} Values;

static const Option options[] = {
    {"json", 0, OPTION_FLAG, NULL, "the result as one JSON object", offsetof(Values, json), 0, 0},
    {"part", 0, OPTION_CHOICE, "train|test", "of a set that has two parts; default: train", offsetof(Values, part), 0, 0},
    {"class", 'c', OPTION_INT, "N", "only pictures of this class", offsetof(Values, class_index), 0,
     DATASET_CLASS_LIMIT},
    {"labels", 0, OPTION_TEXT, "OUT.png", "plot how many pictures each class has", offsetof(Values, labels), 0, 0},
    {"grid", 0, OPTION_TEXT, "OUT.png", "a sheet of the first pictures (of each class in turn)",
     offsetof(Values, grid), 0, 0},
    {0},
};

static int print_text(const char *path, const Dataset *d, const size_t *counts, double mean, double deviation)
{
    printf("%s: %zu pictures of %dx%d, %d classes%s%s\n", path, d->count, d->width, d->height, d->classes,
           *d->found ? "; " : "", d->found);
    printf("mean %.4f, deviation %.4f (of pixels in 0..1)\n", mean, deviation);
    if (d->groups)
        printf("%d writers or groups\n", d->group_count);
    for (int i = 0; i < d->classes; i++)
        printf("%-12s %8zu  %5.1f %%\n", d->class_names[i], counts[i], d->count ? 100.0 * counts[i] / d->count : 0.0);
    return 0;
}

/* Takes the object over. */
static int print_object(const char *path, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(8)) : NULL;

    json_decref(object);
    if (!text)
        return refuse("%s: no memory for the result, or a name that is not UTF-8", path);
    puts(text);
    free(text);
    return STATUS_DONE;
}

static int print_json(const char *path, const Dataset *d, const size_t *counts, double mean, double deviation)
{
    json_t *classes = json_array(), *object;

    for (int i = 0; i < d->classes; i++)
        json_array_append_new(classes, json_pack("{s:s, s:I}", "name", d->class_names[i], "count",
                                                 (json_int_t)counts[i]));
    object = json_pack("{s:s, s:I, s:i, s:i, s:f, s:f, s:s, s:o}", "data", path, "count", (json_int_t)d->count, "width",
                       d->width, "height", d->height, "mean", mean, "deviation", deviation, "found", d->found,
                       "classes", classes);
    return print_object(path, object);
}

static int plot_counts(const char *out, const char *path, const Dataset *d, const size_t *counts, Err *e)
{
    long *values = malloc((d->classes + 1) * sizeof *values);

    if (!values)
        return err_set(e, ERR_MEMORY, "no memory for a plot");
    for (int i = 0; i < d->classes; i++)
        values[i] = (long)counts[i];
    int status = canvas_finish(plot_labels(path, d->class_names, values, d->classes, e), out, e);

    free(values);
    return status;
}

/* The n-th picture of a class from `from` on, or d->count. */
static size_t next_of_class(const Dataset *d, int class_index, size_t from)
{
    while (from < d->count && d->labels[from] != class_index)
        from++;
    return from;
}

/* Classes in turn, so that a sorted set shows more than its first class. */
static int choose(const Dataset *d, int only, size_t *chosen)
{
    size_t *at = calloc(d->classes + 1, sizeof *at);
    int n = 0, found = 1;

    while (at && n < GRID_MOST && found) {
        found = 0;
        for (int c = only < 0 ? 0 : only; n < GRID_MOST && c < (only < 0 ? d->classes : only + 1); c++) {
            size_t i = next_of_class(d, c, at[c]);

            at[c] = i + 1;
            if (i < d->count) {
                chosen[n++] = i;
                found = 1;
            }
        }
    }
    free(at);
    return n;
}

static int plot_grid(const char *out, const char *path, const Dataset *d, int only, Err *e)
{
    size_t chosen[GRID_MOST];
    Image images[GRID_MOST];
    const char *titles[GRID_MOST];
    int n = choose(d, only, chosen);

    for (int i = 0; i < n; i++) {
        images[i] = (Image){d->width, d->height, 1, d->pixels + chosen[i] * d->width * d->height};
        titles[i] = d->class_names[d->labels[chosen[i]]];
    }
    return canvas_finish(plot_sheet(&(Sheet){.title = path, .images = images, .count = n, .titles = titles}, e), out, e);
}

static int explore(const Values *v, const char *path, const Dataset *d)
{
    size_t *counts = calloc(d->classes + 1, sizeof *counts);
    double mean, deviation;
    Err e = {0};
    int status;

    if (!counts)
        return refuse("no memory to count %d classes", d->classes);
    if (v->class_index >= d->classes) {
        free(counts);
        return refuse("%s: there is no class %d; it has %d", path, v->class_index, d->classes);
    }
    dataset_measure(d, counts, &mean, &deviation);
    status = v->labels ? plot_counts(v->labels, path, d, counts, &e) : 0;
    if (!status && v->grid)
        status = plot_grid(v->grid, path, d, v->class_index, &e);
    if (status)
        status = refuse("%s", e.text);
    else
        status = (v->json ? print_json : print_text)(path, d, counts, mean, deviation);
    free(counts);
    return status;
}

/* A set of numbers (labels of several digits) has names instead of pixels. */
static int explore_numbers(const Values *v, const char *path, const Dataset *d)
{
    size_t digits = 0;

    for (size_t i = 0; i < d->count; i++)
        digits += strlen(d->texts[i]);
    if (v->labels || v->grid || v->class_index >= 0)
        return refuse("%s: pictures of numbers have no classes to plot or choose", path);
    if (v->json)
        return print_object(path, json_pack("{s:s, s:I, s:I}", "data", path, "count", (json_int_t)d->count, "digits",
                                            (json_int_t)digits));
    printf("%s: %zu pictures of numbers, %zu digits\n", path, d->count, digits);
    return STATUS_DONE;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.class_index = -1, .part = "train"};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    Dataset *d = dataset_open(args.list[0], &(DatasetOptions){.part = strcmp(v.part, "test") ? PART_TRAIN : PART_TEST}, &e);

    if (!d)
        return refuse("%s", e.text);
    status = d->texts ? explore_numbers(&v, args.list[0], d) : explore(&v, args.list[0], d);
    dataset_free(d);
    return status;
}

const Verb verb_explore = {
    .name = "explore",
    .arguments = "DATA",
    .about = "what a dataset holds: counts, mean, deviation, samples",
    .more = "DATA is a folder with the MNIST files, an .npz, a CSV of pixels or of path,label, a folder with a sub-folder\n"
            "for each class, or a folder of files named <class>_<anything>.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
