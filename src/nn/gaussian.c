/* Normal numbers with a mean and a variance that are learnt: a variational autoencoder's latent,
 * drawn so that gradients pass (Kingma and Welling 2014, section 2.4).
 *
 * What is drawn depends on the seed, the step, the layer and the slice alone, as in dropout. */
#include <math.h>

#include "nn/runs.h"

Node net_gaussian(Net *net, Node x)
{
    return net_append(net, KIND_GAUSSIAN, NULL, &x, 1, (Spec){0});
}

static void gaussian_build(Net *net, Op *op)
{
    Shape x = op_in(net, op, 0);

    if (x.c % 2 || x.h != 1 || x.w != 1)
        net_misfit(net, op, "(%d,%d,%d) are not as many means as variances", x.c, x.h, x.w);
    op->out = (Shape){x.c / 2 > 0 ? x.c / 2 : 1, 1, 1};
}

static Rng gaussian_stream(const Step *s, const Work *w)
{
    uint64_t op = (uint64_t)(s->op - s->net->ops);

    return rng_stream(w->seed, RNG_GAUSSIAN,
                      (w->step * NET_OP_LIMIT + op) << 24 ^ (uint64_t)w->slice);
}

static void gaussian_forward(const Step *s, Work *w)
{
    const View *x = &s->in[0], *y = &s->out;
    Rng r = gaussian_stream(s, w);

    for (int c = 0; c < y->c; c++) {
        const float *mean = w->memory + view_offset(x, c, 0, 0);
        const float *log_var = w->memory + view_offset(x, c + y->c, 0, 0);
        float *to = w->memory + view_offset(y, c, 0, 0);

        for (int l = 0; l < (y->by_channel ? 1 : LANES); l++)
            to[l] = w->training ? mean[l] + expf(log_var[l] / 2) * rng_normal(&r) : mean[l];
    }
}

/* dmean = dy;  dlog_var = dy * (y - mean) / 2 */
static void gaussian_backward(const Step *s, Work *w)
{
    const View *x = &s->in[0], *y = &s->out, *dx = &s->din[0];

    for (int c = 0; s->wants[0] && c < y->c; c++) {
        const float *mean = w->memory + view_offset(x, c, 0, 0);
        const float *drawn = w->memory + view_offset(y, c, 0, 0);
        const float *dy = w->memory + view_offset(&s->dout, c, 0, 0);
        float *dmean = w->memory + view_offset(dx, c, 0, 0);
        float *dlog_var = w->memory + view_offset(dx, c + y->c, 0, 0);

        for (int l = 0; l < LANES; l++) {
            dmean[l] = dy[l] + (s->add[0] ? dmean[l] : 0);
            dlog_var[l] = dy[l] * (drawn[l] - mean[l]) / 2 + (s->add[0] ? dlog_var[l] : 0);
        }
    }
}

const Layer layer_gaussian = {
    .name = "gaussian",
    .build = gaussian_build,
    .forward = gaussian_forward,
    .backward = gaussian_backward,
};
