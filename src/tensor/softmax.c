/* Softmax over numbers that lie a step apart, for 16 lanes at once: the largest is taken off first,
 * so that no exponential overflows. */
#include "tensor/level_kernels.h"
#include "tensor/level_math.h"

void KERNEL(softmax)(int count, const float *x, size_t x_step, float *y, size_t y_step)
{
    for (int l = 0; l < LANES; l += VL) {
        vf largest = vload(x + l), sum = {0};

        for (int i = 1; i < count; i++)
            largest = vmax(largest, vload(x + i * x_step + l));
        for (int i = 0; i < count; i++) {
            vf e = vexp(vload(x + i * x_step + l) - largest);

            sum += e;
            vstore(y + i * y_step + l, e);
        }
        sum = 1.0f / sum;
        for (int i = 0; i < count; i++)
            vstore(y + i * y_step + l, vload(y + i * y_step + l) * sum);
    }
}

void KERNEL(softmax_back)(int count, const float *y, size_t y_step, const float *dy, size_t dy_step,
                          float *dx, size_t dx_step, bool add)
{
    for (int l = 0; l < LANES; l += VL) {
        vf dot = {0};

        for (int i = 0; i < count; i++)
            dot += vload(y + i * y_step + l) * vload(dy + i * dy_step + l);
        for (int i = 0; i < count; i++) {
            vf d = vload(y + i * y_step + l) * (vload(dy + i * dy_step + l) - dot);

            if (add)
                d += vload(dx + i * dx_step + l);
            vstore(dx + i * dx_step + l, d);
        }
    }
}
