/* scrawl read IMAGE...: digits in pictures. */
#include "cli/verbs.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parallel.h"
#include "cli/progress.h"
#include "cli/read_form.h"
#include "image/codec.h"
#include "read/annotate.h"
#include "read/reader.h"

typedef struct Values {
    bool json, single;
    const char *explain, *annotate, *digits, *model;
    LineLength length; /* that `digits` says */
    int threads;
    FormValues form;
} Values;

static const Option options[] = {
    {"json", 0, OPTION_FLAG, NULL, "a JSON object for each picture, one a line", offsetof(Values, json), 0, 0},
    {"single", '1', OPTION_FLAG, NULL, "the whole picture is one digit", offsetof(Values, single), 0, 0},
    {"digits", 0, OPTION_TEXT, "N|N-M", "how many digits each number has: 6, or 2-4", offsetof(Values, digits), 0, 0},
    {"annotate", 0, OPTION_TEXT, "OUT.png", "draw the boxes and what was read on the picture",
     offsetof(Values, annotate), 0, 0},
    {"explain", 0, OPTION_TEXT, "DIR", "save the 28x28 that the net saw for each digit", offsetof(Values, explain), 0, 0},
    {"model", 'm', OPTION_TEXT, "MODEL", "a model that ships or a file; default: " READER_DEFAULT " and " READER_LINES,
     offsetof(Values, model), 0, 0},
    FORM_OPTIONS(Values, form),
    {"threads", 't', OPTION_INT, "N", "default: all cores", offsetof(Values, threads), 0, TEAM_LIMIT},
    {0},
};

/* DIR/<picture>-<line>-<digit>.png; a picture's name loses its folders and its ending. */
static int explain_digit(const char *folder, const char *picture, int line, int index, const ReadDigit *d, Err *e)
{
    const char *slash = strrchr(picture, '/'), *base = slash ? slash + 1 : picture;
    const char *dot = strrchr(base, '.');
    Image seen = {.width = 28, .height = 28, .channels = 1, .pixels = (uint8_t *)d->seen};
    char name[300], *path;

    snprintf(name, sizeof name, "%.*s-%02d-%02d.png", dot && dot != base ? (int)(dot - base) : 200, base, line + 1,
             index + 1);
    path = file_join(folder, name);
    int status = path ? image_save(&seen, path, e) : err_set(e, ERR_MEMORY, "no memory for a path");

    free(path);
    return status;
}

static int explain(const char *folder, const char *picture, const Reading *reading, Err *e)
{
    int status = file_make_folder(folder, e);

    for (int i = 0; !status && i < reading->line_count; i++)
        for (int j = 0; !status && j < reading->lines[i].count; j++)
            status = explain_digit(folder, picture, i, j, &reading->lines[i].digits[j], e);
    return status;
}

static void print_text(const char *picture, const Reading *reading, bool several)
{
    for (int i = 0; i < reading->line_count; i++) {
        if (several)
            printf("%s\t", picture);
        puts(reading->lines[i].text);
    }
    if (several && !reading->line_count)
        printf("%s\t\n", picture);
}

static int print_reading(const Values *v, const char *picture, const Reading *reading, bool several, Err *e)
{
    if (!v->json) {
        print_text(picture, reading, several);
        return 0;
    }
    char *text = reading_json(reading, picture);

    if (!text)
        return err_set(e, ERR_MEMORY, "no memory for the reading of %s", picture);
    puts(text);
    free(text);
    return 0;
}

/* ---- pictures, several at once: a thread has a reader of its own ---- */

enum { EACH = 8 }; /* pictures a thread, between two looks at what they gave */

typedef struct Looked {
    Image *picture; /* only where it is drawn on */
    Reading *reading;
    Err e; /* why there is none */
} Looked;

typedef struct Looking {
    const Values *v;
    Team *team;
    Reader **readers; /* one a thread */
    char **pictures;
    Looked *looked;
    int count;
    atomic_int next;
} Looking;

static void look(void *job, int thread)
{
    Looking *l = job;

    for (int i; (i = atomic_fetch_add(&l->next, 1)) < l->count;) {
        Looked *at = &l->looked[i];
        Image *im = image_load(l->pictures[i], &at->e);

        at->reading = im ? reader_read(l->readers[thread], im, &(ReadOptions){l->v->single, l->v->length}, &at->e) : NULL;
        if (l->v->annotate)
            at->picture = im;
        else
            image_free(im);
    }
}

static int tell(const Values *v, const char *picture, Looked *l, bool several)
{
    int status = l->reading ? 0 : -(int)ERR_IO;

    if (!status && v->explain)
        status = explain(v->explain, picture, l->reading, &l->e);
    if (!status && v->annotate)
        status = reading_annotate(l->reading, l->picture, v->annotate, &l->e);
    if (!status)
        status = print_reading(v, picture, l->reading, several, &l->e);
    reading_free(l->reading);
    image_free(l->picture);
    return status;
}

/* A single picture has all threads for its digits. */
static int look_start(Looking *l, int count, Err *e)
{
    int threads;

    l->team = team_new(count > 1 ? l->v->threads : 1, e);
    if (!l->team)
        return -(int)ERR_MEMORY;
    threads = team_threads(l->team);
    l->readers = calloc((size_t)threads, sizeof(Reader *));
    l->looked = calloc((size_t)threads * EACH, sizeof(Looked));
    if (!l->readers || !l->looked)
        return err_set(e, ERR_MEMORY, "no memory to read %d pictures", count);
    for (int i = 0; i < threads; i++)
        if (!(l->readers[i] = reader_new(l->v->model, count > 1 ? 1 : l->v->threads, e)))
            return -(int)ERR_IO;
    return 0;
}

static void look_end(Looking *l)
{
    for (int i = 0; l->readers && i < team_threads(l->team); i++)
        reader_free(l->readers[i]);
    free(l->readers);
    free(l->looked);
    team_free(l->team);
}

/* A picture that cannot be read does not keep the others from being read. */
static int read_pictures(Looking *l, char **pictures, int count)
{
    int most = team_threads(l->team) * EACH, status = 0;
    Progress progress = progress_beside();
    Watch watch = progress_watch(&progress, "reading pictures");

    for (int first = 0; first < count; first += l->count) {
        l->count = count - first < most ? count - first : most;
        l->pictures = pictures + first;
        atomic_store(&l->next, 0);
        memset(l->looked, 0, (size_t)l->count * sizeof *l->looked);
        watch_tell(&watch, (size_t)first, (size_t)count);
        team_run(l->team, look, l);
        for (int i = 0; i < l->count; i++)
            if (tell(l->v, l->pictures[i], &l->looked[i], count > 1)) {
                progress_end(&progress);
                status = refuse("%s", l->looked[i].e.text);
            }
    }
    progress_end(&progress);
    return status;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {0};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (read_form_wanted(&v.form) && (v.annotate || v.explain || v.digits || v.single))
        return usage_error(verb, "--annotate, --explain, --digits and --single are not for forms and tables");
    if (v.single && v.digits)
        return usage_error(verb, "--single is one digit, --digits a number's length");
    if (read_form_wanted(&v.form))
        return read_form(verb, &v.form, &(FormJob){v.model, v.threads, v.json, args.list, args.count});
    if (v.digits && line_length_parse(v.digits, &v.length, &e))
        return usage_error(verb, "%s", e.text);
    if (v.annotate && args.count > 1)
        return usage_error(verb, "--annotate draws on one picture, not on %d", args.count);
    Looking l = {.v = &v};

    status = look_start(&l, args.count, &e) ? refuse("%s", e.text) : read_pictures(&l, args.list, args.count);
    look_end(&l);
    return status;
}

const Verb verb_read = {
    .name = "read",
    .arguments = "IMAGE...",
    .about = "the digits in photos, scans or crops",
    .more = "Prints a line for each line of writing; of several pictures, each line begins with the picture's name and a\n"
            "tab. A digit that is too doubtful is a '?'. A picture without writing gives no line, and is no error.\n"
            "With --digits every number is the likeliest one of that length.",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};
