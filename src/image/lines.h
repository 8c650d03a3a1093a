/* Straight lines that cross a whole map from rim to rim: borders of cells, ruled paper.
 *
 *     Line lines[LINES_LIMIT];
 *     int count = lines_find(ink, w, h, LINES_CLEAR, lines, &e);
 *     lines_mark(ink, w, h, lines, values, count, mask);
 *
 * A Hough transform (Duda and Hart 1972) over lines nearly level and nearly upright. */
#ifndef SCRAWL_IMAGE_LINES_H
#define SCRAWL_IMAGE_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { LINES_LIMIT = 16 };
#define LINES_CLEAR 0.4f /* a share of a line that strokes hardly touch */

typedef struct Line {
    bool upright;    /* from the top rim to the bottom, else from the left to the right */
    bool is_border;  /* for the caller to set: what lies beyond it, towards the rim, goes with it */
    float start;     /* row (upright: column) of its middle at the left (top) rim */
    float end;       /* the same at the right (bottom) rim */
    float thickness; /* pixels */
} Line;

/* Fills `lines`, the clearest first, and returns how many; -ERR_MEMORY is the only error. Thin ones only:
 * up to an eighth of the map. `clear`: at least that share of a line is touched by no stroke; a line is as thick
 * as that quantile of its ink. */
int lines_find(const float *ink, int w, int h, float clear, Line lines[LINES_LIMIT], Err *e);

/* Fits a line, of which `upright`, `start` and `end` are nearly known, to the ink no further than `reach` from it between
 * pixels `first` and `last` along it, and sets its thickness; false if there is no thin and straight one (what *line says then
 * is of no use). `lengths` has room for a number a pixel. */
bool line_fit(const float *ink, int w, int h, int first, int last, int reach, float clear, float *lengths, Line *line);

/* Raises mask (h,w) to values[i] where the ink of line i lies, from rim to rim, except where strokes pass through it, and,
 * if it is a border, between it and the rim. */
void lines_mark(const float *ink, int w, int h, const Line *lines, const uint8_t *values, int count,
                uint8_t *mask);

#endif
