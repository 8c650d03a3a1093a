/* scrawl's reader of whole numbers: pairs of 3x3 convolutions over a strip of ink 32 px high, of
 * any width, until one row is left that names a digit or the blank every 2 px: in the manner of
 * CRNN (Shi, Bai and Yao 2015), with a wider view in place of its recurrent layers, and read by CTC
 * (Graves et al. 2006).
 *
 * Residual blocks (He et al. 2016) add what strokes and neighbours tell. A step sees 134 px. With c = 20 it has 1,206,751
 * parameters. net_copy gives it another width. */
#include "zoo/zoo.h"

/* Convolution, batch norm, ReLU; the norm's shift makes a bias needless. */
static Node layer(Net *net, Node x, const char *name, Conv conv)
{
    conv.no_bias = true;
    conv.init = (Init){INIT_HE, 0};
    net_scope(net, "%s", name);
    x = net_conv2d(net, x, "conv", conv);
    x = net_batch_norm(net, x, "norm", (Norm){0});
    x = net_act(net, x, ACT_RELU);
    net_scope(net, "%s", "");
    return x;
}

static Node layer3x3(Net *net, Node x, const char *name, int filters)
{
    return layer(net, x, name, (Conv){.filters = filters, .kernel = 3, .same = true});
}

/* x and what a layer and a convolution after it make of it, which is nothing at first: a net without
 * this block can lend its weights to one that has it. */
static Node residual(Net *net, Node x, const char *name, Conv first, Conv second)
{
    Node y = layer(net, x, name, first);

    second.init = (Init){INIT_ZERO, 0};
    net_scope(net, "%s", name);
    y = net_conv2d(net, y, "back", second);
    net_scope(net, "%s", "");
    return net_add(net, x, y);
}

/* What stands beside: 9 columns of 4 px. */
static Node context(Net *net, Node x, const char *name, int c)
{
    return residual(net, x, name,
                    (Conv){.filters = 5 * c, .kernel = 1, .kernel_x = 9, .same = true},
                    (Conv){.filters = 10 * c, .kernel = 1});
}

void zoo_line(Net *net, const ZooOptions *options)
{
    int c = options->width;
    Node x = net_input(net, "image", 1, ZOO_LINE_HEIGHT, ZOO_LINE_WIDTH);

    x = layer3x3(net, x, "layer1", c);
    x = net_maxpool2d(net, x, 2); /* (c,16,W/2) */
    x = layer3x3(net, x, "layer2", 2 * c);
    x = layer3x3(net, x, "layer3", 2 * c);
    x = net_maxpool2d(net, x, 2); /* (2c,8,W/4) */
    x = layer3x3(net, x, "layer4", 4 * c);
    x = layer3x3(net, x, "layer5", 4 * c);
    x = net_pool(net, x, (Pool){.kernel = 2, .kernel_x = 1}); /* (4c,4,W/4) */
    x = layer3x3(net, x, "layer6", 6 * c);
    x = layer3x3(net, x, "layer7", 6 * c);
    x = residual(net, x, "shape1", (Conv){.filters = 6 * c, .kernel = 3, .same = true},
                 (Conv){.filters = 6 * c, .kernel = 3, .same = true});
    x = layer(net, x, "layer8", (Conv){.filters = 10 * c, .kernel = 4, .kernel_x = 1});
    x = net_dropout(net, x, 0.2f); /* (10c,1,W/4) */
    x = layer(net, x, "layer9",
              (Conv){.filters = 10 * c, .kernel = 1, .kernel_x = 3, .same = true});
    x = context(net, x, "context1", c);
    x = context(net, x, "context2", c);
    /* two steps from each column: 1s side by side are less than two columns apart */
    x = net_conv2d_transposed(
        net, x, "steps",
        (Conv){
            .filters = options->classes, .kernel = 1, .kernel_x = 2, .stride = 1, .stride_x = 2});
    net_output(net, "logits", x);
}
