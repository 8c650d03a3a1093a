/* scrawl data fetch NAME: downloads a dataset. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "data/fetch.h"

static const Option options[] = {{0}};

static void show(void *progress, const char *file, double done, double total)
{
    if (total > 0)
        progress_show(progress, "%s  %.1f of %.1f MB", file, done * 1e-6, total * 1e-6);
    else
        progress_show(progress, "%s  %.1f MB", file, done * 1e-6);
}

static int run(const Verb *verb, int argc, char **argv)
{
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, NULL, &args);

    if (status || args.help)
        return status;
    if (strcmp(args.list[0], "fetch"))
        return usage_error(verb, "what can be done with data is fetch, not '%s'", args.list[0]);
    Progress progress = progress_start();
    char *folder = data_fetch(args.list[1], &(FetchOptions){.progress = show, .user = &progress}, &e);

    progress_end(&progress);
    if (!folder)
        return refuse("%s", e.text);
    puts(folder);
    free(folder);
    return STATUS_DONE;
}

const Verb verb_data = {
    .name = "data",
    .arguments = "fetch NAME",
    .about = "downloads and verifies a dataset; prints its folder",
    .more = "NAME is mnist. The files are kept in the cache and fetched only once.",
    .options = options,
    .least = 2,
    .most = 2,
    .run = run,
};
