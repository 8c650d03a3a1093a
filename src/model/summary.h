/* What a net is made of, layer by layer: as a table for people and as JSON for programs.
 *
 *     char *table = summary_text("lenet", net);
 *     fputs(table, stdout);
 *     free(table);
 *
 *     lenet
 *
 *     layer  kind    output   parameters  multiply-adds
 *     image  input   1x28x28           0              0
 *     conv1  conv2d  6x28x28         156        117,600
 *     ...
 *     total                       61,706        416,520 */
#ifndef SCRAWL_MODEL_SUMMARY_H
#define SCRAWL_MODEL_SUMMARY_H

#include "nn/net.h"

/* The caller frees; NULL when memory is gone. Multiply-adds are those of one image. */
char *summary_text(const char *name, const Net *net);

/* {"model":"lenet","parameters":61706,"multiply_adds":416520,
 *  "layers":[{"name":"conv1","kind":"conv2d","output":[6,28,28],"parameters":156,
 *             "multiply_adds":117600},..]} on one line, without a newline. */
char *summary_json(const char *name, const Net *net);

#endif
