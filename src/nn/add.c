/* The sum of two tensors of one shape: a residual network's shortcut. */
#include "nn/runs.h"

Node net_add(Net *net, Node a, Node b)
{
    return net_append(net, KIND_ADD, NULL, (Node[]){a, b}, 2, (Spec){0});
}

static void add_build(Net *net, Op *op)
{
    Shape a = op_in(net, op, 0), b = op_in(net, op, 1);

    if (a.c != b.c || a.h != b.h || a.w != b.w)
        net_misfit(net, op, "(%d,%d,%d) and (%d,%d,%d) cannot be added", a.c, a.h, a.w, b.c, b.h,
                   b.w);
    op->out = a;
}

static void add_forward(const Step *s, Work *w)
{
    Runs r = runs_of(&s->in[0], &s->in[1], &s->out);

    for (size_t i = 0; i < r.count; i++)
        w->k->add(r.length, w->memory + view_row_at(&s->in[0], i),
                  w->memory + view_row_at(&s->in[1], i), s->relu,
                  w->memory + view_row_at(&s->out, i));
}

static void add_backward(const Step *s, Work *w)
{
    for (int k = 0; k < 2; k++) {
        if (!s->wants[k])
            continue;
        Runs r = runs_of(&s->dout, &s->din[k], NULL);

        for (size_t i = 0; i < r.count; i++)
            run_give(w, r.length, w->memory + view_row_at(&s->dout, i), s->add[k],
                     w->memory + view_row_at(&s->din[k], i));
    }
}

const Layer layer_add = {
    .name = "add",
    .build = add_build,
    .forward = add_forward,
    .backward = add_backward,
    .fuses_relu = true,
    .no_input = true,
    .no_output = true,
};
