/* scrawl models: what ships. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "model/shipped.h"
#include "nn/metric.h"
#include "zoo/zoo.h"

typedef struct Values {
    bool json;
} Values;

static const Option options[] = {
    {"json", 0, OPTION_FLAG, NULL, "a JSON object a line", offsetof(Values, json), 0, 0},
    {0},
};

/* {"validation": {"count": .., "right": ..}} of the training record; an empty object where there is none. */
static json_t *validation_of(const Model *m)
{
    json_t *record = m->record ? json_loads(m->record, JSON_REJECT_DUPLICATES, NULL) : NULL;
    json_t *validation = json_incref(json_object_get(record, "validation"));

    json_decref(record);
    return json_is_object(validation) ? validation : json_object();
}

static void print_line(const Shipped *s, const Model *m, const json_t *validation)
{
    const ZooModel *zoo = zoo_find(m->name, NULL, NULL);
    long count = (long)json_integer_value(json_object_get(validation, "count"));
    long right = (long)json_integer_value(json_object_get(validation, "right"));

    printf("%-12s %8zu parameters %7.0f kB  %s\n", s->name, net_parameters(m->net), s->size / 1000.0,
           zoo ? zoo->about : "");
    if (count > 0 && right >= 0 && right <= count) {
        Interval interval = metric_wilson(right, count);

        printf("%-12s validation: %ld of %ld = %.2f %% (%.2f to %.2f)\n", "", right, count, 100.0 * right / count,
               100 * interval.low, 100 * interval.high);
    }
}

static void print_json(const Shipped *s, const Model *m, json_t *validation)
{
    json_t *line = json_pack("{s:s, s:I, s:I, s:i, s:O}", "name", s->name, "parameters",
                             (json_int_t)net_parameters(m->net), "bytes", (json_int_t)s->size, "classes",
                             m->class_count, "validation", validation);
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
        json_t *validation = validation_of(m);

        if (v.json)
            print_json(s, m, validation);
        else
            print_line(s, m, validation);
        json_decref(validation);
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
