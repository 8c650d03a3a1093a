#include "tensor/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where (n,c,i,j) lies in a tensor of `channels` planes of h x w. */
static size_t at(int n, int c, int i, int j, int channels, int h, int w)
{
    return (((size_t)n * channels + c) * h + i) * w + j;
}

static bool inside(int i, int j, int h, int w)
{
    return i >= 0 && i < h && j >= 0 && j < w;
}

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

/* Tests alone come here: without memory there is nothing to go on with. */
static double *sums_new(size_t n)
{
    double *sums = calloc(n ? n : 1, sizeof *sums);

    if (!sums)
        abort();
    return sums;
}

static void sums_take(double *sums, size_t n, float *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)sums[i];
    free(sums);
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

    if (!positions)
        abort();
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

/* The set of statistics that (n,c) belongs to, and how many there are. */
static size_t norm_set(const NormShape *s, int n, int c)
{
    return s->groups ? (size_t)n * s->groups + c / (s->c / s->groups) : (size_t)c;
}

static size_t norm_sets(const NormShape *s)
{
    return s->groups ? (size_t)s->n * s->groups : (size_t)s->c;
}

static double norm_count(const NormShape *s)
{
    return s->groups ? (double)(s->c / s->groups) * s->hw : (double)s->n * s->hw;
}

/* Adds a[i]*b[i] to each one's set; a NULL counts as ones. */
static double *set_means(const NormShape *s, const double *a, const double *b)
{
    double *sums = sums_new(norm_sets(s));

    for (int n = 0; n < s->n; n++)
        for (int c = 0; c < s->c; c++)
            for (int i = 0; i < s->hw; i++) {
                size_t k = ((size_t)n * s->c + c) * s->hw + i;

                sums[norm_set(s, n, c)] += a[k] * (b ? b[k] : 1);
            }
    for (size_t i = 0; i < norm_sets(s); i++)
        sums[i] /= norm_count(s);
    return sums;
}

/* xhat = (x - mean) / sqrt(var + eps), with mean and var of each set. */
static double *normalised(const NormShape *s, const float *x, double **mean, double **var)
{
    size_t size = (size_t)s->n * s->c * s->hw;
    double *xhat = sums_new(size);

    for (size_t k = 0; k < size; k++)
        xhat[k] = x[k];
    *mean = set_means(s, xhat, NULL);
    for (size_t k = 0; k < size; k++)
        xhat[k] -= (*mean)[norm_set(s, (int)(k / s->hw / s->c), (int)(k / s->hw % s->c))];
    *var = set_means(s, xhat, xhat);
    for (size_t k = 0; k < size; k++)
        xhat[k] /=
            sqrt((*var)[norm_set(s, (int)(k / s->hw / s->c), (int)(k / s->hw % s->c))] + s->eps);
    return xhat;
}

void reference_norm(const NormShape *s, const float *x, const float *gain, const float *shift,
                    float *y, float *mean, float *var)
{
    double *means, *vars, *xhat = normalised(s, x, &means, &vars);

    for (size_t k = 0; k < (size_t)s->n * s->c * s->hw; k++) {
        size_t c = k / s->hw % s->c;

        y[k] = (float)(gain[c] * xhat[k] + shift[c]);
    }
    sums_take(means, norm_sets(s), mean);
    sums_take(vars, norm_sets(s), var);
    free(xhat);
}

/* dxhat = gain * dy;  dx = (dxhat - mean of dxhat - xhat * mean of dxhat*xhat) / sqrt(var + eps) */
void reference_norm_dx(const NormShape *s, const float *x, const float *gain, const float *dy,
                       float *dx, float *dgain, float *dshift)
{
    size_t size = (size_t)s->n * s->c * s->hw;
    double *mean, *var, *xhat = normalised(s, x, &mean, &var), *dxhat = sums_new(size);
    double *gains = sums_new(s->c), *shifts = sums_new(s->c), *m1, *m2;

    for (size_t k = 0; k < size; k++) {
        size_t c = k / s->hw % s->c;

        dxhat[k] = (double)gain[c] * dy[k];
        gains[c] += xhat[k] * dy[k];
        shifts[c] += dy[k];
    }
    m1 = set_means(s, dxhat, NULL);
    m2 = set_means(s, dxhat, xhat);
    for (size_t k = 0; k < size; k++) {
        size_t set = norm_set(s, (int)(k / s->hw / s->c), (int)(k / s->hw % s->c));

        dx[k] = (float)((dxhat[k] - m1[set] - xhat[k] * m2[set]) / sqrt(var[set] + s->eps));
    }
    sums_take(gains, s->c, dgain);
    sums_take(shifts, s->c, dshift);
    free(mean);
    free(var);
    free(xhat);
    free(dxhat);
    free(m1);
    free(m2);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double act_value(int kind, double slope, double x)
{
    switch (kind) {
    case RUN_RELU:
        return x < 0 ? 0 : x;
    case RUN_LEAKY_RELU:
        return x < 0 ? slope * x : x;
    case RUN_TANH:
        return tanh(x);
    case RUN_SIGMOID:
        return sigmoid(x);
    default: /* RUN_SILU */
        return x * sigmoid(x);
    }
}

static double act_slope(int kind, double slope, double x)
{
    double s = sigmoid(x);

    switch (kind) {
    case RUN_RELU:
        return x > 0;
    case RUN_LEAKY_RELU:
        return x > 0 ? 1 : slope;
    case RUN_TANH:
        return 1 - tanh(x) * tanh(x);
    case RUN_SIGMOID:
        return s * (1 - s);
    default:
        return s * (1 + x * (1 - s));
    }
}

void reference_act(int kind, float slope, size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (float)act_value(kind, slope, x[i]);
}

void reference_act_dx(int kind, float slope, size_t n, const float *x, const float *dy, float *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = (float)(dy[i] * act_slope(kind, slope, x[i]));
}

void reference_softmax(int n, int c, int hw, const float *x, float *y)
{
    for (int i = 0; i < n; i++)
        for (int p = 0; p < hw; p++) {
            size_t first = (size_t)i * c * hw + p;
            double largest = x[first], sum = 0;

            for (int k = 1; k < c; k++)
                largest = fmax(largest, x[first + (size_t)k * hw]);
            for (int k = 0; k < c; k++)
                sum += exp(x[first + (size_t)k * hw] - largest);
            for (int k = 0; k < c; k++)
                y[first + (size_t)k * hw] = (float)(exp(x[first + (size_t)k * hw] - largest) / sum);
        }
}

void reference_softmax_dx(int n, int c, int hw, const float *x, const float *dy, float *dx)
{
    float *y = malloc(sizeof *y * (size_t)n * c * hw);

    if (!y)
        abort();
    reference_softmax(n, c, hw, x, y);
    for (int i = 0; i < n; i++)
        for (int p = 0; p < hw; p++) {
            size_t first = (size_t)i * c * hw + p;
            double dot = 0;

            for (int k = 0; k < c; k++)
                dot += (double)y[first + (size_t)k * hw] * dy[first + (size_t)k * hw];
            for (int k = 0; k < c; k++) {
                size_t at_k = first + (size_t)k * hw;

                dx[at_k] = (float)(y[at_k] * (dy[at_k] - dot));
            }
        }
    free(y);
}

/* -1..1 over `size` pixels: their outer edges, or the centres of the first and last
 * (align_corners). */
static double grid_coordinate(int i, int size, bool align_corners)
{
    if (align_corners)
        return size > 1 ? 2.0 * i / (size - 1) - 1 : 0;
    return (2.0 * i + 1) / size - 1;
}

static double grid_pixel(double v, int size, bool align_corners)
{
    return align_corners ? (v + 1) / 2 * (size - 1) : ((v + 1) * size - 1) / 2;
}

/* The four neighbours of a place in x, by how much each counts, and how that changes along the
 * columns and rows. */
typedef struct Corner {
    int i, j;
    double weight, along_x, along_y;
} Corner;

static void corners(double px, double py, Corner out[4])
{
    int left = (int)floor(px), top = (int)floor(py);
    double fx = px - left, fy = py - top;

    for (int k = 0; k < 4; k++) {
        bool right = k & 1, bottom = k & 2;
        double wx = right ? fx : 1 - fx, wy = bottom ? fy : 1 - fy;

        out[k] = (Corner){.i = top + bottom,
                          .j = left + right,
                          .weight = wx * wy,
                          .along_x = right ? wy : -wy,
                          .along_y = bottom ? wx : -wx};
    }
}

/* Where output pixel (i,j) looks in x: columns and rows; g receives the grid's -1..1 coordinates.
 */
static void sample_place(const float *theta, int i, int j, int h, int w, bool align_corners,
                         double g[2], double place[2])
{
    g[0] = grid_coordinate(j, w, align_corners);
    g[1] = grid_coordinate(i, h, align_corners);
    place[0] = grid_pixel(theta[0] * g[0] + theta[1] * g[1] + theta[2], w, align_corners);
    place[1] = grid_pixel(theta[3] * g[0] + theta[4] * g[1] + theta[5], h, align_corners);
}

void reference_sample(int n, int c, int h, int w, const float *x, const float *theta,
                      bool align_corners, float *y)
{
    double g[2], place[2];
    Corner corner[4];

    for (int b = 0; b < n; b++)
        for (int i = 0; i < h; i++)
            for (int j = 0; j < w; j++) {
                sample_place(theta + (size_t)b * 6, i, j, h, w, align_corners, g, place);
                corners(place[0], place[1], corner);
                for (int k = 0; k < c; k++) {
                    double sum = 0;

                    for (int q = 0; q < 4; q++)
                        if (inside(corner[q].i, corner[q].j, h, w))
                            sum +=
                                corner[q].weight * x[at(b, k, corner[q].i, corner[q].j, c, h, w)];
                    y[at(b, k, i, j, c, h, w)] = (float)sum;
                }
            }
}

void reference_sample_dx(int n, int c, int h, int w, const float *x, const float *theta,
                         bool align_corners, const float *dy, float *dx, float *dtheta)
{
    double *sums = sums_new((size_t)n * c * h * w), *maps = sums_new((size_t)n * 6);
    double to_x = (align_corners ? w - 1 : w) / 2.0, to_y = (align_corners ? h - 1 : h) / 2.0;
    double g[2], place[2];
    Corner corner[4];

    for (int b = 0; b < n; b++)
        for (int i = 0; i < h; i++)
            for (int j = 0; j < w; j++) {
                double slope_x = 0, slope_y = 0;

                sample_place(theta + (size_t)b * 6, i, j, h, w, align_corners, g, place);
                corners(place[0], place[1], corner);
                for (int k = 0; k < c; k++)
                    for (int q = 0; q < 4; q++)
                        if (inside(corner[q].i, corner[q].j, h, w)) {
                            size_t from = at(b, k, corner[q].i, corner[q].j, c, h, w);
                            double d = dy[at(b, k, i, j, c, h, w)];

                            sums[from] += corner[q].weight * d;
                            slope_x += corner[q].along_x * d * x[from];
                            slope_y += corner[q].along_y * d * x[from];
                        }
                for (int k = 0; k < 3; k++) {
                    double term = k < 2 ? g[k] : 1;

                    maps[b * 6 + k] += slope_x * to_x * term;
                    maps[b * 6 + 3 + k] += slope_y * to_y * term;
                }
            }
    sums_take(sums, (size_t)n * c * h * w, dx);
    sums_take(maps, (size_t)n * 6, dtheta);
}

void reference_upsample(int n, int h, int w, int factor, const float *x, float *y)
{
    for (int b = 0; b < n; b++)
        for (int i = 0; i < h * factor; i++)
            for (int j = 0; j < w * factor; j++)
                y[at(b, 0, i, j, 1, h * factor, w * factor)] =
                    x[at(b, 0, i / factor, j / factor, 1, h, w)];
}

void reference_upsample_dx(int n, int h, int w, int factor, const float *dy, float *dx)
{
    double *sums = sums_new((size_t)n * h * w);

    for (int b = 0; b < n; b++)
        for (int i = 0; i < h * factor; i++)
            for (int j = 0; j < w * factor; j++)
                sums[at(b, 0, i / factor, j / factor, 1, h, w)] +=
                    dy[at(b, 0, i, j, 1, h * factor, w * factor)];
    sums_take(sums, (size_t)n * h * w, dx);
}

static int embedding_class(float x, int classes)
{
    double c = isnan(x) ? 0 : floor((double)x + 0.5);

    return (int)fmin(fmax(c, 0), classes - 1);
}

void reference_embedding(int n, int classes, int units, const float *x, const float *w, float *y)
{
    for (int i = 0; i < n; i++)
        memcpy(y + (size_t)i * units, w + (size_t)embedding_class(x[i], classes) * units,
               sizeof *y * units);
}

void reference_embedding_dw(int n, int classes, int units, const float *x, const float *dy,
                            float *dw)
{
    double *sums = sums_new((size_t)classes * units);

    for (int i = 0; i < n; i++)
        for (int u = 0; u < units; u++)
            sums[(size_t)embedding_class(x[i], classes) * units + u] += dy[(size_t)i * units + u];
    sums_take(sums, (size_t)classes * units, dw);
}
