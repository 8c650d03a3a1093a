/* Every part is opened whole; a mark a picture then says which of it are wanted. */
#include "data/mixture.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "data/blemish.h"
#include "data/dataset_build.h"
#include "data/drawn.h"
#include "data/noise.h"
#include "data/split.h"

/* ---- reading ---- */

static bool is_word(const char *text, const char *a, const char *b)
{
    return !text || strcmp(text, a) == 0 || (b && strcmp(text, b) == 0);
}

/* Made of nothing, so that it has no path. */
static bool is_drawn(const MixturePart *p)
{
    return p->made && (strcmp(p->made, "drawn") == 0 || strcmp(p->made, "letters") == 0);
}

/* What every field of a part may be. */
static int check_part(const MixturePart *p, Err *e)
{
    bool drawn = is_drawn(p);

    if (drawn != !p->path)
        return err_set(e, ERR_ARGUMENT,
                       "a part has a path, but for what is made 'drawn' or 'letters'");
    if (!drawn && (!*p->path || strcasecmp(file_ending(p->path), "json") == 0))
        return err_set(e, ERR_ARGUMENT, "path '%.200s': a part is no other mixture", p->path);
    if (!is_word(p->part, "train", "test") || !is_word(p->as, "noise", NULL) ||
        (!drawn && !is_word(p->made, "noise", NULL)))
        return err_set(
            e, ERR_ARGUMENT,
            "part is 'train' or 'test', as is 'noise', made is 'noise', 'drawn' or 'letters'");
    if (!(p->share > 0 && p->share <= 1))
        return err_set(e, ERR_ARGUMENT, "share %g: possible is above 0, up to 1", p->share);
    if (p->times < 1 || p->times > MIXTURE_TIMES)
        return err_set(e, ERR_ARGUMENT, "times %lld: possible is 1 to %d", p->times, MIXTURE_TIMES);
    if (p->blemished < 0 || p->blemished > MIXTURE_TIMES)
        return err_set(e, ERR_ARGUMENT, "blemished %lld: possible is 0 to %d", p->blemished,
                       MIXTURE_TIMES);
    if (p->folds && (p->folds < 2 || p->folds > 1000 || p->fold < 0 || p->fold >= p->folds))
        return err_set(e, ERR_ARGUMENT, "fold %lld of %lld: there are 2 to 1000, from 0 on",
                       p->fold, p->folds);
    if (!p->made != !p->count || p->count < 0 || p->count > MIXTURE_PICTURES || p->seed < 0)
        return err_set(
            e, ERR_ARGUMENT,
            "what is made, and nothing else, has a count of 1 to %d and a seed from 0 on",
            MIXTURE_PICTURES);
    if (p->made && (p->as || p->without_count || p->share < 1 || p->times > 1 || p->folds))
        return err_set(e, ERR_ARGUMENT,
                       "what is made takes neither as, without, share, times nor leave_out");
    return 0;
}

static int read_without(MixturePart *p, const json_t *without, Err *e)
{
    size_t n = json_array_size(without);

    if (without && !json_is_array(without))
        return err_set(e, ERR_FORMAT, "without is a list of labels");
    if (n > MIXTURE_WITHOUT)
        return err_set(e, ERR_LIMIT, "without lists %zu labels, at most %d are handled", n,
                       MIXTURE_WITHOUT);
    for (size_t i = 0; i < n; i++)
        if (!(p->without[i] = json_string_value(json_array_get(without, i))))
            return err_set(e, ERR_FORMAT, "without is a list of labels, each a text");
    p->without_count = (int)n;
    return 0;
}

static int read_part(MixturePart *p, json_t *object, Err *e)
{
    json_int_t times = 1, blemished = 0, count = 0, seed = 0, fold = 0, folds = 0;
    json_t *without = NULL, *leave_out = NULL;
    json_error_t why;

    p->share = 1;
    p->validate = true;
    if (json_unpack_ex(
            object, &why, 0, "{s?s, s?s, s?s, s?s, s?b, s?F, s?I, s?I, s?I, s?I, s?b, s?o, s?o !}",
            "path", &p->path, "part", &p->part, "as", &p->as, "made", &p->made, "canonical",
            &p->canonical, "share", &p->share, "times", &times, "blemished", &blemished, "count",
            &count, "seed", &seed, "validate", &p->validate, "without", &without, "leave_out", &leave_out) ||
        (leave_out &&
         json_unpack_ex(leave_out, &why, 0, "{s:I, s:I !}", "fold", &fold, "of", &folds)))
        return err_set(e, ERR_FORMAT, "%s", why.text);
    if (leave_out && folds == 0)
        folds = -1; /* 0 says that there is no fold */
    p->times = times;
    p->blemished = blemished;
    p->count = count;
    p->seed = seed;
    p->fold = fold;
    p->folds = folds;
    int r = read_without(p, without, e);
    return r ? r : check_part(p, e);
}

static int read_parts(const char *name, json_t *root, Mixture *m, Err *e)
{
    json_t *parts = NULL;
    json_error_t why;
    size_t n;

    if (json_unpack_ex(root, &why, 0, "{s:o !}", "parts", &parts))
        return err_set(e, ERR_FORMAT, "%s: no mixture: %s", name, why.text);
    n = json_array_size(parts);
    if (n < 1 || n > MIXTURE_PARTS)
        return err_set(e, ERR_FORMAT, "%s: a list of %zu parts, possible is 1 to %d", name, n,
                       MIXTURE_PARTS);
    m->parts = calloc(n, sizeof *m->parts);
    if (!m->parts)
        return err_set(e, ERR_MEMORY, "%s: no memory for %zu parts", name, n);
    for (; m->count < (int)n; m->count++)
        if (read_part(&m->parts[m->count], json_array_get(parts, (size_t)m->count), e))
            return err_prefix(e, "%s: part %d", name, m->count + 1);
    return 0;
}

int mixture_read(const char *name, const uint8_t *bytes, size_t size, Mixture *out, Err *e)
{
    json_error_t why;
    int r;

    *out = (Mixture){0};
    if (size > MIXTURE_FILE_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: %zu bytes, a mixture has at most %d", name, size,
                       MIXTURE_FILE_LIMIT);
    out->json = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &why);
    if (!out->json)
        return err_set(e, ERR_FORMAT, "%s: line %d: %s", name, why.line, why.text);
    r = read_parts(name, out->json, out, e);
    if (r)
        mixture_free(out);
    return r;
}

void mixture_free(Mixture *m)
{
    free(m->parts);
    json_decref(m->json);
    *m = (Mixture){0};
}

/* ---- choosing ---- */

static bool has_digits(const Dataset *d)
{
    return (d->classes == 10 || d->classes == DATASET_NOISE + 1) &&
           strcmp(d->class_names[0], "0") == 0 && strcmp(d->class_names[9], "9") == 0;
}

static bool is_black(const uint8_t *p, size_t size)
{
    return p[0] == 0 && memcmp(p, p + 1, size - 1) == 0;
}

/* Takes the marks away from what is not in the list. */
static void keep_only(bool *keep, size_t count, const uint32_t *list, size_t n)
{
    for (size_t i = 0, k = 0; i < count; i++) {
        bool there = k < n && list[k] == i;
        keep[i] &= there;
        k += there;
    }
}

static int keep_share(const MixturePart *p, const Dataset *d, bool *keep, Err *e)
{
    Split s;
    int r = p->share < 1 ? dataset_split(d, p->share, 1, &s, e) : 0;

    if (!r && p->share < 1) {
        keep_only(keep, d->count, s.validation, s.validation_count);
        split_free(&s);
    }
    return r;
}

static int keep_folds(const MixturePart *p, const Dataset *d, bool test, bool *keep, Err *e)
{
    Split s;
    int r = p->folds ? dataset_fold(d, (int)p->folds, (int)p->fold, 1, &s, e) : 0;

    if (!r && p->folds) {
        keep_only(keep, d->count, test ? s.validation : s.train,
                  test ? s.validation_count : s.train_count);
        split_free(&s);
    }
    return r;
}

/* Marks what is wanted and returns how many, or a negative code. */
static long long mark(const MixturePart *p, const Dataset *d, bool test, bool *keep, Err *e)
{
    size_t size = (size_t)d->height * (size_t)d->width;
    long long n = 0;
    int r;

    memset(keep, true, d->count);
    for (size_t i = 0; i < d->count; i++)
        for (int k = 0; k < p->without_count; k++)
            keep[i] &= strcmp(d->class_names[d->labels[i]], p->without[k]) != 0;
    r = keep_share(p, d, keep, e);
    if (!r)
        r = keep_folds(p, d, test, keep, e);
    if (r)
        return r;
    for (size_t i = 0; i < d->count; i++) {
        keep[i] &=
            test || p->as || d->labels[i] == DATASET_NOISE || !is_black(d->pixels + i * size, size);
        n += keep[i];
    }
    return n;
}

/* A marked picture as `copies` of the new set's from `at` on; names are those of `d`, which has to stay. */
static void copy_picture(const MixturePart *p, const Dataset *d, size_t i, int copies, bool grouped,
                         size_t at, Dataset *to)
{
    size_t size = (size_t)d->height * (size_t)d->width;
    bool has_group = d->groups && d->groups[i] >= 0;

    for (size_t end = at + (size_t)copies; at < end; at++) {
        memcpy(to->pixels + at * size, d->pixels + i * size, size);
        to->labels[at] = p->as ? DATASET_NOISE : d->labels[i];
        to->names[at] = d->names ? d->names[i] : "";
        to->groups[at] = has_group ? d->groups[i] : grouped ? d->group_count + (int)i : -1;
    }
}

/* The pictures that are marked, `times` times, and behind them those that are to have blemishes. */
static void copy_marked(const MixturePart *p, const Dataset *d, const bool *keep, int times,
                        int blemished, Dataset *to)
{
    bool grouped = times + blemished > 1;
    size_t clean = 0, spoilt = to->count / (size_t)(times + blemished) * (size_t)times;

    for (size_t i = 0; i < d->count; i++)
        if (keep[i]) {
            copy_picture(p, d, i, times, grouped, clean, to);
            copy_picture(p, d, i, blemished, grouped, spoilt, to);
            clean += (size_t)times;
            spoilt += (size_t)blemished;
        }
    for (size_t i = 0; to->learn_only && i < to->count; i++)
        to->learn_only[i] = i >= clean || !p->validate;
    for (int i = 0; i < to->group_count; i++)
        to->group_names[i] = i < d->group_count ? d->group_names[i]
                             : d->names         ? d->names[i - d->group_count]
                                                : "";
}

/* Gives the last `count` pictures blemishes and prepares them as reading does; one that nothing is left of
 * stays as it was. */
static int add_blemishes(Dataset *d, size_t count, Team *team, Err *e)
{
    size_t first = d->count - count;
    uint8_t *spoilt = malloc((count + 1) * DIGIT_PIXELS);
    int r = 0;

    if (d->height != DIGIT_SIDE || d->width != DIGIT_SIDE)
        r = err_set(e, ERR_ARGUMENT, "blemishes are for pictures of %dx%d, not of %dx%d",
                    DIGIT_SIDE, DIGIT_SIDE, d->width, d->height);
    else if (!spoilt)
        r = err_set(e, ERR_MEMORY, "no memory for %zu pictures", count);
    for (size_t i = 0; !r && i < count; i++) {
        Rng rng = rng_stream(1, RNG_BLEMISH, i);
        blemish_any(&rng, d->pixels + (first + i) * DIGIT_PIXELS, spoilt + i * DIGIT_PIXELS);
    }
    if (!r)
        r = pixels_to_canonical(spoilt, count, DIGIT_SIDE, DIGIT_SIDE, INK_AUTO, team, spoilt, e);
    for (size_t i = 0; !r && i < count; i++)
        if (!is_black(spoilt + i * DIGIT_PIXELS, DIGIT_PIXELS))
            memcpy(d->pixels + (first + i) * DIGIT_PIXELS, spoilt + i * DIGIT_PIXELS, DIGIT_PIXELS);
    free(spoilt);
    return r;
}

/* Room for the names and groups of a set of chosen pictures, and for which of them are only to learn from. */
static bool make_groups(const Dataset *from, bool grouped, bool learn_only, Dataset *to)
{
    to->group_count = from->group_count + (grouped ? (int)from->count : 0);
    to->groups = malloc(to->count * sizeof *to->groups);
    to->names = malloc(to->count * sizeof *to->names);
    to->group_names = malloc(((size_t)to->group_count + 1) * sizeof *to->group_names);
    to->learn_only = learn_only ? malloc(to->count * sizeof *to->learn_only) : NULL;
    return to->groups && to->names && to->group_names && (to->learn_only || !learn_only);
}

static Dataset *choose(const MixturePart *p, const Dataset *d, bool test, Team *team, Err *e)
{
    int times = test ? 1 : (int)p->times, blemished = test ? 0 : (int)p->blemished, r = 0;
    bool *keep = malloc(d->count);
    long long n = keep ? mark(p, d, test, keep, e)
                       : err_set(e, ERR_MEMORY, "no memory for %zu pictures", d->count);
    Dataset *to = NULL;

    if (n == 0 || n * (times + blemished) > MIXTURE_PICTURES)
        err_set(e, ERR_LIMIT, "%lld pictures, %d times: possible is 1 to %d", n, times + blemished,
                MIXTURE_PICTURES);
    else if (n > 0)
        to = dataset_new((size_t)n * (size_t)(times + blemished), d->height, d->width,
                         p->as ? DATASET_NOISE + 1 : d->classes, e);
    if (to && !make_groups(d, times + blemished > 1, blemished > 0 || !p->validate, to))
        r = err_set(e, ERR_MEMORY, "no memory for %zu pictures", to->count);
    if (to && !r) {
        copy_marked(p, d, keep, times, blemished, to);
        r = blemished ? add_blemishes(to, (size_t)n * (size_t)blemished, team, e) : 0;
    }
    free(keep);
    if (r) {
        dataset_free(to);
        to = NULL;
    }
    return to;
}

/* ---- opening ---- */

/* `path` as seen from where the mixture is. */
static char *path_beside(const char *mixture, const char *path)
{
    const char *slash = strrchr(mixture, '/');
    char *out;

    if (*path == '/' || !slash)
        return strdup(path);
    return asprintf(&out, "%.*s%s", (int)(slash + 1 - mixture), mixture, path) < 0 ? NULL : out;
}

/* What the part's path holds: its pictures, or the noise that is made of them. */
static Dataset *open_source(const char *mixture, const MixturePart *p,
                            const DatasetOptions *options, Err *e)
{
    bool canonical = p->canonical || options->canonical;
    DatasetOptions how = {.part = p->part && p->part[1] == 'e' ? PART_TEST : PART_TRAIN,
                          .canonical = canonical && !p->made,
                          .team = options->team};
    if (!p->path)
        return (strcmp(p->made, "letters") == 0 ? letters_dataset : drawn_dataset)(
            (size_t)p->count, (uint64_t)p->seed, canonical, options->team, e);
    char *path = path_beside(mixture, p->path);
    Dataset *d = path ? dataset_open(path, &how, e) : NULL, *made;

    if (!path)
        err_set(e, ERR_MEMORY, "no memory");
    free(path);
    if (d && (!d->labels || (!p->as && !has_digits(d)))) {
        err_set(e, ERR_ARGUMENT, "%s: its labels are no digits; \"as\": \"noise\" takes letters",
                p->path);
        dataset_free(d);
        return NULL;
    }
    if (!d || !p->made)
        return d;
    made = noise_dataset(d, (size_t)p->count, (uint64_t)p->seed, canonical, options->team, e);
    dataset_free(d);
    return made;
}

/* Is the part asked for in it? */
static bool is_wanted(const MixturePart *p, bool test)
{
    return !test || p->folds;
}

/* Opens and joins; `sources` and `chosen` have room for all parts and are freed by the caller. */
static Dataset *join(const char *path, const Mixture *m, bool test, const DatasetOptions *options,
                     Dataset **sources, Dataset **chosen, Err *e)
{
    size_t sum = 0;
    int n = 0;

    for (int i = 0; i < m->count; i++) {
        const MixturePart *p = &m->parts[i];
        if (!is_wanted(p, test))
            continue;
        sources[n] = open_source(path, p, options, e);
        chosen[n] = sources[n] ? choose(p, sources[n], test, options->team, e) : NULL;
        if (!chosen[n]) {
            err_prefix(e, "%s: part %d", path, i + 1);
            return NULL;
        }
        sum += chosen[n++]->count;
        if (sum > MIXTURE_PICTURES) {
            err_set(e, ERR_LIMIT, "%s: %zu pictures, at most %d are handled", path, sum,
                    MIXTURE_PICTURES);
            return NULL;
        }
    }
    Dataset *d = dataset_join((const Dataset *const *)chosen, n, e);
    if (d)
        snprintf(d->found, sizeof d->found, "%d sets in a mixture", n);
    return d;
}

Dataset *dataset_of_mixture(const char *path, const DatasetOptions *options, Err *e)
{
    Dataset *sources[MIXTURE_PARTS] = {0}, *chosen[MIXTURE_PARTS] = {0}, *d;
    bool has_test = false;
    Mixture m;
    size_t size;
    uint8_t *bytes = file_read(path, MIXTURE_FILE_LIMIT, &size, e);
    int r = bytes ? mixture_read(path, bytes, size, &m, e) : -(int)ERR_IO;

    free(bytes);
    if (r)
        return NULL;
    for (int i = 0; i < m.count; i++) {
        has_test |= m.parts[i].folds != 0;
        if (options->as_noise)
            m.parts[i].as = "noise";
    }
    d = join(path, &m, has_test && options->part == PART_TEST, options, sources, chosen, e);
    if (d)
        d->has_test = has_test;
    for (int i = 0; i < MIXTURE_PARTS; i++) {
        dataset_free(chosen[i]);
        dataset_free(sources[i]);
    }
    mixture_free(&m);
    return d;
}
