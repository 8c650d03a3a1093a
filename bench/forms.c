/* How well forms are read: sheets are printed, filled in with digits of a dataset, photographed by simulation, read.
 *
 *     forms --data mnist --part test --sheets 83
 *     forms --data digits-mixture.json --validation 0.04 --below 60000 --sheets 20 --hard --keep photos/
 *
 * --below takes only the first pictures of a set, MNIST's of a mixture; --keep is where photos lie and stay, and those that lie
 * there already are not taken again: a folder for each kind of sheets. Prints, for numbers in boxes and for questions in bubbles, how many were given right, flagged,
 * and given wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "data/dataset.h"
#include "data/split.h"
#include "filled_form.h"
#include "image/codec.h"
#include "image/photo.h"
#include "nn/metric.h"
#include "read/form.h"

typedef struct Settings {
    const char *data, *layout, *model, *keep;
    bool test, hard, wrong;
    double validation, sure;
    int sheets, first, width, below;
} Settings;

typedef struct Tally {
    long fields, right, flagged, wrong,
        should_flag;    /* right: given and right; flagged: not given */
    long flagged_right; /* flagged though what was seen is right */
} Tally;

/* ---- one sheet ---- */

static PhotoOptions camera(uint64_t seed, int width)
{
    Rng r = rng_stream(seed, RNG_TEST, 0xCA3E);

    return (PhotoOptions){.seed = seed,
                          .width = width,
                          .tilt_deg = 15 * rng_uniform(&r),
                          .turn_deg = 90 * (float)rng_below(&r, 4) + rng_range(&r, -7, 7),
                          .bend = rng_range(&r, 0, 0.005f),
                          .shadow = rng_range(&r, 0, 0.5f),
                          .hand = rng_uniform(&r) < 0.5f ? rng_range(&r, 0.1f, 0.45f) : 0,
                          .blur_px = rng_range(&r, 0.4f, 1.6f),
                          .noise = rng_range(&r, 1, 6)};
}

/* The photo as a JPEG, written and read again. */
static Image *through_jpeg(Image *photo, const char *path, Err *e)
{
    int status = image_save(photo, path, e);

    image_free(photo);
    return status ? NULL : image_load(path, e);
}

/* What the net saw of the digits that were read as something else. */
static void save_seen(const Settings *s, const char *meant, const FieldReading *r, int sheet,
                      const char *name)
{
    for (int i = 0; strlen(meant) == strlen(r->text) && meant[i]; i++) {
        Image seen = {28, 28, 1, (uint8_t *)r->items[i].seen};
        char path[500];
        if (meant[i] == r->text[i])
            continue;
        snprintf(path, sizeof path, "%s/%c-as-%c-%04d-%s-%d-%.2f.png", s->keep, meant[i],
                 r->text[i] == '?' ? 'x' : r->text[i], sheet, name, i + 1, r->items[i].probability);
        image_save(&seen, path, NULL);
    }
}

static void compare(const Settings *s, const Layout *l, const FormReading *f, char **meant,
                    int sheet, Tally tallies[2])
{
    for (int i = 0; i < f->count; i++) {
        Tally *t = &tallies[l->fields[i].kind != FIELD_DIGITS];
        const FieldReading *r = &f->fields[i];
        bool right = meant[i] && !strcmp(meant[i], r->text), given = r->flag == FORM_SURE;
        t->fields++;
        t->should_flag += !meant[i];
        t->right += given && right;
        t->flagged += !given;
        t->flagged_right += !given && right;
        t->wrong += given && !right;
        if (s->wrong && meant[i] && !right && l->fields[i].kind == FIELD_DIGITS)
            save_seen(s, meant[i], r, sheet, l->fields[i].name);
        if (s->wrong && (!right || !given) && (meant[i] || given))
            printf("%s sheet %d %s: meant %s, read %s, %.4f %s\n", given ? "WRONG" : "flagged",
                   sheet, l->fields[i].name, meant[i] ? meant[i] : "-", r->text, r->probability,
                   form_flag_name(r->flag));
    }
}

/* 0; 1 where the sheet was not found; below 0 for errors. */
static int one_sheet(const Settings *s, const Layout *l, Reader *reader, Fill *fill, int sheet,
                     Tally tallies[2], Err *e)
{
    char path[400], **meant = NULL;
    PhotoOptions o = camera((uint64_t)sheet, s->width);
    Image *filled, *photo;

    snprintf(path, sizeof path, "%s/sheet-%04d.jpg", s->keep, sheet);
    fill->seed = (uint64_t)sheet;
    filled = fill_form(l, fill, &meant, e);
    if (filled && file_exists(path)) /* taken before: the same settings give the same photo */
        photo = image_load(path, e);
    else {
        photo = filled ? photo_take(filled, &o, e) : NULL;
        photo = photo ? through_jpeg(photo, path, e) : NULL;
    }
    image_free(filled);
    int status = photo ? 0 : -1;
    FormReading *f = photo ? form_read(reader, l, photo, &(FormOptions){s->sure}, e) : NULL;
    if (f)
        compare(s, l, f, meant, sheet, tallies);
    else if (photo) {
        printf("sheet %d: %s\n", sheet, e->text);
        status = 1;
    }
    form_free(f);
    image_free(photo);
    fill_free(meant, l);
    return status;
}

/* ---- the figures ---- */

static void print_share(const char *what, long n, long of)
{
    Interval i = metric_wilson(n, of);

    printf("  %-28s %ld of %ld = %.2f %% (%.2f to %.2f)\n", what, n, of,
           of ? 100. * (double)n / (double)of : 0, 100 * i.low, 100 * i.high);
}

static void print_tally(const char *name, const Tally *t)
{
    if (!t->fields)
        return;
    printf("%s:\n", name);
    print_share("right or flagged", t->fields - t->wrong, t->fields);
    print_share("wrong and not flagged", t->wrong, t->fields);
    print_share("given and right", t->right, t->fields);
    print_share("flagged with reason", t->flagged - t->flagged_right, t->fields);
    if (t->should_flag)
        printf("  (%ld were empty or held two marks: a flag is all that is right)\n",
               t->should_flag);
}

/* Boxes of all fields: digits that a sheet takes up. */
static size_t boxes_of(const Layout *l)
{
    size_t n = 0;

    for (int i = 0; i < l->field_count; i++)
        n += l->fields[i].kind == FIELD_DIGITS ? (size_t)l->fields[i].count : 0;
    return n;
}

static int read_sheets(const Settings *s, Fill *fill, Err *e)
{
    Layout *l = layout_open(s->layout, e);
    Reader *reader = l ? reader_new(s->model, 0, e) : NULL;
    Tally tallies[2] = {0};
    int status = reader ? file_make_folder(s->keep, e) : -1, lost = 0;

    if (l) /* the digits that sheets before the first took are not for these */
        fill->next = (size_t)s->first * boxes_of(l);
    for (int i = s->first; status >= 0 && i < s->first + s->sheets; i++) {
        status = one_sheet(s, l, reader, fill, i, tallies, e);
        lost += status > 0;
    }
    if (status >= 0) {
        printf("%d sheets, of which %d were not found\n", s->sheets, lost);
        print_tally("numbers in boxes", &tallies[0]);
        print_tally("questions and numbers in bubbles", &tallies[1]);
    }
    reader_free(reader);
    layout_free(l);
    return status < 0;
}

/* Photos that nobody keeps lie in a folder of their own until the end. */
static int run(const Settings *s, Fill *fill, Err *e)
{
    char folder[] = "/tmp/scrawl-forms-XXXXXX";
    Settings own = *s;
    int status;

    if (s->keep)
        return read_sheets(s, fill, e);
    own.keep = mkdtemp(folder);
    if (!own.keep)
        return err_set(e, ERR_IO, "%s: cannot be made", folder);
    status = read_sheets(&own, fill, e);
    file_remove_tree(folder, NULL);
    return status;
}

static int measure(const Settings *s, Err *e)
{
    Dataset *d =
        dataset_open(s->data, &(DatasetOptions){.part = s->test ? PART_TEST : PART_TRAIN}, e);
    Split split = {0};
    Fill fill = {.digits = d, .hard = s->hard};
    int status = d ? 0 : -1;

    if (!status && s->validation > 0) {
        status = dataset_split(d, s->validation, 1, &split, e);
        fill.indices = split.validation;
        while (fill.count < split.validation_count &&
               (!s->below || split.validation[fill.count] < (uint32_t)s->below))
            fill.count++;
    }
    if (!status)
        status = run(s, &fill, e);
    split_free(&split);
    dataset_free(d);
    return status;
}

static const char *value_of(char **argv, int argc, const char *name, const char *usual)
{
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], name))
            return argv[i + 1];
    return usual;
}

static bool has(char **argv, int argc, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    Err e = {0};
    Settings s = {.data = value_of(argv, argc, "--data", "mnist"),
                  .layout = value_of(argv, argc, "--layout", "bench/numbers.json"),
                  .model = value_of(argv, argc, "--model", NULL),
                  .keep = value_of(argv, argc, "--keep", NULL),
                  .test = !strcmp(value_of(argv, argc, "--part", "train"), "test"),
                  .hard = has(argv, argc, "--hard"),
                  .wrong = has(argv, argc, "--wrong"),
                  .validation = atof(value_of(argv, argc, "--validation", "0")),
                  .sure = atof(value_of(argv, argc, "--sure", "0")),
                  .sheets = atoi(value_of(argv, argc, "--sheets", "5")),
                  .below = atoi(value_of(argv, argc, "--below", "0")),
                  .first = atoi(value_of(argv, argc, "--first", "0")),
                  .width = atoi(value_of(argv, argc, "--width", "2400"))};

    if (measure(&s, &e)) {
        fprintf(stderr, "forms: %s\n", e.text);
        return 1;
    }
    return 0;
}
