/* scrawl manual: the manual page as scdoc's source, from the tables of verbs and options. */
#include "cli/verbs.h"

#include <stdio.h>

/* Text in which scdoc sees no markup. */
static void print_plain(const char *text)
{
    for (; *text; text++) {
        if (*text == '_' || *text == '*' || *text == '\\' || *text == '#')
            putchar('\\');
        putchar(*text);
        if (*text == '\n')
            putchar('\t');
    }
}

static void print_option(const Option *o)
{
    if (o->letter)
        printf("*-%c*, ", o->letter);
    printf("*--%s*", o->name);
    if (o->value) {
        printf(o->kind == OPTION_MAYBE ? " \\[" : " ");
        print_plain(o->value);
        printf(o->kind == OPTION_MAYBE ? "\\]" : "");
    }
    printf("\n\t");
    print_plain(o->help);
    printf("\n\n");
}

static void print_verb(const Verb *v)
{
    printf("## scrawl %s ", v->name);
    print_plain(v->arguments);
    printf("\n\n");
    print_plain(v->about);
    printf(".\n\n");
    if (v->more) {
        for (const char *p = v->more; *p; p++) {
            if (*p == '_' || *p == '*' || *p == '\\' || *p == '#')
                putchar('\\');
            putchar(*p);
        }
        printf("\n\n");
    }
    for (const Option *o = v->options; o->name; o++)
        print_option(o);
}

static const Option options[] = {{0}};

static int run(const Verb *verb, int argc, char **argv)
{
    Arguments args;
    int status = options_parse(verb, argc, argv, NULL, &args);

    if (status || args.help)
        return status;
    printf("scrawl(1)\n\n# NAME\n\nscrawl - reads, writes and redraws handwritten digits, and trains the nets that do "
           "it\n\n# SYNOPSIS\n\n*scrawl* verb [argument...] [option...]\n\n# DESCRIPTION\n\n"
           "Results go to standard output, progress and warnings to standard error. A file name of *-* is standard "
           "input or output. Outputs appear whole or not at all. The same seed gives the same bytes whatever the "
           "number of threads. *NO\\_COLOR* is honoured.\n\n# VERBS\n\n");
    for (int i = 0; i < verb_count(); i++)
        print_verb(verb_at(i));
    printf("# EXIT STATUS\n\n*0*\n\tdone\n\n*1*\n\tthe world said no: a missing file, bad data, an input that is "
           "refused\n\n*2*\n\tthe command line is wrong\n\n# FILES\n\n*$XDG\\_CACHE\\_HOME/scrawl*, "
           "*~/.cache/scrawl*\n\tdatasets that were fetched\n");
    return STATUS_DONE;
}

const Verb verb_manual = {
    .name = "manual",
    .arguments = "",
    .about = "the manual page as scdoc's source",
    .options = options,
    .run = run,
};
