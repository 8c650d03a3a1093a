/* Mixtures: what they hold, what they leave out, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/mixture.h"
#include "data/split.h"
#include "made.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, COUNT = 40 };

/* digits-images-idx3 and its labels: COUNT upright strokes, labels 0..9 in turn; `black`: pictures
 * without ink at the beginning. */
static void put_digits(const char *folder, const char *images, const char *labels, int black)
{
    static uint8_t pixels[COUNT * PIXELS];
    uint8_t numbers[COUNT];

    memset(pixels, 0, sizeof pixels);
    for (int i = 0; i < COUNT; i++) {
        for (int y = 4; i >= black && y < 24; y++)
            for (int x = 13; x < 15; x++)
                pixels[i * PIXELS + y * SIDE + x] = (uint8_t)(200 + i);
        numbers[i] = (uint8_t)(i % 10);
    }
    Writer w = made_idx(8, 3, (uint32_t[]){COUNT, SIDE, SIDE}, pixels, sizeof pixels);
    made_file(folder, images, w.bytes, w.size);
    writer_free(&w);
    w = made_idx(8, 1, (uint32_t[]){COUNT}, numbers, sizeof numbers);
    made_file(folder, labels, w.bytes, w.size);
    writer_free(&w);
}

static char *a_folder(void)
{
    char *folder = made_folder();

    put_digits(folder, "set/train-images-idx3-ubyte", "set/train-labels-idx1-ubyte", 0);
    put_digits(folder, "set/t10k-images-idx3-ubyte", "set/t10k-labels-idx1-ubyte", 0);
    put_digits(folder, "faint/train-images-idx3-ubyte", "faint/train-labels-idx1-ubyte", 7);
    return folder;
}

/* Opens a mixture of these parts, given without brackets. */
static Dataset *mixed(const char *folder, const char *parts, DatasetPart part, Err *e)
{
    char *json, *path = made_path(folder, "mixture.json");

    assert_true(asprintf(&json, "{\"parts\": [%s]}", parts) >= 0);
    made_text(folder, "mixture.json", json);
    Dataset *d = dataset_open(path, &(DatasetOptions){.part = part}, e);
    free(json);
    free(path);
    return d;
}

static Dataset *opened(const char *folder, const char *parts, DatasetPart part)
{
    Err e = {0};
    Dataset *d = mixed(folder, parts, part, &e);

    if (!d)
        fail_msg("%s: %s", parts, e.text);
    return d;
}

static size_t of_class(const Dataset *d, int class)
{
    size_t n = 0;

    for (size_t i = 0; i < d->count; i++)
        n += d->labels[i] == class;
    return n;
}

static void parts_are_joined_in_their_order(void **state)
{
    char *folder = a_folder();
    Dataset *d =
        opened(folder, "{\"path\": \"set\"}, {\"path\": \"set\", \"as\": \"noise\"}", PART_TRAIN);

    (void)state;
    assert_int_equal(d->count, 2 * COUNT);
    assert_int_equal(d->classes, 11);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(d->labels[i], i % 10);
        assert_int_equal(d->labels[COUNT + i], DATASET_NOISE);
    }
    assert_memory_equal(d->pixels, d->pixels + COUNT * PIXELS, COUNT * PIXELS);
    assert_false(d->has_test);
    dataset_free(d);
    made_remove(folder);
}

static void copies_stay_on_one_side_of_a_split(void **state)
{
    char *folder = a_folder();
    Dataset *d = opened(folder, "{\"path\": \"set\", \"times\": 5}", PART_TRAIN);
    bool sides[256][2] = {0};
    Split s;

    (void)state;
    assert_int_equal(d->count, 5 * COUNT);
    assert_int_equal(dataset_split(d, .25, 1, &s, NULL), 0);
    for (size_t i = 0; i < s.train_count; i++)
        sides[d->pixels[s.train[i] * PIXELS + 10 * SIDE + 13]][0] = true;
    for (size_t i = 0; i < s.validation_count; i++)
        sides[d->pixels[s.validation[i] * PIXELS + 10 * SIDE + 13]][1] = true;
    for (int v = 0; v < 256; v++)
        assert_false(sides[v][0] && sides[v][1]);
    assert_int_equal(s.validation_count, 50);
    split_free(&s);
    dataset_free(d);
    made_remove(folder);
}

static void what_is_left_out_is_the_test_part(void **state)
{
    const char *parts =
        "{\"path\": \"set\", \"times\": 3, \"leave_out\": {\"fold\": 1, \"of\": 4}},"
        "{\"path\": \"set\"}";
    char *folder = a_folder();
    Dataset *train = opened(folder, parts, PART_TRAIN), *test = opened(folder, parts, PART_TEST);
    bool in_test[256] = {0};

    (void)state;
    assert_int_equal(train->count, 3 * COUNT * 3 / 4 + COUNT);
    assert_int_equal(test->count, COUNT / 4);
    assert_true(train->has_test && test->has_test);
    for (size_t i = 0; i < test->count; i++)
        in_test[test->pixels[i * PIXELS + 10 * SIDE + 13]] = true;
    for (size_t i = 0; i < train->count - COUNT; i++)
        assert_false(in_test[train->pixels[i * PIXELS + 10 * SIDE + 13]]);
    dataset_free(train);
    dataset_free(test);
    made_remove(folder);
}

static void labels_and_shares_are_left_out(void **state)
{
    char *folder = a_folder();
    Dataset *d = opened(folder,
                        "{\"path\": \"set\", \"without\": [\"3\", \"7\"]},"
                        "{\"path\": \"set\", \"as\": \"noise\", \"share\": 0.25}",
                        PART_TRAIN);

    (void)state;
    assert_int_equal(of_class(d, 3) + of_class(d, 7), 0);
    assert_int_equal(of_class(d, 2), COUNT / 10);
    assert_int_equal(of_class(d, DATASET_NOISE), COUNT / 4);
    dataset_free(d);
    made_remove(folder);
}

static void digits_without_ink_are_trained_on_as_noise_only(void **state)
{
    char *folder = a_folder();
    Dataset *d = opened(folder, "{\"path\": \"faint\"}", PART_TRAIN);

    (void)state;
    assert_int_equal(d->count, COUNT - 7);
    dataset_free(d);
    d = opened(folder, "{\"path\": \"faint\", \"as\": \"noise\"}", PART_TRAIN);
    assert_int_equal(d->count, COUNT);
    dataset_free(d);
    made_remove(folder);
}

static void noise_is_made_of_a_part_s_digits(void **state)
{
    const char *parts = "{\"path\": \"set\", \"made\": \"noise\", \"count\": 30, \"seed\": 4}";
    char *folder = a_folder();
    Dataset *d = opened(folder, parts, PART_TRAIN), *again = opened(folder, parts, PART_TRAIN);

    (void)state;
    assert_int_equal(of_class(d, DATASET_NOISE), 30);
    assert_memory_equal(d->pixels, again->pixels, 30 * PIXELS);
    dataset_free(d);
    dataset_free(again);
    made_remove(folder);
}

static void drawn_digits_need_no_path(void **state)
{
    char *folder = a_folder();
    Dataset *d = opened(folder, "{\"made\": \"drawn\", \"count\": 40, \"seed\": 2}", PART_TRAIN);

    (void)state;
    assert_int_equal(d->count, 40);
    assert_int_equal(d->classes, 10);
    dataset_free(d);
    made_remove(folder);
}

static void made_letters_are_noise(void **state)
{
    char *folder = a_folder();
    Dataset *d = opened(folder, "{\"made\": \"letters\", \"count\": 40, \"seed\": 2}", PART_TRAIN);

    (void)state;
    assert_int_equal(d->count, 40);
    assert_int_equal(of_class(d, DATASET_NOISE), 40);
    dataset_free(d);
    made_remove(folder);
}

static void blemished_copies_follow_and_stay_with_their_picture(void **state)
{
    char *folder = a_folder();
    Dataset *d = opened(folder, "{\"path\": \"set\", \"times\": 2, \"blemished\": 3}", PART_TRAIN);
    size_t changed = 0;

    (void)state;
    assert_int_equal(d->count, 5 * COUNT);
    for (size_t i = 0; i < 3 * COUNT; i++) {
        size_t at = 2 * COUNT + i, from = i / 3;
        assert_int_equal(d->labels[at], from % 10);
        assert_int_equal(d->groups[at], d->groups[2 * from]);
        changed += memcmp(d->pixels + at * PIXELS, d->pixels + 2 * from * PIXELS, PIXELS) != 0;
    }
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(d->pixels[2 * i * PIXELS + 10 * SIDE + 13], 200 + i);
    assert_in_range(changed, 2 * COUNT, 3 * COUNT);
    dataset_free(d);
    made_remove(folder);
}

static void a_split_trains_on_blemished_copies_and_never_validates_on_them(void **state)
{
    char *folder = a_folder();
    Dataset *d = opened(folder, "{\"path\": \"set\", \"times\": 2, \"blemished\": 3}", PART_TRAIN);
    size_t trained = 0;
    Split s;
    Err e = {0};

    (void)state;
    assert_int_equal(dataset_split(d, 0.5, 3, &s, &e), 0);
    assert_true(s.validation_count > 0 && s.validation_count % 2 == 0);
    for (size_t i = 0; i < s.validation_count; i++)
        assert_false(d->learn_only[s.validation[i]]);
    for (size_t i = 0; i < s.train_count; i++)
        trained += d->learn_only[s.train[i]];
    assert_int_equal(2 * trained, 3 * (s.train_count - trained));
    assert_int_equal(5 * s.validation_count / 2 + s.train_count, d->count); /* three of five are left out */
    split_free(&s);
    dataset_free(d);
    made_remove(folder);
}

/* The lists of `with`, which has `more` pictures before those of `alone`, are those of `alone`. */
static void expect_same_split(const Dataset *alone, const Dataset *with, size_t more)
{
    for (int fold = -1; fold < 4; fold++) {
        Split a, b;
        Err e = {0};

        if (fold < 0) {
            assert_int_equal(dataset_split(alone, 0.25, 3, &a, &e), 0);
            assert_int_equal(dataset_split(with, 0.25, 3, &b, &e), 0);
        } else {
            assert_int_equal(dataset_fold(alone, 4, fold, 3, &a, &e), 0);
            assert_int_equal(dataset_fold(with, 4, fold, 3, &b, &e), 0);
        }
        assert_int_equal(b.validation_count, a.validation_count);
        assert_int_equal(b.train_count, a.train_count + more);
        for (size_t i = 0; i < a.validation_count; i++)
            assert_int_equal(b.validation[i], a.validation[i] + more);
        split_free(&a);
        split_free(&b);
    }
}

static void a_part_only_to_learn_from_moves_no_other_picture(void **state)
{
    static const char *const drawn[] = {
        "{\"made\": \"drawn\", \"count\": 30, \"seed\": 1, \"validate\": false}, {\"path\": \"set\"}",
        "{\"made\": \"drawn\", \"count\": 10, \"seed\": 1, \"blemished\": 2, \"validate\": false}, {\"path\": \"set\"}"};
    char *folder = a_folder();
    Dataset *alone = opened(folder, "{\"path\": \"set\"}", PART_TRAIN);

    (void)state;
    for (int i = 0; i < 2; i++) {
        Dataset *d = opened(folder, drawn[i], PART_TRAIN);

        assert_int_equal(d->count, alone->count + 30);
        expect_same_split(alone, d, 30);
        dataset_free(d);
    }
    dataset_free(alone);
    made_remove(folder);
}

static void one_writers_set_is_divided_by_class_beside_a_part_only_to_learn_from(void **state)
{
    char *folder = a_folder();
    Dataset *drawn = opened(folder, "{\"made\": \"drawn\", \"count\": 30, \"seed\": 1, \"validate\": false}", PART_TRAIN),
            *one = opened(folder, "{\"path\": \"set\"}", PART_TRAIN);
    Split s;
    Err e = {0};

    (void)state;
    free(one->groups);
    one->groups = calloc(one->count, sizeof *one->groups);
    one->group_count = 1;
    one->group_names = malloc(sizeof *one->group_names);
    one->group_names[0] = "she";
    Dataset *d = dataset_join((const Dataset *[]){drawn, one}, 2, &e);

    assert_non_null(d);
    assert_int_equal(dataset_split(d, 0.25, 3, &s, &e), 0);
    assert_int_equal(s.validation_count, one->count / 4);
    split_free(&s);
    dataset_free(d);
    dataset_free(one);
    dataset_free(drawn);
    made_remove(folder);
}

static void nothing_is_blemished_in_the_test_part(void **state)
{
    static const char part[] =
        "{\"path\": \"set\", \"blemished\": 2, \"leave_out\": {\"fold\": 0, \"of\": 4}}";
    char *folder = a_folder();
    Dataset *train = opened(folder, part, PART_TRAIN), *test = opened(folder, part, PART_TEST);

    (void)state;
    assert_int_equal(train->count, 3 * 30);
    assert_int_equal(test->count, 10);
    for (size_t i = 0; i < test->count; i++)
        assert_in_range(test->pixels[i * PIXELS + 10 * SIDE + 13], 200, 200 + COUNT - 1);
    dataset_free(train);
    dataset_free(test);
    made_remove(folder);
}

static void a_part_that_makes_no_sense_is_named(void **state)
{
    static const struct {
        const char *parts;
        ErrCode code;
        const char *says;
    } wrong[] = {
        {"", ERR_FORMAT, "0 parts"},
        {"3", ERR_FORMAT, "part 1"},
        {"{}", ERR_ARGUMENT, "path"},
        {"{\"made\": \"noise\", \"count\": 3}", ERR_ARGUMENT, "path"},
        {"{\"path\": \"set\", \"made\": \"drawn\", \"count\": 3}", ERR_ARGUMENT, "path"},
        {"{\"made\": \"drawn\"}", ERR_ARGUMENT, "count"},
        {"{\"made\": \"drawn\", \"count\": 3, \"times\": 2}", ERR_ARGUMENT, "times"},
        {"{\"path\": 3}", ERR_FORMAT, "part 1"},
        {"{\"path\": \"\"}", ERR_ARGUMENT, "path ''"},
        {"{\"path\": \"mixture.json\"}", ERR_ARGUMENT, "no other mixture"},
        {"{\"path\": \"set\"}, {\"path\": \"nowhere\"}", ERR_IO, "part 2"},
        {"{\"path\": \"set\", \"tmies\": 3}", ERR_FORMAT, "tmies"},
        {"{\"path\": \"set\", \"path\": \"set\"}", ERR_FORMAT, "duplicate"},
        {"{\"path\": \"set\", \"times\": 0}", ERR_ARGUMENT, "times 0"},
        {"{\"path\": \"set\", \"blemished\": -1}", ERR_ARGUMENT, "blemished -1"},
        {"{\"made\": \"letters\"}", ERR_ARGUMENT, "count"},
        {"{\"path\": \"set\", \"times\": 1e3}", ERR_FORMAT, "part 1"},
        {"{\"path\": \"set\", \"times\": 99999999999}", ERR_ARGUMENT, "99999999999"},
        {"{\"path\": \"set\", \"share\": 0}", ERR_ARGUMENT, "share 0"},
        {"{\"path\": \"set\", \"share\": 1.5}", ERR_ARGUMENT, "share 1.5"},
        {"{\"path\": \"set\", \"part\": \"all\"}", ERR_ARGUMENT, "'train' or 'test'"},
        {"{\"path\": \"set\", \"as\": \"digits\"}", ERR_ARGUMENT, "as is 'noise'"},
        {"{\"path\": \"set\", \"without\": \"o\"}", ERR_FORMAT, "list of labels"},
        {"{\"path\": \"set\", \"without\": [3]}", ERR_FORMAT, "list of labels"},
        {"{\"path\": \"set\", \"without\": [\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\","
         "\"9\"]}",
         ERR_LIMIT, "0 pictures"},
        {"{\"path\": \"set\", \"leave_out\": {\"fold\": 0}}", ERR_FORMAT, "of"},
        {"{\"path\": \"set\", \"leave_out\": {\"fold\": 0, \"of\": 0}}", ERR_ARGUMENT, "fold 0"},
        {"{\"path\": \"set\", \"leave_out\": {\"fold\": 2, \"of\": 2}}", ERR_ARGUMENT,
         "fold 2 of 2"},
        {"{\"path\": \"set\", \"leave_out\": {\"fold\": 0, \"of\": 500}}", ERR_ARGUMENT,
         "fold 0 of 500"},
        {"{\"path\": \"set\", \"made\": \"noise\"}", ERR_ARGUMENT, "count"},
        {"{\"path\": \"set\", \"count\": 5}", ERR_ARGUMENT, "count"},
        {"{\"path\": \"set\", \"made\": \"art\", \"count\": 5}", ERR_ARGUMENT, "made is 'noise'"},
        {"{\"path\": \"set\", \"made\": \"noise\", \"count\": 5, \"times\": 2}", ERR_ARGUMENT,
         "times"},
    };
    char *folder = a_folder();

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Err e = {0};
        Dataset *d = mixed(folder, wrong[i].parts, PART_TRAIN, &e);
        if (d)
            fail_msg("accepted: %s", wrong[i].parts);
        assert_sentence(&e, wrong[i].code, wrong[i].says);
        assert_sentence(&e, wrong[i].code, "mixture.json");
    }
    made_remove(folder);
}

static void letters_are_mixed_in_only_as_noise(void **state)
{
    char *folder = a_folder();
    Err e = {0};

    (void)state;
    made_text(folder, "letters/labels.csv", "path,label\nmissing.png,A\n");
    assert_null(mixed(folder, "{\"path\": \"letters\"}", PART_TRAIN, &e));
    assert_sentence(&e, ERR_IO, "missing.png");
    made_text(folder, "pixels.csv", "label,p,q,r,s\n12,0,0,9,0\n");
    assert_null(mixed(folder, "{\"path\": \"pixels.csv\"}", PART_TRAIN, &e));
    assert_sentence(&e, ERR_ARGUMENT, "no digits");
    made_remove(folder);
}

static void every_truncation_is_refused(void **state)
{
    static const char json[] =
        "{\"parts\": [{\"path\": \"a\", \"share\": 0.5, \"without\": [\"o\"],"
        " \"leave_out\": {\"fold\": 1, \"of\": 2}}]}";
    Mixture m;

    (void)state;
    for (size_t n = 0; n < sizeof json - 1; n++) {
        uint8_t *exact = made_exact(json, n);
        Err e = {0};
        assert_true(mixture_read("m.json", exact, n, &m, &e) < 0);
        assert_sentence(&e, ERR_FORMAT, "m.json");
        free(exact);
    }
    assert_int_equal(mixture_read("m.json", (const uint8_t *)json, sizeof json - 1, &m, NULL), 0);
    assert_int_equal(m.count, 1);
    assert_string_equal(m.parts[0].without[0], "o");
    assert_int_equal(m.parts[0].folds, 2);
    mixture_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_joined_in_their_order),
        cmocka_unit_test(copies_stay_on_one_side_of_a_split),
        cmocka_unit_test(what_is_left_out_is_the_test_part),
        cmocka_unit_test(labels_and_shares_are_left_out),
        cmocka_unit_test(digits_without_ink_are_trained_on_as_noise_only),
        cmocka_unit_test(noise_is_made_of_a_part_s_digits),
        cmocka_unit_test(drawn_digits_need_no_path),
        cmocka_unit_test(made_letters_are_noise),
        cmocka_unit_test(blemished_copies_follow_and_stay_with_their_picture),
        cmocka_unit_test(a_split_trains_on_blemished_copies_and_never_validates_on_them),
        cmocka_unit_test(a_part_only_to_learn_from_moves_no_other_picture),
        cmocka_unit_test(one_writers_set_is_divided_by_class_beside_a_part_only_to_learn_from),
        cmocka_unit_test(nothing_is_blemished_in_the_test_part),
        cmocka_unit_test(a_part_that_makes_no_sense_is_named),
        cmocka_unit_test(letters_are_mixed_in_only_as_noise),
        cmocka_unit_test(every_truncation_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
