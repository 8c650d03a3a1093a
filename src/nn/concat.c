/* Tensors one after another along the channels. */
#include "nn/runs.h"

Node net_concat(Net *net, const Node *parts, int count)
{
    int room = count < 0 ? 0 : count > NET_INPUTS ? NET_INPUTS : count;
    Node x = net_append(net, KIND_CONCAT, NULL, parts, room, (Spec){0});

    if (count != room && x.id >= 0) {
        net_misfit(net, &net->ops[x.id], "%d parts are too many, %d at most", count, NET_INPUTS);
        return (Node){-1};
    }
    return x;
}

static void concat_build(Net *net, Op *op)
{
    if (op->input_count < 1) {
        net_misfit(net, op, "nothing to put together");
        return;
    }
    Shape out = op_in(net, op, 0);

    for (int i = 1; i < op->input_count; i++) {
        Shape s = op_in(net, op, i);

        if (s.h != out.h || s.w != out.w) {
            net_misfit(net, op, "%dx%d and %dx%d cannot stand side by side", out.h, out.w, s.h,
                       s.w);
            return;
        }
        if (s.c > (1 << 26) - out.c) {
            net_misfit(net, op, "%d and %d channels are too many", out.c, s.c);
            return;
        }
        out.c += s.c;
    }
    op->out = out;
}

/* Channels first .. of y are x, number by number: by channel they change lanes. */
static void place_channels(const View *x, const View *y, int first, float *memory)
{
    for (int c = 0; c < x->c; c++)
        for (int i = 0; i < x->h; i++)
            for (int j = 0; j < x->w; j++)
                memory[view_offset(y, first + c, i, j)] = memory[view_offset(x, c, i, j)];
}

/* The planes of `wide` from channel `first` on, as a view of the shape of `part`. By image, or from
 * a multiple of 16 channels. */
static View planes_from(const View *wide, int first, const View *part)
{
    View v = *wide;

    v.at += (size_t)(wide->by_channel ? first / LANES : first) * wide->plane;
    v.c = part->c;
    v.planes = part->planes;
    return v;
}

static void concat_forward(const Step *s, Work *w)
{
    int first = 0;

    for (int k = 0; k < s->op->input_count; k++) {
        const View *x = &s->in[k];

        if (s->out.by_channel && first % LANES) {
            place_channels(x, &s->out, first, w->memory);
        } else {
            View y = planes_from(&s->out, first, x);
            Runs r = runs_of(x, &y, NULL);

            for (size_t i = 0; i < r.count; i++)
                run_copy(r.length, w->memory + view_row_at(x, i), w->memory + view_row_at(&y, i));
        }
        first += x->c;
    }
}

static void concat_backward(const Step *s, Work *w)
{
    int first = 0;

    for (int k = 0; k < s->op->input_count; k++) {
        View dy = planes_from(&s->dout, first, &s->in[k]);
        Runs r = s->wants[k] ? runs_of(&dy, &s->din[k], NULL) : (Runs){0};

        for (size_t i = 0; i < r.count; i++)
            run_give(w, r.length, w->memory + view_row_at(&dy, i), s->add[k],
                     w->memory + view_row_at(&s->din[k], i));
        first += s->in[k].c;
    }
}

const Layer layer_concat = {
    .name = "concat",
    .build = concat_build,
    .forward = concat_forward,
    .backward = concat_backward,
    .no_input = true,
    .no_output = true,
};
