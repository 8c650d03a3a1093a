/* One line on the terminal that says how far long work has come: nothing at all where standard error is none.
 *
 *     Progress p = progress_start();
 *     progress_show(&p, "epoch %ld of %ld", 3, 5);     // at most ten times a second
 *     progress_end(&p);                                // the line is gone
 */
#ifndef SCRAWL_CLI_PROGRESS_H
#define SCRAWL_CLI_PROGRESS_H

#include <stdbool.h>

typedef struct Progress {
    bool terminal;
    double shown_s; /* when */
} Progress;

Progress progress_start(void);
void progress_show(Progress *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void progress_end(Progress *p);

/* "1:23" or "2:05:10". */
const char *progress_time(char text[32], double seconds);

#endif
