/* What slides a window over a picture: convolutions and pooling; and dense, which looks at all. */
#include <math.h>
#include <string.h>

#include "tensor/reference.h"
#include "tensor/reference_sums.h"

/* One product of a convolution: y[n,f,i,j] += w[f,c,u,v] * x[n,c,p,q]. Both kinds of convolution,
 * and their gradients, are a sum over the same products; only what is summed into what differs. */
typedef struct Term {
    size_t x, w, y;
    int f;
} Term;

typedef void TermVisit(const Term *t, const float *a, const float *b, double *sums);

static void each_term(const MapShape *s, bool transposed, TermVisit *visit, const float *a,
                      const float *b, double *sums)
{
    const Window *k = &s->window;
    int rows = transposed ? s->h : s->oh, columns = transposed ? s->w : s->ow;

    for (int n = 0; n < s->n; n++)
        for (int f = 0; f < s->f; f++)
            for (int c = 0; c < s->c; c++)
                for (int i = 0; i < rows; i++)
                    for (int j = 0; j < columns; j++)
                        for (int u = 0; u < k->kernel_y; u++)
                            for (int v = 0; v < k->kernel_x; v++) {
                                int p = i * k->stride_y + u - k->top;
                                int q = j * k->stride_x + v - k->left;
                                Term t = {.f = f};

                                if (transposed) {
                                    if (!inside(p, q, s->oh, s->ow))
                                        continue;
                                    t.x = at(n, c, i, j, s->c, s->h, s->w);
                                    t.y = at(n, f, p, q, s->f, s->oh, s->ow);
                                    t.w = at(c, f, u, v, s->f, k->kernel_y, k->kernel_x);
                                } else {
                                    if (!inside(p, q, s->h, s->w))
                                        continue;
                                    t.x = at(n, c, p, q, s->c, s->h, s->w);
                                    t.y = at(n, f, i, j, s->f, s->oh, s->ow);
                                    t.w = at(f, c, u, v, s->c, k->kernel_y, k->kernel_x);
                                }
                                visit(&t, a, b, sums);
                            }
}

static void visit_y(const Term *t, const float *x, const float *w, double *y)
{
    y[t->y] += (double)w[t->w] * x[t->x];
}

static void visit_dx(const Term *t, const float *w, const float *dy, double *dx)
{
    dx[t->x] += (double)w[t->w] * dy[t->y];
}

static void visit_dw(const Term *t, const float *x, const float *dy, double *dw)
{
    dw[t->w] += (double)x[t->x] * dy[t->y];
}

static size_t size_x(const MapShape *s)
{
    return (size_t)s->n * s->c * s->h * s->w;
}

static size_t size_y(const MapShape *s)
{
    return (size_t)s->n * s->f * s->oh * s->ow;
}

static size_t size_w(const MapShape *s)
{
    return (size_t)s->f * s->c * s->window.kernel_y * s->window.kernel_x;
}

static void map_forward(const MapShape *s, bool transposed, const float *x, const float *w,
                        const float *b, float *y)
{
    double *sums = sums_new(size_y(s));
    size_t plane = (size_t)s->oh * s->ow;

    for (size_t i = 0; b && i < size_y(s); i++)
        sums[i] = b[i / plane % s->f];
    each_term(s, transposed, visit_y, x, w, sums);
    sums_take(sums, size_y(s), y);
}

static void map_dx(const MapShape *s, bool transposed, const float *w, const float *dy, float *dx)
{
    double *sums = sums_new(size_x(s));

    each_term(s, transposed, visit_dx, w, dy, sums);
    sums_take(sums, size_x(s), dx);
}

static void map_dw(const MapShape *s, bool transposed, const float *x, const float *dy, float *dw,
                   float *db)
{
    double *sums = sums_new(size_w(s)), *bias = sums_new(s->f);
    size_t plane = (size_t)s->oh * s->ow;

    each_term(s, transposed, visit_dw, x, dy, sums);
    sums_take(sums, size_w(s), dw);
    for (size_t i = 0; i < size_y(s); i++)
        bias[i / plane % s->f] += dy[i];
    if (db)
        sums_take(bias, s->f, db);
    else
        free(bias);
}

void reference_conv2d(const MapShape *s, const float *x, const float *w, const float *b, float *y)
{
    map_forward(s, false, x, w, b, y);
}

void reference_conv2d_dx(const MapShape *s, const float *w, const float *dy, float *dx)
{
    map_dx(s, false, w, dy, dx);
}

void reference_conv2d_dw(const MapShape *s, const float *x, const float *dy, float *dw, float *db)
{
    map_dw(s, false, x, dy, dw, db);
}

void reference_conv2d_transposed(const MapShape *s, const float *x, const float *w, const float *b,
                                 float *y)
{
    map_forward(s, true, x, w, b, y);
}

void reference_conv2d_transposed_dx(const MapShape *s, const float *w, const float *dy, float *dx)
{
    map_dx(s, true, w, dy, dx);
}

void reference_conv2d_transposed_dw(const MapShape *s, const float *x, const float *dy, float *dw,
                                    float *db)
{
    map_dw(s, true, x, dy, dw, db);
}

void reference_dense(int n, int in, int out, const float *x, const float *w, const float *b,
                     float *y)
{
    for (int i = 0; i < n; i++)
        for (int o = 0; o < out; o++) {
            double sum = b ? b[o] : 0;

            for (int k = 0; k < in; k++)
                sum += (double)w[(size_t)o * in + k] * x[(size_t)i * in + k];
            y[(size_t)i * out + o] = (float)sum;
        }
}

void reference_dense_dx(int n, int in, int out, const float *w, const float *dy, float *dx)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < in; k++) {
            double sum = 0;

            for (int o = 0; o < out; o++)
                sum += (double)w[(size_t)o * in + k] * dy[(size_t)i * out + o];
            dx[(size_t)i * in + k] = (float)sum;
        }
}

void reference_dense_dw(int n, int in, int out, const float *x, const float *dy, float *dw,
                        float *db)
{
    for (int o = 0; o < out; o++) {
        double bias = 0;

        for (int k = 0; k < in; k++) {
            double sum = 0;

            for (int i = 0; i < n; i++)
                sum += (double)dy[(size_t)i * out + o] * x[(size_t)i * in + k];
            dw[(size_t)o * in + k] = (float)sum;
        }
        for (int i = 0; i < n; i++)
            bias += dy[(size_t)i * out + o];
        if (db)
            db[o] = (float)bias;
    }
}

/* The positions of x under the window of (i,j): at most kernel_y * kernel_x indices into a plane,
 * in row order. */
static int window_positions(const MapShape *s, int i, int j, size_t *positions)
{
    const Window *k = &s->window;
    int count = 0;

    for (int u = 0; u < k->kernel_y; u++)
        for (int v = 0; v < k->kernel_x; v++) {
            int p = i * k->stride_y + u - k->top, q = j * k->stride_x + v - k->left;

            if (inside(p, q, s->h, s->w))
                positions[count++] = (size_t)p * s->w + q;
        }
    return count;
}

/* The first of the largest; a NaN, the first there is, counts as larger than any number. */
static size_t first_largest(const float *x, const size_t *positions, int count)
{
    size_t best = positions[0];

    for (int k = 1; k < count; k++) {
        float v = x[positions[k]];

        if (!isnan(x[best]) && (isnan(v) || v > x[best]))
            best = positions[k];
    }
    return best;
}

typedef void PoolVisit(const float *in, const size_t *positions, int count, size_t out, float *y,
                       const float *dy);

/* in is x; out, plane by plane, is y or dx. */
static void each_window(const MapShape *s, PoolVisit *visit, const float *x, const float *dy,
                        float *out, bool forward)
{
    size_t in_plane = (size_t)s->h * s->w, y_plane = (size_t)s->oh * s->ow;
    size_t *positions = malloc(sizeof *positions * (size_t)s->window.kernel_y * s->window.kernel_x);

    for (size_t p = 0; p < (size_t)s->n * s->c; p++)
        for (int i = 0; i < s->oh; i++)
            for (int j = 0; j < s->ow; j++) {
                int count = window_positions(s, i, j, positions);

                visit(x ? x + p * in_plane : NULL, positions, count, (size_t)i * s->ow + j,
                      out + p * (forward ? y_plane : in_plane), dy ? dy + p * y_plane : NULL);
            }
    free(positions);
}

static void visit_max(const float *x, const size_t *positions, int count, size_t out, float *y,
                      const float *dy)
{
    (void)dy;
    y[out] = x[first_largest(x, positions, count)];
}

static void visit_max_dx(const float *x, const size_t *positions, int count, size_t out, float *dx,
                         const float *dy)
{
    dx[first_largest(x, positions, count)] += dy[out];
}

static void visit_avg(const float *x, const size_t *positions, int count, size_t out, float *y,
                      const float *dy)
{
    double sum = 0;

    (void)dy;
    for (int k = 0; k < count; k++)
        sum += x[positions[k]];
    y[out] = (float)(sum / count);
}

static void visit_avg_dx(const float *x, const size_t *positions, int count, size_t out, float *dx,
                         const float *dy)
{
    (void)x;
    for (int k = 0; k < count; k++)
        dx[positions[k]] += dy[out] / (float)count;
}

void reference_max_pool(const MapShape *s, const float *x, float *y)
{
    each_window(s, visit_max, x, NULL, y, true);
}

void reference_max_pool_dx(const MapShape *s, const float *x, const float *dy, float *dx)
{
    memset(dx, 0, size_x(s) * sizeof *dx);
    each_window(s, visit_max_dx, x, dy, dx, false);
}

void reference_avg_pool(const MapShape *s, const float *x, float *y)
{
    each_window(s, visit_avg, x, NULL, y, true);
}

void reference_avg_pool_dx(const MapShape *s, const float *dy, float *dx)
{
    memset(dx, 0, size_x(s) * sizeof *dx);
    each_window(s, visit_avg_dx, NULL, dy, dx, false);
}
