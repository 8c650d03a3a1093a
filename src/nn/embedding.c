/* A row of numbers for each class: what a conditional generator turns a digit into. */
#include <math.h>

#include "nn/runs.h"

Node net_embedding(Net *net, Node classes, const char *name, Embedding spec)
{
    return net_append(net, KIND_EMBEDDING, name, &classes, 1, (Spec){.embedding = spec});
}

static void embedding_build(Net *net, Op *op)
{
    const Embedding *e = &op->spec.embedding;
    Init init = e->init.kind == INIT_GLOROT ? (Init){INIT_NORMAL, 1} : e->init;

    if (e->classes < 1 || e->units < 1) {
        net_misfit(net, op, "%d units for each of %d classes are out of range", e->units,
                   e->classes);
        return;
    }
    if (shape_size(op_in(net, op, 0)) != 1) {
        net_misfit(net, op, "its input is one number, not (%d,%d,%d)", op_in(net, op, 0).c,
                   op_in(net, op, 0).h, op_in(net, op, 0).w);
        return;
    }
    op->out = (Shape){e->units, 1, 1};
    net_add_param(net, op,
                  (ParamSpec){.name = "weight",
                              .dims = 2,
                              .shape = {e->classes, e->units},
                              .decay = true,
                              .init = init,
                              .fan_in = e->classes,
                              .fan_out = e->units});
}

/* Where the row of lane l's class begins. What is no class becomes the nearest; a NaN the first. */
static size_t embedding_row(const Step *s, const Work *w, int l)
{
    const Param *p = &s->net->params[s->op->params[0]];
    float x = w->memory[s->in[0].at + l], last = (float)(s->op->spec.embedding.classes - 1);

    x = x > 0 ? x : 0;
    x = x < last ? x : last;
    return p->offset + (size_t)(x + 0.5f) * p->pitch;
}

static void embedding_forward(const Step *s, Work *w)
{
    const View *y = &s->out;

    if (y->by_channel) {
        const float *row = w->params + embedding_row(s, w, 0);

        for (int u = 0; u < y->c; u++)
            w->memory[view_offset(y, u, 0, 0)] = row[u];
        return;
    }
    for (int l = 0; l < LANES; l++) {
        const float *row = w->params + embedding_row(s, w, l);

        for (int u = 0; u < y->c; u++)
            w->memory[y->at + u * y->plane + l] = row[u];
    }
}

static void embedding_backward(const Step *s, Work *w)
{
    const View *dy = &s->dout;

    for (int l = 0; l < w->images; l++) {
        float *row = w->grads + embedding_row(s, w, l);

        for (int u = 0; u < dy->c; u++)
            row[u] += w->memory[dy->at + u * dy->plane + l];
    }
    if (s->wants[0] && !s->add[0]) /* a class does not move by a little */
        memset(w->memory + s->din[0].at, 0, LANES * sizeof(float));
}

const Layer layer_embedding = {
    .name = "embedding",
    .build = embedding_build,
    .forward = embedding_forward,
    .backward = embedding_backward,
    .no_output = true,
};
