/* Forms that are printed, filled in by a made-up hand, photographed by a made-up phone and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "filled_form.h"
#include "image/photo.h"
#include "read/form.h"
#include "sketched.h"

#define HEAD                                                                                       \
    "{\"scrawl_layout\": 1, \"sheet\": [105, 148], \"marker\": 7, \"margin\": 6, \"fields\": ["
#define SMALL                                                                                      \
    HEAD "{\"name\": \"id\", \"digits\": 5, \"at\": [20, 20]}, {\"name\": \"mark\", \"digits\": "  \
         "3, \"partial\": true, "                                                                  \
         "\"most\": 100, \"at\": [20, 40]}, {\"name\": \"q#\", \"choice\": [\"A\", \"B\", "        \
         "\"C\"], \"at\": [20, 60], "                                                              \
         "\"rows\": 4, \"row_step\": 8}, {\"name\": \"any\", \"several\": true, \"choice\": "      \
         "[\"x\", \"y\"], \"at\": "                                                                \
         "[20, 95]}, {\"name\": \"number\", \"bubbles\": 3, \"at\": [70, 60]}]}"

static Reader *reader;
static Dataset *digits;
static Layout *small;

static int set_up(void **state)
{
    (void)state;
    reader = reader_new("lenet", 2, NULL);
    digits = sketched_digits(12);
    small = layout_read("small.json", (const uint8_t *)SMALL, strlen(SMALL), NULL);
    return reader && digits && small ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    reader_free(reader);
    dataset_free(digits);
    layout_free(small);
    return 0;
}

/* A photo of a filled form; meant as fill_form gives it. */
static Image *photograph(const Layout *l, Fill fill, PhotoOptions o, char ***meant)
{
    Err e = {0};
    fill.digits = digits;
    Image *sheet = fill_form(l, &fill, meant, &e),
          *photo = sheet ? photo_take(sheet, &o, &e) : NULL;

    image_free(sheet);
    if (!photo)
        fail_msg("%s", e.text);
    return photo;
}

static Image *blank_sheet(const Layout *l, PhotoOptions o)
{
    Err e = {0};
    Canvas *c = form_draw(l, &e);
    Image *sheet = canvas_render(c, 6 * 25.4 / 72, &e), *photo = photo_take(sheet, &o, &e);

    canvas_free(c);
    image_free(sheet);
    if (!photo)
        fail_msg("%s", e.text);
    return photo;
}

static FormReading *read_photo(const Layout *l, const Image *photo)
{
    Err e = {0};
    FormReading *f = form_read(reader, l, photo, NULL, &e);

    if (!f)
        fail_msg("%s", e.text);
    return f;
}

/* No field may be given wrongly; returns how many were given. */
static int check_fields(const Layout *l, const FormReading *f, char **meant)
{
    int given = 0;

    for (int i = 0; i < f->count; i++) {
        if (f->fields[i].flag != FORM_SURE)
            continue;
        if (!meant[i])
            fail_msg("%s: '%s' was given, two bubbles are filled or none", l->fields[i].name,
                     f->fields[i].text);
        if (strcmp(meant[i], f->fields[i].text))
            fail_msg("%s: '%s' was read, '%s' is written", l->fields[i].name, f->fields[i].text,
                     meant[i]);
        given++;
    }
    return given;
}

static void check_photo(PhotoOptions o, bool hard, uint64_t seed, int least)
{
    char **meant;
    Image *photo =
        photograph(small, (Fill){.seed = seed, .next = seed * 7, .hard = hard}, o, &meant);
    FormReading *f = read_photo(small, photo);
    int given = check_fields(small, f, meant);

    if (given < least)
        fail_msg("%d of %d fields were given", given, f->count);
    form_free(f);
    image_free(photo);
    fill_free(meant, small);
}

static void a_photo_from_straight_above_is_read(void **state)
{
    (void)state;
    check_photo((PhotoOptions){.width = 900}, false, 1, 7);
}

static void tilted_turned_shaded_blurred_and_grainy_photos_are_read(void **state)
{
    (void)state;
    for (int turn = 0; turn < 4; turn++)
        check_photo((PhotoOptions){.seed = (uint64_t)turn,
                                   .width = 1100,
                                   .tilt_deg = 15,
                                   .turn_deg = 90.f * (float)turn + 6,
                                   .bend = 0.004f,
                                   .shadow = 0.5f,
                                   .hand = 0.4f,
                                   .blur_px = 0.8f,
                                   .noise = 5},
                    false, (uint64_t)turn + 2, 6);
}

static void ticks_crosses_pencils_and_two_filled_bubbles_are_right_or_flagged(void **state)
{
    (void)state;
    for (uint64_t seed = 20; seed < 24; seed++)
        check_photo(
            (PhotoOptions){.seed = seed, .width = 1000, .tilt_deg = 8, .shadow = 0.3f, .noise = 3},
            true, seed, 3);
}

static void what_is_left_empty_is_flagged_unless_it_may_be(void **state)
{
    Image *photo = blank_sheet(small, (PhotoOptions){.width = 800, .noise = 3});
    FormReading *f = read_photo(small, photo);
    static const char *const flags[] = {"empty", "",      "empty", "empty",
                                        "empty", "empty", "",      "empty"};

    (void)state;
    for (int i = 0; i < f->count; i++) {
        assert_string_equal(form_flag_name(f->fields[i].flag), flags[i]);
        assert_string_equal(f->fields[i].text, "");
    }
    assert_int_equal(f->flagged, 6);
    form_free(f);
    image_free(photo);
}

static void blacken(Image *photo, const FormItem *item, uint8_t value)
{
    for (int y = (int)item->corners[0].y + 3; y < (int)item->corners[2].y - 3; y++)
        for (int x = (int)item->corners[0].x + 3; x < (int)item->corners[2].x - 3; x++)
            memset(photo->pixels + 3 * ((size_t)y * photo->width + x), value, 3);
}

static void filled_bubbles_are_told_from_faint_and_from_two(void **state)
{
    Image *photo = blank_sheet(small, (PhotoOptions){.width = 900});
    FormReading *f = read_photo(small, photo);

    (void)state;
    blacken(photo, &f->fields[2].items[1], 40); /* q1: B */
    blacken(photo, &f->fields[3].items[0], 40); /* q2: A and C */
    blacken(photo, &f->fields[3].items[2], 60);
    blacken(photo, &f->fields[4].items[0], 234); /* q3: hardly A */
    blacken(photo, &f->fields[5].items[0], 40);  /* q4: A, and C rubbed out */
    blacken(photo, &f->fields[5].items[2], 243);
    blacken(photo, &f->fields[6].items[0], 40); /* any: both */
    blacken(photo, &f->fields[6].items[1], 40);
    for (int i = 0; i < 3; i++) /* number: 024 */
        blacken(photo, &f->fields[7].items[10 * i + 2 * i], 40);
    form_free(f);
    f = read_photo(small, photo);
    static const char *const texts[] = {"B", "A|C", "A", "A", "x|y", "024"},
                             *const flags[] = {"", "several", "unsure", "", "", ""};
    for (int i = 0; i < 6; i++) {
        assert_string_equal(f->fields[i + 2].text, texts[i]);
        assert_string_equal(form_flag_name(f->fields[i + 2].flag), flags[i]);
    }
    form_free(f);
    image_free(photo);
}

static void expect_refused(const Layout *l, const Image *photo, const char *words)
{
    Err e = {0};

    if (form_read(reader, l, photo, NULL, &e))
        fail_msg("a form was seen where none is");
    if (!strstr(e.text, words))
        fail_msg("'%s' does not say '%s'", e.text, words);
}

static void three_markers_are_not_four(void **state)
{
    Image *photo = blank_sheet(small, (PhotoOptions){.width = 700});
    FormReading *f = read_photo(small, photo);

    (void)state;
    Spot last = f->fields[7].items[29].corners[2]; /* beyond it, the lower right corner's marker */
    for (int y = (int)last.y + 30; y < photo->height; y++)
        for (int x = (int)last.x; x < photo->width; x++)
            memset(photo->pixels + 3 * ((size_t)y * photo->width + x), 230, 3);
    expect_refused(small, photo, "3 of the 4 corner markers of the sheet 'small' found");
    form_free(f);
    image_free(photo);
}

static void another_sheet_is_told_by_its_code(void **state)
{
    Layout *marks = layout_open("marks", NULL), *collect = layout_open("collect", NULL);
    Image *photo = blank_sheet(marks, (PhotoOptions){.width = 1200});

    (void)state;
    expect_refused(collect, photo, "the sheet is another than 'collect'");
    image_free(photo);
    layout_free(marks);
    layout_free(collect);
}

static void what_shows_no_sheet_is_refused(void **state)
{
    static const int sizes[][2] = {{1, 1}, {3, 500}, {640, 480}};
    Rng r = rng_stream(1, RNG_TEST, 0);

    (void)state;
    for (int kind = 0; kind < 9; kind++) {
        Image *im = image_new(sizes[kind % 3][0], sizes[kind % 3][1], 1 + kind % 2 * 2, NULL);
        for (int i = 0; kind > 2 && i < im->width * im->height * im->channels; i++)
            im->pixels[i] = (uint8_t)(kind > 5 ? rng_u64(&r) & 255 : 255);
        expect_refused(small, im, "corner markers");
        image_free(im);
    }
}

static void the_json_says_null_where_a_person_should_look(void **state)
{
    Image *photo = blank_sheet(small, (PhotoOptions){.width = 800});
    FormReading *f = read_photo(small, photo);
    char *text = form_json(f, small, "a \"photo\".jpg");
    json_t *root = json_loads(text, 0, NULL),
           *first = json_array_get(json_object_get(root, "fields"), 0);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(root, "image")), "a \"photo\".jpg");
    assert_int_equal(json_integer_value(json_object_get(root, "flagged")), 6);
    assert_string_equal(json_string_value(json_object_get(first, "flag")), "empty");
    assert_true(json_is_null(json_object_get(first, "text")));
    assert_int_equal(json_array_size(json_object_get(first, "boxes")), 5);
    json_decref(root);
    free(text);
    form_free(f);
    image_free(photo);
}

static void the_csv_has_a_column_a_field_and_quotes_what_needs_it(void **state)
{
    Image *photo = blank_sheet(small, (PhotoOptions){.width = 800});
    FormReading *f = read_photo(small, photo);
    char *head = form_csv_head(small), *line = form_csv(f, small, "a,\"b\".jpg");

    (void)state;
    assert_string_equal(head, "image,id,mark,q1,q2,q3,q4,any,number,flags");
    assert_string_equal(
        line,
        "\"a,\"\"b\"\".jpg\",,,,,,,,,id:empty q1:empty q2:empty q3:empty q4:empty number:empty");
    free(head);
    free(line);
    form_free(f);
    image_free(photo);
}

static void a_collected_sheet_opens_as_a_dataset_with_its_writer(void **state)
{
    char folder[] = "/tmp/scrawl-collect-XXXXXX", **meant;
    Layout *collect = layout_open("collect", NULL);
    Err e = {0};
    int saved = 0;

    (void)state;
    assert_non_null(mkdtemp(folder));
    Image *photo = photograph(collect, (Fill){.seed = 5},
                              (PhotoOptions){.width = 1500, .tilt_deg = 6, .noise = 2}, &meant);
    FormReading *f = read_photo(collect, photo);
    if (form_collect(f, collect, "some/sheet.jpg", "ada 1", folder, &saved, &e))
        fail_msg("%s", e.text);
    assert_int_equal(saved, 300);
    Dataset *d = dataset_open(folder, NULL, &e);
    if (!d)
        fail_msg("%s", e.text);
    assert_int_equal(d->count, 300);
    assert_int_equal(d->classes, 10);
    assert_int_equal(d->group_count, 1);
    assert_string_equal(d->group_names[0], "ada_1");
    size_t counts[10];
    dataset_measure(d, counts, NULL, NULL);
    for (int i = 0; i < 10; i++)
        assert_int_equal(counts[i], 30);
    dataset_free(d);
    file_remove_tree(folder, NULL);
    form_free(f);
    image_free(photo);
    fill_free(meant, collect);
    layout_free(collect);
}

static void a_form_that_holds_no_known_digits_cannot_be_collected(void **state)
{
    Image *photo = blank_sheet(small, (PhotoOptions){.width = 800});
    FormReading *f = read_photo(small, photo);
    Err e = {0};
    int saved = 0;

    (void)state;
    assert_true(form_collect(f, small, "a.jpg", NULL, "/nonexistent", &saved, &e) < 0);
    assert_non_null(strstr(e.text, "'small' has no field"));
    form_free(f);
    image_free(photo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_photo_from_straight_above_is_read),
        cmocka_unit_test(tilted_turned_shaded_blurred_and_grainy_photos_are_read),
        cmocka_unit_test(ticks_crosses_pencils_and_two_filled_bubbles_are_right_or_flagged),
        cmocka_unit_test(what_is_left_empty_is_flagged_unless_it_may_be),
        cmocka_unit_test(filled_bubbles_are_told_from_faint_and_from_two),
        cmocka_unit_test(three_markers_are_not_four),
        cmocka_unit_test(another_sheet_is_told_by_its_code),
        cmocka_unit_test(what_shows_no_sheet_is_refused),
        cmocka_unit_test(the_json_says_null_where_a_person_should_look),
        cmocka_unit_test(the_csv_has_a_column_a_field_and_quotes_what_needs_it),
        cmocka_unit_test(a_collected_sheet_opens_as_a_dataset_with_its_writer),
        cmocka_unit_test(a_form_that_holds_no_known_digits_cannot_be_collected),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
