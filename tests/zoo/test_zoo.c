/* The models that scrawl knows by name: that they are the published ones, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "zoo/zoo.h"

enum { WRITER_PARAMETERS = 296089 };

static Net *built(const char *name, ZooOptions options)
{
    Err e = {0};
    Net *net = zoo_net(name, &options, &e);

    if (!net)
        fail_msg("%s: %s", name, e.text);
    return net;
}

static size_t parameters(const char *name, ZooOptions options)
{
    Net *net = built(name, options);
    size_t n = net_parameters(net);

    net_free(net);
    return n;
}

static void assert_shape(Shape s, int c, int h, int w)
{
    assert_int_equal(s.c, c);
    assert_int_equal(s.h, h);
    assert_int_equal(s.w, w);
}

/* The shape of the named layer's output. */
static Shape shape_of(const Net *net, const char *layer)
{
    for (int i = 0; i < net_op_count(net); i++)
        if (!strcmp(net_op(net, i).name, layer))
            return net_op(net, i).out;
    fail_msg("there is no layer %s", layer);
    return (Shape){0};
}

static void lenet_has_the_tutorials_parameters(void **state)
{
    Net *net = built("lenet", (ZooOptions){0});
    static const struct {
        const char *name;
        size_t size;
    } params[] = {
        {"conv1.weight", 6 * 1 * 5 * 5},  {"conv1.bias", 6},
        {"conv2.weight", 16 * 6 * 5 * 5}, {"conv2.bias", 16},
        {"dense1.weight", 48000},         {"dense1.bias", 120},
        {"dense2.weight", 10080},         {"dense2.bias", 84},
        {"dense3.weight", 840},           {"dense3.bias", 10},
    };

    (void)state;
    assert_int_equal(net_parameters(net), 61706);
    assert_int_equal(net_multiply_adds(net), 416520);
    assert_int_equal(net_param_count(net), 10);
    for (int i = 0; i < 10; i++) {
        assert_string_equal(net_param(net, i)->name, params[i].name);
        assert_int_equal(param_size(net_param(net, i)), params[i].size);
    }
    assert_shape(shape_of(net, "conv1"), 6, 28, 28);
    assert_shape(shape_of(net, "conv2"), 16, 10, 10);
    net_free(net);
}

static void resnet164_has_the_published_depth_and_size(void **state)
{
    Net *net = built("resnet164", (ZooOptions){0});
    int convs = 0;

    (void)state;
    /* The same formula gives 1,703,258 for CIFAR-10 without biases, as published. */
    assert_int_equal(net_parameters(net), 1715787);
    for (int i = 0; i < net_op_count(net); i++)
        convs += net_op(net, i).kind == KIND_CONV2D && !strstr(net_op(net, i).name, "shortcut");
    assert_int_equal(convs + 1, 164); /* the dense layer */
    assert_shape(shape_of(net, "conv"), 16, 32, 32);
    assert_shape(shape_of(net, "stage1.block18.conv3"), 64, 32, 32);
    assert_shape(shape_of(net, "stage2.block01.conv1"), 32, 16, 16);
    assert_shape(shape_of(net, "stage3.block01.shortcut"), 256, 8, 8);
    assert_non_null(net_param_find(net, "stage3.block18.conv3.weight"));
    assert_null(net_param_find(net, "stage3.block02.shortcut.weight"));
    net_free(net);
    assert_int_equal(parameters("resnet", (ZooOptions){.depth = 11}), 127851);
    assert_int_equal(parameters("resnet20", (ZooOptions){.width = 8, .classes = 10}), 57066);
}

static void alexnet_and_zfnet_are_small_enough_to_ship(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        Net *net = built(i ? "zfnet" : "alexnet", (ZooOptions){0});

        assert_in_range(net_parameters(net), 200000, 400000);
        assert_in_range(net_multiply_adds(net), 7000000, 9000000);
        assert_string_equal(net_output_name(net, 0), "logits");
        net_free(net);
    }
    assert_int_equal(parameters("alexnet", (ZooOptions){0}), 248942);
    assert_int_equal(parameters("zfnet", (ZooOptions){0}), 310050);
}

static void digits_has_the_sizes_that_were_measured(void **state)
{
    Net *net = built("digits", (ZooOptions){0});

    (void)state;
    assert_int_equal(net_parameters(net), 162659);
    assert_shape(shape_of(net, "layer2.conv"), 24, 28, 28);
    assert_shape(shape_of(net, "layer4.conv"), 48, 14, 14);
    assert_shape(shape_of(net, "layer6.conv"), 96, 7, 7);
    net_free(net);
    assert_int_equal(parameters("digits", (ZooOptions){.width = 16}), 72731);
    assert_int_equal(parameters("digits", (ZooOptions){.width = 32}), 288299);
}

static void the_line_reader_names_a_step_every_2_px_at_any_width(void **state)
{
    Net *net = built("line", (ZooOptions){0});
    const Shape widths[] = {{1, 32, 4}, {1, 32, 100}, {1, 32, 1024}};

    (void)state;
    assert_int_equal(net_parameters(net), 1206751);
    assert_shape(shape_of(net, "layer3.conv"), 40, 16, 64);
    assert_shape(shape_of(net, "layer7.conv"), 120, 4, 32);
    assert_shape(shape_of(net, "layer8.conv"), 200, 1, 32);
    for (int i = 0; i < 3; i++) {
        Err e = {0};
        Net *other = net_copy(net, widths[i], &e);

        assert_non_null(other);
        assert_shape(net_op(other, net_output_node(other, 0).id).out, 11, 1, widths[i].w / 2);
        net_free(other);
    }
    net_free(net);
}

static void the_seed_of_redraw_is_the_known_net(void **state)
{
    Net *net = built("redraw-seed", (ZooOptions){0});

    (void)state;
    assert_int_equal(net_parameters(net),
                     520 + 10020 + 6420 + 126 +         /* the transformer */
                         640 + 36928 +                  /* the trunk */
                         73856 + 8256 + 16448 + 4160 + 16448 + 18464 + 33 + /* the picture */
                         200768 + 2080 + 330);          /* the class */
    assert_shape(shape_of(net, "locate2"), 20, 8, 8);
    assert_shape(shape_of(net, "theta"), 6, 1, 1);
    assert_shape(shape_of(net, "trunk2"), 64, 14, 14);
    assert_shape(shape_of(net, "draw1"), 128, 7, 7);
    assert_shape(shape_of(net, "strokes"), 32, 28, 28);
    net_free(net);
}

static void redraw_passes_all_through_32_numbers(void **state)
{
    Net *net = built("redraw", (ZooOptions){0});
    static const char *const outputs[] = {"logits", "picture", "picture_logits"};

    (void)state;
    assert_int_equal(net_parameters(net), 233268);
    assert_shape(shape_of(net, "code"), 32, 1, 1);
    assert_shape(shape_of(net, "strokes"), 32, 28, 28);
    assert_int_equal(net_output_count(net), 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(net_output_name(net, i), outputs[i]);
    assert_shape(net_op(net, net_output_node(net, 1).id).out, 1, 28, 28);
    net_free(net);
}

static void every_reader_ends_in_logits_for_as_many_classes_as_asked(void **state)
{
    (void)state;
    for (int i = 0; zoo_model(i); i++) {
        const char *name = zoo_model(i)->name;
        bool line = !strcmp(name, "line");
        Net *net;
        Node x;

        if (!zoo_model(i)->usual.classes)
            continue;
        net = built(name, (ZooOptions){.classes = 7});
        x = net_output_node(net, 0);
        assert_string_equal(net_output_name(net, 0), "logits");
        assert_shape(net_op(net, x.id).out, 7, 1, line ? 64 : 1);
        assert_shape(net_op(net, net_input_node(net, 0).id).out, 1, line ? 32 : 28,
                     line ? 128 : 28);
        net_free(net);
    }
}

static void the_writer_turns_noise_and_a_label_into_a_picture_and_a_velocity(void **state)
{
    Net *net = built("writer", (ZooOptions){0});
    const char *const inputs[] = {"noise", "label", "time"};
    const int sizes[] = {ZOO_WRITER_NOISE, 1, ZOO_WRITER_TIME};

    (void)state;
    assert_int_equal(net_parameters(net), WRITER_PARAMETERS);
    assert_int_equal(net_input_count(net), 3);
    for (int i = 0; i < 3; i++) {
        OpInfo op = net_op(net, net_input_node(net, i).id);

        assert_string_equal(op.name, inputs[i]);
        assert_shape(op.out, sizes[i], 1, 1);
    }
    assert_shape(net_op(net, net_output_node(net, net_output_find(net, "picture")).id).out, 1, 28,
                 28);
    assert_shape(net_op(net, net_output_node(net, net_output_find(net, "velocity")).id).out,
                 ZOO_WRITER_NOISE, 1, 1);
    net_free(net);
}

static void the_writer_is_trained_under_the_names_that_it_keeps(void **state)
{
    Net *plain = built("writer", (ZooOptions){.width = 8}), *training = net_new();

    (void)state;
    assert_non_null(training);
    zoo_writer_training(training, &(ZooOptions){.width = 8});
    assert_int_equal(net_build(training, NULL), 0);
    for (int i = 0; i < net_param_count(plain); i++) {
        const Param *p = net_param(plain, i), *q = net_param_find(training, p->name);

        assert_non_null(q);
        assert_int_equal(param_size(p), param_size(q));
        assert_int_equal(p->state, q->state);
    }
    net_free(plain);
    net_free(training);
}

static void times_of_the_writer_are_waves(void **state)
{
    float a[ZOO_WRITER_TIME], b[ZOO_WRITER_TIME];
    int half = ZOO_WRITER_TIME / 2;

    (void)state;
    zoo_writer_time(0, a);
    zoo_writer_time(0.5f, b);
    for (int i = 0; i < half; i++)
        assert_true(a[i] == 0 && a[half + i] == 1);
    assert_true(b[0] == sinf(0.5f) && b[half] == cosf(0.5f));
    assert_true(fabsf(b[half - 1] - sinf(30)) < 1e-4f); /* the fastest is 60 */
}

static Net *discriminator(const char *name, ZooOptions options)
{
    Err e = {0};
    Net *net = zoo_discriminator(name, &options, &e);

    if (!net)
        fail_msg("%s: %s", name, e.text);
    return net;
}

/* Learnt numbers and, as Keras counts, running statistics. */
static size_t all_numbers(Net *net)
{
    size_t n = net_parameters(net);

    for (int i = 0; i < net_param_count(net); i++)
        n += net_param(net, i)->state ? param_size(net_param(net, i)) : 0;
    net_free(net);
    return n;
}

static void cdcgan_is_the_known_pair(void **state)
{
    Net *net = built("cdcgan", (ZooOptions){0}), *rival = discriminator("cdcgan", (ZooOptions){0});

    (void)state;
    assert_int_equal(net_parameters(net), 121658);
    assert_shape(shape_of(net, "noise"), 100, 1, 1);
    assert_shape(shape_of(net, "embedding"), 10, 1, 1);
    assert_shape(shape_of(net, "layer1.conv"), 50, 2, 2);
    assert_shape(shape_of(net, "layer2.conv"), 30, 4, 4);
    assert_shape(shape_of(net, "layer3.conv"), 15, 7, 7);
    assert_shape(shape_of(net, "layer4.conv"), 8, 14, 14);
    assert_shape(shape_of(net, "draw"), 1, 28, 28);
    assert_int_equal(net_parameters(rival),
                     31360 + 64 * 16 + 64 + 64 * 9 + 64 +            /* label and picture */
                         128 * 256 * 16 + 256 + 256 * 512 * 16 + 512 + /* convolutions */
                         512 * 1024 * 16 + 1024 + 1024 * 16 + 1 +
                         2 * (256 + 512 + 1024)); /* norms */
    assert_shape(shape_of(rival, "label_conv"), 64, 28, 28);
    assert_shape(shape_of(rival, "layer1.conv"), 256, 14, 14);
    assert_shape(shape_of(rival, "layer2.conv"), 512, 7, 7);
    assert_shape(shape_of(rival, "layer3.conv"), 1024, 4, 4);
    assert_shape(shape_of(rival, "conv"), 1, 1, 1);
    net_free(net);
    net_free(rival);
    rival = discriminator("cdcgan", (ZooOptions){.width = 16});
    assert_shape(shape_of(rival, "layer3.conv"), 256, 4, 4);
    net_free(rival);
    net = built("cdcgan", (ZooOptions){.width = 16, .latent = 30, .embedding = 5});
    assert_shape(shape_of(net, "noise"), 30, 1, 1);
    assert_int_equal(net_parameters(net), 121658 - 50 - 75 * 50 * 16);
    net_free(net);
}

/* Rectifiers before norms, weights near zero, gains near one. */
static void cdcgan_starts_as_it_is_known_to(void **state)
{
    Net *net = discriminator("cdcgan", (ZooOptions){.width = 4});
    const Param *weight = net_param_find(net, "layer3.conv.weight"),
                *gain = net_param_find(net, "layer3.norm.weight");
    float *values = malloc(param_size(weight) * sizeof *values);
    double square = 0, mean = 0;

    (void)state;
    assert_non_null(values);
    net_init(net, 1);
    param_read(weight, net_block(net), values);
    for (size_t i = 0; i < param_size(weight); i++)
        square += values[i] * values[i] / (double)param_size(weight);
    assert_true(fabs(sqrt(square) - 0.02) < 0.001);
    param_read(gain, net_block(net), values);
    for (size_t i = 0; i < param_size(gain); i++)
        mean += values[i] / (double)param_size(gain);
    assert_true(fabs(mean - 1) < 0.02 && values[0] != 1);
    free(values);
    net_free(net);
}

static void gan_is_the_studys_pair_with_every_choice(void **state)
{
    Net *net = built("gan", (ZooOptions){.act = ZOO_ACT_LRELU, .norm = ZOO_NORM_GROUP}),
        *rival = discriminator("gan", (ZooOptions){0});
    int groups = 0;

    (void)state;
    assert_shape(shape_of(net, "noise"), 4, 7, 7);
    assert_shape(shape_of(net, "block5.conv"), 128, 28, 28);
    assert_shape(shape_of(rival, "block1.conv"), 8, 28, 28);
    assert_shape(shape_of(rival, "block5.conv"), 128, 7, 7);
    assert_shape(shape_of(rival, "conv"), 1, 7, 7);
    for (int i = 0; i < net_op_count(net); i++) {
        assert_int_not_equal(net_op(net, i).kind, KIND_BATCH_NORM);
        groups += net_op(net, i).kind == KIND_GROUP_NORM;
    }
    assert_int_equal(groups, 5);
    assert_int_equal(net_input_count(net), 1);
    net_free(net);
    net_free(rival);
    assert_int_equal(all_numbers(built("gan", (ZooOptions){0})), 100352);
    assert_int_equal(all_numbers(discriminator("gan", (ZooOptions){0})), 100137);
    net = built("gan", (ZooOptions){.init = ZOO_INIT_XAVIER});
    assert_int_equal(net_param_find(net, "block1.conv.weight")->init.kind, INIT_GLOROT);
    net_free(net);
}

static void who_has_no_rival_is_not_given_one(void **state)
{
    Err e = {0};

    (void)state;
    assert_null(zoo_discriminator("lenet", &(ZooOptions){0}, &e));
    assert_string_equal(e.text, "lenet has no discriminator");
}

static void a_name_finds_its_model_and_depth(void **state)
{
    int depth = -1;
    Err e = {0};

    (void)state;
    assert_string_equal(zoo_find("resnet", &depth, &e)->name, "resnet");
    assert_int_equal(depth, 0);
    assert_string_equal(zoo_find("resnet29", &depth, &e)->name, "resnet");
    assert_int_equal(depth, 29);
    assert_non_null(zoo_find("lenet", NULL, &e));
}

/* Layers of this kind of activation. */
static int count_acts(const Net *net, ActKind kind)
{
    int n = 0;

    for (int i = 0; i < net_op_count(net); i++)
        n += net_op(net, i).kind == KIND_ACT && ((const Act *)net_spec(net, i))->kind == kind;
    return n;
}

static void another_activation_stands_for_every_relu_and_for_nothing_else(void **state)
{
    (void)state;
    for (int i = 0; zoo_model(i); i++) {
        const char *name = zoo_model(i)->name;
        Net *own = built(name, (ZooOptions){0});

        if (zoo_model(i)->usual.act) {
            Net *other = built(name, (ZooOptions){.act = ZOO_ACT_SILU});

            assert_true(count_acts(own, ACT_RELU) > 0);
            assert_int_equal(count_acts(other, ACT_RELU), 0);
            assert_int_equal(count_acts(other, ACT_SILU), count_acts(own, ACT_RELU));
            assert_int_equal(count_acts(other, ACT_SIGMOID), count_acts(own, ACT_SIGMOID));
            net_free(other);
        }
        net_free(own);
    }
}

static void what_is_no_name_or_no_choice_is_refused(void **state)
{
    static const struct {
        const char *name;
        ZooOptions options;
    } cases[] = {
        {"", {0}},
        {"lene", {0}},
        {"lenet5", {0}},
        {"resnet0", {0}},
        {"resnet011", {0}},
        {"resnet11x", {0}},
        {"resnet12", {0}},
        {"resnet2", {0}},
        {"resnet99999999999", {0}},
        {"resnet1010", {0}},
        {"resnet-7", {0}},
        {"resnet11", {.depth = 20}},
        {"lenet", {.width = 4}},
        {"lenet", {.depth = 11}},
        {"lenet", {.classes = 1}},
        {"lenet", {.classes = -1}},
        {"lenet", {.classes = ZOO_CLASS_LIMIT + 1}},
        {"lenet", {.latent = 10}},
        {"writer", {.embedding = 10}},
        {"cdcgan", {.act = ZOO_ACT_RELU}},
        {"cdcgan", {.init = ZOO_INIT_NORMAL}},
        {"cdcgan", {.norm = ZOO_NORM_BATCH}},
        {"gan", {.latent = 100}},
        {"gan", {.embedding = 10}},
        {"digits", {.width = -2}},
        {"writer", {.act = ZOO_ACT_TANH}},
        {"digits", {.width = ZOO_WIDTH_LIMIT + 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err e = {0};

        assert_null(zoo_net(cases[i].name, &cases[i].options, &e));
        assert_int_equal(e.code, ERR_ARGUMENT);
        assert_int_equal(zoo_check(cases[i].name, &cases[i].options, &e), -ERR_ARGUMENT);
    }
}

static void a_name_that_is_missing_brings_the_names_that_there_are(void **state)
{
    Err e = {0};

    (void)state;
    assert_null(zoo_find("lennet", NULL, &e));
    assert_string_equal(e.text, "there is no model 'lennet'; there are lenet, digits, resnet, alexnet, zfnet, "
                                "redraw, redraw-seed, line, judge, writer, cdcgan, gan");
}

static void every_model_has_a_line_of_its_own(void **state)
{
    (void)state;
    assert_null(zoo_model(-1));
    for (int i = 0; zoo_model(i); i++) {
        assert_true(*zoo_model(i)->about && *zoo_model(i)->paper && *zoo_model(i)->recipe);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(zoo_model(i)->name, zoo_model(j)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lenet_has_the_tutorials_parameters),
        cmocka_unit_test(resnet164_has_the_published_depth_and_size),
        cmocka_unit_test(alexnet_and_zfnet_are_small_enough_to_ship),
        cmocka_unit_test(digits_has_the_sizes_that_were_measured),
        cmocka_unit_test(the_line_reader_names_a_step_every_2_px_at_any_width),
        cmocka_unit_test(the_seed_of_redraw_is_the_known_net),
        cmocka_unit_test(redraw_passes_all_through_32_numbers),
        cmocka_unit_test(every_reader_ends_in_logits_for_as_many_classes_as_asked),
        cmocka_unit_test(the_writer_turns_noise_and_a_label_into_a_picture_and_a_velocity),
        cmocka_unit_test(the_writer_is_trained_under_the_names_that_it_keeps),
        cmocka_unit_test(times_of_the_writer_are_waves),
        cmocka_unit_test(cdcgan_is_the_known_pair),
        cmocka_unit_test(cdcgan_starts_as_it_is_known_to),
        cmocka_unit_test(gan_is_the_studys_pair_with_every_choice),
        cmocka_unit_test(who_has_no_rival_is_not_given_one),
        cmocka_unit_test(a_name_finds_its_model_and_depth),
        cmocka_unit_test(another_activation_stands_for_every_relu_and_for_nothing_else),
        cmocka_unit_test(what_is_no_name_or_no_choice_is_refused),
        cmocka_unit_test(a_name_that_is_missing_brings_the_names_that_there_are),
        cmocka_unit_test(every_model_has_a_line_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
