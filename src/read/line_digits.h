/* The digits of a number cut apart, once it is known about where each stands: inside read/ only. */
#ifndef SCRAWL_READ_LINE_DIGITS_H
#define SCRAWL_READ_LINE_DIGITS_H

#include "read/line.h"
#include "read/line_strip.h"

/* `clear` is the map without rules (read/rules.h). middles (count) are columns of the map, rising. Sets each digit's box,
 * in pixels of the map, and what it looks like: connected ink goes to the digit that has most of it; where digits touch they are cut between them, where
 * there is least. Borders and rules go to nobody. ERR_MEMORY. */
int line_digits_cut(const float *ink, const float *clear, int w, int h, const TextLine *line, const float *middles,
                    int count, LineDigit *digits, Err *e);

#endif
