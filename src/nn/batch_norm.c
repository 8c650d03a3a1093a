/* Batch norm (Ioffe and Szegedy 2015), the one layer at which slices meet: each slice collects its
 * sums, combine adds them in order. Lanes without an image count nothing, and their gradient stays
 * zero. */
#include <math.h>
#include <stdlib.h>

#include "nn/norm.h"

Node net_batch_norm(Net *net, Node x, const char *name, Norm spec)
{
    return net_append(net, KIND_BATCH_NORM, name, &x, 1, (Spec){.norm = spec});
}

typedef struct BatchNormPlan {
    double *sums;         /* (slices, channels, 2): what each slice collected last */
    double *mean, *r;     /* of the batch in training */
    float *scale, *shift; /* forward */
    float *a, *b, *c;     /* backward */
} BatchNormPlan;

static void fill(float *lanes, int count, float value)
{
    for (int l = 0; l < LANES; l++)
        lanes[l] = l < count ? value : 0;
}

static void batch_norm_build(Net *net, Op *op)
{
    op->spec.norm.groups = 0;
    if (!norm_build(net, op))
        return;
    norm_add_param(net, op, "running_mean", (Init){INIT_ZERO, 0}, true);
    norm_add_param(net, op, "running_var", (Init){INIT_ONE, 0}, true);
}

static void *batch_norm_plan(const Step *s, size_t *scratch, bool *failed)
{
    size_t c = s->out.c, doubles = s->training ? 2 * c * s->slices + 2 * c : 0;
    BatchNormPlan *p;

    (void)scratch;
    if (!s->training)
        return NULL;
    p = malloc(sizeof *p + doubles * sizeof(double) + 5 * c * sizeof(float));
    if (!p) {
        *failed = true;
        return NULL;
    }
    p->sums = (double *)(p + 1);
    p->mean = p->sums + 2 * c * s->slices;
    p->r = p->mean + c;
    p->scale = (float *)(p->r + c);
    p->shift = p->scale + c;
    p->a = p->shift + c;
    p->b = p->a + c;
    p->c = p->b + c;
    return p;
}

/* A slice's sums of p and p*q over these rows, for each channel. */
static void collect_rows(const Step *s, const Work *w, const View *p, const View *q, Rows rows)
{
    const BatchNormPlan *plan = s->plan;
    double *to = plan->sums + (size_t)w->slice * s->out.c * 2;

    for (int c = 0; c < s->out.c; c++) {
        LaneSums sums = {{0}, {0}};
        double *pair = to + (size_t)c * 2;

        norm_add_rows(w, p, q, c, rows, &sums);
        if (!rows.first)
            pair[0] = pair[1] = 0;
        for (int l = 0; l < w->images; l++) {
            pair[0] += sums.first[l];
            pair[1] += sums.second[l];
        }
    }
}

void batch_norm_collect_rows(const Step *s, const Work *w, Rows rows)
{
    collect_rows(s, w, &s->in[0], &s->in[0], rows);
}

void batch_norm_collect_back_rows(const Step *s, const Work *w, Rows rows)
{
    collect_rows(s, w, &s->dout, &s->in[0], rows);
}

static void batch_norm_collect(const Step *s, Work *w)
{
    batch_norm_collect_rows(s, w, (Rows){0, s->out.h});
}

static void batch_norm_collect_back(const Step *s, Work *w)
{
    batch_norm_collect_back_rows(s, w, (Rows){0, s->out.h});
}

static void add_slices(const Step *s, int slices, int channel, double total[2])
{
    const BatchNormPlan *p = s->plan;

    total[0] = total[1] = 0;
    for (int i = 0; i < slices; i++) {
        const double *pair = p->sums + ((size_t)i * s->out.c + channel) * 2;

        total[0] += pair[0];
        total[1] += pair[1];
    }
}

static double numbers_a_channel(const Step *s, const Combine *c)
{
    return (double)c->count * s->out.h * s->out.w;
}

/* The running variance is the unbiased one, as in PyTorch; one number alone has none and leaves it
 * alone. */
static void move_running(const Step *s, const Combine *c, int channel, double mean, double var)
{
    double n = numbers_a_channel(s, c);
    double share = s->op->spec.norm.momentum > 0 ? s->op->spec.norm.momentum : 0.1;
    float *means = c->state + norm_offset(s, MEAN), *vars = c->state + norm_offset(s, VAR);

    means[channel] = (float)((1 - share) * means[channel] + share * mean);
    if (n > 1)
        vars[channel] = (float)((1 - share) * vars[channel] + share * var * n / (n - 1));
}

static void batch_norm_combine(const Step *s, const Combine *c)
{
    BatchNormPlan *p = s->plan;
    const float *gain = c->params + norm_offset(s, GAIN),
                *shift = c->params + norm_offset(s, SHIFT);
    double n = numbers_a_channel(s, c);

    for (int i = 0; i < s->out.c; i++) {
        double total[2], var;

        add_slices(s, c->slices, i, total);
        p->mean[i] = total[0] / n;
        var = total[1] / n - p->mean[i] * p->mean[i];
        var = var < 0 ? 0 : var; /* a NaN stays one */
        p->r[i] = 1 / sqrt(var + norm_eps(s));
        p->scale[i] = (float)(gain[i] * p->r[i]);
        p->shift[i] = (float)(shift[i] - gain[i] * p->r[i] * p->mean[i]);
        move_running(s, c, i, p->mean[i], var);
    }
}

static void batch_norm_combine_back(const Step *s, const Combine *c)
{
    BatchNormPlan *p = s->plan;
    const float *gain = c->params + norm_offset(s, GAIN);
    float *dgain = c->grads + norm_offset(s, GAIN), *dshift = c->grads + norm_offset(s, SHIFT);
    double n = numbers_a_channel(s, c);

    for (int i = 0; i < s->out.c; i++) {
        double total[2], product, a = gain[i] * p->r[i];

        add_slices(s, c->slices, i, total);
        product = p->r[i] * (total[1] - p->mean[i] * total[0]); /* of dy and xhat */
        dgain[i] += (float)product;
        dshift[i] += (float)total[0];
        p->a[i] = (float)a;
        p->b[i] = (float)(-a * p->r[i] * product / n);
        p->c[i] = (float)(-a * (total[0] - p->mean[i] * p->r[i] * product) / n);
    }
}

void batch_norm_scale(const Step *s, const Work *w, int channel, float *scale, float *shift)
{
    const BatchNormPlan *p = s->plan;

    if (w->training) {
        *scale = p->scale[channel];
        *shift = p->shift[channel];
        return;
    }
    const float *mean = w->state + norm_offset(s, MEAN), *var = w->state + norm_offset(s, VAR);
    double r = w->params[norm_offset(s, GAIN) + channel] / sqrt(var[channel] + norm_eps(s));

    *scale = (float)r;
    *shift = (float)(w->params[norm_offset(s, SHIFT) + channel] - r * mean[channel]);
}

/* Scale and shift of 16 lanes of a plane: 16 channels, or one 16 times. */
static void lane_scales(const Step *s, const Work *w, int plane, float scale[LANES], float shift[LANES])
{
    bool by_channel = s->in[0].by_channel;

    for (int l = 0; l < (by_channel ? LANES : 1); l++) {
        int c = by_channel ? plane * LANES + l : plane;

        scale[l] = shift[l] = 0;
        if (c < s->in[0].c)
            batch_norm_scale(s, w, c, &scale[l], &shift[l]);
    }
    if (by_channel)
        return;
    fill(scale, LANES, scale[0]);
    fill(shift, LANES, shift[0]);
}

void batch_norm_mix(const Step *s, const Work *w, int plane, Coefficients *m)
{
    const BatchNormPlan *p = s->plan;

    fill(m->a, w->images, p->a[plane]);
    fill(m->b, w->images, p->b[plane]);
    fill(m->c, w->images, p->c[plane]);
}

static void batch_norm_forward(const Step *s, Work *w)
{
    float scale[LANES], shift[LANES];

    for (int i = 0; i < s->in[0].planes; i++) {
        lane_scales(s, w, i, scale, shift);
        norm_scale_plane(s, w, i, scale, shift);
    }
}

static void batch_norm_backward(const Step *s, Work *w)
{
    Coefficients m;

    for (int i = 0; s->wants[0] && i < s->in[0].planes; i++) {
        batch_norm_mix(s, w, i, &m);
        norm_mix_plane(s, w, i, &m);
    }
}

const Layer layer_batch_norm = {
    .name = "batch_norm",
    .build = batch_norm_build,
    .plan = batch_norm_plan,
    .forward = batch_norm_forward,
    .backward = batch_norm_backward,
    .collect = batch_norm_collect,
    .combine = batch_norm_combine,
    .collect_back = batch_norm_collect_back,
    .combine_back = batch_norm_combine_back,
    .fuses_relu = true,
    .no_output = true,
};
