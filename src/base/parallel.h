/* A team of threads that is started once and works on one thing at a time.
 *
 *     Team *team = team_new(0, &e);                  // one thread a core
 *     team_run(team, work, &job);                    // work(&job, thread) on each, then all join
 *     team_free(team);
 *
 * The calling thread is thread 0. Workers spin for some microseconds between jobs, then sleep, so
 * that a training step of half a millisecond pays little for its barriers and an idle team costs
 * nothing. A team is used by one caller at a time. */
#ifndef SCRAWL_BASE_PARALLEL_H
#define SCRAWL_BASE_PARALLEL_H

#include "base/err.h"

typedef struct Team Team;
typedef void TeamWork(void *job, int thread);

enum { TEAM_LIMIT = 256 };

/* `threads` of them, or one for each core this process may use when 0. */
Team *team_new(int threads, Err *e);
void team_free(Team *team); /* NULL is fine */
int team_threads(const Team *team);

/* Calls work(job, thread) once on every thread and returns when all have. */
void team_run(Team *team, TeamWork *work, void *job);

/* Inside a TeamWork: waits until every thread has come here. The last one to come calls then(job)
 * (unless `then` is NULL) before the others go on, so what it writes is seen by all. */
void team_barrier(Team *team, void (*then)(void *job), void *job);

/* Inside a TeamWork: thread `thread`'s part [*first, *end) of n items, in blocks of `grain`. */
void team_share(const Team *team, int thread, long n, long grain, long *first, long *end);

#endif
