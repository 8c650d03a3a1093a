/* Ctrl-C for work that can be gone on with: the first one asks for its end, a second one ends it at once.
 *
 *     catch_interrupt();
 *     while (!interrupted() && ...)
 */
#ifndef SCRAWL_CLI_INTERRUPT_H
#define SCRAWL_CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on SIGINT and SIGTERM are noted. */
void catch_interrupt(void);
bool interrupted(void);

#endif
