/* From the boxes of connected strokes to the digits of a page, in reading order: inside read/ only.
 *
 *     count = pieces_arrange(boxes, count, scale, image, NULL);
 *
 * Specks fall away, strokes that stand above each other become one piece, pieces are gathered into lines of
 * writing. Whoever finds the strokes (page.c with Leptonica, page_parts.c without) ends with this. */
#ifndef SCRAWL_READ_PIECES_H
#define SCRAWL_READ_PIECES_H

#include "read/page.h"

/* The boxes p (n), tight round their strokes, in pixels `scale` times as large as the picture's, become pieces of
 * the picture with a margin of paper; *lay as page_find's. Returns how many are left; 0 for texture
 * (PAGE_PIECE_LIMIT). */
int pieces_arrange(Piece *p, int n, double scale, const Image *im, Lay *lay);

#endif
