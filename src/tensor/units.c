#include "tensor/units.h"

#include <math.h>
#include <string.h>

/* ---- processor and system ---- */

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, CPUID, leaf 7. */
static bool has_pairs(void)
{
    enum { SUB1_EAX_AVX512_BF16 = 1 << 5 };
    unsigned a, b, c, d;

    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & SUB1_EAX_AVX512_BF16);
}

static bool has_tiles(void)
{
    enum { EDX_AMX_BF16 = 1 << 22, EDX_AMX_TILE = 1 << 24 };
    unsigned a, b, c, d;

    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & EDX_AMX_BF16) && (d & EDX_AMX_TILE);
}

/* The tiles' 8 KB are saved with a thread only for processes that ask (Linux, Documentation/x86/xstate). */
bool unit_granted(Unit unit)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

    if (!has_pairs() || unit == UNIT_AVX512)
        return has_pairs();
    return has_tiles() && !syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
}
#else
bool unit_granted(Unit unit)
{
    (void)unit;
    return false;
}
#endif

/* ---- a small example ---- */

enum { M = 21, N = 3, K = 37 }; /* no multiples of a tile's sides */

typedef struct Example {
    float w[K * M], x[K * N * LANES], y[M * N * LANES], g[K * M];
    int w_at[K], x_k[K], x_j[N];
} Example;

static float number(int i)
{
    return (float)(i * 7919 % 1009) / 1009 - 0.5f;
}

static void example_fill(Example *e)
{
    memset(e, 0, sizeof *e);
    for (int i = 0; i < K * M; i++)
        e->w[i] = number(i);
    for (int i = 0; i < K * N * LANES; i++)
        e->x[i] = number(i + 1);
    for (int k = 0; k < K; k++) {
        e->w_at[k] = k * M;
        e->x_k[k] = k * N * LANES;
    }
    for (int j = 0; j < N; j++)
        e->x_j[j] = j * LANES;
}

/* Both products: y from w and x, g from y and x. */
static void example_run(Example *e, const Kernels *k)
{
    example_fill(e);
    k->gemm(&(Gemm){.m = M,
                    .n = N,
                    .k = K,
                    .w = e->w,
                    .w_row = 1,
                    .w_at = e->w_at,
                    .x = e->x,
                    .x_k = e->x_k,
                    .x_j = e->x_j,
                    .y = e->y,
                    .y_row = N * LANES,
                    .y_at = e->x_j});
    k->dot(&(Dot){.m = M,
                  .n = N,
                  .k = K,
                  .d = e->w,
                  .d_row = LANES,
                  .d_at = (const int[]){0, 5, 10},
                  .x = e->x,
                  .x_k = e->x_k,
                  .x_j = e->x_j,
                  .g = e->g,
                  .g_row = M});
}

static bool near(const float *a, const float *b, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-4f))
            return false;
    return true;
}

bool unit_agrees(const Kernels *a, const Kernels *b)
{
    Example x, y;

    example_run(&x, a);
    example_run(&y, b);
    return near(x.y, y.y, M * N * LANES) && near(x.g, y.g, K * M);
}
