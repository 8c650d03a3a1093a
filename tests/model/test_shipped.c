/* Linked with the two small models of shipped/ in place of those of models/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "model/shipped.h"

static void models_of_the_folder_are_listed_by_name(void **state)
{
    (void)state;
    const Shipped *s = shipped_list();

    assert_string_equal(s[0].name, "adder");
    assert_string_equal(s[1].name, "small-f16");
    assert_null(s[2].name);
    assert_ptr_equal(shipped_find("small-f16"), &s[1]);
    assert_null(shipped_find("small"));
    assert_null(shipped_find(""));
}

static void a_model_holds_the_bytes_of_its_file(void **state)
{
    (void)state;
    for (const Shipped *s = shipped_list(); s->name; s++) {
        char path[500];
        size_t size;
        snprintf(path, sizeof path, "%s/%s.safetensors", SHIPPED_FOLDER, s->name);
        uint8_t *bytes = file_read(path, FILE_LIMIT, &size, NULL);
        assert_non_null(bytes);
        assert_int_equal(s->size, size);
        assert_memory_equal(s->bytes, bytes, size);
        free(bytes);
    }
}

/* The files were written when the format was new: whoever breaks it for older files sees it here.
 */
static void a_model_is_opened_by_name_or_path(void **state)
{
    (void)state;
    Err e = {0};
    Model *m = shipped_open("small-f16", &e);
    float bias[3];

    assert_non_null(m);
    assert_string_equal(m->name, "small");
    assert_int_equal(m->class_count, 3);
    assert_string_equal(m->classes[1], "one");
    assert_true(m->scale == -1 / 255.f && m->shift == 1 && m->calibration.temperature == 1.5f);
    param_read(net_param_find(m->net, "dense.bias"), net_block(m->net), bias);
    assert_true(bias[0] == 0.5f && bias[1] == -0.25f && bias[2] == 2);
    model_free(m);
    m = shipped_open(SHIPPED_FOLDER "/adder.safetensors", &e);
    assert_non_null(m);
    assert_int_equal(net_input_count(m->net), 2);
    model_free(m);
}

static void a_runs_folder_stands_for_its_model(void **state)
{
    (void)state;
    Err e = {0};
    char folder[] = "/tmp/scrawl-test-XXXXXX", path[64];
    Model *m = shipped_open("small-f16", &e), *again;

    assert_non_null(mkdtemp(folder));
    assert_null(shipped_open(folder, &e));
    assert_non_null(strstr(e.text, "model.safetensors"));
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    assert_int_equal(model_save(m, path, MODEL_F32, &e), 0);
    again = shipped_open(folder, &e);
    assert_non_null(again);
    assert_string_equal(again->name, "small");
    model_free(again);
    model_free(m);
    assert_int_equal(file_remove_tree(folder, &e), 0);
}

static void weights_are_taken_by_name_too(void **state)
{
    (void)state;
    Err e = {0};
    int loaded = -1, skipped = -1;
    Model *from = shipped_open("small-f16", &e),
          *into = model_new(net_copy(from->net, (Shape){0}, &e));
    float bias[3];

    assert_int_equal(shipped_load_matching(into, "small-f16", &loaded, &skipped, &e), 0);
    assert_int_equal(loaded, net_param_count(into->net));
    assert_int_equal(skipped, 0);
    param_read(net_param_find(into->net, "dense.bias"), net_block(into->net), bias);
    assert_true(bias[0] == 0.5f && bias[1] == -0.25f && bias[2] == 2);
    assert_int_equal(
        shipped_load_matching(into, SHIPPED_FOLDER "/adder.safetensors", &loaded, &skipped, &e), 0);
    assert_int_equal(loaded, 0);
    assert_int_equal(shipped_load_matching(into, "smal", &loaded, &skipped, &e), -ERR_ARGUMENT);
    assert_string_equal(e.text, "smal: neither a file nor a model that ships (adder, small-f16)");
    model_free(from);
    model_free(into);
}

static void a_word_that_is_neither_is_answered_with_what_ships(void **state)
{
    (void)state;
    Err e = {0};

    assert_null(shipped_open("smal", &e));
    assert_string_equal(e.text, "smal: neither a file nor a model that ships (adder, small-f16)");
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_null(shipped_open("/nowhere/small.safetensors", &e));
    assert_int_equal(e.code, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_of_the_folder_are_listed_by_name),
        cmocka_unit_test(a_model_holds_the_bytes_of_its_file),
        cmocka_unit_test(a_model_is_opened_by_name_or_path),
        cmocka_unit_test(a_runs_folder_stands_for_its_model),
        cmocka_unit_test(weights_are_taken_by_name_too),
        cmocka_unit_test(a_word_that_is_neither_is_answered_with_what_ships),
    };
    return cmocka_run_group_tests_name("shipped", tests, NULL, NULL);
}
