/* Numbers as pictures: the activation maps of any layer, the filters of the first one.
 *
 *     Maps maps = {.title = "conv1", .value_label = "activation", .values = activations,
 *                  .count = 6, .height = 28, .width = 28};
 *     canvas_finish(plot_maps(&maps, &e), "conv1.png", &e);
 *
 * All maps share one scale, so that a dead channel looks dead; a colour bar tells the values.
 * Numbers that are not finite are grey, and a note counts them. */
#ifndef SCRAWL_PLOT_MAPS_H
#define SCRAWL_PLOT_MAPS_H

#include "plot/canvas.h"

enum { MAPS_LIMIT = 256 }; /* maps that are drawn; a note tells of others */

typedef struct Maps {
    const char *title;
    const char *value_label; /* what the numbers are, with their unit */
    const float *values;     /* (count, height, width) */
    int count, height, width;
    int columns;    /* maps a row; 0: chosen */
    int channels;   /* more than 1: map i is called filter.channel, i/channels.i%channels */
    bool diverging; /* signed numbers: white is zero, both ends equally far */
} Maps;

/* A layer that is a vector (height and width 1) becomes one field of squares, in reading order. */
Canvas *plot_maps(const Maps *maps, Err *e);

/* Weights of a convolution, (filters, channels, height, width), as param_read gives them: a filter
 * each, or a row of channels for each filter. */
Canvas *plot_filters(const char *title, const float *weights, int filters, int channels, int height,
                     int width, Err *e);

#endif
