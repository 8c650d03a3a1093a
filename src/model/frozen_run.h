/* Runs a frozen graph by the plain loops that a C header carries: slow, and sure of its arithmetic.
 *
 *     FrozenRun *run = frozen_run_new(frozen, NULL, &e);   // or int8: frozen_run_new(frozen, q, &e)
 *     frozen_run(run, model, pixels, NULL, (float *[]){logits});
 *     frozen_run_free(run);
 *
 * Inside model/ only. */
#ifndef SCRAWL_MODEL_FROZEN_RUN_H
#define SCRAWL_MODEL_FROZEN_RUN_H

#include "model/quantize.h"

typedef struct FrozenRun FrozenRun;

/* Graph and numbers are the caller's and have to stay. NULL: ERR_MEMORY. */
FrozenRun *frozen_run_new(const Frozen *f, const Quantized *q, Err *e);
void frozen_run_free(FrozenRun *run); /* NULL is fine */

/* One picture (C,H,W) of bytes, to which the model's scale and shift belong, or NULL where the first
 * input is no picture; the other inputs from values[1] on, or values[0]. outputs[i] is overwritten. A
 * graph in int8 has a picture and nothing else. */
void frozen_run(FrozenRun *run, const Model *m, const uint8_t *picture, const float *const *values,
                float *const *outputs);

/* An activation of one number, its slope resolved. */
float frozen_act(const Act *act, float x);

#endif
