/* The verbs, a file each: verb_<name>.c. To add one: its file, a line here, a line in the table of verbs.c. */
#ifndef SCRAWL_CLI_VERBS_H
#define SCRAWL_CLI_VERBS_H

#include "cli/options.h"

extern const Verb verb_read, verb_train, verb_evaluate, verb_explore, verb_summary, verb_convert, verb_models, verb_data, verb_page,
    verb_complete, verb_manual;

/* All of them in the order of the help; NULL beyond the last. Hidden ones come after verb_count(). */
const Verb *verb_at(int index);
int verb_count(void);
const Verb *verb_find(const char *name);

/* What `scrawl` without a verb prints. */
void verbs_help(void);

/* The whole program: parses, calls one verb, returns its exit status. */
int scrawl_main(int argc, char **argv);

#endif
