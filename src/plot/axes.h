/* A frame with ticks, grid, labels and a legend, and the way from data to points.
 *
 *     Axes a = axes_draw(canvas, box, &(AxesSpec){ .title = "Loss",
 *         .x = {.label = "epoch", .range = {1, 20}, .tight = true, .whole = true},
 *         .y = {.label = "loss (nats)", .range = {0.02, 0.8}}, .keys = keys, .key_count = 2 });
 *     canvas_circle(canvas, axes_point(&a, 3, 0.4), 2, COLOR_BLUE, (Pen){0});
 *
 * The legend stands above the data and the labels get the room that they measure, so that no text
 * lies on another or on a curve. An axis without data gives a frame that says "no data". */
#ifndef SCRAWL_PLOT_AXES_H
#define SCRAWL_PLOT_AXES_H

#include "plot/canvas.h"

/* Sizes of text, in points. */
#define FONT_TITLE 11.0
#define FONT_LABEL 9.5
#define FONT_TICK  8.5
#define FONT_NOTE  7.5

typedef struct Range {
    double low, high; /* low > high: empty */
} Range;

Range range_empty(void);
bool range_is_empty(Range r);
/* Takes v in. A number that is not finite, or beyond 1e300 either way, is left out: false. */
bool range_add(Range *r, double v);

typedef struct Axis {
    const char *label; /* with its unit: "time (s)" */
    Range range;       /* of the data; the axis reaches a little further unless .tight */
    bool tight;        /* the axis is exactly the range */
    bool from_zero;    /* begins at 0 when the data are not negative: bars, shares */
    bool log;
    bool whole;               /* ticks at whole numbers only: epochs, counts */
    const char *const *names; /* categories at 0, 1, .. instead of numbers */
    int name_count;
} Axis;

typedef enum KeyKind { KEY_LINE, KEY_BOX } KeyKind;

typedef struct Key { /* one entry of a legend */
    const char *name;
    KeyKind kind;
    Color color;
    Dash dash;
    int marker; /* KEY_LINE: 1 + the marker's index; 0: none */
} Key;

typedef struct AxesSpec {
    const char *title;
    Axis x, y;
    const Key *keys;
    int key_count;
    const char *note; /* a line below: what the reader has to know */
    double left;      /* room for the numbers of y, so that panels line up; 0: what they measure */
} AxesSpec;

typedef struct Axes {
    Canvas *canvas;
    Box box;   /* of the data */
    Axis x, y; /* their ranges as drawn */
    bool empty;
} Axes;

/* Draws all but the data inside `outer`. */
Axes axes_draw(Canvas *c, Box outer, const AxesSpec *spec);
double axes_x(const Axes *a, double v);
double axes_y(const Axes *a, double v);
Point axes_point(const Axes *a, double x, double y);

/* Whether an axis can show this value: finite, and above 0 on a logarithmic one. */
bool axis_shows(const Axis *axis, double v);

/* Draws keys in rows from `box`'s top left within its width; returns the height that they take.
 * A NULL canvas only measures. */
double legend_draw(Canvas *c, Box box, const Key *keys, int count);

/* Circle, square, triangle, diamond, ... by index. */
void marker_draw(Canvas *c, Point at, int index, double radius, Color color);

/* ---- numbers as text ---- */

enum { TICK_LIMIT = 40, TICK_TEXT = 32 };

typedef struct Ticks {
    int count;
    double at[TICK_LIMIT];
    char text[TICK_LIMIT][TICK_TEXT]; /* "" for a minor tick of a logarithmic axis */
} Ticks;

/* About `want` round numbers (1, 2 or 5 times a power of ten) inside the range, two at least where
 * there are. */
Ticks ticks_linear(Range r, int want, bool whole);
Ticks ticks_log(Range r, int want);

/* "1,234.50": thousands set apart, a true minus sign. Falls back to 1.2e-9 form for what is very
 * large or very small. */
void number_text(char out[TICK_TEXT], double v, int decimals);

/* The same with three figures: "0.0498", "1.2e-9". */
void number_short(char out[TICK_TEXT], double v);

#endif
