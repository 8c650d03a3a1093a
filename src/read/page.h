/* Finds the digits of a photo or a scan: inside read/ only. Leptonica's second door.
 *
 *     int count;
 *     Piece *pieces = page_find(image, &count, NULL, &e);
 *
 * Light is evened out, ink told from paper, ruled lines removed, in small pictures boxes and what rules cut off, too; strokes too broad for that are looked for once more
 * (read/broad.h); connected strokes that stand above each other become
 * one piece, specks fall away, pieces are gathered into lines of writing. Touching digits stay one piece. */
#ifndef SCRAWL_READ_PAGE_H
#define SCRAWL_READ_PAGE_H

#include <stdbool.h>

#include "image/image.h"

typedef struct Piece {
    int x, y, width, height; /* in pixels of the picture */
    int line;                /* from the top, 0 first */
} Piece;

/* How the writing lies. */
typedef struct Lay {
    double slope; /* how far lines fall for each step to the right; 0 where there are few pieces to tell by */
    bool on_side; /* they seem to run down or up instead */
} Lay;

enum {
    PAGE_PIECE_LIMIT = 5000, /* more are texture, not writing: none are returned */
    PAGE_CELL_SIDE = 640     /* pixels of the longer side of a picture that may be one cell with what is around it */
};

/* The pieces in reading order; *count is set, and *lay (may be NULL). A picture without ink gives none. The caller frees the array; NULL only
 * when memory is gone. */
Piece *page_find(const Image *im, int *count, Lay *lay, Err *e);

#endif
