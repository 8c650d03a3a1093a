/* A sheet of paper that lies on a table: inside read/ only.
 *
 *     int x, y;
 *     Image *sheet;
 *     if (tabletop_clear(image, &sheet, &x, &y, &e) == 0 && sheet)
 *         ...                                 // the part of `image` from (x, y) on, without the table
 *
 * To who looks for strokes, a sheet on a darker table is a broad stroke, and its edges are 1s. A sheet is a bright
 * four-sided piece among darker surroundings with something on it. */
#ifndef SCRAWL_READ_TABLETOP_H
#define SCRAWL_READ_TABLETOP_H

#include "image/image.h"

/* *sheet: NULL where there is none, else a picture of the same colours with the sheet alone, its median colour around it,
 * whose corner is at (*x, *y) of `im`; the caller frees it. ERR_MEMORY. */
int tabletop_clear(const Image *im, Image **sheet, int *x, int *y, Err *e);

#endif
