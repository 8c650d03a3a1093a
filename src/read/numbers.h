/* From the pieces of a page to its numbers: inside read/ only.
 *
 *     int count = numbers_find(pieces, piece_count, numbers);
 *
 * Pieces that follow each other on a line of writing are a number, until a gap much wider than the others: as
 * wide as a digit is high where half of them are narrow, else wider. Three lines and more are judged together. */
#ifndef SCRAWL_READ_NUMBERS_H
#define SCRAWL_READ_NUMBERS_H

#include "read/page.h"

typedef struct Number {
    int x, y, width, height; /* of all its pieces, in pixels of the picture */
    int line;                /* of writing */
    int first, count;        /* its pieces */
} Number;

/* Fills numbers (count) and returns how many there are. Lines whose pieces are all much smaller than the writing are
 * left out. */
int numbers_find(const Piece *pieces, int count, Number *numbers);

#endif
