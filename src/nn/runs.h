/* The runs of numbers that lie without gaps in several views of one shape, for layers that treat
 * all numbers alike: inside nn/ only.
 *
 *     Runs r = runs_of(&s->in[0], &s->out, NULL);
 *     for (size_t i = 0; i < r.count; i++)
 *         k->act(kind, slope, r.length, w->memory + view_row_at(&s->in[0], i),
 *                w->memory + view_row_at(&s->out, i)); */
#ifndef SCRAWL_NN_RUNS_H
#define SCRAWL_NN_RUNS_H

#include <string.h>

#include "nn/layer.h"

typedef struct Runs {
    size_t count, length; /* length in floats, 16 for each pixel */
} Runs;

/* Rows, or all numbers as one run where no view has a halo. b and c may be NULL. */
static inline Runs runs_of(const View *a, const View *b, const View *c)
{
    if (view_is_dense(a) && (!b || view_is_dense(b)) && (!c || view_is_dense(c)))
        return (Runs){1, (size_t)a->planes * a->h * a->w * LANES};
    return (Runs){(size_t)a->planes * a->h, (size_t)a->w * LANES};
}

/* The same for one plane: the runs i of plane p are those at view_row_at(v, p * v->h + i). */
static inline Runs plane_runs_of(const View *a, const View *b, const View *c)
{
    Runs r = runs_of(a, b, c);

    return r.count == 1 ? (Runs){1, r.length / a->planes} : (Runs){a->h, r.length};
}

static inline void run_copy(size_t n, const float *from, float *to)
{
    memcpy(to, from, n * sizeof *to);
}

/* A gradient that is passed on as it is. */
static inline void run_give(const Work *w, size_t n, const float *from, bool add, float *to)
{
    if (add)
        w->k->add(n, to, from, false, to);
    else
        run_copy(n, from, to);
}

#endif
