/* scrawl summary MODEL: the layer table, and what a net looks like inside. */
#include "cli/verbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "image/codec.h"
#include "image/digit.h"
#include "image/resample.h"
#include "model/shipped.h"
#include "model/summary.h"
#include "plot/diagram.h"
#include "plot/inside.h"
#include "zoo/zoo.h"

typedef struct Values {
    bool json, untrained;
    const char *diagram, *weights, *initialisers, *activations, *layer, *output;
    uint64_t seed;
} Values;

static const Option options[] = {
    {"diagram", 0, OPTION_TEXT, "OUT", "draw the net as a figure: .svg, .pdf or .png",
     offsetof(Values, diagram), 0, 0},
    {"weights", 0, OPTION_TEXT, "OUT.png",
     "draw the first layer's filters and a histogram of each layer's weights",
     offsetof(Values, weights), 0, 0},
    {"activations", 0, OPTION_TEXT, "IMAGE",
     "draw what the layers answer to a picture of a digit: a file each in -o DIR",
     offsetof(Values, activations), 0, 0},
    {"initialisers", 0, OPTION_TEXT, "OUT.png",
     "draw how the weights of --layer start by each initialiser", offsetof(Values, initialisers), 0,
     0},
    {"layer", 0, OPTION_TEXT, "NAME",
     "a name of the table; default: all with weights; --initialisers: the first",
     offsetof(Values, layer), 0, 0},
    {"output", 'o', OPTION_TEXT, "DIR", "where --activations go", offsetof(Values, output), 0, 0},
    {"untrained", 0, OPTION_FLAG, NULL, "the net as it starts, by the seed",
     offsetof(Values, untrained), 0, 0},
    {"seed", 0, OPTION_SEED, "N", "of --initialisers and --untrained; default: 1",
     offsetof(Values, seed), 0, 0},
    {"json", 0, OPTION_FLAG, NULL, "the table as one JSON object", offsetof(Values, json), 0, 0},
    {0},
};

/* ---- layers ---- */

/* The op of this name; -1 and `e`. */
static int find_layer(const Net *net, const char *name, Err *e)
{
    for (int i = 0; i < net_op_count(net); i++)
        if (!strcmp(net_op(net, i).name, name))
            return i;
    return err_set(e, ERR_ARGUMENT, "--layer: the net has no layer '%.60s'; its table names them",
                   name);
}

/* The weight of a layer, or with NULL the net's first. */
static const Param *find_weight(const Net *net, const char *layer, Err *e)
{
    int op = layer ? find_layer(net, layer, e) : 0;

    for (int i = 0; op >= 0 && i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);

        if (!p->state && p->dims > 1 && (!layer || p->op == op))
            return p;
    }
    if (op >= 0)
        err_set(e, ERR_ARGUMENT, "%s has no weights", layer ? layer : "the net");
    return NULL;
}

/* ---- activations ---- */

/* The picture as the net's input wants it: a digit as reading makes it, else the whole picture in
 * grey, light on dark. The caller frees. */
static uint8_t *input_of(const Image *im, Shape s, Err *e)
{
    uint8_t *out = malloc((size_t)s.h * s.w);
    Window whole = {0, 0, im->width, im->height};
    Image *grey = NULL, *small = NULL;

    if (!out)
        err_set(e, ERR_MEMORY, "no memory for the picture");
    else if (s.h == DIGIT_SIDE && s.w == DIGIT_SIDE && !digit_from_image(im, NULL, out, NULL, e))
        return out;
    grey = out ? image_to_grey(im, e) : NULL;
    small = grey ? image_resample(grey, whole, s.w, s.h, e) : NULL;
    if (small) {
        long sum = 0, n = (long)s.h * s.w;

        for (long i = 0; i < n; i++)
            sum += small->pixels[i];
        for (long i = 0; i < n; i++)
            out[i] = sum > n * 127 ? 255 - small->pixels[i] : small->pixels[i];
    } else {
        free(out);
        out = NULL;
    }
    image_free(grey);
    image_free(small);
    return out;
}

/* DIR/<layer>.png; a name from a file does not leave the folder. */
static int draw_layer(const Values *v, const char *what, Exec *run, const Net *net, int op, Err *e)
{
    OpInfo info = net_op(net, op);
    char file[NET_NAME + 8], title[2 * NET_NAME + 300], *path;

    snprintf(file, sizeof file, "%s.png", info.name);
    for (char *c = file; *c; c++)
        if (*c == '/' || (c == file && *c == '.'))
            *c = '_';
    if (info.out.h == 1 && info.out.w == 1)
        snprintf(title, sizeof title, "%.200s: %s, %d numbers", what, info.name, info.out.c);
    else
        snprintf(title, sizeof title, "%.200s: %s, %dx%dx%d", what, info.name, info.out.c,
                 info.out.h, info.out.w);
    path = file_join(v->output, file);
    int status = path ? canvas_finish(plot_activation(title, run, net, (Node){op}, e), path, e)
                      : err_set(e, ERR_MEMORY, "no memory for a path");

    free(path);
    return status;
}

static int draw_layers(const Values *v, const char *what, Exec *run, const Net *net, Err *e)
{
    int only = v->layer ? find_layer(net, v->layer, e) : 0, status = only < 0 ? only : 0;

    for (int i = 0; !status && i < net_op_count(net); i++)
        if (v->layer ? i == only : net_op(net, i).parameters > 0)
            status = draw_layer(v, what, run, net, i, e);
    return status;
}

static int draw_activations(const Values *v, const char *what, Model *m, Err *e)
{
    Shape s = net_op(m->net, net_input_node(m->net, 0).id).out;
    float *outputs[16] = {NULL};
    int status = -(int)ERR_ARGUMENT, count = net_output_count(m->net);

    if (net_input_count(m->net) != 1 || s.c != 1 || s.h < 2 || s.w < 2 || count > 16)
        return err_set(e, ERR_ARGUMENT, "%s takes no picture", what);
    Image *im = image_load(v->activations, e);
    uint8_t *bytes = im ? input_of(im, s, e) : NULL;
    Exec *run = bytes ? exec_new(m->net, &(ExecOptions){.batch = 1, .keep = true}, e) : NULL;

    image_free(im);
    for (int i = 0; run && i < count; i++) {
        Shape out = net_op(m->net, net_output_node(m->net, i).id).out;

        outputs[i] = malloc(sizeof(float) * out.c * out.h * out.w);
        if (!outputs[i])
            count = err_set(e, ERR_MEMORY, "no memory to run %s", what);
    }
    if (run && count > 0 && !file_make_folder(v->output, e)) {
        exec_infer(run, &(Batch){.count = 1, .bytes = bytes, .scale = m->scale, .shift = m->shift},
                   outputs, count);
        status = draw_layers(v, what, run, m->net, e);
    }
    for (int i = 0; i < 16; i++)
        free(outputs[i]);
    exec_free(run);
    free(bytes);
    return status;
}

/* ---- all of it ---- */

static int draw(const Values *v, const char *what, bool trained, Model *m, Err *e)
{
    char title[300];
    int status = 0;

    snprintf(title, sizeof title, "%.200s%s", what, trained ? "" : ", untrained");

    if (v->diagram)
        status = canvas_finish(plot_diagram(what, m->net, e), v->diagram, e);
    if (!status && v->weights)
        status = canvas_finish(plot_weights(title, m->net, e), v->weights, e);
    if (!status && v->initialisers) {
        const Param *weight = find_weight(m->net, v->layer, e);
        char name[400];

        snprintf(name, sizeof name, "%.200s: %s by each initialiser", what,
                 weight ? weight->name : "");
        status =
            weight ? canvas_finish(plot_initialisers(name, weight, v->seed, e), v->initialisers, e)
                   : -(int)ERR_ARGUMENT;
    }
    if (!status && v->activations)
        status = draw_activations(v, title, m, e);
    return status;
}

/* Adds the nets that there are to a sentence that says that something is none. */
static void name_nets(Err *e)
{
    size_t at = strlen(e->text);

    for (int i = 0; zoo_model(i) && at < sizeof e->text; i++)
        at += (size_t)snprintf(e->text + at, sizeof e->text - at, "%s%s",
                               i ? ", " : ", nor a net that can be built: ", zoo_model(i)->name);
}

static bool is_trained(const Values *v, const char *what)
{
    return !v->untrained && (shipped_find(what) || file_exists(what));
}

/* A trained model, or a net that scrawl can build, as it starts. */
static Model *open_model(const Values *v, const char *what, Err *e)
{
    bool there = shipped_find(what) || file_exists(what);

    if (is_trained(v, what))
        return shipped_open(what, e);
    if (zoo_find(what, NULL, NULL)) {
        Net *net = zoo_net(what, &(ZooOptions){0}, e);

        if (net)
            net_init(net, v->seed);
        Model *m = net ? model_new(net) : NULL;

        if (net && !m)
            err_set(e, ERR_MEMORY, "no memory for %s", what);
        return m;
    }
    Model *m = shipped_open(what, e);

    if (m)
        net_init(m->net, v->seed);
    else if (!there)
        name_nets(e);
    return m;
}

static int print(const char *what, const Net *net, bool json)
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

static int check(const Verb *verb, const Values *v)
{
    if (v->activations && !v->output)
        return usage_error(verb, "--activations wants -o DIR");
    if (v->output && !v->activations)
        return usage_error(verb, "-o is for --activations IMAGE");
    if (v->layer && !v->activations && !v->initialisers)
        return usage_error(verb, "--layer is for --activations IMAGE and --initialisers OUT.png");
    return 0;
}

static int run(const Verb *verb, int argc, char **argv)
{
    Values v = {.seed = 1};
    Arguments args;
    Err e = {0};
    int status = options_parse(verb, argc, argv, &v, &args);

    if (status || args.help)
        return status;
    status = check(verb, &v);
    if (status)
        return status;
    if (canvas_check(v.diagram, &e) || canvas_check(v.weights, &e) || canvas_check(v.initialisers, &e))
        return refuse("%s", e.text);
    Model *model = open_model(&v, args.list[0], &e);

    if (!model)
        return refuse("%s", e.text);
    if (draw(&v, args.list[0], is_trained(&v, args.list[0]), model, &e))
        status = refuse("%s", e.text);
    else if (!is_stdout(v.diagram) && !is_stdout(v.weights) && !is_stdout(v.initialisers))
        status = print(args.list[0], model->net, v.json);
    model_free(model);
    return status;
}

const Verb verb_summary = {
    .name = "summary",
    .arguments = "MODEL",
    .about =
        "the layers of a model: shapes, parameters, multiply-adds; diagram, weights, activations",
    .more = "MODEL is a model that ships, a file, the folder of a run, or the name of a net that "
            "scrawl can build,\n"
            "which is shown as it starts: scrawl summary resnet164 --diagram resnet164.svg",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
