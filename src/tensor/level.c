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

/* Units for bf16, beside the level AVX-512's other kernels. */
#define UNIT_DECLARE(name, unit) __typeof__(*((Kernels *)0)->name) name##_##unit;
#define UNIT_FILL(unit, text)                                                                      \
    .level = LEVEL_TEXT(LEVEL), .products = text, .gemm = gemm_##unit, .dot = dot_##unit,          \
    KERNELS_OTHERS(KERNEL_FILL)

#if defined(LEVELS_AMX) && defined(__AVX512F__)
UNIT_DECLARE(gemm, amx)
UNIT_DECLARE(dot, amx)

extern const Kernels kernels_of_amx;
const Kernels kernels_of_amx = {UNIT_FILL(amx, "bf16 on AMX")};
#endif

#if defined(LEVELS_PAIRS) && defined(__AVX512F__)
UNIT_DECLARE(gemm, avx512bf16)
UNIT_DECLARE(dot, avx512bf16)
UNIT_DECLARE(gemm_pairs, avx512bf16)
UNIT_DECLARE(pair, avx512bf16)
UNIT_DECLARE(pair_row, avx512bf16)

extern const Kernels kernels_of_avx512bf16;
const Kernels kernels_of_avx512bf16 = {UNIT_FILL(avx512bf16, "bf16 on AVX-512")
                                       .gemm_pairs = gemm_pairs_avx512bf16,
                                       .pair = pair_avx512bf16,
                                       .pair_row = pair_row_avx512bf16};
#endif
