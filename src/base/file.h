/* Files whole: read at once up to a limit, written beside and then renamed.
 *
 *     size_t size;
 *     uint8_t *bytes = file_read("digits.idx", FILE_LIMIT, &size, &e);
 *
 * Nothing is ever half-written: a reader of `path` sees the old file or the new one. */
#ifndef SCRAWL_BASE_FILE_H
#define SCRAWL_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define FILE_LIMIT ((size_t)1 << 30) /* what file_read agrees to hold when nothing smaller is known */

/* The bytes of a file, or of standard input for "-", followed by one NUL that `*size` does not
 * count. More than `limit` bytes is ERR_LIMIT; a folder or a device that never ends is refused.
 * The caller frees. */
uint8_t *file_read(const char *path, size_t limit, size_t *size, Err *e);

/* Replaces `path` by these bytes, or writes them to standard output for "-". Written to a temporary
 * file in the same folder, flushed to the disk, renamed; on any failure `path` is as before and the
 * temporary is gone. New files get the mode that the umask leaves of 0666, old ones keep theirs. A
 * symbolic link stays and its target is replaced; a pipe or a device is written to. */
int file_write(const char *path, const void *bytes, size_t size, Err *e);

/* Makes a folder and its missing parents; one that exists is fine. */
int file_make_folder(const char *path, Err *e);

/* The names in a folder, sorted by bytes, without "." and ".."; `*count` is set. One block: the
 * caller frees the array and with it the names. */
char **file_list(const char *folder, size_t *count, Err *e);

bool file_exists(const char *path);
bool file_is_folder(const char *path);
bool file_is_same(const char *a, const char *b); /* two paths of one file or folder that is there */

/* Removes a folder and all that is in it; symbolic links are removed, not followed. */
int file_remove_tree(const char *path, Err *e);

/* "a/b" from "a" and "b"; the caller frees. NULL when memory is gone. */
char *file_join(const char *folder, const char *name);

/* What stands after the last dot of the last part, without the dot; "" if nothing does. The dot that
 * hides a file begins no ending. */
const char *file_ending(const char *path);

/* $XDG_CACHE_HOME/scrawl or $HOME/.cache/scrawl, made when missing; the caller frees. */
char *file_cache_folder(Err *e);

#endif
