/* What a Canvas remembers: the list of things drawn, which canvas.c plays. Inside plot/ only.
 *
 *     for (size_t i = 0; i < c->count; i++)
 *         play(cr, c, &c->commands[i]);
 *
 * Points of all commands lie in one array, so that a curve of many points costs 16 bytes each. */
#ifndef SCRAWL_PLOT_CANVAS_LIST_H
#define SCRAWL_PLOT_CANVAS_LIST_H

#include "plot/canvas.h"

typedef enum CommandKind {
    COMMAND_LINE,  /* points joined */
    COMMAND_SHAPE, /* points joined and closed */
    COMMAND_WEDGE, /* box.x, box.y: centre; box.w: radius; from_deg, to_deg */
    COMMAND_TEXT,  /* box.x, box.y: where */
    COMMAND_IMAGE, /* over box */
    COMMAND_CLIP,  /* to box */
    COMMAND_UNCLIP
} CommandKind;

typedef struct Command {
    CommandKind kind;
    size_t first, count; /* of its points */
    Box box;
    double from_deg, to_deg;
    Color fill;
    Pen pen;
    Font font;
    char *text;
    Image *image;
} Command;

struct Canvas {
    double width, height;
    Command *commands;
    size_t count, room;
    Point *points;
    size_t point_count, point_room;
    int clips;   /* open ones */
    bool failed; /* memory ran out: reported by canvas_encode */
};

/* SVG text as cairo writes it has ids that count all surfaces of the process; this gives the same
 * text with ids that count from 1 in the order of appearance. The caller frees; NULL without
 * memory. */
char *svg_stable_ids(const char *svg, size_t size, size_t *new_size);

#endif
