/* Which way up a page lies: inside read/ only.
 *
 * Phones lose or misjudge how they were held, so photos of pages come upside down and on their sides. Digits that lie are wider than high and
 * follow each other downwards; upside down many still look like digits, but a page of them is much less likely. */
#ifndef SCRAWL_READ_WAY_UP_H
#define SCRAWL_READ_WAY_UP_H

#include "read/sight.h"

/* How a picture is turned, to the right: what image/upright.h takes. */
#define WAY_CLEARLY 1.0 /* a difference in worth that is no chance */

typedef enum Way { WAY_UP = 1, WAY_HALF = 3, WAY_QUARTER = 6, WAY_BACK = 8 } Way;

/* How well the digits fit together: more for each that is likelier than not, less for doubt. */
double sight_worth(const Sight *s);

/* Whether a page of several numbers has so much doubt that it may be upside down. */
bool sight_is_doubtful(const Sight *s);

/* Whether the longest numbers of a page are likelier when turned upside down. ERR_MEMORY. */
int sight_is_over(const Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, bool *over, Err *e);

/* The picture turned. The caller frees. ERR_MEMORY. */
Image *way_turned(const Image *im, Way way, Err *e);

/* Moves the spots of the turned picture to where they are on the picture, of width and height. */
void way_back(Sight *s, Way way, int width, int height);

#endif
