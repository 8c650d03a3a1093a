#include "nn/metric_sets.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- the Frechet distance ---- */

/* Mean (f) and covariance (f,f), over n-1. */
static void spread(long n, const float *x, int f, double *mean, double *cov)
{
    memset(mean, 0, (size_t)f * sizeof *mean);
    memset(cov, 0, (size_t)f * (size_t)f * sizeof *cov);
    for (long i = 0; i < n; i++)
        for (int a = 0; a < f; a++)
            mean[a] += x[i * f + a];
    for (int a = 0; a < f; a++)
        mean[a] /= (double)n;
    for (long i = 0; i < n; i++)
        for (int a = 0; a < f; a++) {
            double d = (x[i * f + a] - mean[a]) / (double)(n - 1);

            for (int b = a; b < f; b++)
                cov[a * f + b] += d * (x[i * f + b] - mean[b]);
        }
    for (int a = 0; a < f; a++)
        for (int b = 0; b < a; b++)
            cov[a * f + b] = cov[b * f + a];
}

/* One rotation of Jacobi's: the angle that makes m[p][q] zero, applied to m and to the vectors. */
static void rotate(double *m, double *vectors, int f, int p, int q)
{
    double theta = (m[q * f + q] - m[p * f + p]) / (2 * m[p * f + q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;

    for (int i = 0; i < f; i++) {
        double x = m[i * f + p], y = m[i * f + q];

        m[i * f + p] = c * x - s * y;
        m[i * f + q] = s * x + c * y;
    }
    for (int i = 0; i < f; i++) {
        double x = m[p * f + i], y = m[q * f + i];

        m[p * f + i] = c * x - s * y;
        m[q * f + i] = s * x + c * y;
        x = vectors[p * f + i];
        y = vectors[q * f + i];
        vectors[p * f + i] = c * x - s * y;
        vectors[q * f + i] = s * x + c * y;
    }
}

/* Eigenvalues on the diagonal of the symmetric m, eigenvectors in the rows of `vectors`: Jacobi's
 * sweeps, until what is off the diagonal counts no more. */
static void eigen(double *m, double *vectors, int f)
{
    enum { SWEEPS = 60 };

    for (int i = 0; i < f * f; i++)
        vectors[i] = i / f == i % f;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0, all = 0;

        for (int i = 0; i < f * f; i++) {
            all += m[i] * m[i];
            off += i / f == i % f ? 0 : m[i] * m[i];
        }
        if (!(off > 1e-24 * all))
            return;
        for (int p = 0; p < f; p++)
            for (int q = p + 1; q < f; q++)
                if (m[p * f + q] != 0)
                    rotate(m, vectors, f, p, q);
    }
}

static void multiply(const double *a, const double *b, int f, double *out)
{
    memset(out, 0, (size_t)f * (size_t)f * sizeof *out);
    for (int i = 0; i < f; i++)
        for (int k = 0; k < f; k++)
            for (int j = 0; j < f; j++)
                out[i * f + j] += a[i * f + k] * b[k * f + j];
}

/* root = c^(1/2) = V' diag(sqrt) V; destroys c. */
static void square_root(double *c, int f, double *vectors, double *root)
{
    eigen(c, vectors, f);
    memset(root, 0, (size_t)f * (size_t)f * sizeof *root);
    for (int k = 0; k < f; k++) {
        double r = sqrt(fmax(c[k * f + k], 0));

        for (int i = 0; i < f; i++)
            for (int j = 0; j < f; j++)
                root[i * f + j] += r * vectors[k * f + i] * vectors[k * f + j];
    }
}

int metric_frechet(long n, const float *a, long m, const float *b, int f, double *out, Err *e)
{
    size_t square = (size_t)f * (size_t)f;
    double *block = malloc((2 * (size_t)f + 5 * square) * sizeof *block);
    double *means = block, *ca = block + 2 * f, *cb = ca + square, *vectors = cb + square,
           *root = vectors + square, *half = root + square, sum = 0;

    assert(n > 1 && m > 1 && f > 0 && f <= FRECHET_LIMIT);
    if (!block)
        return err_set(e, ERR_MEMORY, "no memory for covariances of %d numbers", f);
    spread(n, a, f, means, ca);
    spread(m, b, f, means + f, cb);
    for (int i = 0; i < f; i++) {
        double d = means[i] - means[f + i];

        sum += d * d + ca[i * f + i] + cb[i * f + i];
    }
    square_root(ca, f, vectors, root);
    multiply(root, cb, f, half);
    multiply(half, root, f, ca); /* similar to C1 C2, but symmetric */
    eigen(ca, vectors, f);
    for (int i = 0; i < f; i++)
        sum -= 2 * sqrt(fmax(ca[i * f + i], 0));
    *out = fmax(sum, 0);
    free(block);
    return 0;
}

/* ---- neighbours ---- */

/* Squared, in sixteen sums that a processor can run side by side. */
static float distance(const float *a, const float *b, int f)
{
    float sums[16] = {0}, all = 0;
    int i = 0;

    for (; i + 16 <= f; i += 16)
        for (int l = 0; l < 16; l++) {
            float d = a[i + l] - b[i + l];

            sums[l] += d * d;
        }
    for (; i < f; i++)
        all += (a[i] - b[i]) * (a[i] - b[i]);
    for (int l = 0; l < 16; l++)
        all += sums[l];
    return all;
}

typedef struct Rows { /* each thread has some rows of a */
    const float *a, *b;
    long n, m;
    int f, k;
    Team *team;
    float *out;          /* (n) */
    const float *radius; /* (m) of the points of b */
    int *inside;         /* (n) balls of b that hold the point of a */
} Rows;

/* The k smallest of the distances to b, in order; a point is no neighbour of itself. */
static float kth(const Rows *r, long i, float *nearest)
{
    int found = 0;

    for (long j = 0; j < r->m; j++) {
        float d;
        int at;

        if (r->a == r->b && i == j)
            continue;
        d = distance(r->a + i * r->f, r->b + j * r->f, r->f);
        if (found == r->k && !(d < nearest[found - 1]))
            continue;
        for (at = found < r->k ? found++ : r->k - 1; at && d < nearest[at - 1]; at--)
            nearest[at] = nearest[at - 1];
        nearest[at] = d;
    }
    return nearest[found - 1];
}

static void share(const Rows *r, int thread, long *first, long *end)
{
    *first = 0;
    *end = r->n;
    if (r->team)
        team_share(r->team, thread, r->n, 1, first, end);
}

static void find_kth(void *job, int thread)
{
    Rows *r = job;
    float nearest[64];
    long first, end;

    share(r, thread, &first, &end);
    for (long i = first; i < end; i++)
        r->out[i] = kth(r, i, nearest);
}

static void count_balls(void *job, int thread)
{
    Rows *r = job;
    long first, end;

    share(r, thread, &first, &end);
    for (long i = first; i < end; i++) {
        r->inside[i] = 0;
        r->out[i] = INFINITY;
        for (long j = 0; j < r->m; j++) {
            float d = distance(r->a + i * r->f, r->b + j * r->f, r->f);

            r->inside[i] += d <= r->radius[j];
            r->out[i] = d < r->out[i] ? d : r->out[i];
        }
    }
}

static void run(Rows *r, TeamWork *work)
{
    if (r->team)
        team_run(r->team, work, r);
    else
        work(r, 0);
}

void metric_nearest(long n, const float *a, long m, const float *b, int f, Team *team,
                    float *nearest)
{
    Rows r = {.a = a, .b = b, .n = n, .m = m, .f = f, .k = 1, .team = team, .out = nearest};

    run(&r, find_kth);
    for (long i = 0; i < n; i++)
        nearest[i] = sqrtf(nearest[i]);
}

int metric_manifold(long n, const float *real, long m, const float *made, int f, int k, Team *team,
                    Manifold *out, Err *e)
{
    long most = n > m ? n : m;
    float *block = malloc((size_t)(n + m + most) * sizeof *block);
    float *real_radius = block, *made_radius = block + n, *nearest = made_radius + m;
    int *inside = malloc((size_t)most * sizeof *inside);
    long in_real = 0, balls = 0, in_made = 0, covered = 0;
    int code = 0;

    assert(k > 0 && k <= 64 && n > k && m > k);
    if (block && inside) {
        run(&(Rows){real, real, n, n, f, k, team, real_radius, NULL, NULL}, find_kth);
        run(&(Rows){made, made, m, m, f, k, team, made_radius, NULL, NULL}, find_kth);
        run(&(Rows){made, real, m, n, f, k, team, nearest, real_radius, inside}, count_balls);
        for (long i = 0; i < m; i++) {
            in_real += inside[i] > 0;
            balls += inside[i];
        }
        run(&(Rows){real, made, n, m, f, k, team, nearest, made_radius, inside}, count_balls);
        for (long i = 0; i < n; i++) {
            in_made += inside[i] > 0;
            covered += nearest[i] <= real_radius[i];
        }
        *out = (Manifold){.precision = (double)in_real / (double)m,
                          .recall = (double)in_made / (double)n,
                          .density = (double)balls / (double)m / k,
                          .coverage = (double)covered / (double)n};
    } else {
        code = err_set(e, ERR_MEMORY, "no memory for neighbours of %ld points", most);
    }
    free(block);
    free(inside);
    return code;
}
