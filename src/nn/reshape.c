/* The same numbers under another shape. By image and without a halo nothing has to move, and the
 * executor gives the input's memory a second name; otherwise numbers move by two tables of offsets.
 */
#include <stdlib.h>

#include "nn/runs.h"

typedef struct ReshapePlan {
    size_t count;          /* numbers of an image */
    size_t *from, *to;     /* in in[0] and out */
    size_t *d_from, *d_to; /* in dout and din[0]; NULL: not wanted */
} ReshapePlan;

Node net_reshape(Net *net, Node x, int c, int h, int w)
{
    return net_append(net, KIND_RESHAPE, NULL, &x, 1, (Spec){.shape = {c, h, w}});
}

Node net_flatten(Net *net, Node x)
{
    Shape s = x.id >= 0 ? net->ops[x.id].out : (Shape){1, 1, 1};

    return net_reshape(net, x, (int)shape_size(s), 1, 1);
}

static void reshape_build(Net *net, Op *op)
{
    Shape in = op_in(net, op, 0), out = op->spec.shape;
    bool positive = out.c > 0 && out.h > 0 && out.w > 0;

    if (!positive || (double)out.c * out.h * out.w != (double)shape_size(in))
        net_misfit(net, op, "(%d,%d,%d) cannot become (%d,%d,%d)", in.c, in.h, in.w, out.c, out.h,
                   out.w);
    op->out = out;
}

/* Where the numbers of an image lie, in order. */
static size_t *list_offsets(const View *v, size_t *at)
{
    for (int c = 0; c < v->c; c++)
        for (int i = 0; i < v->h; i++)
            for (int j = 0; j < v->w; j++)
                *at++ = view_offset(v, c, i, j);
    return at;
}

static void *reshape_plan(const Step *s, size_t *scratch, bool *failed)
{
    size_t n = (size_t)s->out.c * s->out.h * s->out.w;
    ReshapePlan *p = malloc(sizeof *p + (s->wants[0] ? 4 : 2) * n * sizeof(size_t));

    (void)scratch;
    if (!p) {
        *failed = true;
        return NULL;
    }
    *p = (ReshapePlan){.count = n, .from = (size_t *)(p + 1)};
    p->to = list_offsets(&s->in[0], p->from);
    list_offsets(&s->out, p->to);
    if (s->wants[0]) {
        p->d_from = p->to + n;
        p->d_to = list_offsets(&s->dout, p->d_from);
        list_offsets(&s->din[0], p->d_to);
    }
    return p;
}

static void reshape_forward(const Step *s, Work *w)
{
    const ReshapePlan *p = s->plan;
    float *m = w->memory;

    for (size_t i = 0; i < p->count; i++) {
        if (s->out.by_channel)
            m[p->to[i]] = m[p->from[i]];
        else
            run_copy(LANES, m + p->from[i], m + p->to[i]);
    }
}

static void reshape_backward(const Step *s, Work *w)
{
    const ReshapePlan *p = s->plan;

    for (size_t i = 0; s->wants[0] && i < p->count; i++)
        run_give(w, LANES, w->memory + p->d_from[i], s->add[0], w->memory + p->d_to[i]);
}

const Layer layer_reshape = {
    .name = "reshape",
    .build = reshape_build,
    .plan = reshape_plan,
    .forward = reshape_forward,
    .backward = reshape_backward,
    .alias = true,
    .no_input = true,
    .no_output = true,
};
