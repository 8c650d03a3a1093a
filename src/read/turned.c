#include "read/turned.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "image/perspective.h"

enum { SMALL = 4 << 20 }; /* pixels that any picture may be turned to */

/* The median of channel c. */
static uint8_t median(const Image *im, int c)
{
    size_t count[256] = {0}, n = (size_t)im->width * (size_t)im->height, below = 0;
    int v = 0;

    for (size_t i = 0; i < n; i++)
        count[im->pixels[i * (size_t)im->channels + (size_t)c]]++;
    while ((below += count[v]) * 2 < n)
        v++;
    return (uint8_t)v;
}

/* Edges that go on beyond the picture would be strokes. */
static void fill_outside(const Image *im, const Turned *t, Image *out)
{
    uint8_t colour[4];

    for (int c = 0; c < im->channels; c++)
        colour[c] = median(im, c);
    for (int y = 0; y < out->height; y++)
        for (int x = 0; x < out->width; x++) {
            double u = t->m[0] * (x + 0.5) + t->m[1] * (y + 0.5) + t->m[2],
                   v = t->m[3] * (x + 0.5) + t->m[4] * (y + 0.5) + t->m[5];

            if (u < 0 || v < 0 || u > im->width || v > im->height)
                memcpy(out->pixels + ((size_t)y * (size_t)out->width + (size_t)x) * (size_t)im->channels, colour,
                       (size_t)im->channels);
        }
}

static void level_size(const Image *im, double slope, int *width, int *height)
{
    double c = 1 / sqrt(1 + slope * slope), s = fabs(slope) * c;

    *width = (int)ceil(im->width * c + im->height * s);
    *height = (int)ceil(im->height * c + im->width * s);
}

bool turned_fits(const Image *im, double slope)
{
    int width, height;

    level_size(im, slope, &width, &height);
    size_t pixels = (size_t)width * (size_t)height, before = (size_t)im->width * (size_t)im->height;

    return width <= IMAGE_SIDE_LIMIT && height <= IMAGE_SIDE_LIMIT && pixels <= IMAGE_PIXEL_LIMIT &&
           (pixels <= 2 * before || pixels <= SMALL);
}

Image *turned_level(const Image *im, double slope, Turned *t, Err *e)
{
    double c = 1 / sqrt(1 + slope * slope), s = slope * c;
    int width, height;

    assert(turned_fits(im, slope));
    level_size(im, slope, &width, &height);
    Perspective to_source = {{c, -s, 0.5 * (im->width - c * width + s * height), s, c,
                              0.5 * (im->height - s * width - c * height), 0, 0, 1}};
    Image *out = perspective_view(im, &to_source, width, height, e);

    memcpy(t->m, to_source.m, sizeof t->m);
    t->width = im->width;
    t->height = im->height;
    if (out)
        fill_outside(im, t, out);
    return out;
}

static int within(double v, int low, int high)
{
    return v < low ? low : v > high ? high : (int)v;
}

void turned_back(const Turned *t, int *x, int *y, int *width, int *height)
{
    double left = t->width, top = t->height, right = 0, bottom = 0;

    for (int corner = 0; corner < 4; corner++) {
        double u = *x + (corner & 1) * *width, v = *y + (corner >> 1) * *height;
        double across = t->m[0] * u + t->m[1] * v + t->m[2], down = t->m[3] * u + t->m[4] * v + t->m[5];

        left = fmin(left, across);
        top = fmin(top, down);
        right = fmax(right, across);
        bottom = fmax(bottom, down);
    }
    *x = within(floor(left), 0, t->width - 1);
    *y = within(floor(top), 0, t->height - 1);
    *width = within(ceil(right), *x + 1, t->width) - *x;
    *height = within(ceil(bottom), *y + 1, t->height) - *y;
}
