#include "page.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/scrawl-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL);
}

/* A page with one of everything. */
static Canvas *draw_all(void)
{
    uint8_t pixels[12] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9};
    Image im = {2, 2, 3, pixels};
    Canvas *c = canvas_new(120, 80, NULL);

    assert_non_null(c);
    canvas_clip(c, (Box){5, 5, 100, 70});
    canvas_rect(c, (Box){10, 10, 30, 20}, COLOR_BLUE, (Pen){COLOR_INK, 1, DASH_DASHED});
    canvas_circle(c, (Point){60, 20}, 8, color_fade(COLOR_GREEN, 0.5), (Pen){0});
    canvas_wedge(c, (Point){80, 20}, 8, 0, 90, COLOR_ORANGE, (Pen){COLOR_WHITE, 1, DASH_SOLID});
    canvas_line(c, (Point){5, 50}, (Point){100, 60}, (Pen){COLOR_VERMILION, 2, DASH_DOTTED});
    canvas_image(c, (Box){10, 40, 20, 20}, &im);
    canvas_unclip(c);
    canvas_text(c, 50, 50, (Font){.size = 9, .bold = true}, "two words");
    canvas_text(c, 10, 75, (Font){.size = 9, .angle_deg = 90, .italic = true}, "turned");
    return c;
}

static void test_same_calls_give_same_bytes(void **state)
{
    static const char *const endings[] = {"png", "svg", "pdf"};
    Canvas *a = draw_all(), *b = draw_all();

    (void)state;
    for (int i = 0; i < 3; i++) {
        size_t first_size, size;
        uint8_t *first = canvas_encode(a, endings[i], &first_size, NULL);
        for (int again = 0; again < 3; again++) {
            uint8_t *bytes = canvas_encode(again < 2 ? b : a, endings[i], &size, NULL);
            assert_int_equal(size, first_size);
            assert_memory_equal(bytes, first, size);
            free(bytes);
        }
        free(first);
    }
    canvas_free(a);
    canvas_free(b);
}

static void test_each_format_is_valid(void **state)
{
    Canvas *c = draw_all();

    (void)state;
    page_check(c);
    canvas_free(c);
}

static void test_an_svg_names_only_ids_that_it_has(void **state)
{
    Canvas *c = draw_all();
    size_t size;
    char *svg = (char *)canvas_encode(c, "svg", &size, NULL), wanted[32];
    int uses = 0;

    (void)state;
    svg = realloc(svg, size + 1);
    svg[size] = 0;
    for (const char *p = svg; (p = strchr(p, '#')); p++) {
        int number = 0;
        assert_int_equal(sscanf(p, "#i%d", &number), 1);
        snprintf(wanted, sizeof wanted, "id=\"i%d\"", number);
        assert_non_null(strstr(svg, wanted));
        uses++;
    }
    assert_true(uses > 10); /* letters, the clip, the picture */
    free(svg);
    canvas_free(c);
}

static void test_ids_count_from_one_in_the_order_of_appearance(void **state)
{
    static const char svg[] =
        "<g id=\"glyph0-1\"/><image id=\"image77\"/><use xlink:href=\"#image77\"/>"
        "<g clip-path=\"url(#clip9)\"/><use xlink:href=\"#glyph0-1\"/>";
    static const char expected[] = "<g id=\"i1\"/><image id=\"i2\"/><use xlink:href=\"#i2\"/>"
                                   "<g clip-path=\"url(#i3)\"/><use xlink:href=\"#i1\"/>";
    size_t size = 0;
    char *stable = svg_stable_ids(svg, strlen(svg), &size);

    (void)state;
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(stable, expected, size);
    free(stable);
    for (size_t cut = 0; cut < strlen(svg); cut++) { /* wherever the text ends */
        char *part = malloc(cut + 1);
        memcpy(part, svg, cut);
        free(svg_stable_ids(part, cut, &size));
        free(part);
    }
}

static void test_a_pdf_carries_a_fixed_date(void **state)
{
    Canvas *c = draw_all();
    size_t size;
    char *pdf = (char *)canvas_encode(c, "pdf", &size, NULL);

    (void)state;
    assert_non_null(memmem(pdf, size, "20000101", 8));
    free(pdf);
    canvas_free(c);
}

static void test_pixels_stand_where_they_were_drawn(void **state)
{
    Canvas *c = canvas_new(20, 10, NULL);
    uint8_t pixels[2] = {0, 200};
    Image two = {2, 1, 1, pixels};

    (void)state;
    canvas_rect(c, (Box){0, 0, 5, 10}, COLOR_BLUE, (Pen){0});
    canvas_image(c, (Box){10, 0, 10, 10}, &two);
    Image *im = canvas_render(c, 2, NULL);
    assert_int_equal(im->width, 40);
    assert_int_equal(im->height, 20);
    assert_int_equal(im->channels, 3);
    const uint8_t *row = im->pixels + 10 * 40 * 3;
    assert_int_equal(row[3 * 4], 0);
    assert_int_equal(row[3 * 4 + 1], 114);
    assert_int_equal(row[3 * 4 + 2], 178);
    assert_int_equal(row[3 * 15], 255);     /* the page is white */
    assert_int_equal(row[3 * 29 + 1], 0);   /* the last of the first pixel: the edge is hard */
    assert_int_equal(row[3 * 30 + 1], 200); /* and the first of the second */
    image_free(im);
    canvas_free(c);
}

static void test_the_ending_decides_and_others_are_refused(void **state)
{
    char path[100];
    Err e = {0};
    size_t size;
    Canvas *c = draw_all();

    (void)state;
    snprintf(path, sizeof path, "%s/a.PDF", folder);
    assert_int_equal(canvas_save(c, path, &e), 0);
    char *pdf = (char *)file_read(path, FILE_LIMIT, &size, &e);
    assert_memory_equal(pdf, "%PDF", 4);
    free(pdf);
    snprintf(path, sizeof path, "%s/a.jpg", folder);
    assert_int_equal(canvas_save(c, path, &e), -ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "a.jpg"));
    assert_non_null(strstr(e.text, ".png, .svg or .pdf"));
    assert_false(file_exists(path));
    canvas_free(c);
}

static void test_a_failure_leaves_no_file(void **state)
{
    char path[100];
    Err e = {0};

    (void)state;
    snprintf(path, sizeof path, "%s/missing/a.png", folder);
    assert_int_equal(canvas_finish(draw_all(), path, &e), -ERR_IO);
    assert_non_null(strstr(e.text, "missing"));
    e = (Err){0};
    err_set(&e, ERR_LIMIT, "too large");
    assert_int_equal(canvas_finish(NULL, path, &e), -ERR_LIMIT); /* what came before is passed on */
    assert_string_equal(e.text, "too large");
}

static void test_a_page_that_is_too_large_is_refused(void **state)
{
    Err e = {0};

    (void)state;
    assert_null(canvas_new(14001, 10, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_null(canvas_new(13000, 13000, &e));
    assert_null(canvas_new(0, 10, &e));
    assert_null(canvas_new(NAN, 10, &e));
    assert_null(canvas_new(10, INFINITY, &e));
    Canvas *c = canvas_new(14000, 1, &e);
    assert_non_null(c);
    canvas_free(c);
}

static void test_numbers_that_are_not_finite_draw_nothing(void **state)
{
    Canvas *c = canvas_new(50, 50, NULL);
    Image im = {1, 1, 1, (uint8_t[]){7}};

    (void)state;
    canvas_line(c, (Point){NAN, 0}, (Point){9, 9}, (Pen){COLOR_INK, 1, DASH_SOLID});
    canvas_rect(c, (Box){0, 0, INFINITY, 1}, COLOR_INK, (Pen){0});
    canvas_circle(c, (Point){1, 1}, NAN, COLOR_INK, (Pen){0});
    canvas_circle(c, (Point){1, 1}, -1, COLOR_INK, (Pen){0});
    canvas_text(c, NAN, 1, (Font){.size = 9}, "x");
    canvas_text(c, 1, 1, (Font){.size = NAN}, "x");
    canvas_text(c, 1, 1, (Font){.size = 9}, "");
    canvas_text(c, 1, 1, (Font){.size = 9}, NULL);
    canvas_image(c, (Box){1, 1, NAN, 4}, &im);
    assert_int_equal(c->count, 0);
    page_check(c);
    canvas_free(c);
}

static void test_any_text_can_be_drawn(void **state)
{
    static const char *const texts[] = {"手書き数字",   "١٢٣ عربى",         "हिन्दी",
                                        "Ελληνικά",     "😀 e\u0301",        "\xff\xfe\x80",
                                        "\xe6\x89",     "\xf4\x90\x80\x80", "a\nb\tc\x01",
                                        "\u202e<&>\"'", "\xed\xa0\x80"};
    Canvas *c = canvas_new(300, 300, NULL);
    char *endless = malloc(1000001);
    Font font = {.size = 9, .max_width = 200};

    (void)state;
    memset(endless, 'm', 1000000);
    endless[1000000] = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        canvas_text(c, 20, 20 + 15 * (double)i, font, texts[i]);
    canvas_text(c, 20, 250, font, endless);
    assert_true(text_width(font, endless) <= 200.5);
    for (int cut = 0; cut < 4; cut++) { /* the limit falls inside a letter of three bytes */
        for (int i = 0; i < 600; i += 3)
            memcpy(endless + cut + i, "書", 3);
        endless[cut + 600] = 0;
        canvas_text(c, 20, 260 + 10. * cut, font, endless);
    }
    free(endless);
    page_check(c);
    canvas_free(c);
}

static void test_a_text_is_cut_to_its_width(void **state)
{
    Canvas *c = canvas_new(100, 20, NULL);
    Font font = {.size = 9};
    double whole = text_width(font, "a rather long sentence");

    (void)state;
    assert_true(whole > 70 && whole < 120);
    font.max_width = 40;
    assert_true(text_width(font, "a rather long sentence") <= 40.5);
    font.max_width = 300;
    assert_true(fabs(text_width(font, "a rather long sentence") - whole) < 0.01);
    canvas_free(c);
}

static void test_series_differ_for_the_colour_blind(void **state)
{
    (void)state;
    for (int i = 0; i < COLOR_SERIES; i++)
        for (int k = 0; k < i; k++) { /* by luminance or by blue against yellow, which all see */
            Color a = color_series(i), b = color_series(k);
            double luma = 0.2126 * (a.r - b.r) + 0.7152 * (a.g - b.g) + 0.0722 * (a.b - b.b);
            double yellow = (a.r + a.g) / 2. - a.b - ((b.r + b.g) / 2. - b.b);
            assert_true(hypot(luma, yellow) > 20);
        }
}

static void test_text_is_legible_on_any_shade(void **state)
{
    (void)state;
    for (int i = 0; i <= 20; i++) {
        Color back = color_mix(COLOR_WHITE, COLOR_BLUE, i / 20.), text = color_text_on(back);
        double a = 0, b = 0;
        uint8_t under[3] = {back.r, back.g, back.b}, over[3] = {text.r, text.g, text.b};
        static const double weight[3] = {0.2126, 0.7152, 0.0722};
        for (int k = 0; k < 3; k++) {
            a += weight[k] * pow(under[k] / 255., 2.2);
            b += weight[k] * pow(over[k] / 255., 2.2);
        }
        double contrast = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
        assert_true(contrast > 3.9);
    }
    assert_int_equal(color_sequential(NAN).a, 255);
    assert_int_equal(color_diverging(NAN).r, 255);
    assert_int_equal(color_sequential(-5).r, 68);
    assert_int_equal(color_sequential(5).r, 253);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_calls_give_same_bytes),
        cmocka_unit_test(test_each_format_is_valid),
        cmocka_unit_test(test_an_svg_names_only_ids_that_it_has),
        cmocka_unit_test(test_ids_count_from_one_in_the_order_of_appearance),
        cmocka_unit_test(test_a_pdf_carries_a_fixed_date),
        cmocka_unit_test(test_pixels_stand_where_they_were_drawn),
        cmocka_unit_test_setup_teardown(test_the_ending_decides_and_others_are_refused, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_a_failure_leaves_no_file, make_folder, remove_folder),
        cmocka_unit_test(test_a_page_that_is_too_large_is_refused),
        cmocka_unit_test(test_numbers_that_are_not_finite_draw_nothing),
        cmocka_unit_test(test_any_text_can_be_drawn),
        cmocka_unit_test(test_a_text_is_cut_to_its_width),
        cmocka_unit_test(test_series_differ_for_the_colour_blind),
        cmocka_unit_test(test_text_is_legible_on_any_shade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
