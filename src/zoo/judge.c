/* The recogniser that written digits are held against: a net of its own kind, which no writer is
 * trained or checked with, so that none can have learnt to please it. What it sees of a picture, 64
 * numbers before the last layer, is the space in which sets of pictures are compared as in Heusel
 * et al. 2017 (the Frechet distance) and Kynkaanniemi et al. 2019 (precision and recall).
 *
 * 375,378 parameters. */
#include "zoo/zoo.h"

/* Convolution, batch norm, ReLU; the norm's shift makes a bias needless. */
static Node layer(Net *net, Node x, const char *name, int filters, int kernel)
{
    net_scope(net, "%s", name);
    x = net_conv2d(net, x, "conv",
                   (Conv){.filters = filters,
                          .kernel = kernel,
                          .same = true,
                          .no_bias = true,
                          .init = {INIT_HE, 0}});
    x = net_batch_norm(net, x, "norm", (Norm){0});
    x = net_act(net, x, ACT_RELU);
    net_scope(net, "%s", "");
    return x;
}

void zoo_judge(Net *net, const ZooOptions *options)
{
    Node x = net_input(net, "image", 1, 28, 28);

    x = layer(net, x, "layer1", 24, 5); /* (24,28,28) */
    x = net_maxpool2d(net, x, 2);
    x = layer(net, x, "layer2", 48, 3);
    x = layer(net, x, "layer3", 48, 3); /* (48,14,14) */
    x = net_maxpool2d(net, x, 2);
    x = layer(net, x, "layer4", 96, 3); /* (96,7,7) */
    x = net_dense(net, x, "dense1", (Dense){.units = ZOO_JUDGE_FEATURES, .init = {INIT_HE, 0}});
    x = net_act(net, x, ACT_RELU);
    net_output(net, "logits", net_dense(net, x, "dense2", (Dense){.units = options->classes}));
    net_output(net, "features", x);
}
