/* scrawl models: what ships. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "model/shipped.h"

typedef struct Values {
    bool json;
} Values;

static const Option options[] = {
    {"json", 0, OPTION_FLAG, NULL, "a JSON object a line", offsetof(Values, json), 0, 0},
    {0},
};

/* What the training record says of the model, as its card does: {"about": .., "figures": {name: text}}. */
static json_t *record_of(const Model *m)
{
    json_t *record = m->record ? json_loads(m->record, JSON_REJECT_DUPLICATES, NULL) : NULL;

    return record ? record : json_object();
}

static void print_line(const Shipped *s, const Model *m, const json_t *record)
{
    const char *key;
    json_t *value;

    printf("%-12s %9zu parameters %8.1f kB  %s\n", s->name, net_parameters(m->net), s->size / 1000.0,
           json_is_string(json_object_get(record, "about")) ? json_string_value(json_object_get(record, "about")) : "");
    json_object_foreach(json_object_get(record, "figures"), key, value)
        if (json_is_string(value))
            printf("             %s: %s\n", key, json_string_value(value));
}

static void print_json(const Shipped *s, const Model *m, json_t *record)
{
    json_t *line = json_pack("{s:s, s:I, s:I, s:i, s:O?}", "name", s->name, "parameters",
                             (json_int_t)net_parameters(m->net), "bytes", (json_int_t)s->size, "classes",
                             m->class_count, "figures", json_object_get(record, "figures"));
    char *text = json_dumps(line, JSON_COMPACT);

    puts(text ? text : "{}");
    free(text);
    json_decref(line);
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {0};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    for (const Shipped *s = shipped_list(); s->name; s++) {
        Model *m = shipped_open(s->name, &e);

        if (!m)
            return refuse("%s", e.text);
        json_t *record = record_of(m);

        if (v.json)
            print_json(s, m, record);
        else
            print_line(s, m, record);
        json_decref(record);
        model_free(m);
    }
    return STATUS_DONE;
}

const Verb verb_models = {
    .name = "models",
    .arguments = "",
    .about = "the trained models that are part of scrawl, with their figures",
    .options = options,
    .run = run,
};
