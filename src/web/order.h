/* What POST /v1/write is sent: {"number": "2026", "style": 137, "seed": 1, "height": 64, "invert": false}
 *
 *     Order order;
 *     if (order_read(bytes, size, &order, &e) == 0)
 *         ... scribe_number(scribe, order.number, &order.options, &e) ...
 *
 * Only the number has to be there. An unknown key, a value of another kind or out of bounds is an error. */
#ifndef SCRAWL_WEB_ORDER_H
#define SCRAWL_WEB_ORDER_H

#include "read/scribe.h"

typedef struct Order {
    char number[WRITE_DIGITS + 1];
    WriteOptions options;
    bool invert; /* white on black */
} Order;

/* ERR_FORMAT for what is no such JSON, ERR_ARGUMENT for values that make no sense. */
int order_read(const uint8_t *bytes, size_t size, Order *out, Err *e);

#endif
