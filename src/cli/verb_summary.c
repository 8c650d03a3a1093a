/* scrawl summary MODEL: the layer table. */
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "model/shipped.h"
#include "model/summary.h"
#include "zoo/zoo.h"

typedef struct Values {
    bool json;
} Values;

static const Option options[] = {
    {"json", 0, OPTION_FLAG, NULL, "the table as one JSON object", offsetof(Values, json), 0, 0},
    {0},
};

/* A trained model, or the bare net of a name that the zoo knows. */
static int summarize(const char *what, const Net *net, bool json)
{
    char *text = json ? summary_json(what, net) : summary_text(what, net);

    if (!text)
        return refuse("no memory for the summary of %s", what);
    fputs(text, stdout);
    if (json)
        putchar('\n');
    free(text);
    return STATUS_DONE;
}

static int summarize_zoo(const char *what, bool json)
{
    Err e = {0};
    Net *net = zoo_net(what, &(ZooOptions){0}, &e);
    int status = net ? summarize(what, net, json) : refuse("%s", e.text);

    net_free(net);
    return status;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {0};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    const char *what = args.list[0];

    if (!shipped_find(what) && !file_exists(what) && zoo_find(what, NULL, NULL))
        return summarize_zoo(what, v.json);
    Model *model = shipped_open(what, &e);

    if (!model)
        return refuse("%s", e.text);
    status = summarize(what, model->net, v.json);
    model_free(model);
    return status;
}

const Verb verb_summary = {
    .name = "summary",
    .arguments = "MODEL",
    .about = "the layers of a model: shapes, parameters, multiply-adds",
    .more = "MODEL is a model that ships, a file, or the name of a net that scrawl can build.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
