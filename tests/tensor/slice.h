/* A slice of images in memory of its own, for tests of kernels: filled by the plain rule of view.h,
 * and surrounded by a number that nobody may touch.
 *
 *     Slice x = slice_new(c, h, w, (Halo){1, 0, 2, 1});
 *     slice_put(&x, images);                           // 16 row-major images
 *     k->act(...);
 *     slice_check(&y, expected, tolerance);            // and the halo is as it was */
#ifndef SCRAWL_TESTS_SLICE_H
#define SCRAWL_TESTS_SLICE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "tensor/kernels.h"

#define UNTOUCHED 123456.0f

typedef struct Slice {
    View v;
    float *memory;
    size_t size;
} Slice;

static inline Slice slice_new(int c, int h, int w, Halo halo)
{
    Slice s = {.v = view_new(48, c, h, w, halo, false)};

    s.size = 48 + view_size(&s.v) + 48;
    s.memory = malloc(s.size * sizeof *s.memory);
    assert_non_null(s.memory);
    for (size_t i = 0; i < s.size; i++)
        s.memory[i] = UNTOUCHED;
    return s;
}

static inline void slice_free(Slice *s)
{
    free(s->memory);
}

static inline size_t slice_image(const Slice *s)
{
    return (size_t)s->v.c * s->v.h * s->v.w;
}

static inline float *slice_at(const Slice *s, int lane, size_t i)
{
    int x = (int)(i % s->v.w), y = (int)(i / s->v.w % s->v.h), c = (int)(i / s->v.w / s->v.h);

    return s->memory + view_offset(&s->v, c, y, x) + lane;
}

static inline void slice_put(Slice *s, const float *images)
{
    for (int l = 0; l < LANES; l++)
        for (size_t i = 0; i < slice_image(s); i++)
            *slice_at(s, l, i) = images[l * slice_image(s) + i];
}

static inline bool equal_within(float a, float b, double tolerance)
{
    return (isnan(a) && isnan(b)) || a == b ||
           fabs((double)a - b) <= tolerance * (1 + fabs((double)b));
}

/* The 16 images are these, within tolerance * (1 + |expected|); the rest of the memory was not
 * written. Forgets what it has checked, so call it once. */
static inline void slice_check(Slice *s, const float *expected, double tolerance)
{
    for (int l = 0; l < LANES; l++)
        for (size_t i = 0; i < slice_image(s); i++) {
            float *found = slice_at(s, l, i), wanted = expected[l * slice_image(s) + i];

            if (!equal_within(*found, wanted, tolerance))
                fail_msg("image %d, number %zu is %.9g, not %.9g", l, i, *found, wanted);
            *found = UNTOUCHED;
        }
    for (size_t i = 0; i < s->size; i++)
        if (s->memory[i] != UNTOUCHED)
            fail_msg("float %zu outside the view was written", i);
}

static inline float *numbers(size_t n)
{
    float *x = malloc(n * sizeof *x);

    assert_non_null(x);
    return x;
}

static inline float *random_numbers(Rng *r, size_t n)
{
    float *x = numbers(n);

    for (size_t i = 0; i < n; i++)
        x[i] = rng_normal(r);
    return x;
}

/* Runs a test body at each level that this processor has. */
static inline void each_level(void (*body)(const Kernels *k))
{
    const char *names[8];
    int n = kernels_levels(names, 8);

    assert_true(n >= 1);
    for (int i = 0; i < n; i++) {
        const Kernels *k = kernels_find(names[i]);

        assert_non_null(k);
        assert_string_equal(k->level, names[i]);
        body(k);
    }
}

#endif
