/* The outline of what is lighter than a level, as the path of an SVG.
 *
 *     Writer d = {0};
 *     outline_path(image, 127.5f, 0, &d);                // "M12.1 4Q12.5 4.2 12.8 4.9..Z"
 *
 * Marching squares: the outline goes between pixels where their levels say it does, so that grey
 * edges become smooth curves and nothing is lost to a black and white picture in between; holes go
 * round the other way, for fill rule "evenodd" or "nonzero". The corners are rounded by quadratic
 * curves through the middles of the steps. */
#ifndef SCRAWL_IMAGE_OUTLINE_H
#define SCRAWL_IMAGE_OUTLINE_H

#include "base/bytes.h"
#include "image/image.h"

/* Appends the path of a grey picture, `top` pixels further down. Outside the picture is 0; the level
 * is above 0. ERR_MEMORY, also for what the Writer lacks. */
int outline_path(const Image *im, float level, float top, Writer *out, Err *e);

#endif
