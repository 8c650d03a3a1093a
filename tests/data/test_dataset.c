#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "data/dataset.h"
#include "image/codec.h"
#include "made.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE };

/* A "1" in the middle: ink of that grey on paper of that grey. */
static void draw_one(uint8_t *p, int height, int width, int ink, int paper)
{
    memset(p, paper, (size_t)height * (size_t)width);
    for (int y = height / 4; y < height * 3 / 4; y++)
        for (int x = width * 7 / 16; x < width * 9 / 16; x++)
            p[y * width + x] = (uint8_t)ink;
}

static void put_picture(const char *folder, const char *name, int side, int ink, int paper)
{
    Image *im = image_new(side, side, 1, NULL);
    char *path = made_path(folder, name);

    draw_one(im->pixels, side, side, ink, paper);
    made_text(folder, name, ""); /* makes the folders above */
    assert_int_equal(image_save(im, path, NULL), 0);
    image_free(im);
    free(path);
}

/* `count` pictures of a part; their labels are 0, 1, 2 .. 9, 0 .. */
static void put_idx(const char *folder, const char *images, const char *labels, uint32_t count,
                    bool packed)
{
    uint8_t *pixels = malloc(count * PIXELS), *numbers = malloc(count);

    for (uint32_t i = 0; i < count; i++) {
        draw_one(pixels + i * PIXELS, SIDE, SIDE, 200 + (int)i % 50, 0);
        numbers[i] = (uint8_t)(i % 10);
    }
    for (int k = 0; k < 2; k++) {
        Writer w = k ? made_idx(8, 1, &count, numbers, count)
                     : made_idx(8, 3, (uint32_t[]){count, SIDE, SIDE}, pixels, count * PIXELS);
        Writer z = packed ? made_gzip(w.bytes, w.size) : w;
        made_file(folder, k ? labels : images, z.bytes, z.size);
        writer_free(&z);
        if (packed)
            writer_free(&w);
    }
    free(pixels);
    free(numbers);
}

static Dataset *open_in(const char *folder, const char *name, DatasetOptions o, Err *e)
{
    char *path = made_path(folder, name);
    Dataset *d = dataset_open(path, &o, e);

    free(path);
    return d;
}

static Dataset *opened(const char *folder, const char *name, DatasetOptions o)
{
    Err e = {0};
    Dataset *d = open_in(folder, name, o, &e);

    if (!d)
        fail_msg("%s: %s", name, e.text);
    return d;
}

static void refused(const char *folder, const char *name, DatasetOptions o, ErrCode code,
                    const char *part)
{
    Err e = {0};

    assert_null(open_in(folder, name, o, &e));
    assert_sentence(&e, code, part);
}

static const DatasetOptions train = {.part = PART_TRAIN}, test = {.part = PART_TEST};

static void mnist_files_open_packed_or_not(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        const char *gz = packed ? ".gz" : "";
        char *folder = made_folder(), names[4][64];
        snprintf(names[0], 64, "train-images-idx3-ubyte%s", gz);
        snprintf(names[1], 64, "train-labels-idx1-ubyte%s", gz);
        snprintf(names[2], 64, "t10k-images-idx3-ubyte%s", gz);
        snprintf(names[3], 64, "t10k-labels-idx1-ubyte%s", gz);
        put_idx(folder, names[0], names[1], 25, packed);
        put_idx(folder, names[2], names[3], 12, packed);
        for (int i = 0; i < 6; i++) { /* the folder's two parts, then each file */
            Dataset *d = i < 2 ? dataset_open(folder, i ? &test : &train, NULL)
                               : opened(folder, names[i - 2], train);
            assert_non_null(d);
            assert_int_equal(d->count, i == 0 || i == 2 || i == 3 ? 25 : 12);
            assert_int_equal(d->has_test, i < 2);
            assert_int_equal(d->height, 28);
            assert_int_equal(d->classes, 10);
            assert_string_equal(d->class_names[9], "9");
            assert_string_equal(d->found, "28x28, light ink on dark");
            assert_int_equal(d->labels[11], 1);
            assert_int_equal(d->pixels[11 * PIXELS + 14 * SIDE + 14], 211);
            assert_null(d->groups);
            assert_null(d->names);
            dataset_free(d);
        }
        made_remove(folder);
    }
}

static void a_damaged_pair_is_named(void **state)
{
    (void)state;
    char *folder = made_folder();
    uint32_t three = 3;
    uint8_t labels[4] = {1, 2, 3};

    put_idx(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 25, false);
    Writer w = made_idx(8, 1, &three, labels, 3);
    made_file(folder, "train-labels-idx1-ubyte", w.bytes, w.size);
    refused(folder, "train-images-idx3-ubyte", train, ERR_FORMAT,
            "train-labels-idx1-ubyte: 3 labels for 25 pictures");
    made_file(folder, "train-images-idx3-ubyte", w.bytes, w.size);
    refused(folder, "", train, ERR_FORMAT,
            "train-images-idx3-ubyte: pictures have 3 dimensions, not 1");
    writer_free(&w);
    w = made_idx(8, 3, (uint32_t[]){0, 28, 28}, labels, 0);
    made_file(folder, "train-images-idx3-ubyte", w.bytes, w.size);
    writer_free(&w);
    w = made_idx(8, 1, (uint32_t[]){0}, labels, 0);
    made_file(folder, "train-labels-idx1-ubyte", w.bytes, w.size);
    refused(folder, "", train, ERR_FORMAT, "holds no picture");
    refused(folder, "", test, ERR_IO, "no test images beside train-images-idx3-ubyte");
    made_file(folder, "strange", w.bytes, w.size);
    refused(folder, "strange", train, ERR_ARGUMENT, "its name says neither 'images' nor 'labels'");
    made_file(folder, "other-images", w.bytes, w.size);
    refused(folder, "other-images", train, ERR_IO, "the other file of the pair is missing");
    writer_free(&w);
    w = made_idx(8, 3, (uint32_t[]){1, 1, 2000}, (uint8_t[2000]){0}, 2000);
    made_file(folder, "train-images-idx3-ubyte", w.bytes, w.size);
    refused(folder, "", train, ERR_LIMIT, "pictures of 2000x1, at most 1024x1024");
    writer_free(&w);
    put_idx(folder, "qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx1-ubyte", 2, false);
    refused(folder, "", train, ERR_ARGUMENT, "2 files of training images: name one");
    made_remove(folder);
}

static void dark_ink_is_inverted_and_said(void **state)
{
    (void)state;
    char *folder = made_folder();
    uint8_t pixels[3 * 20 * 10], labels[3] = {1, 2, 3};

    for (int i = 0; i < 3; i++)
        draw_one(pixels + i * 200, 20, 10, 30, 250);
    Writer images = made_idx(8, 3, (uint32_t[]){3, 20, 10}, pixels, sizeof pixels);
    Writer numbers = made_idx(8, 1, (uint32_t[]){3}, labels, 3);
    made_file(folder, "my-images", images.bytes, images.size);
    made_file(folder, "my-labels", numbers.bytes, numbers.size);
    Dataset *d = opened(folder, "my-images", train);
    assert_int_equal(d->height, 20);
    assert_int_equal(d->width, 10);
    assert_int_equal(d->pixels[0], 5);
    assert_int_equal(d->pixels[10 * 10 + 4], 225);
    assert_string_equal(d->found, "10x20, dark ink on light: inverted");
    dataset_free(d);
    writer_free(&images);
    writer_free(&numbers);
    made_remove(folder);
}

/* An .npz of 4 pictures to train and 2 to test, whose labels are of that type and value. */
static void put_npz(const char *folder, const char *descr, const void *labels, size_t width)
{
    uint8_t pixels[4 * PIXELS];
    MadeZip z = {0};

    for (int i = 0; i < 4; i++)
        draw_one(pixels + i * PIXELS, SIDE, SIDE, 255, 0);
    for (int part = 0; part < 2; part++) {
        size_t n = part ? 2 : 4;
        Writer x = made_npy("|u1", false, part ? "(2, 28, 28)" : "(4, 28, 28)", pixels, n * PIXELS);
        Writer y = made_npy(descr, false, part ? "(2,)" : "(4,)", labels, n * width);
        made_zip_add(&z, part ? "x_test.npy" : "x_train.npy", x.bytes, x.size, true);
        made_zip_add(&z, part ? "y_test.npy" : "y_train.npy", y.bytes, y.size, true);
        writer_free(&x);
        writer_free(&y);
    }
    Writer w = made_zip_end(&z);
    made_file(folder, "mnist.npz", w.bytes, w.size);
    writer_free(&w);
}

static void keras_archives_open(void **state)
{
    (void)state;
    char *folder = made_folder();

    put_npz(folder, "<i8", (int64_t[]){7, 1, 10, 4}, 8);
    Dataset *d = opened(folder, "mnist.npz", train);
    assert_int_equal(d->count, 4);
    assert_int_equal(d->labels[0], 7);
    assert_int_equal(d->labels[2], 10);
    assert_int_equal(d->classes, 11);
    assert_string_equal(d->class_names[10], "noise");
    assert_true(d->has_test);
    dataset_free(d);
    d = opened(folder, "mnist.npz", test);
    assert_int_equal(d->count, 2);
    assert_int_equal(d->pixels[PIXELS + 14 * SIDE + 14], 255);
    dataset_free(d);
    put_npz(folder, "|i1", (int8_t[]){7, 1, -1, 4}, 1);
    refused(folder, "mnist.npz", train, ERR_FORMAT,
            "label 2 of y_train is -1, possible is 0 to 999");
    put_npz(folder, "<i4", (int32_t[]){7, 1000, 1, 4}, 4);
    refused(folder, "mnist.npz", train, ERR_FORMAT, "label 1 of y_train is 1000");
    made_remove(folder);
}

static void a_csv_of_pixels_opens(void **state)
{
    (void)state;
    char *folder = made_folder();

    made_text(folder, "train.csv", "label,p0,p1,p2,p3\n3,0,0,255,0\n25,9,0,0,0\n");
    Dataset *d = opened(folder, "train.csv", train);
    assert_int_equal(d->count, 2);
    assert_int_equal(d->height, 2);
    assert_int_equal(d->classes, 26);
    assert_string_equal(d->class_names[25], "25");
    assert_int_equal(d->pixels[2], 255);
    assert_int_equal(d->pixels[4], 9);
    dataset_free(d);
    made_text(folder, "wrong.csv", "1,2,3,4,5\n1,2,3,4,nan\n");
    refused(folder, "wrong.csv", train, ERR_FORMAT, "wrong.csv: line 2, column 5: 'nan'");
    made_remove(folder);
}

static void pictures_of_any_kind_become_digits(void **state)
{
    (void)state;
    char *folder = made_folder();

    put_picture(folder, "in/small.png", 28, 255, 0);
    put_picture(folder, "in/large.png", 90, 20, 230);
    put_picture(folder, "in/dark 28.png", 28, 20, 230);
    made_text(folder, "list.csv",
              "path,label,writer\nin/small.png,1,ann\nin/large.png,7,\nin/dark 28.png,noise,bob\n");
    Dataset *d = opened(folder, "list.csv", train);
    assert_int_equal(d->count, 3);
    assert_int_equal(d->classes, 11);
    assert_int_equal(d->labels[1], 7);
    assert_int_equal(d->labels[2], 10);
    assert_int_equal(d->group_count, 2);
    assert_string_equal(d->group_names[1], "bob");
    assert_int_equal(d->groups[0], 0);
    assert_int_equal(d->groups[1], -1);
    assert_int_equal(d->groups[2], 1);
    assert_string_equal(d->names[1] + strlen(folder), "/in/large.png");
    assert_string_equal(
        d->found, "28x28 to 90x90 px, 2 of 3 with dark ink, 2 brought to 28x28 as reading does");
    for (int i = 0; i < 3; i++) {
        assert_true(d->pixels[i * PIXELS + 14 * SIDE + 14] > 150);
        assert_int_equal(d->pixels[i * PIXELS], 0);
    }
    dataset_free(d);
    made_remove(folder);
}

static void a_team_reads_the_same_pictures(void **state)
{
    (void)state;
    char *folder = made_folder(), name[32];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%d_%d.png", i % 10, i);
        put_picture(folder, name, 30 + i, i * 5, 230);
    }
    Dataset *alone = opened(folder, "", train);
    for (int threads = 2; threads <= 4; threads += 2) {
        Team *team = team_new(threads, NULL);
        Dataset *d = opened(folder, "", (DatasetOptions){.team = team});
        assert_int_equal(d->count, 20);
        assert_memory_equal(d->pixels, alone->pixels, 20 * PIXELS);
        assert_memory_equal(d->labels, alone->labels, 20 * sizeof(int));
        dataset_free(d);
        made_text(folder, "1_1.png", "no picture");
        made_text(folder, "8_18.png", "no picture");
        refused(folder, "", (DatasetOptions){.team = team}, ERR_FORMAT, "1_1.png");
        put_picture(folder, "1_1.png", 31, 5, 230);
        put_picture(folder, "8_18.png", 48, 90, 230);
        team_free(team);
    }
    dataset_free(alone);
    made_remove(folder);
}

static void a_folder_s_sub_folders_are_its_classes_and_writers(void **state)
{
    (void)state;
    char *folder = made_folder();

    put_picture(folder, "10/x.png", 40, 0, 255);
    put_picture(folder, "2/ann/a.png", 40, 0, 255);
    put_picture(folder, "2/bob/a.png", 40, 0, 255);
    put_picture(folder, "2/c.png", 40, 0, 255);
    made_text(folder, "2/notes.txt", "no picture");
    made_text(folder, "2/.hidden.png", "no picture");
    Dataset *d = opened(folder, "", train);
    assert_int_equal(d->count, 4);
    assert_int_equal(d->classes, 11);
    assert_int_equal(d->labels[0], 10);
    assert_int_equal(d->labels[3], 2);
    assert_string_equal(d->group_names[d->groups[1]], "ann");
    assert_string_equal(d->group_names[d->groups[2]], "bob");
    assert_int_equal(d->groups[3], -1);
    dataset_free(d);
    made_remove(folder);
}

static void names_that_are_no_digits_are_classes_in_their_order(void **state)
{
    (void)state;
    char *folder = made_folder();
    static const char *const names[] = {"2", "11", "B", "a"};

    put_picture(folder, "11/x.png", 28, 255, 0);
    put_picture(folder, "2/x.png", 28, 255, 0);
    put_picture(folder, "a/x.png", 28, 255, 0);
    put_picture(folder, "B/x.png", 28, 255, 0);
    Dataset *d = opened(folder, "", train);
    assert_int_equal(d->classes, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(d->class_names[i], names[i]);
    assert_int_equal(d->labels[0], 1); /* 11/x.png */
    dataset_free(d);
    d = opened(folder, "", (DatasetOptions){.as_noise = true});
    assert_int_equal(d->classes, 11);
    for (int i = 0; i < 4; i++)
        assert_int_equal(d->labels[i], 10);
    dataset_free(d);
    made_remove(folder);
}

static void train_and_test_in_a_folder_are_parts(void **state)
{
    (void)state;
    char *folder = made_folder();

    put_picture(folder, "train/5/x.png", 28, 255, 0);
    put_picture(folder, "test/6_x.png", 28, 255, 0);
    put_picture(folder, "test/7_x.png", 28, 255, 0);
    Dataset *d = opened(folder, "", train);
    assert_int_equal(d->count, 1);
    assert_int_equal(d->labels[0], 5);
    assert_true(d->has_test);
    dataset_free(d);
    d = opened(folder, "", test);
    assert_int_equal(d->count, 2);
    assert_int_equal(d->labels[1], 7);
    dataset_free(d);
    made_remove(folder);
}

static void numbers_of_several_digits_keep_their_text(void **state)
{
    (void)state;
    char *folder = made_folder();

    made_text(folder, "labels.csv", "path,label\na.png,12\nb.png,7/34 5\n");
    Dataset *d = opened(folder, "", train);
    assert_int_equal(d->count, 2);
    assert_string_equal(d->texts[1], "7/34 5");
    assert_null(d->pixels);
    assert_null(d->labels);
    assert_int_equal(d->classes, 0);
    assert_string_equal(d->names[0] + strlen(folder), "/a.png");
    dataset_free(d);
    made_remove(folder);
}

static void numbers_that_are_asked_for_may_have_one_digit(void **state)
{
    (void)state;
    const DatasetOptions numbers = {.part = PART_TRAIN, .as_numbers = true};
    char *folder = made_folder();

    made_text(folder, "labels.csv", "path,label\na.png,1\nb.png,7\n");
    Dataset *d = opened(folder, "", numbers);
    assert_string_equal(d->texts[1], "7");
    assert_null(d->pixels);
    dataset_free(d);
    made_text(folder, "labels.csv", "path,label\na.png,1\nb.png,O7\nc.png,x\n");
    refused(folder, "", numbers, ERR_FORMAT, "labels.csv: the label 'O7' of ");
    refused(folder, "", numbers, ERR_FORMAT, "/b.png is no number");
    made_remove(folder);
}

static void what_is_no_set_is_named(void **state)
{
    (void)state;
    char *folder = made_folder();

    refused(folder, "", train, ERR_FORMAT, "holds no dataset");
    refused(folder, "missing", train, ERR_IO, "missing: cannot open");
    made_file(folder, "noise.bin", "\0\1\2\3\4\5\6\7", 8);
    refused(folder, "noise.bin", train, ERR_FORMAT, "noise.bin: no dataset");
    made_text(folder, "empty", "");
    refused(folder, "empty", train, ERR_FORMAT, "empty: no dataset");
    put_picture(folder, "digit.png", 28, 255, 0);
    refused(folder, "", train, ERR_FORMAT, "its name does not begin with its class and '_'");
    made_text(folder, "labels.csv", "path,label\ndigit.png,1\ngone.png,2\n");
    refused(folder, "", train, ERR_IO, "gone.png");
    made_remove(folder);
}

static void joined_sets_keep_all_that_they_know(void **state)
{
    (void)state;
    char *folder = made_folder();
    Dataset *plain = dataset_new(3, 28, 28, 10, NULL);

    memset(plain->pixels, 9, 3 * PIXELS);
    plain->labels[2] = 4;
    put_picture(folder, "a.png", 28, 255, 0);
    made_text(folder, "l.csv", "path,label,writer\na.png,noise,ann\n");
    Dataset *photos = opened(folder, "l.csv", train);
    Err e = {0};
    Dataset *d = dataset_join((const Dataset *[]){photos, plain, photos}, 3, &e);
    dataset_free(photos);
    assert_int_equal(d->count, 5);
    assert_int_equal(d->classes, 11);
    assert_int_equal(d->labels[0], 10);
    assert_int_equal(d->labels[3], 4);
    assert_int_equal(d->pixels[PIXELS], 9);
    assert_string_equal(d->names[1], "");
    assert_string_equal(d->names[4] + strlen(folder), "/a.png");
    assert_int_equal(d->groups[0], 0);
    assert_int_equal(d->groups[1], -1);
    assert_int_equal(d->groups[4], 1);
    assert_string_equal(d->group_names[1], "ann");
    dataset_free(d);
    Dataset *small = dataset_new(3, 8, 8, 10, NULL), *letters = dataset_new(3, 28, 28, 26, NULL);
    assert_null(dataset_join((const Dataset *[]){plain, small}, 2, &e));
    assert_sentence(&e, ERR_ARGUMENT, "pictures of 28x28 and of 8x8");
    assert_null(dataset_join((const Dataset *[]){plain, letters}, 2, &e));
    assert_sentence(&e, ERR_ARGUMENT, "set 2 of 2 to be joined has other classes");
    dataset_free(plain);
    dataset_free(small);
    dataset_free(letters);
    made_remove(folder);
}

static void blemished_copies_stay_marked_when_sets_are_joined(void **state)
{
    Dataset *plain = dataset_new(2, 8, 8, 10, NULL), *spoilt = dataset_new(2, 8, 8, 10, NULL), *d;

    (void)state;
    d = dataset_join((const Dataset *[]){plain, spoilt}, 2, NULL);
    assert_null(d->learn_only);
    dataset_free(d);
    spoilt->learn_only = malloc(2 * sizeof *spoilt->learn_only);
    spoilt->learn_only[0] = false;
    spoilt->learn_only[1] = true;
    d = dataset_join((const Dataset *[]){plain, spoilt, plain}, 3, NULL);
    for (int i = 0; i < 6; i++)
        assert_int_equal(d->learn_only[i], i == 3);
    dataset_free(d);
    dataset_free(plain);
    dataset_free(spoilt);
}

static void counts_mean_and_deviation_are_measured(void **state)
{
    (void)state;
    Dataset *d = dataset_new(4, 1, 1, 10, NULL);
    size_t counts[10];
    double mean, deviation;

    d->labels[1] = d->labels[2] = 3;
    d->pixels[0] = d->pixels[1] = 255;
    dataset_measure(d, counts, &mean, &deviation);
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[3], 2);
    assert_int_equal(counts[9], 0);
    assert_true(fabs(mean - 0.5) < 1e-12 && fabs(deviation - 0.5) < 1e-12);
    dataset_free(d);
}

static void mnist_has_its_known_counts(void **state)
{
    (void)state;
    static const size_t train_counts[10] = {5923, 6742, 5958, 6131, 5842,
                                            5421, 5918, 6265, 5851, 5949};
    static const size_t test_counts[10] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    size_t counts[10];
    double mean, deviation;

    if (!made_data()) {
        print_message("# the folder of data is not there\n");
        skip();
    }
    Dataset *d = opened(made_data(), "mnist", train);
    assert_int_equal(d->count, 60000);
    dataset_measure(d, counts, &mean, &deviation);
    assert_memory_equal(counts, train_counts, sizeof counts);
    assert_true(fabs(mean - 0.1307) < 5e-5 &&
                fabs(deviation - 0.3081) < 5e-5); /* as everybody quotes them */
    assert_string_equal(d->found, "28x28, light ink on dark");
    dataset_free(d);
    d = opened(made_data(), "mnist", test);
    assert_int_equal(d->count, 10000);
    dataset_measure(d, counts, NULL, NULL);
    assert_memory_equal(counts, test_counts, sizeof counts);
    dataset_free(d);
}

static void photos_open_with_their_counts(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t count;
        int classes;
    } sets[] = {{"photos/pen_digits", 460, 10},  {"photos/sudoku_cells", 540, 10},
                {"photos/saral", 110, 11},       {"photos/saral/test", 6, 10},
                {"photos/blank_cells", 150, 11}, {"photos/rows/labels.csv", 13, 0},
                {"photos/pages", 4, 0}};

    if (!made_data()) {
        print_message("# the folder of data is not there\n");
        skip();
    }
    Team *team = team_new(0, NULL);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        Dataset *d = opened(made_data(), sets[i].path, (DatasetOptions){.team = team});
        assert_int_equal(d->count, sets[i].count);
        assert_int_equal(d->classes, sets[i].classes);
        dataset_free(d);
    }
    team_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mnist_files_open_packed_or_not),
        cmocka_unit_test(a_damaged_pair_is_named),
        cmocka_unit_test(dark_ink_is_inverted_and_said),
        cmocka_unit_test(keras_archives_open),
        cmocka_unit_test(a_csv_of_pixels_opens),
        cmocka_unit_test(pictures_of_any_kind_become_digits),
        cmocka_unit_test(a_team_reads_the_same_pictures),
        cmocka_unit_test(a_folder_s_sub_folders_are_its_classes_and_writers),
        cmocka_unit_test(names_that_are_no_digits_are_classes_in_their_order),
        cmocka_unit_test(train_and_test_in_a_folder_are_parts),
        cmocka_unit_test(numbers_of_several_digits_keep_their_text),
        cmocka_unit_test(numbers_that_are_asked_for_may_have_one_digit),
        cmocka_unit_test(what_is_no_set_is_named),
        cmocka_unit_test(joined_sets_keep_all_that_they_know),
        cmocka_unit_test(blemished_copies_stay_marked_when_sets_are_joined),
        cmocka_unit_test(counts_mean_and_deviation_are_measured),
        cmocka_unit_test(mnist_has_its_known_counts),
        cmocka_unit_test(photos_open_with_their_counts),
    };
    return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
