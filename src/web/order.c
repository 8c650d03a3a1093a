#include "web/order.h"

#include <jansson.h>
#include <string.h>

#include "read/hand.h"

enum { BODY = 4096 }; /* bytes: a number and a few words */

static int read_number(const json_t *value, Order *out, Err *e)
{
    const char *text = json_string_value(value);

    if (!text)
        return err_set(e, ERR_FORMAT, "the number has to be a text of digits");
    if (scribe_check(text, e))
        return -ERR_ARGUMENT;
    strcpy(out->number, text); /* scribe_check keeps it short */
    return 0;
}

static int read_whole(const json_t *value, const char *key, json_int_t least, json_int_t most,
                      json_int_t *out, Err *e)
{
    if (!json_is_integer(value))
        return err_set(e, ERR_FORMAT, "the %s has to be a whole number", key);
    *out = json_integer_value(value);
    if (*out < least || *out > most)
        return err_set(e, ERR_ARGUMENT, "a %s of %lld: %lld to %lld are possible", key,
                       (long long)*out, (long long)least, (long long)most);
    return 0;
}

static int read_member(const char *key, const json_t *value, Order *out, Err *e)
{
    json_int_t n = 0;
    int status = 0;

    if (!strcmp(key, "number"))
        return read_number(value, out, e);
    if (!strcmp(key, "style")) {
        status = read_whole(value, key, 0, INT64_MAX, &n, e);
        out->options.styled = true;
        out->options.style = (uint64_t)n;
    } else if (!strcmp(key, "seed")) {
        status = read_whole(value, key, 0, INT64_MAX, &n, e);
        out->options.seed = (uint64_t)n;
    } else if (!strcmp(key, "height")) {
        status = read_whole(value, key, HAND_HEIGHT_LEAST, HAND_HEIGHT_MOST, &n, e);
        out->options.height = (int)n;
    } else if (!strcmp(key, "invert") && json_is_boolean(value)) {
        out->invert = json_is_true(value);
    } else {
        status =
            err_set(e, ERR_FORMAT,
                    "it may hold a number, a style, a seed, a height and invert (true or false)");
    }
    return status;
}

int order_read(const uint8_t *bytes, size_t size, Order *out, Err *e)
{
    json_t *order =
        size <= BODY ? json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *key;
    json_t *value;
    int status =
        json_is_object(order)
            ? 0
            : err_set(e, ERR_FORMAT, "the body is no JSON object of at most %d bytes", BODY);

    memset(out, 0, sizeof *out);
    if (!status)
        json_object_foreach(order, key, value) if (!status) status =
            read_member(key, value, out, e);
    if (!status && !out->number[0])
        status = err_set(e, ERR_FORMAT, "the body lacks a number");
    json_decref(order);
    return status;
}
