#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/csv.h"
#include "made.h"

/* Pixels of a text, in a buffer of the exact size. */
static int read_pixels(const char *text, CsvPixels *out, Err *e)
{
    size_t size = strlen(text);
    uint8_t *exact = made_exact(text, size);
    int r = csv_read_pixels("x.csv", exact, size, 10, out, e);

    free(exact);
    return r;
}

static int read_list(const char *text, Listing *out, Err *e)
{
    size_t size = strlen(text);
    uint8_t *exact = made_exact(text, size);
    int r = csv_read_list("x.csv", exact, size, out, e);

    free(exact);
    return r;
}

static void pixels_are_read_with_a_header_or_without(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "7,0,255,3,4\n1,10,20,30,40\n",
        "label,pixel0,pixel1,pixel2,pixel3\n7,0,255,3,4\n1,10,20,30,40",
        "\xEF\xBB\xBFlabel,1x1,1x2,2x1,2x2\r\n7,0,255,3,4\r\n\r\n1,10,20,30,40\r\n\r\n",
        "\"label\",\"a\",\"b\",\"c\",\"d\"\n7,0,255,3,4\n1,010,20,30,40\n",
    };
    static const uint8_t pixels[8] = {0, 255, 3, 4, 10, 20, 30, 40};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CsvPixels p;
        assert_int_equal(read_pixels(texts[i], &p, NULL), 0);
        assert_int_equal(p.count, 2);
        assert_int_equal(p.side, 2);
        assert_int_equal(p.labels[0], 7);
        assert_int_equal(p.labels[1], 1);
        assert_memory_equal(p.pixels, pixels, 8);
        free(p.pixels);
        free(p.labels);
    }
}

static void what_is_no_table_of_pixels_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "x.csv: holds no line"},
        {"\n\r\n", "x.csv: holds no line"},
        {"l,a,b,c,d\n", "holds a header and no picture"},
        {"1,2,3\n", "3 columns are not a label and the pixels of a square"},
        {"1\n", "1 columns are not"},
        {"1,0,0,0,0\n1,0,0,0\n", "line 2 has 4 columns, the first has 5"},
        {"1,0,0,0,0\n1,0,0,0,0,0\n", "line 2 has 6 columns, the first has 5"},
        {"1,0,0,0,256\n", "line 1, column 5: '256' is not a whole number from 0 to 255"},
        {"1,0,0,0,-1\n", "line 1, column 5: '-1' is not"},
        {"1,0,0,nan,0\n", "line 1, column 4: 'nan' is not"},
        {"nan,0,0,0,0\n", "line 1, column 1: 'nan' is not"},
        {"1,0,0,0.5,0\n", "line 1, column 4: '0.5' is not"},
        {"1,0,,0,0\n", "line 1, column 3: '' is not"},
        {"1,0,0,0, 1\n", "line 1, column 5: ' 1' is not"},
        {"1,0,0,0,99999999999999999999\n", "column 5: '99999999999999999999' is not"},
        {"l,a,b,c,d\n10,0,0,0,0\n", "line 2, column 1: '10' is not a whole number from 0 to 9"},
        {"l,a,b,c,d\n-3,0,0,0,0\n", "line 2, column 1: '-3' is not"},
        {"1,0,0,0,0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", "line 2 has 1 columns, the first has 5"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err e = {0};
        CsvPixels p;
        assert_true(read_pixels(cases[i].text, &p, &e) < 0);
        assert_sentence(&e, ERR_FORMAT, cases[i].part);
    }
}

static void every_truncation_of_pixels_is_read_or_refused(void **state)
{
    (void)state;
    char text[] = "label,a,b,c,d\n7,0,255,3,4\n1,10,20,30,40\n";

    for (size_t cut = sizeof text - 1; cut-- > 0;) {
        CsvPixels p;
        text[cut] = 0;
        if (read_pixels(text, &p, NULL) == 0) {
            assert_in_range(p.count, 1, 2);
            free(p.pixels);
            free(p.labels);
        }
    }
}

static void lists_are_told_from_pixels(void **state)
{
    (void)state;
    assert_true(csv_is_list((const uint8_t *)"path,label\n", 11));
    assert_true(csv_is_list((const uint8_t *)"\na.png,7", 8));
    assert_false(csv_is_list((const uint8_t *)"7,0,255,3,4\n", 12));
    assert_false(csv_is_list((const uint8_t *)"", 0));
}

static void lists_are_read_in_the_order_of_their_header(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "path,label,writer\na b.png,7,ann\n\"c,\"\"d\"\".png\",noise,\n",
        "a b.png,7,ann\n\"c,\"\"d\"\".png\",noise\n",
        "Label,Writer,Filename\n7,ann,a b.png\nnoise,,\"c,\"\"d\"\".png\"",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Listing l = {0};
        assert_int_equal(read_list(texts[i], &l, NULL), 0);
        assert_int_equal(l.count, 2);
        assert_string_equal(listing_path(&l, 0), "a b.png");
        assert_string_equal(listing_label(&l, 0), "7");
        assert_string_equal(listing_group(&l, 0), "ann");
        assert_string_equal(listing_path(&l, 1), "c,\"d\".png");
        assert_string_equal(listing_label(&l, 1), "noise");
        assert_null(listing_group(&l, 1));
        listing_free(&l);
    }
}

static void what_is_no_list_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "lists no picture"},
        {"path,label\n", "lists no picture"},
        {"path,label\na.png\n", "line 2 has 1 columns, a path and a label are needed"},
        {"path,label\na.png,\n", "line 2: its label is empty"},
        {"path,label\n,7\n", "line 2: its path is empty"},
        {"path,label\n\"a.png,7\n", "line 2 is no list of up to 4 fields"},
        {"path,label\n\"a\"b.png,7\n", "line 2 is no list of up to 4 fields"},
        {"path,label\na.png,7,x,y,z\n", "line 2 is no list of up to 4 fields"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Listing l = {0};
        Err e = {0};
        assert_true(read_list(cases[i].text, &l, &e) < 0);
        assert_sentence(&e, ERR_FORMAT, cases[i].part);
        listing_free(&l);
    }
}

static void a_line_without_end_is_refused(void **state)
{
    (void)state;
    size_t size = 100000;
    char *text = malloc(size + 1);
    Listing l = {0};
    Err e = {0};

    memset(text, 'a', size);
    text[size] = 0;
    text[size / 2] = ',';
    assert_true(read_list(text, &l, &e) < 0);
    assert_sentence(&e, ERR_FORMAT, "line 1 is no list");
    listing_free(&l);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_read_with_a_header_or_without),
        cmocka_unit_test(what_is_no_table_of_pixels_is_named),
        cmocka_unit_test(every_truncation_of_pixels_is_read_or_refused),
        cmocka_unit_test(lists_are_told_from_pixels),
        cmocka_unit_test(lists_are_read_in_the_order_of_their_header),
        cmocka_unit_test(what_is_no_list_is_named),
        cmocka_unit_test(a_line_without_end_is_refused),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
