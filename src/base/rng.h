/* Seeded streams of random numbers whose state can be saved.
 *
 *     Rng r = rng_stream(seed, RNG_SHUFFLE, epoch);
 *     float u = rng_uniform(&r);
 *
 * xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64. A stream is named by what it is for
 * and by an index, so that the numbers a picture gets do not depend on which thread works on it. */
#ifndef SCRAWL_BASE_RNG_H
#define SCRAWL_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct Rng {
    uint64_t s[4]; /* the whole state: copy it to save it */
} Rng;

typedef enum RngUse { /* one name a purpose, so that no two share a stream */
    RNG_INIT,
    RNG_SHUFFLE,
    RNG_SPLIT,
    RNG_AUGMENT,
    RNG_DROPOUT,
    RNG_NOISE,
    RNG_STRINGS,
    RNG_WRITE,
    RNG_TEST,
    RNG_GAUSSIAN,
    RNG_FLOW,
    RNG_CORRUPT,
    RNG_BLEMISH,
    RNG_RIVAL
} RngUse;

/* The stream `index` of a purpose under a seed; the same three give the same numbers everywhere. */
Rng rng_stream(uint64_t seed, RngUse use, uint64_t index);

uint64_t rng_u64(Rng *r);
float rng_uniform(Rng *r);                     /* [0, 1), 24 bits */
float rng_range(Rng *r, float low, float high); /* [low, high) */
float rng_normal(Rng *r);                      /* mean 0, deviation 1; Box-Muller, two draws a number */
uint32_t rng_below(Rng *r, uint32_t n);        /* 0 .. n-1 without bias; n >= 1 */
void rng_shuffle(Rng *r, uint32_t *items, size_t n); /* Fisher-Yates */

#endif
