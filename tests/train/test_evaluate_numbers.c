/* Reading labelled numbers: what is counted, whatever reads them. */
#include "made_up.h"

#include "data/strings_set.h"
#include "train/evaluate_numbers.h"

/* Two shapes that any net tells apart: a ring and an upright stroke; all other digits are rings too. */
static Dataset *make_digits(void)
{
    Dataset *d = dataset_new(20, 28, 28, 10, NULL);

    assert_non_null(d);
    for (int i = 0; i < 20; i++) {
        uint8_t *p = d->pixels + i * 784;

        d->labels[i] = i % 10;
        for (int y = 4; y < 24; y++)
            for (int x = 4; x < 24; x++) {
                int far = (x - 14) * (x - 14) + (y - 14) * (y - 14);

                p[y * 28 + x] =
                    i % 10 == 1 ? (x > 12 && x < 16) * 255 : (far > 40 && far < 90) * 255;
            }
    }
    return d;
}

static char *saved_strings_of(int count, bool plain)
{
    Dataset *d = make_digits();
    Strings *s = strings_new(
        &(StringsOptions){.digits = d, .seed = 1, .gaps = plain ? GAPS_CLEAR : GAPS_ALL, .plain = plain}, NULL);
    char *folder = folder_make();

    assert_non_null(s);
    assert_int_equal(strings_save(s, count, folder, NULL), 0);
    strings_free(s);
    dataset_free(d);
    return folder;
}

static char *saved_strings(int count)
{
    return saved_strings_of(count, true);
}

/* Of a hundred strings some hold no digit. */
static void as_many_numbers_are_saved_as_were_asked_for(void **state)
{
    char *folder = saved_strings_of(100, false), *fewer = saved_strings_of(60, false);
    Dataset *d = dataset_open(folder, NULL, NULL), *first = dataset_open(fewer, NULL, NULL);

    (void)state;
    assert_int_equal(d->count, 100);
    assert_null(strstr(d->names[99], "/00099.png"));
    assert_int_equal(first->count, 60);
    for (size_t i = 0; i < first->count; i++) {
        assert_string_equal(first->texts[i], d->texts[i]);
        assert_string_equal(strrchr(first->names[i], '/'), strrchr(d->names[i], '/'));
    }
    dataset_free(d);
    dataset_free(first);
    folder_remove(folder);
    folder_remove(fewer);
}

static void made_up_numbers_are_saved_with_their_labels(void **state)
{
    char *folder = saved_strings(12);
    Dataset *d = dataset_open(folder, NULL, NULL);

    (void)state;
    assert_non_null(d);
    assert_int_equal(d->count, 12);
    for (size_t i = 0; i < d->count; i++)
        assert_true(strlen(d->texts[i]) >= 2 && strlen(d->texts[i]) <= 10 &&
                    strspn(d->texts[i], "0123456789") == strlen(d->texts[i]));
    dataset_free(d);
    folder_remove(folder);
}

static void every_picture_is_right_refused_or_wrong(void **state)
{
    char *folder = saved_strings(12), *json;
    Dataset *d = dataset_open(folder, NULL, NULL);
    Reader *reader = reader_new("lenet", 1, NULL);
    NumbersEvaluation v;
    long digits = 0;

    (void)state;
    for (size_t i = 0; i < d->count; i++)
        digits += (long)strlen(d->texts[i]);
    assert_int_equal(evaluate_numbers(reader, d, NULL, &v, NULL), 0);
    assert_int_equal(v.count, 12);
    assert_int_equal(v.digits, digits);
    assert_true(v.right + v.refused + v.wrong == 12 && v.right < 12);
    assert_true(v.digit_errors >= 12 - v.right && v.digit_errors <= digits);
    assert_true(v.risk[11] == (float)(12 - v.right) / 12);
    for (long i = 0; i < 12 - v.right; i++)
        assert_string_not_equal(v.mistakes[i].text, d->texts[v.mistakes[i].index]);
    json = numbers_evaluation_json(&v, "lenet", "made", d);
    assert_non_null(strstr(json, "{\"model\":\"lenet\",\"data\":\"made\",\"count\":12,"));
    free(json);
    numbers_evaluation_free(&v);
    reader_free(reader);
    dataset_free(d);
    folder_remove(folder);
}

static void digits_are_no_numbers(void **state)
{
    Dataset *d = make_digits();
    Reader *reader = reader_new("lenet", 1, NULL);
    NumbersEvaluation v;
    Err e = {0};

    (void)state;
    assert_int_equal(evaluate_numbers(reader, d, NULL, &v, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "the data has no numbers of several digits");
    reader_free(reader);
    dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_numbers_are_saved_as_were_asked_for),
        cmocka_unit_test(made_up_numbers_are_saved_with_their_labels),
        cmocka_unit_test(every_picture_is_right_refused_or_wrong),
        cmocka_unit_test(digits_are_no_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
