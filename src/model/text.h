/* What a text from a file has to be before it is parsed or shown.
 *
 *     if (!text_is_plain(name))
 *         return err_set(e, ERR_FORMAT, "a name with a control character");
 *
 * Names end up in sentences on a terminal, and JSON becomes objects that are many times larger than
 * their text: both are checked at the door. */
#ifndef SCRAWL_MODEL_TEXT_H
#define SCRAWL_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether UTF-8 text is free of control characters (U+0000 to 1F, 7F to 9F). */
bool text_is_plain(const char *text);

/* Whether JSON text holds few enough values for a parser to hold them in some 100 MB: two bytes of
 * text can cost it 250. Says nothing about whether it is JSON at all. */
bool text_is_modest_json(const char *text, size_t size);

#endif
