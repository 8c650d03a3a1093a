/* Zeros around a picture, as a layer of its own. */
#include "nn/runs.h"

enum { TOP, LEFT, BOTTOM, RIGHT };

Node net_pad(Net *net, Node x, int top, int left, int bottom, int right)
{
    return net_append(net, KIND_PAD, NULL, &x, 1, (Spec){.pad = {top, left, bottom, right}});
}

static void pad_build(Net *net, Op *op)
{
    const int *p = op->spec.pad, most = 1 << 15;
    Shape s = op_in(net, op, 0);

    for (int i = 0; i < 4; i++)
        if (p[i] < 0 || p[i] > most) {
            net_misfit(net, op, "a padding of %d is out of range, 0 to %d", p[i], most);
            return;
        }
    op->out = (Shape){s.c, s.h + p[TOP] + p[BOTTOM], s.w + p[LEFT] + p[RIGHT]};
}

static void zeros(float *at, size_t pixels)
{
    memset(at, 0, pixels * LANES * sizeof *at);
}

/* Where row i of plane p of the smaller picture lies in the padded one. */
static size_t inner_row(const View *padded, const int *pad, int p, int i)
{
    return padded->at + p * padded->plane + (size_t)(i + pad[TOP]) * padded->row +
           (size_t)pad[LEFT] * LANES;
}

static void pad_plane(const Step *s, Work *w, int p)
{
    const View *x = &s->in[0], *y = &s->out;
    const int *pad = s->op->spec.pad;
    float *to = w->memory + y->at + p * y->plane;

    for (int i = 0; i < y->h; i++)
        if (i < pad[TOP] || i >= pad[TOP] + x->h)
            zeros(to + i * y->row, y->w);
    for (int i = 0; i < x->h; i++) {
        float *row = w->memory + inner_row(y, pad, p, i);

        zeros(row - (size_t)pad[LEFT] * LANES, pad[LEFT]);
        run_copy((size_t)x->w * LANES, w->memory + view_row_at(x, (size_t)p * x->h + i), row);
        zeros(row + (size_t)x->w * LANES, pad[RIGHT]);
    }
}

static void pad_forward(const Step *s, Work *w)
{
    for (int p = 0; p < s->out.planes; p++)
        pad_plane(s, w, p);
}

static void pad_backward(const Step *s, Work *w)
{
    const View *dx = &s->din[0];

    for (int p = 0; s->wants[0] && p < dx->planes; p++)
        for (int i = 0; i < dx->h; i++)
            run_give(w, (size_t)dx->w * LANES,
                     w->memory + inner_row(&s->dout, s->op->spec.pad, p, i), s->add[0],
                     w->memory + view_row_at(dx, (size_t)p * dx->h + i));
}

const Layer layer_pad = {
    .name = "pad",
    .build = pad_build,
    .forward = pad_forward,
    .backward = pad_backward,
    .no_input = true,
    .no_output = true,
};
