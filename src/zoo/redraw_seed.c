/* The net with two heads that redraws a handwritten digit as a typeset one, as it is known: a
 * spatial transformer (Jaderberg et al. 2015, arXiv 1506.02025) turns the digit upright, a trunk of
 * two convolutions sees it, one head draws the picture and the other names the class. Layers have
 * Keras' start; the transformer's last begins at the identity. */
#include "zoo/zoo.h"

static Node conv(Net *net, Node x, const char *name, int filters, int kernel, bool same)
{
    x = net_conv2d(net, x, name, (Conv){.filters = filters, .kernel = kernel, .same = same});
    return net_act(net, x, ACT_RELU);
}

static Node dense(Net *net, Node x, const char *name, int units)
{
    return net_act(net, net_dense(net, x, name, (Dense){.units = units}), ACT_RELU);
}

/* Each pixel becomes 2x2. */
static Node grow(Net *net, Node x, const char *name)
{
    x = net_conv2d_transposed(net, x, name, (Conv){.filters = 64, .kernel = 2, .stride = 2});
    return net_act(net, x, ACT_RELU);
}

/* (1,28,28) -> the map theta -> (1,28,28) */
static Node transform(Net *net, Node image)
{
    Node x = conv(net, image, "locate1", 20, 5, false); /* (20,24,24) */

    x = conv(net, net_maxpool2d(net, x, 2), "locate2", 20, 5, false); /* (20,8,8) */
    x = net_flatten(net, net_maxpool2d(net, x, 2));                   /* (320) */
    x = dense(net, x, "locate3", 20);
    x = net_dense(net, x, "theta", (Dense){.units = 6, .init = {INIT_IDENTITY_AFFINE, 0}});
    return net_affine_sample(net, image, x, true);
}

/* (64,7,7) -> (1,28,28) */
static Node draw(Net *net, Node x)
{
    x = conv(net, x, "draw1", 128, 3, true);
    x = conv(net, x, "draw2", 64, 1, true);
    x = grow(net, x, "draw3"); /* (64,14,14) */
    x = conv(net, x, "draw4", 64, 1, true);
    x = grow(net, x, "draw5"); /* (64,28,28) */
    x = conv(net, x, "strokes", 32, 3, true);
    return net_conv2d(net, x, "ink", (Conv){.filters = 1, .kernel = 1});
}

void zoo_redraw_seed(Net *net, const ZooOptions *options)
{
    Node x = net_input(net, "image", 1, 28, 28), y;

    x = conv(net, transform(net, x), "trunk1", 64, 3, true);
    x = conv(net, net_maxpool2d(net, x, 2), "trunk2", 64, 3, true);
    x = net_maxpool2d(net, x, 2); /* (64,7,7) */
    y = dense(net, net_flatten(net, x), "class1", 64);
    y = dense(net, y, "class2", 32);
    net_output(net, "logits", net_dense(net, y, "class3", (Dense){.units = options->classes}));
    net_output(net, "picture", draw(net, x));
}
