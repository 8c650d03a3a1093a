/* What is printed where on a form: boxes for digits, bubbles to fill, and words, in millimetres.
 *
 *     Layout *form = layout_open("marks", &e);              // or "my-form.json"
 *     for (int i = 0; form && i < form->field_count; i++)
 *         puts(form->fields[i].name);
 *     layout_free(form);
 *
 * A layout is a JSON object; docs/formats.md tells all of it:
 *
 *     { "scrawl_layout": 1, "title": "Entry", "sheet": [105, 148],
 *       "texts":  [{"text": "Entry", "at": [20, 28], "size": 5, "bold": true}],
 *       "lines":  [{"from": [20, 31], "to": [85, 31]}],
 *       "fields": [{"name": "number", "label": "Number", "digits": 6, "at": [20, 45]},
 *                  {"name": "answer#", "label": "#", "choice": ["A", "B", "C"], "at": [30, 70],
 *                   "rows": 5, "row_step": 8},
 *                  {"name": "id", "bubbles": 3, "at": [70, 65]}] }
 *
 * Lengths are millimetres, from the sheet's upper left corner to the right and down. */
#ifndef SCRAWL_READ_LAYOUT_H
#define SCRAWL_READ_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    LAYOUT_FILE_LIMIT = 1 << 20, /* bytes of the JSON */
    LAYOUT_FIELDS = 1000,
    LAYOUT_ITEMS = 10000, /* boxes and bubbles of all fields */
    LAYOUT_TEXTS = 500,   /* and as many lines */
    LAYOUT_COUNT = 50,    /* boxes, columns or choices of one field */
    LAYOUT_NAME = 100     /* bytes of a name */
};

typedef enum FieldKind {
    FIELD_DIGITS,  /* boxes, one digit each */
    FIELD_CHOICE,  /* bubbles, each with a name */
    FIELD_BUBBLES, /* a number as columns of bubbles 0 to 9 */
} FieldKind;

typedef struct Area { /* in mm */
    double x, y, width, height;
} Area;

typedef struct Field {
    FieldKind kind;
    char *name;
    char *label;          /* printed before it; NULL: none */
    bool label_above;     /* else to the left */
    double x, y;          /* the upper left corner of its first item */
    int count;            /* boxes, choices or columns */
    double width, height; /* of a box; of a bubble, which is a circle */
    double step,
        step_down;  /* from one box, choice or column to the next; from one bubble of a column to
                               the next below */
    bool down;      /* choices stand below each other */
    char **choices; /* (count) of FIELD_CHOICE */
    bool several;   /* more than one may be filled, or none */
    bool partial;   /* boxes or columns before or after the number may stay empty, or all */
    int most;       /* the largest number that makes sense; -1: any */
    int holds;      /* the digit that every box is to hold, on a sheet that collects; -1: any */
} Field;

typedef struct LayoutText {
    char *text;
    double x, y; /* of its baseline */
    double size; /* of the letters' em */
    bool bold;
    int align; /* -1: x is its left end, 0 its middle, 1 its right end */
} LayoutText;

typedef struct LayoutLine {
    double x0, y0, x1, y1;
} LayoutLine;

typedef struct Layout {
    char *name; /* the file's, without folder and ending */
    char *title;
    double width, height; /* of the sheet */
    double marker;        /* side of a corner marker */
    double margin;        /* from a marker to the sheet's edges */
    uint32_t code; /* LAYOUT_CODE_BITS that depend on where the fields are: printed, and checked */
    Field *fields;
    int field_count;
    LayoutText *texts;
    int text_count;
    LayoutLine *lines;
    int line_count;
} Layout;

/* The layout that ships under this name, else the file at this path. The caller frees. */
Layout *layout_open(const char *name_or_path, Err *e);

/* The same from bytes; `name` is what error sentences call them. ERR_FORMAT for what is no layout, ERR_ARGUMENT
 * for one that cannot be printed: items over the rim, over a corner marker or over each other; ERR_LIMIT. */
Layout *layout_read(const char *name, const uint8_t *bytes, size_t size, Err *e);
void layout_free(Layout *l); /* NULL is fine */

/* Names of the layouts that ship, NULL after the last. */
const char *layout_shipped(int index);

/* How many boxes or bubbles the field has: of columns ten each. */
int field_items(const Field *f);

/* Where item `index` lies; bubble d of column c is item 10 c + d. */
Area field_item(const Field *f, int index);

/* Marker 0 upper left, 1 upper right, 2 lower right, 3 lower left. */
Area layout_marker(const Layout *l, int corner);

/* The code is printed as a row of squares, black for a bit that is set, the highest bit first. */
enum { LAYOUT_CODE_BITS = 24 };
Area layout_code_square(const Layout *l, int bit);

#endif
