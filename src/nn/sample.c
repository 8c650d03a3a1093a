/* A picture seen through an affine map (Jaderberg et al. 2015): the second input holds each
 * image's. */
#include "nn/runs.h"

enum { MAP = 6 };

Node net_affine_sample(Net *net, Node x, Node theta, bool align_corners)
{
    return net_append(net, KIND_AFFINE_SAMPLE, NULL, (Node[]){x, theta}, 2,
                      (Spec){.align_corners = align_corners});
}

static void affine_sample_build(Net *net, Op *op)
{
    Shape s = op_in(net, op, 0), map = op_in(net, op, 1);

    if (map.c != MAP || map.h != 1 || map.w != 1)
        net_misfit(net, op, "a map is (%d,1,1), not (%d,%d,%d)", MAP, map.c, map.h, map.w);
    op->out = s;
}

/* By channel all lanes belong to one image and see the same map. */
static void read_map(const Step *s, const Work *w, float theta[MAP * LANES])
{
    const View *v = &s->in[1];

    for (int i = 0; i < MAP; i++)
        for (int l = 0; l < LANES; l++)
            theta[i * LANES + l] = w->memory[view_offset(v, i, 0, 0) + (v->by_channel ? 0 : l)];
}

static void affine_sample_forward(const Step *s, Work *w)
{
    float theta[MAP * LANES];

    read_map(s, w, theta);
    w->k->sample(&s->in[0], w->memory, theta, s->op->spec.align_corners, &s->out, w->memory);
}

static void clear_view(const View *v, float *memory)
{
    Runs r = runs_of(v, NULL, NULL);

    for (size_t i = 0; i < r.count; i++)
        memset(memory + view_row_at(v, i), 0, r.length * sizeof *memory);
}

static void affine_sample_backward(const Step *s, Work *w)
{
    float theta[MAP * LANES], dtheta[MAP * LANES] = {0};

    read_map(s, w, theta);
    if (s->wants[0] && !s->add[0])
        clear_view(&s->din[0], w->memory);
    w->k->sample_back(&s->in[0], w->memory, theta, s->op->spec.align_corners, &s->dout, w->memory,
                      &s->din[0], s->wants[0] ? w->memory : NULL, s->wants[1] ? dtheta : NULL);
    for (int i = 0; s->wants[1] && i < MAP; i++)
        run_give(w, LANES, dtheta + i * LANES, s->add[1],
                 w->memory + view_offset(&s->din[1], i, 0, 0));
}

const Layer layer_affine_sample = {
    .name = "affine_sample",
    .build = affine_sample_build,
    .forward = affine_sample_forward,
    .backward = affine_sample_backward,
    .no_output = true,
};
