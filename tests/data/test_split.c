#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/split.h"
#include "made.h"

/* 1,000 pictures; class c has more than class c-1. */
static Dataset *a_set(void)
{
    Dataset *d = dataset_new(1000, 2, 2, 10, NULL);

    assert_non_null(d);
    for (size_t i = 0; i < d->count; i++)
        d->labels[i] = (int)(i * i % 55 % 10);
    return d;
}

/* 40 writers of 1 to 40 pictures; the last 180 pictures say no writer. */
static Dataset *a_set_with_writers(void)
{
    Dataset *d = a_set();
    size_t i = 0;

    d->group_count = 40;
    d->groups = malloc(d->count * sizeof *d->groups);
    for (int writer = 0; writer < 40; writer++)
        for (int k = 0; k <= writer; k++)
            d->groups[i++] = writer;
    while (i < d->count)
        d->groups[i++] = -1;
    return d;
}

static void check_complete(const Dataset *d, const Split *s)
{
    char *seen = calloc(d->count, 1);

    assert_int_equal(s->train_count + s->validation_count, d->count);
    for (size_t i = 0; i < s->train_count; i++)
        seen[s->train[i]]++;
    for (size_t i = 0; i < s->validation_count; i++)
        seen[s->validation[i]]++;
    for (size_t i = 0; i < d->count; i++)
        assert_int_equal(seen[i], 1);
    for (size_t i = 1; i < s->train_count; i++)
        assert_true(s->train[i - 1] < s->train[i]);
    free(seen);
}

static size_t count_class(const Dataset *d, const uint32_t *indices, size_t count, int class)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += d->labels[indices[i]] == class;
    return n;
}

static void a_split_holds_each_picture_once_and_each_class_alike(void **state)
{
    (void)state;
    Dataset *d = a_set();
    Split s;

    assert_int_equal(dataset_split(d, 0.2, 7, &s, NULL), 0);
    check_complete(d, &s);
    assert_int_equal(s.validation_count, 200);
    for (int c = 0; c < 10; c++) {
        double all = (double)count_class(d, s.train, s.train_count, c), kept;
        kept = (double)count_class(d, s.validation, s.validation_count, c);
        assert_true(kept >= (all + kept) * 0.2 - 1 && kept <= (all + kept) * 0.2 + 1);
    }
    split_free(&s);
    dataset_free(d);
}

static void a_seed_gives_one_split(void **state)
{
    (void)state;
    Dataset *d = a_set();
    Split a, b, other;

    dataset_split(d, 0.2, 7, &a, NULL);
    dataset_split(d, 0.2, 7, &b, NULL);
    dataset_split(d, 0.2, 8, &other, NULL);
    assert_memory_equal(a.validation, b.validation, a.validation_count * sizeof *a.validation);
    assert_memory_not_equal(a.validation, other.validation,
                            a.validation_count * sizeof *a.validation);
    split_free(&a);
    split_free(&b);
    split_free(&other);
    dataset_free(d);
}

/* Which side a writer is on: 1 train, 2 validation, 3 both. */
static int side_of(const Dataset *d, const Split *s, int group)
{
    int side = 0;

    for (size_t i = 0; i < s->train_count; i++)
        side |= d->groups[s->train[i]] == group ? 1 : 0;
    for (size_t i = 0; i < s->validation_count; i++)
        side |= d->groups[s->validation[i]] == group ? 2 : 0;
    return side;
}

static void a_writer_is_on_one_side_only(void **state)
{
    (void)state;
    Dataset *d = a_set_with_writers();
    Split s;

    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_int_equal(dataset_split(d, 0.2, seed, &s, NULL), 0);
        check_complete(d, &s);
        assert_in_range(s.validation_count, 195, 200);
        for (int g = 0; g < d->group_count; g++)
            assert_true(side_of(d, &s, g) != 3);
        split_free(&s);
    }
    dataset_free(d);
}

static void one_writers_set_is_divided_by_pictures(void **state)
{
    Dataset *d = a_set();
    Split with, without;

    (void)state;
    d->groups = calloc(d->count, sizeof *d->groups);
    d->group_count = 1;
    assert_int_equal(dataset_split(d, 0.2, 4, &with, NULL), 0);
    free(d->groups);
    d->groups = NULL;
    d->group_count = 0;
    assert_int_equal(dataset_split(d, 0.2, 4, &without, NULL), 0);
    assert_int_equal(with.validation_count, without.validation_count);
    assert_memory_equal(with.validation, without.validation,
                        with.validation_count * sizeof *with.validation);
    split_free(&with);
    split_free(&without);
    dataset_free(d);
}

static void folds_hold_each_picture_once(void **state)
{
    (void)state;
    for (int writers = 0; writers < 2; writers++) {
        Dataset *d = writers ? a_set_with_writers() : a_set();
        char *seen = calloc(d->count, 1);
        for (int fold = 0; fold < 5; fold++) {
            Split s;
            assert_int_equal(dataset_fold(d, 5, fold, 3, &s, NULL), 0);
            check_complete(d, &s);
            assert_in_range(s.validation_count, 200, 200);
            for (size_t i = 0; i < s.validation_count; i++)
                seen[s.validation[i]]++;
            for (int g = 0; g < d->group_count; g++)
                assert_true(side_of(d, &s, g) != 3);
            for (int c = 0; !writers && c < 10; c++) {
                size_t kept = count_class(d, s.validation, s.validation_count, c);
                size_t all = kept + count_class(d, s.train, s.train_count, c);
                assert_in_range(kept, all / 5, all / 5 + 1);
            }
            split_free(&s);
        }
        for (size_t i = 0; i < d->count; i++)
            assert_int_equal(seen[i], 1);
        free(seen);
        dataset_free(d);
    }
}

static void the_ends_of_the_range_are_whole_sets(void **state)
{
    (void)state;
    Dataset *d = a_set();
    Split s;

    assert_int_equal(dataset_split(d, 0, 1, &s, NULL), 0);
    assert_int_equal(s.train_count, 1000);
    split_free(&s);
    assert_int_equal(dataset_split(d, 1, 1, &s, NULL), 0);
    assert_int_equal(s.validation_count, 1000);
    split_free(&s);
    dataset_free(d);
}

static void what_makes_no_sense_is_named(void **state)
{
    (void)state;
    Dataset *d = a_set();
    Err e = {0};
    Split s;

    dataset_split(d, 1.5, 1, &s, &e);
    assert_sentence(&e, ERR_ARGUMENT, "a share of 1.5 for validation");
    dataset_split(d, -0.0 / 0.0, 1, &s, &e);
    assert_sentence(&e, ERR_ARGUMENT, "nan for validation");
    dataset_split(d, 0.0001, 1, &s, &e);
    assert_sentence(&e, ERR_ARGUMENT, "leaves 1000 to train and 0 to validate");
    dataset_fold(d, 1, 0, 1, &s, &e);
    assert_sentence(&e, ERR_ARGUMENT, "fold 0 of 1 of 1000 pictures");
    dataset_fold(d, 5, 5, 1, &s, &e);
    assert_sentence(&e, ERR_ARGUMENT, "fold 5 of 5");
    d->groups = calloc(d->count, sizeof *d->groups);
    d->group_count = 1;
    dataset_fold(d, 5, 0, 1, &s, &e);
    assert_sentence(&e, ERR_ARGUMENT, "5 folds of the pictures of 1 writers");
    dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_split_holds_each_picture_once_and_each_class_alike),
        cmocka_unit_test(a_seed_gives_one_split),
        cmocka_unit_test(a_writer_is_on_one_side_only),
        cmocka_unit_test(one_writers_set_is_divided_by_pictures),
        cmocka_unit_test(folds_hold_each_picture_once),
        cmocka_unit_test(the_ends_of_the_range_are_whole_sets),
        cmocka_unit_test(what_makes_no_sense_is_named),
    };
    return cmocka_run_group_tests_name("split", tests, NULL, NULL);
}
