/* parallel.h where there are no threads: a team of the caller alone. For WebAssembly. */
#include "base/parallel.h"

#include <assert.h>
#include <stdlib.h>

struct Team {
    int threads;
};

Team *team_new(int threads, Err *e)
{
    Team *team = malloc(sizeof *team);

    if (threads < 0 || threads > TEAM_LIMIT || !team) {
        free(team);
        err_set(e, team ? ERR_ARGUMENT : ERR_MEMORY, "a team of %d threads cannot be had", threads);
        return NULL;
    }
    team->threads = 1;
    return team;
}

void team_free(Team *team)
{
    free(team);
}

int team_threads(const Team *team)
{
    return team->threads;
}

void team_run(Team *team, TeamWork *work, void *job)
{
    (void)team;
    work(job, 0);
}

void team_barrier(Team *team, void (*then)(void *job), void *job)
{
    (void)team;
    if (then)
        then(job);
}

void team_share(const Team *team, int thread, long n, long grain, long *first, long *end)
{
    (void)team;
    (void)grain;
    assert(thread == 0);
    *first = 0;
    *end = n;
}
