/* ZFNet for 28x28: Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014,
 * figure 3, with the wider third to fifth layers (512, 1,024, 512) that were its best. What it changed about
 * AlexNet after looking inside: smaller first kernels at a smaller stride, which keep more of the
 * picture, and more filters in the middle.
 *
 * Adapted: 3x3 at stride 1 in place of 7x7 at stride 2, and the second convolution at stride 1; filters
 * are 12 : 32 : 64 : 128 : 64, an eighth of the paper's; dense layers 256 wide in place of 4,096.
 * Left out: contrast normalisation across the maps, and renormalising filters of a large norm. */
#include "zoo/zoo.h"

static Node conv(Net *net, Node x, const char *name, int filters, int kernel)
{
    x = net_conv2d(
        net, x, name,
        (Conv){.filters = filters, .kernel = kernel, .same = true, .init = {INIT_HE, 0}});
    return net_act(net, x, ACT_RELU);
}

static Node pool(Net *net, Node x)
{
    return net_pool(net, x, (Pool){.kind = POOL_MAX, .kernel = 3, .stride = 2});
}

static Node dense(Net *net, Node x, const char *name)
{
    x = net_dense(net, x, name, (Dense){.units = 256, .init = {INIT_HE, 0}});
    return net_dropout(net, net_act(net, x, ACT_RELU), 0.5f);
}

void zoo_zfnet(Net *net, const ZooOptions *options)
{
    int w = options->width;
    Node x = net_input(net, "image", 1, 28, 28);

    x = pool(net, conv(net, x, "conv1", w, 3));          /* (12,28,28) -> (12,13,13) */
    x = pool(net, conv(net, x, "conv2", 8 * w / 3, 5));  /* (32,13,13) -> (32,6,6) */
    x = conv(net, x, "conv3", 16 * w / 3, 3);            /* (64,6,6) */
    x = conv(net, x, "conv4", 32 * w / 3, 3);            /* (128,6,6) */
    x = pool(net, conv(net, x, "conv5", 16 * w / 3, 3)); /* (64,6,6) -> (64,2,2) */
    x = dense(net, net_flatten(net, x), "dense1");       /* (256) -> (256) */
    x = dense(net, x, "dense2");
    x = net_dense(net, x, "dense3", (Dense){.units = options->classes});
    net_output(net, "logits", x);
}
