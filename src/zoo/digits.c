/* scrawl's own reader of a digit: three pairs of 3x3 convolutions in the manner of VGG (Simonyan
 * and Zisserman 2015), batch norm after each (Ioffe and Szegedy 2015), and the mean over the
 * picture in place of dense layers (Lin, Chen and Yan 2014). The eleventh class is what is no
 * digit.
 *
 * With c = 16 it has 72,731 parameters, with c = 24 162,659, with c = 32 288,299. */
#include "zoo/zoo.h"

/* 3x3 convolution, batch norm, ReLU; the norm's shift makes a bias needless. */
static Node layer(Net *net, Node x, const char *name, int filters)
{
    net_scope(net, "%s", name);
    x = net_conv2d(
        net, x, "conv",
        (Conv){
            .filters = filters, .kernel = 3, .same = true, .no_bias = true, .init = {INIT_HE, 0}});
    x = net_batch_norm(net, x, "norm", (Norm){0});
    x = net_act(net, x, ACT_RELU);
    net_scope(net, "%s", "");
    return x;
}

void zoo_digits(Net *net, const ZooOptions *options)
{
    int c = options->width;
    Node x = net_input(net, "image", 1, 28, 28);

    x = layer(net, x, "layer1", c);
    x = layer(net, x, "layer2", c); /* (c,28,28) */
    x = net_maxpool2d(net, x, 2);
    x = layer(net, x, "layer3", 2 * c);
    x = layer(net, x, "layer4", 2 * c); /* (2c,14,14) */
    x = net_maxpool2d(net, x, 2);
    x = layer(net, x, "layer5", 4 * c);
    x = layer(net, x, "layer6", 4 * c);    /* (4c,7,7) */
    x = net_global_pool(net, x, POOL_AVG); /* (4c) */
    x = net_dense(net, x, "dense", (Dense){.units = options->classes});
    net_output(net, "logits", x);
}
