#include "nn/precision.h"

#include <string.h>

/* Multiply-adds of an image from which a net gains: an estimate between LeNet (0.4 million) and digits (16 million), which trains 1.6 times
 * as fast on AVX-512's pairs. */
static const size_t large = 10000000;

static const char *const names[] = {
    [PRECISION_AUTO] = "auto", [PRECISION_F32] = "f32", [PRECISION_BF16] = "bf16"};

const char *precision_name(Precision p)
{
    return names[p];
}

int precision_find(const char *name)
{
    for (int i = PRECISION_AUTO; i <= PRECISION_BF16; i++)
        if (!strcmp(name, names[i]))
            return i;
    return -1;
}

Precision precision_choose(Precision p, const Net *net)
{
    if (p != PRECISION_AUTO)
        return p;
    return net_multiply_adds(net) >= large && kernels_bf16_unit() ? PRECISION_BF16 : PRECISION_F32;
}

const Kernels *precision_kernels(Precision p)
{
    const Kernels *best = kernels_best(), *unit = p == PRECISION_BF16 ? kernels_bf16_unit() : NULL;

    if (p != PRECISION_BF16)
        return best;
    return unit ? unit : kernels_bf16(best->level);
}
