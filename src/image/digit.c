#include "image/digit.h"

#include <math.h>
#include <string.h>

#include "image/clean.h"
#include "image/resample.h"

static const float faintest = 0.15f; /* ink that counts for the box: MNIST's boxes are 20 then */
static const float small_share = 0.4f; /* a digit below this share of a shrunk picture is looked at again */

typedef struct Box { /* first column and row, and those after the last */
    int x0, y0, x1, y1;
} Box;

static Box ink_box(const float *ink, int w, int h)
{
    Box b = {w, h, 0, 0};

    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            if (!(ink[y * w + x] > faintest))
                continue;
            b.x0 = x < b.x0 ? x : b.x0;
            b.x1 = x + 1 > b.x1 ? x + 1 : b.x1;
            b.y0 = y < b.y0 ? y : b.y0;
            b.y1 = y + 1;
        }
    }
    return b;
}

static int longer_side(const Box *b)
{
    return b->x1 - b->x0 > b->y1 - b->y0 ? b->x1 - b->x0 : b->y1 - b->y0;
}

/* The part of the map that becomes the 28x28 picture: whole pixels of that picture lie between its rim
 * and the digit's box, so that a digit of MNIST is copied, not interpolated. MNIST's centres of mass
 * lie in pixel (14,14), that is from 14 to 15 counted from the corner. */
static Window window_of(const float *ink, int w, const Box *b)
{
    float step = (float)longer_side(b) / DIGIT_BOX; /* map pixels per output pixel */
    double sum = 0, sx = 0, sy = 0;

    for (int y = b->y0; y < b->y1; y++) {
        for (int x = b->x0; x < b->x1; x++) {
            float v = ink[y * w + x];
            sum += v;
            sx += v * ((float)(x - b->x0) + 0.5f);
            sy += v * ((float)(y - b->y0) + 0.5f);
        }
    }
    float left = ceilf(DIGIT_SIDE / 2 - (float)(sx / sum) / step - 1e-3f);
    float top = ceilf(DIGIT_SIDE / 2 - (float)(sy / sum) / step - 1e-3f);
    return (Window){(float)b->x0 - left * step, (float)b->y0 - top * step, DIGIT_SIDE * step,
                    DIGIT_SIDE * step};
}

int digit_fit(const float *ink, int w, int h, uint8_t out[DIGIT_PIXELS], bool *blank, Err *e)
{
    float real[DIGIT_PIXELS];
    Box b = ink_box(ink, w, h);

    memset(out, 0, DIGIT_PIXELS);
    *blank = b.x1 == 0;
    if (*blank)
        return 0;
    if (resample_f32(ink, w, h, window_of(ink, w, &b), 0, real, DIGIT_SIDE, DIGIT_SIDE, e))
        return -(int)ERR_MEMORY;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        out[i] = (uint8_t)(255 * fminf(real[i], 1) + 0.5f);
    return 0;
}

/* The ink of the digit in `im`. */
static InkMap *find_digit(const Image *im, const DigitOptions *o, Err *e)
{
    InkMap *m = ink_find(im, &(InkOptions){.polarity = o->polarity}, e);

    if (m && !m->blank && !o->no_clean && clean_digit(m, e)) {
        ink_free(m);
        m = NULL;
    }
    return m;
}

/* The surroundings of a digit that is small in the picture, half its size on each side. */
static Image *crop_round(const Image *im, const InkMap *m, const Box *b, Box *crop, Err *e)
{
    float margin = 0.5f * (float)longer_side(b);

    crop->x0 = (int)fmaxf(0, ((float)b->x0 - margin) * m->scale);
    crop->y0 = (int)fmaxf(0, ((float)b->y0 - margin) * m->scale);
    crop->x1 = (int)fminf((float)im->width, ((float)b->x1 + margin) * m->scale);
    crop->y1 = (int)fminf((float)im->height, ((float)b->y1 + margin) * m->scale);
    return image_crop(im, crop->x0, crop->y0, crop->x1 - crop->x0, crop->y1 - crop->y0, e);
}

static bool is_small(const InkMap *m, const Box *b)
{
    int longer = m->width > m->height ? m->width : m->height;

    return m->scale > 1 && b->x1 > 0 && (float)longer_side(b) < small_share * (float)longer;
}

/* Replaces *m by a closer look at the digit that it found, and moves `origin` to the corner of what was
 * looked at. */
static int look_closer(const Image *im, const DigitOptions *o, InkMap **m, Box *origin, Err *e)
{
    Box b = ink_box((*m)->ink, (*m)->width, (*m)->height);
    DigitOptions sure = *o;
    float certainty = (*m)->certainty;

    if ((*m)->blank || !is_small(*m, &b))
        return 0;
    Image *crop = crop_round(im, *m, &b, origin, e);
    sure.polarity = (*m)->dark_ink ? INK_DARK : INK_LIGHT;
    InkMap *closer = crop ? find_digit(crop, &sure, e) : NULL;
    image_free(crop);
    if (!closer)
        return -(int)ERR_MEMORY;
    ink_free(*m);
    *m = closer;
    closer->certainty = certainty;
    return 0;
}

static void tell(const InkMap *m, const Box *origin, bool blank, DigitInfo *info)
{
    Box b = ink_box(m->ink, m->width, m->height);

    *info = (DigitInfo){.blank = blank,
                        .dark_ink = m->dark_ink,
                        .certainty = m->certainty,
                        .contrast = m->level / m->noise};
    if (blank)
        return;
    info->box[0] = (float)origin->x0 + (float)b.x0 * m->scale;
    info->box[1] = (float)origin->y0 + (float)b.y0 * m->scale;
    info->box[2] = (float)(b.x1 - b.x0) * m->scale;
    info->box[3] = (float)(b.y1 - b.y0) * m->scale;
}

int digit_from_image(const Image *im, const DigitOptions *options, uint8_t out[DIGIT_PIXELS],
                     DigitInfo *info, Err *e)
{
    DigitOptions o = options ? *options : (DigitOptions){0};
    InkMap *m = find_digit(im, &o, e);
    Box origin = {0};
    bool blank = true;
    int status = m ? look_closer(im, &o, &m, &origin, e) : -(int)ERR_MEMORY;

    memset(out, 0, DIGIT_PIXELS);
    if (status == 0 && !m->blank)
        status = digit_fit(m->ink, m->width, m->height, out, &blank, e);
    if (status == 0 && info)
        tell(m, &origin, blank, info);
    ink_free(m);
    return status;
}
