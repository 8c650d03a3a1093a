#include "image/bands.h"

enum { LEAST_SIDE = 16, MOST_SIDE = 1024, MOST_EDGES = 6 };

static const float least_step = 96;     /* grey steps between the two papers */
static const float least_share = 0.12f; /* of the picture: all dark, and all light bands together */
static const float near = 0.2f;         /* of the step: as a rim is, or as ink is */

/* The picture with its bands upright: position `i` across them, `k` along them. */
typedef struct View {
    float *v;
    int n, length, step, stride;
} View;

static float *at(const View *w, int i, int k)
{
    return &w->v[i * w->step + k * w->stride];
}

/* Marks which bands are dark; false if a rim is neither. */
static bool mark_dark(const View *w, float cut, bool *dark, float level[2], int count[2])
{
    for (int i = 0; i < w->n; i++) {
        float begin = *at(w, i, 0), end = *at(w, i, w->length - 1);
        if ((begin < cut) != (end < cut))
            return false;
        dark[i] = begin < cut;
        level[dark[i]] += 0.5f * (begin + end);
        count[dark[i]]++;
    }
    return true;
}

/* Both papers even, each with some room, and few edges between them. */
static bool are_bands(const View *w, const bool *dark, const float level[2], const int count[2])
{
    float step = level[0] - level[1];
    int edges = 0;

    if (step < least_step || (float)count[0] < least_share * (float)w->n ||
        (float)count[1] < least_share * (float)w->n)
        return false;
    for (int i = 0; i < w->n; i++) {
        float paper = level[dark[i]], begin = *at(w, i, 0) - paper,
              end = *at(w, i, w->length - 1) - paper;
        if (begin * begin > near * near * step * step || end * end > near * near * step * step)
            return false;
        edges += i > 0 && dark[i] != dark[i - 1];
    }
    return edges <= MOST_EDGES;
}

/* In the dark bands there is light ink, less than paper, and nothing that is darker than the paper. */
static bool has_light_ink(const View *w, const bool *dark, const float level[2], int dark_count)
{
    float step = level[0] - level[1];
    int ink = 0, all = dark_count * w->length;

    for (int i = 0; i < w->n; i++)
        for (int k = 0; dark[i] && k < w->length; k++) {
            float over = *at(w, i, k) - level[1];
            if (over < -near * step)
                return false;
            ink += over > (1 - 2 * near) * step;
        }
    return 100 * ink > all && 2 * ink < all;
}

static bool lift(const View *w)
{
    bool dark[MOST_SIDE];
    float level[2] = {0}, low = 255, high = 0;
    int count[2] = {0};

    for (int i = 0; i < w->n; i++)
        for (int k = 0; k < w->length; k += w->length - 1) {
            float v = *at(w, i, k);
            low = v < low ? v : low;
            high = v > high ? v : high;
        }
    if (high - low < least_step || !mark_dark(w, 0.5f * (low + high), dark, level, count))
        return false;
    for (int k = 0; k < 2; k++)
        level[k] /= count[k] ? (float)count[k] : 1;
    if (!are_bands(w, dark, level, count) || !has_light_ink(w, dark, level, count[1]))
        return false;
    for (int i = 0; i < w->n; i++)
        for (int k = 0; dark[i] && k < w->length; k++)
            *at(w, i, k) = level[0] + level[1] - *at(w, i, k);
    return true;
}

bool bands_lift(float *v, int w, int h)
{
    if (w < LEAST_SIDE || h < LEAST_SIDE || w > MOST_SIDE || h > MOST_SIDE)
        return false;
    return lift(&(View){v, w, h, 1, w}) || lift(&(View){v, h, w, w, 1});
}
