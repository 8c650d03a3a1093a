/* The JSON of POST /v1/write: whatever it is, an order or a sentence. */
#include <assert.h>
#include <string.h>

#include "web/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Order order;
    Err e = {0};

    if (order_read(data, size, &order, &e))
        assert(e.code && e.text[0]);
    else
        assert(strlen(order.number) <= WRITE_DIGITS &&
               order.number[strspn(order.number, "0123456789")] == '\0');
    return 0;
}
