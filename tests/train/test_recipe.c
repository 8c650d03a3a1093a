/* The settings of a run: presets, words, JSON, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "train/recipe.h"
#include "zoo/zoo.h"

static Recipe preset(const char *model, const char *which)
{
    Recipe r;
    Err e = {0};

    if (recipe_preset(&r, model, which, &e))
        fail_msg("%s", e.text);
    return r;
}

/* Whether two recipes hold the same settings. */
static void assert_same(const Recipe *a, const Recipe *b)
{
    for (int i = 0; recipe_key(i); i++) {
        char *x = recipe_get(a, recipe_key(i)), *y = recipe_get(b, recipe_key(i));

        assert_non_null(x);
        assert_string_equal(x, y);
        free(x);
        free(y);
    }
    assert_memory_equal(a, b, sizeof *a);
}

static void every_recipe_of_the_zoo_can_begin(void **state)
{
    (void)state;
    for (int i = 0; zoo_model(i); i++)
        for (int seed = 0; seed < 2; seed++) {
            Recipe r = preset(zoo_model(i)->name, seed ? "seed" : "default");
            Err e = {0};

            if (recipe_check(&r, &e))
                fail_msg("%s: %s", zoo_model(i)->name, e.text);
        }
}

static void lenets_seed_recipe_is_the_tutorials(void **state)
{
    Recipe r = preset("lenet", "seed");

    (void)state;
    assert_int_equal(r.epochs, 5);
    assert_int_equal(r.batch, 300);
    assert_int_equal(r.optim.kind, OPTIM_ADAM);
    assert_true(r.schedule.rate == 0.001f && r.optim.eps == 1e-7f);
    assert_int_equal(r.schedule.kind, SCHEDULE_CONSTANT);
    assert_int_equal(r.loss, LOSS_CROSS_ENTROPY);
    assert_true(r.smoothing == 0 && r.optim.average == 0 && augment_is_none(&r.augment));
}

static void json_gives_every_setting_back_to_the_last_bit(void **state)
{
    Recipe r = preset("lenet", "default"), back = preset("digits", "seed");
    Err e = {0};
    char *json, *again;

    (void)state;
    assert_int_equal(recipe_set(&r, "data", "a \"folder\"\\with/\xC3\xA4", &e), 0);
    assert_int_equal(recipe_set(&r, "lr", "0.1234567891", &e), 0);
    assert_int_equal(recipe_set(&r, "smoothing", "1e-30", &e), 0);
    assert_int_equal(recipe_set(&r, "eps", "-0", &e), 0);
    assert_int_equal(recipe_set(&r, "augment", "strong", &e), 0);
    assert_int_equal(recipe_set(&r, "augment.fill", "nearest", &e), 0);
    assert_int_equal(recipe_set(&r, "seed", "9223372036854775807", &e), 0);
    assert_int_equal(recipe_set(&r, "canonical", "true", &e), 0);
    assert_int_equal(recipe_set(&r, "step_every", "1000000", &e), 0);
    json = recipe_write(&r);
    assert_non_null(json);
    if (recipe_read(&back, json, strlen(json), "config.json", &e))
        fail_msg("%s", e.text);
    assert_same(&r, &back);
    again = recipe_write(&back);
    assert_string_equal(json, again);
    free(json);
    free(again);
}

static void a_setting_is_the_same_in_words_and_in_json(void **state)
{
    Recipe r = preset("lenet", "default"), back = preset("lenet", "default");
    Err e = {0};
    const char *json = "{\"augment.shift_px\": 3, \"augment\": \"saral\", \"optimizer\": \"sgd\","
                       " \"epochs\": 7}";

    (void)state;
    assert_int_equal(
        recipe_apply(&r, " augment=saral augment.shift_px=3  optimizer=sgd epochs=7 ", &e), 0);
    assert_int_equal(recipe_read(&back, json, strlen(json), "x", &e), 0);
    assert_same(&r, &back);
}

static void a_refused_setting_changes_nothing_and_is_named(void **state)
{
    static const struct {
        const char *key, *value, *sentence;
    } cases[] = {
        {"epoch", "3", "there is no setting 'epoch'"},
        {"epochs", "3.5", "epochs: '3.5' is not a whole number"},
        {"epochs", "", "epochs: '' is not a whole number"},
        {"epochs", "0", "epochs: 0 is not in 1 .. 1000000"},
        {"epochs", "99999999999999999999", "epochs: '99999999999999999999' is not a whole number"},
        {"batch", "-1", "batch: -1 is not in 1 .. 65536"},
        {"lr", "fast", "lr: 'fast' is not a number"},
        {"lr", "nan", "lr: 'nan' is not a number"},
        {"lr", "-0.1", "lr: -0.1 is not in 0 .. 1000"},
        {"validation", "0.95", "validation: 0.95 is not in 0 .. 0.9"},
        {"optimizer", "adamm", "there is no optimizer 'adamm'"},
        {"schedule", "", "there is no schedule ''"},
        {"augment", "much", "there is no augmentation 'much'"},
        {"augment.fill", "grey", "there is no augment.fill 'grey'"},
        {"canonical", "yes", "canonical: 'yes' is neither true nor false"},
        {"seed", "9223372036854775808", "seed: '9223372036854775808' is not a whole number"},
        {"data", "\xFF", "data: the text is not UTF-8"},
        {"data", "a\nb", "data: the text has control characters"},
    };
    Recipe r = preset("lenet", "default"), before = r;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err e = {0};

        assert_int_equal(recipe_set(&r, cases[i].key, cases[i].value, &e), -ERR_ARGUMENT);
        assert_string_equal(e.text, cases[i].sentence);
        assert_memory_equal(&r, &before, sizeof r);
    }
}

static void a_long_path_is_refused(void **state)
{
    char path[RECIPE_TEXT + 1];
    Recipe r;
    Err e = {0};

    (void)state;
    recipe_usual(&r);
    memset(path, 'a', sizeof path);
    path[RECIPE_TEXT] = 0;
    assert_int_equal(recipe_set(&r, "data", path, &e), -ERR_ARGUMENT);
    path[RECIPE_TEXT - 1] = 0;
    assert_int_equal(recipe_set(&r, "data", path, &e), 0);
    assert_string_equal(r.data, path);
}

static void a_hostile_config_changes_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "7",
        "{",
        "{\"epochs\": 3",
        "{\"epochs\": 3} x",
        "{\"epochs\": 3, \"epochs\": 4}",
        "{\"epochs\": \"3\"}",
        "{\"epochs\": 3.0}",
        "{\"epochs\": 3, \"batch\": null}",
        "{\"epochs\": 99999999999999999999}",
        "{\"epochs\": 3, \"lr\": 1e999}",
        "{\"epochs\": 3, \"lr\": [0.1]}",
        "{\"epochs\": 3, \"lr\": NaN}",
        "{\"epochs\": 3, \"canonical\": 1}",
        "{\"epochs\": 3, \"unknown\": 1}",
        "{\"epochs\": 3, \"\\u001b[31m\": 1}",
        "{\"epochs\": 3, \"data\": \"a\\u0000b\"}",
        "{\"epochs\": 3, \"data\": \"a\\u0007b\"}",
        "{\"epochs\": 3, \"model\": 5}",
        "{\"epochs\": 3, \"augment\": {\"shift_px\": 2}}",
        "{\"epochs\": 3, \"augment\": \"much\"}",
        "{\"epochs\": 3, \"seed\": -1}",
        "{\"epochs\": 3, \"data\": \"\xFF\"}",
    };
    Recipe r = preset("lenet", "seed"), before = r;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Err e = {0};
        int code = recipe_read(&r, texts[i], strlen(texts[i]), "config.json", &e);

        assert_true(code == -ERR_FORMAT || code == -ERR_ARGUMENT);
        assert_true(!strncmp(e.text, "config.json: ", 13));
        for (const char *c = e.text; *c; c++)
            assert_true((unsigned char)*c >= ' ');
        assert_memory_equal(&r, &before, sizeof r);
    }
}

static void every_truncation_of_a_config_is_refused(void **state)
{
    Recipe r = preset("lenet", "seed"), before = r;
    char *json = recipe_write(&r);
    size_t size = strlen(json) - 2; /* the newline after the brace may go */

    (void)state;
    for (size_t n = 0; n <= size; n++) {
        char *exact = malloc(n + 1); /* malloc(0) may be NULL */
        Err e = {0};

        memcpy(exact, json, n);
        assert_int_equal(recipe_read(&r, exact, n, "config.json", &e), -ERR_FORMAT);
        assert_memory_equal(&r, &before, sizeof r);
        free(exact);
    }
    free(json);
}

static void what_cannot_begin_is_said_with_the_setting(void **state)
{
    static const struct {
        const char *settings, *sentence;
    } cases[] = {
        {"width=8", "lenet has no width to choose"},
        {"depth=20", "lenet has no depth to choose"},
        {"model=writer act=tanh", "writer has no activation to choose"},
        {"model=resnet depth=21", "resnet: a depth of 21 is not 9n+2: 11, 20, 29, .."},
        {"model=resnet20 depth=29", "resnet20 has a depth of 20, not 29"},
        {"classes=1", "lenet: one class is nothing to choose from"},
        {"lr=0", "lr: a learning rate of 0 learns nothing"},
        {"loss=hinge", "loss: hinge does not choose between classes"},
        {"loss=mse-class smoothing=0.1", "smoothing: only cross-entropy smooths labels"},
        {"validation=0 early_stop=3", "early_stop: needs a validation share above 0"},
        {"validation=0 schedule=plateau", "schedule: needs a validation share above 0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Recipe r = preset("lenet", "seed");
        Err e = {0};

        assert_int_equal(recipe_apply(&r, cases[i].settings, &e), 0);
        assert_int_equal(recipe_check(&r, &e), -ERR_ARGUMENT);
        assert_string_equal(e.text, cases[i].sentence);
    }
    Recipe unknown = preset("lenet", "seed");
    Err e = {0};

    assert_int_equal(recipe_apply(&unknown, "model=lennet", &e), 0);
    assert_int_equal(recipe_check(&unknown, &e), -ERR_ARGUMENT);
    assert_ptr_equal(strstr(e.text, "there is no model 'lennet'; there are lenet, digits, resnet, "), e.text);
}

static void a_run_goes_on_with_more_epochs_but_not_with_another_batch(void **state)
{
    Recipe a = preset("lenet", "seed"), b = a;
    Err e = {0};

    (void)state;
    assert_null(recipe_clash(&a, &b));
    assert_int_equal(recipe_apply(&b, "epochs=9 threads=2 save_every=1 lr=0.1 data=x", &e), 0);
    assert_null(recipe_clash(&a, &b));
    assert_int_equal(recipe_set(&b, "batch", "64", &e), 0);
    assert_string_equal(recipe_clash(&a, &b), "batch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recipe_of_the_zoo_can_begin),
        cmocka_unit_test(lenets_seed_recipe_is_the_tutorials),
        cmocka_unit_test(json_gives_every_setting_back_to_the_last_bit),
        cmocka_unit_test(a_setting_is_the_same_in_words_and_in_json),
        cmocka_unit_test(a_refused_setting_changes_nothing_and_is_named),
        cmocka_unit_test(a_long_path_is_refused),
        cmocka_unit_test(a_hostile_config_changes_nothing),
        cmocka_unit_test(every_truncation_of_a_config_is_refused),
        cmocka_unit_test(what_cannot_begin_is_said_with_the_setting),
        cmocka_unit_test(a_run_goes_on_with_more_epochs_but_not_with_another_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
