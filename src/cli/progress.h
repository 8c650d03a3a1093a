/* One line on the terminal that says how far long work has come: nothing at all where standard error is none, or
 * one that cannot go back on its line (TERM=dumb). It has no colours, so NO_COLOR changes nothing.
 *
 *     Progress p = progress_start();
 *     progress_show(&p, "epoch %ld of %ld", 3, 5);     // at most ten times a second
 *     progress_end(&p);                                // the line is gone
 */
#ifndef SCRAWL_CLI_PROGRESS_H
#define SCRAWL_CLI_PROGRESS_H

#include <stdbool.h>

#include "base/watch.h"

typedef struct Progress {
    bool terminal;
    double shown_s;   /* when */
    const char *what; /* that is counted, */
    double began_s;   /* and since when */
} Progress;

Progress progress_start(void);

/* The same for work that prints as it goes: nothing where standard output is a terminal, for there the
 * results themselves tell. */
Progress progress_beside(void);
void progress_show(Progress *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void progress_end(Progress *p);

/* Shows work that counts: "reading pictures  1,200 of 60,000  3,000/s  0:20 left". Counting begins now;
 * `p` and `what` stay as long as the Watch is used. */
Watch progress_watch(Progress *p, const char *what);

/* What comes over the network: "train-images.gz  3.1 of 9.9 MB  1.2 MB/s  0:06 left". `what` is a file's name, and
 * another begins the clock anew; `all` 0: not known yet. */
void progress_show_bytes(Progress *p, const char *what, double done, double all);

/* "1:23" or "2:05:10". */
const char *progress_time(char text[32], double seconds);

#endif
