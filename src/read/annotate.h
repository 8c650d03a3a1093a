/* A picture with its reading drawn on it: a box round each digit, cell or field, and beside it what was read.
 *
 *     Reading *reading = reader_read(reader, image, &(ReadOptions){0}, &e);
 *     canvas_finish(reading_annotate(reading, image, &e), "read.png", &e);
 *
 * Green is sure, orange has a probability below ANNOTATE_SURE, red and dashed was refused or carries a flag. What was
 * read stands where no writing is: read/markup.h tells where that may be, and how large the page becomes for it. The
 * caller frees the pages with canvas_free or canvas_finish. ERR_MEMORY; ERR_LIMIT as canvas_new. */
#ifndef SCRAWL_READ_ANNOTATE_H
#define SCRAWL_READ_ANNOTATE_H

#include "plot/canvas.h"
#include "read/cells.h"
#include "read/form.h"
#include "read/reader.h"

#define ANNOTATE_SURE 0.95

/* A digit that was refused says what it would have been: "7?". */
Canvas *reading_annotate(const Reading *reading, const Image *im, Err *e);

/* An empty cell has a thin grey outline and no text. */
Canvas *cells_annotate(const CellsReading *c, const Image *photo, Err *e);

/* Each box with its colour (thin and grey where nothing was written), a ring round each bubble that is filled or may
 * be, and beside each field its text and its flag. */
Canvas *form_annotate(const FormReading *f, const Layout *l, const Image *photo, Err *e);

#endif
