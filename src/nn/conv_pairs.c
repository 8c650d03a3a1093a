#include "nn/conv_pairs.h"

static size_t halved(size_t n)
{
    return (n + 1) / 2;
}

static size_t weights_size(const ConvPlan *p)
{
    return halved(p->geometry.wide.c) * p->group;
}

static size_t planes_size(const View *v)
{
    return v ? halved(v->c) * v->plane : 0;
}

size_t conv_pairs_place(ConvPlan *p, size_t scratch, const View *gather_wide, const View *scatter_narrow)
{
    size_t gather = planes_size(gather_wide), scatter = planes_size(scatter_narrow);

    p->pairs_at = (scratch / LANES + 1) * LANES;
    return p->pairs_at + weights_size(p) + (gather > scatter ? gather : scatter);
}

const float *conv_pairs_gather_weights(const ConvPlan *p, const Work *w, const float *weights, bool first)
{
    float *to = w->scratch + p->pairs_at;
    int channels = p->geometry.wide.c;

    for (int c = 0; first && c < channels; c += 2) {
        const float *row = weights + c * p->group;

        w->k->pair(p->group, row, c + 1 < channels ? row + p->group : NULL, to + c / 2 * p->group);
    }
    return to;
}

const float *conv_pairs_scatter_weights(const ConvPlan *p, const Work *w, const float *weights, bool first)
{
    float *to = w->scratch + p->pairs_at;

    if (first)
        w->k->pair_row(p->geometry.wide.c * p->group / 2, weights, to);
    return to;
}

const float *conv_pairs_planes(const ConvPlan *p, const Work *w, const View *v, const float *x, int rows)
{
    size_t before = v->halo.top * v->row + v->halo.left * LANES,
           n = (v->halo.top + rows + v->halo.bottom) * v->row;
    float *to = w->scratch + p->pairs_at + weights_size(p);

    x -= before;
    for (int c = 0; c < v->c; c += 2)
        w->k->pair(n, x + c * v->plane, c + 1 < v->c ? x + (c + 1) * v->plane : NULL,
                   to + c / 2 * v->plane);
    return to + before;
}
