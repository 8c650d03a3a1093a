#include "data/sha256.h"

#include <nettle/sha2.h>

void sha256_text(const uint8_t *bytes, size_t size, char text[SHA256_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    struct sha256_ctx state;
    uint8_t sum[SHA256_DIGEST_SIZE];

    sha256_init(&state);
    sha256_update(&state, size, bytes);
    sha256_digest(&state, sizeof sum, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        text[2 * i] = digits[sum[i] >> 4];
        text[2 * i + 1] = digits[sum[i] & 15];
    }
    text[2 * sizeof sum] = 0;
}
