/* A form: printed from a layout, found again in a photo, its fields read.
 *
 *     Layout *marks = layout_open("marks", &e);
 *     canvas_finish(form_draw(marks, &e), "marks.pdf", &e);       // print, fill in, photograph
 *     FormReading *form = form_read(reader, marks, photo, NULL, &e);
 *     for (int i = 0; form && i < form->count; i++)
 *         printf("%s %s\n", marks->fields[i].name, form->fields[i].text);
 *     form_free(form);
 *
 * photo -> the four corner markers (form_find.c) -> the sheet seen from above in even light (form_view.c) -> its boxes
 * and bubbles (form_boxes.c, form_bubbles.c) -> the net, all boxes at once -> fields, and a flag on each that a person
 * should look at. */
#ifndef SCRAWL_READ_FORM_H
#define SCRAWL_READ_FORM_H

#include "image/perspective.h"
#include "plot/canvas.h"
#include "read/layout.h"
#include "read/reader.h"

/* A marker is a black square whose middle share is white, whose middle is black, and of the upper left one white again;
 * shares of its side. */
#define FORM_RING   (5 / 7.)
#define FORM_CORE   (3 / 7.)
#define FORM_HOLE   (1.3 / 7)
#define FORM_BORDER 0.3 /* mm, a box's line */

/* The sheet as it is to be printed, in its own size. ERR_LIMIT, ERR_MEMORY. canvas_free frees it. */
Canvas *form_draw(const Layout *l, Err *e);

typedef enum FormFlag {               /* why a person should look at a field */
                        FORM_SURE,    /* no need to */
                        FORM_EMPTY,   /* nothing is written or filled */
                        FORM_GAP,     /* a box or column amid others is empty */
                        FORM_UNSURE,  /* a digit or a bubble is doubtful */
                        FORM_SEVERAL, /* two bubbles are filled where one should be */
                        FORM_RANGE,   /* a number above the field's most */
                        FORM_FLAGS
} FormFlag;

/* "", "empty", "gap", "unsure", "several", "range". */
const char *form_flag_name(FormFlag flag);

enum { FORM_BLANK = -2, FORM_DOUBT = -1 };

typedef struct FormItem { /* a box or a bubble */
    Spot corners[4];      /* in pixels of the photo, clockwise from the upper left */
    int value; /* a digit; of a bubble 1 filled, 0 not. FORM_DOUBT; FORM_BLANK: an empty box */
    double probability;    /* of a digit */
    double filled;         /* of a bubble: how dark it is, 0..1, less what is printed in it */
    uint8_t seen[28 * 28]; /* of a box: what the net saw */
} FormItem;

typedef struct FieldReading {
    char *
        text; /* a number with "?" for doubtful digits and "_" for empty boxes amid others; or the names of
                           the filled bubbles, joined by "|" */
    FormFlag flag;
    double probability; /* of a number that was written */
    FormItem *items;    /* (field_items) */
} FieldReading;

typedef struct FormReading {
    FieldReading *fields; /* (count), as in the layout */
    int count;
    int flagged;   /* how many carry a flag */
    Image *sheet;  /* the sheet from above in even light */
    uint8_t *dark; /* its pixels again: 0 paper, 255 black */
    double scale;  /* its pixels a millimetre */
    Spot *shift; /* (count) how far each field lies from its place on `sheet`, in mm: paper bends */
} FormReading;

#define FORM_SURE_FROM 0.95 /* probability; chosen on validation digits, see docs/results.md */

typedef struct FormOptions { /* zero is the usual */
    double sure; /* a number is given, not flagged, where it is right with this probability; 0: FORM_SURE_FROM */
} FormOptions;

/* `options` may be NULL. The caller frees with form_free. ERR_FORMAT where the photo does not show the sheet. One call at a time. */
FormReading *form_read(Reader *r, const Layout *l, const Image *photo, const FormOptions *options,
                       Err *e);
void form_free(FormReading *f); /* NULL is fine */

/* The reading as the JSON object of `read --layout --json`, without newline. The caller frees; NULL: no memory. */
char *form_json(const FormReading *f, const Layout *l, const char *image_name);

/* A line of CSV without its end: the fields' names, or their texts; `flags` lists the fields that carry one. The
 * caller frees; NULL: no memory. */
char *form_csv_head(const Layout *l);
char *form_csv(const FormReading *f, const Layout *l, const char *image_name);

/* Saves every box with writing of the fields that say what they hold as FOLDER/<digit>/<writer>/<image>-<n>.png:
 * a folder dataset. `writer` NULL: the number of the field "writer", else the image's name. *saved counts. */
int form_collect(const FormReading *f, const Layout *l, const char *image_name, const char *writer,
                 const char *folder, int *saved, Err *e);

#endif
