#include "nn/precision.h"

#include <string.h>

/* Multiply-adds of an image from which a net gains. Below, its time goes into packing small tiles and into other things than products.
 * AVX-512's pairs: measured between digits (16 million, 6 % slower in training) and ResNet-164 (255 million, 10 % faster).
 * Tiles: an estimate between LeNet (0.4 million) and ResNet-20 (40 million). */
static size_t least_for(const Kernels *unit)
{
    return unit->times_f32 > 2 ? 10000000 : 100000000;
}

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
    const Kernels *unit = kernels_bf16_unit();

    if (p != PRECISION_AUTO)
        return p;
    return unit && net_multiply_adds(net) >= least_for(unit) ? PRECISION_BF16 : PRECISION_F32;
}

const Kernels *precision_kernels(Precision p)
{
    const Kernels *best = kernels_best(), *unit = p == PRECISION_BF16 ? kernels_bf16_unit() : NULL;

    if (p != PRECISION_BF16)
        return best;
    return unit ? unit : kernels_bf16(best->level);
}
