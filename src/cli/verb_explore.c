/* scrawl explore D: what a dataset holds. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/parallel.h"
#include "cli/progress.h"
#include "data/augment.h"
#include "data/dataset.h"
#include "plot/animation.h"
#include "plot/bars.h"
#include "plot/grid.h"

enum { GRID_MOST = 100, GIF_MOST = 20, GIF_FRAMES = 10, GIF_DELAY_MS = 400 };

typedef struct Values {
    bool json;
    const char *part, *class_name, *labels, *grid, *augment;
    int threads;
    uint64_t seed;
} Values;

static const Option options[] = {
    {"json", 0, OPTION_FLAG, NULL, "the result as one JSON object", offsetof(Values, json), 0, 0},
    {"part", 0, OPTION_CHOICE, "train|test", "of a set that has two parts; default: train",
     offsetof(Values, part), 0, 0},
    {"class", 'c', OPTION_TEXT, "NAME",
     "only pictures of this class: its name, or its number from 0", offsetof(Values, class_name), 0,
     0},
    {"labels", 0, OPTION_TEXT, "OUT.png", "plot how many pictures each class has: bars and pie",
     offsetof(Values, labels), 0, 0},
    {"grid", 0, OPTION_TEXT, "OUT.png", "a sheet of the first pictures, of each class in turn",
     offsetof(Values, grid), 0, 0},
    {"augment", 0, OPTION_TEXT, "NAME",
     "the sheet as training sees it: mild, strong, saral; as OUT.gif a frame an epoch",
     offsetof(Values, augment), 0, 0},
    {"seed", 0, OPTION_SEED, "N", "of the augmentation; default: 1", offsetof(Values, seed), 0, 0},
    {"threads", 't', OPTION_INT, "N", "default: all cores", offsetof(Values, threads), 0,
     TEAM_LIMIT},
    {0},
};

/* Of a text in UTF-8. */
static int letters(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

static int print_text(const char *path, const Dataset *d, const size_t *counts, double mean,
                      double deviation)
{
    int wide = 12;

    printf("%s: %zu pictures of %dx%d, %d classes%s%s\n", path, d->count, d->width, d->height,
           d->classes, *d->found ? "; " : "", d->found);
    printf("mean %.4f, deviation %.4f (of pixels in 0..1)\n", mean, deviation);
    if (d->groups)
        printf("%d writers or groups\n", d->group_count);
    for (int i = 0; i < d->classes; i++)
        wide = letters(d->class_names[i]) > wide ? letters(d->class_names[i]) : wide;
    for (int i = 0; i < d->classes; i++)
        printf("%s%*s %8zu  %5.1f %%\n", d->class_names[i], wide - letters(d->class_names[i]), "",
               counts[i], d->count ? 100.0 * counts[i] / d->count : 0.0);
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

static int print_json(const char *path, const Dataset *d, const size_t *counts, double mean,
                      double deviation)
{
    json_t *classes = json_array(), *object;

    for (int i = 0; i < d->classes; i++)
        json_array_append_new(classes, json_pack("{s:s, s:I}", "name", d->class_names[i], "count",
                                                 (json_int_t)counts[i]));
    object = json_pack("{s:s, s:I, s:i, s:i, s:f, s:f, s:s, s:o}", "data", path, "count",
                       (json_int_t)d->count, "width", d->width, "height", d->height, "mean", mean,
                       "deviation", deviation, "found", d->found, "classes", classes);
    return print_object(path, object);
}

static int plot_counts(const char *out, const char *path, const Dataset *d, const size_t *counts,
                       Err *e)
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

/* ---- the sheet ---- */

/* The first picture of a class at `from` or behind it, or d->count. */
static size_t next_of_class(const Dataset *d, int class_index, size_t from)
{
    while (from < d->count && d->labels[from] != class_index)
        from++;
    return from;
}

/* Classes in turn, so that a sorted set shows more than its first class. */
static int choose(const Dataset *d, int most, size_t *chosen)
{
    size_t *at = calloc((size_t)d->classes + 1, sizeof *at);
    int n = 0, found = 1;

    while (at && n < most && found) {
        found = 0;
        for (int c = 0; n < most && c < d->classes; c++) {
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

typedef struct Chosen { /* the pictures of a sheet */
    int count;
    size_t at[GRID_MOST];
    Image images[GRID_MOST];
    const char *titles[GRID_MOST];
    uint8_t *changed; /* (count, 28, 28): augmented, or NULL */
    Augment augment;
} Chosen;

/* The sheet as it is in an epoch; without augmentation they are all alike. */
static Canvas *draw_sheet(const Values *v, const char *path, const Dataset *d, Chosen *c, int epoch,
                          Err *e)
{
    size_t picture = (size_t)d->width * (size_t)d->height;
    char note[100] = "";

    for (int i = 0; i < c->count; i++) {
        c->images[i] = (Image){d->width, d->height, 1, d->pixels + c->at[i] * picture};
        c->titles[i] = d->class_names[d->labels[c->at[i]]];
        if (!c->changed)
            continue;
        augment_apply(&c->augment, c->images[i].pixels, c->changed + (size_t)i * AUGMENT_PIXELS,
                      v->seed, (uint64_t)epoch, c->at[i]);
        c->images[i].pixels = c->changed + (size_t)i * AUGMENT_PIXELS;
    }
    if (c->changed)
        snprintf(note, sizeof note, "augmentation %.40s, epoch %d", v->augment, epoch + 1);
    return plot_sheet(&(Sheet){.title = path,
                               .note = *note ? note : NULL,
                               .images = c->images,
                               .count = c->count,
                               .columns = d->classes >= 5 && d->classes <= 12 && !v->class_name
                                              ? d->classes /* a column for each */
                                              : 0,
                               .titles = c->titles},
                      e);
}

static int animate(const Values *v, const char *path, const Dataset *d, Chosen *c, Err *e)
{
    Image *drawn[GIF_FRAMES] = {NULL}, frames[GIF_FRAMES];
    int status = 0;

    for (int i = 0; i < GIF_FRAMES && !status; i++) {
        Canvas *sheet = draw_sheet(v, path, d, c, i, e);

        drawn[i] = sheet ? canvas_render(sheet, 1, e) : NULL;
        canvas_free(sheet);
        if (drawn[i])
            frames[i] = *drawn[i];
        else
            status = -(int)ERR_MEMORY;
    }
    if (!status)
        status = animation_save(v->grid, frames, GIF_FRAMES, GIF_DELAY_MS, e);
    for (int i = 0; i < GIF_FRAMES; i++)
        image_free(drawn[i]);
    return status;
}

static bool is_gif(const char *path)
{
    return !strcasecmp(file_ending(path), "gif");
}

static int plot_grid(const Values *v, const char *path, const Dataset *d, Err *e)
{
    bool gif = is_gif(v->grid);
    Chosen c = {0};
    int status;

    if (v->augment && !augment_preset(v->augment, &c.augment))
        return err_set(e, ERR_ARGUMENT, "there is no augmentation '%.40s'", v->augment);
    if (v->augment && (d->width != AUGMENT_SIDE || d->height != AUGMENT_SIDE))
        return err_set(e, ERR_ARGUMENT,
                       "%s: pictures of %dx%d are not augmented, those of %dx%d are", path,
                       d->width, d->height, AUGMENT_SIDE, AUGMENT_SIDE);
    c.count = choose(d, gif ? GIF_MOST : GRID_MOST, c.at);
    if (v->augment && !(c.changed = calloc((size_t)c.count + 1, AUGMENT_PIXELS)))
        return err_set(e, ERR_MEMORY, "no memory for a plot");
    status = gif ? animate(v, path, d, &c, e)
                 : canvas_finish(draw_sheet(v, path, d, &c, 0, e), v->grid, e);
    free(c.changed);
    return status;
}

/* ---- all of it ---- */

/* A class by its name, else by its number; -1: there is none. */
static int find_class(const Dataset *d, const char *name)
{
    size_t digits = strspn(name, "0123456789");

    for (int i = 0; i < d->classes; i++)
        if (!strcmp(d->class_names[i], name))
            return i;
    return digits && digits < 6 && !name[digits] && atoi(name) < d->classes ? atoi(name) : -1;
}

/* Leaves the pictures of one class. */
static void keep_class(Dataset *d, int class_index)
{
    size_t picture = (size_t)d->width * (size_t)d->height, kept = 0;

    for (size_t i = 0; i < d->count; i++) {
        if (d->labels[i] != class_index)
            continue;
        memmove(d->pixels + kept * picture, d->pixels + i * picture, picture);
        d->labels[kept++] = class_index;
    }
    d->count = kept;
}

static int explore(const Values *v, const char *path, Dataset *d)
{
    size_t *counts = calloc((size_t)d->classes + 1, sizeof *counts);
    double mean, deviation;
    Err e = {0};
    int status = 0;

    if (!counts)
        return refuse("no memory to count %d classes", d->classes);
    if (v->class_name && find_class(d, v->class_name) < 0) {
        free(counts);
        return refuse("%s: there is no class '%.60s'; it has %d", path, v->class_name, d->classes);
    }
    if (v->class_name)
        keep_class(d, find_class(d, v->class_name));
    dataset_measure(d, counts, &mean, &deviation);
    if (v->labels)
        status = plot_counts(v->labels, path, d, counts, &e);
    if (!status && v->grid)
        status = plot_grid(v, path, d, &e);
    if (status)
        status = refuse("%s", e.text);
    else if (!is_stdout(v->labels) && !is_stdout(v->grid))
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
    if (v->labels || v->grid || v->class_name)
        return refuse("%s: pictures of numbers have no classes to plot or choose", path);
    if (v->json)
        return print_object(path, json_pack("{s:s, s:I, s:I}", "data", path, "count",
                                            (json_int_t)d->count, "digits", (json_int_t)digits));
    printf("%s: %zu pictures of numbers, %zu digits\n", path, d->count, digits);
    return STATUS_DONE;
}

static Dataset *open_data(const Values *v, const char *path, Err *e)
{
    Progress progress = progress_start();
    Watch watch = progress_watch(&progress, "opening pictures");
    DatasetOptions how = {.part = strcmp(v->part, "test") ? PART_TRAIN : PART_TEST,
                          .watch = &watch};
    Dataset *d = NULL;

    how.team = team_new(v->threads, e);
    if (how.team)
        d = dataset_open(path, &how, e);
    team_free(how.team);
    progress_end(&progress);
    return d;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.part = "train", .seed = 1};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    bool gif = v.grid && is_gif(v.grid);

    if (v.augment && !v.grid)
        return usage_error(verb, "--augment is for --grid OUT.png or OUT.gif");
    if (gif && !v.augment)
        return usage_error(verb, "a .gif shows augmentations: it wants --augment NAME");
    if (canvas_check(v.labels, &e) || canvas_check(gif ? NULL : v.grid, &e))
        return refuse("%s", e.text);
    Dataset *d = open_data(&v, args.list[0], &e);

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
    .more = "DATA is a folder with the MNIST files, an .npz, a CSV of pixels or of path,label, a "
            "folder with a sub-folder\n"
            "for each class, or a folder of files named <class>_<anything>.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
