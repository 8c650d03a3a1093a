/* Text from outside made fit to be shown: a terminal obeys some bytes, and JSON takes none that are no UTF-8.
 *
 *     char shown[200];
 *     plain_text(shown, sizeof shown, "caf\xC3\xA9 \x1B[31m");     // "café \x1B[31m" with \x1B in four letters
 *
 * Every sentence of an Err, and every refusal of the command line, goes through it. */
#ifndef SCRAWL_BASE_PLAIN_H
#define SCRAWL_BASE_PLAIN_H

#include <stddef.h>

/* Copies `from` into the `size` bytes of `to`, cut between characters if it is too long: characters of UTF-8 as they
 * are, but for control characters (C0, DEL, C1), and all other bytes, as \xNN. What is plain already stays the same. */
void plain_text(char *to, size_t size, const char *from);

#endif
