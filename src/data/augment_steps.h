/* The steps of an augmentation, on pictures with a black border around them. Internal to augment.h.
 *
 * Rows have 32 columns, 28 of them real, so that every loop but the gather is whole vectors without
 * a tail, and two black rows above and below, so that a neighbour is always there to be read. */
#ifndef SCRAWL_DATA_AUGMENT_STEPS_H
#define SCRAWL_DATA_AUGMENT_STEPS_H

#include "base/rng.h"
#include "data/augment.h"

enum {
    SIDE = AUGMENT_SIDE,
    PITCH = 32,
    FIRST = 2 * PITCH,          /* the pixel at row 0, column 0 */
    END = FIRST + SIDE * PITCH, /* behind the last row */
    CANVAS = END + 2 * PITCH
};

/* Row i, column j at FIRST + i*PITCH + j. Columns 28 to 31 are black: they are the border to the
 * right and, of the row before, the border to the left. */
typedef struct Canvas {
    uint8_t px[CANVAS];
} Canvas;

void canvas_clear_border(Canvas *c); /* makes everything but the 28x28 black */

/* -most to most; draws no number when that is 0. */
float augment_plus_minus(Rng *r, float most);

/* All that moves ink, from one canvas to the other. */
bool augment_moves(const Augment *a);
void augment_move(const Augment *a, Rng *r, const Canvas *from, Canvas *to);

/* What changes ink. Shares are in 1/256. Each of these overwrites `to`. */
void ink_thicken(const Canvas *from, Canvas *to,
                 int share);                              /* towards the largest of 5 neighbours */
void ink_thin(const Canvas *from, Canvas *to, int share); /* towards the smallest */
void ink_halve(const Canvas *from, Canvas *to);           /* means of 2x2, drawn large again */
void ink_blur(const Canvas *from, Canvas *to, int share); /* 1-2-1 along x, then along y */

/* In place. */
void ink_tone(Canvas *c, float k, float level); /* p/(p + (1-p)k) * level, p in 0..1 */
void ink_noise(Canvas *c, float deviation, Rng *r);
void ink_cut_out(Canvas *c, int side, Rng *r);

#endif
