#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <sched.h>
#include <cmocka.h>

#include "base/parallel.h"

static const int counts[] = {1, 2, 4, 7};

enum { COUNTS = sizeof counts / sizeof *counts };

typedef struct Job {
    Team *team;
    int calls[TEAM_LIMIT];  /* by thread */
    long cells[TEAM_LIMIT]; /* plain memory: the barriers alone order it */
    long sum;
    int thens, rounds;
} Job;

static void count_call(void *arg, int thread)
{
    Job *job = arg;

    job->calls[thread]++;
}

static void each_thread_does_the_work_once_a_run(void **state)
{
    (void)state;
    for (int c = 0; c < COUNTS; c++) {
        Team *team = team_new(counts[c], NULL);
        Job job = {.team = team};
        assert_int_equal(team_threads(team), counts[c]);
        for (int run = 0; run < 300; run++)
            team_run(team, count_call, &job);
        for (int t = 0; t < TEAM_LIMIT; t++)
            assert_int_equal(job.calls[t], t < counts[c] ? 300 : 0);
        team_free(team);
    }
}

static void add_up(void *arg)
{
    Job *job = arg;

    job->sum = 0;
    for (int t = 0; t < team_threads(job->team); t++)
        job->sum += job->cells[t];
    job->thens++;
}

/* Each thread writes its cell; the last to come adds all up; all must then see the same sum. */
static void work_in_rounds(void *arg, int thread)
{
    Job *job = arg;
    long n = team_threads(job->team);

    for (long round = 1; round <= job->rounds; round++) {
        job->cells[thread] = round * (thread + 1);
        team_barrier(job->team, add_up, job);
        if (job->sum != round * n * (n + 1) / 2)
            job->calls[thread]++;
        team_barrier(job->team, NULL, NULL);
    }
}

static void a_barrier_makes_all_wait_and_calls_then_exactly_once(void **state)
{
    (void)state;
    for (int c = 0; c < COUNTS; c++) {
        Job job = {.team = team_new(counts[c], NULL), .rounds = 500};
        team_run(job.team, work_in_rounds, &job);
        assert_int_equal(job.thens, 500);
        for (int t = 0; t < counts[c]; t++)
            assert_int_equal(job.calls[t], 0); /* wrong sums */
        team_free(job.team);
    }
}

static void nap(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* One thread is late at every barrier, another one each time: the rest have gone to sleep. */
static void come_late(void *arg, int thread)
{
    Job *job = arg;

    for (int round = 0; round < job->rounds; round++) {
        if (round % team_threads(job->team) == thread)
            nap(2);
        job->cells[thread] = round;
        team_barrier(job->team, add_up, job);
        if (job->sum != (long)round * team_threads(job->team))
            job->calls[thread]++;
        team_barrier(job->team, NULL, NULL);
    }
}

static void threads_that_fell_asleep_at_a_barrier_wake_up(void **state)
{
    (void)state;
    for (int c = 0; c < COUNTS; c++) {
        Job job = {.team = team_new(counts[c], NULL), .rounds = 14};
        team_run(job.team, come_late, &job);
        assert_int_equal(job.thens, 14);
        for (int t = 0; t < counts[c]; t++)
            assert_int_equal(job.calls[t], 0);
        team_free(job.team);
    }
}

static void workers_that_fell_asleep_between_runs_wake_up(void **state)
{
    (void)state;
    Team *team = team_new(4, NULL);
    Job job = {.team = team};

    for (int run = 0; run < 5; run++) {
        nap(2);
        team_run(team, count_call, &job);
    }
    for (int t = 0; t < 4; t++)
        assert_int_equal(job.calls[t], 5);
    team_free(team);
}

static double cpu_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void an_idle_team_uses_no_processor(void **state)
{
    (void)state;
    Team *team = team_new(4, NULL);
    Job job = {.team = team};

    team_run(team, count_call, &job);
    nap(20); /* all asleep by now */
    double before = cpu_s();
    nap(200);
    assert_true(cpu_s() - before < 0.02); /* three that spin would take ten times as much */
    team_free(team);
}

static void parts_cover_all_items_once_in_whole_blocks(void **state)
{
    (void)state;
    static const long sizes[] = {0, 1, 15, 16, 17, 100, 1000003};
    static const long grains[] = {1, 16, 64};

    for (int c = 0; c < COUNTS; c++) {
        Team *team = team_new(counts[c], NULL);
        for (int s = 0; s < 7; s++)
            for (int g = 0; g < 3; g++) {
                long at = 0, most = 0, fewest = sizes[s];
                for (int t = 0; t < counts[c]; t++) {
                    long first, end;
                    team_share(team, t, sizes[s], grains[g], &first, &end);
                    assert_int_equal(first, at);
                    assert_true(end >= first);
                    assert_true(end == sizes[s] || end % grains[g] == 0);
                    most = end - first > most ? end - first : most;
                    fewest = end - first < fewest ? end - first : fewest;
                    at = end;
                }
                assert_int_equal(at, sizes[s]);
                assert_true(most - fewest <= 2 * grains[g]); /* a block, and a last one cut short */
            }
        team_free(team);
    }
}

static void without_a_number_a_team_has_one_thread_a_core(void **state)
{
    (void)state;
    cpu_set_t set, one;
    Team *team = team_new(0, NULL);

    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    assert_int_equal(team_threads(team), CPU_COUNT(&set));
    team_free(team);

    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &set))
            CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    team = team_new(0, NULL);
    assert_int_equal(team_threads(team), 1);
    team_free(team);
    assert_int_equal(sched_setaffinity(0, sizeof set, &set), 0);
}

static void more_threads_than_cores_get_through(void **state)
{
    (void)state;
    Job job = {.team = team_new(64, NULL), .rounds = 50};

    team_run(job.team, work_in_rounds, &job);
    assert_int_equal(job.thens, 50);
    team_free(job.team);
}

static void a_senseless_number_of_threads_is_refused(void **state)
{
    (void)state;
    Err e = {0};

    assert_null(team_new(-1, &e));
    assert_int_equal(e.code, ERR_ARGUMENT);
    assert_null(team_new(TEAM_LIMIT + 1, &e));
    assert_string_equal(e.text, "257 threads: from 1 to 256 are possible");
    team_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_does_the_work_once_a_run),
        cmocka_unit_test(a_barrier_makes_all_wait_and_calls_then_exactly_once),
        cmocka_unit_test(threads_that_fell_asleep_at_a_barrier_wake_up),
        cmocka_unit_test(workers_that_fell_asleep_between_runs_wake_up),
        cmocka_unit_test(an_idle_team_uses_no_processor),
        cmocka_unit_test(parts_cover_all_items_once_in_whole_blocks),
        cmocka_unit_test(without_a_number_a_team_has_one_thread_a_core),
        cmocka_unit_test(more_threads_than_cores_get_through),
        cmocka_unit_test(a_senseless_number_of_threads_is_refused),
    };
    return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
