/* A verb's options as a table: parsed from it, checked by it, and the help is printed from it.
 *
 *     typedef struct Values { bool json; int threads; } Values;
 *     static const Option options[] = {
 *         {"json", 0, OPTION_FLAG, NULL, "the result as JSON", offsetof(Values, json)},
 *         {"threads", 't', OPTION_INT, "N", "threads; default: all cores", offsetof(Values, threads), 1, 256},
 *         {0}};
 *
 * Options may stand before, between and after the arguments; "--" ends them; "--name=value", "--name value" and
 * "-nvalue" are the same; a long name may not be cut short. */
#ifndef SCRAWL_CLI_OPTIONS_H
#define SCRAWL_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum OptionKind {
    OPTION_FLAG,  /* bool */
    OPTION_INT,   /* int within least..most */
    OPTION_SEED,  /* uint64_t */
    OPTION_FLOAT, /* double within least..most */
    OPTION_TEXT,  /* const char * into argv */
    OPTION_LIST,  /* OptionList: may be given again and again */
    OPTION_CHOICE, /* const char *, one of the words of `value`, which are separated by "|" */
    OPTION_MAYBE   /* the same, but the word may be left out, which gives "" */
} OptionKind;

enum { OPTION_LIST_LIMIT = 32 };

typedef struct OptionList {
    const char *texts[OPTION_LIST_LIMIT]; /* into argv */
    int count;
} OptionList;

/* A macro's number as text, for help to say it. */
#define OPTION_QUOTE(number)   #number
#define OPTION_DEFAULT(number) OPTION_QUOTE(number)

typedef struct Option {
    const char *name;  /* without the dashes; NULL ends a table */
    char letter;       /* or 0 */
    OptionKind kind;
    const char *value; /* what stands for it in the help */
    const char *help;
    size_t offset;     /* of its field in the verb's values */
    double least, most; /* both 0: anything */
} Option;

enum { STATUS_DONE = 0, STATUS_REFUSED = 1, STATUS_USAGE = 2 };

typedef struct Verb {
    const char *name;
    const char *arguments; /* "IMAGE..." */
    const char *about;     /* a line for the list of verbs */
    const char *more;      /* what its own help says beyond the options; or NULL */
    const Option *options;
    int least, most;       /* how many arguments; most -1: any number */
    int (*run)(const struct Verb *verb, int argc, char **argv);
} Verb;

typedef struct Arguments {
    char **list; /* argv, its arguments moved to the front */
    int count;
    bool help;   /* --help was asked for and has been printed: return STATUS_DONE */
} Arguments;

/* Fills `values` (set to its defaults before) and `args` from what follows the verb. On a wrong command line prints
 * one sentence to standard error and returns STATUS_USAGE, else 0. */
int options_parse(const Verb *verb, int argc, char **argv, void *values, Arguments *args);

void verb_help(const Verb *verb);

/* Whether an output is standard output, where the text of a result then has no place. */
bool is_stdout(const char *path);

/* "scrawl: sentence" to standard error, fit to be shown (base/plain.h) whatever it quotes. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and returns STATUS_REFUSED. */
int refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a wrong command line; adds where to look. Returns STATUS_USAGE. */
int usage_error(const Verb *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
