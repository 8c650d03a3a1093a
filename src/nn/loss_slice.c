/* The losses 16 images side by side: each formula is a loop over the lanes of one number of the
 * output, which the compiler turns into vectors; loss_reference is what they are held against.
 *
 * A loss costs some hundredths of a microsecond an image and class, so there is one version for
 * all processors and nothing here is a kernel. */
#include "nn/loss_slice.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* One number of 16 images: what it adds to the loss, and its slope. */
typedef void Lanes(const float *x, const float *t, float *value, float *slope);

static void lanes_mse(const float *x, const float *t, float *value, float *slope)
{
    for (int l = 0; l < LANES; l++) {
        value[l] = (x[l] - t[l]) * (x[l] - t[l]);
        slope[l] = 2 * (x[l] - t[l]);
    }
}

static void lanes_l1(const float *x, const float *t, float *value, float *slope)
{
    for (int l = 0; l < LANES; l++) {
        value[l] = fabsf(x[l] - t[l]);
        slope[l] = (float)((x[l] > t[l]) - (x[l] < t[l]));
    }
}

static void lanes_binary(const float *x, const float *t, float *value, float *slope)
{
    for (int l = 0; l < LANES; l++) {
        float small = expf(-fabsf(x[l])); /* never overflows */

        value[l] = (x[l] > 0 ? x[l] : 0) - x[l] * t[l] + log1pf(small);
        slope[l] = (x[l] > 0 ? 1 : small) / (1 + small) - t[l];
    }
}

static void lanes_hinge(const float *x, const float *t, float *value, float *slope)
{
    for (int l = 0; l < LANES; l++) {
        float short_of = 1 - t[l] * x[l];

        value[l] = short_of > 0 ? short_of : 0;
        slope[l] = short_of > 0 ? -t[l] : 0;
    }
}

static void lanes_given(const float *x, const float *t, float *value, float *slope)
{
    for (int l = 0; l < LANES; l++) {
        value[l] = x[l] * t[l];
        slope[l] = t[l];
    }
}

/* t: whether it is a variance's logarithm. */
static void lanes_kl(const float *x, const float *t, float *value, float *slope)
{
    for (int l = 0; l < LANES; l++) {
        float more = expm1f(x[l]);

        value[l] = t[l] > 0 ? (more - x[l]) / 2 : x[l] * x[l] / 2;
        slope[l] = t[l] > 0 ? more / 2 : x[l];
    }
}

static Lanes *const loss_lanes[LOSS_KINDS] = {
    [LOSS_MSE] = lanes_mse,       [LOSS_MSE_CLASS] = lanes_mse, [LOSS_L1] = lanes_l1,
    [LOSS_BINARY] = lanes_binary, [LOSS_HINGE] = lanes_hinge,   [LOSS_GIVEN] = lanes_given,
    [LOSS_KL] = lanes_kl,
};

/* Where number i of the output lies, counted from its number 0. */
static size_t number_at(const View *v, int i)
{
    return view_offset(v, i / (v->h * v->w), i / v->w % v->h, i % v->w) - v->at;
}

/* The gradient of number i, zero in the lanes without an image. */
static void slice_put(const LossSlice *s, int i, const float *slope)
{
    float *dx = s->dx + number_at(s->dv, i);

    for (int l = 0; l < LANES; l++) {
        float d = l < s->images ? s->scale * slope[l] : 0;

        dx[l] = s->add ? dx[l] + d : d;
    }
}

/* What number i should be in each lane. */
static void slice_wanted(const LossSlice *s, int i, float *t)
{
    const int *classes = s->target;
    const float *values = s->target;

    memset(t, 0, LANES * sizeof *t);
    for (int l = 0; l < s->images; l++) {
        size_t image = (size_t)s->first + l;

        t[l] = s->loss->kind == LOSS_MSE_CLASS ? (float)(classes[image] == i)
               : s->loss->kind == LOSS_KL      ? (float)(i >= s->f / 2)
                                               : values[image * s->f + i];
    }
}

/* The losses that look at each number alone. */
static void slice_numbers(LossSlice *s)
{
    Lanes *lanes = loss_lanes[s->loss->kind];
    float t[LANES], value[LANES], slope[LANES];
    bool sums = s->loss->kind == LOSS_GIVEN || s->loss->kind == LOSS_KL;
    double share = sums ? 1 : 1.0 / s->f;

    s->scale *= (float)share;
    for (int i = 0; i < s->f; i++) {
        slice_wanted(s, i, t);
        lanes(s->x + number_at(s->v, i), t, value, slope);
        for (int l = 0; l < LANES; l++)
            s->value[l] += share * value[l];
        if (s->dx)
            slice_put(s, i, slope);
    }
}

/* Each lane's largest number and where it stands first. */
static void slice_largest(const LossSlice *s, float *most, int *at)
{
    memcpy(most, s->x + number_at(s->v, 0), LANES * sizeof *most);
    memset(at, 0, LANES * sizeof *at);
    for (int i = 1; i < s->f; i++) {
        const float *x = s->x + number_at(s->v, i);

        for (int l = 0; l < LANES; l++) {
            at[l] = x[l] > most[l] ? i : at[l];
            most[l] = x[l] > most[l] ? x[l] : most[l];
        }
    }
}

/* Cross-entropy with q = smoothing/F everywhere and 1 - smoothing more at the class:
 * loss = log(sum exp(x - most)) - sum q (x - most). */
static void slice_cross_entropy(LossSlice *s, const float *most)
{
    const int *classes = (const int *)s->target + s->first;
    float base = s->loss->smoothing / (float)s->f, more = 1 - s->loss->smoothing;
    float total[LANES] = {0}, rest[LANES] = {0}, picked[LANES] = {0}, slope[LANES];

    for (int i = 0; i < s->f; i++) {
        const float *x = s->x + number_at(s->v, i);

        for (int l = 0; l < s->images; l++) {
            total[l] += expf(x[l] - most[l]);
            rest[l] += x[l] - most[l];
            picked[l] = i == classes[l] ? x[l] - most[l] : picked[l];
        }
    }
    for (int l = 0; l < s->images; l++)
        s->value[l] = (double)logf(total[l]) - (double)base * rest[l] - (double)more * picked[l];
    for (int i = 0; s->dx && i < s->f; i++) {
        const float *x = s->x + number_at(s->v, i);

        for (int l = 0; l < s->images; l++)
            slope[l] = expf(x[l] - most[l]) / total[l] - base - (i == classes[l] ? more : 0);
        slice_put(s, i, slope);
    }
}

/* Counts the images whose largest number is their class'. */
static void slice_right(const LossSlice *s, const int *at, long *right)
{
    const int *classes = (const int *)s->target + s->first;

    for (int l = 0; l < s->images; l++) {
        assert(classes[l] >= 0 && classes[l] < s->f);
        *right += at[l] == classes[l];
    }
}

void loss_slice(const Loss *loss, const Kernels *k, const View *v, const float *x,
                const void *target, int first, int images, float scale, const View *dv, float *dx,
                bool add, double *sum, long *right)
{
    float weight = loss->weight != 0 ? loss->weight : 1, most[LANES];
    LossSlice s = {loss,           v,  dv,  x,  target, first, images, v->c * v->h * v->w,
                   scale * weight, dx, add, {0}};
    int at[LANES];

    assert(images >= 1 && images <= LANES && !v->by_channel);
    if (loss->kind == LOSS_CROSS_ENTROPY || loss->kind == LOSS_MSE_CLASS) {
        slice_largest(&s, most, at);
        slice_right(&s, at, right);
    }
    if (loss->kind == LOSS_CROSS_ENTROPY)
        slice_cross_entropy(&s, most);
    else if (loss->kind == LOSS_CTC)
        ctc_slice(&s, k, right);
    else
        slice_numbers(&s);
    for (int l = 0; l < images; l++)
        *sum += s.value[l];
}
