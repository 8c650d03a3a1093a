/* Readers at work on requests that wait: a queue with an end, and a thread a core that empties it. They redraw and write,
 * too.
 *
 *     Readers *all = readers_new("digits", 0, limits, &e);
 *     Job job = {.bytes = body, .size = size, .options = {.single = true}, .done = wake, .user = me};
 *     if (readers_submit(all, &job)) ...                 // later wake(&job), job.reply set, on a reader's thread
 *     readers_free(all);                                 // after the last job is done
 *
 * A reading is JSON, a redrawn picture a PNG. A reader takes all requests that wait, up to LIMIT_BATCH: the nets then see the digits of all of them together. */
#ifndef SCRAWL_WEB_READERS_H
#define SCRAWL_WEB_READERS_H

#include "read/reader.h"
#include "web/request.h"

typedef enum JobKind { JOB_READ, JOB_REDRAW, JOB_WRITE } JobKind;

typedef struct Job {
    JobKind kind;
    const uint8_t
        *bytes; /* a picture, packed, or an order (order.h); the caller keeps it until done */
    size_t size;
    const char *model; /* one that ships; NULL: the readers' own */
    ReadOptions options;
    bool clean; /* of what is redrawn: smooth edges */
    void (*done)(struct Job *job);
    void *user;
    Reply reply; /* the caller frees */
    double begun_s;
    struct Job *next;
} Job;

typedef struct ReadersState {
    int waiting;
    unsigned long batches, batched; /* so far: batches, and the requests in them */
} ReadersState;

typedef struct Readers Readers;

/* threads 0: all cores. Errors as reader_new's. */
Readers *readers_new(const char *model, int threads, const ServerLimits *limits, Err *e);
void readers_free(Readers *r); /* NULL is fine */

/* Whether there is room for one more; then a submit has to follow. */
bool readers_reserve(Readers *r);
void readers_submit(Readers *r, Job *job);
ReadersState readers_state(Readers *r);
bool readers_busy(Readers *r); /* whether any job is not done */

double clock_s(void); /* seconds on a clock that only goes on */

#endif
