/* Pre-activation residual network of depth 9n+2: He, Zhang, Ren and Sun, "Identity mappings in deep
 * residual networks", arXiv 1603.05027, as Saral's mark-sheet scanner builds it in Keras: 28x28
 * padded to 32x32, convolutions with a bias, Keras' batch norm, the stride on a block's first 1x1.
 * Three stages of n bottleneck blocks; n = 18 is ResNet-164. */
#include "zoo/zoo.h"

static Node norm_relu(Net *net, Node x, const char *name)
{
    x = net_batch_norm(net, x, name, (Norm){.eps = 1e-3f, .momentum = 0.01f});
    return net_act(net, x, ACT_RELU);
}

static Node conv(Net *net, Node x, const char *name, int filters, int kernel, int stride)
{
    return net_conv2d(net, x, name,
                      (Conv){.filters = filters,
                             .kernel = kernel,
                             .stride = stride,
                             .same = true,
                             .init = {INIT_HE, 0}});
}

/* x + 1x1, 3x3, 1x1 of x, each after batch norm and ReLU. A stage's first block shares its first
 * batch norm and ReLU with a shortcut that is a 1x1 projection. */
static Node block(Net *net, Node x, int filters, int stride, bool first)
{
    Node a = norm_relu(net, x, "norm1"), shortcut = x, y;

    if (first)
        shortcut = conv(net, a, "shortcut", filters, 1, stride);
    y = conv(net, a, "conv1", filters / 4, 1, stride);
    y = conv(net, norm_relu(net, y, "norm2"), "conv2", filters / 4, 3, 1);
    y = conv(net, norm_relu(net, y, "norm3"), "conv3", filters, 1, 1);
    return net_add(net, shortcut, y);
}

void zoo_resnet(Net *net, const ZooOptions *options)
{
    int width = options->width, blocks = (options->depth - 2) / 9;
    Node x = net_input(net, "image", 1, 28, 28);

    x = net_pad(net, x, 2, 2, 2, 2);
    x = conv(net, x, "conv", width, 3, 1); /* (16,32,32) */
    for (int s = 0; s < 3; s++)            /* (64,32,32), (128,16,16), (256,8,8) */
        for (int b = 0; b < blocks; b++) {
            net_scope(net, "stage%d.block%02d", s + 1, b + 1);
            x = block(net, x, 4 * width << s, s > 0 && b == 0 ? 2 : 1, b == 0);
        }
    net_scope(net, "%s", "");
    x = norm_relu(net, x, "norm");
    x = net_global_pool(net, x, POOL_AVG); /* (256) */
    x = net_dense(net, x, "dense", (Dense){.units = options->classes, .init = {INIT_HE, 0}});
    net_output(net, "logits", x);
}
