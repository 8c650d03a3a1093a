/* Pooling: the largest number, or the mean, of each place of a sliding window.
 *
 * A window is cut to what lies inside x, so padding is never read. Windows of 2x2 that step by 2,
 * as nearly all nets have them, go their own way: each number of x is read once and, backward, each
 * of dx written once. */
#include <string.h>

#include "tensor/level_kernels.h"

/* The rows (columns) of x under a window: first .. end-1. */
typedef struct Span {
    int first, end;
} Span;

static Span window_span(int out, int stride, int pad, int kernel, int size)
{
    int first = out * stride - pad, end = first + kernel;

    return (Span){first < 0 ? 0 : first, end > size ? size : end};
}

static Span rows_of(const Window *s, int out, int h)
{
    return window_span(out, s->stride_y, s->top, s->kernel_y, h);
}

static Span columns_of(const Window *s, int out, int w)
{
    return window_span(out, s->stride_x, s->left, s->kernel_x, w);
}

static size_t place(const View *v, int plane, int y, int x)
{
    return v->at + plane * v->plane + y * v->row + (size_t)x * LANES;
}

static bool is_two_by_two(const Window *s, const View *xv, const View *yv)
{
    return s->kernel_y == 2 && s->kernel_x == 2 && s->stride_y == 2 && s->stride_x == 2 &&
           s->top == 0 && s->left == 0 && 2 * yv->h <= xv->h && 2 * yv->w <= xv->w;
}

/* The larger of two; a NaN is larger than any number, so that it is seen at the end of the net. */
INLINE vf larger(vf a, vf b)
{
    return vselect((vi)(b > a) | (vi)(b != b), b, a);
}

static void zero_view(const View *v, float *x)
{
    for (int p = 0; p < v->planes; p++)
        for (int y = 0; y < v->h; y++)
            memset(x + place(v, p, y, 0), 0, sizeof *x * v->w * LANES);
}

/* ---- the largest ---- */

INLINE void max_row_two(int ow, const float *restrict top, const float *restrict bottom,
                        float *restrict y)
{
    for (size_t j = 0; j < (size_t)ow; j++) {
        UNROLL
        for (int l = 0; l < LANES; l += VL) {
            size_t i = j * 2 * LANES + l;
            vf a = larger(vload(top + i), vload(top + i + LANES));
            vf b = larger(vload(bottom + i), vload(bottom + i + LANES));

            vstore(y + j * LANES + l, larger(a, b));
        }
    }
}

static void max_window(const View *xv, const float *restrict x, int plane, Span rows, Span columns,
                       float *restrict y)
{
    vf best[GROUP];

    for (int g = 0; g < GROUP; g++)
        best[g] = vload(x + place(xv, plane, rows.first, columns.first) + g * VL);
    for (int i = rows.first; i < rows.end; i++) {
        const float *from = x + place(xv, plane, i, 0);

        for (int j = columns.first; j < columns.end; j++) {
            UNROLL
            for (int g = 0; g < GROUP; g++)
                best[g] = larger(best[g], vload(from + (size_t)j * LANES + g * VL));
        }
    }
    for (int g = 0; g < GROUP; g++)
        vstore(y + g * VL, best[g]);
}

void KERNEL(max_pool)(const Window *s, const View *xv, const float *x, const View *yv, float *y)
{
    bool two = is_two_by_two(s, xv, yv);

    for (int p = 0; p < yv->planes; p++)
        for (int i = 0; i < yv->h; i++) {
            float *to = y + place(yv, p, i, 0);

            if (two) {
                const float *top = x + place(xv, p, 2 * i, 0);

                max_row_two(yv->w, top, top + xv->row, to);
            } else {
                Span rows = rows_of(s, i, xv->h);

                for (int j = 0; j < yv->w; j++)
                    max_window(xv, x, p, rows, columns_of(s, j, xv->w), to + (size_t)j * LANES);
            }
        }
}

INLINE void put(float *p, vf v, bool add)
{
    if (add)
        v += vload(p);
    vstore(p, v);
}

/* Two rows of x and dx under a row of 2x2 windows: the first place that is not less than y takes
 * dy. (All are taken for not less than a NaN.) */
INLINE void max_back_row_two(int ow, const float *restrict x, size_t x_row, const float *restrict y,
                             const float *restrict dy, float *restrict dx, size_t dx_row, bool add,
                             bool masked)
{
    for (size_t j = 0; j < (size_t)ow; j++) {
        UNROLL
        for (int l = 0; l < LANES; l += VL) {
            const float *from = x + j * 2 * LANES + l;
            float *to = dx + j * 2 * LANES + l;
            vf largest = vload(y + j * LANES + l), d = vload(dy + j * LANES + l);
            vi a = ~(vi)(vload(from) < largest);
            vi b = ~(vi)(vload(from + LANES) < largest) & ~a;
            vi c = ~(vi)(vload(from + x_row) < largest) & ~(a | b);

            if (masked)
                d = vkeep(d, largest > 0);
            put(to, vkeep(d, a), add);
            put(to + LANES, vkeep(d, b), add);
            put(to + dx_row, vkeep(d, c), add);
            put(to + dx_row + LANES, vkeep(d, ~(a | b | c)), add);
        }
    }
}

/* What 2x2 windows do not reach: the last row and column of an odd size. */
static void zero_beyond(const View *v, float *x, int h, int w)
{
    for (int p = 0; p < v->planes; p++)
        for (int i = 0; i < v->h; i++) {
            int first = i < h ? w : 0;

            memset(x + place(v, p, i, first), 0, sizeof *x * (v->w - first) * LANES);
        }
}

static void max_back_two(const View *xv, const float *x, const View *yv, const float *y,
                         const View *dyv, const float *dy, const View *dxv, float *dx, bool add,
                         bool masked)
{
    if (!add)
        zero_beyond(dxv, dx, 2 * yv->h, 2 * yv->w);
    for (int p = 0; p < yv->planes; p++)
        for (int i = 0; i < yv->h; i++) {
            const float *from = x + place(xv, p, 2 * i, 0), *best = y + place(yv, p, i, 0);
            const float *d = dy + place(dyv, p, i, 0);
            float *to = dx + place(dxv, p, 2 * i, 0);

            if (add)
                max_back_row_two(yv->w, from, xv->row, best, d, to, dxv->row, true, masked);
            else
                max_back_row_two(yv->w, from, xv->row, best, d, to, dxv->row, false, masked);
        }
}

static void max_back_window(const View *xv, const float *restrict x, int plane, Span rows,
                            Span columns, const float *restrict y, const float *restrict dy,
                            const View *dxv, float *restrict dx, bool masked)
{
    for (int l = 0; l < LANES; l += VL) {
        vf largest = vload(y + l), d = vload(dy + l);
        vi left = ~(vi){0};

        if (masked)
            d = vkeep(d, largest > 0);
        for (int i = rows.first; i < rows.end; i++)
            for (int j = columns.first; j < columns.end; j++) {
                vi here = ~(vi)(vload(x + place(xv, plane, i, j) + l) < largest) & left;

                put(dx + place(dxv, plane, i, j) + l, vkeep(d, here), true);
                left &= ~here;
            }
    }
}

void KERNEL(max_pool_back)(const Window *s, const View *xv, const float *x, const View *yv,
                           const float *y, const View *dyv, const float *dy, const View *dxv,
                           float *dx, bool add, bool masked)
{
    if (is_two_by_two(s, xv, yv)) {
        max_back_two(xv, x, yv, y, dyv, dy, dxv, dx, add, masked);
        return;
    }
    if (!add)
        zero_view(dxv, dx);
    for (int p = 0; p < yv->planes; p++)
        for (int i = 0; i < yv->h; i++)
            for (int j = 0; j < yv->w; j++)
                max_back_window(xv, x, p, rows_of(s, i, xv->h), columns_of(s, j, xv->w),
                                y + place(yv, p, i, j), dy + place(dyv, p, i, j), dxv, dx, masked);
}

/* ---- the mean ---- */

static float share_of(Span rows, Span columns)
{
    return 1.0f / (float)((rows.end - rows.first) * (columns.end - columns.first));
}

static void avg_window(const View *xv, const float *restrict x, int plane, Span rows, Span columns,
                       float *restrict y)
{
    vf sum[GROUP] = {{0}};

    for (int i = rows.first; i < rows.end; i++) {
        const float *from = x + place(xv, plane, i, 0);

        for (int j = columns.first; j < columns.end; j++) {
            UNROLL
            for (int g = 0; g < GROUP; g++)
                sum[g] += vload(from + (size_t)j * LANES + g * VL);
        }
    }
    for (int g = 0; g < GROUP; g++)
        vstore(y + g * VL, sum[g] * vset(share_of(rows, columns)));
}

void KERNEL(avg_pool)(const Window *s, const View *xv, const float *x, const View *yv, float *y)
{
    for (int p = 0; p < yv->planes; p++)
        for (int i = 0; i < yv->h; i++) {
            Span rows = rows_of(s, i, xv->h);

            for (int j = 0; j < yv->w; j++)
                avg_window(xv, x, p, rows, columns_of(s, j, xv->w), y + place(yv, p, i, j));
        }
}

static void avg_back_window(const View *dxv, float *restrict dx, int plane, Span rows, Span columns,
                            const float *restrict dy)
{
    vf d[GROUP];

    for (int g = 0; g < GROUP; g++)
        d[g] = vload(dy + g * VL) * vset(share_of(rows, columns));
    for (int i = rows.first; i < rows.end; i++) {
        float *to = dx + place(dxv, plane, i, 0);

        for (int j = columns.first; j < columns.end; j++) {
            UNROLL
            for (int g = 0; g < GROUP; g++)
                put(to + (size_t)j * LANES + g * VL, d[g], true);
        }
    }
}

void KERNEL(avg_pool_back)(const Window *s, const View *dyv, const float *dy, const View *dxv,
                           float *dx, bool add)
{
    if (!add)
        zero_view(dxv, dx);
    for (int p = 0; p < dyv->planes; p++)
        for (int i = 0; i < dyv->h; i++) {
            Span rows = rows_of(s, i, dxv->h);

            for (int j = 0; j < dyv->w; j++)
                avg_back_window(dxv, dx, p, rows, columns_of(s, j, dxv->w),
                                dy + place(dyv, p, i, j));
        }
}
