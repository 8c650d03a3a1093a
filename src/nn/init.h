/* How a parameter starts: the rules of net.h's InitKind.
 *
 *     for (int i = 0; i < net_param_count(net); i++)
 *         param_init(net_param(net, i), seed, net_param(net, i)->state ? state : block);
 *
 * Each parameter draws from a stream of its own, named by the seed and the parameter's name, in
 * the order of PyTorch's shape: what a layer starts with depends neither on the other layers nor on
 * how the block is laid out. */
#ifndef SCRAWL_NN_INIT_H
#define SCRAWL_NN_INIT_H

#include "nn/net.h"

/* Overwrites the numbers of `p` in `block`; what lies between the rows is left alone. Allocates
 * nothing. INIT_NORMAL on a vector, which only the gain of a norm can be, has mean 1. Orthogonal:
 * the parameter is a matrix of shape[0] rows; the shorter of rows and columns become orthonormal.
 */
void param_init(const Param *p, uint64_t seed, float *block);

#endif
