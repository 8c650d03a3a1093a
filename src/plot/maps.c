/* Numbers as pictures. */
#include "plot/maps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot/figure.h"

#define MARGIN 12.0
#define TOP    30.0
#define GAP    6.0
#define BAR    64.0    /* room for the colour bar */
#define INDEX  9.0     /* room for a map's number */
enum { MAP_PX = 104 }; /* what a map is enlarged to, about */

static const Color not_finite = {150, 150, 150, 255};

typedef struct Shades {
    double low, high;
    bool diverging;
    size_t bad; /* numbers that are not finite */
} Shades;

static Shades find_shades(const float *v, size_t n, bool diverging)
{
    Range r = range_empty();
    Shades s = {.diverging = diverging};

    for (size_t i = 0; i < n; i++)
        s.bad += !range_add(&r, v[i]);
    if (range_is_empty(r))
        r = (Range){0, 1};
    if (diverging) {
        double most = fmax(fabs(r.low), fabs(r.high));
        r = (Range){-most, most};
    }
    if (r.high - r.low < 1e-30) {
        r.high += 0.5;
        r.low -= diverging ? 0.5 : 0;
    }
    s.low = r.low;
    s.high = r.high;
    return s;
}

static Color shade(const Shades *s, double v)
{
    if (!isfinite(v))
        return not_finite;
    double t = (v - s->low) / (s->high - s->low);
    return s->diverging ? color_diverging(2 * t - 1) : color_sequential(t);
}

static void draw_map(Canvas *c, Box box, const Shades *s, const float *v, int height, int width)
{
    Image *im = image_new(width, height, 3, NULL);

    if (!im)
        return;
    for (size_t i = 0; i < (size_t)width * height; i++) {
        Color color = shade(s, v[i]);
        im->pixels[3 * i] = color.r;
        im->pixels[3 * i + 1] = color.g;
        im->pixels[3 * i + 2] = color.b;
    }
    canvas_image(c, box, im);
    canvas_rect(c, box, COLOR_NONE, (Pen){COLOR_GRID, 0.5, DASH_SOLID});
    image_free(im);
}

static void draw_bar(Canvas *c, Box box, const Shades *s, const char *label)
{
    enum { STEPS = 128 };
    float ramp[STEPS];
    Ticks t = ticks_linear((Range){s->low, s->high}, (int)fmax(2, box.h / 28), false);

    for (int i = 0; i < STEPS; i++)
        ramp[i] = (float)(s->high + (s->low - s->high) * i / (STEPS - 1));
    draw_map(c, box, s, ramp, STEPS, 1);
    for (int i = 0; i < t.count; i++) {
        double y = box.y + box.h * (s->high - t.at[i]) / (s->high - s->low);
        canvas_line(c, (Point){box.x + box.w, y}, (Point){box.x + box.w + 3, y},
                    (Pen){COLOR_SOFT, 0.8, DASH_SOLID});
        canvas_text(c, box.x + box.w + 5, y + text_middle(FONT_TICK), (Font){.size = FONT_TICK},
                    t.text[i]);
    }
    canvas_text(
        c, box.x - 4, box.y + box.h / 2,
        (Font){.size = FONT_TICK, .angle_deg = 90, .align = ALIGN_CENTRE, .max_width = box.h},
        label);
}

typedef struct Layout {
    int shown, columns, rows;
    double map_w, map_h;
    double index; /* height of a map's number */
} Layout;

static Layout lay_out(const Maps *m)
{
    Layout l = {.shown = m->count < MAPS_LIMIT ? m->count : MAPS_LIMIT};
    double larger = fmax(m->width, m->height);
    double px = larger <= MAP_PX ? fmax(1, floor(MAP_PX / larger + 0.5)) : MAP_PX * 2 / larger;

    l.columns = m->columns > 0 ? m->columns : (int)ceil(sqrt(l.shown * 1.6));
    l.columns = l.columns > 16 && m->columns == 0 ? 16 : l.columns;
    l.columns = l.columns < l.shown ? l.columns : l.shown > 0 ? l.shown : 1;
    l.rows = l.shown > 0 ? (l.shown + l.columns - 1) / l.columns : 1;
    if (m->columns == 0 && l.shown > 0) /* the last row as full as the others */
        l.columns = (l.shown + l.rows - 1) / l.rows;
    l.map_w = m->width * px / CANVAS_PNG_SCALE;
    l.map_h = m->height * px / CANVAS_PNG_SCALE;
    l.index = l.shown > 1 ? INDEX : 0;
    return l;
}

static void draw_note(Canvas *c, const Maps *m, int shown, const Shades *s)
{
    char text[160] = "";
    int at = 0;

    if (shown < m->count)
        at = snprintf(text, sizeof text, "%d of %d maps are shown", shown, m->count);
    if (s->bad)
        snprintf(text + at, sizeof text - (size_t)at, "%s%zu number%s not finite (grey)",
                 at ? "; " : "", s->bad, s->bad > 1 ? "s are" : " is");
    page_foot(c, text);
}

static void draw_all(Canvas *c, const Maps *m, const Layout *l, const Shades *s, double left)
{
    size_t size = (size_t)m->height * m->width;
    char number[32];

    for (int i = 0; i < l->shown; i++) {
        double x = left + i % l->columns * (l->map_w + GAP);
        double y = TOP + i / l->columns * (l->map_h + l->index + GAP);
        draw_map(c, (Box){x, y + l->index, l->map_w, l->map_h}, s, m->values + size * i, m->height,
                 m->width);
        if (m->channels > 1)
            snprintf(number, sizeof number, "%d.%d", i / m->channels, i % m->channels);
        else
            snprintf(number, sizeof number, "%d", i);
        if (l->index > 0)
            canvas_text(c, x + l->map_w / 2, y + INDEX - 2,
                        (Font){.size = FONT_NOTE, .color = COLOR_SOFT, .align = ALIGN_CENTRE},
                        number);
    }
}

static Canvas *draw_maps(const Maps *m, Err *e)
{
    Layout l = lay_out(m);
    Shades s = find_shades(m->values, (size_t)l.shown * m->height * m->width, m->diverging);
    double inner = l.columns * (l.map_w + GAP) - GAP, held = fmax(inner, 160);
    double height = l.rows * (l.map_h + l.index + GAP) - GAP;
    double natural = held + 2 * MARGIN + BAR, width = fmax(natural, page_title_width(m->title));
    double left = MARGIN + floor((width - natural) / 2);
    Canvas *c = canvas_new(width, TOP + fmax(height, 60) + MARGIN + 8, e);

    if (!c)
        return NULL;
    page_title(c, m->title);
    if (l.shown == 0) {
        page_no_data(c, canvas_width(c) / 2, TOP + 30);
        return c;
    }
    draw_all(c, m, &l, &s, left + (held - inner) / 2);
    double bar = fmin(fmax(height - l.index, 60), 220);
    draw_bar(c, (Box){left + held + 20, TOP + l.index, 10, bar}, &s, m->value_label);
    draw_note(c, m, l.shown, &s);
    return c;
}

/* The rows one by one, since the last may be short, each with the number of its first value. */
static void draw_rows(Canvas *c, const Maps *m, const Shades *s, int columns, double side,
                      double left)
{
    char number[16];

    for (int first = 0; first < m->count; first += columns) {
        int here = first + columns <= m->count ? columns : m->count - first;
        Box box = {left, TOP + first / columns * side, here * side, side};
        draw_map(c, box, s, m->values + first, 1, here);
        if (side < FONT_NOTE)
            continue;
        snprintf(number, sizeof number, "%d", first);
        canvas_text(c, left - 4, box.y + side / 2 + text_middle(FONT_NOTE),
                    (Font){.size = FONT_NOTE, .color = COLOR_SOFT, .align = ALIGN_RIGHT}, number);
    }
}

/* A vector of numbers as a field of squares. */
static Canvas *draw_vector(const Maps *m, Err *e)
{
    int columns = m->columns > 0 ? m->columns : (int)ceil(sqrt(m->count * 2.));
    double side = fmax(2, fmin(16, 400. / columns)), width = columns * side,
           held = fmax(width, 220);
    double height = fmax((m->count + columns - 1) / columns * side, 60);
    Shades s = find_shades(m->values, (size_t)m->count, m->diverging);
    char title[200];

    snprintf(title, sizeof title, "%.150s%s%d a row", m->title ? m->title : "",
             m->title ? "; " : "", columns);
    double natural = held + 3 * MARGIN + BAR, page = fmax(natural, page_title_width(title));
    double left = 2 * MARGIN + floor((page - natural) / 2);
    Canvas *c = canvas_new(page, TOP + height + MARGIN + 8, e);
    if (!c)
        return NULL;
    page_title(c, title);
    draw_rows(c, m, &s, columns, side, left + (held - width) / 2);
    draw_bar(c, (Box){left + held + 20, TOP, 10, fmin(height, 220)}, &s, m->value_label);
    draw_note(c, m, m->count, &s);
    return c;
}

Canvas *plot_maps(const Maps *m, Err *e)
{
    if (m->count > 0 && m->height == 1 && m->width == 1)
        return draw_vector(m, e);
    return draw_maps(m, e);
}

Canvas *plot_filters(const char *title, const float *weights, int filters, int channels, int height,
                     int width, Err *e)
{
    return plot_maps(&(Maps){.title = title,
                             .value_label = "weight",
                             .values = weights,
                             .count = filters * channels,
                             .height = height,
                             .width = width,
                             .columns = channels > 1 && channels <= 16 ? channels : 0,
                             .channels = channels,
                             .diverging = true},
                     e);
}
