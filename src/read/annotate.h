/* A picture with its reading drawn on it: a box round each digit, what it was read as above.
 *
 *     Reading *reading = reader_read(reader, image, &(ReadOptions){0}, &e);
 *     reading_annotate(reading, image, "read.png", &e);
 *
 * Green boxes are sure, orange ones have a probability below ANNOTATE_SURE, red ones were refused and say what the digit
 * would have been. */
#ifndef SCRAWL_READ_ANNOTATE_H
#define SCRAWL_READ_ANNOTATE_H

#include "read/reader.h"

#define ANNOTATE_SURE 0.95

/* Writes `path` by its ending: .png (as large as the picture), .svg or .pdf. */
int reading_annotate(const Reading *reading, const Image *im, const char *path, Err *e);

#endif
