/* scrawl's own net that redraws a handwritten digit as a typeset one: the layers of its reader of
 * digits (digits.c) up to their mean over the picture, 32 numbers as the one way through, and from
 * these both the class and the picture, which grows by transposed convolutions. What it draws can
 * therefore not be the handwriting over again.
 *
 * "picture_logits" is the ink before the sigmoid, for cross-entropy on pixels: unlike the squared
 * error it goes on pulling where a stroke's edge is nearly right. With c = 24 it has 233,268
 * parameters. */
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

/* Twice the size. */
static Node grow(Net *net, Node x, const char *name, int filters)
{
    x = net_conv2d_transposed(
        net, x, name,
        (Conv){.filters = filters, .kernel = 4, .stride = 2, .pad = 1, .init = {INIT_HE, 0}});
    return net_act(net, x, ACT_RELU);
}

static Node see(Net *net, Node x, int c)
{
    x = layer(net, x, "layer1", c);
    x = layer(net, x, "layer2", c); /* (c,28,28) */
    x = net_maxpool2d(net, x, 2);
    x = layer(net, x, "layer3", 2 * c);
    x = layer(net, x, "layer4", 2 * c); /* (2c,14,14) */
    x = net_maxpool2d(net, x, 2);
    x = layer(net, x, "layer5", 4 * c);
    x = layer(net, x, "layer6", 4 * c); /* (4c,7,7) */
    x = net_global_pool(net, x, POOL_AVG);
    return net_act(net, net_dense(net, x, "code", (Dense){.units = 32}), ACT_RELU);
}

void zoo_redraw(Net *net, const ZooOptions *options)
{
    Node code = see(net, net_input(net, "image", 1, 28, 28), options->width), x;

    net_output(net, "logits", net_dense(net, code, "class", (Dense){.units = options->classes}));
    x = net_act(net, net_dense(net, code, "draw", (Dense){.units = 32 * 7 * 7}), ACT_RELU);
    x = net_reshape(net, x, 32, 7, 7);
    x = grow(net, x, "grow", 16);    /* (16,14,14) */
    x = grow(net, x, "strokes", 32); /* (32,28,28) */
    x = net_conv2d(net, x, "ink", (Conv){.filters = 1, .kernel = 1});
    net_output(net, "picture", net_act(net, x, ACT_SIGMOID));
    net_output(net, "picture_logits", x);
}
