#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/graph.h"
#include "nets.h"

static Net *read_text(const char *text, Err *e)
{
    size_t size = strlen(text);
    char *exact = malloc(size ? size : 1); /* no NUL behind it: a sanitizer sees a byte too many */

    memcpy(exact, text, size);
    Net *net = graph_read(exact, size, e);
    free(exact);
    return net;
}

static void refused(const char *text, const char *sentence)
{
    Err e = {0};
    Net *net = read_text(text, &e);

    assert_null(net);
    assert_string_equal(e.text, sentence);
}

static void a_graph_is_the_text_of_its_layers_without_what_is_zero(void **state)
{
    (void)state;
    Net *net = net_small();
    char *text = graph_write(net, NULL);

    assert_string_equal(
        text,
        "{\"layers\":["
        "{\"kind\":\"input\",\"name\":\"image\",\"shape\":[1,8,8]},"
        "{\"kind\":\"conv2d\",\"name\":\"conv1\",\"inputs\":[\"image\"],\"filters\":2,"
        "\"kernel\":3,\"no_bias\":true},"
        "{\"kind\":\"batch_norm\",\"name\":\"bn1\",\"inputs\":[\"conv1\"]},"
        "{\"kind\":\"act\",\"name\":\"act1\",\"inputs\":[\"bn1\"]},"
        "{\"kind\":\"reshape\",\"name\":\"reshape1\",\"inputs\":[\"act1\"],\"shape\":[72,1,1]},"
        "{\"kind\":\"dense\",\"name\":\"dense\",\"inputs\":[\"reshape1\"],\"units\":3}],"
        "\"outputs\":[{\"name\":\"logits\",\"layer\":\"dense\"}]}");
    free(text);
    net_free(net);
}

/* The layers of net_of_every_kind as they have to stand in its text: a field that the table forgets
 * is missed here. */
static void every_field_of_every_kind_is_written(void **state)
{
    (void)state;
    static const char *const layers[] = {
        "{\"kind\":\"input\",\"name\":\"label\",\"shape\":[1,1,1]}",
        "\"name\":\"conv1\",\"inputs\":[\"image\"],\"filters\":4,\"kernel\":3,\"same\":true,"
        "\"init\":\"he\"}",
        "\"name\":\"bn1\",\"inputs\":[\"conv1\"],\"eps\":0.001,\"momentum\":0.01,"
        "\"init\":\"normal\",\"init_scale\":0.02}",
        "{\"kind\":\"conv2d\",\"name\":\"stage1.block00.conv\",\"inputs\":[\"act1\"],\"filters\":4,"
        "\"kernel\":3,\"kernel_x\":5,\"stride\":1,\"stride_x\":2,\"pad\":1,\"no_bias\":true,"
        "\"init\":\"orthogonal\",\"init_scale\":2.0}",
        "{\"kind\":\"group_norm\",\"name\":\"stage1.block00.norm\","
        "\"inputs\":[\"stage1.block00.conv\"],\"groups\":2}",
        "{\"kind\":\"act\",\"name\":\"stage1.block00.act2\",\"inputs\":[\"stage1.block00.norm\"],"
        "\"act\":\"silu\"}",
        "{\"kind\":\"pool\",\"name\":\"pool1\",\"inputs\":[\"stage1.block00.act2\"],"
        "\"pool\":\"average\",\"kernel\":3,\"kernel_x\":1,\"stride\":2,\"stride_x\":1,"
        "\"same\":true}",
        "{\"kind\":\"pool\",\"name\":\"pool2\",\"inputs\":[\"act1\"],\"kernel\":3,\"stride\":2,"
        "\"pad\":1}",
        "{\"kind\":\"upsample\",\"name\":\"upsample1\",\"inputs\":[\"pool2\"],\"factor\":2}",
        "{\"kind\":\"conv2d_transposed\",\"name\":\"up\",\"inputs\":[\"pool3\"],\"filters\":3,"
        "\"kernel\":2,\"stride\":2,\"init\":\"zero\"}",
        "\"inputs\":[\"up\"],\"act\":\"leaky_relu\",\"slope\":0.2}",
        "\"units\":6,\"init\":\"identity_affine\"}",
        "{\"kind\":\"affine_sample\",\"name\":\"affine_sample1\",\"inputs\":[\"act3\",\"theta\"],"
        "\"align_corners\":true}",
        "\"act\":\"tanh\"}",
        "{\"kind\":\"embedding\",\"name\":\"digit\",\"inputs\":[\"label\"],\"classes\":10,"
        "\"units\":5,\"init\":\"one\"}",
        "\"units\":12,\"no_bias\":true,\"init\":\"torch\"}",
        "{\"kind\":\"reshape\",\"name\":\"reshape2\",\"inputs\":[\"code\"],\"shape\":[3,2,2]}",
        "\"act\":\"sigmoid\"}",
        "{\"kind\":\"pad\",\"name\":\"pad1\",\"inputs\":[\"pool1\"],\"pad\":[1,2,3,4]}",
        "{\"kind\":\"global_pool\",\"name\":\"global_pool1\",\"inputs\":[\"pad1\"],"
        "\"pool\":\"average\"}",
        "{\"kind\":\"global_pool\",\"name\":\"global_pool2\",\"inputs\":[\"act1\"]}",
        "{\"kind\":\"concat\",\"name\":\"concat1\",\"inputs\":[\"global_pool1\",\"global_pool2\"]}",
        "{\"kind\":\"dropout\",\"name\":\"dropout1\",\"inputs\":[\"concat1\"],\"share\":0.25}",
        "{\"kind\":\"add\",\"name\":\"add1\",\"inputs\":[\"last\",\"last\"]}",
        "{\"kind\":\"softmax\",\"name\":\"softmax1\",\"inputs\":[\"add1\"]}",
        "\"outputs\":[{\"name\":\"picture\",\"layer\":\"act4\"},{\"name\":\"code\","
        "\"layer\":\"act5\"},{\"name\":\"logits\",\"layer\":\"add1\"},"
        "{\"name\":\"probabilities\",\"layer\":\"softmax1\"},"
        "{\"name\":\"drawn\",\"layer\":\"modulate1\"}]}",
        "{\"kind\":\"gaussian\",\"name\":\"gaussian1\",\"inputs\":[\"latent\"]}",
        "{\"kind\":\"modulate\",\"name\":\"modulate1\",\"inputs\":[\"add1\",\"gaussian1\","
        "\"gaussian1\"]}",
    };
    Net *net = net_of_every_kind();
    char *text = graph_write(net, NULL);
    bool used[KINDS] = {false};

    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (!strstr(text, layers[i]))
            fail_msg("%s is not in %s", layers[i], text);
    for (int i = 0; i < net_op_count(net); i++)
        used[net_op(net, i).kind] = true;
    for (int i = 0; i < KINDS; i++)
        if (!used[i])
            fail_msg("no layer is %s", kind_name((Kind)i));
    free(text);
    net_free(net);
}

static void assert_same_op(const Net *a, const Net *b, int id)
{
    OpInfo x = net_op(a, id), y = net_op(b, id);

    assert_int_equal(x.kind, y.kind);
    assert_string_equal(x.name, y.name);
    assert_int_equal(x.input_count, y.input_count);
    for (int i = 0; i < x.input_count; i++)
        assert_int_equal(x.inputs[i], y.inputs[i]);
    assert_memory_equal(&x.out, &y.out, sizeof x.out);
    assert_int_equal(x.parameters, y.parameters);
}

static void a_graph_that_is_read_is_the_same_and_writes_the_same_text(void **state)
{
    (void)state;
    Err e = {0};
    Net *net = net_of_every_kind();
    char *text = graph_write(net, &e);
    Net *back = read_text(text, &e);

    assert_non_null(back);
    assert_int_equal(net_build(back, &e), 0);
    char *again = graph_write(back, &e);
    assert_string_equal(again, text);
    assert_int_equal(net_op_count(back), net_op_count(net));
    for (int i = 0; i < net_op_count(net); i++)
        assert_same_op(net, back, i);
    assert_int_equal(net_param_count(back), net_param_count(net));
    net_init(back, 2); /* the same rules from the same seed: the same numbers */
    assert_int_equal(net_block_size(back), net_block_size(net));
    assert_memory_equal(net_block(back), net_block(net), net_block_size(net) * sizeof(float));
    free(again);
    free(text);
    net_free(back);
    net_free(net);
}

#define IMAGE         "{\"kind\":\"input\",\"name\":\"image\",\"shape\":[1,8,8]}"
#define GRAPH(layers) "{\"layers\":[" layers "],\"outputs\":[{\"name\":\"y\",\"layer\":\"image\"}]}"
#define DENSE(fields)                                                                              \
    GRAPH(IMAGE ",{\"kind\":\"dense\",\"name\":\"d\",\"inputs\":[\"image\"]" fields "}")

static void each_thing_wrong_with_a_layer_is_named(void **state)
{
    (void)state;
    refused(GRAPH("1"), "layer 1: its name is missing, too long or strange");
    refused(GRAPH("{\"kind\":\"input\",\"shape\":[1,8,8]}"),
            "layer 1: its name is missing, too long or strange");
    refused(GRAPH("{\"kind\":\"input\",\"name\":\"\",\"shape\":[1,8,8]}"),
            "layer 1: its name is missing, too long or strange");
    refused(GRAPH("{\"kind\":\"input\",\"name\":\"a\\u001b\",\"shape\":[1,8,8]}"),
            "layer 1: its name is missing, too long or strange");
    refused(GRAPH("{\"kind\":\"input\",\"name\":\"0123456789012345678901234567890123456789012345678"
                  "901234567890123\",\"shape\":[1,8,8]}") "x",
            "the graph is no JSON: end of file expected near 'x'");
    refused(GRAPH("{\"kind\":\"input\",\"name\":\"0123456789012345678901234567890123456789012345678"
                  "9012345678901234\",\"shape\":[1,8,8]}"),
            "layer 1: its name is missing, too long or strange");
    refused(GRAPH(IMAGE "," IMAGE), "layer 'image': the name is given twice");
    refused(GRAPH("{\"name\":\"a\"}"), "layer 'a': its kind is none that is known");
    refused(GRAPH("{\"kind\":\"magic\",\"name\":\"a\"}"),
            "layer 'a': its kind is none that is known");
    refused(GRAPH("{\"kind\":7,\"name\":\"a\"}"), "layer 'a': its kind is none that is known");
    refused(DENSE(",\"unit\":3"), "layer 'd': dense has no 'unit'");
    refused(DENSE(",\"\\u001b[2J\":3"), "layer 'd': dense has no '?'");
    refused(DENSE(",\"units\":3,\"units\":3"),
            "the graph is no JSON: duplicate object key near '\"units\"'");
    refused(GRAPH(IMAGE ",{\"kind\":\"act\",\"name\":\"a\",\"inputs\":[\"image\"]}"),
            "layer 'a': as act its name has to be 'act1'");
}

static void each_value_that_makes_no_sense_is_named(void **state)
{
    (void)state;
    static const char *const units[] = {"\"3\"", "3.0", "-1",       "true",
                                        "null",  "[3]", "67108865", "9223372036854775807"};
    static const char *const slopes[] = {"\"1\"", "1e39", "-1e300", "true"};
    static const char *const shapes[] = {"[1,8]", "[1,8,8,8]", "[1,8,-8]", "[1,8,8.5]", "8", "{}"};
    char text[400];

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        snprintf(text, sizeof text, DENSE(",\"units\":%s"), units[i]);
        refused(text, "layer 'd': its 'units' holds no value that makes sense");
    }
    for (size_t i = 0; i < sizeof slopes / sizeof *slopes; i++) {
        snprintf(text, sizeof text,
                 GRAPH(IMAGE ",{\"kind\":\"act\",\"name\":\"act1\",\"inputs\":[\"image\"],"
                             "\"slope\":%s}"),
                 slopes[i]);
        refused(text, "layer 'act1': its 'slope' holds no value that makes sense");
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        snprintf(text, sizeof text, GRAPH("{\"kind\":\"input\",\"name\":\"image\",\"shape\":%s}"),
                 shapes[i]);
        refused(text, "layer 'image': its 'shape' holds no value that makes sense");
    }
    refused(DENSE(",\"units\":3,\"no_bias\":1"),
            "layer 'd': its 'no_bias' holds no value that makes sense");
    refused(DENSE(",\"units\":3,\"init\":\"luck\""),
            "layer 'd': its 'init' holds no value that makes sense");
    refused(DENSE(",\"units\":3,\"init\":0"),
            "layer 'd': its 'init' holds no value that makes sense");
}

static void inputs_have_to_be_earlier_layers_and_as_many_as_the_kind_wants(void **state)
{
    (void)state;
    refused(GRAPH("{\"kind\":\"act\",\"name\":\"act1\",\"inputs\":[\"image\"]}," IMAGE),
            "layer 'act1': its input 1 is not an earlier layer");
    refused(GRAPH("{\"kind\":\"act\",\"name\":\"act1\",\"inputs\":[\"act1\"]}"),
            "layer 'act1': its input 1 is not an earlier layer");
    refused(GRAPH(IMAGE ",{\"kind\":\"add\",\"name\":\"add1\",\"inputs\":[\"image\",3]}"),
            "layer 'add1': its input 2 is not an earlier layer");
    refused(GRAPH(IMAGE ",{\"kind\":\"act\",\"name\":\"act1\",\"inputs\":\"image\"}"),
            "layer 'act1': act has 1 to 1 inputs, not 0");
    refused(GRAPH(IMAGE ",{\"kind\":\"act\",\"name\":\"act1\"}"),
            "layer 'act1': act has 1 to 1 inputs, not 0");
    refused(GRAPH(IMAGE ",{\"kind\":\"add\",\"name\":\"add1\",\"inputs\":[\"image\"]}"),
            "layer 'add1': add has 2 to 2 inputs, not 1");
    refused(GRAPH(IMAGE ",{\"kind\":\"concat\",\"name\":\"concat1\",\"inputs\":[]}"),
            "layer 'concat1': concat has 1 to 8 inputs, not 0");
    refused(GRAPH("{\"kind\":\"input\",\"name\":\"image\",\"inputs\":[\"x\"],\"shape\":[1,8,8]}"),
            "layer 'image': input has 0 to 0 inputs, not 1");
}

static void a_graph_needs_layers_and_outputs(void **state)
{
    (void)state;
    refused("{}", "a graph of 0 layers; 1 to 4096 are possible");
    refused("[]", "a graph of 0 layers; 1 to 4096 are possible");
    refused("{\"layers\":[]}", "a graph of 0 layers; 1 to 4096 are possible");
    refused("{\"layers\":[" IMAGE "]}", "a graph of 0 outputs; 1 to 8 are possible");
    refused("{\"layers\":[" IMAGE "],\"outputs\":[1]}",
            "output 1: its name is missing, strange or taken");
    refused("{\"layers\":[" IMAGE "],\"outputs\":[{\"name\":\"y\",\"layer\":\"z\"}]}",
            "output 'y': its layer is not in the graph");
    refused("{\"layers\":[" IMAGE "],\"outputs\":[{\"name\":\"y\",\"layer\":\"image\"},"
            "{\"name\":\"y\",\"layer\":\"image\"}]}",
            "output 2: its name is missing, strange or taken");
    refused("", "the graph is no JSON: '[' or '{' expected near end of file");
}

static void layers_that_do_not_fit_together_are_reported_by_name(void **state)
{
    (void)state;
    Err e = {0};

    assert_null(read_text(DENSE(""), &e)); /* no units */
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_non_null(strstr(e.text, "layer 'd': "));
    assert_null(read_text(GRAPH(IMAGE ",{\"kind\":\"conv2d\",\"name\":\"c\",\"inputs\":[\"image\"],"
                                      "\"filters\":1,\"kernel\":9}"),
                          &e));
    assert_non_null(strstr(e.text, "layer 'c': "));
    assert_null(read_text(GRAPH("{\"kind\":\"input\",\"name\":\"image\","
                                "\"shape\":[67108864,67108864,67108864]}"),
                          &e));
    assert_non_null(strstr(e.text, "layer 'image': "));
}

static void every_truncation_of_a_graph_is_refused(void **state)
{
    (void)state;
    Net *net = net_of_every_kind();
    char *text = graph_write(net, NULL);

    for (size_t cut = strlen(text); cut-- > 0;) {
        Err e = {0};
        text[cut] = 0;
        assert_null(read_text(text, &e));
        assert_int_equal(e.code, ERR_FORMAT);
    }
    free(text);
    net_free(net);
}

static void json_that_is_deep_or_large_is_refused_quickly(void **state)
{
    (void)state;
    Err e = {0};
    size_t size = 1 << 20;
    char *text = malloc(size);

    memset(text, '[', size);
    assert_null(graph_read(text, size, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_null(graph_read(text, 100000, &e));
    assert_int_equal(e.code, ERR_FORMAT); /* deeper than a parser goes */
    for (size_t i = 0; i + 1 < size; i += 2)
        memcpy(text + i, i ? ",0" : "[0", 2);
    text[size - 1] = ']';
    assert_null(graph_read(text, size, &e));
    free(text);
}

static void a_graph_of_too_many_layers_is_refused(void **state)
{
    (void)state;
    char *text = malloc(5000 * 80), *at = text;

    at += sprintf(at, "{\"layers\":[" IMAGE);
    for (int i = 1; i <= NET_OP_LIMIT; i++)
        at += sprintf(at, ",{\"kind\":\"act\",\"name\":\"act%d\",\"inputs\":[\"image\"]}", i);
    sprintf(at, "],\"outputs\":[{\"name\":\"y\",\"layer\":\"image\"}]}");
    refused(text, "a graph of 4097 layers; 1 to 4096 are possible");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_graph_is_the_text_of_its_layers_without_what_is_zero),
        cmocka_unit_test(every_field_of_every_kind_is_written),
        cmocka_unit_test(a_graph_that_is_read_is_the_same_and_writes_the_same_text),
        cmocka_unit_test(each_thing_wrong_with_a_layer_is_named),
        cmocka_unit_test(each_value_that_makes_no_sense_is_named),
        cmocka_unit_test(inputs_have_to_be_earlier_layers_and_as_many_as_the_kind_wants),
        cmocka_unit_test(a_graph_needs_layers_and_outputs),
        cmocka_unit_test(layers_that_do_not_fit_together_are_reported_by_name),
        cmocka_unit_test(every_truncation_of_a_graph_is_refused),
        cmocka_unit_test(json_that_is_deep_or_large_is_refused_quickly),
        cmocka_unit_test(a_graph_of_too_many_layers_is_refused),
    };
    return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
