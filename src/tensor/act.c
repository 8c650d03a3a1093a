/* What treats every number alike: activations, the mask of a ReLU, sums of two. */
#include "tensor/level_kernels.h"
#include "tensor/level_math.h"

INLINE vf act_value(int kind, vf slope, vf x)
{
    switch (kind) {
    case RUN_RELU:
        return vrelu(x);
    case RUN_LEAKY_RELU:
        return vselect(x < 0, x * slope, x);
    case RUN_TANH:
        return vtanh(x);
    case RUN_SIGMOID:
        return vsigmoid(x);
    default: /* RUN_SILU */
        return x * vsigmoid(x);
    }
}

/* dy * f'(x) */
INLINE vf act_change(int kind, vf slope, vf x, vf y, vf dy)
{
    vf s;

    switch (kind) {
    case RUN_RELU:
        return vkeep(dy, y > 0);
    case RUN_LEAKY_RELU:
        return vselect(x > 0, dy, dy * slope);
    case RUN_TANH:
        return dy * (1.0f - y * y);
    case RUN_SIGMOID:
        return dy * (y * (1.0f - y));
    default: /* RUN_SILU */
        s = vsigmoid(x);
        return dy * (s * (1.0f + x * (1.0f - s)));
    }
}

INLINE void act_run(int kind, float slope, size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i += VL)
        vstore(y + i, act_value(kind, vset(slope), vload(x + i)));
}

void KERNEL(act)(int kind, float slope, size_t n, const float *x, float *y)
{
    switch (kind) {
    case RUN_RELU:
        act_run(RUN_RELU, slope, n, x, y);
        break;
    case RUN_LEAKY_RELU:
        act_run(RUN_LEAKY_RELU, slope, n, x, y);
        break;
    case RUN_TANH:
        act_run(RUN_TANH, slope, n, x, y);
        break;
    case RUN_SIGMOID:
        act_run(RUN_SIGMOID, slope, n, x, y);
        break;
    case RUN_SILU:
        act_run(RUN_SILU, slope, n, x, y);
        break;
    }
}

INLINE void act_back_run(int kind, float slope, size_t n, const float *x, const float *y,
                         const float *dy, float *dx, bool add)
{
    for (size_t i = 0; i < n; i += VL) {
        vf d = act_change(kind, vset(slope), vload(x + i), vload(y + i), vload(dy + i));

        if (add)
            d += vload(dx + i);
        vstore(dx + i, d);
    }
}

void KERNEL(act_back)(int kind, float slope, size_t n, const float *x, const float *y,
                      const float *dy, float *dx, bool add)
{
    switch (kind) {
    case RUN_RELU:
        act_back_run(RUN_RELU, slope, n, x, y, dy, dx, add);
        break;
    case RUN_LEAKY_RELU:
        act_back_run(RUN_LEAKY_RELU, slope, n, x, y, dy, dx, add);
        break;
    case RUN_TANH:
        act_back_run(RUN_TANH, slope, n, x, y, dy, dx, add);
        break;
    case RUN_SIGMOID:
        act_back_run(RUN_SIGMOID, slope, n, x, y, dy, dx, add);
        break;
    case RUN_SILU:
        act_back_run(RUN_SILU, slope, n, x, y, dy, dx, add);
        break;
    }
}

void KERNEL(mask)(size_t n, const float *y, float *dy)
{
    for (size_t i = 0; i < n; i += VL)
        vstore(dy + i, vkeep(vload(dy + i), vload(y + i) > 0));
}

void KERNEL(add)(size_t n, const float *a, const float *b, bool relu, float *y)
{
    for (size_t i = 0; i < n; i += VL) {
        vf sum = vload(a + i) + vload(b + i);

        vstore(y + i, relu ? vrelu(sum) : sum);
    }
}
