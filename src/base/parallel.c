/* Threads meet at gates. A gate is a number that only grows: who waits has seen its old value and
 * goes on when it changes. The wait spins, then yields, then sleeps; only the sleep takes a lock,
 * and who opens a gate takes it only when somebody sleeps. */
#include "base/parallel.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SPIN_NS = 20 * 1000, /* pausing: reacts at once, keeps the core */
    YIELD_NS = 50 * 1000 /* then yielding until here: a little slower, lets others have the core */
};

typedef struct Gate {
    alignas(64) atomic_uint phase; /* on a cache line of its own */
    atomic_int sleepers;
    pthread_mutex_t lock;
    pthread_cond_t opened;
} Gate;

typedef struct Worker {
    Team *team;
    int thread;
    pthread_t handle;
} Worker;

struct Team {
    Gate start, barrier;
    alignas(64) atomic_int arrived; /* at the barrier */
    alignas(64) int threads;
    int64_t spin_ns; /* 0 when there are more threads than cores */
    TeamWork *work;  /* NULL tells the workers to end */
    void *job;
    Worker workers[]; /* threads - 1 of them */
};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void pause_core(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

static bool gate_is(Gate *g, unsigned phase)
{
    return atomic_load_explicit(&g->phase, memory_order_acquire) == phase;
}

static void gate_sleep(Gate *g, unsigned phase)
{
    pthread_mutex_lock(&g->lock);
    atomic_fetch_add(&g->sleepers, 1);
    while (atomic_load(&g->phase) == phase)
        pthread_cond_wait(&g->opened, &g->lock);
    atomic_fetch_sub(&g->sleepers, 1);
    pthread_mutex_unlock(&g->lock);
}

/* Returns when the gate's phase is no longer `phase`. */
static void gate_wait(Gate *g, unsigned phase, int64_t spin_ns)
{
    if (!gate_is(g, phase))
        return;
    int64_t begin = now_ns(), waited = 0;
    while (gate_is(g, phase)) {
        if (waited < spin_ns)
            for (int i = 0; i < 16 && gate_is(g, phase); i++)
                pause_core();
        else if (waited < YIELD_NS)
            sched_yield();
        else {
            gate_sleep(g, phase);
            return;
        }
        waited = now_ns() - begin;
    }
}

/* The store of the phase comes before the load of `sleepers`, and in gate_sleep the other way
 * round, both in the one order of all sequentially consistent operations: either we see the sleeper
 * or it sees the new phase. */
static void gate_open(Gate *g)
{
    atomic_fetch_add(&g->phase, 1);
    if (atomic_load(&g->sleepers) == 0)
        return;
    pthread_mutex_lock(&g->lock);
    pthread_cond_broadcast(&g->opened);
    pthread_mutex_unlock(&g->lock);
}

static void gate_init(Gate *g)
{
    atomic_init(&g->phase, 0);
    atomic_init(&g->sleepers, 0);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->opened, NULL);
}

static void gate_destroy(Gate *g)
{
    pthread_cond_destroy(&g->opened);
    pthread_mutex_destroy(&g->lock);
}

static int cores(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN); /* more cores than a cpu_set_t has bits */
    return n < 1 ? 1 : n > TEAM_LIMIT ? TEAM_LIMIT : (int)n;
}

int team_threads(const Team *team)
{
    return team->threads;
}

void team_share(const Team *team, int thread, long n, long grain, long *first, long *end)
{
    assert(n >= 0 && grain >= 1 && thread >= 0 && thread < team->threads);
    long blocks = n / grain + (n % grain != 0);
    long each = blocks / team->threads, more = blocks % team->threads;
    long from = each * thread + (thread < more ? thread : more);
    long to = from + each + (thread < more);

    *first = from < blocks ? from * grain : n;
    *end = to < blocks ? to * grain : n;
}

void team_barrier(Team *team, void (*then)(void *job), void *job)
{
    unsigned phase = atomic_load_explicit(&team->barrier.phase, memory_order_relaxed);

    if (team->threads > 1 && atomic_fetch_add(&team->arrived, 1) + 1 < team->threads) {
        gate_wait(&team->barrier, phase, team->spin_ns);
        return;
    }
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    if (then)
        then(job);
    if (team->threads > 1)
        gate_open(&team->barrier);
}

static void *worker_main(void *arg)
{
    Worker *worker = arg;
    Team *team = worker->team;

    for (unsigned phase = 0;; phase++) {
        gate_wait(&team->start, phase, team->spin_ns);
        if (!team->work)
            return NULL;
        team->work(team->job, worker->thread);
        team_barrier(team, NULL, NULL);
    }
}

void team_run(Team *team, TeamWork *work, void *job)
{
    assert(work);
    if (team->threads > 1) {
        team->work = work;
        team->job = job;
        gate_open(&team->start);
    }
    work(job, 0);
    team_barrier(team, NULL, NULL);
}

/* Ends the first `started` workers and frees the team. */
static void team_end(Team *team, int started)
{
    team->work = NULL;
    gate_open(&team->start);
    for (int i = 0; i < started; i++)
        pthread_join(team->workers[i].handle, NULL);
    gate_destroy(&team->start);
    gate_destroy(&team->barrier);
    free(team);
}

void team_free(Team *team)
{
    if (team)
        team_end(team, team->threads - 1);
}

/* Starts the workers with all signals blocked: they go to the caller's own threads. Returns how
 * many started. */
static int start_workers(Team *team)
{
    sigset_t all, old;
    int started = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    for (; started < team->threads - 1; started++) {
        Worker *worker = &team->workers[started];
        *worker = (Worker){.team = team, .thread = started + 1};
        if (pthread_create(&worker->handle, NULL, worker_main, worker))
            break;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return started;
}

Team *team_new(int threads, Err *e)
{
    int available = cores();

    if (threads < 0 || threads > TEAM_LIMIT) {
        err_set(e, ERR_ARGUMENT, "%d threads: from 1 to %d are possible", threads, TEAM_LIMIT);
        return NULL;
    }
    if (threads == 0)
        threads = available < TEAM_LIMIT ? available : TEAM_LIMIT;
    size_t size = sizeof(Team) + (size_t)(threads - 1) * sizeof(Worker);
    Team *team =
        aligned_alloc(alignof(Team), (size + alignof(Team) - 1) / alignof(Team) * alignof(Team));
    if (!team) {
        err_set(e, ERR_MEMORY, "no memory for a team of %d threads", threads);
        return NULL;
    }
    memset(team, 0, size);
    team->threads = threads;
    team->spin_ns = threads <= available ? SPIN_NS : 0;
    gate_init(&team->start);
    gate_init(&team->barrier);
    int started = start_workers(team);
    if (started < threads - 1) {
        team_end(team, started);
        err_set(e, ERR_IO, "the system allows only %d of %d threads", started + 1, threads);
        return NULL;
    }
    return team;
}
