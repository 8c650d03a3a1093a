/* A plane seen by a camera: where four of its points went tells where every point goes.
 *
 *     Spot sheet[4] = {{0, 0}, {210, 0}, {210, 297}, {0, 297}}, photo[4] = {..};
 *     Perspective p;
 *     if (perspective_fit(&p, sheet, photo, 4))
 *         Spot there = perspective_map(&p, (Spot){105, 148.5});
 *
 * A homography (Hartley and Zisserman, Multiple View Geometry, chapter 4). */
#ifndef SCRAWL_IMAGE_PERSPECTIVE_H
#define SCRAWL_IMAGE_PERSPECTIVE_H

#include <stdbool.h>

#include "image/image.h"

typedef struct Spot {
    double x, y;
} Spot;

typedef struct Perspective {
    double m[9]; /* row by row: (x, y, 1) goes to (u, v, w), which is the spot (u/w, v/w) */
} Perspective;

/* The one that brings from[i] to to[i], exactly for four spots, by least squares for more. False, and *p is
 * untouched, where three of four lie on one line. */
bool perspective_fit(Perspective *p, const Spot *from, const Spot *to, int count);

/* A spot beyond the horizon comes out far away, never as a NaN. */
Spot perspective_map(const Perspective *p, Spot s);


/* A picture (height,width) whose pixel centre (x + 1/2, y + 1/2) shows what lies at
 * perspective_map(to_source, ..) of `im`: bilinear, and averaged over the area of a pixel where the picture
 * becomes smaller; edges repeated. The caller frees. */
Image *perspective_view(const Image *im, const Perspective *to_source, int width, int height,
                        Err *e);

#endif
