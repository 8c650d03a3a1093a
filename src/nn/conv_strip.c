#include "nn/conv_strip.h"

#include <string.h>

#include "nn/runs.h"

enum {
    STRIP_FLOATS = 400 * 1024
}; /* smaller strips make the products too short, larger ones leave the caches */

/* Rows of zeros and of neighbours that the taps of one row reach. */
static Halo around(const Geometry *g)
{
    return (Halo){g->pad.top, g->pad.left, g->kernel_y - 1 - g->pad.top,
                  g->kernel_x - 1 - g->pad.left};
}

/* A view in scratch of `rows` rows of a tensor with all that is around them. */
static View strip_view(size_t at, Shape s, int rows, Halo halo)
{
    return view_new(at, s.c, rows, s.w, halo, false);
}

static bool can_cut(const Geometry *g)
{
    return g->stride_y == 1 && g->stride_x == 1 && g->wide.h == g->narrow.h &&
           g->wide.w == g->narrow.w;
}

/* As many rows as fit, in strips of about one size. */
static int strip_rows(const Geometry *g, bool packs_gradient)
{
    size_t row = ((size_t)g->wide.c + (packs_gradient ? g->narrow.c : 0)) * g->narrow.w * LANES;
    int most = row < STRIP_FLOATS ? (int)(STRIP_FLOATS / row) : 1;
    int strips = can_cut(g) ? (g->narrow.h + most - 1) / most : 1;

    return (g->narrow.h + strips - 1) / strips;
}

Strips conv_strips(const Step *s, const Geometry *g)
{
    Strips t = {.rows = g->narrow.h, .input = s->in[0], .gradient = s->dout};
    Halo reach = conv_scatter_halo(g);
    bool neighbours = g->kernel_y > 1 || reach.left || reach.right;

    if (!s->norm && !s->mix)
        return t;
    t.packs_input = s->norm;
    t.packs_gradient = s->training && (s->mix || (neighbours && s->wants[0]));
    t.cut = can_cut(g);
    t.rows = strip_rows(g, t.packs_gradient);
    if (t.packs_input)
        t.input = strip_view(0, g->wide, t.cut ? t.rows : g->wide.h, t.cut ? around(g) : g->pad);
    if (t.packs_gradient) {
        Halo h = around(g);

        t.gradient = strip_view(t.packs_input ? view_size(&t.input) : 0, g->narrow, t.rows,
                                t.cut ? (Halo){h.bottom, h.right, h.top, h.left} : reach);
    }
    t.scales_at = (t.packs_input ? view_size(&t.input) : 0) +
                  (t.packs_gradient ? view_size(&t.gradient) : 0) + 2 * LANES;
    t.scratch = t.scales_at + 2 * (size_t)g->wide.c;
    return t;
}

/* How a row gets from memory into a strip. */
typedef struct Load {
    const Work *w;
    const Step *norm;    /* scaled by it, or, if `scales` is NULL, mixed by it; or NULL: copied */
    const float *scales; /* (planes, 2): scale and shift */
    const View *from, *with; /* with: what the norm read, to mix */
    const View *to;
} Load;

static void load_run(const Load *l, const Coefficients *m, size_t n, size_t row, float *to)
{
    const float *from = l->w->memory + view_row_at(l->from, row);

    if (!l->norm)
        memcpy(to, from, n * sizeof *to);
    else if (!l->scales)
        l->w->k->affine2(n, from, l->w->memory + view_row_at(l->with, row), m->a, m->b, m->c, false,
                         to);
    else
        l->w->k->affine(n, from, m->a, m->b, l->norm->relu, false, to);
}

static void load_coefficients(const Load *l, int plane, Coefficients *m)
{
    for (int i = 0; l->scales && i < LANES; i++) {
        m->a[i] = l->scales[2 * plane];
        m->b[i] = l->scales[2 * plane + 1];
    }
    if (l->norm && !l->scales)
        batch_norm_mix(l->norm, l->w, plane, m);
}

/* One plane: rows `first` .. of the tensor, those outside it zero, and zeros left and right. */
static void load_plane(const Load *l, int plane, int first, int count)
{
    const View *to = l->to;
    const size_t run = (size_t)to->w * LANES;
    float *strip = l->w->scratch + to->at - to->halo.top * to->row + plane * to->plane;
    Coefficients m;
    int low = first < 0 ? -first : 0,
        high = l->from->h - first < count ? l->from->h - first : count;

    load_coefficients(l, plane, &m);
    if (to->row == run && l->from->row == run &&
        (!l->with || l->with->row == run)) { /* no gaps: all rows at once */
        memset(strip, 0, low * run * sizeof *strip);
        if (high > low)
            load_run(l, &m, (high - low) * run, (size_t)plane * l->from->h + first + low,
                     strip + low * run);
        memset(strip + high * run, 0, (count - high) * run * sizeof *strip);
        return;
    }
    for (int i = 0; i < count; i++) {
        float *row = strip + i * to->row - to->halo.left * LANES;

        if (i < low || i >= high) {
            memset(row, 0, to->row * sizeof *row);
            continue;
        }
        memset(row, 0, to->halo.left * LANES * sizeof *row);
        load_run(l, &m, run, (size_t)plane * l->from->h + first + i, row + to->halo.left * LANES);
        memset(row + to->halo.left * LANES + run, 0, to->halo.right * LANES * sizeof *row);
    }
}

static const float *load(const Load *l, int first, int count)
{
    for (int i = 0; i < l->to->planes; i++)
        load_plane(l, i, first - l->to->halo.top, count + l->to->halo.top + l->to->halo.bottom);
    return l->w->scratch + l->to->at;
}

const float *conv_load_input(const Step *s, const Work *w, const ConvPlan *p, Rows rows)
{
    const Strips *t = &p->strips;
    float *scales = w->scratch + t->scales_at;
    Load l = {.w = w, .norm = s->norm, .scales = scales, .from = &s->in[0], .to = &t->input};

    if (!t->packs_input)
        return w->memory + s->in[0].at + rows.first * p->geometry.stride_y * s->in[0].row;
    for (int c = 0; !rows.first && c < s->in[0].c; c++) /* once for all strips */
        batch_norm_scale(s->norm, w, c, &scales[2 * c], &scales[2 * c + 1]);
    return load(&l, t->cut ? rows.first : 0, t->cut ? rows.count : t->input.h);
}

const float *conv_load_gradient(const Step *s, const Work *w, const ConvPlan *p, Rows rows)
{
    const Strips *t = &p->strips;
    Load l = {.w = w,
              .norm = s->mix,
              .from = &s->dout,
              .with = s->mix ? &s->out : NULL,
              .to = &t->gradient};

    if (!t->packs_gradient)
        return w->memory + s->dout.at + rows.first * s->dout.row;
    return load(&l, rows.first, rows.count);
}

void conv_add_rows(const Step *s, const Work *w, Rows rows)
{
    const View *y = &s->out, *x = &s->plus->out;
    const size_t row = (size_t)y->w * LANES;
    bool one = y->row == row && x->row == row;

    for (int plane = 0; plane < y->planes; plane++)
        for (int i = 0; i < (one ? 1 : rows.count); i++) {
            size_t at = (size_t)plane * y->h + rows.first + i;
            float *to = w->memory + view_row_at(y, at);

            w->k->add(one ? rows.count * row : row, to, w->memory + view_row_at(x, at), s->relu,
                      to);
        }
}
