/* A stroke that ends an amount, as in "250/-" and "250/=", told from a 1: inside read/ only.
 *
 *     bool ends;
 *     if (slash_find(ink, w, h, &reading.digits[last], &ends, &e) == 0 && ends)
 *         ...                                  // that digit is none */
#ifndef SCRAWL_READ_SLASH_H
#define SCRAWL_READ_SLASH_H

#include <stdbool.h>

#include "base/err.h"
#include "read/line.h"

/* Whether a number's last digit, where it stands on a map (h,w) of ink without rules, is one straight stroke that leans to the right,
 * more than the digits before it, and has a dash behind it, and nothing else. ERR_MEMORY. */
int slash_find(const float *ink, int w, int h, const LineDigit *last, bool *ends, Err *e);

#endif
