/* scrawl data fetch NAME: downloads a dataset. scrawl data strings -o DIR: makes up numbers to measure readers with. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "data/fetch.h"
#include "data/split.h"
#include "data/strings_set.h"

typedef struct Values {
    const char *output, *data, *part, *gaps;
    double validation;
    int count;
    uint64_t seed;
    bool plain;
} Values;

static const Option options[] = {
    {"output", 'o', OPTION_TEXT, "DIR", "strings: the folder, which gets pictures and labels.csv",
     offsetof(Values, output), 0, 0},
    {"data", 'd', OPTION_TEXT, "DATA", "strings: the digits; default: MNIST from the cache, fetched once",
     offsetof(Values, data), 0, 0},
    {"part", 0, OPTION_CHOICE, "train|test", "strings: of a set that has two parts; default: train",
     offsetof(Values, part), 0, 0},
    {"validation", 0, OPTION_FLOAT, "SHARE", "strings: only the digits that train line would keep back with it",
     offsetof(Values, validation), 0, 1},
    {"count", 0, OPTION_INT, "N", "strings: how many; default: 1000", offsetof(Values, count), 1, STRINGS_SET_LIMIT},
    {"gaps", 0, OPTION_CHOICE, "all|clear|tight|touching", "strings: how close digits stand; default: all",
     offsetof(Values, gaps), 0, 0},
    {"plain", 0, OPTION_FLAG, NULL, "strings: 2 to 10 digits as their pictures are, and nothing else",
     offsetof(Values, plain), 0, 0},
    {"seed", 0, OPTION_SEED, "N", "strings: default: 1", offsetof(Values, seed), 0, 0},
    {0},
};
static void show(void *progress, const char *file, double done, double total)
{
    progress_show_bytes(progress, file, done, total);
}

static int fetch(const char *name, Err *e)
{
    Progress progress = progress_start();
    char *folder = data_fetch(name, &(FetchOptions){.progress = show, .user = &progress}, e);

    progress_end(&progress);
    if (!folder)
        return refuse("%s", e->text);
    puts(folder);
    free(folder);
    return STATUS_DONE;
}

static StringGaps gaps_named(const char *name)
{
    static const char *const names[] = {"all", "clear", "tight", "touching"};
    int i = 3;

    while (i && strcmp(names[i], name))
        i--;
    return (StringGaps)i;
}

static int save_strings(const Values *v, const Dataset *d, const Split *kept, Err *e)
{
    StringsOptions how = {.digits = d, .seed = v->seed, .gaps = gaps_named(v->gaps), .plain = v->plain};
    Strings *s;
    int status;

    if (v->validation > 0) {
        how.indices = kept->validation;
        how.count = kept->validation_count;
    }
    s = strings_new(&how, e);
    status = s ? strings_save(s, v->count, v->output, e) : -(int)ERR_ARGUMENT;
    strings_free(s);
    return status;
}

static int make_strings(const Values *v, Err *e)
{
    DatasetOptions how = {.part = strcmp(v->part, "test") ? PART_TRAIN : PART_TEST};
    Dataset *d = v->data ? dataset_open(v->data, &how, e) : dataset_default(&how, NULL, e);
    Split kept = {0};
    int status = d ? 0 : -(int)ERR_IO;

    if (!status && v->validation > 0)
        status = dataset_split(d, v->validation, SPLIT_STRINGS, &kept, e);
    if (!status)
        status = save_strings(v, d, &kept, e);
    split_free(&kept);
    dataset_free(d);
    return status ? refuse("%s", e->text) : STATUS_DONE;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.part = "train", .gaps = "all", .count = 1000, .seed = 1};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (!strcmp(args.list[0], "strings")) {
        if (args.count > 1 || !v.output)
            return usage_error(verb, "strings wants -o DIR, and nothing besides options");
        return make_strings(&v, &e);
    }
    if (strcmp(args.list[0], "fetch"))
        return usage_error(verb, "what can be done with data is fetch and strings, not '%s'", args.list[0]);
    if (args.count < 2)
        return usage_error(verb, "fetch wants NAME");
    return fetch(args.list[1], &e);
}

const Verb verb_data = {
    .name = "data",
    .arguments = "fetch NAME | strings -o DIR",
    .about = "downloads and verifies a dataset; makes up numbers",
    .more = "fetch: NAME is mnist; the files are kept in the cache and fetched only once, and the folder is printed.\n"
            "strings: pictures of made-up numbers with their labels, for evaluate: hard ones, as the line reader learns from\n"
            "(borders, signs, neighbours' bits, blur), unless --plain.",
    .options = options,
    .least = 1,
    .most = 2,
    .run = run,
};
