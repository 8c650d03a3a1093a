/* Nets for the tests of this room. */
#ifndef TESTS_MODEL_NETS_H
#define TESTS_MODEL_NETS_H

#include <stdlib.h>

#include "nn/net.h"

/* Builds, fills with random numbers (the state too) and returns it. */
static inline Net *net_finished(Net *net, uint64_t seed)
{
    if (net_build(net, NULL))
        abort();
    net_init(net, seed);
    return net;
}

/* (1,8,8) -> conv 2@3x3 -> batch norm -> relu -> dense 3: weights, biases and running statistics.
 */
static inline Net *net_small(void)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 1, 8, 8);

    x = net_conv2d(net, x, "conv1", (Conv){.filters = 2, .kernel = 3, .no_bias = true});
    x = net_batch_norm(net, x, "bn1", (Norm){0});
    x = net_act(net, x, ACT_RELU);
    x = net_dense(net, net_flatten(net, x), "dense", (Dense){.units = 3});
    net_output(net, "logits", x);
    return net_finished(net, 1);
}

/* Every kind of layer, and every field of every spec with a value that is not its default. */
static inline Net *net_of_every_kind(void)
{
    Net *net = net_new();
    Node image = net_input(net, "image", 2, 8, 8), label = net_input(net, "label", 1, 1, 1);
    Node x, stem, half, theta;

    x = net_conv2d(net, image, "conv1",
                   (Conv){.filters = 4, .kernel = 3, .same = true, .init = {INIT_HE, 0}});
    x = net_batch_norm(net, x, "bn1",
                       (Norm){.eps = 0.001f, .momentum = 0.01f, .init = {INIT_NORMAL, 0.02f}});
    stem = net_act(net, x, ACT_RELU);
    net_scope(net, "stage%d.block%02d", 1, 0);
    x = net_conv2d(net, stem, "conv",
                   (Conv){.filters = 4,
                          .kernel = 3,
                          .kernel_x = 5,
                          .stride = 1,
                          .stride_x = 2,
                          .pad = 1,
                          .no_bias = true,
                          .init = {INIT_ORTHOGONAL, 2}});
    x = net_group_norm(net, x, "norm", (Norm){.groups = 2});
    x = net_act(net, x, ACT_SILU);
    net_scope(net, "%s", "");
    half = net_pool(net, x,
                    (Pool){.kind = POOL_AVG,
                           .kernel = 3,
                           .kernel_x = 1,
                           .stride = 2,
                           .stride_x = 1,
                           .same = true});
    x = net_pool(net, stem, (Pool){.kind = POOL_MAX, .kernel = 3, .stride = 2, .pad = 1});
    x = net_maxpool2d(net, net_upsample(net, x, 2), 2);
    x = net_conv2d_transposed(
        net, x, "up", (Conv){.filters = 3, .kernel = 2, .stride = 2, .init = {INIT_ZERO, 0}});
    x = net_leaky_relu(net, x, 0.2f);
    theta = net_dense(net, net_flatten(net, x), "theta",
                      (Dense){.units = 6, .init = {INIT_IDENTITY_AFFINE, 0}});
    x = net_affine_sample(net, x, theta, true);
    net_output(net, "picture", net_act(net, x, ACT_TANH));
    x = net_embedding(net, label, "digit",
                      (Embedding){.classes = 10, .units = 5, .init = {INIT_ONE, 0}});
    x = net_dense(net, x, "code", (Dense){.units = 12, .no_bias = true, .init = {INIT_TORCH, 0}});
    net_output(net, "code", net_act(net, net_reshape(net, x, 3, 2, 2), ACT_SIGMOID));
    x = net_global_pool(net, net_pad(net, half, 1, 2, 3, 4), POOL_AVG);
    x = net_concat(net, (Node[]){x, net_global_pool(net, stem, POOL_MAX)}, 2);
    x = net_dense(net, net_dropout(net, x, 0.25f), "last", (Dense){.units = 3});
    x = net_add(net, x, x);
    net_output(net, "logits", x);
    net_output(net, "probabilities", net_softmax(net, x));
    half = net_gaussian(net, net_dense(net, x, "latent", (Dense){.units = 6}));
    net_output(net, "drawn", net_modulate(net, x, half, half));
    return net_finished(net, 2);
}

#endif
