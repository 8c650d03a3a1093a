/* The tables of one level's kernels. */
#include "tensor/level_kernels.h"

#define LEVEL_TEXT_(level) #level
#define LEVEL_TEXT(level)  LEVEL_TEXT_(level)

extern const Kernels KERNEL(kernels), KERNEL(kernels_bf16);
const Kernels KERNEL(kernels) = {.level = LEVEL_TEXT(LEVEL),
                                 .products = "f32",
                                 KERNELS_PRODUCTS(KERNEL_FILL) KERNELS_OTHERS(KERNEL_FILL)};
const Kernels KERNEL(kernels_bf16) = {.level = LEVEL_TEXT(LEVEL),
                                      .products = "bf16",
                                      .gemm = KERNEL(gemm_bf16),
                                      .dot = KERNEL(dot_bf16),
                                      KERNELS_OTHERS(KERNEL_FILL)};

#if defined(LEVELS_UNITS) && defined(__AVX512F__)
/* bf16_unit.c, compiled for two units, beside this level's other kernels. */
#define UNIT_TABLE(unit, text, times)                                                              \
    void gemm_##unit(const Gemm *g);                                                               \
    void dot_##unit(const Dot *d);                                                                 \
    extern const Kernels kernels_of_##unit;                                                        \
    const Kernels kernels_of_##unit = {.level = LEVEL_TEXT(LEVEL),                                 \
                                       .products = text,                                           \
                                       .times_f32 = times,                                         \
                                       .gemm = gemm_##unit,                                        \
                                       .dot = dot_##unit,                                          \
                                       KERNELS_OTHERS(KERNEL_FILL)}
UNIT_TABLE(amx, "bf16 on AMX", 16);
UNIT_TABLE(avx512bf16, "bf16 on AVX-512", 2);
#endif
