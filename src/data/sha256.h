/* SHA-256 (FIPS 180-4) of bytes in memory, as text; the only place that knows Nettle.
 *
 *     char text[SHA256_TEXT];
 *     sha256_text(bytes, size, text); // "ba7816bf..." */
#ifndef SCRAWL_DATA_SHA256_H
#define SCRAWL_DATA_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_TEXT = 65 }; /* 64 small hexadecimal digits and a NUL */

void sha256_text(const uint8_t *bytes, size_t size, char text[SHA256_TEXT]);

#endif
