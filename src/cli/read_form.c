#include "cli/read_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "read/annotate.h"
#include "read/cells.h"
#include "read/form.h"

typedef struct FormTools { /* what all pictures are read with */
    const FormValues *v;
    const FormJob *job;
    Reader *reader;
    LineReader *numbers;
    Layout *layout;
    int rows, columns;
    bool ready;
    bool quiet; /* a drawing goes to standard output */
} FormTools;

/* Prints a block of text and frees it. */
static int print_block(char *text, const char *picture, Err *e)
{
    if (!text)
        return err_set(e, ERR_MEMORY, "%s: no memory for the result", picture);
    puts(text);
    free(text);
    return 0;
}

/* ---- forms ---- */

static void print_fields(const FormTools *t, const FormReading *f, const char *picture)
{
    for (int i = 0; i < f->count; i++) {
        const FieldReading *r = &f->fields[i];
        if (t->job->count > 1)
            printf("%s\t", picture);
        printf("%s\t%s%s%s\n", t->layout->fields[i].name, r->text, r->flag ? "\t" : "",
               form_flag_name(r->flag));
    }
}

static int print_form(const FormTools *t, const FormReading *f, const char *picture, Err *e)
{
    if (t->job->json)
        return print_block(form_json(f, t->layout, picture), picture, e);
    if (t->v->csv)
        return print_block(form_csv(f, t->layout, picture), picture, e);
    print_fields(t, f, picture);
    return 0;
}

static int collect(const FormTools *t, const FormReading *f, const char *picture, Err *e)
{
    int saved = 0,
        status = form_collect(f, t->layout, picture, t->v->writer, t->v->collect, &saved, e);

    if (!status && !t->quiet)
        printf("%s\t%d digits in %s\n", picture, saved, t->v->collect);
    return status;
}

static int read_sheet(const FormTools *t, const Image *photo, const char *picture, Err *e)
{
    FormReading *f = form_read(t->reader, t->layout, photo, &(FormOptions){t->v->sure}, e);
    int status = f ? 0 : err_prefix(e, "%s", picture);

    if (!status && t->job->annotate)
        status = canvas_finish(form_annotate(f, t->layout, photo, e), t->job->annotate, e);
    if (!status && t->v->collect)
        status = collect(t, f, picture, e);
    else if (!status && !t->quiet)
        status = print_form(t, f, picture, e);
    form_free(f);
    return status;
}

/* ---- tables ---- */

static void print_rows(const FormTools *t, const CellsReading *c, const char *picture)
{
    for (int i = 0; i < c->rows * c->columns; i++) {
        if (i % c->columns == 0 && t->job->count > 1)
            printf("%s%c", picture, t->v->csv ? ',' : '\t');
        printf("%s%c", c->cells[i].text, (i + 1) % c->columns == 0 ? '\n' : t->v->csv ? ',' : '\t');
    }
}

static int read_table(const FormTools *t, const Image *photo, const char *picture, Err *e)
{
    CellsReading *c = cells_read(t->reader, t->numbers, photo, t->rows, t->columns, e);
    int status = c ? 0 : err_prefix(e, "%s", picture);

    if (!status && t->job->annotate)
        status = canvas_finish(cells_annotate(c, photo, e), t->job->annotate, e);
    if (!status && !t->quiet && t->job->json)
        status = print_block(cells_json(c, picture), picture, e);
    else if (!status && !t->quiet)
        print_rows(t, c, picture);
    cells_free(c);
    return status;
}

/* ---- all pictures ---- */

bool read_form_wanted(const FormValues *v)
{
    return v->layout || v->cells || v->collect || v->writer || v->sure > 0 || v->csv || v->numbers;
}

/* "9x9" */
static bool parse_size(const char *text, int *rows, int *columns)
{
    char end;

    return sscanf(text, "%4dx%4d%c", rows, columns, &end) == 2 && *rows >= 1 && *columns >= 1 &&
           *rows <= CELLS_SIDE && *columns <= CELLS_SIDE;
}

static int check(const Verb *verb, const FormValues *v, FormTools *t)
{
    if (!v->layout == !v->cells)
        return usage_error(verb, "--collect, --writer, --sure, --numbers and --csv go with "
                                 "--layout or --cells, one of them");
    if ((v->collect || v->writer) && !(v->layout && v->collect))
        return usage_error(verb, "--collect goes with --layout, and --writer with --collect");
    if (v->sure > 0 && !v->layout)
        return usage_error(verb, "--sure goes with --layout");
    if (v->numbers && !v->cells)
        return usage_error(verb, "--numbers goes with --cells");
    if (v->cells && !parse_size(v->cells, &t->rows, &t->columns))
        return usage_error(verb, "--cells %s: rows and columns are like 9x9, each 1 to %d",
                           v->cells, CELLS_SIDE);
    return 0;
}

static int open_tools(FormTools *t, Err *e)
{
    t->layout = t->v->layout ? layout_open(t->v->layout, e) : NULL;
    if (t->v->layout && !t->layout)
        return -(int)ERR_FORMAT;
    t->reader = reader_new(t->v->numbers ? NULL : t->job->model, t->job->threads, e);
    t->numbers = t->reader && t->v->numbers ? line_reader_new(t->job->model, e) : NULL;
    t->ready = t->reader && (!t->v->numbers || t->numbers);
    return t->ready ? 0 : -(int)ERR_FORMAT;
}

static int read_picture(const FormTools *t, const Picture *p, Err *e)
{
    Image *photo = picture_load(p, e);
    int status = !photo      ? -(int)ERR_IO
                 : t->layout ? read_sheet(t, photo, p->name, e)
                             : read_table(t, photo, p->name, e);

    image_free(photo);
    return status;
}

/* A picture that cannot be read does not keep the others from being read. */
int read_form(const Verb *verb, const FormValues *v, const FormJob *job)
{
    FormTools t = {.v = v, .job = job, .quiet = is_stdout(job->annotate)};
    Err e = {0};
    int status = check(verb, v, &t);

    if (status)
        return status;
    status = open_tools(&t, &e);
    if (!status && t.layout && v->csv && !v->collect && !job->json && !t.quiet)
        status = print_block(form_csv_head(t.layout), v->layout, &e);
    if (status)
        status = refuse("%s", e.text);
    Progress progress = progress_beside();
    Watch watch = progress_watch(&progress, "reading pictures");

    for (int i = 0; t.ready && i < job->count; i++) {
        watch_tell(&watch, (size_t)i, (size_t)job->count);
        if (read_picture(&t, &job->pictures[i], &e)) {
            progress_end(&progress);
            status = refuse("%s", e.text);
        }
    }
    progress_end(&progress);
    layout_free(t.layout);
    reader_free(t.reader);
    line_reader_free(t.numbers);
    return status;
}
