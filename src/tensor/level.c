/* The table of one level's kernels. */
#include "tensor/level_kernels.h"

#define LEVEL_TEXT_(level) #level
#define LEVEL_TEXT(level)  LEVEL_TEXT_(level)

extern const Kernels KERNEL(kernels);
const Kernels KERNEL(kernels) = {.level = LEVEL_TEXT(LEVEL), KERNELS_EACH(KERNEL_FILL)};
