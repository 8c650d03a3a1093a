#include "web/metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const int statuses[] = {200, 400, 401, 403, 404, 405, 413, 415, 421, 500, 501, 503, 0};
static const double bounds_s[] = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                  0.1,    0.2,   0.5,   1,     2,    5,    10};
enum { STATUSES = sizeof statuses / sizeof *statuses, BOUNDS = sizeof bounds_s / sizeof *bounds_s };

struct Metrics {
    pthread_mutex_t lock;
    unsigned long requests[ROUTES + 1]
                          [STATUSES]; /* status 0: given up by the client, or any other */
    unsigned long within[BOUNDS + 1]; /* requests by their time */
    double seconds;
    unsigned long long bytes_in, bytes_out;
};

Metrics *metrics_new(Err *e)
{
    Metrics *m = calloc(1, sizeof *m);

    if (m)
        pthread_mutex_init(&m->lock, NULL);
    else
        err_set(e, ERR_MEMORY, "no memory to count requests");
    return m;
}

void metrics_free(Metrics *m)
{
    if (!m)
        return;
    pthread_mutex_destroy(&m->lock);
    free(m);
}

void metrics_count(Metrics *m, RouteKind route, int status, double seconds, size_t bytes_in,
                   size_t bytes_out)
{
    int s = 0, bound = 0;

    while (s < STATUSES - 1 && statuses[s] != status)
        s++;
    while (bound < BOUNDS && seconds > bounds_s[bound])
        bound++;
    pthread_mutex_lock(&m->lock);
    m->requests[route][s]++;
    m->within[bound]++;
    m->seconds += seconds;
    m->bytes_in += bytes_in;
    m->bytes_out += bytes_out;
    pthread_mutex_unlock(&m->lock);
}

static void head(FILE *f, const char *name, const char *kind, const char *help)
{
    fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void put_requests(const Metrics *m, FILE *f)
{
    head(f, "scrawl_requests_total", "counter",
         "Requests by route and status; status 0: given up by the client.");
    for (int r = 0; r <= ROUTES; r++)
        for (int s = 0; s < STATUSES; s++)
            if (m->requests[r][s])
                fprintf(f, "scrawl_requests_total{route=\"%s\",status=\"%d\"} %lu\n",
                        r < ROUTES ? route_at((RouteKind)r)->path : "other", statuses[s],
                        m->requests[r][s]);
}

static void put_times(const Metrics *m, FILE *f)
{
    unsigned long sum = 0;

    head(f, "scrawl_request_seconds", "histogram",
         "Time from a request's head to the end of its answer.");
    for (int i = 0; i < BOUNDS; i++)
        fprintf(f, "scrawl_request_seconds_bucket{le=\"%g\"} %lu\n", bounds_s[i],
                sum += m->within[i]);
    fprintf(f, "scrawl_request_seconds_bucket{le=\"+Inf\"} %lu\nscrawl_request_seconds_sum %.6f\n",
            sum += m->within[BOUNDS], m->seconds);
    fprintf(f, "scrawl_request_seconds_count %lu\n", sum);
}

static void put_number(FILE *f, const char *name, const char *kind, const char *help,
                       unsigned long long value)
{
    head(f, name, kind, help);
    fprintf(f, "%s %llu\n", name, value);
}

char *metrics_text(Metrics *m, ReadersState state, int connections)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return NULL;
    pthread_mutex_lock(&m->lock);
    put_requests(m, f);
    put_times(m, f);
    put_number(f, "scrawl_bytes_in_total", "counter", "Bytes of the bodies of requests.",
               m->bytes_in);
    put_number(f, "scrawl_bytes_out_total", "counter", "Bytes of the bodies of answers.",
               m->bytes_out);
    pthread_mutex_unlock(&m->lock);
    put_number(f, "scrawl_connections", "gauge", "Open connections.",
               (unsigned long long)connections);
    put_number(f, "scrawl_queue_length", "gauge", "Requests that wait to be read.",
               (unsigned long long)state.waiting);
    put_number(f, "scrawl_batches_total", "counter", "Batches that were read.", state.batches);
    put_number(f, "scrawl_batched_requests_total", "counter", "Requests in these batches.",
               state.batched);
    if (fclose(f)) {
        free(text);
        return NULL;
    }
    return text;
}
