/* The grey closing of a picture (Serra 1982): dark structures narrower than a window are filled.
 *
 *     float *work = malloc(closing_room(w, h, reach) * sizeof *work);
 *     closing(v, w, h, reach, closed, work);
 *     depth = closed[i] - v[i];               // 0 but on thin dark strokes
 *
 * Its cost does not depend on the window. */
#ifndef SCRAWL_IMAGE_CLOSING_H
#define SCRAWL_IMAGE_CLOSING_H

#include <stddef.h>

/* Numbers that `work` has to hold. */
size_t closing_room(int w, int h, int reach);

/* v (h,w) -> closed (h,w), overwritten, as is work. The window is a square that reaches `reach`, at
 * least 1, pixels from its middle; outside the picture is nothing. */
void closing(const float *v, int w, int h, int reach, float *closed, float *work);

#endif
