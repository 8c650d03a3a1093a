#include "image/upright.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* Where an upright pixel (x, y) is stored: at (x, y), or at (y, x), counted from the other side where a
 * flip says so. */
typedef struct Turn {
    bool swap;
    bool flip_x, flip_y; /* of the stored picture */
} Turn;

static const Turn turns[9] = {
    [1] = {false, false, false}, [2] = {false, true, false}, [3] = {false, true, true},
    [4] = {false, false, true},  [5] = {true, false, false}, [6] = {true, false, true},
    [7] = {true, true, true},    [8] = {true, true, false},
};

Image *image_upright(Image *im, int orientation, Err *e)
{
    assert(orientation >= 1 && orientation <= 8);
    Turn t = turns[orientation];

    if (orientation == 1)
        return im;
    int width = t.swap ? im->height : im->width, height = t.swap ? im->width : im->height;
    Image *up = image_new(width, height, im->channels, e);
    for (int y = 0; up && y < height; y++) {
        for (int x = 0; x < width; x++) {
            int u = t.swap ? y : x, v = t.swap ? x : y;
            u = t.flip_x ? im->width - 1 - u : u;
            v = t.flip_y ? im->height - 1 - v : v;
            memcpy(up->pixels + ((size_t)y * width + x) * im->channels,
                   im->pixels + ((size_t)v * im->width + u) * im->channels, (size_t)im->channels);
        }
    }
    image_free(im);
    return up;
}
