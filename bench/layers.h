/* Layers one by one: how fast each is, and what bf16 changes in its gradients. Parts of scrawl-bench. */
#ifndef SCRAWL_BENCH_LAYERS_H
#define SCRAWL_BENCH_LAYERS_H

/* For every layer shape of the five systems, or of one (NULL: all): GFLOP/s of its products forward, backward to the input and
 * to the weights, and their shares of the peak, on one thread, in f32 and, where it is, on the bf16 unit; and how far products in bf16 of the
 * same numbers are from those in f32. A table in Markdown. `peak` does `flops` operations. */
void bench_layers(const char *system, double round_seconds, float (*peak)(void), double flops);

/* For LeNet, ResNet-20 and the discriminator of cdcgan: how far the gradient of each weight in bf16 is from that in f32. */
void bench_gradients(void);

#endif
