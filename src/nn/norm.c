/* Batch norm (Ioffe and Szegedy 2015) and group norm (Wu and He 2018).
 *
 *   y = gain * (x - mean) * r + shift,  r = 1 / sqrt(var + eps),  xhat = (x - mean) * r
 *   dx = gain*r*dy - r*m1 - r*xhat*m2,  m1 and m2 the means of gain*dy and gain*dy*xhat
 *
 * Forward is therefore one multiplication and one addition a number, backward dx = a*dy + b*x + c,
 * with coefficients for each channel (and, in group norm, each image). Sums run in float over
 * blocks of 64 pixels and in double beyond, so that E[x^2] - E[x]^2 keeps enough digits for a mean
 * that is ten deviations from zero.
 *
 * Batch norm is the one layer at which slices meet: each slice collects its sums, combine adds them
 * in order. Lanes without an image count nothing, and their gradient stays zero. */
#include <math.h>
#include <stdlib.h>

#include "nn/runs.h"

enum { GAIN, SHIFT, MEAN, VAR }; /* parameters, in this order */
enum { BLOCK_FLOATS = 64 * LANES };

Node net_batch_norm(Net *net, Node x, const char *name, Norm spec)
{
    return net_append(net, KIND_BATCH_NORM, name, &x, 1, (Spec){.norm = spec});
}

Node net_group_norm(Net *net, Node x, const char *name, Norm spec)
{
    return net_append(net, KIND_GROUP_NORM, name, &x, 1, (Spec){.norm = spec});
}

/* ---- what both share ---- */

static void add_channel_param(Net *net, Op *op, const char *name, Init init, bool state)
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

static bool norm_build(Net *net, Op *op)
{
    const Norm *n = &op->spec.norm;

    op->out = op_in(net, op, 0);
    if (!(n->eps >= 0) || !(n->momentum >= 0 && n->momentum <= 1)) {
        net_misfit(net, op, "eps %g or momentum %g makes no sense", n->eps, n->momentum);
        return false;
    }
    add_channel_param(net, op, "gain", n->init.kind == INIT_GLOROT ? (Init){INIT_ONE, 0} : n->init,
                      false);
    add_channel_param(net, op, "shift", (Init){INIT_ZERO, 0}, false);
    return true;
}

static size_t param_offset(const Step *s, int which)
{
    return s->net->params[s->op->params[which]].offset;
}

static double norm_eps(const Step *s)
{
    return s->op->spec.norm.eps > 0 ? s->op->spec.norm.eps : 1e-5;
}

typedef struct LaneSums {
    double first[LANES], second[LANES];
} LaneSums;

/* Adds the sums of p and of p*q over a plane; p and q may be the same view. */
static void add_plane(const Work *w, const View *p, const View *q, int plane, LaneSums *sums)
{
    Runs r = plane_runs_of(p, q, NULL);

    for (size_t i = 0; i < r.count; i++) {
        const float *from = w->memory + view_row_at(p, (size_t)plane * p->h + i);
        const float *with = w->memory + view_row_at(q, (size_t)plane * q->h + i);

        for (size_t at = 0; at < r.length; at += BLOCK_FLOATS) {
            size_t n = r.length - at < BLOCK_FLOATS ? r.length - at : BLOCK_FLOATS;
            float first[LANES] = {0}, second[LANES] = {0};

            if (p == q)
                w->k->moments(n, from + at, first, second);
            else
                w->k->moments2(n, from + at, with + at, first, second);
            for (int l = 0; l < LANES; l++) {
                sums->first[l] += first[l];
                sums->second[l] += second[l];
            }
        }
    }
}

static void fill(float *lanes, int count, float value)
{
    for (int l = 0; l < LANES; l++)
        lanes[l] = l < count ? value : 0;
}

static void scale_plane(const Step *s, Work *w, int plane, const float *scale, const float *shift)
{
    Runs r = plane_runs_of(&s->in[0], &s->out, NULL);

    for (size_t i = 0; i < r.count; i++)
        w->k->affine(r.length, w->memory + view_row_at(&s->in[0], (size_t)plane * s->in[0].h + i),
                     scale, shift, s->relu, false,
                     w->memory + view_row_at(&s->out, (size_t)plane * s->out.h + i));
}

typedef struct Coefficients { /* dx = a*dy + b*x + c */
    float a[LANES], b[LANES], c[LANES];
} Coefficients;

static void mix_plane(const Step *s, Work *w, int plane, const Coefficients *m)
{
    const View *x = &s->in[0], *dy = &s->dout, *dx = &s->din[0];
    Runs r = plane_runs_of(x, dy, dx);

    for (size_t i = 0; i < r.count; i++) {
        size_t row = (size_t)plane * x->h + i;

        w->k->affine2(r.length, w->memory + view_row_at(dy, row), w->memory + view_row_at(x, row),
                      m->a, m->b, m->c, s->add[0], w->memory + view_row_at(dx, row));
    }
}

/* ---- batch norm ---- */

typedef struct BatchNormPlan {
    double *sums;         /* (slices, channels, 2): what each slice collected last */
    double *mean, *r;     /* of the batch in training */
    float *scale, *shift; /* forward */
    float *a, *b, *c;     /* backward */
} BatchNormPlan;

static void batch_norm_build(Net *net, Op *op)
{
    op->spec.norm.groups = 0;
    if (!norm_build(net, op))
        return;
    add_channel_param(net, op, "mean", (Init){INIT_ZERO, 0}, true);
    add_channel_param(net, op, "var", (Init){INIT_ONE, 0}, true);
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

/* A slice's sums of p and p*q for each channel. */
static void batch_norm_sums(const Step *s, const Work *w, const View *p, const View *q)
{
    const BatchNormPlan *plan = s->plan;
    double *to = plan->sums + (size_t)w->slice * s->out.c * 2;

    for (int c = 0; c < s->out.c; c++) {
        LaneSums sums = {{0}, {0}};
        double *pair = to + (size_t)c * 2;

        add_plane(w, p, q, c, &sums);
        pair[0] = pair[1] = 0;
        for (int l = 0; l < w->images; l++) {
            pair[0] += sums.first[l];
            pair[1] += sums.second[l];
        }
    }
}

static void batch_norm_collect(const Step *s, Work *w)
{
    batch_norm_sums(s, w, &s->in[0], &s->in[0]);
}

static void batch_norm_collect_back(const Step *s, Work *w)
{
    batch_norm_sums(s, w, &s->dout, &s->in[0]);
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
    float *means = c->state + param_offset(s, MEAN), *vars = c->state + param_offset(s, VAR);

    means[channel] = (float)((1 - share) * means[channel] + share * mean);
    if (n > 1)
        vars[channel] = (float)((1 - share) * vars[channel] + share * var * n / (n - 1));
}

static void batch_norm_combine(const Step *s, const Combine *c)
{
    BatchNormPlan *p = s->plan;
    const float *gain = c->params + param_offset(s, GAIN),
                *shift = c->params + param_offset(s, SHIFT);
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
    const float *gain = c->params + param_offset(s, GAIN);
    float *dgain = c->grads + param_offset(s, GAIN), *dshift = c->grads + param_offset(s, SHIFT);
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

/* What the running statistics make of 16 lanes of a plane: 16 channels, or one 16 times. */
static void running_scale(const Step *s, const Work *w, int plane, float *scale, float *shift)
{
    const float *mean = w->state + param_offset(s, MEAN), *var = w->state + param_offset(s, VAR);
    const float *gain = w->params + param_offset(s, GAIN),
                *add = w->params + param_offset(s, SHIFT);

    for (int l = 0; l < LANES; l++) {
        int c = s->in[0].by_channel ? plane * LANES + l : plane;

        if (c >= s->in[0].c) {
            scale[l] = shift[l] = 0;
        } else if (l && !s->in[0].by_channel) {
            scale[l] = scale[0];
            shift[l] = shift[0];
        } else {
            double r = gain[c] / sqrt(var[c] + norm_eps(s));

            scale[l] = (float)r;
            shift[l] = (float)(add[c] - r * mean[c]);
        }
    }
}

static void batch_norm_forward(const Step *s, Work *w)
{
    const BatchNormPlan *p = s->plan;
    float scale[LANES], shift[LANES];

    for (int i = 0; i < s->in[0].planes; i++) {
        if (w->training) {
            fill(scale, LANES, p->scale[i]);
            fill(shift, LANES, p->shift[i]);
        } else {
            running_scale(s, w, i, scale, shift);
        }
        scale_plane(s, w, i, scale, shift);
    }
}

static void batch_norm_backward(const Step *s, Work *w)
{
    const BatchNormPlan *p = s->plan;
    Coefficients m;

    for (int i = 0; s->wants[0] && i < s->in[0].planes; i++) {
        fill(m.a, w->images, p->a[i]);
        fill(m.b, w->images, p->b[i]);
        fill(m.c, w->images, p->c[i]);
        mix_plane(s, w, i, &m);
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

/* ---- group norm ---- */

/* Of one group in one slice, an image a lane. By channel: the first lane alone counts. */
typedef struct GroupStats {
    double mean[LANES], r[LANES];
} GroupStats;

typedef struct GroupNormPlan {
    GroupStats *stats; /* (slices, groups) in training, else NULL */
    LaneSums *planes;  /* by channel: the sums of each plane */
} GroupNormPlan;

static void group_norm_build(Net *net, Op *op)
{
    int groups = op->spec.norm.groups, c = op_in(net, op, 0).c;

    if (groups < 1 || c % groups) {
        net_misfit(net, op, "%d channels cannot be split into %d groups", c, groups);
        return;
    }
    norm_build(net, op);
}

static void *group_norm_plan(const Step *s, size_t *scratch, bool *failed)
{
    size_t stats = s->training ? (size_t)s->slices * s->op->spec.norm.groups : 0;
    size_t planes = s->in[0].by_channel ? s->in[0].planes : 0;
    GroupNormPlan *p = malloc(sizeof *p + stats * sizeof(GroupStats) + planes * sizeof(LaneSums));

    (void)scratch;
    if (!p) {
        *failed = true;
        return NULL;
    }
    p->stats = stats ? (GroupStats *)(p + 1) : NULL;
    p->planes = (LaneSums *)((char *)(p + 1) + stats * sizeof(GroupStats));
    return p;
}

static int group_channels(const Step *s)
{
    return s->in[0].c / s->op->spec.norm.groups;
}

static void stats_from_sums(const Step *s, const LaneSums *sums, GroupStats *g)
{
    double n = (double)group_channels(s) * s->in[0].h * s->in[0].w;

    for (int l = 0; l < LANES; l++) {
        double mean = sums->first[l] / n, var = sums->second[l] / n - mean * mean;

        g->mean[l] = mean;
        g->r[l] = 1 / sqrt((var < 0 ? 0 : var) + norm_eps(s));
    }
}

static void group_norm_images(const Step *s, Work *w)
{
    const GroupNormPlan *p = s->plan;
    const float *gain = w->params + param_offset(s, GAIN),
                *add = w->params + param_offset(s, SHIFT);
    int groups = s->op->spec.norm.groups, channels = group_channels(s);

    for (int g = 0; g < groups; g++) {
        GroupStats own, *stats = p->stats ? p->stats + (size_t)w->slice * groups + g : &own;
        LaneSums sums = {{0}, {0}};

        for (int c = g * channels; c < (g + 1) * channels; c++)
            add_plane(w, &s->in[0], &s->in[0], c, &sums);
        stats_from_sums(s, &sums, stats);
        for (int c = g * channels; c < (g + 1) * channels; c++) {
            float scale[LANES], shift[LANES];

            for (int l = 0; l < LANES; l++) {
                scale[l] = (float)(gain[c] * stats->r[l]);
                shift[l] = (float)(add[c] - gain[c] * stats->r[l] * stats->mean[l]);
            }
            scale_plane(s, w, c, scale, shift);
        }
    }
}

/* One image, whose channels' sums are brought together from their lanes. */
static GroupStats stats_of_channels(const Step *s, const LaneSums *planes, int group)
{
    int channels = group_channels(s);
    LaneSums sums = {{0}, {0}};
    GroupStats g;

    for (int c = group * channels; c < (group + 1) * channels; c++) {
        sums.first[0] += planes[c / LANES].first[c % LANES];
        sums.second[0] += planes[c / LANES].second[c % LANES];
    }
    stats_from_sums(s, &sums, &g);
    return g;
}

static void group_norm_channels(const Step *s, Work *w)
{
    const GroupNormPlan *p = s->plan;
    const float *gain = w->params + param_offset(s, GAIN),
                *add = w->params + param_offset(s, SHIFT);
    GroupStats stats = {{0}, {0}};
    int group = -1;

    for (int i = 0; i < s->in[0].planes; i++) {
        p->planes[i] = (LaneSums){{0}, {0}};
        add_plane(w, &s->in[0], &s->in[0], i, &p->planes[i]);
    }
    for (int i = 0; i < s->in[0].planes; i++) {
        float scale[LANES] = {0}, shift[LANES] = {0};

        for (int l = 0; l < LANES && i * LANES + l < s->in[0].c; l++) {
            int c = i * LANES + l;

            if (c / group_channels(s) != group)
                stats = stats_of_channels(s, p->planes, group = c / group_channels(s));
            scale[l] = (float)(gain[c] * stats.r[0]);
            shift[l] = (float)(add[c] - gain[c] * stats.r[0] * stats.mean[0]);
        }
        scale_plane(s, w, i, scale, shift);
    }
}

static void group_norm_forward(const Step *s, Work *w)
{
    (s->in[0].by_channel ? group_norm_channels : group_norm_images)(s, w);
}

/* Adds a channel's dgain and dshift, and what its gain makes of dy and dy*x to the group's sums. */
static void group_norm_back_channel(const Step *s, Work *w, int c, const GroupStats *stats,
                                    LaneSums *group)
{
    LaneSums sums = {{0}, {0}};
    float gain = w->params[param_offset(s, GAIN) + c];
    double dgain = 0, dshift = 0;

    add_plane(w, &s->dout, &s->in[0], c, &sums);
    for (int l = 0; l < w->images; l++) {
        dgain += stats->r[l] * (sums.second[l] - stats->mean[l] * sums.first[l]);
        dshift += sums.first[l];
        group->first[l] += gain * sums.first[l];
        group->second[l] += gain * sums.second[l];
    }
    w->grads[param_offset(s, GAIN) + c] += (float)dgain;
    w->grads[param_offset(s, SHIFT) + c] += (float)dshift;
}

static void group_norm_mix(const Step *s, Work *w, int c, const GroupStats *stats,
                           const LaneSums *group)
{
    double n = (double)group_channels(s) * s->in[0].h * s->in[0].w;
    float gain = w->params[param_offset(s, GAIN) + c];
    Coefficients m = {{0}, {0}, {0}};

    for (int l = 0; l < w->images; l++) {
        double r = stats->r[l], m1 = group->first[l] / n;
        double m2 = r * (group->second[l] - stats->mean[l] * group->first[l]) / n;

        m.a[l] = (float)(gain * r);
        m.b[l] = (float)(-r * r * m2);
        m.c[l] = (float)(-r * m1 + r * r * stats->mean[l] * m2);
    }
    mix_plane(s, w, c, &m);
}

static void group_norm_backward(const Step *s, Work *w)
{
    const GroupNormPlan *p = s->plan;
    int groups = s->op->spec.norm.groups, channels = group_channels(s);

    for (int g = 0; g < groups; g++) {
        const GroupStats *stats = p->stats + (size_t)w->slice * groups + g;
        LaneSums sums = {{0}, {0}};

        for (int c = g * channels; c < (g + 1) * channels; c++)
            group_norm_back_channel(s, w, c, stats, &sums);
        for (int c = g * channels; s->wants[0] && c < (g + 1) * channels; c++)
            group_norm_mix(s, w, c, stats, &sums);
    }
}

const Layer layer_group_norm = {
    .name = "group_norm",
    .build = group_norm_build,
    .plan = group_norm_plan,
    .forward = group_norm_forward,
    .backward = group_norm_backward,
    .fuses_relu = true,
    .no_output = true,
};
