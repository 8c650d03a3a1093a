/* The sentence is formatted beside the Err first, so that its arguments may point into the old
 * sentence: err_set(e, ERR_FORMAT, "%s (in %s)", e->text, path). */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/plain.h"

static const char *const names[ERR_CODES] = {
    [ERR_NONE] = "none",
    [ERR_IO] = "io",
    [ERR_FORMAT] = "format",
    [ERR_LIMIT] = "limit",
    [ERR_MEMORY] = "memory",
    [ERR_ARGUMENT] = "argument",
    [ERR_UNSUPPORTED] = "unsupported",
    [ERR_NUMERIC] = "numeric",
    [ERR_NETWORK] = "network",
};

const char *err_name(ErrCode code)
{
    assert((unsigned)code < ERR_CODES);
    return names[code];
}

/* Drops a UTF-8 character that was cut in two at the end of `text`, `size` bytes long. */
static void drop_cut_character(char *text, size_t size)
{
    size_t lead = size, length;

    while (lead > 0 && size - lead < 4 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80)
        lead--;
    if (lead == 0)
        return;
    unsigned char c = (unsigned char)text[lead - 1];
    length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    if (length > size - (lead - 1))
        text[lead - 1] = 0;
}

/* Takes over, fit to be shown, what vsnprintf wrote into `text`, of `needed` bytes had there been room. */
static void take_text(Err *e, char text[sizeof e->text], int needed)
{
    if (needed >= (int)sizeof e->text)
        drop_cut_character(text, sizeof e->text - 1);
    plain_text(e->text, sizeof e->text, text);
}

int err_set(Err *e, ErrCode code, const char *format, ...)
{
    char text[sizeof e->text] = "";
    va_list args;

    assert(code > ERR_NONE && code < ERR_CODES);
    if (!e)
        return -(int)code;
    va_start(args, format);
    int needed = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    take_text(e, text, needed);
    e->code = code;
    return -(int)code;
}

int err_prefix(Err *e, const char *format, ...)
{
    char prefix[sizeof e->text] = "", text[sizeof e->text];
    va_list args;

    if (!e)
        return -ERR_IO;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    take_text(e, text, snprintf(text, sizeof text, "%s: %s", prefix, e->text));
    return -(int)e->code;
}
