/* The steps that make a string: inside data/ only. Each changes the strip in place. */
#ifndef SCRAWL_DATA_MADE_STRINGS_PARTS_H
#define SCRAWL_DATA_MADE_STRINGS_PARTS_H

#include <stdbool.h>

#include "base/rng.h"
#include "data/sketches.h"
#include "data/made_strings.h"

/* The hand that writes a string; lengths in px of the strip. */
typedef struct Hand {
    float height, aspect;                     /* of a digit's box; its width over the picture's */
    float slant, slope;                       /* of strokes to the right; of the line downwards */
    float middle;                             /* of the line at the strip's middle */
    float size_spread, y_spread, turn_spread; /* among digits */
    float width_spread, slant_spread;
    float zero_size, zero_y;                  /* zeros are smaller, and sit lower or higher */
    float halves_spread;                      /* deviation of the heights of digits' upper and lower halves, share */
    float tail;                               /* the lower half of 4, 7, 9, a little of 1, is longer by up to this share */
    float rise;                               /* the same of the upper half of 6 */
    float wobble;                             /* sway_draw's px, of digits that are no sketches */
    float gap, gap_spread;                    /* between the ink of two digits */
    float join;                               /* share of the gaps with a stroke across */
    bool thin;                                /* digits are drawn along their middle lines */
    Pen pen;
    float bar_top, bar_bottom; /* rows between which bars between digits stand */
    float bold;              /* pictures of digits: strokes wider or thinner */
    float sketched, foreign; /* share of all digits, of 1 and 7 */
    float stroke;            /* share of 1 that is one straight line */
} Hand;

/* What the writing on a strip takes up. */
typedef struct Writing {
    float left, right; /* of its ink */
    const Hand *hand;
} Writing;

/* `plain`: digits of 20 px, as their pictures are. */
Hand hand_draw(StringGaps gaps, bool plain, Rng *r);

enum { TILE = 96 }; /* columns of the sheet for one digit, STRING_HEIGHT high */

/* How far a tile's rows sway to the right and its columns downwards, px. */
typedef struct Sway {
    float rows[STRING_HEIGHT], columns[TILE];
} Sway;
/* Sines of random waves, their depths normal with a deviation of px. None with 0; `r` may be NULL then. */
Sway sway_draw(float px, Rng *r);

/* A picture (28,28), or its points (count,2) from data/thin.h, on a tile, as large as a digit. */
void draw_picture(const uint8_t *picture, Place place, const Sway *sway, Sheet *tile);
void draw_points(const uint8_t (*points)[2], int count, Place place, const Sway *sway, Pen pen, Sheet *tile);
void draw_bold(
    Sheet *sheet,
    float
        bold); /* strokes wider (to 1) or thinner (to -1) by a pixel; the outer columns are empty */

/* Signs that are not to be read. The first six stand anywhere, the tall slash in dates and after amounts, a closing bracket
 * also behind an item's number, the bar between boxes of a digit each, the others before or after a number. */
typedef enum SignKind {
    SIGN_STOP,
    SIGN_COMMA,
    SIGN_DASH,
    SIGN_EQUALS,
    SIGN_SLASH,
    SIGN_COLON,
    SIGN_HASH,
    SIGN_STAR,
    SIGN_DOLLAR,
    SIGN_RUPEES, /* Rs */
    SIGN_RUPEE,  /* its sign */
    SIGN_EURO,
    SIGN_POUND,
    SIGN_NUMBER, /* No */
    SIGN_STROKE, /* a long dash, so that nobody adds a digit */
    SIGN_OPEN,   /* round brackets */
    SIGN_CLOSE,
    SIGN_TALL_SLASH, /* may be as steep as a 1, and goes beyond the digits on both sides */
    SIGN_BAR,
    SIGN_KINDS
} SignKind;
void draw_sign(const Hand *hand, SignKind kind, Place place, Rng *r, Sheet *sheet);

/* Borders, rules, specks and so on, in columns first .. end-1. */
void page_draw(const Writing *w, int first, int end, Rng *r, Sheet *strip);
void page_scribble(Pen pen, Rng *r, Sheet *strip); /* what is there where no digit is */

/* What camera and paper do. `spare` is as large as the strip. */
void finish(int first, int end, Rng *r, Sheet *strip, float *spare);

#endif
