/* Runs a Net: plans all memory for a batch once, then allocates nothing and cannot fail.
 *
 *     Exec *run = exec_new(net, &(ExecOptions){ .batch = 256, .team = team }, &e);
 *     exec_infer(run, &(Batch){ .count = 100, .bytes = pixels, .scale = 1/255.f }, &logits, 1);
 *     exec_free(run);
 *
 * A batch is cut into slices of 16 images, which lie innermost: a tensor of a slice is (C,H,W,16).
 * A thread takes a slice through the whole net with everything in its cache; batch norm in training is
 * the one layer at which all slices meet. One image alone is laid out (C/16,H,W,16) instead.
 *
 * Results do not depend on the number of threads: gradients are summed in a fixed number of lanes, which the size
 * of the net and of the batch decide, and the lanes are added in order. */
#ifndef SCRAWL_NN_EXEC_H
#define SCRAWL_NN_EXEC_H

#include "base/parallel.h"
#include "nn/loss.h"
#include "nn/net.h"

typedef struct Exec Exec;

typedef struct ExecOptions {
    int batch;           /* the most images at a time; at least 1 */
    Team *team;          /* NULL: the calling thread alone. Not owned */
    bool training;       /* batch statistics, dropout, gradients */
    const Loss *losses;  /* training: what is minimised; copied */
    int loss_count;
    bool input_gradient; /* also find the gradient of the first input */
    bool keep;           /* keep every activation of the whole batch for exec_read_activation; a ReLU that is fused
                          * into its layer when training shows in both */
    uint64_t seed;       /* dropout */
    const struct Kernels *kernels; /* NULL: the fastest that the processor runs */
} ExecOptions;

/* What a net is fed. The first input takes `bytes` or `values`, (count, C,H,W) row-major; bytes become
 * byte*scale + shift. Further inputs take more[0], more[1].. (count, C,H,W). */
typedef struct Batch {
    int count;
    const uint8_t *bytes;
    float scale, shift; /* of bytes; scale 0 means 1/255 */
    const float *values;
    const float *const *more;
    const void *const *targets; /* one a loss; see loss.h */
    bool input_only; /* exec_train with .input_gradient: find that alone, in less time; exec_gradient is void, all else as ever */
} Batch;

typedef struct LossReport { /* sums over the batch, one a loss */
    double sum;  /* of the loss without its weight: divide by the count for the mean */
    long right;  /* cross-entropy: images whose largest logit is the target's */
} LossReport;

/* ERR_MEMORY, or ERR_ARGUMENT if a loss does not fit the output it names. The net must stay alive and built. */
Exec *exec_new(Net *net, const ExecOptions *options, Err *e);
void exec_free(Exec *x);

/* Forward alone. outputs[i] receives output i of the net, (count, C*H*W) row-major; NULL skips it, and what only
 * skipped outputs need is not computed. Uses running statistics, also in a training Exec. */
void exec_infer(Exec *x, const Batch *b, float *const *outputs, int output_count);

/* Forward, losses and backward over the batch: overwrites the gradient (exec_gradient), reports each loss.
 * Gradients are those of  sum over losses of weight * mean over the batch  . Running statistics move. */
void exec_train(Exec *x, const Batch *b, LossReport *reports);

/* The two halves of exec_train, with the outputs readable in between (needs .keep). What is wanted may come of these
 * outputs: forward then has no targets and reports nothing, backward has them. */
void exec_forward(Exec *x, const Batch *b, LossReport *reports);
void exec_backward(Exec *x, const void *const *targets, LossReport *reports); /* NULL: exec_forward's */

/* The gradient of the last step, laid out as net_block. Valid until the next call. */
float *exec_gradient(Exec *x);

/* The gradient for the first input, (count, C,H,W) row-major; needs .input_gradient. */
void exec_read_input_gradient(Exec *x, float *out);

/* A node's activation of the last forward pass, (count, C,H,W) row-major; needs .keep. */
void exec_read_activation(Exec *x, Node node, float *out);

/* Bytes that the plan holds, for reports. */
size_t exec_memory(const Exec *x);

/* The step counter that dropout's numbers depend on: saved and set by a checkpoint. */
uint64_t exec_step(const Exec *x);
void exec_set_step(Exec *x, uint64_t step);

#endif
