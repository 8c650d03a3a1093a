#include "model/channels_last.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/frozen.h"

typedef struct Ordering {
    ChannelsLast *l;
    int **wants; /* the order in which a later op needs the result of each; owned by nobody */
    const Net *net;
    const char *format;
    Err *e;
} Ordering;

static Shape shape_at(const Net *net, int id)
{
    return net_op(net, id).out;
}

/* Whether channels last is another order than channels first. */
static bool moves(Shape s)
{
    return s.c > 1 && !shape_is_vector(s);
}

static int *order_new(Shape s)
{
    int *order = malloc(shape_numbers(s) * sizeof *order);
    int pixels = s.h * s.w;

    for (int i = 0; order && i < s.c * pixels; i++)
        order[i] = i % s.c * pixels + i / s.c;
    return order;
}

static bool same_order(const int *a, const int *b, Shape s)
{
    for (size_t i = 0; i < shape_numbers(s); i++)
        if ((a ? a[i] : (int)i) != (b ? b[i] : (int)i))
            return false;
    return true;
}

static int refuse_order(const Ordering *o, int id)
{
    return err_set(o->e, ERR_UNSUPPORTED,
                   "%s cannot hold the layer '%s' (%s): its numbers would have to change places",
                   o->format, net_op(o->net, id).name, kind_name(net_op(o->net, id).kind));
}

/* ---- backward: what is wanted ---- */

/* Hands the wish for the result of `id` on to what the op reads, if that is where the order is
 * decided. */
static int pass_wish(Ordering *o, int id)
{
    OpInfo op = net_op(o->net, id);
    int from = op.input_count ? op.inputs[0] : -1;
    int *wish = o->wants[id];

    if (op.kind == KIND_RESHAPE && moves(op.out) && shape_is_vector(shape_at(o->net, from)))
        wish = o->l->of[id];
    else if (!shape_is_vector(op.out))
        return 0;
    if (!wish || op.kind == KIND_DENSE || op.kind == KIND_EMBEDDING)
        return 0;
    if (op.kind != KIND_ACT && op.kind != KIND_DROPOUT && op.kind != KIND_BATCH_NORM &&
        op.kind != KIND_RESHAPE)
        return refuse_order(o, id);
    if (o->wants[from] && !same_order(o->wants[from], wish, shape_at(o->net, from)))
        return refuse_order(o, id);
    o->wants[from] = wish;
    return 0;
}

/* ---- forward: what is ---- */

static int *copy_order(const int *order, size_t count)
{
    int *copy = order ? malloc(count * sizeof *copy) : NULL;

    return copy ? memcpy(copy, order, count * sizeof *copy) : NULL;
}

static int *joined_order(const Ordering *o, const OpInfo *op)
{
    int *order = malloc(shape_numbers(op->out) * sizeof *order), at = 0;

    for (int i = 0; order && i < op->input_count; i++) {
        const int *part = o->l->of[op->inputs[i]];
        int n = shape_at(o->net, op->inputs[i]).c;
        for (int k = 0; k < n; k++)
            order[at + k] = at + (part ? part[k] : k);
        at += n;
    }
    return order;
}

static bool any_order(const Ordering *o, const OpInfo *op)
{
    for (int i = 0; i < op->input_count; i++)
        if (o->l->of[op->inputs[i]])
            return true;
    return false;
}

/* The order of a vector, from those of what the op reads. */
static int order_vector(Ordering *o, int id)
{
    OpInfo op = net_op(o->net, id);
    const int *from = op.input_count ? o->l->of[op.inputs[0]] : NULL;
    const int *order = NULL;
    int *made = NULL;

    switch (op.kind) {
    case KIND_DENSE:
    case KIND_EMBEDDING:
        order = o->wants[id];
        break;
    case KIND_ACT:
    case KIND_DROPOUT:
    case KIND_BATCH_NORM:
    case KIND_RESHAPE:
    case KIND_SOFTMAX:
        order = from;
        break;
    case KIND_ADD:
        order = from;
        if (!same_order(from, o->l->of[op.inputs[1]], op.out))
            return refuse_order(o, id);
        break;
    case KIND_CONCAT:
        if (any_order(o, &op))
            order = made = joined_order(o, &op);
        break;
    default: /* pictures pooled to a point, convolutions: their channels stay */
        for (int i = 0; i < op.input_count; i++)
            if (shape_is_vector(shape_at(o->net, op.inputs[i])) && o->l->of[op.inputs[i]])
                return refuse_order(o, id);
        break;
    }
    if (!same_order(order, o->wants[id], op.out) && o->wants[id]) {
        free(made);
        return refuse_order(o, id);
    }
    o->l->of[id] = made ? made : copy_order(order, shape_numbers(op.out));
    return order && !o->l->of[id] ? err_set(o->e, ERR_MEMORY, "no memory for an order") : 0;
}

/* A picture's order is known; whether its vector comes in it is to be seen. */
static int check_picture(Ordering *o, int id)
{
    OpInfo op = net_op(o->net, id);

    for (int i = 0; i < op.input_count; i++) {
        Shape in = shape_at(o->net, op.inputs[i]);
        const int *from = o->l->of[op.inputs[i]];
        bool turned = op.kind == KIND_RESHAPE && !same_order(from, o->l->of[id], in);
        if (turned || (op.kind != KIND_RESHAPE && shape_is_vector(in) && from))
            return refuse_order(o, id);
    }
    return 0;
}

static int order_all(Ordering *o)
{
    int n = net_op_count(o->net), code = 0;

    for (int i = 0; i < n; i++)
        if (moves(shape_at(o->net, i)) && !(o->l->of[i] = order_new(shape_at(o->net, i))))
            return err_set(o->e, ERR_MEMORY, "no memory for an order");
    for (int i = n - 1; i >= 0 && !code; i--)
        code = pass_wish(o, i);
    for (int i = 0; i < n && !code; i++)
        code = shape_is_vector(shape_at(o->net, i)) ? order_vector(o, i) : check_picture(o, i);
    for (int i = 0; i < net_output_count(o->net) && !code; i++) {
        int id = net_output_node(o->net, i).id;
        if (shape_is_vector(shape_at(o->net, id)) &&
            !same_order(o->l->of[id], NULL, shape_at(o->net, id)))
            code = refuse_order(o, id);
    }
    return code;
}

ChannelsLast *channels_last_new(const Net *net, const char *format, Err *e)
{
    size_t n = (size_t)net_op_count(net);
    ChannelsLast *l = calloc(1, sizeof *l);
    int **of = calloc(n, sizeof *of), **wants = calloc(n, sizeof *wants);
    Ordering o = {l, wants, net, format, e};
    int code = 0;

    if (l && of && wants) {
        *l = (ChannelsLast){of, (int)n};
        code = order_all(&o);
    } else {
        code = err_set(e, ERR_MEMORY, "no memory for a net of %zu layers", n);
        free(of);
    }
    free(wants);
    if (!code)
        return l;
    channels_last_free(l);
    return NULL;
}

void channels_last_free(ChannelsLast *l)
{
    if (!l)
        return;
    for (int i = 0; i < l->count; i++)
        free(l->of[i]);
    free(l->of);
    free(l);
}

/* ---- weights ---- */

WeightOrder weight_order(const ChannelsLast *l, const Net *net, int id)
{
    OpInfo op = net_op(net, id);
    Shape in = shape_at(net, op.inputs[0]);
    WeightOrder w = {.kind = op.kind, .kernel = {1, 1}, .inputs = in.c, .outputs = op.out.c};
    FrozenOp window;

    if (shape_is_vector(op.out))
        w.out = l->of[id];
    if (op.kind == KIND_DENSE) {
        w.inputs = (int)shape_numbers(in);
        w.in = l->of[op.inputs[0]];
    } else if (op.kind == KIND_EMBEDDING) {
        w.inputs = ((const Embedding *)net_spec(net, id))->classes;
    } else if (op.kind == KIND_CONV2D || op.kind == KIND_CONV2D_TRANSPOSED) {
        frozen_window(net, id, &window);
        memcpy(w.kernel, window.kernel, sizeof w.kernel);
        w.out = NULL;
    }
    return w;
}

static size_t place(const int *order, size_t i)
{
    return order ? (size_t)order[i] : i;
}

size_t weight_place(const WeightOrder *w, size_t i)
{
    size_t inputs = (size_t)w->inputs, outputs = (size_t)w->outputs;
    size_t taps = (size_t)w->kernel[0] * (size_t)w->kernel[1];

    switch (w->kind) {
    case KIND_CONV2D: /* tap, in, out -> out, in, tap */
        return (i % outputs * inputs + i / outputs % inputs) * taps + i / outputs / inputs;
    case KIND_CONV2D_TRANSPOSED: /* tap, out, in -> in, out, tap */
        return (i % inputs * outputs + i / inputs % outputs) * taps + i / outputs / inputs;
    case KIND_DENSE: /* in, out -> out, in */
        return place(w->out, i % outputs) * inputs + place(w->in, i / outputs);
    case KIND_EMBEDDING: /* class, out */
        return i / outputs * outputs + place(w->out, i % outputs);
    default:
        return bias_place(w, i);
    }
}

size_t bias_place(const WeightOrder *w, size_t i)
{
    return place(w->out, i);
}
