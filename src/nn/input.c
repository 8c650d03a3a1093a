/* What a net is fed. The executor fills the input's view itself; nothing is left to compute. */
#include "nn/layer.h"

Node net_input(Net *net, const char *name, int c, int h, int w)
{
    return net_append(net, KIND_INPUT, name, NULL, 0, (Spec){.shape = {c, h, w}});
}

static void input_build(Net *net, Op *op)
{
    Shape s = op->spec.shape;

    if (s.c < 1 || s.h < 1 || s.w < 1)
        net_misfit(net, op, "an input of (%d,%d,%d)", s.c, s.h, s.w);
    op->out = s;
}

const Layer layer_input = {.name = "input", .build = input_build, .no_output = true};
