/* A picture is one block of pixels and a header that owns it. */
#include "image/image.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* The number of bytes of a picture within the limits; 0 and a filled `e` beyond them. */
static size_t pixels_size(int width, int height, int channels, Err *e)
{
    size_t count, size;

    if (width < 1 || height < 1) {
        err_set(e, ERR_ARGUMENT, "a picture of %d x %d pixels is empty", width, height);
        return 0;
    }
    if (width > IMAGE_SIDE_LIMIT || height > IMAGE_SIDE_LIMIT) {
        err_set(e, ERR_LIMIT, "a picture of %d x %d pixels is longer than %d", width, height,
                (int)IMAGE_SIDE_LIMIT);
        return 0;
    }
    if (!size_multiply((size_t)width, (size_t)height, &count) || count > IMAGE_PIXEL_LIMIT ||
        !size_multiply(count, (size_t)channels, &size)) {
        err_set(e, ERR_LIMIT, "a picture of %d x %d pixels is more than %zu million", width, height,
                IMAGE_PIXEL_LIMIT >> 20);
        return 0;
    }
    return size;
}

Image *image_new(int width, int height, int channels, Err *e)
{
    assert(channels == 1 || channels == 3);
    size_t size = pixels_size(width, height, channels, e);
    Image *im;

    if (!size)
        return NULL;
    im = malloc(sizeof *im);
    if (im)
        *im = (Image){width, height, channels, calloc(size, 1)};
    if (!im || !im->pixels) {
        free(im);
        err_set(e, ERR_MEMORY, "no memory for a picture of %d x %d pixels", width, height);
        return NULL;
    }
    return im;
}

void image_free(Image *im)
{
    if (!im)
        return;
    free(im->pixels);
    free(im);
}

Image *image_copy(const Image *im, Err *e)
{
    return image_crop(im, 0, 0, im->width, im->height, e);
}

Image *image_crop(const Image *im, int x, int y, int width, int height, Err *e)
{
    assert(x >= 0 && y >= 0 && width <= im->width - x && height <= im->height - y);
    Image *crop = image_new(width, height, im->channels, e);

    if (!crop)
        return NULL;
    size_t row = (size_t)width * im->channels, stride = (size_t)im->width * im->channels;
    const uint8_t *from = im->pixels + y * stride + (size_t)x * im->channels;
    for (int i = 0; i < height; i++)
        memcpy(crop->pixels + i * row, from + i * stride, row);
    return crop;
}

void image_invert(Image *im)
{
    size_t n = (size_t)im->width * (size_t)im->height * (size_t)im->channels;

    for (size_t i = 0; i < n; i++)
        im->pixels[i] = (uint8_t)(255 - im->pixels[i]);
}

Image *image_to_grey(const Image *im, Err *e)
{
    if (im->channels == 1)
        return image_copy(im, e);
    Image *grey = image_new(im->width, im->height, 1, e);

    if (!grey)
        return NULL;
    size_t count = (size_t)im->width * im->height;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *p = im->pixels + 3 * i;
        grey->pixels[i] = (uint8_t)((299 * p[0] + 587 * p[1] + 114 * p[2] + 500) / 1000);
    }
    return grey;
}
