/* Which way up a page lies: inside read/ only.
 *
 *     if (sight_is_doubtful(&s) && sight_is_over(&s, lines, image, options, &over, &e) == 0 && over)
 *         ... look at turned_to(image, 180, &e), sight_turn_back, and compare sight_worth ...
 *
 * Phones lose or misjudge how they were held, so photos of pages come upside down and on their sides. Digits that lie are wider than high and
 * follow each other downwards (pieces.c); upside down many still look like digits, but a page of them is much less likely. */
#ifndef SCRAWL_READ_WAY_UP_H
#define SCRAWL_READ_WAY_UP_H

#include "read/sight.h"

/* How well the digits fit together: the logarithm of the probability that all is right, and log 2 for each digit, so that
 * one that is likelier than not adds to it. */
double sight_worth(const Sight *s);

/* Whether a page of several numbers, or of a column of digits, has so much doubt that it may be upside down. */
bool sight_is_doubtful(const Sight *s);

/* Whether a page may be upside down: its longest numbers are not clearly less likely so, or all digits stand alone.
 * ERR_MEMORY. */
int sight_is_over(const Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, bool *over, Err *e);

/* The picture turned to the right by 90, 180 or 270 degrees. The caller frees. ERR_MEMORY. */
Image *turned_to(const Image *im, int degrees, Err *e);

/* Moves the spots of a picture that was turned so to where they are on the picture itself, of width and height. */
void sight_turn_back(Sight *s, int degrees, int width, int height);

#endif
