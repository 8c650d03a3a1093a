/* Outlines of ink as paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "image/outline.h"

/* A disc with a soft edge, perhaps with a hole. */
static Image *disc(int side, float radius, float hole)
{
    Image *im = image_new(side, side, 1, NULL);

    assert_non_null(im);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            float r = hypotf((float)x + 0.5f - (float)side / 2, (float)y + 0.5f - (float)side / 2);
            float ink = fminf(radius - r, r - hole) + 0.5f;

            im->pixels[y * side + x] = (uint8_t)lrintf(255 * fmaxf(0, fminf(1, ink)));
        }
    return im;
}

static char *path_of(const Image *im, float top)
{
    Writer w = {0};

    assert_int_equal(outline_path(im, 127.5f, top, &w, NULL), 0);
    writer_u8(&w, 0);
    return (char *)w.bytes;
}

typedef struct Shape {
    int loops;
    double area, left, right, top, bottom; /* signed area: holes go the other way */
} Shape;

/* A path of M x y, Q x y x y .., Z, measured through its control points' curves. */
static Shape measure(const char *path)
{
    Shape s = {0, 0, 1e9, -1e9, 1e9, -1e9};
    double x = 0, y = 0;

    while (*path) {
        double c[4];
        int used = 0;

        if (sscanf(path, "M%lf %lf%n", &x, &y, &used) == 2) {
            s.loops++;
        } else if (sscanf(path, "Q%lf %lf %lf %lf%n", &c[0], &c[1], &c[2], &c[3], &used) == 4) {
            for (int i = 0; i < 8; i++) {
                double t0 = i / 8., t1 = (i + 1) / 8.;
                double x0 = (1 - t0) * (1 - t0) * x + 2 * t0 * (1 - t0) * c[0] + t0 * t0 * c[2];
                double y0 = (1 - t0) * (1 - t0) * y + 2 * t0 * (1 - t0) * c[1] + t0 * t0 * c[3];
                double x1 = (1 - t1) * (1 - t1) * x + 2 * t1 * (1 - t1) * c[0] + t1 * t1 * c[2];
                double y1 = (1 - t1) * (1 - t1) * y + 2 * t1 * (1 - t1) * c[1] + t1 * t1 * c[3];

                s.area += (x0 * y1 - x1 * y0) / 2;
            }
            x = c[2];
            y = c[3];
        } else {
            assert_int_equal(*path, 'Z');
            used = 1;
        }
        s.left = fmin(s.left, x);
        s.right = fmax(s.right, x);
        s.top = fmin(s.top, y);
        s.bottom = fmax(s.bottom, y);
        path += used;
    }
    return s;
}

static void a_disc_has_one_round_outline_in_its_place(void **state)
{
    Image *im = disc(40, 15, -99);
    char *path = path_of(im, 100);
    Shape s = measure(path);

    (void)state;
    assert_int_equal(s.loops, 1);
    assert_true(fabs(fabs(s.area) / (acos(-1) * 15 * 15) - 1) < 0.01);
    assert_true(fabs(s.left - 5) < 0.1 && fabs(s.right - 35) < 0.1);
    assert_true(fabs(s.top - 105) < 0.1 && fabs(s.bottom - 135) < 0.1);
    free(path);
    image_free(im);
}

static void a_hole_is_a_loop_the_other_way_round(void **state)
{
    Image *im = disc(40, 15, 7);
    char *path = path_of(im, 0);
    Shape s = measure(path);

    (void)state;
    assert_int_equal(s.loops, 2);
    assert_true(fabs(fabs(s.area) / (acos(-1) * (15 * 15 - 7 * 7)) - 1) < 0.01);
    free(path);
    image_free(im);
}

static void ink_at_the_border_is_closed_there(void **state)
{
    Image *im = image_new(9, 6, 1, NULL);
    char *path;
    Shape s;

    (void)state;
    memset(im->pixels, 255, 54);
    path = path_of(im, 0);
    s = measure(path);
    assert_int_equal(s.loops, 1);
    assert_true(fabs(s.left) < 0.01 && fabs(s.right - 9) < 0.01);
    free(path);
    memset(im->pixels, 0, 54);
    path = path_of(im, 0);
    assert_string_equal(path, "");
    free(path);
    image_free(im);
}

/* Two pixels that touch at a corner are two things, as their mean is dark. */
static void pixels_that_touch_at_a_corner_stay_apart(void **state)
{
    Image *im = image_new(4, 4, 1, NULL);
    char *path;

    (void)state;
    im->pixels[1 * 4 + 1] = im->pixels[2 * 4 + 2] = 240;
    path = path_of(im, 0);
    assert_int_equal(measure(path).loops, 2);
    free(path);
    im->pixels[1 * 4 + 2] = 100; /* now it is a bridge */
    path = path_of(im, 0);
    assert_int_equal(measure(path).loops, 1);
    free(path);
    image_free(im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disc_has_one_round_outline_in_its_place),
        cmocka_unit_test(a_hole_is_a_loop_the_other_way_round),
        cmocka_unit_test(ink_at_the_border_is_closed_there),
        cmocka_unit_test(pixels_that_touch_at_a_corner_stay_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
