/* Each channel stretched and moved by numbers that other layers found, for each image its own:
 * feature-wise linear modulation (Perez et al. 2018). Behind a norm, with gain and shift from an
 * embedding of the class, it is conditional batch norm (Dumoulin et al. 2017). */
#include "nn/norm.h"

enum { X, BY_GAIN, BY_SHIFT }; /* inputs */

Node net_modulate(Net *net, Node x, Node gain, Node shift)
{
    return net_append(net, KIND_MODULATE, NULL, (Node[]){x, gain, shift}, 3, (Spec){0});
}

static void modulate_build(Net *net, Op *op)
{
    Shape x = op_in(net, op, X);

    for (int k = BY_GAIN; k <= BY_SHIFT; k++) {
        Shape s = op_in(net, op, k);

        if (s.c != x.c || s.h != 1 || s.w != 1)
            net_misfit(net, op, "(%d,%d,%d) takes a gain and a shift of (%d,1,1), not (%d,%d,%d)",
                       x.c, x.h, x.w, x.c, s.c, s.h, s.w);
    }
    op->out = x;
}

/* 16 images' numbers for a channel, or one image's for 16. */
static float *lanes_of(const Work *w, const View *v, int plane)
{
    return w->memory + view_row_at(v, (size_t)plane);
}

static void modulate_forward(const Step *s, Work *w)
{
    for (int i = 0; i < s->in[X].planes; i++) {
        const float *gain = lanes_of(w, &s->in[BY_GAIN], i);
        float scale[LANES];

        for (int l = 0; l < LANES; l++)
            scale[l] = 1 + gain[l];
        norm_scale_plane(s, w, i, scale, lanes_of(w, &s->in[BY_SHIFT], i));
    }
}

static void give_lanes(const Step *s, Work *w, int input, int plane, const double *sums)
{
    float *to;

    if (!s->wants[input])
        return;
    to = lanes_of(w, &s->din[input], plane);
    for (int l = 0; l < LANES; l++)
        to[l] = (float)sums[l] + (s->add[input] ? to[l] : 0);
}

/* dx = dy * (1 + gain);  dgain = sum over a channel of dy * x;  dshift = sum of dy */
static void modulate_backward(const Step *s, Work *w)
{
    for (int i = 0; i < s->in[X].planes; i++) {
        const float *gain = lanes_of(w, &s->in[BY_GAIN], i);
        LaneSums sums = {{0}, {0}};
        Coefficients m = {{0}, {0}, {0}};

        norm_add_rows(w, &s->dout, &s->in[X], i, (Rows){0, s->in[X].h}, &sums);
        give_lanes(s, w, BY_GAIN, i, sums.second);
        give_lanes(s, w, BY_SHIFT, i, sums.first);
        for (int l = 0; l < LANES; l++)
            m.a[l] = 1 + gain[l];
        if (s->wants[X])
            norm_mix_plane(s, w, i, &m);
    }
}

const Layer layer_modulate = {
    .name = "modulate",
    .build = modulate_build,
    .forward = modulate_forward,
    .backward = modulate_backward,
    .fuses_relu = true,
    .no_output = true,
};
