/* The answers that need no reading: the page, the models, how the server is. */
#ifndef SCRAWL_WEB_ANSWERS_H
#define SCRAWL_WEB_ANSWERS_H

#include "web/metrics.h"

/* {"models": [{"name": .., "bytes": .., "parameters": .., "classes": ..}]}, made once; the caller frees. */
char *answers_models(Err *e);

typedef struct Served { /* what the answers tell of */
    Metrics *metrics;
    Readers *readers;
    const char *models; /* JSON */
    int connections;
} Served;

/* Fills the reply to a GET. */
void answer_now(RouteKind kind, const Served *served, Reply *reply);

#endif
