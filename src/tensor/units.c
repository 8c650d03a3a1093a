#include "tensor/units.h"

#include <math.h>
#include <string.h>

/* ---- processor and system ---- */

#ifdef LEVELS_PAIRS
#include <cpuid.h>

extern const Kernels kernels_of_avx512bf16;

/* Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, CPUID, leaf 7. */
static bool has_pairs(void)
{
    enum { SUB1_EAX_AVX512_BF16 = 1 << 5 };
    unsigned a, b, c, d;

    return kernels_find("avx512") && __get_cpuid_count(7, 1, &a, &b, &c, &d) &&
           (a & SUB1_EAX_AVX512_BF16);
}
#endif

#ifdef LEVELS_AMX
#include <sys/syscall.h>
#include <unistd.h>

extern const Kernels kernels_of_amx;

/* The tiles' 8 KB are saved with a thread only for processes that ask (Linux, Documentation/x86/xstate). */
static bool has_tiles(void)
{
    enum { EDX_AMX_BF16 = 1 << 22, EDX_AMX_TILE = 1 << 24 };
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    unsigned a, b, c, d;

    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & EDX_AMX_BF16) && (d & EDX_AMX_TILE) &&
           !syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
}
#endif

const Kernels *unit_kernels(Unit unit)
{
#ifdef LEVELS_AMX
    if (unit == UNIT_AMX && has_pairs() && has_tiles()) /* AVX-512's instructions round what tiles multiply */
        return &kernels_of_amx;
#endif
#ifdef LEVELS_PAIRS
    if (unit == UNIT_AVX512 && has_pairs())
        return &kernels_of_avx512bf16;
#endif
    (void)unit;
    return NULL;
}

/* ---- a small example ---- */

enum { M = 21, N = 3, K = 37, HALF = (K + 1) / 2 }; /* no multiples of a tile's sides */

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

/* y again, from pairs: x's rows two by two, w's numbers side by side. */
static void example_run_pairs(Example *e, const Kernels *k)
{
    const size_t row = N * LANES;
    float side_by_side[M * 2 * HALF] = {0}, w[M * HALF], x[HALF * N * LANES];
    int w_at[HALF];

    for (int i = 0; i < M; i++)
        for (int j = 0; j < K; j++)
            side_by_side[i * 2 * HALF + j] = e->w[j * M + i];
    k->pair_row(M * HALF, side_by_side, w);
    for (int p = 0; p < HALF; p++) {
        const float *first = e->x + 2 * p * row;

        k->pair(row, first, 2 * p + 1 < K ? first + row : NULL, x + p * row);
        w_at[p] = p;
    }
    memset(e->y, 0, sizeof e->y);
    k->gemm_pairs(&(Gemm){.m = M,
                          .n = N,
                          .k = HALF,
                          .w = w,
                          .w_row = HALF,
                          .w_at = w_at,
                          .x = x,
                          .x_k = e->x_k,
                          .x_j = e->x_j,
                          .y = e->y,
                          .y_row = row,
                          .y_at = e->x_j});
}

static bool near(const float *a, const float *b, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-4f))
            return false;
    return true;
}

bool unit_agrees(const Kernels *k, const Kernels *like)
{
    Example a, b;

    example_run(&a, k);
    example_run(&b, like);
    if (!near(a.y, b.y, M * N * LANES) || !near(a.g, b.g, K * M))
        return false;
    if (!k->gemm_pairs)
        return true;
    example_run_pairs(&a, k);
    return near(a.y, b.y, M * N * LANES);
}
