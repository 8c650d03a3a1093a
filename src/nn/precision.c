#include "nn/precision.h"

#include <string.h>

/* Multiply-adds of an image. Below, a net's time goes into packing small tiles and into other things than products: an estimate
 * between LeNet (0.4 million) and ResNet-20 (40 million). */
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
