/* How the sources hand over what they found: internal to dataset.h. */
#ifndef SCRAWL_DATA_DATASET_BUILD_H
#define SCRAWL_DATA_DATASET_BUILD_H

#include "data/dataset.h"
#include "data/listing.h"
#include "image/digit.h" /* DIGIT_SIDE, DIGIT_PIXELS */

/* Pictures of one size and their labels, as a file of pixels holds them. */
typedef struct PixelSet {
    size_t count;
    int height, width;
    uint8_t *pixels; /* (count, height, width) of any polarity, inside `block` */
    void *block;
    int *labels; /* (count), checked already to be 0 .. DATASET_CLASS_LIMIT - 1 */
} PixelSet;

void pixel_set_free(PixelSet *set);

/* Takes over what `set` holds, on failure too. */
Dataset *dataset_of_pixels(const char *name, PixelSet *set, const DatasetOptions *options, Err *e);

/* Takes over what `list` holds, on failure too. `numbers`: labels may be numbers of several digits.
 */
Dataset *dataset_of_listing(const char *name, Listing *list, bool numbers,
                            const DatasetOptions *options, Err *e);

/* Gives `d` classes named by numbers; false when memory is gone. */
bool dataset_name_classes(Dataset *d, int classes);

/* Loads names[i] for all i and fills pixels, height, width and found. */
int dataset_load_pictures(Dataset *d, const DatasetOptions *options, Err *e);

/* Makes `count` pictures of (height, width) canonical: (count, 28, 28). */
int pixels_to_canonical(const uint8_t *pixels, size_t count, int height, int width, InkPolarity ink,
                        Team *team, uint8_t *out, Err *e);

#endif
