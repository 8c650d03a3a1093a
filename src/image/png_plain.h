/* The picture of a PNG file without all else that it holds: comments, colour profiles, what came later.
 *
 *     Writer plain = {0};
 *     if (png_plain(bytes, size, &plain)) ...      // plain.bytes are a PNG; writer_free(&plain)
 *
 * The decoder prints warnings about half the profiles that real files carry and cannot be told not to,
 * so it never sees them. Every chunk's checksum is compared, so a file that was cut off or damaged on its
 * way does not get there either. PNG specification, second edition, chapter 5. */
#ifndef SCRAWL_IMAGE_PNG_PLAIN_H
#define SCRAWL_IMAGE_PNG_PLAIN_H

#include <stdbool.h>

#include "base/bytes.h"

/* False when the file is damaged or does not come to its end, or when memory is gone. */
bool png_plain(const uint8_t *bytes, size_t size, Writer *plain);

#endif
