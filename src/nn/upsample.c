/* Each pixel becomes factor x factor of its kind. */
#include "nn/runs.h"

Node net_upsample(Net *net, Node x, int factor)
{
    return net_append(net, KIND_UPSAMPLE, NULL, &x, 1, (Spec){.factor = factor});
}

static void upsample_build(Net *net, Op *op)
{
    Shape s = op_in(net, op, 0);
    int factor = op->spec.factor, most = 64;

    if (factor < 1 || factor > most || s.h > 1 << 20 || s.w > 1 << 20) {
        net_misfit(net, op, "%dx%d cannot grow by %d; 1 to %d can be", s.h, s.w, factor, most);
        return;
    }
    op->out = (Shape){s.c, s.h * factor, s.w * factor};
}

static void upsample_forward(const Step *s, Work *w)
{
    const View *x = &s->in[0], *y = &s->out;
    int factor = s->op->spec.factor;

    for (size_t r = 0; r < (size_t)x->planes * x->h; r++) {
        const float *from = w->memory + view_row_at(x, r);
        float *first = w->memory + view_row_at(y, r * factor);

        for (int j = 0; j < y->w; j++)
            run_copy(LANES, from + (size_t)(j / factor) * LANES, first + (size_t)j * LANES);
        for (int i = 1; i < factor; i++)
            run_copy((size_t)y->w * LANES, first, first + i * y->row);
    }
}

/* One row of dx is the sum of `factor` rows of dy, each added up in groups of `factor` pixels. */
static void add_row(int pixels, int factor, const float *dy, float *dx)
{
    for (int j = 0; j < pixels * factor; j++)
        for (int l = 0; l < LANES; l++)
            dx[(size_t)(j / factor) * LANES + l] += dy[(size_t)j * LANES + l];
}

static void upsample_backward(const Step *s, Work *w)
{
    const View *dx = &s->din[0], *dy = &s->dout;
    int factor = s->op->spec.factor;

    for (size_t r = 0; s->wants[0] && r < (size_t)dx->planes * dx->h; r++) {
        float *to = w->memory + view_row_at(dx, r);

        if (!s->add[0])
            memset(to, 0, (size_t)dx->w * LANES * sizeof *to);
        for (int i = 0; i < factor; i++)
            add_row(dx->w, factor, w->memory + view_row_at(dy, r * factor) + i * dy->row, to);
    }
}

const Layer layer_upsample = {
    .name = "upsample",
    .build = upsample_build,
    .forward = upsample_forward,
    .backward = upsample_backward,
    .no_input = true,
    .no_output = true,
};
