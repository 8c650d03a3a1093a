#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

/* clang-format off: a line each, so that two may be added at a time */
static const Verb *const verbs[] = {
    &verb_read,
    &verb_write,
    &verb_redraw,
    &verb_sheet,
    &verb_train,
    &verb_sweep,
    &verb_evaluate,
    &verb_explore,
    &verb_summary,
    &verb_convert,
    &verb_models,
    &verb_data,
    &verb_serve,
    &verb_page,
    &verb_complete, /* from here on HIDDEN ones */
    &verb_manual,
};
/* clang-format on */
enum { VERBS = sizeof verbs / sizeof *verbs, HIDDEN = 2 };

const Verb *verb_at(int index)
{
    return index >= 0 && index < VERBS ? verbs[index] : NULL;
}

int verb_count(void)
{
    return VERBS - HIDDEN;
}

const Verb *verb_find(const char *name)
{
    for (int i = 0; i < VERBS; i++)
        if (!strcmp(verbs[i]->name, name))
            return verbs[i];
    return NULL;
}

void verbs_help(void)
{
    printf("scrawl reads, writes and redraws handwritten digits, and trains the nets that do it.\n\n"
           "  scrawl VERB [ARGUMENT...] [OPTION...]\n\n");
    for (int i = 0; i < verb_count(); i++)
        printf("  %-10s %s\n", verbs[i]->name, verbs[i]->about);
    printf("\nscrawl VERB --help tells a verb's options; scrawl --version, which scrawl this is.\n");
}

/* A result that could not be written is not a result: a full disk, a closed pipe. */
static int flush(int status)
{
    if ((fflush(stdout) || ferror(stdout)) && status == STATUS_DONE)
        return refuse("standard output: the result could not be written");
    return status;
}

int scrawl_main(int argc, char **argv)
{
    if (argc < 2) {
        verbs_help();
        return STATUS_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        const Verb *verb = argc > 2 ? verb_find(argv[2]) : NULL;

        if (verb)
            verb_help(verb);
        else
            verbs_help();
        return flush(STATUS_DONE);
    }
    if (!strcmp(argv[1], "--version")) {
        printf("scrawl %s\n", SCRAWL_VERSION);
        return flush(STATUS_DONE);
    }
    const Verb *verb = verb_find(argv[1]);

    if (!verb) {
        warn("there is no verb '%s'; see scrawl --help", argv[1]);
        return STATUS_USAGE;
    }
    return flush(verb->run(verb, argc - 2, argv + 2));
}
