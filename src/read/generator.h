/* Digits drawn by a net: noise and a digit become a picture.
 *
 *     Generator *g = generator_new(model, team, &e);
 *     float noise[generator_noise(g)];                       // standard normal
 *     generator_draw(g, 1, noise, &(int){7}, 1, picture);    // (28,28), ink light on dark
 *     generator_free(g);
 *
 * The net is any of the zoo that draws digits (zoo/zoo.h): input "noise", mostly "label" as well,
 * output "picture", whose ink is 0..1, or -1..1 where a tanh ends it. Where it has an output "velocity" as well, the
 * noise is first carried along that flow from time 0 to 1 in 8 steps of Heun's method. A digit's
 * picture depends on its own noise and label alone, not on the others, nor on threads. */
#ifndef SCRAWL_READ_GENERATOR_H
#define SCRAWL_READ_GENERATOR_H

#include "base/parallel.h"
#include "model/model.h"

typedef struct Generator Generator;

enum { GENERATOR_SIDE = 28, GENERATOR_PIXELS = GENERATOR_SIDE * GENERATOR_SIDE };

/* Whether a net draws: has the inputs and outputs above. */
bool generator_can(const Net *net);

/* Whether it draws what it is asked for, not digits of its own choice. */
bool generator_obeys(const Generator *g);

/* Whether it has a flow, which guidance is of. */
bool generator_flows(const Generator *g);

/* The model, whose weights count as they are when something is drawn, and the team, which may be
 * NULL, are the caller's and have to stay. ERR_ARGUMENT for a model of another kind. */
Generator *generator_new(const Model *model, Team *team, Err *e);
void generator_free(Generator *g); /* NULL is fine */

int generator_noise(const Generator *g); /* numbers that a digit is drawn from */

/* noise (count, generator_noise), labels (count) of 0 .. 9, which only a net that obeys looks at ->
 * pictures (count, 28, 28). With a
 * guidance above 1 each digit is more like its kind and less like itself; 1 is none (Ho and
 * Salimans 2022); nets without a flow know none. Allocates nothing. */
void generator_draw(Generator *g, int count, const float *noise, const int *labels, float guidance,
                    uint8_t *pictures);

#endif
