#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "model/summary.h"
#include "nets.h"

/* LeNet of the Keras tutorial: 61,706 parameters and 416,520 multiply-adds are the figures that
 * everybody finds for it. */
static Net *lenet(void)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 1, 28, 28);

    x = net_conv2d(net, x, "conv1", (Conv){.filters = 6, .kernel = 5, .pad = 2});
    x = net_maxpool2d(net, net_act(net, x, ACT_RELU), 2);
    x = net_conv2d(net, x, "conv2", (Conv){.filters = 16, .kernel = 5});
    x = net_maxpool2d(net, net_act(net, x, ACT_RELU), 2);
    x = net_dense(net, net_flatten(net, x), "dense1", (Dense){.units = 120});
    x = net_dense(net, net_act(net, x, ACT_RELU), "dense2", (Dense){.units = 84});
    x = net_dense(net, net_act(net, x, ACT_RELU), "dense3", (Dense){.units = 10});
    net_output(net, "logits", x);
    return net_finished(net, 1);
}

static void the_table_lists_each_layer_and_the_totals(void **state)
{
    (void)state;
    Net *net = lenet();
    char *table = summary_text("lenet", net);

    assert_string_equal(table, "lenet\n"
                               "\n"
                               "layer     kind     output    parameters  multiply-adds\n"
                               "image     input    1x28x28            0              0\n"
                               "conv1     conv2d   6x28x28          156        117,600\n"
                               "act1      act      6x28x28            0              0\n"
                               "pool1     pool     6x14x14            0              0\n"
                               "conv2     conv2d   16x10x10       2,416        240,000\n"
                               "act2      act      16x10x10           0              0\n"
                               "pool2     pool     16x5x5             0              0\n"
                               "reshape1  reshape  400x1x1            0              0\n"
                               "dense1    dense    120x1x1       48,120         48,000\n"
                               "act3      act      120x1x1            0              0\n"
                               "dense2    dense    84x1x1        10,164         10,080\n"
                               "act4      act      84x1x1             0              0\n"
                               "dense3    dense    10x1x1           850            840\n"
                               "total                            61,706        416,520\n");
    free(table);
    net_free(net);
}

static void the_json_is_the_one_that_scripts_expect(void **state)
{
    (void)state;
    Net *net = net_small();
    char *json = summary_json("small", net);

    assert_string_equal(
        json, "{\"model\":\"small\",\"parameters\":241,\"multiply_adds\":864,\"layers\":["
              "{\"name\":\"image\",\"kind\":\"input\",\"output\":[1,8,8],\"parameters\":0,"
              "\"multiply_adds\":0},"
              "{\"name\":\"conv1\",\"kind\":\"conv2d\",\"output\":[2,6,6],\"parameters\":18,"
              "\"multiply_adds\":648},"
              "{\"name\":\"bn1\",\"kind\":\"batch_norm\",\"output\":[2,6,6],\"parameters\":4,"
              "\"multiply_adds\":0},"
              "{\"name\":\"act1\",\"kind\":\"act\",\"output\":[2,6,6],\"parameters\":0,"
              "\"multiply_adds\":0},"
              "{\"name\":\"reshape1\",\"kind\":\"reshape\",\"output\":[72,1,1],\"parameters\":0,"
              "\"multiply_adds\":0},"
              "{\"name\":\"dense\",\"kind\":\"dense\",\"output\":[3,1,1],\"parameters\":219,"
              "\"multiply_adds\":216}]}");
    free(json);
    net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_lists_each_layer_and_the_totals),
        cmocka_unit_test(the_json_is_the_one_that_scripts_expect),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
