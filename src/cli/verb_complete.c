/* scrawl complete SHELL: completions from the tables of verbs and options, so that they cannot fall behind. The build
 * installs what this prints. */
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

/* Words that a choice allows, separated by spaces. */
static void print_choices(const Option *o)
{
    for (const char *p = o->value; *p; p++)
        putchar(*p == '|' ? ' ' : *p);
}

static void bash_verb(const Verb *v)
{
    printf("        %s) options='", v->name);
    for (const Option *o = v->options; o->name; o++)
        printf("--%s ", o->name);
    printf("--help' ;;\n");
}

static void bash_choices(const Verb *v)
{
    for (const Option *o = v->options; o->name; o++)
        if (o->kind == OPTION_CHOICE || o->kind == OPTION_MAYBE) {
            printf("        %s--%s) words='", v->name, o->name);
            print_choices(o);
            printf("' ;;\n");
        }
}

static void print_bash(void)
{
    printf("# bash completion for scrawl\n_scrawl()\n{\n    local words='' options='' verb=${COMP_WORDS[1]}\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" = 1 ]; then\n        words='");
    for (int i = 0; i < verb_count(); i++)
        printf("%s ", verb_at(i)->name);
    printf("--help --version'\n        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n        return\n    fi\n"
           "    case $verb$before in\n");
    for (int i = 0; i < verb_count(); i++)
        bash_choices(verb_at(i));
    printf("    esac\n    case $verb in\n");
    for (int i = 0; i < verb_count(); i++)
        bash_verb(verb_at(i));
    printf("    esac\n    if [ -n \"$words\" ]; then\n        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "    elif [[ $word == -* ]]; then\n        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n    else\n"
           "        COMPREPLY=($(compgen -f -- \"$word\"))\n    fi\n}\ncomplete -o filenames -F _scrawl scrawl\n");
}

/* A help text as one line in which nothing means anything to a shell between single quotes. */
static void print_quoted(const char *text, const char *dropped)
{
    for (; *text; text++)
        putchar(*text == '\n' ? ' ' : strchr(dropped, *text) ? ' ' : *text);
}

static void zsh_verb(const Verb *v)
{
    printf("        %s) _arguments ", v->name);
    for (const Option *o = v->options; o->name; o++) {
        printf("'--%s[", o->name);
        print_quoted(o->help, "'[]:");
        printf("]");
        if (o->kind == OPTION_CHOICE || o->kind == OPTION_MAYBE) {
            printf("%s:%s:(", o->kind == OPTION_MAYBE ? ":" : "", o->name);
            print_choices(o);
            printf(")");
        } else if (o->kind != OPTION_FLAG) {
            printf(":%s:_files", o->name);
        }
        printf("' ");
    }
    printf("'--help[help]' '*:file:_files' ;;\n");
}

static void print_zsh(void)
{
    printf("#compdef scrawl\n_scrawl() {\n    if (( CURRENT == 2 )); then\n        local verbs=(\n");
    for (int i = 0; i < verb_count(); i++) {
        printf("            '%s:", verb_at(i)->name);
        print_quoted(verb_at(i)->about, "':");
        printf("'\n");
    }
    printf("        )\n        _describe verb verbs\n        return\n    fi\n    local verb=$words[2]\n    shift words\n"
           "    (( CURRENT-- ))\n    case $verb in\n");
    for (int i = 0; i < verb_count(); i++)
        zsh_verb(verb_at(i));
    printf("    esac\n}\n_scrawl \"$@\"\n");
}

static void fish_option(const Verb *v, const Option *o)
{
    printf("complete -c scrawl -n '__fish_seen_subcommand_from %s' -l %s", v->name, o->name);
    if (o->letter)
        printf(" -s %c", o->letter);
    if (o->kind == OPTION_CHOICE || o->kind == OPTION_MAYBE) {
        printf(" %s -a '", o->kind == OPTION_MAYBE ? "-f" : "-x");
        print_choices(o);
        printf("'");
    } else if (o->kind != OPTION_FLAG) {
        printf(" -r");
    }
    printf(" -d '");
    print_quoted(o->help, "'\\");
    printf("'\n");
}

static void print_fish(void)
{
    for (int i = 0; i < verb_count(); i++) {
        const Verb *v = verb_at(i);

        printf("complete -c scrawl -n __fish_use_subcommand -a %s -d '", v->name);
        print_quoted(v->about, "'\\");
        printf("'\n");
        for (const Option *o = v->options; o->name; o++)
            fish_option(v, o);
    }
}

static const Option options[] = {{0}};

static int run(const Verb *verb, int argc, char **argv)
{
    Arguments args;
    int status = options_parse(verb, argc, argv, NULL, &args);

    if (status || args.help)
        return status;
    if (!strcmp(args.list[0], "bash"))
        print_bash();
    else if (!strcmp(args.list[0], "zsh"))
        print_zsh();
    else if (!strcmp(args.list[0], "fish"))
        print_fish();
    else
        return usage_error(verb, "'%s' is none of bash, zsh and fish", args.list[0]);
    return STATUS_DONE;
}

const Verb verb_complete = {
    .name = "complete",
    .arguments = "SHELL",
    .about = "completions for bash, zsh or fish",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
