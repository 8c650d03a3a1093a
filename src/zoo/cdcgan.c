/* Conditional DCGAN (Radford, Metz and Chintala 2016; Mirza and Osindero 2014) as the first system
 * that wrote numbers had it. Rectifiers stand before the norms. The generator has 121,658
 * parameters; of the discriminator, 11 million, `width` scales all layers. */
#include <stddef.h>

#include "zoo/zoo.h"

enum { DIGITS = 10 };

static const Init start = {INIT_NORMAL, 0.02f};

/* ---- the generator ---- */

static Node grow(Net *net, Node x, const char *name, int filters, int stride, int pad)
{
    net_scope(net, "%s", name);
    x = net_conv2d_transposed(
        net, x, "conv",
        (Conv){.filters = filters, .kernel = 4, .stride = stride, .pad = pad, .init = start});
    x = net_batch_norm(net, net_act(net, x, ACT_RELU), "norm", (Norm){.init = start});
    net_scope(net, "%s", "");
    return x;
}

/* (100 + 10,1,1) -> (50,2,2) -> (30,4,4) -> (15,7,7) -> (8,14,14) -> (1,28,28) */
void zoo_cdcgan(Net *net, const ZooOptions *options)
{
    Node noise = net_input(net, "noise", options->latent, 1, 1);
    Node label = net_input(net, "label", 1, 1, 1);
    Node x = net_embedding(net, label, "embedding",
                           (Embedding){.classes = DIGITS, .units = options->embedding});

    x = net_concat(net, (Node[]){x, noise}, 2);
    x = grow(net, x, "layer1", 50, 2, 1);
    x = grow(net, x, "layer2", 30, 2, 1);
    x = grow(net, x, "layer3", 15, 1, 0);
    x = grow(net, x, "layer4", 8, 2, 1);
    x = net_conv2d_transposed(
        net, x, "draw", (Conv){.filters = 1, .kernel = 4, .stride = 2, .pad = 1, .init = start});
    net_output(net, "picture", net_act(net, x, ACT_TANH));
}

/* ---- the discriminator ---- */

static Node shrink(Net *net, Node x, const char *name, int filters, int pad)
{
    net_scope(net, "%s", name);
    x = net_conv2d(net, x, "conv",
                   (Conv){.filters = filters, .kernel = 4, .stride = 2, .pad = pad, .init = start});
    x = net_batch_norm(net, net_leaky_relu(net, x, 0.2f), "norm", (Norm){.init = start});
    net_scope(net, "%s", "");
    return x;
}

/* With c = 64: a label (1,56,56) and a picture (1,28,28) -> (128,28,28) -> (256,14,14) ->
 * (512,7,7) -> (1024,4,4) -> 1 */
void zoo_cdcgan_discriminator(Net *net, const ZooOptions *options)
{
    int c = options->width;
    Node image = net_input(net, "image", 1, 28, 28);
    Node label = net_input(net, "label", 1, 1, 1);
    Node x =
        net_embedding(net, label, "embedding", (Embedding){.classes = DIGITS, .units = 56 * 56});

    x = net_conv2d(net, net_reshape(net, x, 1, 56, 56), "label_conv",
                   (Conv){.filters = c, .kernel = 4, .stride = 2, .pad = 1, .init = start});
    x = net_leaky_relu(net, x, 0.2f);
    image = net_conv2d(net, image, "image_conv",
                       (Conv){.filters = c, .kernel = 3, .pad = 1, .init = start});
    image = net_leaky_relu(net, image, 0.2f);
    x = net_concat(net, (Node[]){image, x}, 2);
    x = shrink(net, x, "layer1", 4 * c, 1);
    x = shrink(net, x, "layer2", 8 * c, 1);
    x = shrink(net, x, "layer3", 16 * c, 2);
    net_output(net, "logits",
               net_conv2d(net, x, "conv", (Conv){.filters = 1, .kernel = 4, .init = start}));
}
