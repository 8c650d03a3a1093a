/* Bars and the pie of a label distribution. */
#include "plot/bars.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot/figure.h"

enum { SERIES_LIMIT = 16, CLASS_LIMIT = 200, BARS_LIMIT = 2000 };

/* ---- bars ---- */

static double bar_width(const Axes *a, const Bars *p)
{
    return a->box.w / p->name_count * 0.8 / p->series_count;
}

static void draw_whisker(const Axes *a, const Bars *p, int at, double x)
{
    Pen pen = {COLOR_INK, 0.9, DASH_SOLID};

    if (!p->low || !p->high || !axis_shows(&a->y, p->low[at]) || !axis_shows(&a->y, p->high[at]))
        return;
    double top = axes_y(a, p->high[at]), foot = axes_y(a, p->low[at]);
    canvas_line(a->canvas, (Point){x, top}, (Point){x, foot}, pen);
    canvas_line(a->canvas, (Point){x - 3, top}, (Point){x + 3, top}, pen);
    canvas_line(a->canvas, (Point){x - 3, foot}, (Point){x + 3, foot}, pen);
}

/* Where a value's number goes: above the bar and its whisker, or below a negative one. */
static double number_y(const Axes *a, const Bars *p, int at)
{
    double v = p->values[at], y = axes_y(a, v);

    if (v < 0) {
        if (p->low && axis_shows(&a->y, p->low[at]))
            y = fmax(y, axes_y(a, p->low[at]));
        return y + FONT_NOTE + 1;
    }
    if (p->high && axis_shows(&a->y, p->high[at]))
        y = fmin(y, axes_y(a, p->high[at]));
    return y - 3;
}

static void draw_bar(const Axes *a, const Bars *p, int name, int series, bool numbers)
{
    int at = name * p->series_count + series;
    double v = p->values[at], wide = bar_width(a, p), gap = fmin(1, wide * 0.06);
    double x = axes_x(a, name) + (series - p->series_count / 2.) * wide, zero = axes_y(a, 0);
    Font font = {.size = FONT_NOTE, .align = ALIGN_CENTRE};
    char text[TICK_TEXT];

    if (!axis_shows(&a->y, v)) {
        font.color = COLOR_VERMILION;
        canvas_text(a->canvas, x + wide / 2, zero - 3, font, isnan(v) ? "NaN" : "inf");
        return;
    }
    double y = axes_y(a, v);
    canvas_rect(a->canvas, (Box){x + gap, fmin(y, zero), wide - 2 * gap, fabs(zero - y)},
                color_series(series), (Pen){0});
    draw_whisker(a, p, at, x + wide / 2);
    number_text(text, v, p->decimals);
    if (numbers)
        canvas_text(a->canvas, x + wide / 2, number_y(a, p, at), font, text);
}

/* Numbers stand on all bars of a panel or on none. */
static bool numbers_fit(const Axes *a, const Bars *p)
{
    double widest = 0;
    char text[TICK_TEXT];

    for (int i = 0; i < p->name_count * p->series_count; i++) {
        number_text(text, p->values[i], p->decimals);
        if (isfinite(p->values[i]))
            widest = fmax(widest, text_width((Font){.size = FONT_NOTE}, text));
    }
    return widest <= bar_width(a, p) * 0.95;
}

static Range bars_range(const Bars *p)
{
    Range r = range_empty();
    int n = p->name_count * p->series_count;

    for (int i = 0; i < n; i++) {
        bool any = range_add(&r, p->values[i]);
        if (any && p->low && p->high) {
            range_add(&r, p->low[i]);
            range_add(&r, p->high[i]);
        }
    }
    if (!range_is_empty(r)) { /* zero belongs to it, and room for the numbers */
        range_add(&r, 0);
        if (r.low == r.high)
            r.high = 1;
        r.high += r.high > 0 ? (r.high - r.low) * 0.06 : 0;
        r.low -= r.low < 0 ? (r.high - r.low) * 0.06 : 0;
    }
    return r;
}

static void draw_bars(Canvas *c, Box box, const Bars *p)
{
    Key keys[SERIES_LIMIT];
    int shown = p->series_count < SERIES_LIMIT ? p->series_count : SERIES_LIMIT;
    AxesSpec spec = {.title = p->title,
                     .x = {.label = p->x_label, .names = p->names, .name_count = p->name_count},
                     .y = {.label = p->y_label,
                           .range = bars_range(p),
                           .from_zero = true,
                           .whole = p->decimals == 0},
                     .keys = keys,
                     .key_count = shown > 1 ? shown : 0};

    for (int i = 0; i < shown; i++)
        keys[i] = (Key){.name = p->series_names[i], .kind = KEY_BOX, .color = color_series(i)};
    Axes a = axes_draw(c, box, &spec);
    if (a.empty)
        return;
    bool numbers = numbers_fit(&a, p);
    for (int i = 0; i < p->name_count; i++)
        for (int s = 0; s < p->series_count; s++)
            draw_bar(&a, p, i, s, numbers);
    canvas_line(c, (Point){a.box.x, axes_y(&a, 0)}, (Point){a.box.x + a.box.w, axes_y(&a, 0)},
                (Pen){COLOR_SOFT, 0.8, DASH_SOLID});
}

Canvas *plot_bars(const char *title, const Bars *panels, int count, Err *e)
{
    double width = count == 1 ? 440 : 280;

    for (int i = 0; i < count; i++) { /* wide enough for many bars */
        double bars = (double)panels[i].name_count * panels[i].series_count;
        if (bars > BARS_LIMIT) {
            err_set(e, ERR_LIMIT, "a plot of %.0f bars is too large: %d are allowed", bars,
                    BARS_LIMIT);
            return NULL;
        }
        width = fmax(width, fmin(1200, bars * 14));
    }
    Figure f = figure_new(title, count, 3, width, count == 1 ? 290 : 235, e);
    for (int i = 0; f.canvas && i < count; i++)
        draw_bars(f.canvas, figure_panel(&f, i), &panels[i]);
    return f.canvas;
}

/* ---- the pie ---- */

/* More classes than colours: the second round is paler, the third paler still. */
static Color slice_color(int i)
{
    return color_mix(color_series(i % (COLOR_SERIES - 1)), COLOR_WHITE,
                     0.5 * (i / (COLOR_SERIES - 1) % 2));
}

/* Whether a text keeps clear of its like on the slices beside it, all `arc` apart at the turn of the
 * slice's middle: one of both directions is enough. */
static bool slice_holds(double turn, double arc, double size, const char *text, double max_width)
{
    double wide = text_width((Font){.size = size, .max_width = max_width}, text);

    return arc * fabs(sin(turn)) >= size * 1.1 || arc * fabs(cos(turn)) >= wide + 3;
}

/* The name beside a slice and the share on it, each where there is room. */
static void name_slice(Canvas *c, Point centre, double radius, double middle_deg, const char *name,
                       double share, Color color)
{
    enum { NAME_WIDTH = 60 };
    double turn = middle_deg * M_PI / 180, arc = 2 * M_PI * share;
    Point in = {centre.x + sin(turn) * radius * 0.76, centre.y - cos(turn) * radius * 0.76};
    Point out = {centre.x + sin(turn) * (radius + 8), centre.y - cos(turn) * (radius + 8)};
    char percent[TICK_TEXT];

    number_text(percent, share * 100, 1);
    if (share >= 0.025 && slice_holds(turn, arc * radius * 0.76, FONT_NOTE, percent, 0))
        canvas_text(c, in.x, in.y + text_middle(FONT_NOTE),
                    (Font){.size = FONT_NOTE, .align = ALIGN_CENTRE, .color = color_text_on(color)},
                    percent);
    if (slice_holds(turn, arc * (radius + 8), FONT_TICK, name, NAME_WIDTH))
        canvas_text(c, out.x, out.y + text_middle(FONT_TICK),
                    (Font){.size = FONT_TICK,
                           .align = sin(turn) >= 0 ? ALIGN_LEFT : ALIGN_RIGHT,
                           .max_width = NAME_WIDTH},
                    name);
}

static void draw_pie(Canvas *c, Box box, const char *const *names, const long *counts, int classes)
{
    double sum = 0, from = 0, radius = fmin(box.w / 2 - 50, box.h / 2 - 30);
    Point centre = {box.x + box.w / 2, box.y + box.h / 2 + 6};

    canvas_text(c, centre.x, box.y + FONT_TITLE,
                (Font){.size = FONT_TITLE, .bold = true, .align = ALIGN_CENTRE}, "Shares (%)");
    for (int i = 0; i < classes; i++)
        sum += counts[i] > 0 ? (double)counts[i] : 0;
    if (sum == 0) {
        page_no_data(c, centre.x, centre.y);
        return;
    }
    for (int i = 0; i < classes; i++) {
        double share = counts[i] > 0 ? (double)counts[i] / sum : 0;
        Color color = slice_color(i);
        canvas_wedge(c, centre, radius, from, from + share * 360, share > 0 ? color : COLOR_NONE,
                     (Pen){COLOR_WHITE, share < 1 ? 1 : 0, DASH_SOLID});
        if (share > 0)
            name_slice(c, centre, radius, from + share * 180, names[i], share, color);
        from += share * 360;
    }
}

/* The bars' y label with the total, which is what a reader asks first. */
static void count_label(char *out, size_t size, const long *counts, int classes)
{
    double sum = 0;
    char text[TICK_TEXT];

    for (int i = 0; i < classes; i++)
        sum += (double)counts[i];
    number_text(text, sum, 0);
    snprintf(out, size, "pictures (%s in all)", text);
}

Canvas *plot_labels(const char *title, const char *const *names, const long *counts, int classes,
                    Err *e)
{
    enum { PIE = 360, HEIGHT = 270 };
    static const char *const one[] = {"pictures"};
    char label[80];
    double wide = fmax(PIE, fmin(1200, classes * 30.));

    if (classes > CLASS_LIMIT) {
        err_set(e, ERR_LIMIT, "a plot of %d classes is too large: %d are allowed", classes,
                CLASS_LIMIT);
        return NULL;
    }
    double *values = calloc((size_t)classes + 1, sizeof *values);
    if (!values) {
        err_set(e, ERR_MEMORY, "no memory for a plot");
        return NULL;
    }
    for (int i = 0; i < classes; i++)
        values[i] = (double)counts[i];
    count_label(label, sizeof label, counts, classes);
    Bars bars = {.title = "Counts",
                 .x_label = "class",
                 .y_label = label,
                 .names = names,
                 .name_count = classes,
                 .series_names = one,
                 .series_count = 1,
                 .values = values};
    Figure f = figure_new(title, 1, 1, wide + PIE, HEIGHT, e);
    if (f.canvas) {
        Box box = figure_panel(&f, 0);

        draw_bars(f.canvas, (Box){box.x, box.y, wide, HEIGHT}, &bars);
        draw_pie(f.canvas, (Box){box.x + wide, box.y, PIE, HEIGHT}, names, counts, classes);
    }
    free(values);
    return f.canvas;
}
