/* A page to draw on: lines, shapes, text and pictures, saved as PNG, SVG or PDF.
 *
 *     Canvas *c = canvas_new(200, 100, &e);
 *     canvas_rect(c, (Box){10, 10, 80, 40}, COLOR_BLUE, (Pen){0});
 *     canvas_text(c, 50, 35, (Font){.size = 9, .align = ALIGN_CENTRE}, "two words");
 *     canvas_finish(c, "words.svg", &e);
 *
 * Lengths are points (1/72 inch), x grows to the right and y downwards; the page is white. A canvas
 * remembers what is drawn and plays it back for each format, so one drawing can be saved several
 * ways. No drawing function fails: numbers that are not finite draw nothing, and lack of memory is
 * reported when the canvas is saved. The same calls give the same bytes: a PDF carries a fixed
 * date, an SVG ids that count from 1. */
#ifndef SCRAWL_PLOT_CANVAS_H
#define SCRAWL_PLOT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "image/image.h"
#include "plot/color.h"

typedef struct Canvas Canvas;

enum {
    CANVAS_SIDE_LIMIT = 14000, /* points along a side: what PDF allows */
    CANVAS_PNG_SCALE = 2       /* pixels a point in a saved PNG: 144 to the inch */
};

typedef struct Point {
    double x, y;
} Point;

typedef struct Box {
    double x, y, w, h;
} Box;

typedef enum Dash { DASH_SOLID, DASH_DASHED, DASH_DOTTED, DASH_MIXED, DASHES } Dash;

typedef struct Pen {
    Color color; /* the zero Pen draws no line */
    double width;
    Dash dash;
} Pen;

typedef enum Align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } Align;

typedef struct Font {
    double size; /* of the em */
    Color color; /* the zero: COLOR_INK */
    bool bold, italic;
    Align align;      /* which end of the text lies at x */
    double angle_deg; /* anticlockwise, about (x, y) */
    double max_width; /* a longer text ends in "..."; 0: no bound */
} Font;

/* A white page. ERR_LIMIT beyond the limits above or IMAGE_PIXEL_LIMIT pixels as a PNG. */
Canvas *canvas_new(double width, double height, Err *e);
void canvas_free(Canvas *c); /* NULL is fine */
double canvas_width(const Canvas *c);
double canvas_height(const Canvas *c);

void canvas_line(Canvas *c, Point from, Point to, Pen pen);
void canvas_polyline(Canvas *c, const Point *points, size_t count, Pen pen);
void canvas_polygon(Canvas *c, const Point *points, size_t count, Color fill, Pen pen);
void canvas_rect(Canvas *c, Box box, Color fill, Pen pen);
void canvas_circle(Canvas *c, Point centre, double radius, Color fill, Pen pen);

/* A slice of a pie; angles run clockwise from the top, in degrees. */
void canvas_wedge(Canvas *c, Point centre, double radius, double from_deg, double to_deg,
                  Color fill, Pen pen);

/* One line of UTF-8 with its baseline at y. What is not valid UTF-8 shows as a replacement mark,
 * control characters as spaces; a text is cut after some hundred bytes. */
void canvas_text(Canvas *c, double x, double y, Font font, const char *text);

/* How wide a text will be; obeys .max_width. */
double text_width(Font font, const char *text);

/* Half the height of a capital: a text whose baseline is y + text_middle(size) is centred on y. */
double text_middle(double size);

/* A picture stretched over a box, its pixels with hard edges. The picture is copied. */
void canvas_image(Canvas *c, Box box, const Image *im);

/* Puts all of `part` on the page, its top left corner at (x, y), and frees it; NULL marks the page as
 * failed. */
void canvas_add(Canvas *c, double x, double y, Canvas *part);

void canvas_clip(Canvas *c, Box box); /* what follows shows inside only, until canvas_unclip */
void canvas_unclip(Canvas *c);

/* The whole page as "png", "svg" or "pdf" in memory, for reports and events; the caller frees. */
uint8_t *canvas_encode(const Canvas *c, const char *ending, size_t *size, Err *e);

/* The page as RGB pixels, `scale` to a point: a frame of an animation. image_free frees it. */
Image *canvas_render(const Canvas *c, double scale, Err *e);

/* Writes the page to `path` by its ending, .png, .svg or .pdf; "-" is a PNG on standard output. */
int canvas_save(const Canvas *c, const char *path, Err *e);

/* Whether the ending of a path is one of these. */
bool canvas_can_save(const char *path);

/* ERR_ARGUMENT for a path that canvas_save cannot write to, by its ending: to be asked before a
 * long work. NULL, where no plot is asked for, is fine. */
int canvas_check(const char *path, Err *e);

/* Saves and frees; a NULL canvas passes on the error that is in `e`. So that a plot is one line:
 * canvas_finish(plot_confusion(&table, &e), "confusion.png", &e). */
int canvas_finish(Canvas *c, const char *path, Err *e);

#endif
