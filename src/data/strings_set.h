/* Made-up numbers as pictures in a folder, with their labels: for measuring readers.
 *
 *     strings_save(strings, 1000, "numbers", &e);       // numbers/00000.png .., numbers/labels.csv
 *     Dataset *d = dataset_open("numbers", NULL, &e);   // d->names, d->texts
 *
 * Dark ink on paper; each picture is as wide as its number needs, with a margin of paper. */
#ifndef SCRAWL_DATA_STRINGS_SET_H
#define SCRAWL_DATA_STRINGS_SET_H

#include "data/made_strings.h"
#include "image/image.h"

enum { STRINGS_SET_LIMIT = 100000 };

/* String number `index` on paper; its digits as text, "" where it has none: then the picture is of whatever else there
 * is. NULL without memory. */
Image *strings_picture(const Strings *s, uint64_t index, char label[STRING_DIGITS + 1], Err *e);

/* The first `count` strings that have a digit; a picture is named by its string's number, so that numbers of those
 * without one are missing. Makes the folder; ERR_IO, ERR_MEMORY. */
int strings_save(const Strings *s, int count, const char *folder, Err *e);

#endif
