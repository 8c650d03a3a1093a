/* Softmax over the channels, at each position of each image. */
#include "nn/runs.h"

Node net_softmax(Net *net, Node x)
{
    return net_append(net, KIND_SOFTMAX, NULL, &x, 1, (Spec){0});
}

static void softmax_build(Net *net, Op *op)
{
    op->out = op_in(net, op, 0);
}

/* By channel the numbers of a position lie beside each other: they take a lane of scratch, each its
 * group. */
static void *softmax_plan(const Step *s, size_t *scratch, bool *failed)
{
    (void)failed;
    if (s->out.by_channel)
        *scratch = (size_t)s->out.c * LANES;
    return NULL;
}

static void softmax_channels(const Step *s, Work *w, int i, int j)
{
    int c = s->out.c;

    memset(w->scratch, 0, (size_t)c * LANES * sizeof(float));
    for (int k = 0; k < c; k++)
        w->scratch[k * LANES] = w->memory[view_offset(&s->in[0], k, i, j)];
    w->k->softmax(c, w->scratch, LANES, w->scratch, LANES);
    for (int k = 0; k < c; k++)
        w->memory[view_offset(&s->out, k, i, j)] = w->scratch[k * LANES];
}

static void softmax_forward(const Step *s, Work *w)
{
    const View *x = &s->in[0], *y = &s->out;

    for (int i = 0; i < y->h; i++)
        for (int j = 0; j < y->w; j++) {
            if (y->by_channel)
                softmax_channels(s, w, i, j);
            else
                w->k->softmax(y->c, w->memory + view_offset(x, 0, i, j), x->plane,
                              w->memory + view_offset(y, 0, i, j), y->plane);
        }
}

static void softmax_backward(const Step *s, Work *w)
{
    const View *y = &s->out, *dy = &s->dout, *dx = &s->din[0];

    if (!s->wants[0])
        return;
    for (int i = 0; i < y->h; i++)
        for (int j = 0; j < y->w; j++)
            w->k->softmax_back(y->c, w->memory + view_offset(y, 0, i, j), y->plane,
                               w->memory + view_offset(dy, 0, i, j), dy->plane,
                               w->memory + view_offset(dx, 0, i, j), dx->plane, s->add[0]);
}

const Layer layer_softmax = {
    .name = "softmax",
    .build = softmax_build,
    .plan = softmax_plan,
    .forward = softmax_forward,
    .backward = softmax_backward,
    .no_input = true,
};
