#include "image/paper.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/closing.h"
#include "image/levels.h"

static const float reach_share = 0.16f; /* half the closing's window, of the longer side */
static const float flat_range = 3;      /* a closing within this many grey steps is plain paper */
enum { SAMPLES = 2048, FIT_SAMPLES = 256, FIT_STEPS = 8, TERMS = 6 };

/* ---- the surface ---- */

/* c0 + c1 x + c2 y + c3 x^2 + c4 xy + c5 y^2 with x, y from -1 to 1 across the picture. */
typedef struct Surface {
    double c[TERMS];
} Surface;

typedef struct Samples { /* pixels on a grid: enough to judge by, few enough to be quick */
    int count, fit_step; /* of which a fit takes each fit_step-th */
    float x[SAMPLES], y[SAMPLES], v[SAMPLES], closed[SAMPLES];
    float rest[SAMPLES]; /* v less the surface */
    float work[SAMPLES];
} Samples;

static float across(int i, int n)
{
    return n > 1 ? 2.0f * (float)i / (float)(n - 1) - 1 : 0;
}

static double surface_at(const Surface *s, float x, float y)
{
    return s->c[0] + s->c[1] * x + s->c[2] * y + s->c[3] * x * x + s->c[4] * x * y +
           s->c[5] * y * y;
}

static void take_samples(Samples *s, const float *v, const float *closed, int w, int h)
{
    int step = 1;

    while (((w - 1) / step + 1) * ((h - 1) / step + 1) > SAMPLES)
        step++;
    s->count = 0;
    for (int y = (h - 1) % step / 2; y < h; y += step) {
        for (int x = (w - 1) % step / 2; x < w; x += step) {
            int k = s->count++, i = y * w + x;
            s->x[k] = across(x, w);
            s->y[k] = across(y, h);
            s->v[k] = v[i];
            s->closed[k] = closed[i];
        }
    }
    s->fit_step = 1 + (s->count - 1) / FIT_SAMPLES;
}

/* Normal equations of a weighted least-squares fit, upper triangle and right side. */
typedef struct Normal {
    double a[TERMS][TERMS + 1];
} Normal;

static void normal_add(Normal *m, double weight, float x, float y, float v)
{
    double f[TERMS] = {1, x, y, (double)x * x, (double)x * y, (double)y * y};

    for (int i = 0; i < TERMS; i++) {
        double wf = weight * f[i];
        for (int j = i; j < TERMS; j++)
            m->a[i][j] += wf * f[j];
        m->a[i][TERMS] += wf * v;
    }
}

/* Solves by elimination, the bends held back a little (ridge) so that what one corner says of them does
 * not carry; the matrix is positive definite then. Returns the largest change of a coefficient. */
static double normal_solve(Normal *m, int count, Surface *s)
{
    double change = 0;

    for (int i = 0; i < TERMS; i++)
        m->a[i][i] += i > 2 ? 0.02 * count : 1e-3;
    for (int i = 0; i < TERMS; i++) {
        for (int r = i + 1; r < TERMS; r++) {
            double f = m->a[i][r] / m->a[i][i];
            for (int c = r; c <= TERMS; c++)
                m->a[r][c] -= f * m->a[i][c];
        }
    }
    for (int i = TERMS - 1; i >= 0; i--) {
        double v = m->a[i][TERMS];
        for (int c = i + 1; c < TERMS; c++)
            v -= m->a[i][c] * s->c[c];
        v /= m->a[i][i];
        change = fmax(change, fabs(v - s->c[i]));
        s->c[i] = v;
    }
    return change;
}

/* The deviation of bare paper from what lies on its bright side, where no ink is. `above` has n values, of
 * which each step-th counts. */
static float bright_noise(const float *above, int n, int step, float *work)
{
    Levels levels;
    int m = 0;

    for (int i = 0; i < n; i += step)
        if (above[i] >= 0)
            work[m++] = above[i];
    if (m <= 4)
        return 1;
    levels_count(&levels, work, m, 0, 64);
    return fmaxf(1.48f * levels_quantile(&levels, 0.5f), 1);
}

static void take_rest(Samples *s, const Surface *surface, int step)
{
    for (int i = 0; i < s->count; i += step)
        s->rest[i] = s->v[i] - (float)surface_at(surface, s->x[i], s->y[i]);
}

/* How much a sample has to say: nothing when it is much darker (ink), less and less when it is brighter
 * than paper should be. `t` is its rest in units of 2.5 deviations. */
static double weight_of(float t)
{
    if (t < -1)
        return 0;
    if (t > 1)
        return 1 / ((double)t * t);
    if (t >= 0)
        return 1;
    double q = (1 - (double)t * t) * (1 - (double)t * t);
    return q < 0.05 ? 0.05 : q;
}

/* Reweighted least squares from where `surface` stands. Returns the cost, by which fits from two
 * starts are compared: much brighter than paper is worse than darker, for that is what ink is. */
static double fit_surface(Samples *s, Surface *surface)
{
    double cost = 0;

    for (int step = 0; step < FIT_STEPS; step++) {
        Normal m = {0};
        take_rest(s, surface, s->fit_step);
        float reach = 2.5f * bright_noise(s->rest, s->count, s->fit_step, s->work);
        for (int i = 0; i < s->count; i += s->fit_step) {
            double weight = weight_of(s->rest[i] / reach);
            if (weight > 0)
                normal_add(&m, weight, s->x[i], s->y[i], s->v[i]);
        }
        if (normal_solve(&m, s->count / s->fit_step, surface) < 0.3)
            break;
    }
    take_rest(s, surface, s->fit_step);
    for (int i = 0; i < s->count; i += s->fit_step) {
        double q = s->rest[i] * s->rest[i] / 36;
        cost += fmin(q, s->rest[i] < 0 ? 1 : 4);
    }
    return cost;
}

/* The better of two fits: one starts flat at the brighter class (right where ink is half of the
 * picture), one at the closing (right where the light falls off steeply). */
static Surface find_surface(Samples *s)
{
    Levels levels;
    Normal m = {0};

    levels_count(&levels, s->v, s->count, -1, 256);
    Cut cut = levels_cut(&levels, levels_quantile(&levels, 0.01f), levels_quantile(&levels, 0.99f));
    Surface flat = {{cut.upper_mean}}, closed = flat;
    for (int i = 0; i < s->count; i += s->fit_step)
        normal_add(&m, 1, s->x[i], s->y[i], s->closed[i]);
    normal_solve(&m, s->count / s->fit_step, &closed);
    double cost_flat = fit_surface(s, &flat), cost_closed = fit_surface(s, &closed);
    return cost_flat <= cost_closed ? flat : closed;
}

/* ---- the choice ---- */

/* How far the closing lies above the middle of the paper: it rides on the crests of the noise. */
static float closing_bias(Samples *s)
{
    Levels levels;
    int m = 0;

    for (int i = 0; i < s->count; i++)
        s->work[i] = s->closed[i] - s->v[i];
    levels_count(&levels, s->work, s->count, 0, 256);
    float at = levels_cut(&levels, 0, levels_quantile(&levels, 0.99f)).at;
    for (int i = 0; i < s->count; i++)
        if (s->work[i] < at)
            s->work[m++] = s->work[i];
    if (m == 0)
        return 0;
    levels_count(&levels, s->work, m, 0, 64);
    return levels_quantile(&levels, 0.5f);
}

/* The share of samples that are ink, by how far below the paper they lie. */
static float ink_share(const float *depth, int n)
{
    Levels levels;

    levels_count(&levels, depth, n, 0, 256);
    return levels_cut(&levels, 0, levels_quantile(&levels, 0.995f)).upper_share;
}

/* A closing that has taken ink for paper comes down to the level of ink, and leaves odd bits of it
 * standing. Beside a shadow it comes down too, but ink is darker still and what stands out is little,
 * while the surface takes the whole shadow for ink. The weights were fitted to some 9,000 pictures
 * (photos and made ones, shaded, inverted, cut tight) that a net read right with one model only. */
static bool closing_is_better(Samples *s, const Surface *surface)
{
    Levels levels;

    levels_count(&levels, s->v, s->count, -1, 256);
    float ink = levels_quantile(&levels, 0.01f);
    levels_count(&levels, s->closed, s->count, -1, 256);
    float low = levels_quantile(&levels, 0.05f), high = levels_quantile(&levels, 0.95f);
    float above_ink = (low - ink) / fmaxf(high - ink, 1e-3f);
    for (int i = 0; i < s->count; i++)
        s->work[i] = s->closed[i] - s->v[i];
    float closing_ink = ink_share(s->work, s->count);
    take_rest(s, surface, 1);
    for (int i = 0; i < s->count; i++)
        s->work[i] = -s->rest[i];
    float surface_ink = ink_share(s->work, s->count);
    return 10.9f * fminf(above_ink, 0.3f) + 3.4f * surface_ink - 15.4f * closing_ink > 0.68f;
}

static bool is_flat(const float *v, int n)
{
    float low = v[0], high = v[0];

    for (int i = 1; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    return high - low < flat_range;
}

/* Fills `paper`, which holds the closing, from the surface if that is better. */
static void choose(int w, int h, Samples *s, float *paper)
{
    if (is_flat(s->closed, s->count))
        return;
    Surface surface = find_surface(s);
    if (closing_is_better(s, &surface))
        return;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            paper[y * w + x] = (float)surface_at(&surface, across(x, w), across(y, h));
    for (int i = 0; i < s->count; i++)
        s->closed[i] = s->v[i] - s->rest[i];
}

/* The closing less its bias, or the surface, and the noise about it. */
static void find(const float *v, int w, int h, int reach, bool any_width, Samples *s, float *paper,
                 float *noise, float *work)
{
    closing(v, w, h, reach, paper, work);
    take_samples(s, v, paper, w, h);
    float bias = closing_bias(s);
    for (int i = 0; i < w * h; i++)
        paper[i] -= bias;
    for (int i = 0; i < s->count; i++)
        s->closed[i] -= bias;
    if (any_width)
        choose(w, h, s, paper);
    for (int i = 0; i < s->count; i++)
        s->rest[i] = s->v[i] - s->closed[i];
    *noise = bright_noise(s->rest, s->count, 1, s->work);
}

int paper_find(const float *v, int w, int h, int stroke_px, float *paper, float *noise, Err *e)
{
    int longer = w > h ? w : h, reach = stroke_px / 2;

    if (!stroke_px || reach > longer)
        reach = (int)(reach_share * (float)longer + 0.5f);
    reach = reach < 1 ? 1 : reach;
    Samples *samples = malloc(sizeof *samples);
    float *work = malloc(closing_room(w, h, reach) * sizeof *work);
    bool fits = samples && work;

    if (fits)
        find(v, w, h, reach, !stroke_px, samples, paper, noise, work);
    free(samples);
    free(work);
    return fits ? 0 : err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", w, h);
}
