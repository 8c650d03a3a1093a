#include "cli/options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/plain.h"

enum { SENTENCE = 2048 };

bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

/* On standard error; `end` comes after the sentence. */
static void say(const char *begin, const char *format, va_list args, const char *end)
{
    char sentence[SENTENCE], shown[SENTENCE];

    vsnprintf(sentence, sizeof sentence, format, args);
    plain_text(shown, sizeof shown, sentence);
    fprintf(stderr, "scrawl%s: %s%s\n", begin, shown, end);
}

void warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("", format, args, "");
    va_end(args);
}

int refuse(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("", format, args, "");
    va_end(args);
    return STATUS_REFUSED;
}

int usage_error(const Verb *verb, const char *format, ...)
{
    char begin[40], end[80];
    va_list args;

    snprintf(begin, sizeof begin, " %s", verb->name);
    snprintf(end, sizeof end, "; see scrawl %s --help", verb->name);
    va_start(args, format);
    say(begin, format, args, end);
    va_end(args);
    return STATUS_USAGE;
}

/* ---- help ---- */

enum { HELP_COLUMN = 28 };

static void print_option(const char *name, char letter, const char *value, bool maybe, const char *help)
{
    char left[96];
    int n = snprintf(left, sizeof left, "  %c%c%s --%s%s%s%s", letter ? '-' : ' ', letter ? letter : ' ',
                     letter ? "," : " ", name, value ? maybe ? " [" : " " : "", value ? value : "",
                     maybe ? "]" : "");

    printf("%s", left);
    if (n >= HELP_COLUMN) {
        putchar('\n');
        n = 0;
    }
    printf("%*s", HELP_COLUMN - n, "");
    for (const char *p = help; *p; p++) { /* a newline in a help text continues in the column */
        putchar(*p);
        if (*p == '\n')
            printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

void verb_help(const Verb *verb)
{
    printf("scrawl %s%s%s%s\n\n%s\n", verb->name, *verb->arguments ? " " : "", verb->arguments,
           verb->options && verb->options->name ? " [OPTION...]" : "", verb->about);
    if (verb->more)
        printf("\n%s\n", verb->more);
    printf("\nOptions:\n");
    for (const Option *o = verb->options; o && o->name; o++)
        print_option(o->name, o->letter, o->value, o->kind == OPTION_MAYBE, o->help);
    print_option("help", 'h', NULL, false, "this text");
}

/* ---- parsing ---- */

static bool choice_has(const char *choices, const char *text)
{
    size_t n = strlen(text);

    for (const char *p = choices; n && p; p = strchr(p, '|'), p = p ? p + 1 : NULL)
        if (!strncmp(p, text, n) && (p[n] == '|' || !p[n]))
            return true;
    return false;
}

static bool has_choices(const Option *o)
{
    return o->kind == OPTION_CHOICE || o->kind == OPTION_MAYBE;
}

static int wrong(const Verb *verb, const Option *o, const char *text)
{
    if (has_choices(o))
        return usage_error(verb, "--%s is one of %s, not '%s'", o->name, o->value, text);
    if (o->least == 0 && o->most == 0)
        return usage_error(verb, "--%s wants a number, not '%s'", o->name, text);
    return usage_error(verb, "--%s wants a number from %g to %g, not '%s'", o->name, o->least, o->most, text);
}

static bool in_range(const Option *o, double v)
{
    return isfinite(v) && ((o->least == 0 && o->most == 0) || (v >= o->least && v <= o->most));
}

static int set_number(const Verb *verb, const Option *o, const char *text, char *field)
{
    char *end;

    errno = 0;
    if (o->kind == OPTION_SEED) {
        uint64_t v = strtoull(text, &end, 10);

        if (end == text || *end || errno || *text == '-')
            return wrong(verb, o, text);
        memcpy(field, &v, sizeof v);
    } else if (o->kind == OPTION_INT) {
        long v = strtol(text, &end, 10);

        if (end == text || *end || errno || v < INT32_MIN || v > INT32_MAX || !in_range(o, (double)v))
            return wrong(verb, o, text);
        memcpy(field, &(int){(int)v}, sizeof(int));
    } else {
        double v = strtod(text, &end);

        if (end == text || *end || !in_range(o, v))
            return wrong(verb, o, text);
        memcpy(field, &v, sizeof v);
    }
    return 0;
}

static int set_value(const Verb *verb, const Option *o, const char *text, void *values)
{
    char *field = (char *)values + o->offset;

    if (has_choices(o) && !choice_has(o->value, text))
        return wrong(verb, o, text);
    if (o->kind == OPTION_LIST) {
        OptionList *list = (OptionList *)field;

        if (list->count == OPTION_LIST_LIMIT)
            return usage_error(verb, "--%s may be given %d times", o->name, OPTION_LIST_LIMIT);
        list->texts[list->count++] = text;
    } else if (o->kind == OPTION_TEXT || has_choices(o))
        memcpy(field, &text, sizeof text);
    else
        return set_number(verb, o, text, field);
    return 0;
}

static const Option *find_option(const Verb *verb, const char *name, size_t length, char letter)
{
    for (const Option *o = verb->options; o && o->name; o++)
        if (letter ? o->letter == letter : strlen(o->name) == length && !strncmp(o->name, name, length))
            return o;
    return NULL;
}

/* One argument that begins with a dash; *i moves on when its value is the next one. */
static int parse_option(const Verb *verb, int argc, char **argv, int *i, void *values)
{
    const char *text = argv[*i];
    bool is_long = text[1] == '-';
    const char *equals = is_long ? strchr(text, '=') : NULL;
    size_t length = equals ? (size_t)(equals - text - 2) : strlen(text) - (is_long ? 2 : 0);
    const Option *o = find_option(verb, text + 2, length, is_long ? 0 : text[1]);
    const char *value = equals ? equals + 1 : !is_long && text[2] ? text + 2 : NULL;

    if (!o)
        return usage_error(verb, "there is no option '%.*s'", is_long ? (int)length + 2 : 2, text);
    if (o->kind == OPTION_FLAG) {
        if (value)
            return usage_error(verb, "--%s takes no value", o->name);
        *((bool *)((char *)values + o->offset)) = true;
        return 0;
    }
    if (o->kind == OPTION_MAYBE && !value && (*i + 1 == argc || !choice_has(o->value, argv[*i + 1]))) {
        memcpy((char *)values + o->offset, &(const char *){""}, sizeof value);
        return 0;
    }
    if (!value && *i + 1 == argc)
        return usage_error(verb, "--%s wants %s", o->name, o->value);
    return set_value(verb, o, value ? value : argv[++*i], values);
}

int options_parse(const Verb *verb, int argc, char **argv, void *values, Arguments *args)
{
    bool ended = false;

    *args = (Arguments){.list = argv};
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];

        if (!ended && (!strcmp(text, "--help") || !strcmp(text, "-h"))) {
            args->help = true;
            verb_help(verb);
            return 0;
        }
        if (!ended && !strcmp(text, "--")) {
            ended = true;
        } else if (!ended && text[0] == '-' && text[1]) {
            int status = parse_option(verb, argc, argv, &i, values);

            if (status)
                return status;
        } else {
            args->list[args->count++] = argv[i];
        }
    }
    if (args->count < verb->least)
        return usage_error(verb, "it wants %s", verb->arguments);
    if (verb->most >= 0 && args->count > verb->most)
        return usage_error(verb, "'%s' is one argument too many", args->list[verb->most]);
    return 0;
}
