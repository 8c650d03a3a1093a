/* Which levels this build holds and this processor runs. LEVELS_X86 is set where the build compiled them. */
#include "tensor/kernels.h"

#include <string.h>

#include "tensor/units.h"

extern const Kernels kernels_baseline, kernels_bf16_baseline;
#ifdef LEVELS_X86
extern const Kernels kernels_avx2, kernels_bf16_avx2, kernels_avx512, kernels_bf16_avx512;
#endif

typedef struct Level {
    const Kernels *f32, *bf16;
} Level;

enum { LEVELS = 3 };

/* Fastest first. */
static int levels(Level out[LEVELS])
{
    int n = 0;

#ifdef LEVELS_X86
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");

    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        out[n++] = (Level){&kernels_avx512, &kernels_bf16_avx512};
    if (avx2)
        out[n++] = (Level){&kernels_avx2, &kernels_bf16_avx2};
#endif
    out[n++] = (Level){&kernels_baseline, &kernels_bf16_baseline};
    return n;
}

static Level level_find(const char *name)
{
    Level all[LEVELS];
    int n = levels(all);

    for (int i = 0; i < n; i++)
        if (!strcmp(all[i].f32->level, name))
            return all[i];
    return (Level){0};
}

const Kernels *kernels_best(void)
{
    Level all[LEVELS];

    levels(all);
    return all[0].f32;
}

const Kernels *kernels_find(const char *level)
{
    return level_find(level).f32;
}

const Kernels *kernels_bf16(const char *level)
{
    return level_find(level).bf16;
}

int kernels_levels(const char *names[], int room)
{
    Level all[LEVELS];
    int n = levels(all);

    for (int i = 0; i < n && i < room; i++)
        names[i] = all[i].f32->level;
    return n < room ? n : room;
}

const Kernels *kernels_bf16_unit(void)
{
    const Kernels *like = kernels_bf16("avx512");

    for (Unit u = 0; u < UNITS; u++)
        if (unit_kernels(u) && unit_agrees(unit_kernels(u), like))
            return unit_kernels(u);
    return NULL;
}
