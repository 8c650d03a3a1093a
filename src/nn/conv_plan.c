#include "nn/conv_plan.h"

#include <stdlib.h>
#include <string.h>

/* Tables are carved from one block; the first pass, with no block, only counts. */
typedef struct Carver {
    char *block;
    size_t at;
} Carver;

static void *carve(Carver *c, size_t count, size_t size)
{
    void *p = c->block ? c->block + c->at : NULL;

    c->at += (count * size + 15) / 16 * 16;
    return p;
}

static int lane_offset(const View *v, int c)
{
    return (int)(view_offset(v, c, 0, 0) - v->at);
}

static void gather_tables(Carver *c, const Geometry *g, int pitch, const View *wide, Gather *t)
{
    int k = 0, j = 0;

    t->taps = g->wide.c * g->kernel_y * g->kernel_x;
    t->pixels = g->narrow.h * g->narrow.w;
    t->w_at = carve(c, t->taps, sizeof(int));
    t->wide_at = carve(c, t->taps, sizeof(int));
    t->x_at = carve(c, t->pixels, sizeof(int));
    if (!c->block)
        return;
    for (int ch = 0; ch < g->wide.c; ch++)
        for (int u = 0; u < g->kernel_y; u++)
            for (int v = 0; v < g->kernel_x; v++, k++) {
                t->w_at[k] = k * pitch;
                t->wide_at[k] = lane_offset(wide, ch) + (u - g->pad.top) * (int)wide->row + (v - g->pad.left) * LANES;
            }
    for (int y = 0; y < g->narrow.h; y++)
        for (int x = 0; x < g->narrow.w; x++, j++)
            t->x_at[j] = y * g->stride_y * (int)wide->row + x * g->stride_x * LANES;
}

/* Along one axis: pixel p of the wide tensor meets tap u = phase + s*q at narrow position (p+pad-phase)/s - q. */
typedef struct Axis {
    int size, narrow, kernel, stride, pad;
} Axis;

static int axis_phase(const Axis *a, int p)
{
    return (p + a->pad) % a->stride;
}

static int axis_taps(const Axis *a, int phase)
{
    return phase < a->kernel ? (a->kernel - phase + a->stride - 1) / a->stride : 0;
}

/* The range [*first, *end) of q whose narrow position lies inside. */
static void axis_range(const Axis *a, int p, int *first, int *end)
{
    int phase = axis_phase(a, p), base = (p + a->pad - phase) / a->stride;

    *first = base - a->narrow + 1 > 0 ? base - a->narrow + 1 : 0;
    *end = axis_taps(a, phase) < base + 1 ? axis_taps(a, phase) : base + 1;
    if (*end < *first)
        *end = *first;
}

typedef struct Run { /* pixels at, at+s, .. along an axis, count of them, that meet the taps q of first..end-1 */
    int at, count, first, end;
} Run;

/* The next run from pixel `at` on: those with exactly the same taps. */
static Run run_exact(const Axis *a, int at)
{
    Run r = {.at = at};
    int f, e;

    axis_range(a, at, &r.first, &r.end);
    for (int p = at; p < a->size; p += a->stride, r.count++) {
        axis_range(a, p, &f, &e);
        if (f != r.first || e != r.end)
            break;
    }
    return r;
}

/* Along x the halo's zeros allow taps in vain, and a run should be no sliver: with few taps all pixels are one run,
 * else a single pixel joins the next. */
static Run run_wide(const Axis *a, int at)
{
    enum { FEW_TAPS = 3 };
    int taps = axis_taps(a, axis_phase(a, at)), f, e;
    Run r = {at, (a->size - at + a->stride - 1) / a->stride, 0, taps};

    if (taps <= FEW_TAPS)
        return r;
    r = run_exact(a, at);
    if (r.count == 1 && at + a->stride < a->size) {
        axis_range(a, at + a->stride, &f, &e);
        r = (Run){at, 2, f < r.first ? f : r.first, e > r.end ? e : r.end};
    }
    return r;
}

typedef struct BandSpec {
    Axis ay, ax;
    Run y, x;
} BandSpec;

static void band_taps(const BandSpec *s, const Geometry *g, int pitch, const View *narrow, Band *b)
{
    const int wide_pitch = (g->wide.c + LANES - 1) / LANES * LANES;
    int phase_y = axis_phase(&s->ay, s->y.at), phase_x = axis_phase(&s->ax, s->x.at), k = 0;

    for (int q = s->y.first; q < s->y.end; q++)
        for (int p = s->x.first; p < s->x.end; p++)
            for (int f = 0; f < g->narrow.c; f++, k++) {
                int u = phase_y + q * g->stride_y, v = phase_x + p * g->stride_x;

                b->w_at[k] = (u * g->kernel_x + v) * pitch + f;
                b->narrow_at[k] = lane_offset(narrow, f) - q * (int)narrow->row - p * LANES;
                b->packed_at[k] = b->w_at[k] * wide_pitch;
            }
}

/* As band_taps, of weights' rows of pitch/2 pairs. */
static void band_pairs(const BandSpec *s, const Geometry *g, int pitch, const View *narrow, Band *b)
{
    int phase_y = axis_phase(&s->ay, s->y.at), phase_x = axis_phase(&s->ax, s->x.at), k = 0;

    for (int q = s->y.first; q < s->y.end; q++)
        for (int p = s->x.first; p < s->x.end; p++)
            for (int f = 0; f < (g->narrow.c + 1) / 2; f++, k++) {
                int u = phase_y + q * g->stride_y, v = phase_x + p * g->stride_x;

                b->pair_w_at[k] = (u * g->kernel_x + v) * (pitch / 2) + f;
                b->pair_at[k] = lane_offset(narrow, f) - q * (int)narrow->row - p * LANES;
            }
}

static void band_pixels(const BandSpec *s, const Geometry *g, const ConvViews *views, Band *b)
{
    int phase_y = axis_phase(&s->ay, s->y.at), phase_x = axis_phase(&s->ax, s->x.at), j = 0;

    for (int r = 0; r < s->y.count; r++)
        for (int i = 0; i < s->x.count; i++, j++) {
            int y = s->y.at + r * g->stride_y, x = s->x.at + i * g->stride_x;

            b->x_at[j] = (y + g->pad.top - phase_y) / g->stride_y * (int)views->scatter_narrow->row +
                         (x + g->pad.left - phase_x) / g->stride_x * LANES;
            b->y_at[j] = y * (int)views->scatter_wide->row + x * LANES;
            b->mask_at[j] = views->mask ? y * (int)views->mask->row + x * LANES : 0;
        }
}

static void band_tables(Carver *c, const BandSpec *s, const Geometry *g, int pitch, const ConvViews *views, Band *b)
{
    Band made = {.taps = (s->y.end - s->y.first) * (s->x.end - s->x.first) * g->narrow.c,
                 .columns = s->x.count, .pixels = s->y.count * s->x.count};

    if (views->pairs)
        made.pair_taps = (s->y.end - s->y.first) * (s->x.end - s->x.first) * ((g->narrow.c + 1) / 2);

    made.w_at = carve(c, made.taps, sizeof(int));
    made.narrow_at = carve(c, made.taps, sizeof(int));
    made.x_at = carve(c, made.pixels, sizeof(int));
    made.y_at = carve(c, made.pixels, sizeof(int));
    made.mask_at = carve(c, made.pixels, sizeof(int));
    made.packed_at = carve(c, made.taps, sizeof(int));
    made.pair_w_at = carve(c, made.pair_taps, sizeof(int));
    made.pair_at = carve(c, made.pair_taps, sizeof(int));
    if (!c->block)
        return;
    *b = made;
    band_taps(s, g, pitch, views->scatter_narrow, b);
    if (views->pairs)
        band_pairs(s, g, pitch, views->scatter_narrow, b);
    band_pixels(s, g, views, b);
}

/* All bands; without a block it only counts them. Around a cut strip lie rows enough for all taps: one band. */
static int scatter_tables(Carver *c, const Geometry *g, int pitch, const ConvViews *views, bool cut, Band *bands)
{
    BandSpec s = {.ay = {g->wide.h, g->narrow.h, g->kernel_y, g->stride_y, g->pad.top},
                  .ax = {g->wide.w, g->narrow.w, g->kernel_x, g->stride_x, g->pad.left}};
    int n = 0;

    for (int column = 0; column < g->stride_x && column < g->wide.w; column++)
        for (int row = 0; row < g->stride_y && row < g->wide.h; row++)
            for (int y = row; y < g->wide.h; y += s.y.count * g->stride_y) {
                s.y = cut ? (Run){0, g->wide.h, 0, g->kernel_y} : run_exact(&s.ay, y);
                for (int x = column; x < g->wide.w; x += s.x.count * g->stride_x, n++) {
                    s.x = run_wide(&s.ax, x);
                    band_tables(c, &s, g, pitch, views, bands ? &bands[n] : NULL);
                }
            }
    return n;
}

Halo conv_scatter_halo(const Geometry *g)
{
    int most = (g->wide.w - 1 + g->pad.left) / g->stride_x, least = 0;

    for (int x = 0; x < g->stride_x && x < g->wide.w; x++) {
        Axis a = {g->wide.w, g->narrow.w, g->kernel_x, g->stride_x, g->pad.left};
        int phase = axis_phase(&a, x), low = (x + a.pad - phase) / a.stride - axis_taps(&a, phase) + 1;

        least = low < least ? low : least;
    }
    return (Halo){.left = -least, .right = most >= g->narrow.w ? most - g->narrow.w + 1 : 0};
}

static void pixel_table(Carver *c, const View *v, int **table)
{
    *table = carve(c, (size_t)v->h * v->w, sizeof(int));
    for (int y = 0, j = 0; c->block && y < v->h; y++)
        for (int x = 0; x < v->w; x++, j++)
            (*table)[j] = y * (int)v->row + x * LANES;
}

static void channel_tables(Carver *c, const View *out, ConvPlan *plan)
{
    plan->vectors_at = carve(c, out->planes, sizeof(int));
    plan->planes_at = carve(c, out->planes, sizeof(int));
    for (int j = 0; c->block && j < out->planes; j++) {
        plan->vectors_at[j] = j * LANES;
        plan->planes_at[j] = j * (int)out->plane;
    }
}

/* Lays out every table; without a block it only counts. */
static void plan_fill(Carver *c, ConvPlan *plan, const ConvViews *v)
{
    const Geometry *g = &plan->geometry;

    if (v->gather_wide)
        gather_tables(c, g, plan->pitch, v->gather_wide, &plan->gather);
    if (v->gather_narrow)
        pixel_table(c, v->gather_narrow, &plan->gather.y_at);
    if (v->correlate_narrow)
        pixel_table(c, v->correlate_narrow, &plan->d_at);
    if (v->sum_wide)
        pixel_table(c, v->sum_wide, &plan->sum_at);
    if (v->out->by_channel)
        channel_tables(c, v->out, plan);
    if (!v->scatter_wide)
        return;
    plan->bands = carve(c, plan->band_count, sizeof(Band));
    plan->band_count = scatter_tables(c, g, plan->pitch, v, plan->strips.cut, plan->bands);
}

ConvPlan *conv_plan_new(const Geometry *g, const Strips *strips, const ConvViews *views, bool *failed)
{
    ConvPlan plan = {.geometry = *g, .strips = strips ? *strips : (Strips){.rows = g->narrow.h}, .pitch = (g->narrow.c + LANES - 1) / LANES * LANES};
    const size_t header = (sizeof plan + 15) / 16 * 16;
    Carver c = {NULL, header};

    if (plan.strips.cut)
        plan.geometry.wide.h = plan.geometry.narrow.h = plan.strips.rows;
    plan.group = (size_t)g->kernel_y * g->kernel_x * plan.pitch;
    plan_fill(&c, &plan, views);
    carve(&c, plan.band_count, sizeof(Band)); /* how many there are is known only now */
    c.block = malloc(c.at);
    if (!c.block) {
        *failed = true;
        return NULL;
    }
    c.at = header;
    plan_fill(&c, &plan, views);
    memcpy(c.block, &plan, sizeof plan);
    return (ConvPlan *)c.block;
}
