/* Redraws the handwritten digits of a picture: finds them, and asks a net with two heads what each one
 * looks like in type.
 *
 *     Redrawer *r = redrawer_new(NULL, 0, &e);
 *     Redrawn *page = redrawer_redraw(r, image, false, &e);
 *     Image *copy = redrawn_picture(page, &(RedrawLook){.crisp = CRISP_SMOOTH}, &e);   // read/redrawn.h
 *     ...
 *     redrawn_free(page);
 *     redrawer_free(r);
 *
 * image -> a 28x28 picture for each digit (read/reader.h; of a single digit image/digit.h) -> the net -> a
 * picture and a class. */
#ifndef SCRAWL_READ_REDRAWER_H
#define SCRAWL_READ_REDRAWER_H

#include "image/image.h"
#include "model/model.h"
#include "read/redrawn.h"

#define REDRAWER_DEFAULT "redraw" /* the model that is used when none is named */

enum { REDRAW_SINGLE_SIDE = 64 };

typedef struct Redrawer Redrawer;

/* A redrawer with a model that ships or a file; NULL: the default. threads 0: all cores. ERR_ARGUMENT for a
 * model that does not turn one 28x28 picture into another and the classes of digits (and perhaps noise). */
Redrawer *redrawer_new(const char *model, int threads, Err *e);
void redrawer_free(Redrawer *r); /* NULL is fine */

/* Ready pictures (count, 28,28), light ink on 0: fills .seen, .drawn, .digit and .probability of each. */
void redrawer_draw(Redrawer *r, const uint8_t *pictures, int count, RedrawnDigit *out);

/* All digits of a picture. On a page what was read is believed, being read in its context: where the net takes a digit
 * for another, or draws another's glyph, it is drawn as the net was taught to draw what was read, if this system has the
 * typeface. Arranged for Times New Roman: copies in another typeface want redrawn_arrange first. `single`, or sides of at most REDRAW_SINGLE_SIDE pixels: the whole is one digit.
 * A page that lies on a side or upside down becomes an upright one.
 * ERR_ARGUMENT when no digit is found. One call at a time; redrawn_free frees. */
Redrawn *redrawer_redraw(Redrawer *r, const Image *im, bool single, Err *e);

#endif
