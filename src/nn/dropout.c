/* Dropout (Srivastava et al. 2014): zeroes a share of the numbers when training and scales the rest
 * up.
 *
 * Which numbers depends on the seed, the step, the layer and the slice alone, so neither on threads
 * nor on what ran before; backward draws them again instead of keeping them. A draw of 64 bits
 * decides on four numbers, so the share is a multiple of 1/65536. */
#include "nn/runs.h"

enum { STEPS_OF_SHARE = 65536, BLOCK = 1024 };

Node net_dropout(Net *net, Node x, float share)
{
    return net_append(net, KIND_DROPOUT, NULL, &x, 1, (Spec){.share = share});
}

static void dropout_build(Net *net, Op *op)
{
    if (!(op->spec.share >= 0 && op->spec.share < 1))
        net_misfit(net, op, "a share of %g cannot be dropped, only 0 up to 1", op->spec.share);
    op->out = op_in(net, op, 0);
}

static Rng dropout_stream(const Step *s, const Work *w)
{
    uint64_t op = (uint64_t)(s->op - s->net->ops);

    return rng_stream(w->seed, RNG_DROPOUT,
                      (w->step * NET_OP_LIMIT + op) << 24 ^ (uint64_t)w->slice);
}

static uint32_t dropout_threshold(const Step *s)
{
    uint32_t t = (uint32_t)(s->op->spec.share * STEPS_OF_SHARE + 0.5f);

    return t < STEPS_OF_SHARE ? t : STEPS_OF_SHARE - 1;
}

/* n numbers of 16 bits, n a multiple of 4. Drawn a block at a time, apart from their use: that can
 * then go in vectors, and does not wait for what was stored a moment before. */
static void draw(Rng *r, size_t n, uint16_t *drawn)
{
    for (size_t i = 0; i < n; i += 4) {
        uint64_t bits = rng_u64(r);

        for (int k = 0; k < 4; k++)
            drawn[i + k] = (uint16_t)(bits >> (16 * k));
    }
}

/* to = from with some dropped; n is a multiple of 16. */
static void drop(size_t n, const float *from, Rng *r, uint32_t threshold, bool add, float *to)
{
    float scale = (float)STEPS_OF_SHARE / (float)(STEPS_OF_SHARE - threshold), kept[BLOCK];
    uint16_t drawn[BLOCK];

    for (size_t i = 0; i < n; i += BLOCK) {
        size_t count = n - i < BLOCK ? n - i : BLOCK;

        draw(r, count, drawn);
        for (size_t k = 0; k < count; k++) /* a product: a choice would become a branch */
            kept[k] = from[i + k] * (scale * (float)(drawn[k] >= threshold));
        for (size_t k = 0; add && k < count; k++)
            kept[k] += to[i + k];
        run_copy(count, kept, to + i);
    }
}

static void dropout_forward(const Step *s, Work *w)
{
    Runs r = runs_of(&s->in[0], &s->out, NULL);
    Rng rng = dropout_stream(s, w);

    for (size_t i = 0; i < r.count; i++) {
        const float *x = w->memory + view_row_at(&s->in[0], i);
        float *y = w->memory + view_row_at(&s->out, i);

        if (w->training)
            drop(r.length, x, &rng, dropout_threshold(s), false, y);
        else
            run_copy(r.length, x, y);
    }
}

static void dropout_backward(const Step *s, Work *w)
{
    Runs r = runs_of(&s->dout, &s->din[0], NULL);
    Rng rng = dropout_stream(s, w);

    if (!s->wants[0])
        return;
    for (size_t i = 0; i < r.count; i++)
        drop(r.length, w->memory + view_row_at(&s->dout, i), &rng, dropout_threshold(s), s->add[0],
             w->memory + view_row_at(&s->din[0], i));
}

const Layer layer_dropout = {
    .name = "dropout",
    .build = dropout_build,
    .forward = dropout_forward,
    .backward = dropout_backward,
    .no_input = true,
    .no_output = true,
};
