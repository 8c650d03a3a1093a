/* Pooling by a sliding window, or over the whole picture. */
#include "nn/runs.h"

Node net_pool(Net *net, Node x, Pool spec)
{
    return net_append(net, KIND_POOL, NULL, &x, 1, (Spec){.pool = spec});
}

Node net_maxpool2d(Net *net, Node x, int kernel)
{
    return net_pool(net, x, (Pool){.kind = POOL_MAX, .kernel = kernel});
}

Node net_global_pool(Net *net, Node x, PoolKind kind)
{
    return net_append(net, KIND_GLOBAL_POOL, NULL, &x, 1, (Spec){.global = kind});
}

static Pool pool_defaults(Pool p)
{
    p.kernel_x = p.kernel_x ? p.kernel_x : p.kernel;
    p.stride_x = p.stride_x ? p.stride_x : p.stride ? p.stride : p.kernel_x;
    p.stride = p.stride ? p.stride : p.kernel;
    return p;
}

/* Keras' "same": ceil(size/stride) windows, the odd position at the end. */
static int same_before(int size, int kernel, int stride)
{
    int total = ((size + stride - 1) / stride - 1) * stride + kernel - size;

    return total > 0 ? total / 2 : 0;
}

static Window pool_window(Pool spec, int h, int w)
{
    Pool p = pool_defaults(spec);

    return (Window){
        .kernel_y = p.kernel,
        .kernel_x = p.kernel_x,
        .stride_y = p.stride,
        .stride_x = p.stride_x,
        .top = p.same ? same_before(h, p.kernel, p.stride) : p.pad,
        .left = p.same ? same_before(w, p.kernel_x, p.stride_x) : p.pad,
    };
}

static int pool_count(bool same, int size, int kernel, int stride, int pad)
{
    int room = size + 2 * pad - kernel;

    if (same)
        return (size - 1) / stride + 1;
    return room < 0 ? 0 : room / stride + 1;
}

static void pool_build(Net *net, Op *op)
{
    Pool p = pool_defaults(op->spec.pool);
    Shape s = op_in(net, op, 0);
    const int most = 1 << 15;

    if (p.kind < 0 || p.kind >= POOL_KINDS)
        net_misfit(net, op, "there is no pooling %d", (int)p.kind);
    else if (p.kernel < 1 || p.kernel_x < 1 || p.stride < 1 || p.stride_x < 1 || p.kernel > most ||
             p.kernel_x > most || p.stride > most || p.stride_x > most)
        net_misfit(net, op, "a window of %dx%d that steps by %dx%d is out of range", p.kernel,
                   p.kernel_x, p.stride, p.stride_x);
    else if (p.pad < 0 || (p.pad && (p.pad >= p.kernel || p.pad >= p.kernel_x)))
        net_misfit(net, op, "a padding of %d does not suit a window of %dx%d", p.pad, p.kernel,
                   p.kernel_x);
    else if (s.h > 1 << 26 || s.w > 1 << 26)
        net_misfit(net, op, "its input of %dx%d is too large", s.h, s.w);
    else {
        op->out = (Shape){s.c, pool_count(p.same, s.h, p.kernel, p.stride, p.pad),
                          pool_count(p.same, s.w, p.kernel_x, p.stride_x, p.pad)};
        if (op->out.h < 1 || op->out.w < 1)
            net_misfit(net, op, "a window of %dx%d does not fit %dx%d", p.kernel, p.kernel_x, s.h,
                       s.w);
    }
}

static void global_pool_build(Net *net, Op *op)
{
    if ((int)op->spec.global < 0 || op->spec.global >= POOL_KINDS)
        net_misfit(net, op, "there is no pooling %d", (int)op->spec.global);
    op->out = (Shape){op_in(net, op, 0).c, 1, 1};
}

static Window step_window(const Step *s)
{
    int h = s->in[0].h, w = s->in[0].w;

    if (s->op->kind == KIND_GLOBAL_POOL)
        return (Window){.kernel_y = h, .kernel_x = w, .stride_y = h, .stride_x = w};
    return pool_window(s->op->spec.pool, h, w);
}

static bool takes_largest(const Step *s)
{
    return (s->op->kind == KIND_GLOBAL_POOL ? s->op->spec.global : s->op->spec.pool.kind) ==
           POOL_MAX;
}

static void pool_forward(const Step *s, Work *w)
{
    Window window = step_window(s);

    (takes_largest(s) ? w->k->max_pool : w->k->avg_pool)(&window, &s->in[0], w->memory, &s->out,
                                                         w->memory);
}

static void mask_input(const Step *s, Work *w)
{
    Runs r = runs_of(&s->in[0], &s->din[0], NULL);

    for (size_t i = 0; i < r.count; i++)
        w->k->mask(r.length, w->memory + view_row_at(&s->in[0], i),
                   w->memory + view_row_at(&s->din[0], i));
}

static void pool_backward(const Step *s, Work *w)
{
    Window window = step_window(s);
    float *m = w->memory;

    if (!s->wants[0])
        return;
    if (takes_largest(s)) {
        w->k->max_pool_back(&window, &s->in[0], m, &s->out, m, &s->dout, m, &s->din[0], m,
                            s->add[0], s->mask[0]);
        return;
    }
    w->k->avg_pool_back(&window, &s->dout, m, &s->din[0], m, s->add[0]);
    if (s->mask[0])
        mask_input(s, w);
}

const Layer layer_pool = {
    .name = "pool",
    .build = pool_build,
    .forward = pool_forward,
    .backward = pool_backward,
    .masks = true,
};

const Layer layer_global_pool = {
    .name = "global_pool",
    .build = global_pool_build,
    .forward = pool_forward,
    .backward = pool_backward,
    .masks = true,
};
