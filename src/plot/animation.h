/* Pictures in a row as an animated GIF that repeats for ever.
 *
 *     Image frames[20] = {..};
 *     animation_save("training.gif", frames, 20, 150, &e);
 *
 * Frames are grey or RGB and of one size. Up to 256 colours over all frames come out exactly; more
 * are replaced by the nearest of a cube of 216 and 40 greys. The last frame stays two seconds. */
#ifndef SCRAWL_PLOT_ANIMATION_H
#define SCRAWL_PLOT_ANIMATION_H

#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

/* The GIF in memory; the caller frees. delay_ms is rounded to 10 ms, 20 at least (browsers slow
 * what is faster down). ERR_ARGUMENT for no frames or sizes that differ. */
uint8_t *animation_encode(const Image *frames, int count, int delay_ms, size_t *size, Err *e);
int animation_save(const char *path, const Image *frames, int count, int delay_ms, Err *e);

#endif
