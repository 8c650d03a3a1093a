#include "read/generator.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/exec.h"
#include "zoo/zoo.h"

enum { BATCH = 256, STEPS = 8 };

struct Generator {
    const Model *model;
    Exec *exec;
    int noise;
    int picture, velocity;     /* outputs; velocity -1: no flow */
    int noise_in, label, time; /* inputs; -1: none */
    bool two_sided;            /* ink is -1..1 */
    float *x, *next;           /* (BATCH, noise) */
    float *v[3];               /* velocities */
    float *times, *labels, *any, *out;
};

/* ---- making ---- */

/* The input of this name and number of values (0: any), or -1. */
static int find_input(const Net *net, const char *name, size_t size)
{
    for (int i = 0; i < net_input_count(net); i++) {
        OpInfo op = net_op(net, net_input_node(net, i).id);

        if (!strcmp(op.name, name) && (!size || (size_t)op.out.c * op.out.h * op.out.w == size))
            return i;
    }
    return -1;
}

static int input_size(const Net *net, int input)
{
    Shape s = net_op(net, net_input_node(net, input).id).out;

    return s.c * s.h * s.w;
}

static bool is_picture(const Net *net, int output)
{
    Shape s = net_op(net, net_output_node(net, output).id).out;

    return s.c == 1 && s.h == GENERATOR_SIDE && s.w == GENERATOR_SIDE;
}

/* The inputs and outputs by name; false if the net does not write. */
static bool find_ends(Generator *g, const Net *net)
{
    int last;

    g->noise_in = find_input(net, "noise", 0);
    g->label = find_input(net, "label", 1);
    g->picture = net_output_find(net, "picture");
    g->velocity = net_output_find(net, "velocity");
    g->time = find_input(net, "time", ZOO_WRITER_TIME);
    if (g->noise_in != 0 || g->picture < 0 || !is_picture(net, g->picture) ||
        net_input_count(net) != 1 + (g->label > 0) + (g->velocity >= 0) ||
        (g->velocity >= 0 && (g->time < 0 || g->label < 0)))
        return false;
    g->noise = input_size(net, 0);
    last = net_output_node(net, g->picture).id;
    g->two_sided =
        net_op(net, last).kind == KIND_ACT && ((const Act *)net_spec(net, last))->kind == ACT_TANH;
    if (g->velocity >= 0) {
        Shape s = net_op(net, net_output_node(net, g->velocity).id).out;

        return s.c * s.h * s.w == g->noise;
    }
    return true;
}

bool generator_can(const Net *net)
{
    return find_ends(&(Generator){0}, net);
}

bool generator_obeys(const Generator *g)
{
    return g->label > 0;
}

bool generator_flows(const Generator *g)
{
    return g->velocity >= 0;
}

static bool take_memory(Generator *g)
{
    size_t n = (size_t)BATCH * (size_t)g->noise;
    float *at = malloc((5 * n + BATCH * (ZOO_WRITER_TIME + 2 + GENERATOR_PIXELS)) * sizeof *at);

    if (!at)
        return false;
    g->x = at;
    g->next = at + n;
    for (int i = 0; i < 3; i++)
        g->v[i] = at + (size_t)(i + 2) * n;
    g->times = at + 5 * n;
    g->labels = g->times + BATCH * ZOO_WRITER_TIME;
    g->any = g->labels + BATCH;
    g->out = g->any + BATCH;
    for (int i = 0; i < BATCH; i++)
        g->any[i] = ZOO_WRITER_ANY;
    return true;
}

Generator *generator_new(const Model *model, Team *team, Err *e)
{
    Generator *g = calloc(1, sizeof *g);

    if (!g) {
        err_set(e, ERR_MEMORY, "no memory to write digits");
        return NULL;
    }
    g->model = model;
    if (!find_ends(g, model->net)) {
        err_set(e, ERR_ARGUMENT,
                "the model %s does not write digits: it has no inputs noise and label and no "
                "output picture of 28x28",
                model->name);
        free(g);
        return NULL;
    }
    g->exec = exec_new(model->net, &(ExecOptions){.batch = BATCH, .team = team}, e);
    if (g->exec && take_memory(g))
        return g;
    if (g->exec)
        err_set(e, ERR_MEMORY, "no memory to write %d digits", BATCH);
    generator_free(g);
    return NULL;
}

void generator_free(Generator *g)
{
    if (!g)
        return;
    exec_free(g->exec);
    free(g->x);
    free(g);
}

int generator_noise(const Generator *g)
{
    return g->noise;
}

/* ---- drawing ---- */

static void run(Generator *g, int count, const float *x, const float *labels, int output,
                float *out)
{
    const float *more[NET_INPUTS] = {NULL};
    float *outputs[NET_INPUTS] = {NULL};

    if (g->label > 0)
        more[g->label - 1] = labels;
    if (g->time > 0)
        more[g->time - 1] = g->times;
    outputs[output] = out;
    exec_infer(g->exec, &(Batch){.count = count, .values = x, .more = more}, outputs, output + 1);
}

/* v = the velocity at x; with guidance w: any + w * (digit's - any). */
static void velocity(Generator *g, int count, const float *x, float time, float guidance, float *v)
{
    float *any = g->v[2];

    for (int i = 0; i < count; i++)
        if (i == 0)
            zoo_writer_time(time, g->times);
        else
            memcpy(g->times + i * ZOO_WRITER_TIME, g->times, ZOO_WRITER_TIME * sizeof *g->times);
    run(g, count, x, g->labels, g->velocity, v);
    if (guidance == 1)
        return;
    run(g, count, x, g->any, g->velocity, any);
    for (int i = 0; i < count * g->noise; i++)
        v[i] = any[i] + guidance * (v[i] - any[i]);
}

/* Heun's method: a step along the mean of the velocities at its beginning and its end. */
static void flow(Generator *g, int count, float guidance)
{
    const float step = 1.0f / STEPS;

    for (int s = 0; s < STEPS; s++) {
        velocity(g, count, g->x, (float)s * step, guidance, g->v[0]);
        for (int i = 0; i < count * g->noise; i++)
            g->next[i] = g->x[i] + step * g->v[0][i];
        velocity(g, count, g->next, (float)(s + 1) * step, guidance, g->v[1]);
        for (int i = 0; i < count * g->noise; i++)
            g->x[i] += step / 2 * (g->v[0][i] + g->v[1][i]);
    }
}

static uint8_t grey(const Generator *g, float ink)
{
    float value = g->two_sided ? (ink + 1) / 2 : ink;

    value = value > 0 ? value : 0; /* a NaN is black */
    return (uint8_t)lrintf(255 * (value < 1 ? value : 1));
}

static void draw_batch(Generator *g, int count, const float *noise, const int *labels,
                       float guidance, uint8_t *pictures)
{
    memcpy(g->x, noise, (size_t)count * (size_t)g->noise * sizeof *noise);
    for (int i = 0; g->label > 0 && i < count; i++)
        g->labels[i] = (float)labels[i];
    if (g->velocity >= 0)
        flow(g, count, guidance);
    run(g, count, g->x, g->labels, g->picture, g->out);
    for (int i = 0; i < count * GENERATOR_PIXELS; i++)
        pictures[i] = grey(g, g->out[i]);
}

void generator_draw(Generator *g, int count, const float *noise, const int *labels, float guidance,
                    uint8_t *pictures)
{
    for (int first = 0; first < count; first += BATCH) {
        int n = count - first < BATCH ? count - first : BATCH;

        draw_batch(g, n, noise + (size_t)first * (size_t)g->noise, labels + first, guidance,
                   pictures + (size_t)first * GENERATOR_PIXELS);
    }
}
