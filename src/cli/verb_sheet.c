/* scrawl sheet LAYOUT: a form to print. */
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "read/form.h"

typedef struct Values {
    const char *out;
    bool list;
} Values;

static const Option options[] = {
    {"output", 'o', OPTION_TEXT, "FORM.pdf",
     "the sheet, by its ending .pdf, .svg or .png; default: LAYOUT.pdf", offsetof(Values, out), 0,
     0},
    {"list", 0, OPTION_FLAG, NULL, "the layouts that ship, one a line", offsetof(Values, list), 0,
     0},
    {0},
};

static int list(void)
{
    for (int i = 0; layout_shipped(i); i++)
        puts(layout_shipped(i));
    return STATUS_DONE;
}

static int print_sheet(const char *name, const char *out, Err *e)
{
    Layout *l = layout_open(name, e);
    char path[LAYOUT_NAME + 200];
    int status = l ? 0 : -(int)ERR_FORMAT;

    if (l) {
        snprintf(path, sizeof path, "%.200s.pdf", l->name);
        status = canvas_finish(form_draw(l, e), out ? out : path, e);
    }
    layout_free(l);
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
    if (v.list != (args.count == 0))
        return usage_error(verb, v.list ? "--list stands alone" : "it needs a LAYOUT, or --list");
    if (v.list)
        return list();
    if (canvas_check(v.out, &e))
        return refuse("%s", e.text);
    return print_sheet(args.list[0], v.out, &e) ? refuse("%s", e.text) : STATUS_DONE;
}

const Verb verb_sheet = {
    .name = "sheet",
    .arguments = "LAYOUT",
    .about = "a form to print: boxes for digits and bubbles that read --layout reads back",
    .more = "LAYOUT is a layout that ships or a JSON file. Print the sheet at any scale, but "
            "whole: a photo of it has to\n"
            "show the marks in its four corners.",
    .options = options,
    .least = 0,
    .most = 1,
    .run = run,
};
