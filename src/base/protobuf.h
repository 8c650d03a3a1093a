/* Protocol buffers written by hand: the fields of a message appended to a Writer.
 *
 *     Writer point = {0}, event = {0};
 *     proto_text(&point, 1, "loss");
 *     proto_float(&point, 2, 0.25f);
 *     proto_message(&event, 5, &point);
 *
 * https://protobuf.dev/programming-guides/encoding. Field numbers come from the .proto file of the
 * format. Nothing is left out because it is zero: that is the caller's choice. Memory running out
 * shows in the Writer, also in the outer one of a message that failed. */
#ifndef SCRAWL_BASE_PROTOBUF_H
#define SCRAWL_BASE_PROTOBUF_H

#include "base/bytes.h"

void proto_whole(Writer *w, int field, int64_t value); /* int32, int64, uint64, bool, enum */
void proto_float(Writer *w, int field, float value);
void proto_double(Writer *w, int field, double value);
void proto_bytes(Writer *w, int field, const void *bytes, size_t size);
void proto_text(Writer *w, int field, const char *text);
void proto_message(Writer *w, int field, const Writer *message);

/* A repeated number, packed. */
void proto_doubles(Writer *w, int field, const double *values, size_t count);
void proto_wholes(Writer *w, int field, const int64_t *values, size_t count);

#endif
