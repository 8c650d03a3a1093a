/* A training's curves, pictures and histograms as a file that TensorBoard shows.
 *
 *     Events *events = events_open("runs/lenet/events.out.tfevents.1700000000.scrawl", 0, &e);
 *     events_scalar(events, "validation/accuracy", epoch, 0.99);
 *     if (events_flush(events, &e)) ...
 *     events_free(events);
 *
 * TensorBoard wants "tfevents" in the name and one folder a run. What is added is kept in memory
 * until it is flushed; lack of memory shows there too. Records: 8 bytes of length, its masked
 * CRC-32C, a protocol buffer Event, its masked CRC-32C (tensorflow/core/lib/io/record_writer.h,
 * tensorboard/compat/proto, tensorboard/plugins/hparams). */
#ifndef SCRAWL_TRAIN_EVENTS_H
#define SCRAWL_TRAIN_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/net.h"
#include "plot/canvas.h"

typedef struct Events Events;

/* Begins a file, or goes on with the first `size` bytes of one that events_size gave: what stands
 * behind them, perhaps half a record, is cut off. 0 replaces what there is. */
Events *events_open(const char *path, size_t size, Err *e);
void events_free(Events *events); /* NULL is fine; what was not flushed is lost */

/* Writes what was added to the file. On failure it is kept for the next time. */
int events_flush(Events *events, Err *e);

/* The file's length after the last flush. */
size_t events_size(const Events *events);

void events_scalar(Events *events, const char *tag, long step, double value);
void events_text(Events *events, const char *tag, long step, const char *markdown);

/* Where n numbers lie, in 30 bins of equal width; those that are not finite are left out. */
void events_histogram(Events *events, const char *tag, long step, const float *values, size_t n);

/* A picture as the bytes of a PNG file. */
void events_png(Events *events, const char *tag, long step, int width, int height, const void *png,
                size_t size);

/* A page, as a picture; frees it. NULL, a page that could not be drawn, is left out. */
void events_canvas(Events *events, const char *tag, long step, Canvas *c);

/* The net as the Graphs tab draws it: its layers, what feeds them, the shapes between, (C,H,W) with
 * -1 for the batch before it. A dot in a name opens a box. */
void events_graph(Events *events, const Net *net);

/* What the HParams tab compares runs by: a number, or a text where `text` is not NULL. `group`
 * names the run. Metrics are the run's scalars. */
typedef struct HParam {
    const char *name, *text;
    double number;
} HParam;
void events_hparams(Events *events, const char *group, const HParam *params, int count);

/* The end of a run that succeeded, or did not. */
void events_end(Events *events, bool success);

/* CRC-32C (Castagnoli): 0xE3069283 for "123456789". */
uint32_t events_crc(const void *bytes, size_t size);

#endif
