#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "model/graph.h"
#include "model/half.h"
#include "model/model.h"
#include "model/safetensors.h"
#include "model/shipped.h"
#include "nets.h"
#include "safe_bytes.h"

typedef struct Place { /* a folder of this test's own */
    char folder[32], path[64];
} Place;

static int place_make(void **state)
{
    Place *p = calloc(1, sizeof *p);

    strcpy(p->folder, "/tmp/scrawl-test-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/m.safetensors", p->folder);
    *state = p;
    return 0;
}

static int place_remove(void **state)
{
    Place *p = *state;
    int code = file_remove_tree(p->folder, NULL);

    free(p);
    return code;
}

static void fill_state(Net *net)
{
    for (int i = 0; i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);
        float numbers[8];
        if (!p->state)
            continue;
        assert_true(param_size(p) <= 8);
        for (size_t k = 0; k < param_size(p); k++)
            numbers[k] = 0.5f + (float)k / 3;
        param_write(p, numbers, net_state(net));
    }
}

static Model *sample_model(void)
{
    Model *m = model_new(net_small());
    static const char *const classes[] = {"null", "eins", "zw\xc3\xb6lf"};

    fill_state(m->net);
    assert_int_equal(model_set_name(m, "small", NULL), 0);
    assert_int_equal(model_set_classes(m, classes, 3, NULL), 0);
    assert_int_equal(model_set_record(m, "{\"epochs\": 5, \"note\": \"\\\"quoted\\\"\"}", NULL), 0);
    m->scale = -1 / 255.f;
    m->shift = 1;
    m->calibration = (Calibration){1.7f, 0.93f};
    return m;
}

static void assert_same_numbers(Net *a, Net *b)
{
    assert_int_equal(net_block_size(a), net_block_size(b));
    assert_memory_equal(net_block(a), net_block(b), net_block_size(a) * sizeof(float));
    assert_int_equal(net_state_size(a), net_state_size(b));
    if (net_state_size(a))
        assert_memory_equal(net_state(a), net_state(b), net_state_size(a) * sizeof(float));
}

static void assert_same_file(const char *a, const char *b)
{
    size_t x_size, y_size;
    uint8_t *x = file_read(a, FILE_LIMIT, &x_size, NULL),
            *y = file_read(b, FILE_LIMIT, &y_size, NULL);

    assert_true(x && y);
    assert_int_equal(x_size, y_size);
    assert_memory_equal(x, y, x_size);
    free(x);
    free(y);
}

/* ---- round trips ---- */

static void all_that_a_model_knows_comes_back(void **state)
{
    const Place *p = *state;
    Err e = {0};
    Model *m = sample_model();

    assert_int_equal(model_save(m, p->path, MODEL_F32, &e), 0);
    Model *back = model_open(p->path, &e);
    assert_non_null(back);
    assert_string_equal(back->name, "small");
    assert_int_equal(back->class_count, 3);
    assert_string_equal(back->classes[2], "zw\xc3\xb6lf");
    assert_string_equal(back->record, m->record);
    assert_true(back->scale == m->scale && back->shift == m->shift);
    assert_true(back->calibration.temperature == 1.7f && back->calibration.threshold == 0.93f);
    assert_same_numbers(back->net, m->net);
    model_free(back);
    model_free(m);
}

static void a_new_model_has_the_usual_defaults_and_they_come_back(void **state)
{
    const Place *p = *state;
    Err e = {0};
    Model *m = model_new(net_small());

    assert_int_equal(model_save(m, p->path, MODEL_F32, &e), 0);
    Model *back = model_open(p->path, &e);
    assert_non_null(back);
    assert_string_equal(back->name, "");
    assert_int_equal(back->class_count, 0);
    assert_null(back->classes);
    assert_null(back->record);
    assert_true(back->scale == 1 / 255.f && back->shift == 0);
    assert_true(back->calibration.temperature == 1 && back->calibration.threshold == 0);
    assert_int_equal(model_class_output(back), -1);
    model_free(back);
    model_free(m);
}

static void every_kind_of_layer_keeps_its_numbers_and_the_same_model_is_the_same_file(void **state)
{
    const Place *p = *state;
    Err e = {0};
    char again[64];
    Model *m = model_new(net_of_every_kind());

    snprintf(again, sizeof again, "%s/again.SAFETENSORS", p->folder);
    assert_int_equal(model_save(m, p->path, MODEL_F32, &e), 0);
    Model *back = model_open(p->path, &e);
    assert_non_null(back);
    assert_same_numbers(back->net, m->net);
    assert_int_equal(model_save(back, again, MODEL_F32, &e), 0);
    assert_same_file(p->path, again);
    model_free(back);
    model_free(m);
}

static void half_precision_rounds_the_weights_and_leaves_the_statistics_alone(void **state)
{
    const Place *p = *state;
    Err e = {0};
    Model *m = sample_model();

    assert_int_equal(model_save(m, p->path, MODEL_F16, &e), 0);
    Model *back = model_open(p->path, &e);
    assert_non_null(back);
    const float *full = net_block(m->net), *rounded = net_block(back->net);
    int different = 0;
    for (size_t i = 0; i < net_block_size(m->net); i++) {
        assert_true(rounded[i] == half_to_float(half_from_float(full[i])));
        different += rounded[i] != full[i];
    }
    assert_true(different > 100);
    assert_memory_equal(net_state(back->net), net_state(m->net),
                        net_state_size(m->net) * sizeof(float));
    model_free(back);
    model_free(m);
}

static void tensors_stand_in_the_file_under_their_names_with_pytorchs_shapes(void **state)
{
    const Place *p = *state;
    Err e = {0};
    Model *m = model_new(net_of_every_kind());
    char shape[SAFE_SHAPE_TEXT];
    float numbers[48];

    assert_int_equal(model_save(m, p->path, MODEL_F32, &e), 0);
    SafeFile *f = safe_open(p->path, &e);
    assert_non_null(f);
    assert_int_equal(safe_count(f), net_param_count(m->net));
    const SafeTensor *t = safe_find(f, "up.weight");
    assert_non_null(t);
    assert_string_equal(safe_shape_text(t->dims, t->shape, shape), "(4,3,2,2)");
    assert_true(safe_floats(t, numbers));
    t = safe_find(f, "stage1.block00.conv.weight");
    assert_non_null(t);
    assert_string_equal(safe_shape_text(t->dims, t->shape, shape), "(4,4,3,5)");
    assert_string_equal(safe_text(f, "format"), "scrawl/1");
    safe_free(f);
    model_free(m);
}

/* ---- files that are wrong ---- */

static uint8_t *sample_bytes(const Place *p, ModelPrecision precision, size_t *size)
{
    Model *m = sample_model();

    assert_int_equal(model_save(m, p->path, precision, NULL), 0);
    model_free(m);
    return file_read(p->path, FILE_LIMIT, size, NULL);
}

static void every_truncation_is_refused_in_a_sentence(void **state)
{
    size_t size;
    uint8_t *bytes = sample_bytes(*state, MODEL_F16, &size);

    for (size_t cut = 0; cut < size; cut++) {
        Err e = {0};
        uint8_t *exact = malloc(cut ? cut : 1);
        memcpy(exact, bytes, cut);
        assert_null(model_from_bytes(exact, cut, "cut", &e));
        assert_int_equal(e.code, ERR_FORMAT);
        assert_memory_equal(e.text, "cut: ", 5);
        free(exact);
    }
    free(bytes);
}

static const char *const texts[] = {"format",        "name",        "graph", "classes",
                                    "normalisation", "calibration", "record"};

/* The sample model's file with one text replaced (NULL: left out). NULL and the sentence in `e`, or
 * the model. */
static Model *open_with_text(const Place *p, const char *key, const char *text, Err *e)
{
    Model *m = sample_model();
    SafeWriter *w = safe_writer_new();
    size_t size;

    assert_int_equal(model_save(m, p->path, MODEL_F32, NULL), 0);
    model_free(m);
    SafeFile *f = safe_open(p->path, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *value = strcmp(texts[i], key) == 0 ? text : safe_text(f, texts[i]);
        if (value)
            safe_writer_text(w, texts[i], value);
    }
    for (int i = 0; i < safe_count(f); i++)
        safe_writer_add(w, *safe_tensor(f, i));
    uint8_t *bytes = safe_encode(w, &size, NULL);
    m = model_from_bytes(bytes, size, "x", e);
    free(bytes);
    safe_writer_free(w);
    safe_free(f);
    return m;
}

static void each_text_that_is_wrong_is_named(void **state)
{
    static const struct {
        const char *key, *text, *sentence;
    } table[] = {
        {"format", NULL, "x: it holds tensors but no graph: it was not written by scrawl"},
        {"format", "pt", "x: it holds tensors but no graph: it was not written by scrawl"},
        {"format", "scrawl/2", "x: its format is scrawl/2, this program reads scrawl/1"},
        {"graph", "{", "x: the graph is no JSON: string or '}' expected near end of file"},
        {"graph", "{}", "x: a graph of 0 layers; 1 to 4096 are possible"},
        {"name", "\033[31m", "x: the model: a name with a control character"},
        {"name", "0123456789012345678901234567890123456789012345678901234567890123",
         "x: the model: a name of 64 bytes, at most 63 are possible"},
        {"classes", "[", "x: its 'classes' is no JSON list"},
        {"classes", "{}", "x: its 'classes' is no JSON list"},
        {"classes", "[\"a\",\"b\",3]", "x: its classes are not all texts"},
        {"classes", "[\"a\",\"b\"]", "x: 2 class names, but no output with 2 channels"},
        {"classes", "[\"a\",\"b\",\"\\n\"]", "x: a class: a name with a control character"},
        {"normalisation", NULL, "x: it has no 'normalisation'"},
        {"normalisation", "[]", "x: its 'normalisation' is no JSON object"},
        {"normalisation", "{\"scale\":1}", "x: its 'normalisation' is not a scale and a shift"},
        {"normalisation", "{\"scale\":1,\"shift\":0,\"tilt\":0}",
         "x: its 'normalisation' is not a scale and a shift"},
        {"normalisation", "{\"scale\":1e39,\"shift\":0}",
         "x: its 'normalisation' is not a scale and a shift"},
        {"normalisation", "{\"scale\":0,\"shift\":0}", "x: its scale of a pixel is 0"},
        {"calibration", NULL, "x: it has no 'calibration'"},
        {"calibration", "{\"temperature\":\"hot\",\"threshold\":0}",
         "x: its 'calibration' is not a temperature and a threshold"},
        {"calibration", "{\"temperature\":0,\"threshold\":0}",
         "x: a temperature of 0 and a threshold of 0 make no sense"},
        {"calibration", "{\"temperature\":1,\"threshold\":1.5}",
         "x: a temperature of 1 and a threshold of 1.5 make no sense"},
        {"record", "5", "x: the training record is no JSON object"},
        {"record", "{\"a\":1,\"a\":2}", "x: the training record is no JSON object"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Err e = {0};
        assert_null(open_with_text(*state, table[i].key, table[i].text, &e));
        assert_string_equal(e.text, table[i].sentence);
    }
}

static void name_classes_and_record_may_be_missing(void **state)
{
    static const char *const keys[] = {"name", "classes", "record"};

    for (int i = 0; i < 3; i++) {
        Err e = {0};
        Model *m = open_with_text(*state, keys[i], NULL, &e);
        assert_non_null(m);
        model_free(m);
    }
}

static const float zeros[64];

/* The sample model's file with one tensor replaced (one without a name: left out) or added. */
static Model *open_with_tensor(const Place *p, const char *name, SafeTensor tensor, Err *e)
{
    Model *m = sample_model();
    SafeWriter *w = safe_writer_new();
    size_t size;
    bool found = false;

    assert_int_equal(model_save(m, p->path, MODEL_F32, NULL), 0);
    model_free(m);
    SafeFile *f = safe_open(p->path, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        safe_writer_text(w, texts[i], safe_text(f, texts[i]));
    for (int i = 0; i < safe_count(f); i++) {
        bool hit = strcmp(safe_tensor(f, i)->name, name) == 0;
        found |= hit;
        if (!hit || tensor.name)
            safe_writer_add(w, hit ? tensor : *safe_tensor(f, i));
    }
    if (!found)
        safe_writer_add(w, tensor);
    uint8_t *bytes = safe_encode(w, &size, NULL);
    m = model_from_bytes(bytes, size, "x", e);
    free(bytes);
    safe_writer_free(w);
    safe_free(f);
    return m;
}

static void a_tensor_that_is_missing_too_many_or_of_another_shape_is_named(void **state)
{
    static const struct {
        const char *name, *sentence;
        SafeTensor tensor;
        ErrCode code;
    } table[] = {
        {"dense.bias", "x: dense.bias: the graph wants it, the file lacks it", {0}, ERR_FORMAT},
        {"extra",
         "x: extra: the file holds it, the graph has no such parameter",
         {.name = "extra", .type = SAFE_F32, .bytes = zeros},
         ERR_FORMAT},
        {"conv1.weight",
         "x: conv1.weight: the graph wants (2,1,3,3), the file holds (2,1,5,5)",
         {.name = "conv1.weight",
          .type = SAFE_F32,
          .dims = 4,
          .shape = {2, 1, 5, 5},
          .bytes = zeros},
         ERR_FORMAT},
        {"conv1.weight",
         "x: conv1.weight: the graph wants (2,1,3,3), the file holds (18)",
         {.name = "conv1.weight", .type = SAFE_F32, .dims = 1, .shape = {18}, .bytes = zeros},
         ERR_FORMAT},
        {"dense.bias",
         "x: dense.bias: it is stored as I32; F32, F16 and BF16 are read",
         {.name = "dense.bias", .type = SAFE_I32, .dims = 1, .shape = {3}, .bytes = zeros},
         ERR_UNSUPPORTED},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Err e = {0};
        assert_null(open_with_tensor(*state, table[i].name, table[i].tensor, &e));
        assert_string_equal(e.text, table[i].sentence);
        assert_int_equal(e.code, table[i].code);
    }
}

static void a_weight_that_is_not_finite_is_neither_read_nor_written(void **state)
{
    const Place *p = *state;
    Err e = {0};
    const float bad[3] = {1, NAN, 2};
    const uint16_t infinite[3] = {0x3C00, 0x3C00, 0xFC00};
    Model *m = sample_model();

    assert_null(open_with_tensor(
        p, "dense.bias",
        (SafeTensor){.name = "dense.bias", .type = SAFE_F32, .dims = 1, .shape = {3}, .bytes = bad},
        &e));
    assert_string_equal(e.text, "x: dense.bias: number 2 of 3 is not a number");
    assert_int_equal(e.code, ERR_NUMERIC);
    assert_null(open_with_tensor(
        p, "dense.bias",
        (SafeTensor){
            .name = "dense.bias", .type = SAFE_F16, .dims = 1, .shape = {3}, .bytes = infinite},
        &e));
    assert_string_equal(e.text, "x: dense.bias: number 3 of 3 is infinite");
    param_write(net_param_find(m->net, "dense.bias"), bad, net_block(m->net));
    assert_int_equal(unlink(p->path), 0);
    assert_int_equal(model_save(m, p->path, MODEL_F32, &e), -ERR_NUMERIC);
    assert_non_null(strstr(e.text, "m.safetensors: dense.bias: number 2 of 3 is not a number"));
    assert_false(file_exists(p->path));
    model_free(m);
}

static void a_weight_too_large_for_16_bits_is_not_written_in_16_bits(void **state)
{
    const Place *p = *state;
    Err e = {0};
    const float large[3] = {1, 65520, 2};
    Model *m = sample_model();

    param_write(net_param_find(m->net, "dense.bias"), large, net_block(m->net));
    assert_int_equal(model_save(m, p->path, MODEL_F16, &e), -ERR_NUMERIC);
    assert_non_null(strstr(e.text, "m.safetensors: dense.bias: 65520 is too large for 16 bits"));
    assert_false(file_exists(p->path));
    assert_int_equal(model_save(m, p->path, MODEL_F32, &e), 0);
    model_free(m);
}

static void a_small_file_cannot_ask_for_a_large_net(void **state)
{
    (void)state;
    Err e = {0};
    size_t size;
    SafeWriter *w = safe_writer_new();

    safe_writer_text(w, "format", "scrawl/1");
    safe_writer_text(w, "graph",
                     "{\"layers\":[{\"kind\":\"input\",\"name\":\"x\",\"shape\":[8192,1,1]},"
                     "{\"kind\":\"dense\",\"name\":\"d\",\"inputs\":[\"x\"],\"units\":8192}],"
                     "\"outputs\":[{\"name\":\"y\",\"layer\":\"d\"}]}");
    uint8_t *bytes = safe_encode(w, &size, NULL);
    assert_null(model_from_bytes(bytes, size, "x", &e));
    assert_string_equal(e.text, "x: d.weight: the graph wants it, the file lacks it");
    free(bytes);
    safe_writer_free(w);
}

/* ---- a start from earlier weights ---- */

static void matching_parameters_of_a_file_from_elsewhere_are_taken(void **state)
{
    const Place *p = *state;
    Err e = {0};
    size_t size;
    int loaded = -1, skipped = -1;
    float data[18 + 3 + 1], back[18];
    Model *m = sample_model();
    float *before = malloc(net_block_size(m->net) * sizeof *before);

    memcpy(before, net_block(m->net), net_block_size(m->net) * sizeof *before);
    for (int i = 0; i < 22; i++)
        data[i] = (float)i;
    uint8_t *bytes = safe_bytes(
        "{\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,1,3,3],\"data_offsets\":[0,72]},"
        "\"dense.bias\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[72,84]},"
        "\"other\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[84,88]}}",
        data, sizeof data, &size);
    assert_int_equal(file_write(p->path, bytes, size, &e), 0);
    assert_int_equal(model_load_matching(m, p->path, &loaded, &skipped, &e), 0);
    assert_int_equal(loaded, 1);
    assert_int_equal(skipped, net_param_count(m->net) - 1);
    const Param *weight = net_param_find(m->net, "conv1.weight");
    param_read(weight, net_block(m->net), back);
    assert_memory_equal(back, data, sizeof back);
    param_read(weight, before, back);
    param_write(weight, back, net_block(m->net));
    assert_memory_equal(before, net_block(m->net), net_block_size(m->net) * sizeof *before);
    free(before);
    free(bytes);
    model_free(m);
}

static void nothing_is_taken_from_a_file_with_a_bad_number(void **state)
{
    const Place *p = *state;
    Err e = {0};
    int loaded = -1, skipped = -1;
    Model *from = sample_model(), *into = model_new(net_small());
    Model *untouched = model_new(net_small());
    size_t size;

    net_init(into->net, 99); /* unlike the file, so that a copied number shows */
    net_init(untouched->net, 99);
    const float numbers[3] = {5, 5, 5}, marker[3] = {1.2345678f, 0, 0};
    param_write(net_param_find(from->net, "dense.bias"), marker, net_block(from->net));
    assert_int_equal(model_save(from, p->path, MODEL_F32, &e), 0);
    uint8_t *bytes = file_read(p->path, FILE_LIMIT, &size, &e);
    float bad = INFINITY;
    uint8_t *at = memmem(bytes, size, marker, sizeof *marker);
    assert_non_null(at);
    memcpy(at, &bad, sizeof bad);
    assert_int_equal(file_write(p->path, bytes, size, &e), 0);
    param_write(net_param_find(into->net, "dense.bias"), numbers, net_block(into->net));
    param_write(net_param_find(untouched->net, "dense.bias"), numbers, net_block(untouched->net));
    assert_int_equal(model_load_matching(into, p->path, &loaded, &skipped, &e), -ERR_NUMERIC);
    assert_non_null(strstr(e.text, "m.safetensors: dense.bias: number 1 of 3 is infinite"));
    assert_same_numbers(into->net, untouched->net);
    assert_int_equal(loaded, -1);
    assert_int_equal(model_load_matching(into, "/nowhere/m.safetensors", &loaded, &skipped, NULL),
                     -ERR_IO);
    free(bytes);
    model_free(from);
    model_free(into);
    model_free(untouched);
}

/* ---- the rest ---- */

static void an_ending_that_is_unknown_is_refused_by_name(void **state)
{
    (void)state;
    Err e = {0};
    Model *m = sample_model();
    int loaded, skipped;

    assert_null(model_open("a/b.bin", &e));
    assert_string_equal(e.text, "a/b.bin: a model's file ends in .safetensors, .h5, .json");
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    assert_int_equal(model_save(m, "weights", MODEL_F32, &e), -ERR_UNSUPPORTED);
    assert_int_equal(model_load_matching(m, "x.pt", &loaded, &skipped, &e), -ERR_UNSUPPORTED);
    assert_null(model_open("/nowhere/m.safetensors", &e));
    assert_int_equal(e.code, ERR_IO);
    model_free(m);
}

static void names_are_checked_and_found(void **state)
{
    (void)state;
    Err e = {0};
    Model *m = sample_model();
    static const char *const two[] = {"a", "b"}, *const strange[] = {"a", "b", "\033[2J"};

    assert_int_equal(model_class_find(m, "eins"), 1);
    assert_int_equal(model_class_find(m, "zwei"), -1);
    assert_int_equal(model_class_output(m), 0);
    assert_int_equal(model_set_classes(m, two, 2, &e), -ERR_ARGUMENT);
    assert_int_equal(model_set_classes(m, strange, 3, &e), -ERR_ARGUMENT);
    assert_int_equal(model_set_record(m, "[1]", &e), -ERR_ARGUMENT);
    assert_int_equal(model_class_find(m, "eins"), 1); /* as before */
    assert_non_null(m->record);
    assert_int_equal(model_set_classes(m, NULL, 0, &e), 0);
    assert_int_equal(model_set_record(m, NULL, &e), 0);
    assert_int_equal(m->class_count, 0);
    assert_null(m->record);
    model_free(m);
}

/* By hand: e^0 = 1, e^1 = 2.718281828, e^2 = 7.389056099. */
static void probabilities_are_the_softmax_of_the_cooled_logits(void **state)
{
    (void)state;
    Model *m = sample_model();
    const float logits[3] = {1000, 1002, 1004}, far[2] = {-1e30f, 1e30f};
    double p[3];

    m->calibration.temperature = 2;
    model_probabilities(m, logits, 3, p);
    assert_true(fabs(p[0] - 1 / 11.107337927) < 1e-9);
    assert_true(fabs(p[1] - 2.718281828 / 11.107337927) < 1e-9);
    assert_true(fabs(p[2] - 7.389056099 / 11.107337927) < 1e-9);
    model_probabilities(m, far, 2, p);
    assert_true(p[0] == 0 && p[1] == 1);
    model_free(m);
}

static void every_model_that_ships_opens_and_was_recorded(void **state)
{
    (void)state;
    if (!shipped_list()->name)
        skip();
    for (const Shipped *s = shipped_list(); s->name; s++) {
        Err e = {0};
        Model *m = shipped_open(s->name, &e);
        if (!m)
            fail_msg("%s", e.text);
        assert_non_null(m->record);
        model_free(m);
    }
}

int main(void)
{
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(all_that_a_model_knows_comes_back),
        IN_A_FOLDER(a_new_model_has_the_usual_defaults_and_they_come_back),
        IN_A_FOLDER(every_kind_of_layer_keeps_its_numbers_and_the_same_model_is_the_same_file),
        IN_A_FOLDER(half_precision_rounds_the_weights_and_leaves_the_statistics_alone),
        IN_A_FOLDER(tensors_stand_in_the_file_under_their_names_with_pytorchs_shapes),
        IN_A_FOLDER(every_truncation_is_refused_in_a_sentence),
        IN_A_FOLDER(each_text_that_is_wrong_is_named),
        IN_A_FOLDER(name_classes_and_record_may_be_missing),
        IN_A_FOLDER(a_tensor_that_is_missing_too_many_or_of_another_shape_is_named),
        IN_A_FOLDER(a_weight_that_is_not_finite_is_neither_read_nor_written),
        IN_A_FOLDER(a_weight_too_large_for_16_bits_is_not_written_in_16_bits),
        cmocka_unit_test(a_small_file_cannot_ask_for_a_large_net),
        IN_A_FOLDER(matching_parameters_of_a_file_from_elsewhere_are_taken),
        IN_A_FOLDER(nothing_is_taken_from_a_file_with_a_bad_number),
        cmocka_unit_test(an_ending_that_is_unknown_is_refused_by_name),
        cmocka_unit_test(names_are_checked_and_found),
        cmocka_unit_test(probabilities_are_the_softmax_of_the_cooled_logits),
        cmocka_unit_test(every_model_that_ships_opens_and_was_recorded),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
