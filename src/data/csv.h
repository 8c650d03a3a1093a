/* Comma-separated values in memory (RFC 4180): pixels with a label, or pictures with a label.
 *
 *     CsvPixels p;
 *     if (csv_read_pixels("train.csv", bytes, size, 10, &p, &e) == 0)
 *         use(p.pixels, p.labels, p.count, p.side);
 *     free(p.pixels), free(p.labels);
 *
 * Lines end in LF or CRLF, empty ones are skipped, a first line that is a header is seen to be one.
 * `name` is what error sentences call the bytes; they name the line as well. */
#ifndef SCRAWL_DATA_CSV_H
#define SCRAWL_DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/listing.h"

/* Is its first line of at most four columns, as a list of pictures is? */
bool csv_is_list(const uint8_t *bytes, size_t size);

typedef struct CsvPixels {
    size_t count;
    int side;        /* pictures are squares */
    uint8_t *pixels; /* (count, side, side) */
    int *labels;     /* (count) */
} CsvPixels;

/* label,pixel0,pixel1,.. with whole numbers; labels below `label_limit`. The caller frees both. */
int csv_read_pixels(const char *name, const uint8_t *bytes, size_t size, int label_limit,
                    CsvPixels *out, Err *e);

/* path,label or path,label,group, in the order that a header gives (path, file, filename, image,
 * name; label, class, digit, text; group, writer, user, author) or, without one, in this. Appends
 * to `out`. A field in quotes may hold commas and doubled quotes, but no line's end. */
int csv_read_list(const char *name, const uint8_t *bytes, size_t size, Listing *out, Err *e);

#endif
