/* What an augmentation does to ink: each step reads all rows as one, some 900 bytes at once. */
#include <math.h>
#include <string.h>

#include "data/augment_steps.h"

void canvas_clear_border(Canvas *c)
{
    memset(c->px, 0, FIRST);
    for (int i = 0; i < SIDE; i++)
        memset(c->px + FIRST + i * PITCH + SIDE, 0, PITCH - SIDE);
    memset(c->px + END, 0, 2 * PITCH);
}

static uint8_t mix(uint8_t a, uint8_t b, int share) /* share of b in 1/256 */
{
    return (uint8_t)((uint16_t)(a * (256 - share) + b * share + 128) >> 8);
}

static uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static uint8_t smaller(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

void ink_thicken(const Canvas *from, Canvas *to, int share)
{
    const uint8_t *p = from->px;

    for (int k = FIRST; k < END; k++) {
        uint8_t most = larger(larger(p[k - 1], p[k + 1]), larger(p[k - PITCH], p[k + PITCH]));
        to->px[k] = mix(p[k], larger(p[k], most), share);
    }
    canvas_clear_border(to);
}

void ink_thin(const Canvas *from, Canvas *to, int share)
{
    const uint8_t *p = from->px;

    for (int k = FIRST; k < END; k++) {
        uint8_t least = smaller(smaller(p[k - 1], p[k + 1]), smaller(p[k - PITCH], p[k + PITCH]));
        to->px[k] = mix(p[k], smaller(p[k], least), share);
    }
    canvas_clear_border(to);
}

static uint8_t mean(uint8_t a, uint8_t b)
{
    return (uint8_t)((a + b + 1) >> 1);
}

void ink_halve(const Canvas *from, Canvas *to)
{
    uint8_t small[SIDE / 2 + 2][SIDE / 2 + 2] = {0}, tall[SIDE][SIDE / 2 + 2];

    for (int i = 0; i < SIDE / 2; i++)
        for (int j = 0; j < SIDE / 2; j++) {
            const uint8_t *p = from->px + FIRST + 2 * i * PITCH + 2 * j;
            small[i + 1][j + 1] = (uint8_t)((p[0] + p[1] + p[PITCH] + p[PITCH + 1] + 2) >> 2);
        }
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE / 2 + 2; j++) {
            int near = i / 2 + 1, far = i & 1 ? near + 1 : near - 1;
            tall[i][j] = (uint8_t)((small[near][j] * 3 + small[far][j] + 2) >> 2);
        }
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            int near = j / 2 + 1, far = j & 1 ? near + 1 : near - 1;
            to->px[FIRST + i * PITCH + j] = (uint8_t)((tall[i][near] * 3 + tall[i][far] + 2) >> 2);
        }
    canvas_clear_border(to);
}

void ink_blur(const Canvas *from, Canvas *to, int share)
{
    uint8_t across[CANVAS];
    const uint8_t *p = from->px;

    memset(across, 0, sizeof across);
    for (int k = FIRST; k < END; k++)
        across[k] = mix(p[k], mean(p[k], mean(p[k - 1], p[k + 1])), share);
    for (int k = FIRST; k < END; k++)
        to->px[k] =
            mix(across[k], mean(across[k], mean(across[k - PITCH], across[k + PITCH])), share);
    canvas_clear_border(to);
}

static uint8_t to_grey(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void ink_tone(Canvas *c, float k, float level)
{
    uint8_t table[256];

    for (int p = 0; p < 256; p++) {
        float grey = (float)p / 255;
        table[p] = (uint8_t)(255 * level * (grey / (grey + (1 - grey) * k)) + .5f);
    }
    for (int i = FIRST; i < END; i++)
        c->px[i] = table[c->px[i]];
}

/* The difference of two random bytes, which has a deviation of 104.5, scaled. */
void ink_noise(Canvas *c, float deviation, Rng *r)
{
    uint8_t bytes[2][END - FIRST];
    int16_t scale = (int16_t)lrintf(deviation / 104.5f * 64);

    for (int i = 0; i < 2; i++)
        for (int k = 0; k < END - FIRST; k += 8) {
            uint64_t bits = rng_u64(r);
            for (int b = 0; b < 8; b++)
                bytes[i][k + b] = (uint8_t)(bits >> 8 * b);
        }
    for (int k = 0; k < END - FIRST; k++) {
        int16_t grain = (int16_t)((int16_t)((bytes[0][k] - bytes[1][k]) * scale + 32) >> 6);
        c->px[FIRST + k] = to_grey((int16_t)(c->px[FIRST + k] + grain));
    }
    canvas_clear_border(c);
}

void ink_cut_out(Canvas *c, int side, Rng *r)
{
    int x = (int)rng_below(r, (uint32_t)(SIDE - side + 1)),
        y = (int)rng_below(r, (uint32_t)(SIDE - side + 1));

    for (int i = y; i < y + side; i++)
        memset(c->px + FIRST + i * PITCH + x, 0, (size_t)side);
}
