/* LeNet-5: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
 * recognition", 1998, figure 2, as the Keras tutorials build it: ReLU and max pooling in place of
 * the scaled tanh and the trainable subsampling, dense layers in place of C3's partial connections
 * and of the radial basis functions. */
#include "zoo/zoo.h"

void zoo_lenet(Net *net, const ZooOptions *options)
{
    Node x = net_input(net, "image", 1, 28, 28);

    x = net_conv2d(net, x, "conv1", (Conv){.filters = 6, .kernel = 5, .same = true});
    x = net_act(net, x, ACT_RELU); /* (6,28,28) */
    x = net_maxpool2d(net, x, 2);  /* (6,14,14) */
    x = net_conv2d(net, x, "conv2", (Conv){.filters = 16, .kernel = 5});
    x = net_act(net, x, ACT_RELU); /* (16,10,10) */
    x = net_maxpool2d(net, x, 2);  /* (16,5,5) */
    x = net_flatten(net, x);       /* (400) */
    x = net_act(net, net_dense(net, x, "dense1", (Dense){.units = 120}), ACT_RELU);
    x = net_act(net, net_dense(net, x, "dense2", (Dense){.units = 84}), ACT_RELU);
    x = net_dense(net, x, "dense3", (Dense){.units = options->classes});
    net_output(net, "logits", x);
}
