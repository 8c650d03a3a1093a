/* AlexNet for 28x28: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
 * neural networks", 2012, figure 2. Five convolutions, overlapping 3x3 pooling at stride 2, two dense
 * layers with dropout, in the paper's proportions.
 *
 * Adapted: the first kernels are 5x5 at stride 1 in place of 11x11 at stride 4, which would leave 5x5
 * numbers of a digit; filters are 18 : 48 : 72 : 72 : 48, three sixteenths of the paper's, and dense
 * layers 256 wide in place of 4,096. Left out: the local response normalisation, which later work
 * found of little use, and the halves that two graphics cards kept to themselves. */
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

void zoo_alexnet(Net *net, const ZooOptions *options)
{
    int w = options->width;
    Node x = net_input(net, "image", 1, 28, 28);

    x = pool(net, conv(net, x, "conv1", w, 5));         /* (18,28,28) -> (18,13,13) */
    x = pool(net, conv(net, x, "conv2", 8 * w / 3, 5)); /* (48,13,13) -> (48,6,6) */
    x = conv(net, x, "conv3", 4 * w, 3);                /* (72,6,6) */
    x = conv(net, x, "conv4", 4 * w, 3);
    x = pool(net, conv(net, x, "conv5", 8 * w / 3, 3)); /* (48,6,6) -> (48,2,2) */
    x = dense(net, net_flatten(net, x), "dense1");      /* (192) -> (256) */
    x = dense(net, x, "dense2");
    x = net_dense(net, x, "dense3", (Dense){.units = options->classes});
    net_output(net, "logits", x);
}
