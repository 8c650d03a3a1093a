/* The optimisers' steps; the formulas are in nn/optim.h. Any n: the compiler makes the vectors and
 * the rest. */
#include <math.h>

#include "tensor/level_kernels.h"

void KERNEL(step_sgd)(size_t n, float *restrict p, const float *restrict g, float *restrict v,
                      float lr, float momentum, bool nesterov, float decay)
{
    float now = nesterov ? 1 : 0, old = nesterov ? momentum : 1;

    if (!v) {
        for (size_t i = 0; i < n; i++)
            p[i] -= lr * (g[i] + decay * p[i]);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + decay * p[i];

        v[i] = momentum * v[i] + d;
        p[i] -= lr * (now * d + old * v[i]);
    }
}

void KERNEL(step_rmsprop)(size_t n, float *restrict p, const float *restrict g, float *restrict v,
                          float lr, float rho, float eps, float decay)
{
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + decay * p[i];

        v[i] = rho * v[i] + (1 - rho) * d * d;
        p[i] -= lr * d / (sqrtf(v[i]) + eps);
    }
}

void KERNEL(step_adam)(size_t n, float *restrict p, const float *restrict g, float *restrict m,
                       float *restrict v, float lr, float beta1, float beta2, float c1, float c2,
                       float c1_next, bool nadam, float eps, float decay, float decoupled)
{
    float of_m = nadam ? beta1 / c1_next : 1 / c1, of_g = nadam ? (1 - beta1) / c1 : 0;
    float root = 1 / sqrtf(c2), keep = 1 - lr * decoupled;

    for (size_t i = 0; i < n; i++) {
        float d = g[i] + decay * p[i];

        m[i] = beta1 * m[i] + (1 - beta1) * d;
        v[i] = beta2 * v[i] + (1 - beta2) * d * d;
        p[i] = keep * p[i] - lr * (of_m * m[i] + of_g * d) / (sqrtf(v[i]) * root + eps);
    }
}
