/* Writes one of everything that TensorBoard is told into FILE: make_events FILE */
#include <stdio.h>
#include <stdlib.h>

#include "image/codec.h"
#include "train/events.h"

static Net *small_net(void)
{
    Net *net = net_new();
    Node x = net_input(net, "image", 1, 8, 8), y;

    net_scope(net, "stage%d", 1);
    x = net_act(net, net_conv2d(net, x, "conv", (Conv){.filters = 2, .kernel = 3, .same = true}),
                ACT_RELU);
    y = net_conv2d(net, x, "again", (Conv){.filters = 2, .kernel = 1});
    net_scope(net, "%s", "");
    net_output(net, "logits", net_dense(net, net_add(net, x, y), "dense", (Dense){.units = 3}));
    return net_build(net, NULL) ? NULL : net;
}

int main(int argc, char **argv)
{
    const float values[] = {1, 2, 3, -1};
    uint8_t grey[] = {0, 255, 128, 64, 32, 16};
    Image im = {.width = 3, .height = 2, .channels = 1, .pixels = grey};
    HParam params[] = {{.name = "lr", .number = 0.5}, {.name = "model", .text = "lenet"}};
    Net *net = small_net();
    size_t size = 0;
    uint8_t *png = image_encode_png(&im, &size, NULL);
    Err e = {0};
    Events *events = argc == 2 && net && png ? events_open(argv[1], 0, &e) : NULL;

    if (!events) {
        fprintf(stderr, "make_events: %s\n", e.text);
        return 1;
    }
    events_hparams(events, "lr=0.5", params, 2);
    events_graph(events, net);
    events_scalar(events, "loss/training", 300, 0.25);
    events_text(events, "recipe", 0, "```json\n{}\n```");
    events_histogram(events, "conv.weight", 1, values, 4);
    events_png(events, "digit", 2, im.width, im.height, png, size);
    events_end(events, true);
    int status = events_flush(events, &e);
    if (status)
        fprintf(stderr, "make_events: %s\n", e.text);
    events_free(events);
    net_free(net);
    free(png);
    return status != 0;
}
