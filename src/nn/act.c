/* Activations as layers of their own. (A ReLU that alone follows another layer is done by that
 * one.) */
#include "nn/runs.h"

_Static_assert((int)ACT_RELU == RUN_RELU && (int)ACT_LEAKY_RELU == RUN_LEAKY_RELU &&
                   (int)ACT_TANH == RUN_TANH && (int)ACT_SIGMOID == RUN_SIGMOID &&
                   (int)ACT_SILU == RUN_SILU && (int)ACT_SILU + 1 == ACT_KINDS,
               "the kernels number the activations as net.h does");

Node net_act(Net *net, Node x, ActKind kind)
{
    ActKind made = kind == ACT_RELU ? net->relu : kind;

    return net_append(net, KIND_ACT, NULL, &x, 1, (Spec){.act = {.kind = made}});
}

void net_replace_relu(Net *net, ActKind kind)
{
    net->relu = kind;
}

Node net_leaky_relu(Net *net, Node x, float slope)
{
    return net_append(net, KIND_ACT, NULL, &x, 1,
                      (Spec){.act = {.kind = ACT_LEAKY_RELU, .slope = slope}});
}

static void act_build(Net *net, Op *op)
{
    if ((int)op->spec.act.kind < 0 || op->spec.act.kind >= ACT_KINDS)
        net_misfit(net, op, "there is no activation %d", (int)op->spec.act.kind);
    op->out = op_in(net, op, 0);
}

static float act_slope(const Step *s)
{
    return s->op->spec.act.slope != 0 ? s->op->spec.act.slope : 0.01f;
}

static void act_forward(const Step *s, Work *w)
{
    Runs r = runs_of(&s->in[0], &s->out, NULL);

    for (size_t i = 0; i < r.count; i++)
        w->k->act(s->op->spec.act.kind, act_slope(s), r.length,
                  w->memory + view_row_at(&s->in[0], i), w->memory + view_row_at(&s->out, i));
}

static void act_backward(const Step *s, Work *w)
{
    Runs values = runs_of(&s->in[0], &s->out, NULL);
    Runs gradients = runs_of(&s->dout, &s->din[0], NULL);
    Runs r = values.count > gradients.count ? values : gradients;

    if (!s->wants[0])
        return;
    for (size_t i = 0; i < r.count; i++)
        w->k->act_back(s->op->spec.act.kind, act_slope(s), r.length,
                       w->memory + view_row_at(&s->in[0], i), w->memory + view_row_at(&s->out, i),
                       w->memory + view_row_at(&s->dout, i), w->memory + view_row_at(&s->din[0], i),
                       s->add[0]);
}

const Layer layer_act = {
    .name = "act", .build = act_build, .forward = act_forward, .backward = act_backward};
