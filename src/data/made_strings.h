/* Made-up numbers as the line reader sees them: strips of ink 32 px high with their digits.
 *
 *     Strings *s = strings_new(&(StringsOptions){.digits = mnist, .seed = 1}, &e);
 *     uint8_t strip[STRING_HEIGHT * 160], digits[STRING_DIGITS];
 *     int length = strings_make(s, 12, 160, strip, digits);
 *     strings_free(s);
 *
 * A string has a hand of its own: size, slant, stroke, spacing from clear to overlapping, how far
 * digits stray, how long tails are, how strokes sway. Half of the strings show the pictures of
 * digits, half draw their middle lines anew with a pen; some digits are sketches. Around them is
 * what cells and cheques hold besides: borders, rules, boxes, separators, punctuation, brackets and letters that are not to be read, numbers
 * crossed out, rings, a digit of the cell beside, bits of neighbours, specks, shadows; and pictures are small, blurred, faint and grainy. Some strings
 * hold no digit at all.
 *
 * Which string number i is depends on the seed and i alone; any number of threads may make some. */
#ifndef SCRAWL_DATA_MADE_STRINGS_H
#define SCRAWL_DATA_MADE_STRINGS_H

#include "data/dataset.h"

enum {
    STRING_HEIGHT = 32,
    STRING_WIDTH = 512, /* at most */
    STRING_DIGITS = 16, /* at most */
};

typedef enum StringGaps {
    GAPS_ALL, /* one of the others, or more, for each string */
    GAPS_CLEAR,
    GAPS_TIGHT,
    GAPS_TOUCHING
} StringGaps;

typedef struct StringsOptions {
    const Dataset
        *digits; /* 28x28: the ten digits, and perhaps what is none and reads as nothing: letters */
    const uint32_t *indices; /* (count) pictures of it to use; NULL: all */
    size_t count;
    uint64_t seed;
    StringGaps gaps;
    bool plain; /* 2 to 10 digits as their pictures are, 20 px high, and nothing else: for measuring */
    Team *team; /* prepares the digits; NULL: the calling thread alone */
} StringsOptions;

typedef struct Strings Strings;

/* The set is not owned and must stay as it is; `indices` may go. ERR_ARGUMENT for pictures of another size or a set
 * that lacks one of the ten digits; ERR_MEMORY. */
Strings *strings_new(const StringsOptions *options, Err *e);
void strings_free(Strings *s); /* NULL is fine */

/* String number `index`, on a strip of this width (32 .. STRING_WIDTH; it takes as many digits as
 * fit): overwrites strip (32, width), light ink on 0, and labels (STRING_DIGITS). Returns the number
 * of digits. Allocates nothing. */
int strings_make(const Strings *s, uint64_t index, int width, uint8_t *strip, uint8_t *labels);

#endif
