/* The inside of a net. */
#include "plot/inside.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/init.h"
#include "plot/axes.h"
#include "plot/bars.h"
#include "plot/figure.h"
#include "plot/histogram.h"
#include "plot/maps.h"

static Canvas *no_memory(Err *e)
{
    err_set(e, ERR_MEMORY, "no memory for a plot");
    return NULL;
}

/* ---- weights ---- */

/* A weight in the strict sense: neither a bias nor of a norm. */
static bool is_weight(const Param *p)
{
    return !p->state && p->dims > 1;
}

static float *values_of(Net *net, const Param *p)
{
    float *values = malloc(param_size(p) * sizeof *values);

    if (values)
        param_read(p, net_block(net), values);
    return values;
}

/* "conv1" for "conv1.weight". */
static void layer_text(char out[NET_NAME + 8], const Param *p)
{
    snprintf(out, NET_NAME + 8, "%s", p->name);
    char *dot = strrchr(out, '.');
    if (dot && dot != out)
        *dot = '\0';
}

/* The weights of the first layer as pictures: of a convolution its kernels, of a dense layer on a
 * picture a picture for each unit. NULL without an error if it is neither. */
static Canvas *draw_filters(const char *title, Net *net, const Param *p, Err *e)
{
    Shape in = net_op(net, net_op(net, p->op).inputs[0]).out;
    char layer[NET_NAME + 8], text[2 * NET_NAME + 64];
    int channels = p->shape[1], height = p->dims == 4 ? p->shape[2] : 1;
    int width = p->dims == 4 ? p->shape[3] : 1;

    if (p->dims == 2) {
        OpInfo from = net_op(net, net_op(net, p->op).inputs[0]);
        if (from.kind == KIND_RESHAPE)
            in = net_op(net, from.inputs[0]).out;
        channels = in.c;
        height = in.h;
        width = in.w;
    }
    if (height * width < 2 || (size_t)p->shape[0] * channels * height * width != param_size(p))
        return NULL;
    float *values = values_of(net, p);
    if (!values)
        return no_memory(e);
    layer_text(layer, p);
    snprintf(text, sizeof text, "%s: filters of %s", title, layer);
    Canvas *c = plot_filters(text, values, p->shape[0], channels, height, width, e);
    free(values);
    return c;
}

typedef struct Layers { /* the weights that get a histogram */
    const Param *shown[INSIDE_PANELS];
    int shown_count, all;
} Layers;

static Layers choose_layers(const Net *net)
{
    Layers l = {0};
    int seen = 0;

    for (int i = 0; i < net_param_count(net); i++)
        l.all += is_weight(net_param(net, i));
    l.shown_count = l.all < INSIDE_PANELS ? l.all : INSIDE_PANELS;
    for (int i = 0, k = 0; i < net_param_count(net) && k < l.shown_count; i++) {
        if (!is_weight(net_param(net, i)))
            continue;
        int wanted = l.shown_count > 1 ? k * (l.all - 1) / (l.shown_count - 1) : 0;
        if (seen++ == wanted)
            l.shown[k++] = net_param(net, i);
    }
    return l;
}

static Canvas *draw_histograms(const char *title, Net *net, const Layers *l, Err *e)
{
    Histogram panels[INSIDE_PANELS];
    Sample samples[INSIDE_PANELS];
    char names[INSIDE_PANELS][NET_NAME + 8], text[NET_NAME + 120];
    float *values[INSIDE_PANELS] = {NULL};
    Canvas *c = NULL;
    int n = l->shown_count;
    bool whole = true;

    for (int i = 0; i < n; i++) {
        values[i] = values_of(net, l->shown[i]);
        whole = whole && values[i];
        layer_text(names[i], l->shown[i]);
        samples[i] = (Sample){names[i], values[i], param_size(l->shown[i])};
        panels[i] = (Histogram){
            .title = names[i], .x_label = "weight", .samples = &samples[i], .sample_count = 1};
    }
    if (n < l->all)
        snprintf(text, sizeof text, "%s: weights of %d of its %d layers", title, n, l->all);
    else
        snprintf(text, sizeof text, "%s: weights", title);
    c = whole ? plot_histograms(text, panels, n, e) : no_memory(e);
    for (int i = 0; i < n; i++)
        free(values[i]);
    return c;
}

/* One above the other; both are freed. NULL, and both are freed, without memory. */
static Canvas *stack(Canvas *upper, Canvas *lower, Err *e)
{
    double wu = canvas_width(upper), wl = canvas_width(lower), width = fmax(wu, wl);
    double hu = canvas_height(upper), gap = 10;
    Canvas *c = canvas_new(width, hu + gap + canvas_height(lower), e);

    if (!c) {
        canvas_free(upper);
        canvas_free(lower);
        return NULL;
    }
    canvas_add(c, floor((width - wu) / 2), 0, upper);
    canvas_add(c, floor((width - wl) / 2), hu + gap, lower);
    return c;
}

Canvas *plot_weights(const char *title, Net *net, Err *e)
{
    Layers l = choose_layers(net);
    Err why = {0};
    Canvas *filters = l.all ? draw_filters(title, net, l.shown[0], &why) : NULL, *lower;

    if (why.code) {
        err_set(e, why.code, "%s", why.text);
        return NULL;
    }
    lower = draw_histograms(title, net, &l, e);
    if (!lower)
        canvas_free(filters);
    return lower && filters ? stack(filters, lower, e) : lower;
}

/* ---- initialisers ---- */

typedef struct Rule {
    InitKind kind;
    const char *name;
} Rule;

static const Rule rules[] = {
    {INIT_GLOROT, "Glorot: uniform"}, {INIT_HE, "He: normal"},
    {INIT_TORCH, "PyTorch: uniform"}, {INIT_NORMAL, "normal, deviation 0.05"},
    {INIT_ORTHOGONAL, "orthogonal"},
};
enum { RULES = sizeof rules / sizeof *rules };

/* What a rule draws for the weight, in PyTorch's order; the caller frees. */
static float *drawn_by(InitKind kind, const Param *weight, uint64_t seed)
{
    Param p = *weight;
    size_t room = (size_t)(p.rows > 1 ? p.rows : 1) * (size_t)p.pitch;
    float *block = aligned_alloc(64, (room * sizeof *block + 63) / 64 * 64);
    float *values = malloc(param_size(&p) * sizeof *values);

    p.init = (Init){.kind = kind};
    p.offset = 0;
    if (block && values) {
        memset(block, 0, room * sizeof *block);
        param_init(&p, seed, block);
        param_read(&p, block, values);
    } else {
        free(values);
        values = NULL;
    }
    free(block);
    return values;
}

Canvas *plot_initialisers(const char *title, const Param *weight, uint64_t seed, Err *e)
{
    Histogram panels[RULES];
    Sample samples[RULES];
    float *values[RULES] = {NULL};
    char names[RULES][64];
    double most = 0;
    bool whole = true;
    Canvas *c = NULL;

    for (int i = 0; i < RULES; i++) {
        size_t n = param_size(weight);
        values[i] = drawn_by(rules[i].kind, weight, seed);
        whole = whole && values[i];
        for (size_t k = 0; values[i] && k < n; k++)
            most = fmax(most, fabsf(values[i][k]));
        snprintf(names[i], sizeof names[i], "%s%s", rules[i].name,
                 rules[i].kind == weight->init.kind ? " (used)" : "");
        samples[i] = (Sample){rules[i].name, values[i], n};
        panels[i] = (Histogram){
            .title = names[i], .x_label = "weight", .samples = &samples[i], .sample_count = 1};
    }
    for (int i = 0; i < RULES; i++) {
        panels[i].low = -most;
        panels[i].high = most;
    }
    c = whole ? plot_histograms(title, panels, RULES, e) : no_memory(e);
    for (int i = 0; i < RULES; i++)
        free(values[i]);
    return c;
}

/* ---- activations ---- */

enum { ACTIVATION_BARS = 32 }; /* a longer vector is a field of squares */

/* A short vector as bars. */
static Canvas *draw_bars(const char *title, const float *values, int count, Err *e)
{
    double heights[ACTIVATION_BARS];
    char numbers[ACTIVATION_BARS][8];
    const char *names[ACTIVATION_BARS], *series = "activation";

    for (int i = 0; i < count; i++) {
        heights[i] = values[i];
        snprintf(numbers[i], sizeof numbers[i], "%d", i);
        names[i] = numbers[i];
    }
    return plot_bars(title,
                     &(Bars){.x_label = "unit",
                             .y_label = series,
                             .names = names,
                             .name_count = count,
                             .series_names = &series,
                             .series_count = 1,
                             .values = heights,
                             .decimals = 2},
                     1, e);
}

Canvas *plot_activation(const char *title, Exec *run, const Net *net, Node op, Err *e)
{
    OpInfo info = net_op(net, op.id);
    size_t n = (size_t)info.out.c * info.out.h * info.out.w;
    float *values = malloc(n * sizeof *values);
    bool negative = false;
    Canvas *c;

    if (!values)
        return no_memory(e);
    exec_read_activation(run, op, values);
    for (size_t i = 0; i < n; i++)
        negative = negative || values[i] < 0;
    if (info.out.h == 1 && info.out.w == 1 && info.out.c <= ACTIVATION_BARS)
        c = draw_bars(title, values, info.out.c, e);
    else
        c = plot_maps(&(Maps){.title = title,
                              .value_label = "activation",
                              .values = values,
                              .count = info.out.c,
                              .height = info.out.h,
                              .width = info.out.w,
                              .diverging = negative},
                      e);
    free(values);
    return c;
}
