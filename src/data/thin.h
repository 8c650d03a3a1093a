/* A digit's strokes as points along their middle, so that any pen can draw it again.
 *
 *     uint8_t points[THIN_LIMIT][2];
 *     int n = thin_digit(picture, points);    // x and y in eighths of a pixel
 *
 * Thinned by Zhang and Suen 1984 at twice the size. */
#ifndef SCRAWL_DATA_THIN_H
#define SCRAWL_DATA_THIN_H

#include <stdint.h>

enum { THIN_LIMIT = 400, THIN_UNIT = 8 };

/* in (28,28), light ink on dark. The points lie at most a pixel apart along a stroke, in no order.
 * Returns how many, or 0 for a picture that thinning would spoil: a blot in it has hidden a hole. */
int thin_digit(const uint8_t *in, uint8_t points[THIN_LIMIT][2]);

#endif
