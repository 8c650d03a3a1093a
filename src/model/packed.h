/* A model as bytes without text: what the page in the browser opens, which has no JSON parser.
 *
 *     size_t size;
 *     uint8_t *bytes = packed_write(m, "lenet", &size, &e);   // weights as halves: half of the file
 *     Model *same = packed_read(bytes, size, &e);
 *
 * The graph goes field by field through the table that its JSON goes through (graph_kinds.h); the training record
 * stays behind. Both ends are of one build, so there is no version; what is wrong is an error all the same. */
#ifndef SCRAWL_MODEL_PACKED_H
#define SCRAWL_MODEL_PACKED_H

#include <stdint.h>

#include "model/model.h"

/* The caller frees. ERR_NUMERIC for a weight that no half can hold; ERR_MEMORY. */
uint8_t *packed_write(const Model *m, const char *name, size_t *size, Err *e);

/* The name stands for nothing but the model's own. ERR_FORMAT for what packed_write did not write. */
Model *packed_read(const void *bytes, size_t size, Err *e);

/* The first of the packed models that lie one after the other from *bytes on: returns it, sets its size and name and
 * moves *bytes and *size behind it. NULL at the end, or where the bytes are none. */
const uint8_t *packed_next(const uint8_t **bytes, size_t *size, char name[MODEL_NAME],
                           size_t *model_size);

#endif
