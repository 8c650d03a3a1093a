/* scrawl read IMAGE...: digits in pictures. */
#include "cli/verbs.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parallel.h"
#include "cli/pictures.h"
#include "cli/progress.h"
#include "cli/read_form.h"
#include "image/codec.h"
#include "plot/canvas.h"
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

enum { EACH = 8 }; /* pictures a thread, before their readings are printed */

typedef struct Outcome {
    Image *picture; /* only where it is drawn on */
    Reading *reading;
    Err e; /* what went wrong */
} Outcome;

typedef struct Job {
    const Values *v;
    Team *team;
    Reader **readers; /* one a thread */
    const Picture *pictures;
    Outcome *outcomes;
    int count;
    atomic_int next;
} Job;

static void read_some(void *job, int thread)
{
    Job *j = job;

    for (int i; (i = atomic_fetch_add(&j->next, 1)) < j->count;) {
        Outcome *o = &j->outcomes[i];
        Image *im = picture_load(&j->pictures[i], &o->e);

        if (im)
            o->reading = reader_read(j->readers[thread], im, &(ReadOptions){j->v->single, j->v->length}, &o->e);
        if (j->v->annotate)
            o->picture = im;
        else
            image_free(im);
    }
}

static int print_outcome(const Values *v, const char *picture, Outcome *o, bool several)
{
    int status = o->reading ? 0 : -(int)ERR_IO;

    if (!status && v->explain)
        status = explain(v->explain, picture, o->reading, &o->e);
    if (!status && v->annotate)
        status = canvas_finish(reading_annotate(o->reading, o->picture, &o->e), v->annotate, &o->e);
    if (!status && !is_stdout(v->annotate))
        status = print_reading(v, picture, o->reading, several, &o->e);
    reading_free(o->reading);
    image_free(o->picture);
    return status;
}

/* As many threads as there are pictures for; NULL: no memory. */
static Team *team_for(int pictures, int threads, Err *e)
{
    Team *team = team_new(pictures > 1 ? threads : 1, e);

    if (!team || team_threads(team) <= pictures)
        return team;
    team_free(team);
    return team_new(pictures, e);
}

/* A single picture has all threads for its digits. */
static int job_start(Job *j, int count, Err *e)
{
    int threads;

    j->team = team_for(count, j->v->threads, e);
    if (!j->team)
        return -(int)ERR_MEMORY;
    threads = team_threads(j->team);
    j->readers = calloc((size_t)threads, sizeof(Reader *));
    j->outcomes = calloc((size_t)threads * EACH, sizeof(Outcome));
    if (!j->readers || !j->outcomes)
        return err_set(e, ERR_MEMORY, "no memory to read %d pictures", count);
    for (int i = 0; i < threads; i++)
        if (!(j->readers[i] = reader_new(j->v->model, count > 1 ? 1 : j->v->threads, e)))
            return -(int)ERR_IO;
    return 0;
}

static void job_end(Job *j)
{
    for (int i = 0; j->readers && i < team_threads(j->team); i++)
        reader_free(j->readers[i]);
    free(j->readers);
    free(j->outcomes);
    team_free(j->team);
}

/* A picture that cannot be read does not keep the others from being read. */
static int read_pictures(Job *j, const Picture *pictures, int count)
{
    int most = team_threads(j->team) * EACH, status = 0;
    Progress progress = progress_beside();
    Watch watch = progress_watch(&progress, "reading pictures");

    for (int first = 0; first < count; first += j->count) {
        j->count = count - first < most ? count - first : most;
        j->pictures = pictures + first;
        atomic_store(&j->next, 0);
        memset(j->outcomes, 0, (size_t)j->count * sizeof *j->outcomes);
        watch_tell(&watch, (size_t)first, (size_t)count);
        team_run(j->team, read_some, j);
        for (int i = 0; i < j->count; i++)
            if (print_outcome(j->v, j->pictures[i].name, &j->outcomes[i], count > 1)) {
                progress_end(&progress);
                status = refuse("%s", j->outcomes[i].e.text);
            }
    }
    progress_end(&progress);
    return status;
}

static bool wants_input_twice(const Arguments *args)
{
    int times = 0;

    for (int i = 0; i < args->count; i++)
        times += !strcmp(args->list[i], "-");
    return times > 1;
}

static int read_all(const Verb *verb, const Values *v, const Pictures *p)
{
    Job j = {.v = v};
    Err e = {0};
    int status;

    if (v->annotate && p->count > 1)
        return usage_error(verb, "--annotate draws on one picture, not on %d (each page of a TIFF is one)", p->count);
    if (read_form_wanted(&v->form))
        return read_form(verb, &v->form, &(FormJob){v->model, v->threads, v->json, v->annotate, p->list, p->count});
    status = job_start(&j, p->count, &e) ? refuse("%s", e.text) : read_pictures(&j, p->list, p->count);
    job_end(&j);
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
    if (read_form_wanted(&v.form) && (v.explain || v.digits || v.single))
        return usage_error(verb, "--explain, --digits and --single are not for forms and tables");
    if (v.single && v.digits)
        return usage_error(verb, "--single is one digit, --digits a number's length");
    if (canvas_check(v.annotate, &e))
        return refuse("%s", e.text);
    if (v.annotate && args.count && file_is_same(v.annotate, args.list[0]))
        return usage_error(verb, "--annotate would write over the picture that is read");
    if (v.digits && line_length_parse(v.digits, &v.length, &e))
        return usage_error(verb, "%s", e.text);
    if (wants_input_twice(&args))
        return usage_error(verb, "-, the standard input, can be read once");
    Pictures *p = pictures_list(args.list, args.count, &e);

    status = p ? read_all(verb, &v, p) : refuse("%s", e.text);
    pictures_free(p);
    return status;
}

const Verb verb_read = {
    .name = "read",
    .arguments = "IMAGE...",
    .about = "the digits in photos, scans or crops",
    .more = "Prints a line for each line of writing; of several pictures, each line begins with the picture's name and a\n"
            "tab; the pages of a TIFF are pictures, scan[1].tif and so on. A digit that is too doubtful is a '?'. A picture\n"
            "without writing gives no line, and is no error. With --digits every number is the likeliest one of that length.\n"
            "The objects of --json, with a box in pixels and probabilities for each digit, are described in docs/formats.md.",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};
