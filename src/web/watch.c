#include "web/watch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "web/readers.h"

static const double look_s = 0.1; /* between two looks at all connections */

struct Watched {
    int fd;
    bool held;
    double since_s;
    Watched *next, **link; /* the list; what points here */
};

struct Watch {
    pthread_mutex_t lock;
    pthread_cond_t end;
    pthread_t thread;
    double deadline_s;
    bool ending;
    Watched *first;
    int count;
};

static void cut_late(Watch *watch)
{
    double now = clock_s();

    for (Watched *w = watch->first; w; w = w->next)
        if (!w->held && now - w->since_s > watch->deadline_s)
            shutdown(w->fd, SHUT_RDWR); /* its server then finds it closed */
}

static void *look(void *arg)
{
    Watch *watch = arg;

    pthread_mutex_lock(&watch->lock);
    while (!watch->ending) {
        struct timespec until;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (long)(1e9 * look_s);
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&watch->end, &watch->lock, &until);
        cut_late(watch);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

Watch *watch_new(double deadline_s, Err *e)
{
    Watch *watch = calloc(1, sizeof *watch);

    if (!watch) {
        err_set(e, ERR_MEMORY, "no memory to watch connections");
        return NULL;
    }
    watch->deadline_s = deadline_s;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->end, NULL);
    if (pthread_create(&watch->thread, NULL, look, watch)) {
        err_set(e, ERR_IO, "the system allows no more threads");
        free(watch);
        return NULL;
    }
    return watch;
}

void watch_free(Watch *watch)
{
    if (!watch)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->ending = true;
    pthread_cond_signal(&watch->end);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    while (watch->first)
        watch_remove(watch, watch->first);
    pthread_mutex_destroy(&watch->lock);
    pthread_cond_destroy(&watch->end);
    free(watch);
}

Watched *watch_add(Watch *watch, int fd)
{
    Watched *w = malloc(sizeof *w);

    if (!w)
        return NULL;
    pthread_mutex_lock(&watch->lock);
    *w = (Watched){.fd = fd, .since_s = clock_s(), .next = watch->first, .link = &watch->first};
    if (w->next)
        w->next->link = &w->next;
    watch->first = w;
    watch->count++;
    pthread_mutex_unlock(&watch->lock);
    return w;
}

static void set(Watch *watch, Watched *w, bool held)
{
    if (!w)
        return;
    pthread_mutex_lock(&watch->lock);
    w->held = held;
    w->since_s = clock_s();
    pthread_mutex_unlock(&watch->lock);
}

void watch_hold(Watch *watch, Watched *w)
{
    set(watch, w, true);
}

void watch_again(Watch *watch, Watched *w)
{
    set(watch, w, false);
}

void watch_remove(Watch *watch, Watched *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&watch->lock);
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    watch->count--;
    pthread_mutex_unlock(&watch->lock);
    free(w);
}

int watch_count(Watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    int count = watch->count;

    pthread_mutex_unlock(&watch->lock);
    return count;
}
