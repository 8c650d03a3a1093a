/* A writer of safetensors files that knows nothing of ours: the header is a text that a test gives,
 * so that anything in it can be wrong. */
#ifndef TESTS_MODEL_SAFE_BYTES_H
#define TESTS_MODEL_SAFE_BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* 8 bytes of length, the header as it is, the data. A block of the exact size, so that a sanitizer
 * sees a byte read too many; the caller frees. */
static inline uint8_t *safe_bytes(const char *header, const void *data, size_t data_size,
                                  size_t *size)
{
    size_t length = strlen(header);
    uint8_t *bytes = malloc(8 + length + data_size);

    if (!bytes)
        abort();
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)length >> 8 * i);
    memcpy(bytes + 8, header, length);
    if (data_size)
        memcpy(bytes + 8 + length, data, data_size);
    *size = 8 + length + data_size;
    return bytes;
}

/* `bytes` with the first `from` replaced by `to`, as long: a block that the caller frees. */
static inline uint8_t *bytes_replaced(const uint8_t *bytes, size_t size, const char *from,
                                      const char *to)
{
    uint8_t *copy = malloc(size);
    uint8_t *at = copy ? memmem(memcpy(copy, bytes, size), size, from, strlen(from)) : NULL;

    if (!at || strlen(from) != strlen(to))
        abort();
    memcpy(at, to, strlen(to));
    return copy;
}

#endif
