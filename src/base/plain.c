#include "base/plain.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The bytes of the character that a text begins with; 0 if it is none of UTF-8 (RFC 3629) or a control character. */
static size_t shown_size(const unsigned char *p)
{
    static const uint32_t least[] = {0, 0x20, 0xA0, 0x800, 0x10000};
    size_t size = *p < 0x80 ? 1 : *p >= 0xF0 ? 4 : *p >= 0xE0 ? 3 : 2;
    uint32_t code = size == 1 ? *p : *p & (0x7Fu >> size);

    if ((*p >= 0x80 && *p < 0xC0) || *p > 0xF4)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3F);
    }
    bool surrogate = code >= 0xD800 && code < 0xE000;

    return code < least[size] || code == 0x7F || surrogate || code > 0x10FFFF ? 0 : size;
}

void plain_text(char *to, size_t size, const char *from)
{
    enum { ESCAPED = 4 };
    size_t at = 0;

    assert(size > 0);
    while (*from) {
        size_t whole = shown_size((const unsigned char *)from), room = whole ? whole : ESCAPED;

        if (room >= size - at)
            break;
        if (whole)
            memcpy(to + at, from, whole);
        else
            snprintf(to + at, ESCAPED + 1, "\\x%02X", (unsigned char)*from);
        at += room;
        from += whole ? whole : 1;
    }
    to[at] = '\0';
}
