#include "image/closing.h"

#include <math.h>
#include <string.h>

static void larger_of(const float *restrict a, const float *restrict b, float *restrict out,
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = a[i] > b[i] ? a[i] : b[i];
}

/* Row i of the result is the largest of rows i .. i+window-1 of p, rows of `width` values: windows of 2, 4,
 * 8 ... rows are made from two of half the length, the last from two that overlap. p has n + window - 1
 * rows and is used up; q is as large. Returns where the n rows lie: in p or in q. */
static const float *slide_rows(float *p, float *q, int width, int n, int window)
{
    for (int have = 1; have < window;) {
        int step = have <= window - have ? have : window - have;
        have += step;
        larger_of(p, p + (size_t)step * width, q, (size_t)(n + window - have) * width);
        float *result = q;
        q = p;
        p = result;
    }
    return p;
}

/* v (h,w) becomes its largest values over square windows that reach `reach` pixels from their middle;
 * p and q have room for (h + 2 reach) x (w + 2 reach) values. */
static void dilate(float *v, int w, int h, int reach, float *p, float *q)
{
    int window = 2 * reach + 1;
    size_t rim = (size_t)reach * w, n = (size_t)w * h;

    for (int y = 0; y < h; y++) {
        float *row = v + (size_t)y * w;
        for (int i = 0; i < reach; i++)
            p[i] = p[reach + w + i] = -INFINITY;
        memcpy(p + reach, row, (size_t)w * sizeof *row);
        memcpy(row, slide_rows(p, q, 1, w, window), (size_t)w * sizeof *row);
    }
    for (size_t i = 0; i < rim; i++)
        p[i] = p[rim + n + i] = -INFINITY;
    memcpy(p + rim, v, n * sizeof *v);
    memcpy(v, slide_rows(p, q, w, h, window), n * sizeof *v);
}

static size_t padded_size(int w, int h, int reach)
{
    return ((size_t)w + 2 * reach) * ((size_t)h + 2 * reach);
}

size_t closing_room(int w, int h, int reach)
{
    return 2 * padded_size(w, h, reach);
}

/* The smallest of the largest. */
void closing(const float *v, int w, int h, int reach, float *closed, float *work)
{
    int n = w * h;
    float *p = work, *q = work + padded_size(w, h, reach);

    memcpy(closed, v, (size_t)n * sizeof *v);
    dilate(closed, w, h, reach, p, q);
    for (int i = 0; i < n; i++)
        closed[i] = -closed[i];
    dilate(closed, w, h, reach, p, q);
    for (int i = 0; i < n; i++)
        closed[i] = -closed[i];
}
