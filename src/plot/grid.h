/* Sheets of pictures: samples of a dataset, what a generator drew, what was read wrongly.
 *
 *     Image pictures[16] = {{28, 28, 1, pixels}, ..};
 *     Sheet sheet = {.title = "Generated", .images = pictures, .count = 16, .columns = 8};
 *     canvas_finish(plot_sheet(&sheet, &e), "generated.png", &e);
 *
 * Pictures keep their aspect and are enlarged by a whole number of pixels, so that 28x28 stays
 * sharp. */
#ifndef SCRAWL_PLOT_GRID_H
#define SCRAWL_PLOT_GRID_H

#include "plot/canvas.h"

typedef struct Sheet {
    const char *title;
    const Image *images;       /* item after item; only read */
    int count;                 /* of items */
    int per_item;              /* pictures of one item, side by side: input, output. 0: 1 */
    const char *const *heads;  /* (per_item) what they are, above each column; NULL: nothing */
    const char *const *titles; /* (count) above each item; NULL: none */
    const bool *wrong;         /* (count) items whose title is vermilion; NULL: none */
    int columns;               /* items a row; 0: chosen */
    const char *note;          /* a line below the title */
} Sheet;

/* ERR_LIMIT for more pictures than a page can hold. */
Canvas *plot_sheet(const Sheet *sheet, Err *e);

typedef struct Readings {
    const char *title;
    const Image *images;
    int count;
    const char *const *names; /* of the classes */
    int classes;
    const int *truth;         /* (count), or NULL when it is not known */
    const int *read;          /* (count); a number outside 0 .. classes-1: refused, shown as "?" */
    const float *probability; /* (count) of what was read */
    int columns;
} Readings;

/* Pictures under "4 -> 9  98.2 %": the true class, what was read and with which probability; errors
 * in vermilion. */
Canvas *plot_readings(const Readings *r, Err *e);

#endif
