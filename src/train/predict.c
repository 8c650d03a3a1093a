#include "train/predict.h"

#include <assert.h>
#include <stdlib.h>

enum { BATCH = 256 };

struct Predictor {
    Exec *exec;
    int output, outputs;
    size_t inputs;
};

static size_t size_of(const Net *net, Node node)
{
    Shape s = net_op(net, node.id).out;

    return (size_t)s.c * s.h * s.w;
}

Predictor *predictor_new_in(Precision precision, Net *net, const char *output, Team *team, Err *e)
{
    Predictor *p = calloc(1, sizeof *p);

    if (!p) {
        err_set(e, ERR_MEMORY, "no memory to run a net");
        return NULL;
    }
    p->output = net_output_find(net, output);
    assert(p->output >= 0 && net_input_count(net) == 1);
    p->outputs = (int)size_of(net, net_output_node(net, p->output));
    p->inputs = size_of(net, net_input_node(net, 0));
    p->exec = exec_new(net, &(ExecOptions){.batch = BATCH, .team = team, .kernels = precision_kernels(precision)}, e);
    if (!p->exec) {
        predictor_free(p);
        return NULL;
    }
    return p;
}

Predictor *predictor_new(Net *net, const char *output, Team *team, Err *e)
{
    return predictor_new_in(PRECISION_F32, net, output, team, e);
}

void predictor_free(Predictor *p)
{
    if (!p)
        return;
    exec_free(p->exec);
    free(p);
}

int predictor_outputs(const Predictor *p)
{
    return p->outputs;
}

size_t predictor_inputs(const Predictor *p)
{
    return p->inputs;
}

void predictor_run(Predictor *p, const uint8_t *bytes, size_t count, float scale, float shift,
                   float *out)
{
    float *outputs[NET_INPUTS] = {NULL};

    for (size_t at = 0; at < count; at += BATCH) {
        size_t left = count - at;
        Batch batch = {.count = left < BATCH ? (int)left : BATCH,
                       .bytes = bytes + at * p->inputs,
                       .scale = scale,
                       .shift = shift};

        outputs[p->output] = out + at * (size_t)p->outputs;
        exec_infer(p->exec, &batch, outputs, p->output + 1);
    }
}
