/* What `scrawl read` does with forms: --layout, --cells and what goes with them. */
#ifndef SCRAWL_CLI_READ_FORM_H
#define SCRAWL_CLI_READ_FORM_H

#include "cli/options.h"
#include "cli/pictures.h"
#include "read/form.h"

typedef struct FormValues {
    const char *layout, *cells, *collect, *writer;
    double sure;
    bool csv, numbers;
} FormValues;

/* The options, for a table whose values are of `type` and have a FormValues `field`. */
/* clang-format off */
#define FORM_TEXT(name, value, help, place) {name, 0, OPTION_TEXT, value, help, place, 0, 0}
#define FORM_FLAG(name, help, place) {name, 0, OPTION_FLAG, NULL, help, place, 0, 0}
#define FORM_OPTIONS(type, field)                                                                           \
    FORM_TEXT("layout", "LAYOUT", "the fields of a form that scrawl sheet LAYOUT printed",                   \
              offsetof(type, field.layout)),                                                                \
    {"sure", 0, OPTION_FLOAT, "P", "with --layout: a number less probable than this is flagged; default: "   \
     OPTION_DEFAULT(FORM_SURE_FROM), offsetof(type, field.sure), 0, 1},                                     \
    FORM_TEXT("collect", "DIR", "with --layout collect: save its boxes as a dataset, a folder a digit",      \
              offsetof(type, field.collect)),                                                               \
    FORM_TEXT("writer", "NAME", "with --collect: who wrote it; default: the sheet's writer's number",        \
              offsetof(type, field.writer)),                                                                \
    FORM_TEXT("cells", "RxC", "the cells of a table of R rows and C columns, one digit a cell",              \
              offsetof(type, field.cells)),                                                                 \
    FORM_FLAG("numbers", "with --cells: a cell holds a number of any length", offsetof(type, field.numbers)), \
    FORM_FLAG("csv", "with --layout or --cells: comma-separated, with --layout a line a sheet",              \
              offsetof(type, field.csv))
/* clang-format on */

typedef struct FormJob { /* what else was said */
    const char *model;
    int threads;
    bool json;
    const char *annotate; /* where to draw what was read; NULL: nowhere */
    const Picture *pictures;
    int count;
} FormJob;

/* Was any of these options given? */
bool read_form_wanted(const FormValues *v);

/* Reads the pictures and prints them; returns an exit status. */
int read_form(const Verb *verb, const FormValues *v, const FormJob *job);

#endif
