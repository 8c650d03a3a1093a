/* scrawl write NUMBER...: numbers by hand. */
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/progress.h"
#include "read/hand.h"
#include "read/scribe_page.h"

enum { TEXT_LIMIT = 4 << 20 };

typedef struct Values {
    const char *output, *from, *model, *join, *style;
    bool inverted, transparent, unchecked;
    uint64_t seed;
    int copies, height, threads, set;
    double guidance;
} Values;

static const Option options[] = {
    {"output", 'o', OPTION_TEXT, "OUT", "a picture (.png, .svg, ..), - for a PNG on standard output, or a folder",
     offsetof(Values, output), 0, 0},
    {"from", 'f', OPTION_TEXT, "FILE", "write the numbers of a text, one a line; -: standard input",
     offsetof(Values, from), 0, 0},
    {"seed", 's', OPTION_SEED, "N", "the same seed writes the same", offsetof(Values, seed), 0, 0},
    {"count", 'n', OPTION_INT, "N", "write each number so often, each time by another hand", offsetof(Values, copies),
     1, SCRIBE_LINES},
    {"style", 0, OPTION_TEXT, "N", "the hand: the same number is the same hand; default: by the seed",
     offsetof(Values, style), 0, 0},
    {"height", 0, OPTION_INT, "PX", "of a line; default: 64", offsetof(Values, height), HAND_HEIGHT_LEAST,
     HAND_HEIGHT_MOST},
    {"invert", 'i', OPTION_FLAG, NULL, "white on black", offsetof(Values, inverted), 0, 0},
    {"transparent", 0, OPTION_FLAG, NULL, "ink without paper", offsetof(Values, transparent), 0, 0},
    {"join", 0, OPTION_CHOICE, "hand|seed", "seed: boxes of 18 columns side by side, as the first system did it",
     offsetof(Values, join), 0, 0},
    {"guidance", 0, OPTION_FLOAT, "X", "above 1: digits more like others of their kind", offsetof(Values, guidance), 1,
     5},
    {"no-check", 0, OPTION_FLAG, NULL, "keep digits that are not read back as meant", offsetof(Values, unchecked), 0,
     0},
    {"dataset", 0, OPTION_INT, "N", "write a labelled set of N single digits into the folder OUT",
     offsetof(Values, set), 1, SCRIBE_SET},
    {"model", 'm', OPTION_TEXT, "MODEL", "a model that ships or a file; default: " SCRIBE_DEFAULT,
     offsetof(Values, model), 0, 0},
    {"threads", 't', OPTION_INT, "N", "default: all cores; what is written is the same for any",
     offsetof(Values, threads), 0, TEAM_LIMIT},
    {0},
};

/* The number of a hand; false if the text is none. */
static bool style_of(const char *text, WriteOptions *o)
{
    size_t length = strlen(text);

    o->styled = length && length < 20 && strspn(text, "0123456789") == length;
    o->style = o->styled ? strtoull(text, NULL, 10) : 0;
    return o->styled;
}

static int write_set(Scribe *s, const Values *v, const WriteOptions *o, Err *e)
{
    Progress progress = progress_start();
    Watch watch = progress_watch(&progress, "writing digits");
    int code = scribe_save_set(s, v->set, o, v->output, &watch, e);

    progress_end(&progress);
    return code;
}

static int write_numbers(Scribe *s, const Values *v, const WriteOptions *o, char **numbers, int count, Err *e)
{
    ScribePage page = {.numbers = (const char *const *)numbers,
                       .count = count,
                       .copies = v->copies,
                       .options = *o,
                       .inverted = v->inverted,
                       .transparent = v->transparent};

    return scribe_save(s, &page, v->output, e);
}

/* The numbers of --from; NULL and `e` if there are none. */
static char **read_numbers(const char *path, int *count, Err *e)
{
    size_t size;
    char *text = (char *)file_read(path, TEXT_LIMIT, &size, e);
    char **numbers =
        text ? scribe_lines(text, size, strcmp(path, "-") ? path : "standard input", count, e) : NULL;

    free(text);
    return numbers;
}

static int write_out(const Values *v, const WriteOptions *o, char **numbers, int count)
{
    Err e = {0};
    char **read = v->from ? read_numbers(v->from, &count, &e) : NULL;
    int code = v->from && !read ? -ERR_ARGUMENT : 0;
    Scribe *s = code ? NULL : scribe_new(v->model, v->threads, &e);

    if (s)
        code = v->set ? write_set(s, v, o, &e) : write_numbers(s, v, o, read ? read : numbers, count, &e);
    scribe_free(s);
    free(read);
    return s && !code ? STATUS_DONE : refuse("%s", e.text);
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.join = "hand", .copies = 1, .guidance = 1, .seed = 1};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);
    WriteOptions o;

    if (status || args.help)
        return status;
    o = (WriteOptions){.seed = v.seed,
                       .guidance = (float)v.guidance,
                       .unchecked = v.unchecked,
                       .height = v.height,
                       .join = strcmp(v.join, "seed") ? JOIN_HAND : JOIN_SEED};
    if (!v.output)
        return usage_error(verb, "it wants -o OUT");
    if ((args.count > 0) + (v.from != NULL) + (v.set > 0) != 1)
        return usage_error(verb, "it wants either NUMBERs, --from or --dataset");
    if (v.set && (v.height || v.inverted || v.transparent || v.copies != 1 || v.style || strcmp(v.join, "hand")))
        return usage_error(verb, "--dataset writes single digits as MNIST's: no --height, --invert, --transparent, "
                                 "--count, --style or --join");
    if (v.style && !style_of(v.style, &o))
        return usage_error(verb, "--style: '%.40s' is not a whole number", v.style);
    for (int i = 0; i < args.count; i++)
        if (scribe_check(args.list[i], &e))
            return usage_error(verb, "%s", e.text);
    return write_out(&v, &o, args.list, args.count);
}

const Verb verb_write = {
    .name = "write",
    .arguments = "[NUMBER...]",
    .about = "writes numbers by hand",
    .more = "Several numbers, or copies of one, are lines of one picture, each by another hand; a folder as OUT (with\n"
            "a / at its end, or one that exists) gets a picture for each. Each digit is read back and drawn again if\n"
            "it cannot be told well. --dataset writes idx files as MNIST's, which train and explore open.",
    .options = options,
    .least = 0,
    .most = -1,
    .run = run,
};
