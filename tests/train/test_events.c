/* TensorBoard's event file: the frames and the fields, taken apart again. */
#include "made_up.h"

#include <math.h>

#include "base/bytes.h"
#include "train/events.h"

static uint32_t masked(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

typedef struct Record {
    const uint8_t *bytes;
    size_t size;
} Record;

/* The next whole record of a file; size 0 at its end. */
static Record next_record(Reader *r)
{
    const uint8_t *begin = r->bytes + r->at;
    Record record = {0};

    if (!reader_left(r))
        return record;
    record.size = reader_u64le(r);
    assert_int_equal(reader_u32le(r), masked(events_crc(begin, 8)));
    record.bytes = reader_take(r, record.size);
    assert_non_null(record.bytes);
    assert_int_equal(reader_u32le(r), masked(events_crc(record.bytes, record.size)));
    return record;
}

static uint64_t varint(Reader *r)
{
    uint64_t value = 0, byte;
    int shift = 0;

    do {
        byte = reader_u8(r);
        value |= (byte & 0x7F) << shift;
        shift += 7;
    } while (byte & 0x80);
    return value;
}

/* The first field of this number in a message: its bytes, or 8 bytes of a number. */
static Record field(Record message, int number)
{
    Reader r = reader_open(message.bytes, message.size);

    while (reader_left(&r)) {
        uint64_t key = varint(&r);
        const uint8_t *at = r.bytes + r.at;
        size_t size = (key & 7) == 1 ? 8 : (key & 7) == 5 ? 4 : 0;

        if ((key & 7) == 2) {
            size = varint(&r);
            at = r.bytes + r.at;
        } else if ((key & 7) == 0) {
            varint(&r);
            size = (size_t)(r.bytes + r.at - at);
        }
        if ((key & 7) != 0)
            assert_non_null(reader_take(&r, size));
        assert_false(r.failed);
        if ((int)(key >> 3) == number)
            return (Record){at, size};
    }
    return (Record){0};
}

/* Summary.Value of an event. */
static Record value_of(Record event)
{
    return field(field(event, 5), 1);
}

static void assert_text(Record r, const char *text)
{
    assert_int_equal(r.size, strlen(text));
    assert_memory_equal(r.bytes, text, r.size);
}

static double real(Record r, int index)
{
    double v;

    assert_true(r.size >= 8 * ((size_t)index + 1));
    memcpy(&v, r.bytes + 8 * index, sizeof v);
    return v;
}

static void the_checksum_is_castagnolis(void **state)
{
    (void)state;
    assert_int_equal(events_crc("123456789", 9), 0xE3069283u);
    assert_int_equal(events_crc("", 0), 0);
}

static void what_was_added_stands_in_the_file(void **state)
{
    const float values[] = {1, 2, 3, -1, NAN, INFINITY};
    char *folder = folder_make(), *path = file_join(folder, "events.out.tfevents.1.x");
    Events *events = events_open(path, 0, NULL);
    HParam params[] = {{.name = "lr", .number = 0.5}, {.name = "model", .text = "lenet"}};
    Record event, value, histogram;
    Bytes file;
    Reader r;
    float loss;

    (void)state;
    events_scalar(events, "loss", 300, 0.25);
    events_text(events, "note", 0, "**bold**");
    events_histogram(events, "weights", 1, values, 6);
    events_png(events, "digit", 1, 28, 29, "PNG", 3);
    events_hparams(events, "run", params, 2);
    events_end(events, true);
    assert_int_equal(events_size(events), 0);
    assert_int_equal(events_flush(events, NULL), 0);
    file = bytes_of(folder, "events.out.tfevents.1.x");
    assert_int_equal(events_size(events), file.size);
    r = reader_open(file.bytes, file.size);

    assert_text(field(next_record(&r), 3), "brain.Event:2");
    event = next_record(&r);
    assert_int_equal(field(event, 2).size, 2); /* 300 */
    assert_memory_equal(field(event, 2).bytes, "\xAC\x02", 2);
    assert_text(field(value_of(event), 1), "loss");
    memcpy(&loss, field(value_of(event), 2).bytes, sizeof loss);
    assert_true(loss == 0.25f);
    value = value_of(next_record(&r));
    assert_text(field(field(value, 8), 8), "**bold**");
    assert_text(field(field(field(value, 9), 1), 1), "text");
    histogram = field(value_of(next_record(&r)), 5);
    assert_true(real(field(histogram, 1), 0) == -1 && real(field(histogram, 2), 0) == 3);
    assert_true(real(field(histogram, 3), 0) == 4 && real(field(histogram, 4), 0) == 5);
    assert_true(real(field(histogram, 5), 0) == 15);
    assert_true(real(field(histogram, 6), 29) == 3);
    assert_true(real(field(histogram, 7), 0) == 1 && real(field(histogram, 7), 29) == 1);
    value = value_of(next_record(&r));
    assert_text(field(field(value, 4), 4), "PNG");
    value = value_of(next_record(&r));
    assert_text(field(value, 1), "_hparams_/session_start_info");
    value = value_of(next_record(&r));
    assert_text(field(value, 1), "_hparams_/session_end_info");
    assert_int_equal(next_record(&r).size, 0);
    free(file.bytes);
    free(path);
    events_free(events);
    folder_remove(folder);
}

static void numbers_that_are_all_the_same_or_none_make_a_histogram(void **state)
{
    const float same[] = {2, 2, 2};
    char *folder = folder_make(), *path = file_join(folder, "tfevents");
    Events *events = events_open(path, 0, NULL);
    Record h;
    Bytes file;
    Reader r;

    (void)state;
    events_histogram(events, "same", 0, same, 3);
    events_histogram(events, "none", 0, NULL, 0);
    assert_int_equal(events_flush(events, NULL), 0);
    file = bytes_of(folder, "tfevents");
    r = reader_open(file.bytes, file.size);
    next_record(&r);
    h = field(value_of(next_record(&r)), 5);
    assert_true(real(field(h, 7), 29) == 3);
    h = field(value_of(next_record(&r)), 5);
    assert_true(real(field(h, 3), 0) == 0 && real(field(h, 7), 29) == 0);
    free(file.bytes);
    free(path);
    events_free(events);
    folder_remove(folder);
}

static void a_file_goes_on_where_it_was_flushed(void **state)
{
    char *folder = folder_make(), *path = file_join(folder, "tfevents");
    Events *events = events_open(path, 0, NULL);
    size_t kept, whole;
    Bytes file;
    Reader r;
    int records = 0;
    Err e = {0};

    (void)state;
    events_scalar(events, "loss", 1, 1);
    assert_int_equal(events_flush(events, NULL), 0);
    kept = events_size(events);
    events_scalar(events, "loss", 2, 1);
    assert_int_equal(events_flush(events, NULL), 0);
    whole = events_size(events);
    events_free(events);

    assert_null(events_open(path, whole + 1, &e));
    assert_int_equal(e.code, ERR_FORMAT);
    events = events_open(path, kept, NULL);
    assert_non_null(events);
    events_scalar(events, "loss", 3, 1);
    assert_int_equal(events_flush(events, NULL), 0);
    events_free(events);
    file = bytes_of(folder, "tfevents");
    assert_int_equal(file.size, whole);
    for (r = reader_open(file.bytes, file.size); next_record(&r).size;)
        records++;
    assert_int_equal(records, 3);
    free(file.bytes);
    free(path);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checksum_is_castagnolis),
        cmocka_unit_test(what_was_added_stands_in_the_file),
        cmocka_unit_test(numbers_that_are_all_the_same_or_none_make_a_histogram),
        cmocka_unit_test(a_file_goes_on_where_it_was_flushed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
