#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "data/loader.h"

enum { COUNT = 53, BATCH = 8 };

/* Picture i is filled with i and has label i mod 10. */
static Dataset *a_set(void)
{
    Dataset *d = dataset_new(COUNT, 28, 28, 10, NULL);

    assert_non_null(d);
    for (size_t i = 0; i < d->count; i++) {
        memset(d->pixels + i * 784, (int)i, 784);
        d->labels[i] = (int)(i % 10);
    }
    return d;
}

/* All that a loader gives until `epochs` have ended, as one number that depends on the order. */
static uint64_t digest(Loader *l, int epochs)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (LoaderBatch b; epochs > 0;) {
        if (!loader_next(l, &b)) {
            epochs--;
            hash = hash * 31 + 7;
            continue;
        }
        for (int i = 0; i < b.count * 784; i++)
            hash = (hash ^ b.pixels[i]) * 0x100000001b3u;
        for (int i = 0; i < b.count; i++)
            hash = (hash ^ (uint64_t)b.labels[i] ^ (uint64_t)b.indices[i] << 8) * 0x100000001b3u;
    }
    return hash;
}

static Augment strong(void)
{
    Augment a = {0};

    assert_true(augment_preset("strong", &a));
    return a;
}

static void an_epoch_gives_each_picture_once(void **state)
{
    (void)state;
    Dataset *d = a_set();
    Loader *l = loader_new(&(LoaderOptions){.data = d, .batch = BATCH, .shuffle = true}, NULL);
    LoaderBatch b;

    assert_int_equal(loader_batches(l), 7);
    for (int epoch = 0; epoch < 3; epoch++) {
        int seen[COUNT] = {0}, batches = 0, in_order = 1;
        for (; loader_next(l, &b); batches++) {
            assert_int_equal(b.count, batches < 6 ? BATCH : COUNT - 6 * BATCH);
            for (int i = 0; i < b.count; i++) {
                seen[b.indices[i]]++;
                in_order &= b.indices[i] == (uint32_t)(batches * BATCH + i);
                assert_int_equal(b.labels[i], (int)(b.indices[i] % 10));
                assert_int_equal(b.pixels[i * 784], (int)b.indices[i]);
                assert_int_equal(b.pixels[i * 784 + 783], (int)b.indices[i]);
            }
        }
        assert_int_equal(batches, 7);
        assert_false(in_order);
        for (int i = 0; i < COUNT; i++)
            assert_int_equal(seen[i], 1);
    }
    loader_free(l);
    dataset_free(d);
}

static void without_shuffling_the_list_s_order_is_kept(void **state)
{
    (void)state;
    static const uint32_t list[] = {5, 3, 3, 52, 0};
    Dataset *d = a_set();
    Loader *l = loader_new(
        &(LoaderOptions){.data = d, .indices = list, .count = 5, .batch = 2, .drop_last = true},
        NULL);
    LoaderBatch b;

    assert_int_equal(loader_batches(l), 2);
    for (int epoch = 0; epoch < 2; epoch++) {
        assert_true(loader_next(l, &b));
        assert_memory_equal(b.indices, list, 2 * sizeof *list);
        assert_true(loader_next(l, &b));
        assert_memory_equal(b.indices, list + 2, 2 * sizeof *list);
        assert_false(loader_next(l, &b));
    }
    loader_free(l);
    dataset_free(d);
}

static void epochs_and_seeds_have_orders_of_their_own(void **state)
{
    (void)state;
    Dataset *d = a_set();
    LoaderOptions o = {.data = d, .batch = COUNT, .shuffle = true, .seed = 1};
    uint32_t first[COUNT], second[COUNT];
    Loader *l = loader_new(&o, NULL);
    LoaderBatch b;

    loader_next(l, &b);
    memcpy(first, b.indices, sizeof first);
    loader_next(l, &b);
    loader_next(l, &b);
    memcpy(second, b.indices, sizeof second);
    assert_memory_not_equal(first, second, sizeof first);
    loader_free(l);
    o.seed = 2;
    l = loader_new(&o, NULL);
    loader_next(l, &b);
    assert_memory_not_equal(first, b.indices, sizeof first);
    loader_free(l);
    dataset_free(d);
}

static void threads_and_prefetching_change_nothing(void **state)
{
    (void)state;
    Dataset *d = a_set();
    Augment a = strong();
    LoaderOptions o = {.data = d, .batch = BATCH, .shuffle = true, .seed = 5, .augment = &a};
    Loader *l = loader_new(&o, NULL);
    uint64_t expected = digest(l, 4);

    loader_free(l);
    for (int threads = 1; threads <= 4; threads *= 2) {
        Team *team = team_new(threads, NULL);
        o.team = team;
        l = loader_new(&o, NULL);
        assert_true(digest(l, 4) == expected);
        loader_free(l);
        team_free(team);
    }
    o.team = NULL;
    o.prefetch = true;
    l = loader_new(&o, NULL);
    assert_true(digest(l, 4) == expected);
    loader_free(l);
    dataset_free(d);
}

/* Stopped after every possible number of batches, in the first epoch and in the second. */
static void a_resumed_loader_goes_on_as_if_nothing_happened(void **state)
{
    (void)state;
    Dataset *d = a_set();
    Augment a = strong();

    for (int prefetch = 0; prefetch < 2; prefetch++)
        for (int stop = 0; stop < 17; stop++) {
            LoaderOptions o = {.data = d,
                               .batch = BATCH,
                               .shuffle = true,
                               .seed = 5,
                               .augment = &a,
                               .prefetch = prefetch};
            Loader *l = loader_new(&o, NULL), *resumed;
            LoaderBatch b;
            for (int i = 0; i < stop; i++)
                loader_next(l, &b);
            o.seed = 99; /* the state knows the right one */
            resumed = loader_new(&o, NULL);
            loader_next(resumed, &b);
            assert_int_equal(loader_resume(resumed, loader_state(l), NULL), 0);
            assert_true(digest(l, 3) == digest(resumed, 3));
            loader_free(l);
            loader_free(resumed);
        }
    dataset_free(d);
}

static void a_picture_listed_twice_is_changed_in_two_ways(void **state)
{
    (void)state;
    static const uint32_t list[] = {50, 50};
    Dataset *d = a_set();
    Augment a = {.noise = 20};
    Loader *l = loader_new(
        &(LoaderOptions){.data = d, .indices = list, .count = 2, .batch = 2, .augment = &a}, NULL);
    uint8_t before[784];
    LoaderBatch b;

    assert_true(loader_next(l, &b));
    assert_memory_not_equal(b.pixels, b.pixels + 784, 784);
    memcpy(before, b.pixels, 784);
    assert_false(loader_next(l, &b));
    assert_true(loader_next(l, &b)); /* and the next epoch in yet another */
    assert_memory_not_equal(b.pixels, before, 784);
    loader_free(l);
    dataset_free(d);
}

static void a_loader_that_is_not_used_up_is_freed(void **state)
{
    (void)state;
    Dataset *d = a_set();

    for (int taken = 0; taken < 5; taken++) {
        Loader *l = loader_new(&(LoaderOptions){.data = d, .batch = BATCH, .prefetch = true}, NULL);
        LoaderBatch b;
        for (int i = 0; i < taken; i++)
            loader_next(l, &b);
        loader_free(l);
    }
    loader_free(NULL);
    dataset_free(d);
}

static void refused(LoaderOptions o, const char *sentence)
{
    Err e = {0};

    assert_null(loader_new(&o, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_string_equal(e.text, sentence);
}

static void what_makes_no_sense_is_named(void **state)
{
    (void)state;
    Dataset *d = a_set(), *small = dataset_new(3, 8, 9, 10, NULL),
            *numbers = calloc(1, sizeof *numbers);
    Augment a = {.noise = 20}, none = {0}, wrong = {.noise = 1000};
    Team *team = team_new(1, NULL);
    Err e = {0};

    numbers->count = 4;
    refused((LoaderOptions){.data = d}, "a batch of 0 pictures: at least 1 is needed");
    refused((LoaderOptions){.data = d, .batch = 54, .drop_last = true},
            "53 pictures make no whole batch of 54");
    refused((LoaderOptions){.data = d, .batch = 2, .indices = (uint32_t[]){0}},
            "0 pictures make no whole batch of 2");
    refused((LoaderOptions){.data = numbers, .batch = 2},
            "a set of numbers in whole pictures gives no batches of digits");
    refused((LoaderOptions){.data = small, .batch = 2, .augment = &a},
            "pictures of 9x8 cannot be augmented, only 28x28 can");
    refused((LoaderOptions){.data = d, .batch = 2, .augment = &wrong},
            "augmentation: noise is 1000, possible is 0 to 100");
    refused((LoaderOptions){.data = d, .batch = 2, .team = team, .prefetch = true},
            "batches are prepared by a team or ahead by a thread, not both");
    Loader *l = loader_new(&(LoaderOptions){.data = small, .batch = 2, .augment = &none}, NULL);
    assert_non_null(l);
    assert_int_equal(loader_resume(l, (LoaderState){.batch = 3}, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "batch 3 of epoch 0: an epoch has 2 batches");
    loader_free(l);
    team_free(team);
    dataset_free(d);
    dataset_free(small);
    free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epoch_gives_each_picture_once),
        cmocka_unit_test(without_shuffling_the_list_s_order_is_kept),
        cmocka_unit_test(epochs_and_seeds_have_orders_of_their_own),
        cmocka_unit_test(threads_and_prefetching_change_nothing),
        cmocka_unit_test(a_resumed_loader_goes_on_as_if_nothing_happened),
        cmocka_unit_test(a_picture_listed_twice_is_changed_in_two_ways),
        cmocka_unit_test(a_loader_that_is_not_used_up_is_freed),
        cmocka_unit_test(what_makes_no_sense_is_named),
    };
    return cmocka_run_group_tests_name("loader", tests, NULL, NULL);
}
