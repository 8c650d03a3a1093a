/* Figures of merit for pictures. */
#include "nn/metric.h"

#include <assert.h>
#include <math.h>

double metric_mse(long n, const float *a, const float *b)
{
    double sum = 0;

    for (long i = 0; i < n; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return n > 0 ? sum / (double)n : 0;
}

double metric_kl(long n, const float *p, const float *q)
{
    double sum = 0;

    for (long i = 0; i < n; i++) {
        double a = fmin(fmax(p[i], 1e-7), 1), b = fmin(fmax(q[i], 1e-7), 1);

        sum += a * log(a / b);
    }
    return n > 0 ? sum / (double)n : 0;
}

double metric_psnr(long n, const float *a, const float *b)
{
    return -10 * log10(metric_mse(n, a, b));
}

enum { WINDOW = 11 };

static void gaussian_window(double *window)
{
    double sum = 0;

    for (int i = 0; i < WINDOW; i++) {
        double x = (i - WINDOW / 2) / 1.5;

        window[i] = exp(-x * x / 2);
        sum += window[i];
    }
    for (int i = 0; i < WINDOW; i++)
        window[i] /= sum;
}

/* The similarity within one window, whose upper left corners a and b are. */
static double window_ssim(int w, const float *a, const float *b, const double *window)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;

    for (int y = 0; y < WINDOW; y++)
        for (int x = 0; x < WINDOW; x++) {
            double share = window[y] * window[x], p = a[(long)y * w + x], q = b[(long)y * w + x];

            mean_a += share * p;
            mean_b += share * q;
            aa += share * p * p;
            bb += share * q * q;
            ab += share * p * q;
        }
    aa -= mean_a * mean_a;
    bb -= mean_b * mean_b;
    ab -= mean_a * mean_b;
    return (2 * mean_a * mean_b + c1) * (2 * ab + c2) /
           ((mean_a * mean_a + mean_b * mean_b + c1) * (aa + bb + c2));
}

double metric_ssim(int h, int w, const float *a, const float *b)
{
    double window[WINDOW], sum = 0;

    assert(h >= WINDOW && w >= WINDOW);
    gaussian_window(window);
    for (int y = 0; y + WINDOW <= h; y++)
        for (int x = 0; x + WINDOW <= w; x++)
            sum += window_ssim(w, a + (long)y * w + x, b + (long)y * w + x, window);
    return sum / ((double)(h - WINDOW + 1) * (w - WINDOW + 1));
}
