/* The report: one page, whole, safe from the names in it. */
#include "made_up.h"

#include "train/report.h"

/* A lenet that has learnt nothing, with a class whose name is HTML. */
static Model *model_make(void)
{
    const char *names[] = {"<b>0", "1", "2", "3", "4", "5", "6", "7", "8", "\"9&'"};
    Recipe r = made_up_recipe("epochs=1");
    Dataset *d = made_up_data(MADE_UP_COUNT, 1);
    char *folder = fitted_folder(&r, d), *path = file_join(folder, "model.safetensors");
    Model *m = model_open(path, NULL);

    assert_non_null(m);
    assert_int_equal(model_set_classes(m, names, 10, NULL), 0);
    free(path);
    folder_remove(folder);
    dataset_free(d);
    return m;
}

static Dataset *data_for(const Model *m)
{
    Dataset *d = made_up_data(50, 2);

    for (int c = 0; c < 10; c++)
        d->class_names[c] = m->classes[c];
    return d;
}

static char *report_text(const char *folder, const Report *r)
{
    Err e = {0};

    if (report_write(folder, r, &e))
        fail_msg("%s", e.text);
    return (char *)bytes_of(folder, "index.html").bytes;
}

static int count(const char *text, const char *word)
{
    int n = 0;

    while ((text = strstr(text, word))) {
        n++;
        text += strlen(word);
    }
    return n;
}

static void a_report_is_one_page_that_needs_nothing_beside_it(void **state)
{
    Model *m = model_make();
    Dataset *d = data_for(m);
    Evaluation v;
    char *folder = folder_make(), *text, *again;

    (void)state;
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    Report r = {
        .model = m, .model_name = "run/<model>", .data_name = "a & b", .data = d, .result = &v};
    text = report_text(folder, &r);
    assert_int_equal(count(text, "<figure>"), 6);
    assert_int_equal(count(text, "<img width=\""), 6);
    assert_int_equal(count(text, "src=\"data:image/"), 6);
    assert_true(count(text, "base64,iVBORw0KGgo") == 2); /* what PNGs begin with */
    assert_true(count(text, "base64,PD94bWwg") == 4);    /* and SVGs */
    assert_int_equal(count(text, "http"), 0);
    assert_int_equal(count(text, "<script"), 0);
    assert_true(count(text, "&lt;b&gt;0") > 0 && count(text, "<b>0") == 0);
    assert_true(count(text, "&quot;9&amp;'") > 0);
    assert_true(count(text, "run/&lt;model&gt; on a &amp; b") > 0);
    assert_int_equal(strcmp(text + strlen(text) - 1, "\n"), 0);
    again = report_text(folder, &r);
    assert_string_equal(text, again);
    free(bytes_of(folder, "evaluation.json").bytes);
    r.train = &v;
    free(again);
    again = report_text(folder, &r);
    assert_int_equal(count(again, "<figure>"), 7);
    free(again);
    free(text);
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
    folder_remove(folder);
}

static void a_report_of_no_mistake_shows_none(void **state)
{
    Model *m = model_make();
    Dataset *d = data_for(m);
    Evaluation v;
    char *folder = folder_make(), *text;

    (void)state;
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    for (long i = 0; i < v.errors; i++)
        d->labels[v.mistakes[i].index] = v.mistakes[i].answer;
    evaluation_free(&v);
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(v.errors, 0);
    text = report_text(
        folder,
        &(Report){.model = m, .model_name = "m", .data_name = "d", .data = d, .result = &v});
    assert_int_equal(count(text, "<figure>"), 5);
    assert_int_equal(count(text, "Most often"), 0);
    free(text);
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
    folder_remove(folder);
}

static void a_report_that_cannot_be_written_says_so(void **state)
{
    Model *m = model_make();
    Dataset *d = data_for(m);
    Evaluation v;
    char *folder = folder_make(), *path = file_join(folder, "file");
    Err e = {0};

    (void)state;
    assert_int_equal(evaluate(m, d, NULL, &v, NULL), 0);
    assert_int_equal(file_write(path, "x", 1, NULL), 0);
    Report r = {.model = m, .model_name = "m", .data_name = "d", .data = d, .result = &v};
    assert_int_not_equal(report_write(path, &r, &e), 0);
    assert_non_null(strstr(e.text, path));
    r.curves = "/nonexistent/curves.png";
    assert_int_not_equal(report_write(folder, &r, &e), 0);
    assert_false(file_exists("index.html"));
    evaluation_free(&v);
    dataset_free(d);
    model_free(m);
    free(path);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_one_page_that_needs_nothing_beside_it),
        cmocka_unit_test(a_report_of_no_mistake_shows_none),
        cmocka_unit_test(a_report_that_cannot_be_written_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
