/* xoshiro256** 1.0 and splitmix64 as published at prng.di.unimi.it; Lemire 2019 (arXiv 1805.10941)
 * for numbers below a bound. */
#include "base/rng.h"

#include <assert.h>
#include <math.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t splitmix64(uint64_t *state)
{
    return mix(*state += 0x9E3779B97F4A7C15u);
}

/* Seed, use and index are mixed one after another: neighbouring seeds or indices, and a seed and
 * an index that change places, give states that have nothing in common. */
Rng rng_stream(uint64_t seed, RngUse use, uint64_t index)
{
    uint64_t state = seed;
    Rng r;

    state = splitmix64(&state) + (uint64_t)use;
    state = splitmix64(&state) + index;
    for (int i = 0; i < 4; i++)
        r.s[i] = splitmix64(&state);
    return r;
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_u64(Rng *r)
{
    uint64_t *s = r->s, result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

float rng_uniform(Rng *r)
{
    return (float)(rng_u64(r) >> 40) * 0x1p-24f;
}

float rng_range(Rng *r, float low, float high)
{
    float v = low + (high - low) * rng_uniform(r);

    return v < high || high <= low ? v : nextafterf(high, low); /* the sum may round up to high */
}

/* In double, so that the last bit of a system's log and cos is lost in the rounding to float. */
float rng_normal(Rng *r)
{
    double radius = sqrt(-2 * log((double)((rng_u64(r) >> 11) + 1) * 0x1p-53)); /* of (0, 1] */
    double angle = 2 * 3.14159265358979323846 * ((double)(rng_u64(r) >> 11) * 0x1p-53);

    return (float)(radius * cos(angle));
}

uint32_t rng_below(Rng *r, uint32_t n)
{
    assert(n >= 1);
    uint64_t product = (rng_u64(r) >> 32) * n;

    if ((uint32_t)product < n) /* perhaps one of the 2^32 mod n values that are one too many */
        for (uint32_t spare = -n % n; (uint32_t)product < spare;)
            product = (rng_u64(r) >> 32) * n;
    return (uint32_t)(product >> 32);
}

void rng_shuffle(Rng *r, uint32_t *items, size_t n)
{
    assert(n <= UINT32_MAX);
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_below(r, (uint32_t)i);
        uint32_t item = items[i - 1];
        items[i - 1] = items[j];
        items[j] = item;
    }
}
