/* A table of handwriting in a photo: its grid is found, every cell is read.
 *
 *     CellsReading *table = cells_read(reader, NULL, photo, 9, 9, &e);
 *     for (int i = 0; table && i < 81; i++)
 *         printf("%s%c", table->cells[i].text, i % 9 == 8 ? '\n' : '\t');
 *     cells_free(table);
 *
 * The number of rows and columns is known; rows may be of different height, columns of different width, lines broken,
 * the table turned a little and seen from the side. A cell holds one digit for the net of `digits`, or a number for a
 * line reader. */
#ifndef SCRAWL_READ_CELLS_H
#define SCRAWL_READ_CELLS_H

#include "image/perspective.h"
#include "read/line.h"
#include "read/reader.h"

enum { CELLS_SIDE = 100 }; /* rows or columns at most */

typedef struct Cell {
    Spot corners[4];           /* in pixels of the photo, clockwise from the upper left of the upright cell */
    char text[CTC_LABELS + 1]; /* "" for an empty cell; "?" where the reader refuses */
    double probability;        /* of the text */
} Cell;

typedef struct CellsReading {
    int rows, columns;
    Cell *cells; /* (rows, columns) */
    int turned;  /* degrees to the right by which the table was turned to be read: 0, 90, 180 or 270 */
} CellsReading;

/* `numbers` NULL: one digit a cell. The caller frees with cells_free. ERR_FORMAT where no such grid is found, or one of another size. */
CellsReading *cells_read(Reader *digits, LineReader *numbers, const Image *photo, int rows,
                         int columns, Err *e);
void cells_free(CellsReading *c); /* NULL is fine */

/* Where the lines of the grid cross: nodes (rows + 1, columns + 1), in pixels of the photo. */
int cells_find(const Image *photo, int rows, int columns, Spot *nodes, Err *e);

/* The reading as the JSON object of `read --cells --json`, without newline. The caller frees; NULL: no memory. */
char *cells_json(const CellsReading *c, const char *image_name);

#endif
