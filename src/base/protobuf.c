#include "base/protobuf.h"

#include <string.h>

typedef enum Wire { WIRE_VARINT = 0, WIRE_8_BYTES = 1, WIRE_SIZED = 2, WIRE_4_BYTES = 5 } Wire;

static void put_varint(Writer *w, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        writer_u8(w, (uint8_t)(value | 0x80));
    writer_u8(w, (uint8_t)value);
}

static void put_key(Writer *w, int field, Wire wire)
{
    put_varint(w, (uint64_t)field << 3 | wire);
}

void proto_whole(Writer *w, int field, int64_t value)
{
    put_key(w, field, WIRE_VARINT);
    put_varint(w, (uint64_t)value);
}

void proto_float(Writer *w, int field, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    put_key(w, field, WIRE_4_BYTES);
    writer_u32le(w, bits);
}

static void put_double(Writer *w, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    writer_u64le(w, bits);
}

void proto_double(Writer *w, int field, double value)
{
    put_key(w, field, WIRE_8_BYTES);
    put_double(w, value);
}

void proto_bytes(Writer *w, int field, const void *bytes, size_t size)
{
    put_key(w, field, WIRE_SIZED);
    put_varint(w, size);
    writer_put(w, bytes, size);
}

void proto_text(Writer *w, int field, const char *text)
{
    proto_bytes(w, field, text, strlen(text));
}

void proto_message(Writer *w, int field, const Writer *message)
{
    proto_bytes(w, field, message->bytes, message->size);
    w->failed |= message->failed;
}

void proto_doubles(Writer *w, int field, const double *values, size_t count)
{
    put_key(w, field, WIRE_SIZED);
    put_varint(w, 8 * (uint64_t)count);
    for (size_t i = 0; i < count; i++)
        put_double(w, values[i]);
}

void proto_wholes(Writer *w, int field, const int64_t *values, size_t count)
{
    Writer packed = {0};

    for (size_t i = 0; i < count; i++)
        put_varint(&packed, (uint64_t)values[i]);
    proto_message(w, field, &packed);
    writer_free(&packed);
}
