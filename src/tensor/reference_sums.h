/* What the two reference files share: places in row-major tensors, and sums in double. */
#ifndef SCRAWL_TENSOR_REFERENCE_SUMS_H
#define SCRAWL_TENSOR_REFERENCE_SUMS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Where (n,c,i,j) lies in a tensor of `channels` planes of h x w. */
static inline size_t at(int n, int c, int i, int j, int channels, int h, int w)
{
    return (((size_t)n * channels + c) * h + i) * w + j;
}

static inline bool inside(int i, int j, int h, int w)
{
    return i >= 0 && i < h && j >= 0 && j < w;
}

/* Tests alone come here, with small tensors: without memory there is nothing to go on with. */
static inline void *reference_memory(size_t n, size_t size)
{
    void *memory = calloc(n ? n : 1, size);

    assert(memory);
    return memory;
}

static inline double *sums_new(size_t n)
{
    return reference_memory(n, sizeof(double));
}

/* Frees the sums once they are in `out`. */
static inline void sums_take(double *sums, size_t n, float *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)sums[i];
    free(sums);
}

#endif
