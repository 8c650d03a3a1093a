/* Drawn digits of all kinds become the same small picture; what is no digit becomes none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "image/codec.h"
#include "image/digit.h"
#include "image/resample.h"
#include "image/sketch.h"

static Image *draw(int digit, SketchOptions o)
{
    char text[2] = {(char)('0' + digit), 0};
    Err e = {0};
    Image *im = sketch_text(text, &o, &e);

    if (!im)
        fail_msg("%s", e.text);
    return im;
}

static DigitInfo see(const Image *im, uint8_t out[DIGIT_PIXELS])
{
    Err e = {0};
    DigitInfo info;

    if (digit_from_image(im, NULL, out, &info, &e))
        fail_msg("%s", e.text);
    return info;
}

static double difference(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;

    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += abs(a[i] - b[i]);
    return sum / DIGIT_PIXELS;
}

/* Mean difference of two drawings' outputs; the outputs of two different digits are some 40 apart. */
static double apart(const Image *a, const Image *b)
{
    uint8_t x[DIGIT_PIXELS], y[DIGIT_PIXELS];

    assert_false(see(a, x).blank);
    assert_false(see(b, y).blank);
    return difference(x, y);
}

static Image *inverse(const Image *im)
{
    Image *out = image_copy(im, NULL);

    for (size_t i = 0; i < (size_t)im->width * im->height * im->channels; i++)
        out->pixels[i] = (uint8_t)(255 - out->pixels[i]);
    return out;
}

/* The picture, grey, in the corner of a larger sheet of `paper`. */
static Image *on_sheet(const Image *im, int width, int height, int x, int y, uint8_t paper)
{
    Image *sheet = image_new(width, height, 1, NULL), *grey = image_to_grey(im, NULL);

    memset(sheet->pixels, paper, (size_t)width * height);
    for (int i = 0; i < im->height; i++)
        memcpy(sheet->pixels + (size_t)(y + i) * width + x, grey->pixels + (size_t)i * im->width,
               (size_t)im->width);
    image_free(grey);
    return sheet;
}

/* ---- what a digit becomes ---- */

static void a_digit_fills_the_box_of_mnist(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++)
        for (uint64_t seed = 0; seed < 4; seed++) {
            uint8_t out[DIGIT_PIXELS];
            int x0 = 28, x1 = -1, y0 = 28, y1 = -1;
            double sum = 0, sx = 0, sy = 0;
            Image *im = draw(digit, (SketchOptions){.seed = seed});
            assert_false(see(im, out).blank);
            for (int i = 0; i < DIGIT_PIXELS; i++) {
                int x = i % 28, y = i / 28;
                sum += out[i], sx += out[i] * (x + 0.5), sy += out[i] * (y + 0.5);
                if (out[i] <= 40)
                    continue;
                x0 = x < x0 ? x : x0, x1 = x > x1 ? x : x1;
                y0 = y < y0 ? y : y0, y1 = y > y1 ? y : y1;
            }
            int longer = x1 - x0 > y1 - y0 ? x1 - x0 + 1 : y1 - y0 + 1;
            assert_in_range(longer, 19, 21);
            assert_true(sx / sum >= 13.9 && sx / sum < 15.1);
            assert_true(sy / sum >= 13.9 && sy / sum < 15.1);
            assert_int_equal(out[0], 0);
            image_free(im);
        }
}

static void a_picture_as_in_mnist_hardly_changes(void **state)
{
    (void)state;
    double first = 0, again = 0;

    for (int digit = 0; digit < 10; digit++) {
        uint8_t one[DIGIT_PIXELS], two[DIGIT_PIXELS], three[DIGIT_PIXELS];
        Image *im = draw(digit, (SketchOptions){.seed = 5, .pen_px = 6}), small = {28, 28, 1, one};
        see(im, one);
        assert_false(see(&small, two).dark_ink);
        small.pixels = two;
        see(&small, three);
        first += difference(one, two) / 10;
        again += difference(two, three) / 10;
        image_free(im);
    }
    assert_true(first < 7);
    assert_true(again < 5);
}

static void the_inverse_picture_gives_the_same(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++)
        for (uint64_t seed = 0; seed < 3; seed++) {
            Image *im = draw(digit, (SketchOptions){.seed = seed, .shadow = 0.4f, .noise = 3}),
                  *inv = inverse(im);
            uint8_t a[DIGIT_PIXELS], b[DIGIT_PIXELS];
            DigitInfo x = see(im, a), y = see(inv, b);
            assert_true(x.dark_ink && !y.dark_ink);
            assert_true(fabsf(x.certainty - y.certainty) < 0.02f && x.certainty > 0.9f);
            assert_true(difference(a, b) < 1);
            image_free(im), image_free(inv);
        }
}

static void twice_the_size_gives_the_same(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        Image *im = draw(digit, (SketchOptions){.seed = 7, .height_px = 60});
        Image *twice = image_resample(im, (Window){0, 0, (float)im->width, (float)im->height},
                                      2 * im->width, 2 * im->height, NULL);
        assert_true(apart(im, twice) < 10);
        image_free(im), image_free(twice);
    }
}

static void any_place_on_the_sheet_gives_the_same(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        Image *drawn = draw(digit, (SketchOptions){.seed = 2, .height_px = 30}),
              *grey = image_to_grey(drawn, NULL);
        uint8_t one[DIGIT_PIXELS], other[DIGIT_PIXELS];
        for (int i = 0; i < grey->width * grey->height; i++) /* plain paper */
            grey->pixels[i] = grey->pixels[i] > 200 ? 240 : grey->pixels[i];
        Image *left = on_sheet(grey, 140, 140, 2, 3, 240),
              *right = on_sheet(grey, 140, 140, 31, 40, 240);
        see(left, one);
        see(right, other);
        assert_true(difference(one, other) < 5);
        image_free(drawn), image_free(grey), image_free(left), image_free(right);
    }
}

static void a_small_digit_on_a_large_sheet_is_looked_at_closely(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        Image *im = draw(digit, (SketchOptions){.seed = 4, .height_px = 40}),
              *grey = image_to_grey(im, NULL);
        Image *sheet = on_sheet(im, 420, 560, 250, 160, 240);
        uint8_t one[DIGIT_PIXELS], other[DIGIT_PIXELS];
        see(grey, one);
        DigitInfo info = see(sheet, other);
        assert_false(info.blank);
        assert_true(difference(one, other) < 20);
        assert_true(info.box[0] > 250 && info.box[0] + info.box[2] < 250 + (float)im->width);
        assert_true(info.box[1] > 160 && info.box[3] > 32 && info.box[3] < 52);
        image_free(im), image_free(grey), image_free(sheet);
    }
}

static void the_box_lies_round_the_ink(void **state)
{
    (void)state;
    Image *im = image_new(90, 60, 1, NULL);
    uint8_t out[DIGIT_PIXELS];

    memset(im->pixels, 230, 90 * 60);
    for (int y = 10; y < 50; y++)
        for (int x = 30; x < 36; x++)
            im->pixels[y * 90 + x] = 20;
    DigitInfo info = see(im, out);
    assert_false(info.blank);
    assert_true(fabsf(info.box[0] - 30) <= 2 && fabsf(info.box[1] - 10) <= 2);
    assert_true(fabsf(info.box[2] - 6) <= 3 && fabsf(info.box[3] - 40) <= 3);
    image_free(im);
}

/* ---- light, colours, lines ---- */

static void colours_do_not_matter(void **state)
{
    (void)state;
    static const uint8_t inks[][3] = {{30, 60, 170}, {190, 30, 40}, {20, 120, 60}, {90, 90, 95}};

    for (int k = 0; k < 4; k++)
        for (int digit = 0; digit < 10; digit++) {
            Image *black = draw(digit, (SketchOptions){.seed = 9});
            Image *ink = draw(
                digit, (SketchOptions){.seed = 9, .ink = {inks[k][0], inks[k][1], inks[k][2]}});
            assert_true(apart(black, ink) < 3);
            image_free(black), image_free(ink);
        }
}

/* Red on green of the same luma: the grey picture is blank. */
static void ink_as_bright_as_its_paper_is_seen_by_its_colour(void **state)
{
    (void)state;
    Image *im = draw(5, (SketchOptions){.seed = 1}), *grey = image_to_grey(im, NULL);
    uint8_t plain[DIGIT_PIXELS], coloured[DIGIT_PIXELS];

    see(im, plain);
    for (int i = 0; i < im->width * im->height; i++) {
        bool ink = grey->pixels[i] < 130;
        memcpy(im->pixels + 3 * i, ink ? (uint8_t[]){230, 60, 60} : (uint8_t[]){60, 147, 60}, 3);
    }
    see(im, coloured);
    assert_true(difference(plain, coloured) < 14);
    image_free(im), image_free(grey);
}

static void light_that_falls_off_does_not_matter(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        Image *even = draw(digit, (SketchOptions){.seed = 3}),
              *dim = draw(digit, (SketchOptions){.seed = 3, .shadow = 0.9f});
        assert_true(apart(even, dim) < 4);
        image_free(even), image_free(dim);
    }
}

static void the_edge_of_a_shadow_is_no_ink(void **state)
{
    (void)state;
    int good = 0;

    for (int digit = 0; digit < 10; digit++)
        for (uint64_t seed = 0; seed < 4; seed++) {
            SketchOptions o = {.seed = seed, .pen_px = 5}, shaded = o;
            shaded.hand_shadow = 0.45f;
            Image *even = draw(digit, o), *im = draw(digit, shaded);
            uint8_t a[DIGIT_PIXELS], b[DIGIT_PIXELS];
            see(even, a);
            see(im, b);
            good += difference(a, b) < 22; /* a pixel aside */
            image_free(even), image_free(im);
        }
    assert_in_range(good, 38, 40);
}

/* The inside of a box with its border, as a form's cells are cut out. */
static Image *cell(const Image *sheet, float height)
{
    return image_crop(sheet, (int)(0.95f * height), (int)(0.7f * height), (int)(1.3f * height),
                      (int)(1.6f * height), NULL);
}

static void a_cells_border_is_no_ink(void **state)
{
    (void)state;
    int good = 0;

    for (int digit = 0; digit < 10; digit++)
        for (uint64_t seed = 0; seed < 4; seed++) {
            Image *sheet =
                draw(digit, (SketchOptions){.seed = seed, .boxed = true, .height_px = 60});
            Image *cut = cell(sheet, 60),
                  *inner = image_crop(cut, 9, 9, cut->width - 18, cut->height - 18, NULL);
            uint8_t with[DIGIT_PIXELS], without[DIGIT_PIXELS];
            assert_false(see(cut, with).blank);
            see(inner, without);
            good += difference(with, without) < 10;
            image_free(sheet), image_free(cut), image_free(inner);
        }
    assert_in_range(good, 37, 40);
}

static bool in_frame(int kind, double x, double y, double half) /* from the middle, half a frame's side */
{
    double stroke = 0.06 * half, away = fmax(fabs(x), fabs(y));

    if (kind == 0) /* a box */
        return fabs(away - half) < stroke;
    if (kind == 1) /* all but its upper side */
        return fabs(away - half) < stroke && (fabs(x) > half - stroke || y > half - stroke);
    if (kind == 2) /* a rule below, longer than the digit */
        return fabs(y - half) < stroke && fabs(x) < half;
    return fabs(hypot(x, y) - half) < stroke; /* a ring */
}

static void a_frame_within_the_picture_is_no_ink(void **state)
{
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        SketchOptions o = {.seed = 14, .noise = 2, .height_px = 48};
        Image *bare = draw(digit, o), *sheet = on_sheet(bare, 260, 240, 100, 90, 225);
        DigitInfo info;
        uint8_t out[DIGIT_PIXELS];

        info = see(sheet, out);
        for (int kind = 0; kind < 4; kind++) {
            Image *framed = image_copy(sheet, NULL);
            double x = info.box[0] + 0.5 * info.box[2], y = info.box[1] + 0.5 * info.box[3];

            for (int i = 0; i < framed->width * framed->height; i++)
                if (in_frame(kind, i % framed->width + 0.5 - x, i / framed->width + 0.5 - y, 48))
                    framed->pixels[i] = 40;
            if (apart(framed, sheet) > 20)
                fail_msg("%d in frame %d is %g from the bare digit", digit, kind, apart(framed, sheet));
            image_free(framed);
        }
        image_free(bare), image_free(sheet);
    }
}

/* A grey stroke from (x0,y0) to (x1,y1) on a sheet of 200 x 200. */
static void draw_stroke(Image *im, double x0, double y0, double x1, double y1)
{
    for (int i = 0; i < 200 * 200; i++) {
        double x = i % 200 + 0.5 - x0, y = i / 200 + 0.5 - y0, dx = x1 - x0, dy = y1 - y0;
        double t = fmin(1, fmax(0, (x * dx + y * dy) / (dx * dx + dy * dy)));

        if (hypot(x - t * dx, y - t * dy) < 4)
            im->pixels[i] = 40;
    }
}

/* The ink of a digit in two strokes that do not touch is all there, whatever frame one of them looks like. */
static void strokes_that_stand_apart_are_no_frame(void **state)
{
    static const double strokes[][2][3][4] = {
        {{{60, 40, 55, 110}, {55, 110, 140, 110}}, {{110, 50, 110, 100}}},              /* L and a stroke above it */
        {{{60, 40, 55, 110}, {55, 110, 98, 110}}, {{112, 70, 112, 165}, {112, 110, 140, 110}}}, /* 4, its bar broken */
    };

    (void)state;
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++) {
        Image *im = image_new(200, 200, 1, NULL);
        DigitInfo info;
        uint8_t out[DIGIT_PIXELS];

        memset(im->pixels, 220, 200 * 200);
        for (int part = 0; part < 2; part++)
            for (int k = 0; k < 3 && strokes[i][part][k][3] > 0; k++)
                draw_stroke(im, strokes[i][part][k][0], strokes[i][part][k][1], strokes[i][part][k][2], strokes[i][part][k][3]);
        info = see(im, out);
        if (!(info.box[0] < 60 && info.box[0] + info.box[2] > 138))
            fail_msg("of strokes %zu columns %g to %g are left", i, (double)info.box[0], (double)(info.box[0] + info.box[2]));
        image_free(im);
    }
    Image *zero = image_new(200, 200, 1, NULL); /* with a stroke inside */
    DigitInfo info;
    uint8_t out[DIGIT_PIXELS];

    memset(zero->pixels, 220, 200 * 200);
    for (int i = 0; i < 200 * 200; i++)
        if (fabs(hypot((i % 200 - 99.5) / 35, (i / 200 - 99.5) / 60) - 1) < 0.09)
            zero->pixels[i] = 40;
    draw_stroke(zero, 96, 75, 106, 125);
    info = see(zero, out);
    assert_true(info.box[2] > 60 && info.box[3] > 110);
    image_free(zero);
}

static void an_empty_cell_is_blank(void **state)
{
    (void)state;
    uint8_t out[DIGIT_PIXELS];

    for (uint64_t seed = 0; seed < 8; seed++) {
        Image *sheet =
            draw(1, (SketchOptions){.seed = seed, .boxed = true, .height_px = 60, .pen_px = 6});
        Image *cut = cell(sheet, 60);
        for (int y = 8; y < cut->height - 8; y++) /* wiped clean */
            for (int x = 8; x < cut->width - 8; x++)
                memset(cut->pixels + 3 * (y * cut->width + x), 236 + (7 * x + 3 * y) % 4, 3);
        assert_true(see(cut, out).blank);
        image_free(sheet), image_free(cut);
    }
}

static void assert_blank(const Image *im)
{
    uint8_t out[DIGIT_PIXELS], none[DIGIT_PIXELS] = {0};
    DigitInfo info = see(im, out);

    assert_true(info.blank);
    assert_true(info.box[2] == 0 && info.box[3] == 0);
    assert_memory_equal(out, none, DIGIT_PIXELS);
}

/* Where a border's edge is out of focus, a strip of shade stays when the border is taken away. */
static void the_flank_of_a_border_is_no_ink(void **state)
{
    enum { SIDE = 128, DARK = 7, EDGE = 14, SHADE = 16 };
    Image *im = image_new(SIDE, SIDE, 1, NULL);

    (void)state;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            im->pixels[y * SIDE + x] = (uint8_t)(x < DARK   ? 10
                                                 : x < EDGE ? 10 + 12 * (x - DARK)
                                                            : 96 - (x < SHADE && y >= 45 && y < 72 ? 16 : 0));
    assert_blank(im);
    image_free(im);
}

static void squared_paper_is_no_ink(void **state)
{
    (void)state;
    int good = 0;

    for (int digit = 0; digit < 10; digit++)
        for (uint64_t seed = 0; seed < 3; seed++) {
            SketchOptions o = {.seed = seed, .pen_px = 5}, lines = o;
            lines.squared = true;
            Image *plain = draw(digit, o), *im = draw(digit, lines);
            uint8_t a[DIGIT_PIXELS], b[DIGIT_PIXELS];
            see(plain, a);
            see(im, b);
            good += difference(a, b) < 6;
            image_free(plain), image_free(im);
        }
    assert_in_range(good, 27, 30);
}

/* A bar from rim to rim is the top of a 7, however it was cut. */
static void a_seven_cut_tight_keeps_its_bar(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        Image *sheet = draw(7, (SketchOptions){.seed = seed, .height_px = 60});
        uint8_t loose[DIGIT_PIXELS], tight[DIGIT_PIXELS];
        DigitInfo info = see(sheet, loose);
        Image *cut = image_crop(sheet, (int)info.box[0], (int)info.box[1], (int)info.box[2] + 1,
                                (int)info.box[3] + 1, NULL);
        see(cut, tight);
        assert_true(difference(loose, tight) < 9);
        image_free(sheet), image_free(cut);
    }
}

/* ---- options ---- */

static void specks_go_unless_all_ink_is_wanted(void **state)
{
    (void)state;
    Image *im = draw(1, (SketchOptions){.seed = 1, .height_px = 60});
    uint8_t clean[DIGIT_PIXELS], speckled[DIGIT_PIXELS], all[DIGIT_PIXELS];
    DigitInfo info;

    see(im, clean);
    for (int y = 30; y < 36; y++)
        memset(im->pixels + 3 * (y * im->width + 160), 0, 18);
    see(im, speckled);
    assert_true(difference(clean, speckled) < 2);
    assert_int_equal(digit_from_image(im, &(DigitOptions){.no_clean = true}, all, &info, NULL), 0);
    assert_true(difference(clean, all) > 5);
    image_free(im);
}

static void the_caller_may_say_what_is_ink(void **state)
{
    (void)state;
    Image *im = draw(0, (SketchOptions){.seed = 3});
    uint8_t found[DIGIT_PIXELS], told[DIGIT_PIXELS];
    DigitInfo info;

    see(im, found);
    assert_int_equal(digit_from_image(im, &(DigitOptions){.polarity = INK_DARK}, told, &info, NULL),
                     0);
    assert_true(info.dark_ink && info.certainty == 1);
    assert_memory_equal(found, told, DIGIT_PIXELS);
    assert_int_equal(
        digit_from_image(im, &(DigitOptions){.polarity = INK_LIGHT}, told, &info, NULL), 0);
    assert_false(info.dark_ink);
    image_free(im);
}

/* ---- what is no digit ---- */

static void plain_sheets_are_blank(void **state)
{
    (void)state;
    for (int grey = 0; grey <= 255; grey += 51)
        for (int channels = 1; channels <= 3; channels += 2) {
            Image *im = image_new(50, 40, channels, NULL);
            memset(im->pixels, grey, (size_t)50 * 40 * channels);
            assert_blank(im);
            image_free(im);
        }
}

static void grain_and_falling_light_are_blank(void **state)
{
    (void)state;
    Rng r = rng_stream(8, RNG_TEST, 0);
    int blank = 0;

    for (int k = 0; k < 40; k++) {
        Image *im = image_new(30 + 4 * k, 150 - 3 * k, 1, NULL);
        float grain = rng_range(&r, 0, 7), tilt = rng_range(&r, -90, 90);
        uint8_t out[DIGIT_PIXELS];
        for (int i = 0; i < im->width * im->height; i++) {
            float v = 128 + tilt * ((float)(i % im->width) / (float)im->width - 0.5f) +
                      grain * rng_normal(&r);
            im->pixels[i] = (uint8_t)fminf(fmaxf(v, 0), 255);
        }
        blank += see(im, out).blank;
        image_free(im);
    }
    assert_in_range(blank, 38, 40);
}

static void the_oddest_shapes_are_handled(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1},     {2, 1}, {1, 3},   {30000, 1},
                                   {1, 30000}, {3, 3}, {19, 21}, {5000, 2}};
    Rng r = rng_stream(9, RNG_TEST, 0);

    for (int k = 0; k < 8; k++)
        for (int kind = 0; kind < 3; kind++) {
            Image *im = image_new(sizes[k][0], sizes[k][1], 1, NULL);
            uint8_t out[DIGIT_PIXELS];
            for (int i = 0; i < im->width * im->height; i++)
                im->pixels[i] = kind == 0   ? 0
                                : kind == 1 ? (uint8_t)rng_below(&r, 256)
                                            : (uint8_t)(255 * (i % 2));
            see(im, out);
            if (kind == 0)
                assert_blank(im);
            image_free(im);
        }
}

static void random_pictures_never_leave_their_bounds(void **state)
{
    (void)state;
    Rng r = rng_stream(10, RNG_TEST, 0);

    for (int k = 0; k < 300; k++) {
        Image *im = image_new(1 + (int)rng_below(&r, 60), 1 + (int)rng_below(&r, 60),
                              rng_below(&r, 2) ? 3 : 1, NULL);
        size_t n = (size_t)im->width * im->height * im->channels;
        uint8_t out[DIGIT_PIXELS];
        uint32_t levels = 2 + rng_below(&r, 254);
        for (size_t i = 0; i < n; i++)
            im->pixels[i] = (uint8_t)(rng_below(&r, levels) * 255 / levels);
        DigitInfo info = see(im, out);
        assert_true(info.box[0] >= 0 && info.box[0] + info.box[2] <= (float)im->width + 0.01f);
        assert_true(info.box[1] >= 0 && info.box[1] + info.box[3] <= (float)im->height + 0.01f);
        image_free(im);
    }
}

/* ---- photographs, where there are any ---- */

/* The share of the pictures of a folder with labels.csv for which the digit is blank, and dark. */
static int of_photos(const char *name, double *blank, double *dark)
{
    const char *data = getenv("SCRAWL_DATA");
    char path[512], line[256];
    int count = 0, blanks = 0, darks = 0;

    snprintf(path, sizeof path, "%s/photos/%s/labels.csv", data ? data : "", name);
    FILE *f = data ? fopen(path, "r") : NULL;
    if (!f || !fgets(line, sizeof line, f)) {
        print_message("# no photos in %s\n", path);
        return 0;
    }
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, ",")] = 0;
        snprintf(path, sizeof path, "%s/photos/%s/%s", data, name, line);
        Image *im = image_load(path, NULL);
        uint8_t out[DIGIT_PIXELS];
        assert_non_null(im);
        DigitInfo info = see(im, out);
        blanks += info.blank;
        darks += info.dark_ink;
        count++;
        image_free(im);
    }
    fclose(f);
    *blank = (double)blanks / count;
    *dark = (double)darks / count;
    return count;
}

static void photographed_digits_are_dark_and_empty_cells_are_blank(void **state)
{
    (void)state;
    double blank, dark;

    if (!of_photos("pen_digits", &blank, &dark))
        skip();
    assert_true(blank < 0.03 && dark > 0.97);
    if (of_photos("sudoku_cells", &blank, &dark))
        assert_true(blank < 0.03 && dark > 0.97);
    if (of_photos("blank_cells", &blank, &dark))
        assert_true(blank > 0.85);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digit_fills_the_box_of_mnist),
        cmocka_unit_test(a_picture_as_in_mnist_hardly_changes),
        cmocka_unit_test(the_inverse_picture_gives_the_same),
        cmocka_unit_test(twice_the_size_gives_the_same),
        cmocka_unit_test(any_place_on_the_sheet_gives_the_same),
        cmocka_unit_test(a_small_digit_on_a_large_sheet_is_looked_at_closely),
        cmocka_unit_test(the_box_lies_round_the_ink),
        cmocka_unit_test(colours_do_not_matter),
        cmocka_unit_test(ink_as_bright_as_its_paper_is_seen_by_its_colour),
        cmocka_unit_test(light_that_falls_off_does_not_matter),
        cmocka_unit_test(the_edge_of_a_shadow_is_no_ink),
        cmocka_unit_test(a_cells_border_is_no_ink),
        cmocka_unit_test(a_frame_within_the_picture_is_no_ink),
        cmocka_unit_test(strokes_that_stand_apart_are_no_frame),
        cmocka_unit_test(an_empty_cell_is_blank),
        cmocka_unit_test(the_flank_of_a_border_is_no_ink),
        cmocka_unit_test(squared_paper_is_no_ink),
        cmocka_unit_test(a_seven_cut_tight_keeps_its_bar),
        cmocka_unit_test(specks_go_unless_all_ink_is_wanted),
        cmocka_unit_test(the_caller_may_say_what_is_ink),
        cmocka_unit_test(plain_sheets_are_blank),
        cmocka_unit_test(grain_and_falling_light_are_blank),
        cmocka_unit_test(the_oddest_shapes_are_handled),
        cmocka_unit_test(random_pictures_never_leave_their_bounds),
        cmocka_unit_test(photographed_digits_are_dark_and_empty_cells_are_blank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
