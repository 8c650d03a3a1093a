#include "train/calibrate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "nn/metric.h"

/* The likeliest class but noise and how probable it is; -1 if noise is likelier. */
static int read_one(const float *logits, int classes, int noise, double temperature, double *sure)
{
    float p[MODEL_CLASS_LIMIT];
    int digits = noise < 0 ? classes : noise, answer = metric_largest(digits, logits);

    metric_softmax(1, classes, logits, temperature, p);
    *sure = p[answer];
    return noise >= 0 && p[noise] > p[answer] ? -1 : answer;
}

static int largest_first(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? 1 : x > y ? -1 : 0;
}

/* Just above the surest answer that must not be given any more. */
static double threshold_of(const float *logits, const int *labels, long count, int classes,
                           int noise, double temperature, double *wrong)
{
    long digits = 0, n = 0;

    for (long i = 0; i < count; i++) {
        double sure;
        int answer = read_one(logits + i * classes, classes, noise, temperature, &sure);

        if (labels[i] == noise)
            continue;
        digits++;
        if (answer >= 0 && answer != labels[i])
            wrong[n++] = sure;
    }
    long allowed = (long)(CALIBRATE_WRONG * (double)digits);
    if (n <= allowed)
        return 0;
    qsort(wrong, (size_t)n, sizeof *wrong, largest_first);
    return fmin(nextafterf((float)wrong[allowed], 2), 1);
}

void calibrate(const float *logits, const int *labels, long count, int classes, int noise,
               double *room, Calibration *out)
{
    assert(classes >= 1 && classes <= MODEL_CLASS_LIMIT);
    assert(noise == -1 || (noise == classes - 1 && noise > 0));
    if (!count)
        return;
    out->temperature = (float)metric_temperature(count, classes, logits, labels);
    out->threshold =
        (float)threshold_of(logits, labels, count, classes, noise, out->temperature, room);
}
