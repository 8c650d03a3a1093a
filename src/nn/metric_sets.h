/* How alike two sets of points are: what is written against what is real.
 *
 *     double distance;
 *     Manifold m;
 *     metric_frechet(n, real, m, made, 64, &distance, &e);
 *     metric_manifold(n, real, m, made, 64, 5, team, &m, &e);
 *
 * Points are rows of f numbers. Sums are in a fixed order: the same for any number of threads. */
#ifndef SCRAWL_NN_METRIC_SETS_H
#define SCRAWL_NN_METRIC_SETS_H

#include "base/parallel.h"

enum { FRECHET_LIMIT = 512 }; /* numbers of a point */

/* The squared Frechet distance between the normals with the sets' means and covariances:
 *   |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))
 * (Dowson and Landau 1982; of a net's features: Heusel et al. 2017). It depends on the sizes of the
 * sets: compare only between equal ones. f is at most FRECHET_LIMIT, each set has 2 points or more;
 * ERR_MEMORY. */
int metric_frechet(long n, const float *a, long m, const float *b, int f, double *out, Err *e);

/* With balls around each point that just reach its k-th nearest neighbour in its own set:
 *   precision  share of what is made that lies in a ball of the real
 *   recall     share of the real that lies in a ball of what is made
 *   density    balls of the real around what is made, over k; above 1 where it lies too much in the middle
 *   coverage   share of the real balls with something made in them
 * (Kynkaanniemi et al. 2019; Naeem et al. 2020). */
typedef struct Manifold {
    double precision, recall, density, coverage;
} Manifold;

/* Both sets have more than k points. The team may be NULL; ERR_MEMORY. */
int metric_manifold(long n, const float *real, long m, const float *made, int f, int k, Team *team,
                    Manifold *out, Err *e);

/* nearest[i] (n) receives the distance from point i of a to the nearest of b. */
void metric_nearest(long n, const float *a, long m, const float *b, int f, Team *team,
                    float *nearest);

#endif
