/* Norms, activations and what moves numbers; reference_map.c holds the rest. */
#include "tensor/reference.h"

#include <math.h>
#include <string.h>

#include "tensor/reference_sums.h"

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
    float *y = reference_memory((size_t)n * c * hw, sizeof *y);

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

void reference_modulate(int n, int hw, const float *x, const float *gain, const float *shift,
                        float *y)
{
    for (int i = 0; i < n * hw; i++)
        y[i] = (1 + gain[i / hw]) * x[i] + shift[i / hw];
}

void reference_modulate_dx(int n, int hw, const float *x, const float *gain, const float *dy,
                           float *dx, float *dgain, float *dshift)
{
    for (int p = 0; p < n; p++) {
        double product = 0, sum = 0;

        for (int i = p * hw; i < (p + 1) * hw; i++) {
            dx[i] = (1 + gain[p]) * dy[i];
            product += (double)dy[i] * x[i];
            sum += dy[i];
        }
        dgain[p] = (float)product;
        dshift[p] = (float)sum;
    }
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
