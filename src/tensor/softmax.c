/* Softmax over numbers that lie `step` apart, for 16 lanes at once: the largest is taken off first,
 * so that no exponential overflows. */
#include "tensor/level_kernels.h"
#include "tensor/level_math.h"

void KERNEL(softmax)(int count, size_t step, const float *x, float *y)
{
    for (int l = 0; l < LANES; l += VL) {
        vf largest = vload(x + l), sum = {0};

        for (int i = 1; i < count; i++)
            largest = vmax(largest, vload(x + i * step + l));
        for (int i = 0; i < count; i++) {
            vf e = vexp(vload(x + i * step + l) - largest);

            sum += e;
            vstore(y + i * step + l, e);
        }
        sum = 1.0f / sum;
        for (int i = 0; i < count; i++)
            vstore(y + i * step + l, vload(y + i * step + l) * sum);
    }
}

void KERNEL(softmax_back)(int count, size_t step, const float *y, const float *dy, float *dx,
                          bool add)
{
    for (int l = 0; l < LANES; l += VL) {
        vf dot = {0};

        for (int i = 0; i < count; i++)
            dot += vload(y + i * step + l) * vload(dy + i * step + l);
        for (int i = 0; i < count; i++) {
            size_t at = i * step + l;
            vf d = vload(y + at) * (vload(dy + at) - dot);

            if (add)
                d += vload(dx + at);
            vstore(dx + at, d);
        }
    }
}
