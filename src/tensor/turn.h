/* 16x16 words turned round, so that columns become rows: inside kernel files only. */
#ifndef SCRAWL_TENSOR_TURN_H
#define SCRAWL_TENSOR_TURN_H

#include "tensor/level.h"

typedef uint32_t Words __attribute__((vector_size(64), aligned(4), may_alias)); /* 16: floats, or pairs of bf16 */

/* Four rounds of interleaving: after each, twice as many words of a column stand together. */
INLINE void turn(Words rows[LANES])
{
    Words next[LANES];

    UNROLL for (int round = 0; round < 4; round++)
    {
        UNROLL for (int i = 0; i < LANES / 2; i++)
        {
            next[2 * i] = SHUFFLE(Words, rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                  21, 6, 22, 7, 23);
            next[2 * i + 1] = SHUFFLE(Words, rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12,
                                      28, 13, 29, 14, 30, 15, 31);
        }
        UNROLL for (int i = 0; i < LANES; i++) rows[i] = next[i];
    }
}

#endif
