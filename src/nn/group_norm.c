/* Group norm (Wu and He 2018): the statistics of each image by itself. */
#include <math.h>
#include <stdlib.h>

#include "nn/norm.h"

Node net_group_norm(Net *net, Node x, const char *name, Norm spec)
{
    return net_append(net, KIND_GROUP_NORM, name, &x, 1, (Spec){.norm = spec});
}

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
    const float *gain = w->params + norm_offset(s, GAIN), *add = w->params + norm_offset(s, SHIFT);
    int groups = s->op->spec.norm.groups, channels = group_channels(s);

    for (int g = 0; g < groups; g++) {
        GroupStats own, *stats = p->stats ? p->stats + (size_t)w->slice * groups + g : &own;
        LaneSums sums = {{0}, {0}};

        for (int c = g * channels; c < (g + 1) * channels; c++)
            norm_add_rows(w, &s->in[0], &s->in[0], c, (Rows){0, s->in[0].h}, &sums);
        stats_from_sums(s, &sums, stats);
        for (int c = g * channels; c < (g + 1) * channels; c++) {
            float scale[LANES], shift[LANES];

            for (int l = 0; l < LANES; l++) {
                scale[l] = (float)(gain[c] * stats->r[l]);
                shift[l] = (float)(add[c] - gain[c] * stats->r[l] * stats->mean[l]);
            }
            norm_scale_plane(s, w, c, scale, shift);
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
    const float *gain = w->params + norm_offset(s, GAIN), *add = w->params + norm_offset(s, SHIFT);
    GroupStats stats = {{0}, {0}};
    int group = -1;

    for (int i = 0; i < s->in[0].planes; i++) {
        p->planes[i] = (LaneSums){{0}, {0}};
        norm_add_rows(w, &s->in[0], &s->in[0], i, (Rows){0, s->in[0].h}, &p->planes[i]);
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
        norm_scale_plane(s, w, i, scale, shift);
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
    float gain = w->params[norm_offset(s, GAIN) + c];
    double dgain = 0, dshift = 0;

    norm_add_rows(w, &s->dout, &s->in[0], c, (Rows){0, s->in[0].h}, &sums);
    for (int l = 0; l < w->images; l++) {
        dgain += stats->r[l] * (sums.second[l] - stats->mean[l] * sums.first[l]);
        dshift += sums.first[l];
        group->first[l] += gain * sums.first[l];
        group->second[l] += gain * sums.second[l];
    }
    w->grads[norm_offset(s, GAIN) + c] += (float)dgain;
    w->grads[norm_offset(s, SHIFT) + c] += (float)dshift;
}

static void group_norm_mix(const Step *s, Work *w, int c, const GroupStats *stats,
                           const LaneSums *group)
{
    double n = (double)group_channels(s) * s->in[0].h * s->in[0].w;
    float gain = w->params[norm_offset(s, GAIN) + c];
    Coefficients m = {{0}, {0}, {0}};

    for (int l = 0; l < w->images; l++) {
        double r = stats->r[l], m1 = group->first[l] / n;
        double m2 = r * (group->second[l] - stats->mean[l] * group->first[l]) / n;

        m.a[l] = (float)(gain * r);
        m.b[l] = (float)(-r * r * m2);
        m.c[l] = (float)(-r * m1 + r * r * stats->mean[l] * m2);
    }
    norm_mix_plane(s, w, c, &m);
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
