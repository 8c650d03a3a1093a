/* A net's answers for many pictures, however many fit into a batch.
 *
 *     Predictor *p = predictor_new(net, "logits", team, &e);
 *     predictor_run(p, pictures, count, 1 / 255.f, 0, logits);
 *     predictor_free(p);
 *
 * For nets with one input. A picture's answer depends neither on the others nor on the threads. */
#ifndef SCRAWL_TRAIN_PREDICT_H
#define SCRAWL_TRAIN_PREDICT_H

#include "nn/exec.h"
#include "nn/precision.h"

typedef struct Predictor Predictor;

/* The net, with the weights that it has when predictor_run is called, and the team, which may be
 * NULL, are the caller's and have to stay. `output` is one of the net's. NULL: ERR_MEMORY. */
Predictor *predictor_new(Net *net, const char *output, Team *team, Err *e);
/* The same in another precision than f32. */
Predictor *predictor_new_in(Precision p, Net *net, const char *output, Team *team, Err *e);
void predictor_free(Predictor *p); /* NULL is fine */

/* Numbers of one answer, and of one picture. */
int predictor_outputs(const Predictor *p);
size_t predictor_inputs(const Predictor *p);

/* bytes (count, C,H,W), each byte*scale + shift -> out (count, F). Allocates nothing. */
void predictor_run(Predictor *p, const uint8_t *bytes, size_t count, float scale, float shift,
                   float *out);

#endif
