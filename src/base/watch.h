/* Somebody who wants to know how far long work has come.
 *
 *     static void show(void *context, size_t done, size_t all) { ... }
 *     dataset_open(path, &(DatasetOptions){.watch = &(Watch){show, NULL}}, &e);
 *
 * Work that takes one calls watch_tell now and then, on the thread of its caller. */
#ifndef SCRAWL_BASE_WATCH_H
#define SCRAWL_BASE_WATCH_H

#include <stddef.h>

typedef struct Watch {
    void (*tell)(void *context, size_t done, size_t all); /* `all` 0: not known yet */
    void *context;
} Watch;

/* `w` may be NULL. */
static inline void watch_tell(const Watch *w, size_t done, size_t all)
{
    if (w)
        w->tell(w->context, done, all);
}

#endif
