/* The steps from a photo to a form's fields: inside read/ only. */
#ifndef SCRAWL_READ_FORM_PARTS_H
#define SCRAWL_READ_FORM_PARTS_H

#include "read/form.h"

/* Where a spot of the sheet, in mm, lies in the photo. ERR_FORMAT and a sentence where the layout's markers are not
 * there, or the code between them is another layout's. */
int form_find(const Layout *l, const Image *photo, Perspective *to_photo, Err *e);

/* The sheet seen straight from above, in even light. */
typedef struct FormView {
    Image *sheet;         /* paper is VIEW_PAPER; grey or RGB as the photo is */
    uint8_t *dark;        /* (height,width) 0 paper, 255 black */
    double scale;         /* pixels a millimetre */
    Perspective to_photo; /* from millimetres */
} FormView;

enum { VIEW_PAPER = 235 };

int form_view(const Layout *l, const Image *photo, const Perspective *to_photo, FormView *out,
              Err *e);
void form_view_free(FormView *v);

/* How far the items of each field lie from where the layout has them, in mm: paper bends. shift (fields). */
int form_align(const Layout *l, const FormView *v, Spot *shift, Err *e);

/* Fill the items of all fields of boxes, and of all fields of bubbles. */
int form_boxes(Reader *r, const Layout *l, const FormView *v, const Spot *shift,
               FieldReading *fields, Err *e);
int form_bubbles(const Layout *l, const FormView *v, const Spot *shift, FieldReading *fields,
                 Err *e);

/* Box `index` of a field cut out of the view with its lines taken away, its strokes left whole. */
typedef struct BoxLines BoxLines; /* what the sheet's lines look like */
BoxLines *box_lines_new(const Layout *l, const FormView *v, const Spot *shift, Err *e);
void box_lines_free(BoxLines *b);
Image *box_cut(const BoxLines *b, const FormView *v, const Field *f, int index, Spot shift, Err *e);

#endif
