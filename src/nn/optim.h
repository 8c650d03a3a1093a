/* Optimisers: one step moves all parameters of a net along their gradient.
 *
 *     Optim *optim = optim_new(net, &(OptimOptions){ .kind = OPTIM_ADAM, .clip_norm = 1 }, &e);
 *     exec_train(run, &batch, &report);
 *     optim_step(optim, net, exec_gradient(run), 0.001f, team);
 *     optim_free(optim);
 *
 * Parameters are one block (net_block), the gradient another, and each thing that an optimiser
 * remembers is one more of the same layout. Formulas, as PyTorch's, for a number p with gradient g
 * at step t = 1, 2, ..; r is the learning rate, w the weight decay (0 where Param.decay is false):
 *
 *   sgd       p -= r*(g + w*p)
 *   momentum  v = mu*v + (g + w*p);  p -= r*v
 *   nesterov  the same v;            p -= r*((g + w*p) + mu*v)
 *   rmsprop   g += w*p;  v = rho*v + (1-rho)*g^2;  p -= r * g / (sqrt(v) + eps)
 *   adam      g += w*p;  m = beta1*m + (1-beta1)*g;  v = beta2*v + (1-beta2)*g^2
 *             p -= r * (m/c1) / (sqrt(v/c2) + eps),  c1 = 1 - beta1^t, c2 = 1 - beta2^t
 *   adamw     p -= r*w*p first, then Adam without the w in g (Loshchilov and Hutter 2019)
 *   nadam     Adam's g, m and v;  mu(t) = beta1*(1 - 0.96^(t/250)/2),  M(t) = mu(1) * .. * mu(t)
 *             p -= r * (mu(t+1)*m/(1 - M(t+1)) + (1-mu(t))*g/(1 - M(t))) / (sqrt(v/c2) + eps)
 *
 * (Kingma and Ba 2015; Dozat 2016 with momentum_decay 0.004, as PyTorch's NAdam.) The kernels:
 * step_sgd with v NULL keeps no velocity. step_adam with `nadam` takes
 * (beta1*m/c1_next + (1-beta1)*g/c1) in place of m/c1; c1 and c1_next carry what mu and M add. Its
 * `decay` is Adam's w, `decoupled` is AdamW's.
 *
 * The parameters after a step do not depend on the number of threads. */
#ifndef SCRAWL_NN_OPTIM_H
#define SCRAWL_NN_OPTIM_H

#include "base/parallel.h"
#include "nn/net.h"

typedef enum OptimKind {
    OPTIM_SGD,
    OPTIM_MOMENTUM,
    OPTIM_NESTEROV,
    OPTIM_RMSPROP,
    OPTIM_ADAM,
    OPTIM_ADAMW,
    OPTIM_NADAM,
    OPTIM_KINDS
} OptimKind;

/* Zero is the usual default of every field; values are as PyTorch's. */
typedef struct OptimOptions {
    OptimKind kind;
    float momentum;     /* 0: 0.9; momentum and nesterov */
    float rho;          /* 0: 0.99; RMSprop's share of the old average */
    float beta1, beta2; /* 0: 0.9 and 0.999; Adam and its kin */
    float eps;          /* 0: 1e-8 */
    float decay;        /* weight decay w. 0: none, but 0.01 for AdamW */
    float clip_norm;    /* the gradient is scaled down to this norm at most; 0: never */
    float clip_value;   /* then every number of it is held within +-this; 0: never */
    float average;      /* keep an average of the weights with this decay, say 0.999; 0: none */
} OptimOptions;

typedef struct Optim Optim;

/* "sgd", "momentum", ...; and back: -1 when there is no such optimiser. */
const char *optim_name(OptimKind kind);
int optim_find(const char *name);

/* ERR_ARGUMENT if a number makes no sense (a negative decay, beta1 of 1, ..), ERR_MEMORY. The net
 * is built, and is the one that every step is given. */
Optim *optim_new(const Net *net, const OptimOptions *options, Err *e);
void optim_free(Optim *o); /* NULL is fine */

/* One step with learning rate `lr` on the net's parameters; `gradient` is laid out as net_block,
 * and team may be NULL. Allocates nothing. False if the gradient holds a NaN or an infinity: the
 * step is skipped and counted, and nothing else changes. */
bool optim_step(Optim *o, Net *net, const float *gradient, float lr, Team *team);

uint64_t optim_steps(const Optim *o);   /* taken */
uint64_t optim_skipped(const Optim *o); /* not taken, since optim_new */
double optim_norm(const Optim *o);      /* of the last gradient, before any clipping; 0 at first */

/* Exchanges the net's parameters with their average, and back when called again. The average is
 *   e = d*e + (1-d)*p  after each step,  d = min(average, (1+t)/(10+t)),  t the steps before this
 * from the weights at the first step on. The net's state, batch norm's running statistics, is
 * averaged and exchanged with them, from what it is at the first step on: the last statistics are
 * the last weights'. No step may be taken in between. Nothing happens if no average is kept or no
 * step was taken yet. */
void optim_swap_average(Optim *o, Net *net);

/* All that is remembered, as one block of numbers, for a checkpoint: with these numbers and
 * optim_steps put back, training goes on bit for bit. Not while the average is swapped in. The size
 * is 0 for plain SGD. */
float *optim_state(Optim *o);
size_t optim_state_size(const Optim *o);
void optim_set_steps(Optim *o, uint64_t steps);

/* Holds every parameter within +-limit: what a Wasserstein-style critic wants before each of its
 * steps, that is, before the gradient is taken (Arjovsky et al. 2017). */
void optim_clip_weights(Net *net, float limit);

#endif
