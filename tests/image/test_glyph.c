/* Typeset digits: that they are where Pillow has them, and what a font file may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/rng.h"
#include "image/glyph.h"

static Typeface *serif;

/* Skips where the machine has neither Times New Roman nor its free stand-in. */
static void need_liberation(void)
{
    if (serif && !strcmp(typeface_name(serif), "Liberation Serif"))
        return;
    print_message("# Liberation Serif is not installed\n");
    skip();
}

static int open_serif(void **state)
{
    (void)state;
    serif = typeface_open(NULL, NULL);
    return 0;
}

static int close_serif(void **state)
{
    (void)state;
    typeface_free(serif);
    return 0;
}

typedef struct Ink {
    int left, top, right, bottom; /* the last two are one behind */
    long sum;
} Ink;

static Ink ink_of(const uint8_t *out, int width, int height)
{
    Ink ink = {width, height, 0, 0, 0};

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            if (!out[y * width + x])
                continue;
            ink.left = x < ink.left ? x : ink.left;
            ink.top = y < ink.top ? y : ink.top;
            ink.right = x + 1 > ink.right ? x + 1 : ink.right;
            ink.bottom = y + 1;
            ink.sum += out[y * width + x];
        }
    return ink;
}

/* Pillow 9.4: ImageDraw.Draw(im).text((7, -2), digit, fill=255, font=truetype("LiberationSerif-
 * Regular.ttf", 30)) on 28x28; im.getbbox() and sum(im.tobytes()). */
static void digits_stand_where_pillow_has_them(void **state)
{
    static const Ink pillow[GLYPH_DIGITS] = {
        {8, 5, 21, 25, 25183}, {9, 5, 21, 25, 15512}, {8, 5, 21, 25, 19264}, {8, 5, 21, 25, 19577},
        {7, 5, 22, 25, 22939}, {8, 5, 21, 25, 19399}, {8, 5, 22, 25, 23838}, {8, 5, 22, 25, 15100},
        {8, 5, 21, 25, 26910}, {7, 5, 21, 25, 24286},
    };

    (void)state;
    need_liberation();
    for (int d = 0; d < GLYPH_DIGITS; d++) {
        uint8_t out[28 * 28] = {0};
        Ink ink;

        glyph_draw(serif, d, &GLYPH_USUAL, 28, 28, out);
        ink = ink_of(out, 28, 28);
        assert_memory_equal(&ink, &pillow[d], 4 * sizeof(int));
        assert_in_range(ink.sum, pillow[d].sum * 99 / 100, pillow[d].sum * 101 / 100);
    }
}

static void a_digit_beside_the_picture_is_cut_off(void **state)
{
    static const GlyphPlace places[] = {{30, -8, -2}, {30, 22, -2},       {30, 7, -20},
                                        {30, 7, 20},  {1000, -200, -500}, {30, 500, 500}};
    uint8_t guarded[3 * 784];

    (void)state;
    need_liberation();
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        memset(guarded, 7, sizeof guarded);
        memset(guarded + 784, 0, 784);
        glyph_draw(serif, 4, &places[i], 28, 28, guarded + 784);
        for (int k = 0; k < 784; k++)
            assert_true(guarded[k] == 7 && guarded[2 * 784 + k] == 7);
        assert_true((ink_of(guarded + 784, 28, 28).sum > 0) == (i < 5));
    }
}

static void an_outline_fills_its_box_at_any_size(void **state)
{
    static const float heights[] = {3, 20, 111.5f, 900};

    (void)state;
    need_liberation();
    for (size_t i = 0; i < sizeof heights / sizeof *heights; i++)
        for (int d = 0; d < GLYPH_DIGITS; d++) {
            uint8_t *out = calloc(1000, 1000);
            GlyphBox box = {50, 40, 800, heights[i]};
            float wide = glyph_width(serif, d, heights[i]);
            Ink ink;

            assert_non_null(out);
            assert_int_equal(glyph_fill(serif, d, &box, 1000, 1000, out, NULL), 0);
            ink = ink_of(out, 1000, 1000);
            assert_int_equal(ink.top, 40);
            assert_in_range(ink.bottom, (int)(40 + heights[i]) - 1, (int)(41 + heights[i]));
            assert_in_range(ink.right - ink.left, (int)wide, (int)wide + 3);
            assert_in_range((ink.left + ink.right) / 2, 448, 452);
            free(out);
        }
}

/* The ampersand is nearly as wide as high, the dash wide, the bar high: each fills its box one way. */
static void a_sign_lies_in_its_box(void **state)
{
    static const char signs[] = "A&-|y";

    (void)state;
    need_liberation();
    for (size_t i = 0; i < sizeof signs - 1; i++) {
        uint8_t out[60 * 50] = {0};
        GlyphBox box = {10, 8, 40, 30};
        Err e = {0};

        if (glyph_sign(serif, signs[i], &box, 60, 50, out, &e))
            fail_msg("%s", e.text);
        Ink ink = ink_of(out, 60, 50);
        assert_true(ink.left >= 10 && ink.right <= 50 && ink.top >= 8 && ink.bottom <= 38);
        assert_true(ink.right - ink.left >= 38 || ink.bottom - ink.top >= 28);
    }
}

static void a_sign_without_ink_is_an_error(void **state)
{
    uint8_t out[28 * 28] = {0};
    GlyphBox box = {4, 4, 20, 20};
    Err e = {0};

    (void)state;
    need_liberation();
    assert_int_equal(glyph_sign(serif, ' ', &box, 28, 28, out, &e), -ERR_FORMAT);
    assert_non_null(strstr(e.text, "no outline"));
}

static void an_outline_at_the_edge_is_cut_off(void **state)
{
    static const GlyphBox boxes[] = {{-10, -10, 20, 40},
                                     {20, 20, 20, 40},
                                     {-100, -100, 300, 300},
                                     {100, 0, 5, 20},
                                     {0, -50, 5, 20}};

    (void)state;
    need_liberation();
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        uint8_t *out = calloc(28, 28); /* the exact size: a sanitizer sees what is beyond */

        assert_non_null(out);
        assert_int_equal(glyph_fill(serif, 8, &boxes[i], 28, 28, out, NULL), 0);
        assert_true((ink_of(out, 28, 28).sum > 0) == (i < 3));
        free(out);
    }
}

static void a_path_lies_in_its_box(void **state)
{
    GlyphBox box = {10, 20, 30, 40};
    Writer w = {0};
    float x, y, top = 1000, bottom = 0;
    int n, commands = 0;

    (void)state;
    need_liberation();
    glyph_path(serif, 7, &box, &w);
    writer_u8(&w, 0);
    assert_false(w.failed);
    assert_int_equal(w.bytes[0], 'M');
    assert_int_equal(w.bytes[w.size - 2], 'Z');
    for (const char *p = (const char *)w.bytes; *p; p += n > 0 ? n : 1) {
        n = 0;
        if (sscanf(p, "%*[MLQC ]%f %f%n", &x, &y, &n) < 2 || !n)
            continue;
        assert_true(x >= 10 && x <= 40);
        top = y < top ? y : top;
        bottom = y > bottom ? y : bottom;
        commands++;
    }
    assert_true(commands > 6);
    assert_true(top > 19.9f && top < 20.1f && bottom > 59.9f && bottom < 60.1f);
    writer_free(&w);
}

/* ---- fonts that are none ---- */

static void assert_refused(const void *bytes, size_t size, const char *sentence)
{
    Err e = {0};
    Typeface *t = typeface_from_bytes(bytes, size, "a.ttf", &e);

    assert_null(t);
    assert_int_equal(e.code, ERR_FORMAT);
    assert_string_equal(e.text, sentence);
}

static void what_is_no_font_is_refused(void **state)
{
    Err e = {0};

    (void)state;
    assert_refused("", 0, "a.ttf: is not a font");
    assert_refused("no font at all", 14, "a.ttf: is not a font");
    assert_null(typeface_open("missing.ttf", &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.text, "missing.ttf"));
}

static uint8_t *serif_file(size_t *size)
{
    return file_read("/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf", FILE_LIMIT,
                     size, NULL);
}

/* Neither a map of characters nor names to make one of. */
static void a_font_without_digits_is_refused(void **state)
{
    size_t size;
    uint8_t *font = serif_file(&size);
    Err e = {0};
    Typeface *t;

    (void)state;
    need_liberation();
    assert_non_null(font);
    for (size_t i = 12; i < 12 + 16 * 40; i += 16)
        if (!memcmp(font + i, "cmap", 4) || !memcmp(font + i, "post", 4))
            memcpy(font + i, "none", 4);
    t = typeface_from_bytes(font, size, "a.ttf", &e);
    assert_null(t);
    assert_int_equal(e.code, ERR_FORMAT);
    assert_string_equal(e.text, "a.ttf: the font has no digit 0");
    free(font);
}

/* Whatever a damaged font is taken for, it is refused or draws inside its picture. */
static void draw_what_opens(const uint8_t *bytes, size_t size)
{
    uint8_t *out = calloc(28, 28);
    Typeface *t = typeface_from_bytes(bytes, size, "a.ttf", NULL);
    Writer w = {0};

    assert_non_null(out);
    for (int d = 0; t && d < GLYPH_DIGITS; d++) {
        GlyphBox box = {2, 2, 20, 24};

        glyph_draw(t, d, &GLYPH_USUAL, 28, 28, out);
        glyph_fill(t, d, &box, 28, 28, out, NULL);
        glyph_path(t, d, &box, &w);
    }
    writer_free(&w);
    typeface_free(t);
    free(out);
}

static void a_font_cut_short_is_refused_or_draws_what_it_has(void **state)
{
    size_t size;
    uint8_t *font = serif_file(&size);

    (void)state;
    need_liberation();
    assert_non_null(font);
    for (size_t n = 0; n < size; n += n < 400 ? 7 : 5003)
        draw_what_opens(font, n);
    free(font);
}

static void a_font_with_wrong_bytes_is_refused_or_draws_what_it_has(void **state)
{
    size_t size;
    uint8_t *font = serif_file(&size);
    Rng r = rng_stream(1, RNG_TEST, 0);

    (void)state;
    need_liberation();
    assert_non_null(font);
    for (int i = 0; i < 150; i++) {
        uint8_t was[8];
        size_t at[8];

        for (int k = 0; k < 8; k++) { /* half of them in the directory of tables */
            at[k] = rng_below(&r, k < 4 ? 320 : (uint32_t)size);
            was[k] = font[at[k]];
            font[at[k]] = (uint8_t)rng_below(&r, 256);
        }
        draw_what_opens(font, size);
        for (int k = 7; k >= 0; k--)
            font[at[k]] = was[k];
    }
    free(font);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_stand_where_pillow_has_them),
        cmocka_unit_test(a_digit_beside_the_picture_is_cut_off),
        cmocka_unit_test(an_outline_fills_its_box_at_any_size),
        cmocka_unit_test(a_sign_lies_in_its_box),
        cmocka_unit_test(a_sign_without_ink_is_an_error),
        cmocka_unit_test(an_outline_at_the_edge_is_cut_off),
        cmocka_unit_test(a_path_lies_in_its_box),
        cmocka_unit_test(what_is_no_font_is_refused),
        cmocka_unit_test(a_font_without_digits_is_refused),
        cmocka_unit_test(a_font_cut_short_is_refused_or_draws_what_it_has),
        cmocka_unit_test(a_font_with_wrong_bytes_is_refused_or_draws_what_it_has),
    };

    return cmocka_run_group_tests(tests, open_serif, close_serif);
}
