/* Dense: y = W x + b. Weights lie as (inputs, outputs), which serves forward, dx and dw alike.
 *
 * A plane's row without its halo is a run of inputs 16 floats apart; dx and dw go run by run, so a view with a halo needs
 * no copy. */
#include <stdlib.h>
#include <string.h>

#include "nn/layer.h"

typedef struct DensePlan {
    int inputs, outputs, pitch;
    int run, runs;               /* inputs in a run; of in[0] and din[0] */
    int *x_at;                   /* (inputs): in the input's view */
    int *w_at;                   /* (inputs): rows of the weights */
    int *unit;                   /* (max(outputs, LANES)): 0, 1, 2 .. */
    int *lanes;                  /* (max(outputs, pitch/16)): 0, 16, 32 .. */
    int *t_at;                   /* (LANES): rows of the transposed gradient */
    int *y_at;                   /* (outputs): planes of the output, which may have a halo */
} DensePlan;

Node net_dense(Net *net, Node x, const char *name, Dense spec)
{
    return net_append(net, KIND_DENSE, name, &x, 1, (Spec){.dense = spec});
}

static void dense_build(Net *net, Op *op)
{
    const Dense *d = &op->spec.dense;
    size_t inputs = shape_size(op_in(net, op, 0));

    if (d->units < 1 || d->units > 1 << 20 || inputs > 1 << 24) {
        net_misfit(net, op, "%d units for %zu inputs are out of range", d->units, inputs);
        return;
    }
    op->out = (Shape){d->units, 1, 1};
    op->multiply_adds = inputs * d->units;
    net_add_param(net, op,
                  (ParamSpec){.name = "weight", .dims = 2, .shape = {d->units, (int)inputs}, .decay = true,
                              .transposed = true, .init = d->init, .fan_in = (int)inputs, .fan_out = d->units});
    if (d->no_bias)
        return;
    /* A spatial transformer's last layer keeps its identity in the bias. */
    bool biased = d->init.kind == INIT_TORCH || d->init.kind == INIT_IDENTITY_AFFINE;

    net_add_param(net, op,
                  (ParamSpec){.name = "bias", .dims = 1, .shape = {d->units},
                              .init = {biased ? d->init.kind : INIT_ZERO, 0}, .fan_in = (int)inputs,
                              .fan_out = d->units});
}

static void dense_tables(const Step *s, DensePlan *p)
{
    const View *in = &s->in[0];
    int i = 0, most = p->outputs > LANES ? p->outputs : LANES;

    for (int c = 0; c < in->c; c++)
        for (int y = 0; y < in->h; y++)
            for (int x = 0; x < in->w; x++, i++) {
                p->x_at[i] = (int)(view_offset(in, c, y, x) - in->at);
                p->w_at[i] = i * p->pitch;
            }
    for (int j = 0; j < most; j++) {
        p->unit[j] = j;
        p->lanes[j] = j * LANES;
    }
    for (int j = 0; j < p->outputs; j++)
        p->y_at[j] = (int)(j * s->out.plane);
    for (int l = 0; l < LANES; l++)
        p->t_at[l] = l * p->pitch;
}

static void *dense_plan(const Step *s, size_t *scratch, bool *failed)
{
    int inputs = s->in[0].c * s->in[0].h * s->in[0].w, outputs = s->out.c;
    size_t most = outputs > LANES ? outputs : LANES;
    DensePlan *p = malloc(sizeof *p + (2 * (size_t)inputs + 2 * most + LANES + outputs) * sizeof(int));

    if (!p) {
        *failed = true;
        return NULL;
    }
    *p = (DensePlan){.inputs = inputs, .outputs = outputs, .pitch = (outputs + LANES - 1) / LANES * LANES,
                     .run = s->in[0].w, .runs = s->in[0].planes * s->in[0].h};
    p->x_at = (int *)(p + 1);
    p->w_at = p->x_at + inputs;
    p->unit = p->w_at + inputs;
    p->lanes = p->unit + most;
    p->t_at = p->lanes + most;
    p->y_at = p->t_at + LANES;
    if (view_is_dense(&s->in[0]) && (!s->wants[0] || view_is_dense(&s->din[0]))) {
        p->run *= p->runs;
        p->runs = 1;
    }
    if (s->training)
        *scratch = (size_t)LANES * p->pitch;
    dense_tables(s, p);
    return p;
}

static const Param *dense_param(const Step *s, int index)
{
    return index < s->op->param_count ? &s->net->params[s->op->params[index]] : NULL;
}

static void dense_forward(const Step *s, Work *w)
{
    const DensePlan *p = s->plan;
    const float *weight = w->params + dense_param(s, 0)->offset, *x = w->memory + s->in[0].at;
    Gemm g = {.k = p->inputs, .y = w->memory + s->out.at, .y_row = s->out.plane, .y_at = p->y_at, .relu = s->relu,
              .bias = dense_param(s, 1) ? w->params + dense_param(s, 1)->offset : NULL};

    if (s->out.by_channel) {
        g.m = 1;
        g.n = s->out.planes;
        g.w = x;
        g.w_row = 1;
        g.w_at = p->x_at;
        g.x = weight;
        g.x_k = p->w_at;
        g.x_j = p->lanes;
        g.bias_lanes = true;
    } else {
        g.m = p->outputs;
        g.n = 1;
        g.w = weight;
        g.w_row = 1;
        g.w_at = p->w_at;
        g.x = x;
        g.x_k = p->x_at;
        g.x_j = p->lanes;
    }
    w->k->gemm(&g);
}

/* dw[i][o] += sum over lanes of x[i] dy[o]: x is the left factor, dy turned round the right one. */
static void dense_back_weight(const Step *s, Work *w)
{
    const DensePlan *p = s->plan;
    float *dw = w->grads + dense_param(s, 0)->offset;

    memset(w->scratch, 0, (size_t)LANES * p->pitch * sizeof(float));
    w->k->transpose(p->outputs, w->memory + s->dout.at, w->scratch, p->pitch);
    for (int r = 0; r < p->runs; r++)
        w->k->gemm(&(Gemm){.m = p->run, .n = p->pitch / LANES, .k = LANES, .w = w->memory + s->in[0].at +
                           p->x_at[r * p->run], .w_row = LANES, .w_at = p->unit, .x = w->scratch, .x_k = p->t_at,
                           .x_j = p->lanes, .y = dw + (size_t)r * p->run * p->pitch, .y_row = p->pitch,
                           .y_at = p->lanes, .add = true});
    if (dense_param(s, 1))
        w->k->row_sums(p->outputs, 1, w->memory + s->dout.at, LANES, p->unit,
                       w->grads + dense_param(s, 1)->offset);
}

static void dense_back_input(const Step *s, Work *w)
{
    const DensePlan *p = s->plan;
    const View *in = &s->in[0], *din = &s->din[0];

    for (int r = 0; r < p->runs; r++) {
        size_t first = (size_t)r * p->run; /* input */
        size_t at = p->runs == 1 ? din->at : din->at + r / din->h * din->plane + r % din->h * din->row;

        w->k->gemm(&(Gemm){.m = p->run, .n = 1, .k = p->outputs,
                           .w = w->params + dense_param(s, 0)->offset + first * p->pitch, .w_row = p->pitch,
                           .w_at = p->unit, .x = w->memory + s->dout.at, .x_k = p->lanes, .x_j = p->lanes,
                           .y = w->memory + at, .y_row = LANES, .y_at = p->lanes, .add = s->add[0],
                           .mask = s->mask[0] ? w->memory + in->at + p->x_at[first] : NULL, .mask_row = LANES,
                           .mask_at = p->lanes});
    }
}

static void dense_backward(const Step *s, Work *w)
{
    if (!w->input_only)
        dense_back_weight(s, w);
    if (s->wants[0])
        dense_back_input(s, w);
}

const Layer layer_dense = {
    .name = "dense",
    .build = dense_build,
    .plan = dense_plan,
    .forward = dense_forward,
    .backward = dense_backward,
    .fuses_relu = true,
    .masks = true,
    .no_output = true,
};
