/* The same numbers as numbers() of torch_values.py: inputs and starting parameters are made, not
 * stored. */
#ifndef SCRAWL_TESTS_NN_TORCH_NUMBERS_H
#define SCRAWL_TESTS_NN_TORCH_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

static void torch_numbers(uint32_t stream, size_t n, float scale, float *out)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t x = (uint32_t)(i + 1) * 2654435761u + stream * 40503u;

        x ^= x >> 16;
        x *= 0x85EBCA6Bu;
        x ^= x >> 13;
        x *= 0xC2B2AE35u;
        x ^= x >> 16;
        out[i] = ((float)(x >> 8) / 8388608.f - 1) * scale;
    }
}

#endif
