/* Writing so large in its picture that its strokes are broader than page.c looks for: inside read/ only.
 *
 *     Look look = ...;                       // what a look for strokes of bounded width found
 *     broad_look(image, &look, &e);          // replaced where that were but bits of broad strokes
 *
 * A bound on the width of strokes tells any shadow from them, but falls into rims and nothing where strokes are broader: a
 * digit written with a marker, photographed from near. A coarse look without the bound finds those. It counts only where
 * nothing finer lies beside what it finds, and nothing finer or deeper on it: a blot, a shadow or a sheet on a table are no strokes. */
#ifndef SCRAWL_READ_BROAD_H
#define SCRAWL_READ_BROAD_H

#include <stdbool.h>

#include "read/page.h"

/* What was found on a picture. */
typedef struct Look {
    Piece *pieces; /* (count), in pixels of the working size; its owner's */
    int count;
    double scale; /* the picture's size over the working size */
    bool dark_ink;
    float level; /* depth of a stroke in grey steps, as InkMap's */
} Look;

/* ERR_MEMORY; the look is whole in any case. */
int broad_look(const Image *im, Look *look, Err *e);

#endif
