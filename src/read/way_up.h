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

/* What a page and a table are judged by. `sure` is the logarithm of the probability that all that was read is right: the sum of
 * way_sure over its numbers. */
double way_sure(double probability);

/* How well digits fit together: log 2 for each, so that one that is likelier than not adds to it. */
double way_worth(int digits, double sure);

/* Whether numbers have so much doubt that they may lie another way, and whether a worth is above another by more than chance. */
bool way_is_doubtful(int numbers, double sure);
bool way_is_better(double worth, double other);

/* way_worth of all digits. */
double sight_worth(const Sight *s);

/* Whether a page of several numbers, or of a column of digits, has so much doubt that it may be upside down. */
bool sight_is_doubtful(const Sight *s);

/* Whether a page may be upside down: its longest numbers are not clearly less likely so, or all digits stand alone.
 * ERR_MEMORY. */
int sight_is_over(const Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, bool *over, Err *e);

/* The picture turned to the right by 90, 180 or 270 degrees. The caller frees. ERR_MEMORY. */
Image *turned_to(const Image *im, int degrees, Err *e);

/* Moves what was seen on a picture that was turned so to where it is on the picture itself, of width and height. */
void sight_turn_back(Sight *s, int degrees, int width, int height);

/* The same reading of the upright picture: its size, its boxes, and `turned` becomes 0. */
void reading_turn_upright(Reading *r);

#endif
