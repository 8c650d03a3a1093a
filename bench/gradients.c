#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "layers.h"
#include "base/rng.h"
#include "nn/exec.h"
#include "nn/precision.h"
#include "zoo/zoo.h"

enum { BATCH = 64, IMAGE = 28 * 28 };

typedef struct Feed { /* the same for both precisions */
    uint8_t pixels[BATCH * IMAGE];
    int classes[BATCH];
    float labels[BATCH], real[BATCH];
} Feed;

/* Blurs of ink on black, half of them real. */
static void feed_make(Feed *f)
{
    Rng r = rng_stream(3, RNG_TEST, 0);

    for (int i = 0; i < BATCH; i++) {
        float x = rng_range(&r, 8, 20), y = rng_range(&r, 8, 20), size = rng_range(&r, 10, 40);

        f->classes[i] = (int)rng_below(&r, 10);
        f->labels[i] = (float)f->classes[i];
        f->real[i] = (float)(i % 2);
        for (int p = 0; p < IMAGE; p++) {
            float dx = (float)(p % 28) - x, dy = (float)(p / 28) - y;

            f->pixels[i * IMAGE + p] = (uint8_t)(255 * expf(-(dx * dx + (float)(i % 7) * dy * dy) / size));
        }
    }
}

static void require(const void *p, const Err *e)
{
    if (!p) {
        fprintf(stderr, "scrawl-bench: %s\n", e->text);
        exit(1);
    }
}

/* The gradient of one step from the first weights; the caller frees. */
static float *gradient(Net *net, const Feed *f, bool classifies, Precision precision)
{
    const Loss loss = {.kind = classifies ? LOSS_CROSS_ENTROPY : LOSS_BINARY, .output = "logits"};
    const void *target = classifies ? (const void *)f->classes : f->real;
    Err e = {0};
    Exec *run = exec_new(net,
                         &(ExecOptions){.batch = BATCH, .training = true, .losses = &loss, .loss_count = 1,
                                        .kernels = precision_kernels(precision)},
                         &e);
    size_t size = net_block_size(net) * sizeof(float);
    float *g = malloc(size);

    require(run, &e);
    require(g, &(Err){.text = "no memory"});
    exec_train(run, &(Batch){.count = BATCH, .bytes = f->pixels, .more = (const float *const[]){f->labels},
                             .targets = &target}, NULL);
    for (size_t i = 0; i < net_block_size(net); i++)
        g[i] = exec_gradient(run)[i];
    exec_free(run);
    return g;
}

/* Every weight changes by up to as much as bf16 may round it. */
static void shake(Net *net)
{
    Rng r = rng_stream(4, RNG_TEST, 0);

    for (size_t i = 0; i < net_block_size(net); i++)
        net_block(net)[i] *= 1 + rng_range(&r, -0x1p-9f, 0x1p-9f);
}

/* |a - b| / |b| in per cent. */
static double difference(const float *a, const float *b, size_t first, size_t end)
{
    double off = 0, whole = 0;

    for (size_t k = first; k < end; k++) {
        off += pow((double)a[k] - b[k], 2);
        whole += pow(b[k], 2);
    }
    return 100 * sqrt(off / whole);
}

static void print_errors(const char *name, Net *net, const Feed *f, bool classifies)
{
    float *exact, *rounded, *shaken;

    net_init(net, 1);
    exact = gradient(net, f, classifies, PRECISION_F32);
    rounded = gradient(net, f, classifies, PRECISION_BF16);
    shake(net);
    shaken = gradient(net, f, classifies, PRECISION_F32);
    for (int i = 0; i < net_param_count(net); i++) {
        const Param *p = net_param(net, i);
        size_t first = p->offset, end = first + (size_t)p->rows * p->pitch;

        if (!p->state && p->dims > 1)
            printf("| %s | %s | %.2g %% | %.2g %% |\n", name, p->name, difference(rounded, exact, first, end),
                   difference(shaken, exact, first, end));
    }
    free(shaken);
    free(exact);
    free(rounded);
    net_free(net);
}

void bench_gradients(void)
{
    static Feed f;
    Err e = {0};
    Net *net;

    feed_make(&f);
    printf("by %s; per cent of the gradient's length\n\n| net | weights | bf16 against f32 | f32, each weight changed by up to "
           "1/512 of it |\n|---|---|---|---|\n",
           precision_kernels(PRECISION_BF16)->products);
    require(net = zoo_net("lenet", &(ZooOptions){0}, &e), &e);
    print_errors("lenet", net, &f, true);
    require(net = zoo_net("resnet20", &(ZooOptions){0}, &e), &e);
    print_errors("resnet20", net, &f, true);
    require(net = zoo_discriminator("cdcgan", &(ZooOptions){0}, &e), &e);
    print_errors("cdcgan's discriminator", net, &f, false);
}
