/* Convolution and transposed convolution: the same three products (conv_plan.h) with the roles exchanged. */
#include "nn/conv_pairs.h"
#include "nn/conv_strip.h"

/* ---- shapes ---- */

static Conv conv_defaults(Conv c)
{
    c.kernel_x = c.kernel_x ? c.kernel_x : c.kernel;
    c.stride = c.stride ? c.stride : 1;
    c.stride_x = c.stride_x ? c.stride_x : c.stride;
    return c;
}

static bool conv_fits(Net *net, Op *op, const Conv *c)
{
    Shape s = op_in(net, op, 0);

    if (c->filters < 1 || c->kernel < 1 || c->kernel_x < 1 || c->stride < 1 || c->stride_x < 1 || c->pad < 0)
        net_misfit(net, op, "filters, kernel and stride must be at least 1, padding at least 0");
    else if (c->filters > 1 << 16 || c->kernel > 1 << 10 || c->kernel_x > 1 << 10 || c->stride > 1 << 10 ||
             c->stride_x > 1 << 10 || c->pad >= c->kernel || (c->pad && c->pad >= c->kernel_x))
        net_misfit(net, op, "%d filters of %dx%d, stride %d, padding %d are out of range", c->filters, c->kernel,
                   c->kernel_x, c->stride, c->pad);
    else if (s.h > 1 << 15 || s.w > 1 << 15)
        net_misfit(net, op, "its input of %dx%d is too large", s.h, s.w);
    return !net->misfit.code;
}

/* Keras' "same": ceil(size/stride) outputs, the odd zero at the end. */
static void same_pad(int size, int out, int kernel, int stride, int *before, int *after)
{
    int total = (out - 1) * stride + kernel - size;

    total = total > 0 ? total : 0;
    *before = total / 2;
    *after = total - *before;
}

static void geometry_pad(Geometry *g, const Conv *c)
{
    g->pad = (Halo){c->pad, c->pad, c->pad, c->pad};
    if (c->same) {
        same_pad(g->wide.h, g->narrow.h, g->kernel_y, g->stride_y, &g->pad.top, &g->pad.bottom);
        same_pad(g->wide.w, g->narrow.w, g->kernel_x, g->stride_x, &g->pad.left, &g->pad.right);
    }
}

static Geometry conv_geometry(const Net *net, const Op *op)
{
    Conv c = conv_defaults(op->spec.conv);
    Geometry g = {.wide = op_in(net, op, 0), .narrow = {c.filters, 0, 0}, .kernel_y = c.kernel,
                  .kernel_x = c.kernel_x, .stride_y = c.stride, .stride_x = c.stride_x};
    int room_y = g.wide.h + 2 * c.pad - c.kernel, room_x = g.wide.w + 2 * c.pad - c.kernel_x;

    g.narrow.h = c.same ? (g.wide.h + c.stride - 1) / c.stride : room_y < 0 ? 0 : room_y / c.stride + 1;
    g.narrow.w = c.same ? (g.wide.w + c.stride_x - 1) / c.stride_x : room_x < 0 ? 0 : room_x / c.stride_x + 1;
    geometry_pad(&g, &c);
    return g;
}

static Geometry transposed_geometry(const Net *net, const Op *op)
{
    Conv c = conv_defaults(op->spec.conv);
    Geometry g = {.wide = {c.filters, 0, 0}, .narrow = op_in(net, op, 0), .kernel_y = c.kernel,
                  .kernel_x = c.kernel_x, .stride_y = c.stride, .stride_x = c.stride_x};

    g.wide.h = c.same ? g.narrow.h * c.stride : (g.narrow.h - 1) * c.stride - 2 * c.pad + c.kernel;
    g.wide.w = c.same ? g.narrow.w * c.stride_x : (g.narrow.w - 1) * c.stride_x - 2 * c.pad + c.kernel_x;
    geometry_pad(&g, &c);
    return g;
}

/* The input channels come second in a convolution's weight and first in a transposed one's, so that both are stored
 * as (wide channel, u, v) rows of narrow channels. */
static void conv_add_params(Net *net, Op *op, const Geometry *g, int out)
{
    const Conv *c = &op->spec.conv;
    int taps = g->kernel_y * g->kernel_x, in = op_in(net, op, 0).c;

    if ((double)taps * in > NET_SIZE_LIMIT || (double)taps * out > NET_SIZE_LIMIT) {
        net_misfit(net, op, "a kernel of %dx%d over %d channels is too large", g->kernel_y, g->kernel_x, in);
        return;
    }

    net_add_param(net, op,
                  (ParamSpec){.name = "weight", .dims = 4, .shape = {g->narrow.c, g->wide.c, g->kernel_y, g->kernel_x},
                              .decay = true, .transposed = true, .init = c->init, .fan_in = in * taps,
                              .fan_out = out * taps});
    if (!c->no_bias)
        net_add_param(net, op,
                      (ParamSpec){.name = "bias", .dims = 1, .shape = {out},
                                  .init = {c->init.kind == INIT_TORCH ? INIT_TORCH : INIT_ZERO, 0},
                                  .fan_in = in * taps, .fan_out = out * taps});
    op->multiply_adds = shape_size(g->narrow) * g->wide.c * taps;
}

static void conv_build(Net *net, Op *op)
{
    Conv c = conv_defaults(op->spec.conv);

    if (!conv_fits(net, op, &c))
        return;
    Geometry g = conv_geometry(net, op);

    op->out = g.narrow;
    if (g.narrow.h < 1 || g.narrow.w < 1)
        net_misfit(net, op, "a kernel of %dx%d does not fit an input of %dx%d", c.kernel, c.kernel_x, g.wide.h,
                   g.wide.w);
    else
        conv_add_params(net, op, &g, g.narrow.c);
}

static void transposed_build(Net *net, Op *op)
{
    Conv c = conv_defaults(op->spec.conv);

    if (!conv_fits(net, op, &c))
        return;
    Geometry g = transposed_geometry(net, op);

    op->out = g.wide;
    if (g.wide.h < 1 || g.wide.w < 1)
        net_misfit(net, op, "a padding of %d leaves nothing", c.pad);
    else
        conv_add_params(net, op, &g, g.wide.c);
}

Node net_conv2d(Net *net, Node x, const char *name, Conv spec)
{
    return net_append(net, KIND_CONV2D, name, &x, 1, (Spec){.conv = spec});
}

Node net_conv2d_transposed(Net *net, Node x, const char *name, Conv spec)
{
    return net_append(net, KIND_CONV2D_TRANSPOSED, name, &x, 1, (Spec){.conv = spec});
}

/* ---- the products ---- */

static const Param *op_param(const Step *s, int index)
{
    return index < s->op->param_count ? &s->net->params[s->op->params[index]] : NULL;
}

static const float *op_weight(const Step *s, const Work *w)
{
    return w->params + op_param(s, 0)->offset;
}

static const float *op_bias(const Step *s, const Work *w)
{
    return op_param(s, 1) ? w->params + op_param(s, 1)->offset : NULL;
}

/* A tensor's rows that a product reads, x at the first of them. */
typedef struct Operand {
    const View *view;
    const float *x;
    Rows rows;
} Operand;

static void gather_pairs(const ConvPlan *p, const Step *s, Work *w, const Operand *wide, Gemm *g)
{
    const Geometry *geometry = &p->geometry;

    g->k = (geometry->wide.c + 1) / 2 * geometry->kernel_y * geometry->kernel_x;
    g->w = conv_pairs_gather_weights(p, w, op_weight(s, w), !wide->rows.first);
    g->x = conv_pairs_planes(p, w, wide->view, wide->x, wide->rows.count);
    w->k->gemm_pairs(g);
}

/* narrow = gather(wide) over the first g.n pixels; g.y is where the narrow tensor's first row lies, g carries bias, mask and
 * flags. */
static void gather(const ConvPlan *p, const Step *s, Work *w, Operand wide, const View *narrow, Gemm g)
{
    g.m = narrow->c;
    g.k = p->gather.taps;
    g.w = op_weight(s, w);
    g.w_row = 1;
    g.w_at = p->gather.w_at;
    g.x = wide.x;
    g.x_k = p->gather.wide_at;
    g.x_j = p->gather.x_at;
    g.y_row = narrow->plane;
    g.y_at = p->gather.y_at;
    if (p->pairs_at)
        gather_pairs(p, s, w, &wide, &g);
    else
        w->k->gemm(&g);
}

/* One image: pixels of an output row are the rows of the product, weights its vectors. */
static void gather_by_channel(const ConvPlan *p, const Step *s, Work *w)
{
    const View *wide = &s->in[0], *narrow = &s->out;
    Gemm g = {.m = narrow->w, .n = narrow->planes, .k = p->gather.taps, .relu = s->relu, .bias_lanes = true};

    g.w_row = (size_t)p->geometry.stride_x * LANES;
    g.w_at = p->gather.wide_at;
    g.x = op_weight(s, w);
    g.x_k = p->gather.w_at;
    g.x_j = p->vectors_at;
    g.y_row = LANES;
    g.y_at = p->planes_at;
    g.bias = op_bias(s, w);
    for (int y = 0; y < narrow->h; y++) {
        g.w = w->memory + wide->at + p->gather.x_at[y * narrow->w];
        g.y = w->memory + narrow->at + y * narrow->row;
        w->k->gemm(&g);
    }
}

static void scatter_band(const ConvPlan *p, const Work *w, const Band *b, Gemm *g)
{
    g->k = p->pairs_at ? b->pair_taps : b->taps;
    g->w_at = p->pairs_at ? b->pair_w_at : b->w_at;
    g->x_k = p->pairs_at ? b->pair_at : b->narrow_at;
    g->x_j = b->x_at;
    g->y_at = b->y_at;
    g->mask_at = b->mask_at;
    (p->pairs_at ? w->k->gemm_pairs : w->k->gemm)(g);
}

/* wide = scatter(narrow); g.y is where the wide tensor's first row lies; g.mask and g.mask_row, in the view of that name, as in
 * Gemm. */
static void scatter(const ConvPlan *p, const Step *s, Work *w, Operand narrow, const View *wide, Gemm g)
{
    g.m = wide->c;
    g.w = op_weight(s, w);
    g.w_row = p->group;
    g.x = narrow.x;
    g.y_row = wide->plane;
    if (p->pairs_at) {
        g.w = conv_pairs_scatter_weights(p, w, op_weight(s, w), !narrow.rows.first);
        g.w_row = p->group / 2;
        g.x = conv_pairs_planes(p, w, narrow.view, narrow.x, narrow.rows.count);
    }
    for (const Band *b = p->bands; b < p->bands + p->band_count; b++) {
        g.n = p->strips.cut ? narrow.rows.count * b->columns : b->pixels;
        scatter_band(p, w, b, &g);
    }
}

static size_t packed_size(const Geometry *g)
{
    size_t narrow = (g->narrow.c + LANES - 1) / LANES * LANES, wide = (g->wide.c + LANES - 1) / LANES * LANES;

    return (size_t)g->kernel_y * g->kernel_x * narrow * wide;
}

/* Weights with the wide channels innermost: row (u,v,f) of `pitch` numbers. */
static void pack_weights(const ConvPlan *p, const float *weights, float *packed, size_t pitch)
{
    for (size_t row = 0; row < p->group; row++)
        for (size_t c = 0; c < pitch; c++)
            packed[row * pitch + c] = c < (size_t)p->geometry.wide.c ? weights[c * p->group + row] : 0;
}

static void scatter_by_channel(const ConvPlan *p, const Step *s, Work *w)
{
    const View *narrow = &s->in[0], *wide = &s->out;
    Gemm g = {.n = wide->planes, .relu = s->relu, .bias_lanes = true, .bias = op_bias(s, w)};

    pack_weights(p, op_weight(s, w), w->scratch, (size_t)wide->planes * LANES);
    g.w_row = LANES;
    g.x = w->scratch;
    g.x_j = p->vectors_at;
    g.y_row = (size_t)p->geometry.stride_x * LANES;
    g.y_at = p->planes_at;
    for (const Band *b = p->bands; b < p->bands + p->band_count; b++) {
        g.m = b->columns;
        g.k = b->taps;
        g.w_at = b->narrow_at;
        g.x_k = b->packed_at;
        for (int j = 0; j < b->pixels; j += b->columns) {
            g.w = w->memory + narrow->at + b->x_at[j];
            g.y = w->memory + wide->at + b->y_at[j];
            w->k->gemm(&g);
        }
    }
}

/* Over the first n pixels of the narrow tensor; d and x are where the narrow and the wide tensor's first row lie. */
static void correlate(const ConvPlan *p, const Step *s, Work *w, int n, const View *narrow, const float *d, const float *x)
{
    w->k->dot(&(Dot){.m = narrow->c, .n = n, .k = p->gather.taps, .d = d, .d_row = narrow->plane, .d_at = p->d_at, .x = x,
                     .x_k = p->gather.wide_at, .x_j = p->gather.x_at, .g = w->grads + op_param(s, 0)->offset,
                     .g_row = p->pitch});
}

/* ---- the layers ---- */

static Halo conv_halo(const Net *net, const Op *op, int input)
{
    (void)input;
    return conv_geometry(net, op).pad;
}

static Halo conv_halo_back(const Net *net, const Op *op, bool wants_input)
{
    Geometry g = conv_geometry(net, op);

    return wants_input ? conv_scatter_halo(&g) : (Halo){0};
}

/* The first rows of a view, for tables. */
static View top_rows(View v, int rows)
{
    v.h = rows;
    return v;
}

static void *conv_plan(const Step *s, size_t *scratch, bool *failed)
{
    Geometry g = conv_geometry(s->net, s->op);
    Strips t = conv_strips(s, &g);
    View out = top_rows(s->out, t.rows), dout = top_rows(t.gradient, t.rows);
    ConvViews v = {.gather_wide = &t.input, .gather_narrow = &out, .out = &s->out, .pairs = s->pairs};
    ConvPlan *p;

    if (s->training)
        v.correlate_narrow = &dout;
    if (s->wants[0]) {
        v.scatter_wide = &s->din[0];
        v.scatter_narrow = &t.gradient;
        v.mask = &t.input;
    }
    p = conv_plan_new(&g, &t, &v, failed);
    *scratch = t.scratch;
    if (p && s->pairs)
        *scratch = conv_pairs_place(p, t.scratch, &t.input, v.scatter_narrow);
    return p;
}

/* What the output's rows read. */
static Rows input_rows(const ConvPlan *p, Rows rows)
{
    return p->strips.cut ? rows : (Rows){rows.first, p->strips.input.h};
}

static void conv_forward_rows(const Step *s, Work *w, Rows rows)
{
    const ConvPlan *p = s->plan;

    gather(p, s, w, (Operand){&p->strips.input, conv_load_input(s, w, p, rows), input_rows(p, rows)}, &s->out,
           (Gemm){.n = rows.count * s->out.w, .y = w->memory + s->out.at + rows.first * s->out.row, .bias = op_bias(s, w),
                  .relu = s->relu && !s->plus});
    if (s->plus)
        conv_add_rows(s, w, rows);
    if (s->collect && w->training)
        batch_norm_collect_rows(s->collect, w, rows);
}

static void conv_forward(const Step *s, Work *w)
{
    const ConvPlan *p = s->plan;

    if (s->out.by_channel)
        gather_by_channel(p, s, w);
    for (int y = 0; !s->out.by_channel && y < s->out.h; y += p->strips.rows)
        conv_forward_rows(s, w, (Rows){y, y + p->strips.rows < s->out.h ? p->strips.rows : s->out.h - y});
}

static void conv_backward_rows(const Step *s, Work *w, Rows rows)
{
    const ConvPlan *p = s->plan;
    const Strips *t = &p->strips;
    const float *x = conv_load_input(s, w, p, rows), *d = conv_load_gradient(s, w, p, rows);
    int pixels = rows.count * s->dout.w;

    if (!w->input_only)
        correlate(p, s, w, pixels, &t->gradient, d, x);
    if (op_param(s, 1) && !w->input_only)
        w->k->row_sums(s->dout.c, pixels, d, t->gradient.plane, p->d_at, w->grads + op_param(s, 1)->offset);
    if (s->wants[0])
        scatter(p, s, w, (Operand){&t->gradient, d, rows}, &s->din[0],
                (Gemm){.y = w->memory + s->din[0].at + rows.first * s->din[0].row, .add = s->add[0],
                       .mask = s->mask[0] ? x : NULL, .mask_row = t->input.plane});
    if (s->collect_back)
        batch_norm_collect_back_rows(s->collect_back, w, t->cut ? rows : (Rows){0, s->in[0].h});
}

static void conv_backward(const Step *s, Work *w)
{
    const ConvPlan *p = s->plan;

    for (int y = 0; y < s->out.h; y += p->strips.rows)
        conv_backward_rows(s, w, (Rows){y, y + p->strips.rows < s->out.h ? p->strips.rows : s->out.h - y});
}

const Layer layer_conv2d = {
    .name = "conv2d",
    .build = conv_build,
    .halo = conv_halo,
    .halo_back = conv_halo_back,
    .plan = conv_plan,
    .forward = conv_forward,
    .backward = conv_backward,
    .fuses_relu = true,
    .masks = true,
    .no_output = true,
};

static Halo transposed_halo(const Net *net, const Op *op, int input)
{
    Geometry g = transposed_geometry(net, op);

    (void)input;
    return conv_scatter_halo(&g);
}

static Halo transposed_halo_back(const Net *net, const Op *op, bool wants_input)
{
    (void)wants_input;
    return transposed_geometry(net, op).pad;
}

static void *transposed_plan(const Step *s, size_t *scratch, bool *failed)
{
    Geometry g = transposed_geometry(s->net, s->op);
    ConvViews v = {.scatter_wide = &s->out, .scatter_narrow = &s->in[0], .out = &s->out, .pairs = s->pairs};
    ConvPlan *p;

    if (s->out.by_channel)
        *scratch = packed_size(&g);
    if (s->training) {
        v.gather_wide = v.sum_wide = &s->dout;
        v.correlate_narrow = &s->in[0];
    }
    if (s->wants[0])
        v.gather_narrow = &s->din[0];
    p = conv_plan_new(&g, NULL, &v, failed);
    if (p && s->pairs)
        *scratch = conv_pairs_place(p, 0, s->wants[0] ? &s->dout : NULL, &s->in[0]);
    return p;
}

static void transposed_forward(const Step *s, Work *w)
{
    if (s->out.by_channel)
        scatter_by_channel(s->plan, s, w);
    else
        scatter(s->plan, s, w, (Operand){&s->in[0], w->memory + s->in[0].at, {0, s->in[0].h}}, &s->out,
                (Gemm){.y = w->memory + s->out.at, .bias = op_bias(s, w), .relu = s->relu});
}

static void transposed_backward(const Step *s, Work *w)
{
    const ConvPlan *p = s->plan;

    const float *x = w->memory + s->in[0].at, *d = w->memory + s->dout.at;

    if (!w->input_only)
        correlate(p, s, w, s->in[0].h * s->in[0].w, &s->in[0], x, d);
    if (op_param(s, 1) && !w->input_only)
        w->k->row_sums(s->dout.c, s->dout.h * s->dout.w, d, s->dout.plane, p->sum_at,
                       w->grads + op_param(s, 1)->offset);
    if (s->wants[0])
        gather(p, s, w, (Operand){&s->dout, d, {0, s->dout.h}}, &s->din[0],
               (Gemm){.n = p->gather.pixels, .y = w->memory + s->din[0].at, .add = s->add[0], .mask = s->mask[0] ? x : NULL,
                      .mask_row = s->in[0].plane, .mask_at = p->d_at});
}

const Layer layer_conv2d_transposed = {
    .name = "conv2d_transposed",
    .build = transposed_build,
    .halo = transposed_halo,
    .halo_back = transposed_halo_back,
    .plan = transposed_plan,
    .forward = transposed_forward,
    .backward = transposed_backward,
    .fuses_relu = true,
    .masks = true,
    .no_output = true,
};
