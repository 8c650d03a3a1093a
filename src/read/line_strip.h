/* From an ink map to strips as the line net was trained on: inside read/ only. */
#ifndef SCRAWL_READ_LINE_STRIP_H
#define SCRAWL_READ_LINE_STRIP_H

#include "image/parts.h"

enum {
    STRIP_HEIGHT = 32,
    STRIP_MARGIN = 8, /* columns of paper at either end */
    STRIP_LIMIT = 768 /* columns at most: longer writing is made smaller */
};

/* How the writing lies on a map. */
typedef struct TextLine {
    float height;        /* of a digit, in pixels of the map */
    float middle, slope; /* its middle lies at row middle + slope * column */
    float left, right;   /* columns that it takes up */
    int signs;           /* parts about as high as a digit */
} TextLine;

/* Borders, rules and frames are no writing; neither are specks. */
bool part_is_writing(const Part *p, int w, int h);

/* Of a map without rules (read/rules.h). One that has no writing gives a line that takes it up all. */
int text_line_find(const float *clear, int w, int h, TextLine *out, Err *e);

typedef struct Strip {
    float *ink;  /* (32, width) 0..1 */
    int width;   /* a multiple of 4 */
    float scale; /* strip pixels per map pixel */
    int shift;   /* column c is that of the map at (c - shift + 1/2) / scale */
} Strip;

/* The writing with its digits `height_px` high, on a strip as wide as it takes. strip_free frees. */
int strip_cut(const float *ink, int w, int h, const TextLine *line, float height_px, Strip *out,
              Err *e);
void strip_free(Strip *s);

#endif
