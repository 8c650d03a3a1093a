/* The GAN (Goodfellow et al. 2014) of a study of activations, initialisers and norms: five blocks
 * up, five blocks down, without a label. With c = 8 and batch norm 99,856 and 99,145 parameters, 496
 * running statistics each. Where the study leaves a number open it is Keras': a slope of 0.3 below
 * zero, statistics that take 0.01 of the new ones, 0.001 beside the variance; a group is a quarter
 * of the channels. */
#include "zoo/zoo.h"

enum { BLOCKS = 5, GROUPS = 4 };

static const int strides[BLOCKS] = {1, 2, 1, 2, 1};

static Init start_of(const ZooOptions *options)
{
    return options->init == ZOO_INIT_XAVIER ? (Init){INIT_GLOROT, 0} : (Init){INIT_NORMAL, 0.05f};
}

static Node norm_and_act(Net *net, Node x, const ZooOptions *options)
{
    if (options->norm == ZOO_NORM_GROUP)
        x = net_group_norm(net, x, "norm", (Norm){.groups = GROUPS, .eps = 1e-3f});
    else
        x = net_batch_norm(net, x, "norm", (Norm){.momentum = 0.01f, .eps = 1e-3f});
    return options->act == ZOO_ACT_LRELU ? net_leaky_relu(net, x, 0.3f)
                                              : net_act(net, x, ACT_RELU);
}

typedef Node Layer(Net *net, Node x, const char *name, Conv spec);

/* Convolutions or transposed ones of c, 2c, 4c, 8c, 16c channels. */
static Node blocks(Net *net, Node x, Layer *layer, const ZooOptions *options)
{
    for (int i = 0; i < BLOCKS; i++) {
        net_scope(net, "block%d", i + 1);
        x = layer(net, x, "conv",
                  (Conv){.filters = options->width << i,
                         .kernel = 3,
                         .stride = strides[i],
                         .same = true,
                         .no_bias = true,
                         .init = start_of(options)});
        x = norm_and_act(net, x, options);
    }
    net_scope(net, "%s", "");
    return x;
}

/* (4,7,7) -> (8,7,7) -> (16,14,14) -> (32,14,14) -> (64,28,28) -> (128,28,28) -> (1,28,28) */
void zoo_gan(Net *net, const ZooOptions *options)
{
    Node x = net_input(net, "noise", options->latent / 49, 7, 7);

    x = blocks(net, x, net_conv2d_transposed, options);
    x = net_conv2d_transposed(
        net, x, "draw",
        (Conv){
            .filters = 1, .kernel = 3, .same = true, .no_bias = true, .init = start_of(options)});
    net_output(net, "picture", net_act(net, x, ACT_TANH));
}

/* (1,28,28) -> (8,28,28) -> (16,14,14) -> (32,14,14) -> (64,7,7) -> (128,7,7) -> (1,7,7) */
void zoo_gan_discriminator(Net *net, const ZooOptions *options)
{
    Node x = net_input(net, "image", 1, 28, 28);

    x = blocks(net, x, net_conv2d, options);
    net_output(
        net, "logits",
        net_conv2d(net, x, "conv",
                   (Conv){.filters = 1, .kernel = 3, .same = true, .init = start_of(options)}));
}
