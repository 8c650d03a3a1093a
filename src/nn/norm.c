#include "nn/norm.h"

#include <math.h>

#include "nn/runs.h"

enum { BLOCK_FLOATS = 64 * LANES };

void norm_add_param(Net *net, Op *op, const char *name, Init init, bool state)
{
    int c = op_in(net, op, 0).c;

    net_add_param(net, op,
                  (ParamSpec){.name = name,
                              .dims = 1,
                              .shape = {c},
                              .state = state,
                              .init = init,
                              .fan_in = c,
                              .fan_out = c});
}

bool norm_build(Net *net, Op *op)
{
    const Norm *n = &op->spec.norm;

    op->out = op_in(net, op, 0);
    if (!(n->eps >= 0) || !(n->momentum >= 0 && n->momentum <= 1)) {
        net_misfit(net, op, "eps %g or momentum %g makes no sense", n->eps, n->momentum);
        return false;
    }
    norm_add_param(net, op, "weight", n->init.kind == INIT_GLOROT ? (Init){INIT_ONE, 0} : n->init,
                   false);
    norm_add_param(net, op, "bias", (Init){INIT_ZERO, 0}, false);
    return true;
}

size_t norm_offset(const Step *s, int which)
{
    return s->net->params[s->op->params[which]].offset;
}

double norm_eps(const Step *s)
{
    return s->op->spec.norm.eps > 0 ? s->op->spec.norm.eps : 1e-5;
}

/* The sums of p and p*q over n numbers, in float over BLOCK_FLOATS of them. */
static void add_run(const Work *w, size_t n, const float *p, const float *q, LaneSums *sums)
{
    for (size_t at = 0; at < n; at += BLOCK_FLOATS) {
        size_t part = n - at < BLOCK_FLOATS ? n - at : BLOCK_FLOATS;
        float first[LANES] = {0}, second[LANES] = {0};

        if (p == q)
            w->k->moments(part, p + at, first, second);
        else
            w->k->moments2(part, p + at, q + at, first, second);
        for (int l = 0; l < LANES; l++) {
            sums->first[l] += first[l];
            sums->second[l] += second[l];
        }
    }
}

void norm_add_rows(const Work *w, const View *p, const View *q, int plane, Rows rows, LaneSums *sums)
{
    const size_t row = (size_t)p->w * LANES;
    bool one = p->row == row && q->row == row; /* no gaps between rows */
    int runs = one ? 1 : rows.count;

    for (int i = 0; i < runs; i++) {
        size_t at = (size_t)plane * p->h + rows.first + i;

        add_run(w, one ? row * rows.count : row, w->memory + view_row_at(p, at), w->memory + view_row_at(q, at), sums);
    }
}

void norm_scale_plane(const Step *s, Work *w, int plane, const float *scale, const float *shift)
{
    Runs r = plane_runs_of(&s->in[0], &s->out, NULL);

    for (size_t i = 0; i < r.count; i++)
        w->k->affine(r.length, w->memory + view_row_at(&s->in[0], (size_t)plane * s->in[0].h + i),
                     scale, shift, s->relu, false,
                     w->memory + view_row_at(&s->out, (size_t)plane * s->out.h + i));
}

void norm_mix_plane(const Step *s, Work *w, int plane, const Coefficients *m)
{
    const View *x = &s->in[0], *dy = &s->dout, *dx = &s->din[0];
    Runs r = plane_runs_of(x, dy, dx);

    for (size_t i = 0; i < r.count; i++) {
        size_t row = (size_t)plane * x->h + i;

        w->k->affine2(r.length, w->memory + view_row_at(dy, row), w->memory + view_row_at(x, row),
                      m->a, m->b, m->c, s->add[0], w->memory + view_row_at(dx, row));
    }
}
