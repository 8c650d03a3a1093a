#include "read/dark.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/resample.h"

static const float window_share = 0.08f; /* of the longer side: what a pixel is dark against */

static int longer_side(const Dark *d)
{
    return d->width > d->height ? d->width : d->height;
}

static int grey_make(const Image *photo, Dark *d, Err *e)
{
    size_t n = (size_t)d->width * d->height;
    Image *grey = image_to_grey(photo, e);
    int status = grey ? 0 : -(int)ERR_MEMORY;

    if (!status && d->scale > 1)
        status = resample_u8(grey->pixels, grey->width, grey->height, 1,
                             (Window){0, 0, (float)grey->width, (float)grey->height}, d->grey,
                             d->width, d->height, e);
    else if (!status)
        for (size_t i = 0; i < n; i++)
            d->grey[i] = grey->pixels[i];
    image_free(grey);
    return status;
}

/* Sums of all values above and to the left: (height+1, width+1). */
static void sum_up(const Dark *d, double *sums)
{
    int w = d->width + 1;

    memset(sums, 0, (size_t)w * sizeof *sums);
    for (int y = 1; y <= d->height; y++) {
        double row = 0;
        sums[(size_t)y * w] = 0;
        for (int x = 1; x < w; x++) {
            row += d->grey[(size_t)(y - 1) * d->width + x - 1];
            sums[(size_t)y * w + x] = sums[(size_t)(y - 1) * w + x] + row;
        }
    }
}

static void compare(const double *sums, float share, Dark *d)
{
    size_t w = (size_t)d->width + 1;
    int reach = (int)(window_share * (float)longer_side(d) / 2) + 1;

    for (int y = 0; y < d->height; y++) {
        int y0 = y - reach < 0 ? 0 : y - reach,
            y1 = y + reach + 1 > d->height ? d->height : y + reach + 1;
        for (int x = 0; x < d->width; x++) {
            int x0 = x - reach < 0 ? 0 : x - reach,
                x1 = x + reach + 1 > d->width ? d->width : x + reach + 1;
            double sum =
                sums[y1 * w + x1] - sums[y0 * w + x1] - sums[y1 * w + x0] + sums[y0 * w + x0];
            double mean = sum / ((double)(y1 - y0) * (x1 - x0));
            d->dark[(size_t)y * d->width + x] =
                d->grey[(size_t)y * d->width + x] < share * mean - 2;
        }
    }
}

static int no_memory(const Image *photo, Err *e)
{
    return err_set(e, ERR_MEMORY, "no memory to look at a photo of %d x %d pixels", photo->width,
                   photo->height);
}

static int compare_all(const Image *photo, float share, Dark *d, Err *e)
{
    double *sums = malloc(((size_t)d->width + 1) * ((size_t)d->height + 1) * sizeof *sums);

    d->dark = malloc((size_t)d->width * d->height * sizeof *d->dark);
    bool fits = sums && d->dark;
    if (fits) {
        sum_up(d, sums);
        compare(sums, share, d);
    }
    free(sums);
    return fits ? 0 : no_memory(photo, e);
}

int dark_find(const Image *photo, int side_px, float share, Dark *d, Err *e)
{
    int longer = photo->width > photo->height ? photo->width : photo->height;

    *d = (Dark){.scale = longer > side_px ? (double)longer / side_px : 1};
    d->width = (int)fmax(1, round(photo->width / d->scale));
    d->height = (int)fmax(1, round(photo->height / d->scale));
    d->grey = malloc((size_t)d->width * d->height * sizeof *d->grey);
    int status = d->grey ? grey_make(photo, d, e) : no_memory(photo, e);
    if (!status && share > 0)
        status = compare_all(photo, share, d, e);
    return status;
}

void dark_free(Dark *d)
{
    free(d->grey);
    free(d->dark);
    *d = (Dark){0};
}

float dark_grey(const Dark *d, Spot s)
{
    double x = s.x > 0 ? s.x : 0, y = s.y > 0 ? s.y : 0; /* a NaN becomes 0 */
    int px = x < d->width ? (int)x : d->width - 1, py = y < d->height ? (int)y : d->height - 1;

    return d->grey[(size_t)py * d->width + px];
}
