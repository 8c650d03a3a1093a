/* What each step of image/digit buys: digits that nobody trained on, read by their nearest neighbours.
 *
 *     scrawl-ablation MNIST PHOTOS...       // data/mnist data/photos/pen_digits ...
 *
 * The 10,000 first digits of MNIST's training part and all photos go through the same steps, more of them
 * from row to row; a photo is what the most of its three nearest digits are. No net, no chance, nothing
 * chosen: the figures compare ways to prepare a picture, not readers. Each photo is read as it is, and
 * with a shadow's edge across it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "data/dataset.h"
#include "image/codec.h"
#include "image/digit.h"
#include "image/levels.h"
#include "image/resample.h"

enum { KNOWN = 10000, PIXELS = DIGIT_PIXELS, NEAREST = 3 };

typedef enum Way { STRETCHED, BOXED, LIT, CLEANED, WAYS } Way;

static const char *const names[WAYS] = {
    "stretched to 28x28", "box of 20 px, aspect kept, centre of mass in the middle",
    "+ paper, shadows, colour and polarity found", "+ lines, frames, specks taken away"};

/* ---- the ways ---- */

/* Grey, light ink on dark, from black to white; the rim tells which the ink is. */
static void plain_ink(const Image *grey, float *ink)
{
    int n = grey->width * grey->height, rim = 0;
    float low = 255, high = 0, sum = 0;

    for (int i = 0; i < n; i++) {
        int x = i % grey->width, y = i / grey->width;
        ink[i] = grey->pixels[i];
        low = fminf(low, ink[i]);
        high = fmaxf(high, ink[i]);
        if (x == 0 || y == 0 || x == grey->width - 1 || y == grey->height - 1) {
            sum += ink[i];
            rim++;
        }
    }
    bool dark = sum / (float)rim > 0.5f * (low + high);
    for (int i = 0; i < n; i++)
        ink[i] = fminf(fmaxf((dark ? high - ink[i] : ink[i] - low) / fmaxf(high - low, 1), 0), 1);
}

/* What is above Otsu's cut, as dark as it is. */
static void cut_ink(float *ink, int n)
{
    Levels levels;

    levels_count(&levels, ink, n, 0, 1);
    float at = levels_cut(&levels, 0, 1).at;
    for (int i = 0; i < n; i++)
        ink[i] = ink[i] > at ? ink[i] : 0;
}

static int prepare_plainly(const Image *im, Way way, uint8_t *out, Err *e)
{
    Image *grey = image_to_grey(im, e);
    float *ink = grey ? malloc((size_t)grey->width * (size_t)grey->height * sizeof *ink) : NULL;
    float fitted[PIXELS];
    bool blank;
    int code = -1;

    if (ink) {
        int w = grey->width, h = grey->height;
        plain_ink(grey, ink);
        if (way == BOXED) {
            cut_ink(ink, w * h);
            code = digit_fit(ink, w, h, out, &blank, e);
        } else {
            code = resample_f32(ink, w, h, (Window){0, 0, (float)w, (float)h}, 0, fitted,
                                DIGIT_SIDE, DIGIT_SIDE, e);
            for (int i = 0; i < PIXELS; i++)
                out[i] = (uint8_t)(255 * fitted[i] + 0.5f);
        }
    }
    free(ink);
    image_free(grey);
    return code;
}

static int prepare(const Image *im, Way way, uint8_t *out, Err *e)
{
    if (way < LIT)
        return prepare_plainly(im, way, out, e);
    return digit_from_image(im, &(DigitOptions){.no_clean = way == LIT}, out, NULL, e);
}

/* ---- nearest neighbours ---- */

static long distance(const uint8_t *a, const uint8_t *b)
{
    long sum = 0;

    for (int i = 0; i < PIXELS; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static int vote(const uint8_t *known, const int *labels, int count, const uint8_t *picture)
{
    long nearest[NEAREST] = {0};
    int which[NEAREST], votes[10] = {0}, n = 0, best = 0;

    for (int i = 0; i < count; i++) {
        long d = distance(known + (size_t)i * PIXELS, picture);
        int at = n;
        for (; at > 0 && d < nearest[at - 1]; at--)
            if (at < NEAREST) {
                nearest[at] = nearest[at - 1];
                which[at] = which[at - 1];
            }
        if (at < NEAREST) {
            nearest[at] = d;
            which[at] = labels[i];
            n += n < NEAREST;
        }
    }
    for (int k = 0; k < n; k++) /* the nearest decides between equals */
        votes[which[k]] += k ? 2 : 3;
    for (int c = 1; c < 10; c++)
        best = votes[c] > votes[best] ? c : best;
    return best;
}

/* ---- the pictures ---- */

/* A straight edge somewhere near the middle, behind which light is lost. */
static void shade(Image *im, uint64_t index)
{
    Rng r = rng_stream(1, RNG_TEST, index);
    float angle = rng_range(&r, 0, 6.2832f), at = rng_range(&r, -0.25f, 0.25f),
          left = rng_range(&r, 0.45f, 0.75f), soft = rng_range(&r, 0.01f, 0.06f);

    for (int y = 0; y < im->height; y++)
        for (int x = 0; x < im->width; x++) {
            float t = (((float)x + 0.5f) / (float)im->width - 0.5f) * cosf(angle) +
                      (((float)y + 0.5f) / (float)im->height - 0.5f) * sinf(angle) - at;
            float light = 1 + (left - 1) * fminf(fmaxf(0.5f + t / (2 * soft), 0), 1);
            for (int c = 0; c < im->channels; c++) {
                uint8_t *p = &im->pixels[(y * im->width + x) * im->channels + c];
                *p = (uint8_t)(light * (float)*p);
            }
        }
}

static size_t count_digits(const Dataset *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->count; i++)
        n += d->labels[i] < 10;
    return n;
}

/* How many of the digits are read right, or -1. */
static int read_photos(const Dataset *d, Way way, bool shaded, const uint8_t *known,
                       const int *labels, Err *e)
{
    int right = 0;

    for (size_t i = 0; i < d->count; i++) {
        Image *im = d->labels[i] < 10 ? image_load(d->names[i], e) : NULL;
        uint8_t seen[PIXELS];

        if (d->labels[i] >= 10)
            continue;
        if (!im)
            return -1;
        if (shaded)
            shade(im, i);
        int code = prepare(im, way, seen, e);
        image_free(im);
        if (code)
            return -1;
        right += vote(known, labels, KNOWN, seen) == d->labels[i];
    }
    return right;
}

static int prepare_known(const Dataset *mnist, Way way, uint8_t *known, Err *e)
{
    for (int i = 0; i < KNOWN; i++) {
        Image im = {DIGIT_SIDE, DIGIT_SIDE, 1, mnist->pixels + (size_t)i * PIXELS};
        if (prepare(&im, way, known + (size_t)i * PIXELS, e))
            return -1;
    }
    return 0;
}

static int run(const Dataset *mnist, Dataset *const *photos, int sets, uint8_t *known, Err *e)
{
    for (int way = 0; way < WAYS; way++) {
        if (prepare_known(mnist, (Way)way, known, e))
            return -1;
        printf("%-56s", names[way]);
        for (int k = 0; k < 2 * sets; k++) {
            const Dataset *d = photos[k % sets];
            int right = read_photos(d, (Way)way, k >= sets, known, mnist->labels, e);
            if (right < 0)
                return -1;
            printf(" %6.2f", 100.0 * right / (double)count_digits(d));
            fflush(stdout);
        }
        puts("");
    }
    return 0;
}

int main(int argc, char **argv)
{
    enum { SETS = 8 };
    Dataset *mnist, *photos[SETS] = {NULL};
    uint8_t *known = malloc((size_t)KNOWN * PIXELS);
    Err e = {0};
    int sets = argc - 2, failed;

    if (sets < 1 || sets > SETS) {
        fprintf(stderr, "scrawl-ablation MNIST PHOTOS...: 1 to %d sets of photos\n", SETS);
        free(known);
        return 2;
    }
    mnist = dataset_open(argv[1], &(DatasetOptions){.part = PART_TRAIN}, &e);
    failed = !known || !mnist || mnist->count < KNOWN;
    printf("%-56s", "% right; then with the edge of a shadow");
    for (int k = 0; k < sets && !failed; k++) {
        photos[k] = dataset_open(argv[2 + k], NULL, &e);
        failed = !photos[k] || !photos[k]->names;
        printf(" %s:%zu",
               failed                      ? ""
               : strrchr(argv[2 + k], '/') ? strrchr(argv[2 + k], '/') + 1
                                           : argv[2 + k],
               failed ? 0 : count_digits(photos[k]));
    }
    puts("");
    failed = failed || run(mnist, photos, sets, known, &e);
    if (failed)
        fprintf(stderr, "scrawl-ablation: %s\n", e.code ? e.text : "no pictures, or no memory");
    for (int k = 0; k < sets; k++)
        dataset_free(photos[k]);
    dataset_free(mnist);
    free(known);
    return failed;
}
