/* One member of a zip archive in memory (PKWARE's APPNOTE; stored or deflated, up to 4 GB).
 *
 *     size_t size;
 *     uint8_t *bytes = zip_open("mnist.npz", archive, n, "x_train.npy", FILE_LIMIT, &size, &e);
 *
 * The central directory is believed only as far as the local headers, the ranges of the other
 * members and the checksum agree. */
#ifndef SCRAWL_DATA_ZIP_H
#define SCRAWL_DATA_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Do the bytes begin as a zip archive does? */
bool zip_is(const uint8_t *bytes, size_t size);

/* The plain bytes of a member; `name` is what error sentences call the archive. A member that is
 * not there is ERR_FORMAT, one that unpacks to more than `limit` bytes ERR_LIMIT. The caller frees.
 */
uint8_t *zip_open(const char *name, const uint8_t *bytes, size_t size, const char *member,
                  size_t limit, size_t *plain_size, Err *e);

#endif
