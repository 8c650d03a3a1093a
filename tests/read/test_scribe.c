/* From noise to pictures of numbers. Nets here have random weights: what they write cannot be read,
 * which is as good for all but the reading back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/rng.h"
#include "data/dataset.h"
#include "image/codec.h"
#include "model/shipped.h"
#include "read/generator.h"
#include "read/hand.h"
#include "read/scribe_page.h"
#include "zoo/zoo.h"

enum { PIXELS = GENERATOR_PIXELS, MANY = 300 };

static char folder[300], model_path[400];
static Model *model;
static float noise[MANY * ZOO_WRITER_NOISE];
static int labels[MANY];

static int set_up(void **state)
{
    const char *tmp = getenv("TMPDIR");
    Net *net = zoo_net("writer", &(ZooOptions){.width = 8}, NULL);
    Rng r = rng_stream(1, RNG_TEST, 0);

    (void)state;
    snprintf(folder, sizeof folder, "%.200s/scrawl-test-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(folder));
    snprintf(model_path, sizeof model_path, "%s/writer.safetensors", folder);
    assert_non_null(net);
    net_init(net, 3);
    for (size_t i = 0; i < net_block_size(net); i++)
        net_block(net)[i] += 0.02f * rng_normal(&r); /* digits differ, and the flow moves */
    model = model_new(net);
    assert_non_null(model);
    assert_int_equal(model_set_name(model, "writer", NULL), 0);
    assert_int_equal(model_save(model, model_path, MODEL_F32, NULL), 0);
    for (int i = 0; i < MANY * ZOO_WRITER_NOISE; i++)
        noise[i] = rng_normal(&r);
    for (int i = 0; i < MANY; i++)
        labels[i] = i % 10;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    model_free(model);
    return file_remove_tree(folder, NULL);
}

/* ---- the generator ---- */

static void a_digit_depends_on_its_own_noise_and_label_alone(void **state)
{
    Team *team = team_new(3, NULL);
    Generator *g = generator_new(model, NULL, NULL), *shared = generator_new(model, team, NULL);
    uint8_t *all = malloc(MANY * PIXELS), *again = malloc(MANY * PIXELS), one[PIXELS];
    const int some[] = {0, 17, 255, 256, 299};

    (void)state;
    assert_int_equal(generator_noise(g), ZOO_WRITER_NOISE);
    generator_draw(g, MANY, noise, labels, 1, all);
    generator_draw(shared, MANY, noise, labels, 1, again);
    assert_memory_equal(all, again, MANY * PIXELS);
    for (int i = 0; i < 5; i++) {
        generator_draw(g, 1, noise + some[i] * ZOO_WRITER_NOISE, labels + some[i], 1, one);
        assert_memory_equal(one, all + some[i] * PIXELS, PIXELS);
    }
    generator_draw(g, 1, noise, &(int){7}, 1, one);
    assert_memory_not_equal(one, all, PIXELS);
    generator_draw(g, 1, noise, labels, 2, one);
    assert_memory_not_equal(one, all, PIXELS);
    free(all);
    free(again);
    generator_free(g);
    generator_free(shared);
    team_free(team);
}

/* noise (4,1,1) and a label; all weights zero: 0 everywhere before the last activation. */
static Model *plain_net(ActKind last)
{
    Net *net = net_new();
    Node x = net_input(net, "noise", 4, 1, 1), label = net_input(net, "label", 1, 1, 1);

    x = net_concat(
        net, (Node[]){x, net_embedding(net, label, NULL, (Embedding){.classes = 10, .units = 3})},
        2);
    x = net_reshape(net, net_dense(net, x, NULL, (Dense){.units = PIXELS}), 1, 28, 28);
    net_output(net, "picture", net_act(net, x, last));
    assert_int_equal(net_build(net, NULL), 0);
    return model_new(net);
}

static void nets_without_a_flow_write_too_whatever_range_their_ink_has(void **state)
{
    const ActKind ends[] = {ACT_SIGMOID, ACT_TANH, ACT_RELU};
    const uint8_t greys[] = {128, 128, 0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        Model *m = plain_net(ends[i]);
        Generator *g = generator_new(m, NULL, NULL);
        uint8_t picture[PIXELS];

        assert_non_null(g);
        assert_int_equal(generator_noise(g), 4);
        generator_draw(g, 1, noise, labels, 1, picture);
        assert_int_equal(picture[0], greys[i]);
        assert_int_equal(picture[PIXELS - 1], greys[i]);
        generator_free(g);
        model_free(m);
    }
}

static void a_model_that_reads_cannot_write(void **state)
{
    Model *m = shipped_open("lenet", NULL);
    Err e = {0};

    (void)state;
    assert_false(generator_can(m->net));
    assert_true(generator_can(model->net));
    assert_null(generator_new(m, NULL, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_string_equal(e.text, "the model lenet does not write digits: it has no inputs noise and "
                                "label and no output picture of 28x28");
    assert_null(scribe_new("lenet", 1, &e));
    model_free(m);
}

/* ---- side by side ---- */

/* An upright bar leaning by `lean` pixels over its length, from row `top` to 24, `wide` columns. */
static void bar(uint8_t *picture, int top, int lean, int wide)
{
    memset(picture, 0, PIXELS);
    for (int y = top; y < 24; y++)
        for (int x = 0; x < wide; x++)
            picture[y * 28 + 13 - wide / 2 + x + lean * (24 - y) / (24 - top)] = 255;
}

static bool has_ink(const Image *im, int x)
{
    for (int y = 0; y < im->height; y++)
        if (im->pixels[y * im->width + x] > 127)
            return true;
    return false;
}

/* Runs of columns with ink. */
static int count_runs(const Image *im)
{
    int runs = 0;

    for (int x = 0; x < im->width; x++)
        runs += has_ink(im, x) && (!x || !has_ink(im, x - 1));
    return runs;
}

static void rows_of_ink(const Image *im, int from, int to, int *top, int *bottom)
{
    *top = im->height;
    *bottom = 0;
    for (int y = 0; y < im->height; y++)
        for (int x = from; x < to; x++)
            if (im->pixels[y * im->width + x] > 127) {
                *top = y < *top ? y : *top;
                *bottom = y + 1;
            }
}

static void digits_stand_apart_by_their_ink(void **state)
{
    uint8_t pictures[3 * PIXELS];

    (void)state;
    for (int i = 0; i < 3; i++)
        bar(pictures + i * PIXELS, 4, 0, 3);
    for (uint64_t seed = 0; seed < 30; seed++) {
        Image *im = hand_join(pictures, 3, &(HandOptions){.height = 90, .seed = seed}, NULL);

        assert_non_null(im);
        assert_int_equal(im->height, 90);
        assert_int_equal(count_runs(im), 3);
        assert_true(im->width < 3 * 3 * (28 - 10)); /* boxes of 18 would be as wide */
        assert_int_equal(im->pixels[0], 0);         /* paper is bare */
        image_free(im);
    }
}

static void all_stand_on_one_line_and_low_ones_grow(void **state)
{
    uint8_t pictures[3 * PIXELS];
    Image *im;
    int from = 0, top, bottom, heights[3], feet[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        bar(pictures + i * PIXELS, i == 1 ? 10 : 4, 0, 3);
    memmove(pictures + PIXELS, pictures + PIXELS + 5 * 28, PIXELS - 5 * 28); /* it hangs */
    memset(pictures + 2 * PIXELS - 5 * 28, 0, 5 * 28);
    im = hand_join(pictures, 3, &(HandOptions){.height = 300, .seed = 2}, NULL);
    for (int i = 0; i < 3; i++) {
        int to;

        while (!has_ink(im, from))
            from++;
        for (to = from; has_ink(im, to); to++)
            ;
        rows_of_ink(im, from, to, &top, &bottom);
        heights[i] = bottom - top;
        feet[i] = bottom;
        from = to;
    }
    assert_true(heights[1] > 0.8 * heights[0]); /* 14 of 20 rows, 1.3 times as high */
    assert_true(abs(feet[1] - feet[0]) < 30 && abs(feet[2] - feet[1]) < 30); /* 3 of 30 units */
    image_free(im);
}

static void slants_come_nearer_to_each_other(void **state)
{
    uint8_t pictures[3 * PIXELS];
    Image *im;
    int first = 0, last;

    (void)state;
    bar(pictures, 4, 0, 3);
    bar(pictures + PIXELS, 4, 10, 3);
    bar(pictures + 2 * PIXELS, 4, 10, 3);
    im = hand_join(pictures, 3, &(HandOptions){.height = 300, .seed = 2}, NULL);
    while (!has_ink(im, first))
        first++;
    for (last = first; has_ink(im, last); last++)
        ;
    assert_true(last - first > 30 + 45); /* upright 3 units; pulled by 6 of the 10 */
    image_free(im);
}

static void the_first_systems_joining_cuts_five_columns(void **state)
{
    uint8_t pictures[2 * PIXELS];
    Image *im, *large;

    (void)state;
    for (int i = 0; i < 2 * PIXELS; i++)
        pictures[i] = (uint8_t)(i % 251);
    im = hand_join_seed(pictures, 2, 0, NULL);
    large = hand_join_seed(pictures, 2, 56, NULL);
    assert_int_equal(im->width, 36);
    assert_int_equal(im->height, 28);
    for (int y = 0; y < 28; y++)
        for (int x = 0; x < 36; x++)
            assert_int_equal(im->pixels[y * 36 + x],
                             pictures[x / 18 * PIXELS + y * 28 + 5 + x % 18]);
    assert_int_equal(large->width, 72);
    image_free(im);
    image_free(large);
}

/* ---- numbers ---- */

static Scribe *scribe(int threads)
{
    Err e = {0};
    Scribe *s = scribe_new(model_path, threads, &e);

    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static void the_same_seed_writes_the_same_with_any_number_of_threads(void **state)
{
    Scribe *one = scribe(1), *three = scribe(3);
    const WriteOptions options[] = {{.seed = 5}, {.seed = 5}, {.seed = 6}};
    Image *a = scribe_number(one, "0123456789", &options[0], NULL);
    Image *b = scribe_number(three, "0123456789", &options[1], NULL);
    Image *c = scribe_number(one, "0123456789", &options[2], NULL);

    (void)state;
    assert_int_equal(a->width, b->width);
    assert_memory_equal(a->pixels, b->pixels, (size_t)a->width * a->height);
    assert_true(a->width != c->width ||
                memcmp(a->pixels, c->pixels, (size_t)a->width * a->height) != 0);
    image_free(a);
    image_free(b);
    image_free(c);
    scribe_free(one);
    scribe_free(three);
}

static double apart(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;

    for (int i = 0; i < PIXELS; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static void digits_of_one_hand_are_alike_but_not_the_same(void **state)
{
    Scribe *s = scribe(1);
    uint8_t mine[20 * PIXELS], *others = malloc(200 * PIXELS);
    int threes[200];
    double same = 0, other = 0;

    (void)state;
    assert_int_equal(scribe_number_digits(s, "33333333333333333333",
                                          &(WriteOptions){.seed = 1, .unchecked = true}, mine,
                                          NULL),
                     0);
    for (int i = 0; i < 200; i++)
        threes[i] = 3;
    assert_int_equal(scribe_digits(s, threes, 200, 0, &(WriteOptions){.seed = 1, .unchecked = true},
                                   others, NULL),
                     0);
    for (int i = 1; i < 20; i++) {
        same += apart(mine, mine + i * PIXELS);
        other += apart(others, others + i * PIXELS);
        assert_true(apart(mine, mine + i * PIXELS) > 0);
    }
    assert_true(same < 0.6 * other);
    free(others);
    scribe_free(s);
}

static void a_style_is_one_hand_whatever_the_seed(void **state)
{
    Scribe *s = scribe(1);
    uint8_t a[PIXELS], b[PIXELS], c[PIXELS];
    WriteOptions mine = {.seed = 1, .styled = true, .style = 9, .unchecked = true};
    WriteOptions again = {.seed = 2, .styled = true, .style = 9, .unchecked = true};
    WriteOptions other = {.seed = 1, .styled = true, .style = 10, .unchecked = true};
    double same = 0, different = 0;

    (void)state;
    for (uint64_t i = 0; i < 20; i++) {
        mine.style = again.style = 2 * i;
        other.style = 2 * i + 1;
        mine.seed = other.seed = 100 + i;
        again.seed = 200 + i;
        scribe_number_digits(s, "4", &mine, a, NULL);
        scribe_number_digits(s, "4", &again, b, NULL);
        scribe_number_digits(s, "4", &other, c, NULL);
        same += apart(a, b);
        different += apart(a, c);
    }
    assert_true(same > 0 && same < 0.7 * different);
    scribe_free(s);
}

static void what_is_not_read_back_is_drawn_again_a_few_times(void **state)
{
    Scribe *s = scribe(1);
    uint8_t *pictures = malloc(50 * PIXELS), *again = malloc(50 * PIXELS);

    (void)state;
    assert_int_equal(scribe_digits(s, labels, 50, 0, &(WriteOptions){.seed = 1, .unchecked = true},
                                   pictures, NULL),
                     0);
    assert_int_equal(scribe_counts(s).digits, 50);
    assert_int_equal(scribe_counts(s).redrawn, 0);
    assert_int_equal(scribe_digits(s, labels, 50, 0, &(WriteOptions){.seed = 1}, again, NULL), 0);
    assert_true(scribe_counts(s).redrawn > 50);
    assert_true(scribe_counts(s).redrawn <= 50 * (WRITE_TRIES - 1));
    assert_memory_not_equal(pictures, again, 50 * PIXELS);
    /* a digit of a set depends on its number, not on where a batch begins */
    assert_int_equal(
        scribe_digits(s, labels + 20, 10, 20, &(WriteOptions){.seed = 1}, pictures, NULL), 0);
    assert_memory_equal(pictures, again + 20 * PIXELS, 10 * PIXELS);
    free(pictures);
    free(again);
    scribe_free(s);
}

static void what_is_no_number_is_refused(void **state)
{
    char digits[WRITE_DIGITS + 2];
    Err e = {0};

    (void)state;
    assert_int_equal(scribe_check("", &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "an empty number cannot be written");
    assert_int_equal(scribe_check("12a4", &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "'12a4' is no number: only the digits 0 to 9 are written");
    assert_int_equal(scribe_check("-5", &e), -ERR_ARGUMENT);
    memset(digits, '7', sizeof digits);
    digits[WRITE_DIGITS + 1] = '\0';
    assert_int_equal(scribe_check(digits, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "a number of 201 digits is too long, 200 at most");
    digits[WRITE_DIGITS] = '\0';
    assert_int_equal(scribe_check(digits, &e), 0);
}

/* ---- pages ---- */

static char *in_folder(const char *name)
{
    char *path = file_join(folder, name);

    assert_non_null(path);
    return path;
}

static void a_page_has_a_line_for_each_number(void **state)
{
    Scribe *s = scribe(1);
    const char *const numbers[] = {"12", "345"};
    ScribePage page = {
        .numbers = numbers, .count = 2, .copies = 2, .options = {.seed = 1, .unchecked = true}};
    char *png = in_folder("page.png"), *svg = in_folder("page.svg"), *ink = in_folder("ink.png");
    Image *im;
    size_t size;
    uint8_t *text;

    (void)state;
    assert_int_equal(scribe_save(s, &page, png, NULL), 0);
    im = image_load(png, NULL);
    assert_int_equal(im->height, 4 * 64);
    assert_int_equal(im->pixels[0], 255); /* black on white */
    image_free(im);
    page.inverted = true;
    assert_int_equal(scribe_save(s, &page, png, NULL), 0);
    im = image_load(png, NULL);
    assert_int_equal(im->pixels[0], 0);
    image_free(im);
    assert_int_equal(scribe_save(s, &page, svg, NULL), 0);
    text = file_read(svg, 1 << 20, &size, NULL);
    assert_int_equal(memcmp(text, "<svg ", 5), 0);
    assert_non_null(strstr((char *)text, "<rect"));
    free(text);
    page.transparent = true;
    assert_int_equal(scribe_save(s, &page, svg, NULL), 0);
    text = file_read(svg, 1 << 20, &size, NULL);
    assert_null(strstr((char *)text, "<rect"));
    free(text);
    page.inverted = false;
    assert_int_equal(scribe_save(s, &page, ink, NULL), 0);
    text = file_read(ink, 1 << 20, &size, NULL);
    assert_int_equal(text[25], 6); /* PNG's colour type: RGB with opacity */
    free(text);
    im = image_load(ink, NULL); /* on white it is black ink again */
    assert_int_equal(im->pixels[0], 255);
    image_free(im);
    free(png);
    free(svg);
    free(ink);
    scribe_free(s);
}

static void a_folder_gets_a_file_for_each_number(void **state)
{
    Scribe *s = scribe(1);
    const char *const numbers[] = {"12", "345"};
    ScribePage page = {
        .numbers = numbers, .count = 2, .copies = 2, .options = {.seed = 1, .unchecked = true}};
    char *path = in_folder("numbers/");
    size_t count;
    char **names;

    (void)state;
    assert_int_equal(scribe_save(s, &page, path, NULL), 0);
    names = file_list(path, &count, NULL);
    assert_int_equal(count, 4);
    assert_string_equal(names[0], "0001-12.png");
    assert_string_equal(names[3], "0004-345.png");
    free(names);
    free(path);
    scribe_free(s);
}

static void a_page_that_cannot_be_is_refused_and_leaves_nothing(void **state)
{
    Scribe *s = scribe(1);
    const char *const numbers[] = {"12", "3x"};
    char *path = in_folder("none.jpg");
    ScribePage page = {.numbers = numbers, .count = 1, .copies = 1, .transparent = true};
    Err e = {0};

    (void)state;
    assert_int_equal(scribe_save(s, &page, path, &e), -ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "only .png and .svg can be transparent"));
    page.transparent = false;
    page.count = 2;
    assert_int_equal(scribe_save(s, &page, path, &e), -ERR_ARGUMENT);
    page.count = 1;
    page.copies = 1000;
    page.options.height = 1024;
    page.options.unchecked = true;
    assert_int_equal(scribe_save(s, &page, path, &e), -ERR_LIMIT);
    page.copies = SCRIBE_LINES + 1;
    assert_int_equal(scribe_save(s, &page, path, &e), -ERR_LIMIT);
    assert_false(file_exists(path));
    free(path);
    scribe_free(s);
}

static void numbers_come_from_a_text(void **state)
{
    const char text[] = "12\n\n  345\t\r\n6", letters[] = "12\n3 4\n", nothing[] = " \n\n";
    char **list, large[600];
    int count;
    Err e = {0};

    (void)state;
    list = scribe_lines(text, strlen(text), "a.txt", &count, &e);
    assert_int_equal(count, 3);
    assert_string_equal(list[0], "12");
    assert_string_equal(list[1], "345");
    assert_string_equal(list[2], "6");
    free(list);
    assert_null(scribe_lines(letters, strlen(letters), "a.txt", &count, &e));
    assert_string_equal(e.text,
                        "a.txt, line 2: '3 4' is no number: only the digits 0 to 9 are written");
    assert_null(scribe_lines(nothing, strlen(nothing), "a.txt", &count, &e));
    assert_string_equal(e.text, "a.txt: there is no number in it");
    assert_null(scribe_lines("1\0002", 3, "a.txt", &count, &e));
    memset(large, '1', sizeof large);
    assert_null(scribe_lines(large, sizeof large, "a.txt", &count, &e));
    assert_string_equal(e.text, "a.txt, line 1: a number of more than 200 digits");
}

static void a_set_opens_as_mnist_does(void **state)
{
    Scribe *s = scribe(2);
    char *path = in_folder("set");
    Dataset *d;
    size_t counts[10];

    (void)state;
    assert_int_equal(
        scribe_save_set(s, 4100, &(WriteOptions){.seed = 1, .unchecked = true}, path, NULL, NULL),
        0);
    d = dataset_open(path, NULL, NULL);
    assert_non_null(d);
    assert_int_equal(d->count, 4100);
    assert_int_equal(d->classes, 10);
    dataset_measure(d, counts, NULL, NULL);
    assert_int_equal(counts[0], 410);
    assert_int_equal(d->labels[4097], 7);
    dataset_free(d);
    assert_int_equal(scribe_save_set(s, 0, &(WriteOptions){0}, path, NULL, NULL), -ERR_LIMIT);
    free(path);
    scribe_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digit_depends_on_its_own_noise_and_label_alone),
        cmocka_unit_test(nets_without_a_flow_write_too_whatever_range_their_ink_has),
        cmocka_unit_test(a_model_that_reads_cannot_write),
        cmocka_unit_test(digits_stand_apart_by_their_ink),
        cmocka_unit_test(all_stand_on_one_line_and_low_ones_grow),
        cmocka_unit_test(slants_come_nearer_to_each_other),
        cmocka_unit_test(the_first_systems_joining_cuts_five_columns),
        cmocka_unit_test(the_same_seed_writes_the_same_with_any_number_of_threads),
        cmocka_unit_test(digits_of_one_hand_are_alike_but_not_the_same),
        cmocka_unit_test(a_style_is_one_hand_whatever_the_seed),
        cmocka_unit_test(what_is_not_read_back_is_drawn_again_a_few_times),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(a_page_has_a_line_for_each_number),
        cmocka_unit_test(a_folder_gets_a_file_for_each_number),
        cmocka_unit_test(a_page_that_cannot_be_is_refused_and_leaves_nothing),
        cmocka_unit_test(numbers_come_from_a_text),
        cmocka_unit_test(a_set_opens_as_mnist_does),
    };

#ifdef __SANITIZE_THREAD__ /* the others have one thread, and take minutes when it is watched */
    cmocka_set_test_filter("*threads*");
#endif
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
