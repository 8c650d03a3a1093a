/* Pictures of one size that came as numbers: which of the two colours is the ink is found out from
 * their borders, where ink is rare. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset_build.h"

void pixel_set_free(PixelSet *set)
{
    free(set->block);
    free(set->labels);
    *set = (PixelSet){0};
}

/* Is the border of a picture on average nearer to white? */
static bool has_light_border(const uint8_t *p, int height, int width)
{
    long sum = 0, count = 0;

    for (int i = 0; i < height; i++)
        for (int j = 0; j < width; j += i == 0 || i == height - 1 || width == 1 ? 1 : width - 1) {
            sum += p[i * width + j];
            count++;
        }
    return sum * 2 > count * 255;
}

static bool is_mostly_dark_ink(const PixelSet *set)
{
    size_t size = (size_t)set->height * (size_t)set->width, light = 0;

    for (size_t i = 0; i < set->count; i++)
        light += has_light_border(set->pixels + i * size, set->height, set->width);
    return light * 2 > set->count;
}

static int largest(const int *labels, size_t count)
{
    int most = 0;

    for (size_t i = 0; i < count; i++)
        most = labels[i] > most ? labels[i] : most;
    return most;
}

/* Replaces the set's pictures, or their negatives, by canonical ones. */
static int make_canonical(PixelSet *set, const DatasetOptions *options, Err *e)
{
    size_t values = set->count * (size_t)set->height * (size_t)set->width;
    uint8_t *pixels = malloc(set->count * DIGIT_PIXELS);
    InkPolarity ink = options->inverted ? INK_AUTO : INK_LIGHT;

    if (!pixels)
        return err_set(e, ERR_MEMORY, "no memory for %zu pictures", set->count);
    for (size_t i = 0; options->inverted && i < values; i++)
        set->pixels[i] = (uint8_t)(255 - set->pixels[i]);
    int r = pixels_to_canonical(set->pixels, set->count, set->height, set->width, ink,
                                options->team, pixels, e);
    if (r) {
        free(pixels);
        return r;
    }
    free(set->block);
    set->block = set->pixels = pixels;
    set->height = set->width = DIGIT_SIDE;
    return 0;
}

/* A set without pictures may be read, but nothing can be done with it. */
static int check_size(const char *name, const PixelSet *set, Err *e)
{
    if (set->count == 0)
        return err_set(e, ERR_FORMAT, "%s: holds no picture", name);
    if (set->count > UINT32_MAX)
        return err_set(e, ERR_LIMIT, "%s: %zu pictures, at most %u are handled", name, set->count,
                       UINT32_MAX);
    if (set->height < 1 || set->width < 1 || set->height > DATASET_SIDE_LIMIT ||
        set->width > DATASET_SIDE_LIMIT)
        return err_set(e, ERR_LIMIT, "%s: pictures of %dx%d, from 1x1 to %dx%d are read", name,
                       set->width, set->height, DATASET_SIDE_LIMIT, DATASET_SIDE_LIMIT);
    return 0;
}

static void take_over(Dataset *d, PixelSet *set, bool as_noise)
{
    d->count = set->count;
    d->height = set->height;
    d->width = set->width;
    d->pixels = set->pixels;
    d->labels = set->labels;
    d->blocks[0] = set->block;
    for (size_t i = 0; as_noise && i < set->count; i++)
        d->labels[i] = DATASET_NOISE;
    *set = (PixelSet){0};
}

Dataset *dataset_of_pixels(const char *name, PixelSet *set, const DatasetOptions *options, Err *e)
{
    Dataset *d = NULL;
    int r = check_size(name, set, e), height = set->height, width = set->width;

    if (r)
        goto done;
    size_t size = set->count * (size_t)height * (size_t)width;
    bool dark = is_mostly_dark_ink(set);
    for (size_t i = 0; dark && i < size; i++)
        set->pixels[i] = (uint8_t)(255 - set->pixels[i]);
    if ((options->canonical || options->inverted) && make_canonical(set, options, e))
        goto done;
    int classes = options->as_noise ? DATASET_NOISE + 1 : largest(set->labels, set->count) + 1;
    if (!(d = calloc(1, sizeof *d)) || !dataset_name_classes(d, classes < 10 ? 10 : classes)) {
        err_set(e, ERR_MEMORY, "%s: no memory for its classes", name);
        dataset_free(d);
        d = NULL;
        goto done;
    }
    take_over(d, set, options->as_noise);
    snprintf(d->found, sizeof d->found, "%dx%d, %s%s", width, height,
             dark ? "dark ink on light: inverted" : "light ink on dark",
             options->canonical ? ", brought to 28x28 as reading does" : "");
done:
    pixel_set_free(set);
    return d;
}
