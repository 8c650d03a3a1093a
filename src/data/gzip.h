/* Deflated bytes in memory, made plain: the only place that knows zlib.
 *
 *     size_t size;
 *     uint8_t *plain = gzip_open("t10k-images-idx3-ubyte.gz", bytes, n, FILE_LIMIT, &size, &e);
 *
 * `name` is what error sentences call the bytes. What comes out is bounded by a limit and by the
 * thousandfold that deflate can do at most, whatever the bytes claim. */
#ifndef SCRAWL_DATA_GZIP_H
#define SCRAWL_DATA_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Do the bytes begin as a gzip file (RFC 1952) does? */
bool gzip_is(const uint8_t *bytes, size_t size);

/* The content of a gzip file, of all its members in a row. More than `limit` bytes is ERR_LIMIT; a
 * file that ends early, is damaged or is followed by something else ERR_FORMAT. The caller frees.
 */
uint8_t *gzip_open(const char *name, const uint8_t *bytes, size_t size, size_t limit,
                   size_t *plain_size, Err *e);

/* A raw deflate stream (RFC 1951) that has to fill `plain` exactly. */
int deflate_open(const char *name, const uint8_t *bytes, size_t size, uint8_t *plain,
                 size_t plain_size, Err *e);

/* CRC-32 as gzip and zip have it. */
uint32_t crc32_of(const uint8_t *bytes, size_t size);

#endif
