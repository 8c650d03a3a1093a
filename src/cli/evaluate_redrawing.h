/* scrawl evaluate of a model that redraws: what is told beyond a classifier's figures. */
#ifndef SCRAWL_CLI_EVALUATE_REDRAWING_H
#define SCRAWL_CLI_EVALUATE_REDRAWING_H

#include "train/redrawing.h"

void redrawing_print(const Redrawing *r);

/* The JSON object `text`, which is freed, with one member more: "redrawing". The caller frees; NULL when memory
 * is gone or text is NULL. */
char *redrawing_add_json(char *text, const Redrawing *r);

#endif
