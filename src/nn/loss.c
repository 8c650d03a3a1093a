/* The losses by name, and the plain reference of each, in double. */
#include "nn/loss.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char *const loss_names[LOSS_KINDS] = {
    [LOSS_CROSS_ENTROPY] = "cross-entropy",
    [LOSS_MSE] = "mse",
    [LOSS_MSE_CLASS] = "mse-class",
    [LOSS_L1] = "l1",
    [LOSS_BINARY] = "binary-cross-entropy",
    [LOSS_HINGE] = "hinge",
    [LOSS_GIVEN] = "given",
    [LOSS_CTC] = "ctc",
    [LOSS_KL] = "kl",
};

const char *loss_name(LossKind kind)
{
    assert(kind >= 0 && kind < LOSS_KINDS);
    return loss_names[kind];
}

int loss_find(const char *name)
{
    for (int i = 0; i < LOSS_KINDS; i++)
        if (!strcmp(name, loss_names[i]))
            return i;
    return -1;
}

/* A row of steps, with a blank beside at least one label. */
static int check_ctc(const char *output, Shape s, Err *e)
{
    if (s.h != 1 || s.w < 1 || s.w > CTC_STEPS)
        return err_set(e, ERR_ARGUMENT, "ctc on '%s': %d by %d is not a row of 1 .. %d steps",
                       output, s.h, s.w, CTC_STEPS);
    if (s.c < 2 || s.c > CTC_CLASSES)
        return err_set(e, ERR_ARGUMENT, "ctc on '%s': %d classes are not 2 .. %d", output, s.c,
                       CTC_CLASSES);
    return 0;
}

int loss_check(const Loss *loss, Shape shape, Err *e)
{
    long f = (long)shape.c * shape.h * shape.w;
    const char *output = loss->output ? loss->output : "";

    if ((int)loss->kind < 0 || loss->kind >= LOSS_KINDS)
        return err_set(e, ERR_ARGUMENT, "loss on '%s': there is no loss number %d", output,
                       (int)loss->kind);
    if (!(isfinite(loss->weight) && loss->weight >= 0))
        return err_set(e, ERR_ARGUMENT, "%s on '%s': a weight of %g is not a positive number",
                       loss_names[loss->kind], output, loss->weight);
    if (!(loss->smoothing >= 0 && loss->smoothing < 1))
        return err_set(e, ERR_ARGUMENT,
                       "%s on '%s': a label smoothing of %g is not in 0 .. 1, 1 left out",
                       loss_names[loss->kind], output, loss->smoothing);
    if (loss->kind == LOSS_CROSS_ENTROPY && f < 2)
        return err_set(e, ERR_ARGUMENT, "%s on '%s': %ld class is not something to choose from",
                       loss_names[loss->kind], output, f);
    if (loss->kind == LOSS_KL && f % 2)
        return err_set(e, ERR_ARGUMENT, "%s on '%s': %ld numbers are not as many means as variances",
                       loss_names[loss->kind], output, f);
    if (loss->kind == LOSS_CTC)
        return check_ctc(output, shape, e);
    return 0;
}

/* log(sum of exp(x)), which no x overflows. */
static double log_sum_exp(int f, const float *x)
{
    double most = x[0], sum = 0;

    for (int i = 1; i < f; i++)
        most = fmax(most, x[i]);
    for (int i = 0; i < f; i++)
        sum += exp(x[i] - most);
    return most + log(sum);
}

/* What one number x adds to the loss, and its slope; log_sum is used by cross-entropy alone. */
static double number_loss(LossKind kind, double x, double t, double log_sum, double *slope)
{
    switch (kind) {
    case LOSS_CROSS_ENTROPY:
        *slope = exp(x - log_sum) - t;
        return -t * (x - log_sum);
    case LOSS_MSE:
    case LOSS_MSE_CLASS:
        *slope = 2 * (x - t);
        return (x - t) * (x - t);
    case LOSS_L1:
        *slope = (x > t) - (x < t);
        return fabs(x - t);
    case LOSS_BINARY:
        *slope = 1 / (1 + exp(-x)) - t;
        return fmax(x, 0) - x * t + log1p(exp(-fabs(x)));
    case LOSS_HINGE:
        *slope = t * x < 1 ? -t : 0;
        return fmax(0, 1 - t * x);
    case LOSS_KL: /* t: it is a variance's logarithm */
        *slope = t > 0 ? expm1(x) / 2 : x;
        return t > 0 ? (expm1(x) - x) / 2 : x * x / 2;
    default:
        *slope = t;
        return x * t;
    }
}

/* The target for number i of an image. */
static double wanted(const Loss *loss, int f, const void *target, int image, int i)
{
    double smoothing = loss->kind == LOSS_CROSS_ENTROPY ? loss->smoothing : 0;
    int class;

    if (loss->kind == LOSS_KL)
        return i >= f / 2;
    if (loss->kind != LOSS_CROSS_ENTROPY && loss->kind != LOSS_MSE_CLASS)
        return ((const float *)target)[(size_t)image * f + i];
    class = ((const int *)target)[image];
    assert(class >= 0 && class < f);
    return (1 - smoothing) * (i == class) + smoothing / f;
}

void loss_reference(const Loss *loss, int count, int f, const float *x, const void *target,
                    float scale, double *values, float *dx)
{
    bool sums = loss->kind == LOSS_CROSS_ENTROPY || loss->kind == LOSS_GIVEN || loss->kind == LOSS_KL;
    double share = sums ? 1 : 1.0 / f;

    assert(loss->kind != LOSS_CTC);
    for (int image = 0; image < count; image++) {
        const float *row = x + (size_t)image * f;
        double log_sum = loss->kind == LOSS_CROSS_ENTROPY ? log_sum_exp(f, row) : 0;
        double value = 0;

        for (int i = 0; i < f; i++) {
            double slope, t = wanted(loss, f, target, image, i);

            value += share * number_loss(loss->kind, row[i], t, log_sum, &slope);
            if (dx)
                dx[(size_t)image * f + i] = (float)(scale * share * slope);
        }
        if (values)
            values[image] = value;
    }
}
