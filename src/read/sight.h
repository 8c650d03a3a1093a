/* What stands on a picture, before and after the nets have seen it: inside read/ only.
 *
 *     Sight s = {0};
 *     if (sight_look(&s, lines, image, options, &e) == 0) ... // numbers are read, digits that stand alone are not
 *
 * One digit, a strip with one number and a page with many are told apart here. */
#ifndef SCRAWL_READ_SIGHT_H
#define SCRAWL_READ_SIGHT_H

#include "read/page.h"
#include "read/reader.h"

typedef struct SeenDigit {
    ReadDigit digit;
    int line, number;          /* of the picture's, in reading order */
    bool read;                 /* by the line reader, which says the next two; decided it is later */
    double line_probability;   /* that all of the number is right */
    double probabilities[LINE_DIGITS];
    double number_probability; /* that all of it is right, once the net for digits has had its say */
    bool odd;       /* as LineDigit's */
    float contrast; /* as DigitInfo's, of what the net for digits saw first; 0 elsewhere */
    bool alone;     /* among other writing: dropped where it turns out to be no digit */
    bool doubtful;  /* to be looked at again: the net for digits is not sure of it, and it may be a number */
} SeenDigit;

typedef struct Sight {
    SeenDigit *spots;
    int count, room;
    Piece part;   /* of the picture, before it was turned, that was looked at; elsewhere there is no writing */
    bool is_crop; /* of one digit, as it seems */
    bool on_side; /* lines seem to run down or up */
    int turned;   /* degrees to the right by which the picture was turned to see this */
} Sight;

/* Fills an empty sight. `lines` reads numbers; NULL: every piece of ink is a digit. ERR_MEMORY. */
int sight_look(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, Err *e);

/* After all: the line reader looks at the spots that the caller marked as doubtful. Where it finds a number, or another digit, and
 * is surer of that, *changed is set, and its digits take the place of what there was. What is likelier none may be a number,
 * but no single digit. s->spots is another array then; after ERR_MEMORY it lacks the last ones. */
int sight_look_again(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, bool *changed, Err *e);

/* Fills an empty sight with what keeps clear of the picture's rims, by a fortieth of its longer side, where other ink does not: the paper's edge,
 * a shadow. Nothing where there is no such other ink, or what is clear is lower than a tenth of the picture. ERR_MEMORY. */
int sight_look_inside(Sight *s, LineReader *lines, const Image *im, const ReadOptions *options, Err *e);

/* Whether a picture is small enough to have been cut out around a digit. */
bool sight_is_close(const Image *im);

void sight_free(Sight *s);

#endif
