/* The verbs, a file each: verb_<name>.c. To add one: its file, a line here, a line in the table of verbs.c. */
#ifndef SCRAWL_CLI_VERBS_H
#define SCRAWL_CLI_VERBS_H

#include "cli/options.h"

extern const Verb verb_complete;
extern const Verb verb_convert;
extern const Verb verb_data;
extern const Verb verb_evaluate;
extern const Verb verb_explore;
extern const Verb verb_manual;
extern const Verb verb_models;
extern const Verb verb_page;
extern const Verb verb_read;
extern const Verb verb_redraw;
extern const Verb verb_serve;
extern const Verb verb_sheet;
extern const Verb verb_summary;
extern const Verb verb_sweep;
extern const Verb verb_train;
extern const Verb verb_write;

/* All of them in the order of the help; NULL beyond the last. Hidden ones come after verb_count(). */
const Verb *verb_at(int index);
int verb_count(void);
const Verb *verb_find(const char *name);

/* What `scrawl` without a verb prints. */
void verbs_help(void);

/* The whole program: parses, calls one verb, returns its exit status. */
int scrawl_main(int argc, char **argv);

#endif
