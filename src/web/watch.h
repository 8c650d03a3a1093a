/* Connections that take too long to say what they want, or to take their answer, are cut.
 *
 *     Watch *watch = watch_new(10, &e);
 *     Watched *w = watch_add(watch, fd);      // a connection opens: it has 10 s for a whole request
 *     watch_hold(watch, w);                   // it is ours to answer: time stands still
 *     watch_again(watch, w);                  // it is its turn: 10 s again
 *     watch_remove(watch, w);                 // before the fd is closed
 *
 * A time limit on silence alone would let a client send a byte now and then for ever. From any thread. */
#ifndef SCRAWL_WEB_WATCH_H
#define SCRAWL_WEB_WATCH_H

#include "base/err.h"

typedef struct Watch Watch;
typedef struct Watched Watched;

Watch *watch_new(double deadline_s, Err *e);
void watch_free(Watch *watch); /* NULL is fine */

Watched *watch_add(Watch *watch, int fd); /* NULL without memory, which the others accept */
void watch_hold(Watch *watch, Watched *w);
void watch_again(Watch *watch, Watched *w);
void watch_remove(Watch *watch, Watched *w);
int watch_count(Watch *watch);

#endif
