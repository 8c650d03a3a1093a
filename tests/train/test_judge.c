/* What written digits are worth. The judge here has random weights: how it counts is tested, not how
 * well it reads. */
#include "made_up.h"

#include <jansson.h>
#include <math.h>

#include "data/sha256.h"
#include "model/model.h"
#include "train/evaluate_writer.h"
#include "zoo/zoo.h"

enum { TRAIN = 400, TEST = 200, PIXELS = 784 };

static char *folder, *judge_path, *writer_path;
static Dataset *train, *test;

static void save_net(const char *name, const ZooOptions *options, const char *path)
{
    Net *net = zoo_net(name, options, NULL);
    Model *m;

    assert_non_null(net);
    net_init(net, 1);
    m = model_new(net);
    assert_int_equal(model_set_name(m, name, NULL), 0);
    assert_int_equal(model_save(m, path, MODEL_F32, NULL), 0);
    model_free(m);
}

static int set_up(void **state)
{
    (void)state;
    folder = folder_make();
    judge_path = file_join(folder, "judge.safetensors");
    writer_path = file_join(folder, "writer.safetensors");
    save_net("judge", &(ZooOptions){0}, judge_path);
    save_net("writer", &(ZooOptions){.width = 4}, writer_path);
    train = made_up_data(TRAIN, 1);
    test = made_up_data(TEST, 2);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dataset_free(train);
    dataset_free(test);
    free(judge_path);
    free(writer_path);
    folder_remove(folder);
    return 0;
}

static Judge *judge(Team *team)
{
    Err e = {0};
    Judge *j = judge_new(judge_path, train, test, 1, team, &e);

    if (!j)
        fail_msg("%s", e.text);
    return j;
}

static Judgement look(Judge *j, const uint8_t *pictures, const int *labels, int count)
{
    Judgement v;
    Err e = {0};

    if (judge_look(j, pictures, labels, count, &v, &e))
        fail_msg("%s", e.text);
    return v;
}

static void real_pictures_are_near_and_noise_is_far(void **state)
{
    Judge *j = judge(NULL);
    uint8_t *noise = malloc((size_t)TEST * PIXELS);
    Rng r = rng_stream(1, RNG_TEST, 0);
    Judgement real, other, far, floor_v;

    (void)state;
    for (int i = 0; i < TEST * PIXELS; i++)
        noise[i] = (uint8_t)rng_below(&r, 256);
    real = look(j, test->pixels, test->labels, TEST);
    other = look(j, train->pixels, train->labels, TRAIN);
    far = look(j, noise, test->labels, TEST);
    assert_int_equal(judge_floor(j, TEST, &floor_v, NULL), 0);
    assert_true(real.frechet < 1e-4 * far.frechet); /* they are the very test pictures */
    assert_true(other.frechet < 0.2 * far.frechet);
    assert_true(real.features.recall == 1 && real.pixels.coverage == 1);
    assert_true(far.pixels.precision == 0 && far.features.recall < 0.1);
    assert_true(other.nearest == 0 && real.nearest > 0 && far.nearest > 2 * real.nearest);
    assert_true(floor_v.nearest == real.nearest); /* how near strangers' real pictures are */
    assert_true(real.mse > 0 && real.mse < far.mse);
    free(noise);
    judge_free(j);
}

static void counts_add_up_and_the_worst_digit_is_the_worst(void **state)
{
    Judge *j = judge(NULL);
    Judgement v = look(j, test->pixels, test->labels, TEST);
    long right = 0, count = 0;
    int tests_right;

    (void)state;
    for (int d = 0; d < 10; d++) {
        right += v.rights[d];
        count += v.counts[d];
        assert_true(v.rights[v.worst] * v.counts[d] <= v.rights[d] * v.counts[v.worst]);
    }
    assert_int_equal(count, TEST);
    assert_int_equal(v.count, TEST);
    assert_int_equal(right, v.right);
    assert_int_equal(judge_tests(j, &tests_right), TEST);
    assert_int_equal(tests_right, v.right); /* 20 of each digit: all of them are used */
    judge_free(j);
}

static void the_hash_is_the_files_and_threads_change_nothing(void **state)
{
    Team *team = team_new(3, NULL);
    Judge *one = judge(NULL), *three = judge(team);
    Judgement a = look(one, train->pixels, train->labels, TRAIN);
    Judgement b = look(three, train->pixels, train->labels, TRAIN);
    Bytes bytes = bytes_of(folder, "judge.safetensors");
    char text[SHA256_TEXT];

    (void)state;
    sha256_text(bytes.bytes, bytes.size, text);
    assert_string_equal(judge_hash(one), text);
    assert_memory_equal(&a, &b, sizeof a);
    free(bytes.bytes);
    judge_free(one);
    judge_free(three);
    team_free(team);
}

static void what_cannot_judge_or_be_judged_is_refused(void **state)
{
    Judge *j = judge(NULL);
    Dataset *few = dataset_new(30, 28, 28, 10, NULL);
    int zeros[TEST] = {0};
    Judgement v;
    Err e = {0};

    (void)state;
    assert_null(judge_new("lenet", train, test, 1, NULL, &e));
    assert_string_equal(e.text, "lenet is no judge: that reads pictures of 28x28 and has the "
                                "outputs logits and features");
    assert_null(judge_new(judge_path, few, test, 1, NULL, &e));
    assert_string_equal(e.text, "the training pictures are too few: 0 of a digit");
    assert_int_equal(judge_look(j, test->pixels, zeros, TEST, &v, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "there is no 1 among 200 digits");
    assert_int_equal(judge_floor(j, 10000, &v, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "there are 40 pictures of a 0, 1000 are needed");
    dataset_free(few);
    judge_free(j);
}

static void a_report_holds_all_figures(void **state)
{
    Judge *j = judge(NULL);
    Scribe *s = scribe_new(writer_path, 1, NULL);
    WriterReport v;
    char *text;
    json_t *object;
    Err e = {0};

    (void)state;
    assert_non_null(s);
    assert_int_equal(evaluate_writer(s, j, 105, 1, NULL, &v, &e), -ERR_ARGUMENT);
    assert_int_equal(evaluate_writer(s, j, 100, 1, NULL, &v, &e), 0);
    assert_int_equal(v.plain.count, 100);
    assert_true(v.redrawn > 1 && v.plain_rate > v.checked_rate);
    assert_string_equal(v.judge, judge_hash(j));
    text = writer_report_json(&v, "writer", "made-up");
    object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_integer_value(json_object_get(object, "count")), 100);
    assert_string_equal(json_string_value(json_object_get(object, "judge")), judge_hash(j));
    assert_true(fabs(json_real_value(json_object_get(json_object_get(object, "plain"), "frechet")) /
                         v.plain.frechet -
                     1) < 1e-4);
    json_decref(object);
    free(text);
    scribe_free(s);
    judge_free(j);
}

static void who_draws_what_it_likes_is_compared_but_not_read_back(void **state)
{
    char *path = file_join(folder, "gan.safetensors"), *text;
    Judge *j = judge(NULL);
    WriterReport v;
    Err e = {0};
    json_t *object;
    Scribe *s;

    (void)state;
    save_net("gan", &(ZooOptions){.width = 1}, path);
    s = scribe_new(path, 1, &e);
    assert_non_null(s);
    assert_int_equal(scribe_obeys(s, &e), -ERR_ARGUMENT);
    assert_null(scribe_number(s, "12", &(WriteOptions){.unchecked = true}, &e));
    assert_non_null(strstr(e.text, "the model gan draws digits of its own choice"));
    assert_int_equal(evaluate_writer(s, j, 100, 1, NULL, &v, &e), 0);
    assert_false(v.obeys);
    assert_int_equal(v.checked.count, 0);
    assert_true(v.plain.frechet > 0 && v.plain.mse > 0);
    text = writer_report_json(&v, "gan", "made-up");
    object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_null(json_object_get(object, "checked"));
    assert_null(json_object_get(json_object_get(object, "plain"), "read_back"));
    assert_non_null(json_object_get(json_object_get(object, "real"), "read_back"));
    json_decref(object);
    free(text);
    free(path);
    scribe_free(s);
    judge_free(j);
}

static void guidance_is_of_a_flow(void **state)
{
    char *path = file_join(folder, "cdcgan.safetensors");
    uint8_t pictures[2 * PIXELS];
    Scribe *s;
    Err e = {0};

    (void)state;
    save_net("cdcgan", &(ZooOptions){0}, path);
    s = scribe_new(path, 1, &e);
    assert_non_null(s);
    assert_int_equal(scribe_number_digits(s, "07", &(WriteOptions){.guidance = 1}, pictures, &e), 0);
    assert_int_equal(scribe_number_digits(s, "07", &(WriteOptions){.guidance = 2}, pictures, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "the model cdcgan knows no guidance: it has no flow");
    free(path);
    scribe_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_pictures_are_near_and_noise_is_far),
        cmocka_unit_test(counts_add_up_and_the_worst_digit_is_the_worst),
        cmocka_unit_test(the_hash_is_the_files_and_threads_change_nothing),
        cmocka_unit_test(what_cannot_judge_or_be_judged_is_refused),
        cmocka_unit_test(a_report_holds_all_figures),
        cmocka_unit_test(who_draws_what_it_likes_is_compared_but_not_read_back),
        cmocka_unit_test(guidance_is_of_a_flow),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
