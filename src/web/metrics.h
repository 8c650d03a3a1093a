/* What the server counts, as Prometheus' text.
 *
 *     metrics_count(m, ROUTE_READ, 200, 0.0012, 785, 231);
 *     char *text = metrics_text(m, state, connections);
 */
#ifndef SCRAWL_WEB_METRICS_H
#define SCRAWL_WEB_METRICS_H

#include "web/readers.h"

typedef struct Metrics Metrics;

Metrics *metrics_new(Err *e);
void metrics_free(Metrics *m); /* NULL is fine */

/* One request that was answered (status 0: given up by its client); ROUTES for one that met no route. From any thread. */
void metrics_count(Metrics *m, RouteKind route, int status, double seconds, size_t bytes_in,
                   size_t bytes_out);

/* The caller frees; NULL without memory. */
char *metrics_text(Metrics *m, ReadersState state, int connections);

#endif
