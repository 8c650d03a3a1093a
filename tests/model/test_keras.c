/* Keras' files: there and back, and what is broken about them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "model/convert.h"
#include "model/hdf5_file.h"
#include "model/keras_graph.h"
#include "nets.h"

typedef struct Place {
    char folder[64], h5[96], json[96], weights[96];
} Place;

static int place_make(void **state)
{
    Place *p = calloc(1, sizeof *p);

    strcpy(p->folder, "/tmp/test_keras_XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    snprintf(p->h5, sizeof p->h5, "%s/m.h5", p->folder);
    snprintf(p->json, sizeof p->json, "%s/j.json", p->folder);
    snprintf(p->weights, sizeof p->weights, "%s/j.h5", p->folder);
    *state = p;
    return 0;
}

static int place_remove(void **state)
{
    Place *p = *state;

    file_remove_tree(p->folder, NULL);
    free(p);
    return 0;
}

static Model *small_model(void)
{
    static const char *const classes[] = {"a", "b", "c"};
    Model *m = model_new(net_small());

    assert_int_equal(model_set_name(m, "small", NULL), 0);
    assert_int_equal(model_set_classes(m, classes, 3, NULL), 0);
    m->shift = -0.5f;
    return m;
}

static void a_model_comes_back_with_all_that_it_knows(void **state)
{
    const Place *p = *state;
    Model *m = small_model(), *back;
    const char *const paths[] = {p->h5, p->json};

    for (int i = 0; i < 2; i++) {
        Err e = {0};
        ConvertReport r;
        assert_int_equal(model_convert(m, paths[i], &(ConvertOptions){0}, &r, &e), 0);
        assert_true(r.difference == 0 && r.pictures == CONVERT_PICTURES);
        back = model_open(paths[i], &e);
        assert_non_null(back);
        assert_string_equal(back->name, "small");
        assert_int_equal(back->class_count, 3);
        assert_string_equal(back->classes[2], "c");
        assert_true(back->shift == m->shift);
        assert_string_equal(net_output_name(back->net, 0), "logits");
        model_free(back);
    }
    model_free(m);
}

static void the_same_model_gives_the_same_bytes(void **state)
{
    const Place *p = *state;
    Model *m = small_model();
    size_t first_size, size;

    assert_int_equal(model_save(m, p->h5, MODEL_F32, NULL), 0);
    uint8_t *first = file_read(p->h5, FILE_LIMIT, &first_size, NULL);
    assert_int_equal(model_save(m, p->h5, MODEL_F32, NULL), 0);
    uint8_t *bytes = file_read(p->h5, FILE_LIMIT, &size, NULL);
    assert_int_equal(size, first_size);
    assert_memory_equal(bytes, first, size);
    free(first);
    free(bytes);
    model_free(m);
}

static void what_keras_cannot_say_is_named_before_anything_is_written(void **state)
{
    const Place *p = *state;
    Net *net = net_new();
    Node x = net_input(net, "image", 2, 8, 8);
    Err e = {0};

    x = net_pool(net, x, (Pool){.kind = POOL_AVG, .kernel = 3, .stride = 2, .pad = 1});
    net_output(net, "out", x);
    Model *m = model_new(net_finished(net, 1));
    assert_int_equal(model_save(m, p->h5, MODEL_F32, &e), -ERR_UNSUPPORTED);
    assert_non_null(strstr(e.text, "pool1"));
    assert_false(file_exists(p->h5));
    model_free(m);
}

/* ---- HDF5 ---- */

static void a_file_cut_off_anywhere_is_refused_in_a_sentence(void **state)
{
    const Place *p = *state;
    Model *m = small_model();
    size_t size;

    assert_int_equal(model_save(m, p->h5, MODEL_F32, NULL), 0);
    uint8_t *bytes = file_read(p->h5, FILE_LIMIT, &size, NULL);
    for (size_t cut = 0; cut < size; cut += size / 60 + 1) {
        Err e = {0};
        uint8_t *copy = malloc(cut + 1);
        memcpy(copy, bytes, cut);
        assert_null(hdf5_from_bytes(copy, cut, "cut.h5", &e));
        assert_true(strncmp(e.text, "cut.h5: ", 8) == 0);
        free(copy);
    }
    free(bytes);
    model_free(m);
}

/* Whatever happens to libhdf5, it happens elsewhere: here it is a file that is read or refused. */
static void a_file_with_broken_bytes_harms_nobody(void **state)
{
    const Place *p = *state;
    Model *m = small_model();
    size_t size;

    assert_int_equal(model_save(m, p->h5, MODEL_F32, NULL), 0);
    uint8_t *bytes = file_read(p->h5, FILE_LIMIT, &size, NULL);
    for (size_t at = 8; at < size && at < 4000; at += 37) {
        Err e = {0};
        uint8_t was = bytes[at];
        bytes[at] ^= 0xFF;
        Hdf5 *h = hdf5_from_bytes(bytes, size, "broken.h5", &e);
        assert_true(h || e.code != ERR_NONE);
        hdf5_free(h);
        bytes[at] = was;
    }
    free(bytes);
    model_free(m);
}

static void a_layer_whose_weights_are_missing_or_of_another_shape_is_named(void **state)
{
    const Place *p = *state;
    Model *m = small_model();
    Err e = {0};
    Writer w = {0};

    assert_int_equal(model_save(m, p->json, MODEL_F32, NULL), 0);
    hdf5_put_texts(&w, "", "layer_names", (const char *[]){"conv1"}, 1);
    hdf5_put_texts(&w, "conv1", "weight_names", (const char *[]){"conv1/kernel:0"}, 1);
    hdf5_put_array(&w, "conv1/conv1/kernel:0", 2, (size_t[]){2, 2}, (float[]){1, 2, 3, 4});
    assert_int_equal(hdf5_save(&w, p->weights, &e), 0);
    writer_free(&w);
    assert_null(model_open(p->json, &e));
    assert_non_null(
        strstr(e.text, "layer 'conv1': the architecture wants (3,3,1,2), the file holds (2,2)"));

    hdf5_put_texts(&w, "", "layer_names", NULL, 0);
    assert_int_equal(hdf5_save(&w, p->weights, &e), 0);
    writer_free(&w);
    assert_null(model_open(p->json, &e));
    assert_non_null(strstr(e.text, "layer 'conv1': the file has no weights for it"));
    model_free(m);
}

static void a_weight_that_is_no_number_is_refused(void **state)
{
    const Place *p = *state;
    Model *m = small_model();
    Err e = {0};

    assert_int_equal(model_save(m, p->h5, MODEL_F32, NULL), 0);
    size_t size;
    uint8_t *bytes = file_read(p->h5, FILE_LIMIT, &size, NULL);
    const Param *conv = net_param_find(m->net, "conv1.weight");
    float numbers[18];
    param_read(conv, net_block(m->net), numbers);
    uint8_t *at =
        memmem(bytes, size, numbers, sizeof *numbers); /* the first one comes first here too */
    assert_non_null(at);
    memcpy(at, &(float){NAN}, sizeof(float));
    assert_int_equal(file_write(p->h5, bytes, size, NULL), 0);
    assert_null(model_open(p->h5, &e));
    assert_int_equal(e.code, ERR_NUMERIC);
    free(bytes);
    model_free(m);
}

static void lists_that_were_split_are_one(void **state)
{
    const Place *p = *state;
    Writer w = {0};

    hdf5_put_texts(&w, "g", "names0", (const char *[]){"a", "b"}, 2);
    hdf5_put_texts(&w, "g", "names1", (const char *[]){"c"}, 1);
    hdf5_put_texts(&w, "g", "none", NULL, 0);
    assert_int_equal(hdf5_save(&w, p->h5, NULL), 0);
    writer_free(&w);
    Hdf5 *h = hdf5_open(p->h5, NULL);
    assert_string_equal(hdf5_text_at(h, "g", "names", 1), "b");
    assert_string_equal(hdf5_text_at(h, "g", "names", 2), "c");
    assert_null(hdf5_text_at(h, "g", "names", 3));
    assert_null(hdf5_text_at(h, "g", "none", 0));
    hdf5_free(h);
}

/* ---- the architecture ---- */

#define INPUT                                                                                      \
    "{\"class_name\":\"InputLayer\",\"config\":{\"batch_input_shape\":[null,8,8,1],\"name\":"      \
    "\"x\"}}"

/* A Sequential model of an input and this layer. */
static int read_layer(const char *class_name, const char *config, KerasGraph *g, Err *e)
{
    char text[1024];

    snprintf(text, sizeof text,
             "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[" INPUT
             ",{\"class_name\":\"%s\",\"config\":{\"name\":\"y\"%s%s}}]}}",
             class_name, *config ? "," : "", config);
    return keras_graph_read(text, NULL, g, e);
}

static void each_unsound_layer_is_named(void **state)
{
    static const struct {
        const char *class_name, *config, *say;
    } cases[] = {
        {"Conv2D", "\"filters\":2", "its 'kernel_size' is missing"},
        {"Conv2D", "\"filters\":2,\"kernel_size\":[3,3,3]", "its 'kernel_size'"},
        {"Conv2D", "\"filters\":-2,\"kernel_size\":3", "its 'filters'"},
        {"Conv2D", "\"filters\":99999999999,\"kernel_size\":3", "its 'filters'"},
        {"Conv2D", "\"filters\":2,\"kernel_size\":9", "kernel of 9x9 does not fit"},
        {"Conv2D", "\"filters\":2,\"kernel_size\":3,\"dilation_rate\":2", "dilation"},
        {"Conv2D", "\"filters\":2,\"kernel_size\":3,\"padding\":\"causal\"", "padding"},
        {"Conv2D", "\"filters\":2,\"kernel_size\":3,\"data_format\":\"channels_first\"",
         "channels first"},
        {"Conv2D", "\"filters\":2,\"kernel_size\":3,\"activation\":\"wild\"",
         "'wild' is not known"},
        {"Dense", "\"units\":2", "no flat vector"},
        {"LSTM", "\"units\":2", "no layer like Keras' 'LSTM'"},
        {"Lambda", "", "no layer like Keras' 'Lambda'"},
        {"Dropout", "\"rate\":2", "its 'rate'"},
        {"Reshape", "\"target_shape\":[3,3]", "its 'target_shape'"},
        {"Reshape", "\"target_shape\":[-1,-1]", "its 'target_shape'"},
        {"Cropping2D", "\"cropping\":1", "cropped"},
        {"UpSampling2D", "\"size\":[2,3]", "the same both ways"},
        {"BatchNormalization", "\"axis\":1", "another axis"},
        {"ReLU", "\"max_value\":6", "a limit"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        KerasGraph g;
        Err e = {0};
        assert_true(read_layer(cases[i].class_name, cases[i].config, &g, &e) < 0);
        if (!strstr(e.text, cases[i].say) || !strstr(e.text, "'y'"))
            fail_msg("%s: '%s' does not say '%s'", cases[i].class_name, e.text, cases[i].say);
    }
}

static void a_graph_that_makes_no_sense_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"class_name\":\"Sequential\"}",
        "{\"class_name\":\"Sequential\",\"config\":[]}",
        "{\"class_name\":\"Sequential\",\"config\":{\"layers\":{}}}",
        "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[1,2]}}",
        "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[" INPUT "," INPUT "]}}",
        "{\"class_name\":\"Functional\",\"config\":{\"layers\":[" INPUT "]}}",
        "{\"class_name\":\"Functional\",\"config\":{\"layers\":[" INPUT
        "],\"input_layers\":[[\"z\",0,0]],\"output_layers\":[[\"x\",0,0]]}}",
        "{\"class_name\":\"Functional\",\"config\":{\"layers\":[" INPUT
        "],\"input_layers\":[[\"x\",0,0]],\"output_layers\":[[\"x\",1,0]]}}",
        "{\"class_name\":\"Functional\",\"config\":{\"layers\":[" INPUT
        ",{\"class_name\":\"Flatten\",\"config\":{\"name\":\"a\"},\"inbound_nodes\":[[[\"b\",0,0]]]"
        "}"
        ",{\"class_name\":\"Flatten\",\"config\":{\"name\":\"b\"},\"inbound_nodes\":[[[\"a\",0,0]]]"
        "}"
        "],\"input_layers\":[[\"x\",0,0]],\"output_layers\":[[\"a\",0,0]]}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        KerasGraph g;
        Err e = {0};
        assert_true(keras_graph_read(texts[i], NULL, &g, &e) < 0);
        assert_true(e.text[0]);
    }
}

static void a_classifiers_softmax_is_left_off(void **state)
{
    KerasGraph g;

    (void)state;
    assert_int_equal(
        keras_graph_read(
            "{\"class_name\":\"Sequential\",\"config\":[{\"class_name\":\"Flatten\",\"config\":"
            "{\"name\":\"f\",\"batch_input_shape\":[null,8,8]}},{\"class_name\":\"Dense\","
            "\"config\":"
            "{\"name\":\"d\",\"units\":4,\"activation\":\"softmax\"}}]}",
            NULL, &g, NULL),
        0);
    assert_true(g.classifies);
    assert_string_equal(net_output_name(g.net, 0), "logits");
    assert_int_equal(net_op(g.net, net_output_node(g.net, 0).id).kind, KIND_DENSE);
    assert_int_equal(g.weight_count, 1);
    keras_graph_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, place_make, place_remove)
        T(a_model_comes_back_with_all_that_it_knows),
        T(the_same_model_gives_the_same_bytes),
        T(what_keras_cannot_say_is_named_before_anything_is_written),
        T(a_file_cut_off_anywhere_is_refused_in_a_sentence),
        T(a_file_with_broken_bytes_harms_nobody),
        T(a_layer_whose_weights_are_missing_or_of_another_shape_is_named),
        T(a_weight_that_is_no_number_is_refused),
        T(lists_that_were_split_are_one),
        T(each_unsound_layer_is_named),
        T(a_graph_that_makes_no_sense_is_refused),
        T(a_classifiers_softmax_is_left_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
