/* What a kernel file needs to be compiled once for each level of processor: names and vectors.
 *
 *     void KERNEL(mask)(size_t n, const float *y, float *dy)     // mask_avx512, mask_avx2, ...
 *     {
 *         for (size_t i = 0; i < n; i += VL)
 *             vstore(dy + i, vkeep(vload(dy + i), vload(y + i) > 0));
 *     }
 *
 * Only the vector extensions that GCC and clang share, so a kernel runs on any processor. Three
 * habits, each of which costs a factor when forgotten: accumulators stand in arrays of constant
 * size (a variable one stays in memory); a loop over them wears UNROLL; a number becomes a vector
 * by vset, which is one broadcast.
 *
 * Included by kernel files alone: they are compiled with -DLEVEL=<name>. */
#ifndef SCRAWL_TENSOR_LEVEL_H
#define SCRAWL_TENSOR_LEVEL_H

#include <stdint.h>

#include "tensor/view.h"

#ifndef LEVEL
#define LEVEL baseline
#endif

#define LEVEL_PASTE(name, level)  name##_##level
#define LEVEL_EXPAND(name, level) LEVEL_PASTE(name, level)
#define KERNEL(name)              LEVEL_EXPAND(name, LEVEL)

/* Floats in a vector and vectors that the registers hold. */
#if defined(__AVX512F__)
enum { VL = 16, REGISTERS = 32 };
#elif defined(__AVX__)
enum { VL = 8, REGISTERS = 16 };
#elif defined(__aarch64__)
enum { VL = 4, REGISTERS = 32 };
#else
enum { VL = 4, REGISTERS = 16 };
#endif

enum { GROUP = LANES / VL }; /* vectors in 16 lanes */

typedef float vf __attribute__((vector_size(VL * 4), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(VL * 4), aligned(4), may_alias));
typedef uint32_t vu __attribute__((vector_size(VL * 4), aligned(4), may_alias));

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif
#define INLINE static inline __attribute__((always_inline))

/* Numbers of two equal vectors by index, those of b counted on from those of a; `type` is a vector
 * of as many integers as wide. */
#ifdef __clang__
#define SHUFFLE(type, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(type, a, b, ...) __builtin_shuffle(a, b, (type){__VA_ARGS__})
#endif

INLINE vf vload(const float *p)
{
    return *(const vf *)p;
}

INLINE void vstore(float *p, vf x)
{
    *(vf *)p = x;
}

INLINE vf vset(float x)
{
    return x - (vf){0};
}

/* x where the mask (all bits, or none) is set, zero elsewhere. */
INLINE vf vkeep(vf x, vi mask)
{
    return (vf)((vi)x & mask);
}

INLINE vf vselect(vi mask, vf a, vf b)
{
    return (vf)(((vi)a & mask) | ((vi)b & ~mask));
}

/* A NaN in either argument of vmax may get lost; vrelu keeps it. */
INLINE vf vmax(vf a, vf b)
{
    return vselect(a > b, a, b);
}

INLINE vf vrelu(vf x)
{
    return vkeep(x, ~(vi)(x < 0));
}

typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));

/* The sum of the lanes: halves are added to halves through smaller vectors, which are registers'
 * halves. */
INLINE float hsum(vf x)
{
#if defined(__AVX512F__)
    union {
        vf whole;
        v8 half[2];
    } a = {x};
    union {
        v8 whole;
        v4 half[2];
    } b = {a.half[0] + a.half[1]};
    v4 r = b.half[0] + b.half[1];
#elif defined(__AVX__)
    union {
        vf whole;
        v4 half[2];
    } b = {x};
    v4 r = b.half[0] + b.half[1];
#else
    v4 r = x;
#endif
    return (r[0] + r[2]) + (r[1] + r[3]);
}

#endif
