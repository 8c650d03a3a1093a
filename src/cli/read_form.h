/* What `scrawl read` does with forms: --layout, --cells and what goes with them. */
#ifndef SCRAWL_CLI_READ_FORM_H
#define SCRAWL_CLI_READ_FORM_H

#include "cli/options.h"

typedef struct FormValues {
    const char *layout, *cells, *collect, *writer;
    bool csv, numbers;
} FormValues;

/* The options, for a table whose values hold a FormValues. */
#define FORM_OPTIONS(type, field)                                                                  \
    {"layout",                                                                                     \
     0,                                                                                            \
     OPTION_TEXT,                                                                                  \
     "LAYOUT",                                                                                     \
     "the fields of a form that scrawl sheet LAYOUT printed",                                      \
     offsetof(type, field.layout),                                                                 \
     0,                                                                                            \
     0},                                                                                           \
        {"collect",                                                                                \
         0,                                                                                        \
         OPTION_TEXT,                                                                              \
         "DIR",                                                                                    \
         "with --layout collect: save its boxes as a dataset, a folder a digit",                   \
         offsetof(type, field.collect),                                                            \
         0,                                                                                        \
         0},                                                                                       \
        {"writer",                                                                                 \
         0,                                                                                        \
         OPTION_TEXT,                                                                              \
         "NAME",                                                                                   \
         "with --collect: who wrote it; default: the sheet's writer's number",                     \
         offsetof(type, field.writer),                                                             \
         0,                                                                                        \
         0},                                                                                       \
        {"cells",                                                                                  \
         0,                                                                                        \
         OPTION_TEXT,                                                                              \
         "RxC",                                                                                    \
         "the cells of a table of R rows and C columns, one digit a cell",                         \
         offsetof(type, field.cells),                                                              \
         0,                                                                                        \
         0},                                                                                       \
        {"numbers",                                                                                \
         0,                                                                                        \
         OPTION_FLAG,                                                                              \
         NULL,                                                                                     \
         "with --cells: a cell holds a number of any length",                                      \
         offsetof(type, field.numbers),                                                            \
         0,                                                                                        \
         0},                                                                                       \
    {                                                                                              \
        "csv", 0, OPTION_FLAG, NULL,                                                               \
            "with --layout or --cells: comma-separated, with --layout a line a sheet",             \
            offsetof(type, field.csv), 0, 0                                                        \
    }

typedef struct FormJob { /* what else was said */
    const char *model;
    int threads;
    bool json;
    char **pictures;
    int count;
} FormJob;

/* Was any of these options given? */
bool read_form_wanted(const FormValues *v);

/* Reads the pictures and prints them; returns an exit status. */
int read_form(const Verb *verb, const FormValues *v, const FormJob *job);

#endif
