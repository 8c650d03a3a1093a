/* Which levels this build holds and this processor runs. LEVELS_X86 is set where the build compiled them. */
#include "tensor/kernels.h"

#include <string.h>

extern const Kernels kernels_baseline;
#ifdef LEVELS_X86
extern const Kernels kernels_avx2, kernels_avx512;
#endif

/* Fastest first. */
static int levels(const Kernels *out[3])
{
    int n = 0;

#ifdef LEVELS_X86
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");

    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        out[n++] = &kernels_avx512;
    if (avx2)
        out[n++] = &kernels_avx2;
#endif
    out[n++] = &kernels_baseline;
    return n;
}

const Kernels *kernels_best(void)
{
    const Kernels *all[3];

    levels(all);
    return all[0];
}

const Kernels *kernels_find(const char *level)
{
    const Kernels *all[3];
    int n = levels(all);

    for (int i = 0; i < n; i++)
        if (!strcmp(all[i]->level, level))
            return all[i];
    return NULL;
}

int kernels_levels(const char *names[], int room)
{
    const Kernels *all[3];
    int n = levels(all);

    for (int i = 0; i < n && i < room; i++)
        names[i] = all[i]->level;
    return n < room ? n : room;
}
