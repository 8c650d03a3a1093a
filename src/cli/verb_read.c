/* scrawl read IMAGE...: digits in pictures. */
#include "cli/verbs.h"

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

static int read_picture(Reader *reader, const Values *v, const char *picture, bool several, Err *e)
{
    Image *im = image_load(picture, e);
    Reading *reading = im ? reader_read(reader, im, &(ReadOptions){v->single, v->length}, e) : NULL;
    int status = reading ? 0 : -(int)ERR_IO;

    if (!status && v->explain)
        status = explain(v->explain, picture, reading, e);
    if (!status && v->annotate)
        status = reading_annotate(reading, im, v->annotate, e);
    if (!status)
        status = print_reading(v, picture, reading, several, e);
    reading_free(reading);
    image_free(im);
    return status;
}

/* A picture that cannot be read does not keep the others from being read. */
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
    Reader *reader = reader_new(v.model, v.threads, &e);

    if (!reader)
        return refuse("%s", e.text);
    Progress progress = progress_beside();
    Watch watch = progress_watch(&progress, "reading pictures");

    for (int i = 0; i < args.count; i++) {
        watch_tell(&watch, (size_t)i, (size_t)args.count);
        if (read_picture(reader, &v, args.list[i], args.count > 1, &e)) {
            progress_end(&progress);
            status = refuse("%s", e.text);
        }
    }
    progress_end(&progress);
    reader_free(reader);
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
