/* scrawl page -o DIR: the web page as a file. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "web/page.h"

typedef struct Values {
    const char *output;
} Values;

static const Option options[] = {
    {"output", 'o', OPTION_TEXT, "DIR", "the folder for index.html; made when missing",
     offsetof(Values, output), 0, 0},
    {0},
};

static int write_page(const char *folder, Err *e)
{
    size_t size;
    const void *html = page_html(&size, e);

    if (!html || file_make_folder(folder, e))
        return -(int)e->code;
    char *path = file_join(folder, "index.html");
    int status =
        path ? file_write(path, html, size, e) : err_set(e, ERR_MEMORY, "no memory for a path");

    if (!status)
        printf("%s\n", path);
    free(path);
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
    if (!v.output)
        return usage_error(verb, "it wants -o DIR");
    return write_page(v.output, &e) ? refuse("%s", e.text) : STATUS_DONE;
}

const Verb verb_page = {
    .name = "page",
    .arguments = "-o DIR",
    .about = "the web page as one HTML file that needs no server",
    .more = "Writes DIR/index.html and prints its path. It holds all it needs and sends nothing "
            "anywhere: open it from the disk,\n"
            "or put it on any web server. (A camera is given by browsers to pages from https or "
            "this computer only.)",
    .options = options,
    .run = run,
};
