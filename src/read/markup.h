/* A picture on which things are marked and named: inside read/ only.
 *
 *     Mark marks[] = {{.corners = {{4, 4}, {24, 4}, {24, 34}, {4, 34}}, .text = "7"}};
 *     canvas_finish(markup_draw(image, marks, 1, 30, &e), "marked.png", &e);
 *
 * A name stands on a chip beside what it names, where it covers neither writing nor another mark: above, below, to the
 * right or the left, smaller where there is little room, on the end of a line where there is none nearby, and outside
 * the picture, which gets a margin then, where the rim is near. Ruled lines are no writing. A name that fits nowhere is
 * left out. A small picture is enlarged by a whole number until names can be read. */
#ifndef SCRAWL_READ_MARKUP_H
#define SCRAWL_READ_MARKUP_H

#include "image/perspective.h"
#include "plot/canvas.h"

enum { MARK_TEXT = 64 }; /* bytes of a name, and its end */

typedef enum MarkLook {
    MARK_SURE,    /* green */
    MARK_UNSURE,  /* orange */
    MARK_REFUSED, /* red and dashed */
    MARK_EMPTY    /* thin and grey */
} MarkLook;

typedef struct Mark {
    Spot
        corners[4]; /* of what is marked, in pixels of the picture, clockwise from the upper left */
    MarkLook look;
    bool round;  /* an ellipse in these corners, else their outline */
    bool inside; /* the name stands in a corner of it, if that is free */
    bool beside; /* it is around other marks, and its name rather to the right than above */
    int group;   /* names of neighbours in the array with the same group stand on one side */
    char text[MARK_TEXT]; /* its name; "" for none */
} Mark;

/* The picture with `marks` (count) as a page, two pixels to a point. `writing_px` is how high the writing is: it says
 * how large names are. canvas_free frees it. ERR_MEMORY; ERR_LIMIT as canvas_new. */
Canvas *markup_draw(const Image *im, const Mark *marks, int count, double writing_px, Err *e);

#endif
