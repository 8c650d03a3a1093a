/* TensorBoard's event file. Field numbers are those of event.proto, summary.proto, tensor.proto and
 * hparams/plugin_data.proto. */
#include "train/events.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/protobuf.h"

enum { BINS = 30 };

struct Events {
    char *path;
    int fd;
    size_t size;    /* in the file */
    Writer waiting; /* whole records that are not in the file yet */
};

/* ---- records ---- */

uint32_t events_crc(const void *bytes, size_t size)
{
    const uint8_t *p = bytes;
    uint32_t crc = ~0u;

    for (size_t i = 0; i < size; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
    }
    return ~crc;
}

static void put_crc(Writer *w, const void *bytes, size_t size)
{
    uint32_t crc = events_crc(bytes, size);

    writer_u32le(w, (crc >> 15 | crc << 17) + 0xA282EAD8u);
}

/* Frees the event. */
static void put_record(Events *events, Writer *event)
{
    Writer *w = &events->waiting;
    Writer length = {0};

    writer_u64le(&length, event->size);
    writer_put(w, length.bytes, length.size);
    put_crc(w, length.bytes, length.size);
    writer_put(w, event->bytes, event->size);
    put_crc(w, event->bytes, event->size);
    w->failed |= event->failed | length.failed;
    writer_free(&length);
    writer_free(event);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Appends an Event with one Summary.Value, which is freed. */
static void put_value(Events *events, long step, Writer *value)
{
    Writer summary = {0}, event = {0};

    proto_message(&summary, 1, value);
    proto_double(&event, 1, now());
    proto_whole(&event, 2, step);
    proto_message(&event, 5, &summary);
    writer_free(value);
    writer_free(&summary);
    put_record(events, &event);
}

static void put_version(Events *events)
{
    Writer event = {0};

    proto_double(&event, 1, now());
    proto_text(&event, 3, "brain.Event:2");
    put_record(events, &event);
}

/* ---- the file ---- */

static int open_at(Events *events, size_t size, Err *e)
{
    struct stat st;

    events->fd = open(events->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (events->fd < 0 || fstat(events->fd, &st))
        return err_set(e, ERR_IO, "%s: cannot open: %m", events->path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_IO, "%s: is not a file", events->path);
    if ((uintmax_t)st.st_size < size)
        return err_set(e, ERR_FORMAT, "%s: %jd bytes, %zu expected", events->path,
                       (intmax_t)st.st_size, size);
    if (ftruncate(events->fd, (off_t)size) || lseek(events->fd, 0, SEEK_END) < 0)
        return err_set(e, ERR_IO, "%s: cannot write: %m", events->path);
    events->size = size;
    return 0;
}

Events *events_open(const char *path, size_t size, Err *e)
{
    Events *events = calloc(1, sizeof *events);

    if (events) {
        events->fd = -1;
        events->path = strdup(path);
    }
    if (!events || !events->path) {
        err_set(e, ERR_MEMORY, "%s: no memory", path);
    } else if (open_at(events, size, e) == 0) {
        if (size == 0)
            put_version(events);
        return events;
    }
    events_free(events);
    return NULL;
}

void events_free(Events *events)
{
    if (!events)
        return;
    if (events->fd >= 0)
        close(events->fd);
    free(events->path);
    writer_free(&events->waiting);
    free(events);
}

/* Writes at the end; what a failure leaves half-written is cut off again. */
static int append(Events *events)
{
    const Writer *w = &events->waiting;

    for (size_t at = 0; at < w->size;) {
        ssize_t n = write(events->fd, w->bytes + at, w->size - at);
        int reason = errno;

        if (n < 0 && reason == EINTR)
            continue;
        if (n < 0) {
            if (ftruncate(events->fd, (off_t)events->size) == 0)
                lseek(events->fd, 0, SEEK_END);
            errno = reason;
            return -1;
        }
        at += (size_t)n;
    }
    return 0;
}

int events_flush(Events *events, Err *e)
{
    if (events->waiting.failed)
        return err_set(e, ERR_MEMORY, "%s: no memory for what is to be written", events->path);
    if (append(events))
        return err_set(e, ERR_IO, "%s: cannot write: %m", events->path);
    events->size += events->waiting.size;
    events->waiting.size = 0;
    return 0;
}

size_t events_size(const Events *events)
{
    return events->size;
}

/* ---- what can be shown ---- */

void events_scalar(Events *events, const char *tag, long step, double value)
{
    Writer w = {0};

    proto_text(&w, 1, tag);
    proto_float(&w, 2, (float)value);
    put_value(events, step, &w);
}

/* SummaryMetadata: which plug-in shows the value, with what beside it. Frees the content. */
static void put_metadata(Writer *value, const char *plugin, Writer *content, int data_class)
{
    Writer data = {0}, metadata = {0};

    proto_text(&data, 1, plugin);
    if (content)
        proto_message(&data, 2, content);
    proto_message(&metadata, 1, &data);
    if (data_class)
        proto_whole(&metadata, 4, data_class);
    proto_message(value, 9, &metadata);
    if (content)
        writer_free(content);
    writer_free(&data);
    writer_free(&metadata);
}

/* TensorProto: a list of one text, or for NULL an empty list of floats. */
static void put_tensor(Writer *value, const char *text)
{
    enum { DT_FLOAT = 1, DT_STRING = 7 };
    Writer dim = {0}, shape = {0}, tensor = {0};

    if (text)
        proto_whole(&dim, 1, 1);
    proto_message(&shape, 2, &dim);
    proto_whole(&tensor, 1, text ? DT_STRING : DT_FLOAT);
    proto_message(&tensor, 2, &shape);
    if (text)
        proto_text(&tensor, 8, text);
    proto_message(value, 8, &tensor);
    writer_free(&dim);
    writer_free(&shape);
    writer_free(&tensor);
}

void events_text(Events *events, const char *tag, long step, const char *markdown)
{
    enum { DATA_CLASS_TENSOR = 2 };
    Writer w = {0};

    proto_text(&w, 1, tag);
    put_metadata(&w, "text", NULL, DATA_CLASS_TENSOR);
    put_tensor(&w, markdown);
    put_value(events, step, &w);
}

typedef struct Spread { /* of the finite numbers among some */
    double low, high, count, sum, squares;
} Spread;

static Spread spread_of(const float *values, size_t n)
{
    Spread s = {0};

    for (size_t i = 0; i < n; i++) {
        double v = values[i];

        if (!isfinite(v))
            continue;
        s.low = s.count && s.low < v ? s.low : v;
        s.high = s.count && s.high > v ? s.high : v;
        s.count++;
        s.sum += v;
        s.squares += v * v;
    }
    return s;
}

/* Right edges, and how many numbers lie below each but not below the one before. */
static void fill_bins(const Spread *s, const float *values, size_t n, double *edges, double *bins)
{
    double width = (s->high - s->low) / BINS;

    for (int b = 0; b < BINS; b++) {
        edges[b] = b == BINS - 1 ? s->high : s->low + (b + 1) * width;
        bins[b] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        double b = width > 0 ? (values[i] - s->low) / width : BINS - 1;

        if (isfinite(values[i]))
            bins[b < BINS - 1 ? (int)b : BINS - 1]++;
    }
}

void events_histogram(Events *events, const char *tag, long step, const float *values, size_t n)
{
    Spread s = spread_of(values, n);
    double edges[BINS], bins[BINS];
    Writer histogram = {0}, w = {0};

    fill_bins(&s, values, n, edges, bins);
    proto_double(&histogram, 1, s.low);
    proto_double(&histogram, 2, s.high);
    proto_double(&histogram, 3, s.count);
    proto_double(&histogram, 4, s.sum);
    proto_double(&histogram, 5, s.squares);
    proto_doubles(&histogram, 6, edges, BINS);
    proto_doubles(&histogram, 7, bins, BINS);
    proto_text(&w, 1, tag);
    proto_message(&w, 5, &histogram);
    writer_free(&histogram);
    put_value(events, step, &w);
}

void events_png(Events *events, const char *tag, long step, int width, int height, const void *png,
                size_t size)
{
    Writer image = {0}, w = {0};

    proto_whole(&image, 1, height);
    proto_whole(&image, 2, width);
    proto_bytes(&image, 4, png, size);
    proto_text(&w, 1, tag);
    proto_message(&w, 4, &image);
    writer_free(&image);
    put_value(events, step, &w);
}

void events_canvas(Events *events, const char *tag, long step, Canvas *c)
{
    size_t size = 0;
    uint8_t *png = c ? canvas_encode(c, "png", &size, NULL) : NULL;

    if (png)
        events_png(events, tag, step, (int)ceil(canvas_width(c) * CANVAS_PNG_SCALE),
                   (int)ceil(canvas_height(c) * CANVAS_PNG_SCALE), png, size);
    free(png);
    canvas_free(c);
}

/* ---- the graph ---- */

/* attr["_output_shapes"] of a NodeDef: a list of one TensorShapeProto. */
static void put_shape(Writer *node, Shape s)
{
    const int64_t sizes[] = {-1, s.c, s.h, s.w};
    Writer shape = {0}, list = {0}, value = {0}, entry = {0};

    for (int i = 0; i < 4; i++) {
        Writer dim = {0};

        proto_whole(&dim, 1, sizes[i]);
        proto_message(&shape, 2, &dim);
        writer_free(&dim);
    }
    proto_message(&list, 7, &shape);
    proto_message(&value, 1, &list);
    proto_text(&entry, 1, "_output_shapes");
    proto_message(&entry, 2, &value);
    proto_message(node, 5, &entry);
    writer_free(&shape);
    writer_free(&list);
    writer_free(&value);
    writer_free(&entry);
}

/* A layer's name with "/" for "."; what the tab would not take becomes "_". */
static void put_node_name(Writer *node, int field, const char *name)
{
    char text[NET_NAME + 16];

    snprintf(text, sizeof text, "%s", name);
    for (char *c = text; *c; c++)
        *c = *c == '.' ? '/' : isalnum((unsigned char)*c) || strchr("_-/", *c) ? *c : '_';
    proto_text(node, field, text);
}

static void put_op(Writer *graph, const Net *net, int id)
{
    OpInfo op = net_op(net, id);
    Writer node = {0};

    put_node_name(&node, 1, op.name);
    proto_text(&node, 2, kind_name(op.kind));
    for (int i = 0; i < op.input_count; i++)
        put_node_name(&node, 3, net_op(net, op.inputs[i]).name);
    put_shape(&node, op.out);
    proto_message(graph, 1, &node);
    writer_free(&node);
}

static void put_output(Writer *graph, const Net *net, int index)
{
    OpInfo from = net_op(net, net_output_node(net, index).id);
    char name[NET_NAME + 16];
    Writer node = {0};

    snprintf(name, sizeof name, "outputs.%s", net_output_name(net, index));
    put_node_name(&node, 1, name);
    proto_text(&node, 2, "output");
    put_node_name(&node, 3, from.name);
    put_shape(&node, from.out);
    proto_message(graph, 1, &node);
    writer_free(&node);
}

void events_graph(Events *events, const Net *net)
{
    enum { PRODUCER = 22 }; /* of graphs whose nodes need no more than this */
    Writer graph = {0}, versions = {0}, event = {0};

    for (int i = 0; i < net_op_count(net); i++)
        put_op(&graph, net, i);
    for (int i = 0; i < net_output_count(net); i++)
        put_output(&graph, net, i);
    proto_whole(&versions, 1, PRODUCER);
    proto_message(&graph, 4, &versions);
    proto_double(&event, 1, now());
    proto_message(&event, 4, &graph);
    writer_free(&versions);
    writer_free(&graph);
    put_record(events, &event);
}

/* A value of no kind that carries HParamsPluginData; frees the data. */
static void put_hparams(Events *events, const char *tag, Writer *data)
{
    Writer w = {0};

    proto_text(&w, 1, tag);
    put_metadata(&w, "hparams", data, 0);
    put_tensor(&w, NULL);
    put_value(events, 0, &w);
}

/* An entry of map<string, google.protobuf.Value>. */
static void put_hparam(Writer *session, const HParam *param)
{
    Writer value = {0}, entry = {0};

    if (param->text)
        proto_text(&value, 3, param->text);
    else
        proto_double(&value, 2, param->number);
    proto_text(&entry, 1, param->name);
    proto_message(&entry, 2, &value);
    proto_message(session, 1, &entry);
    writer_free(&value);
    writer_free(&entry);
}

void events_hparams(Events *events, const char *group, const HParam *params, int count)
{
    Writer session = {0}, data = {0};

    for (int i = 0; i < count; i++)
        put_hparam(&session, &params[i]);
    proto_text(&session, 4, group);
    proto_double(&session, 5, now());
    proto_message(&data, 3, &session);
    writer_free(&session);
    put_hparams(events, "_hparams_/session_start_info", &data);
}

void events_end(Events *events, bool success)
{
    enum { STATUS_SUCCESS = 1, STATUS_FAILURE = 2 };
    Writer end = {0}, data = {0};

    proto_whole(&end, 1, success ? STATUS_SUCCESS : STATUS_FAILURE);
    proto_double(&end, 2, now());
    proto_message(&data, 4, &end);
    writer_free(&end);
    put_hparams(events, "_hparams_/session_end_info", &data);
}
