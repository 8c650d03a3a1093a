/* scrawl evaluate MODEL --data D: a model on a labelled set. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "model/shipped.h"
#include "plot/confusion.h"
#include "train/evaluate.h"

typedef struct Values {
    bool json, canonical;
    const char *data, *part, *confusion;
    int threads;
} Values;

static const Option options[] = {
    {"data", 'd', OPTION_TEXT, "DATA", "the labelled set (see scrawl explore --help)", offsetof(Values, data), 0, 0},
    {"part", 0, OPTION_CHOICE, "train|test", "of a set that has two parts; default: test", offsetof(Values, part), 0, 0},
    {"canonical", 0, OPTION_FLAG, NULL, "bring every picture to the form that read would give it",
     offsetof(Values, canonical), 0, 0},
    {"confusion", 0, OPTION_TEXT, "OUT.png", "plot what each class was read as", offsetof(Values, confusion), 0, 0},
    {"json", 0, OPTION_FLAG, NULL, "the result as one JSON object", offsetof(Values, json), 0, 0},
    {"threads", 't', OPTION_INT, "N", "default: all cores", offsetof(Values, threads), 0, TEAM_LIMIT},
    {0},
};

/* 9962 as "9,962". */
static const char *grouped(char text[32], long n)
{
    char plain[32];
    int digits = snprintf(plain, sizeof plain, "%ld", n), at = 0;

    for (int i = 0; i < digits; i++) {
        if (i && (digits - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = plain[i];
    }
    text[at] = '\0';
    return text;
}

static void print_text(const Evaluation *v)
{
    char right[32], count[32];

    printf("%s of %s right = %.2f %% (%.2f to %.2f)\n", grouped(right, v->count - v->errors), grouped(count, v->count),
           100 * v->accuracy, 100 * v->interval.low, 100 * v->interval.high);
    printf("loss %.4f, calibration error %.4f, among the first %d: %.2f %%\n\n", v->loss, v->reliability.error,
           EVALUATE_TOP, 100.0 * v->top / v->count);
    printf("class           count   precision   recall\n");
    for (int i = 0; i < v->classes; i++)
        printf("%-12s %8ld    %7.2f %%  %6.2f %%\n", v->names[i], v->reports[i].support, 100 * v->reports[i].precision,
               100 * v->reports[i].recall);
}

static int plot(const char *out, const char *model, const Evaluation *v, Err *e)
{
    Confusion c = {.title = model, .names = (const char *const *)v->names, .counts = v->confusion,
                   .classes = v->classes};

    return canvas_finish(plot_confusion(&c, e), out, e);
}

static int report(const Values *v, const char *model, const Evaluation *result)
{
    Err e = {0};

    if (v->confusion && plot(v->confusion, model, result, &e))
        return refuse("%s", e.text);
    if (!v->json) {
        print_text(result);
        return STATUS_DONE;
    }
    char *text = evaluation_json(result, model, v->data);

    if (!text)
        return refuse("no memory for the result");
    puts(text);
    free(text);
    return STATUS_DONE;
}

static int evaluate_model(const Values *v, const char *name, Team *team, Err *e)
{
    DatasetOptions how = {.part = strcmp(v->part, "train") ? PART_TEST : PART_TRAIN, .canonical = v->canonical,
                              .team = team};
    Model *model = shipped_open(name, e);
    Dataset *data = model ? dataset_open(v->data, &how, e) : NULL;
    Evaluation result;
    int status = data && !evaluate(model, data, team, &result, e) ? STATUS_DONE : refuse("%s", e->text);

    if (!status) {
        status = report(v, name, &result);
        evaluation_free(&result);
    }
    dataset_free(data);
    model_free(model);
    return status;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.part = "test"};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    if (!v.data)
        return usage_error(verb, "it wants --data DATA");
    Team *team = team_new(v.threads, &e);

    if (!team)
        return refuse("%s", e.text);
    status = evaluate_model(&v, args.list[0], team, &e);
    team_free(team);
    return status;
}

const Verb verb_evaluate = {
    .name = "evaluate",
    .arguments = "MODEL",
    .about = "how well a model reads a labelled set",
    .more = "Accuracies stand with their 95 % interval (Wilson).",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
