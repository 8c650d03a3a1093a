/* The frame around data: how far the axes reach, where everything stands, and drawing it. */
#include "plot/figure.h"

#include <math.h>
#include <string.h>

enum { NAMES_SLANT_DEG = 35 };
#define GAP        4.0  /* between a tick, its number, the label */
#define LINE       13.0 /* height of a line of labels */
#define SWATCH     18.0 /* width of a legend's sample */
#define NAME_LIMIT 90.0 /* a slanted category's name is cut after so many points */

Range range_empty(void)
{
    return (Range){HUGE_VAL, -HUGE_VAL};
}

bool range_is_empty(Range r)
{
    return !(r.low <= r.high);
}

bool range_add(Range *r, double v)
{
    if (!(fabs(v) <= 1e300))
        return false;
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
    return true;
}

bool axis_shows(const Axis *axis, double v)
{
    return fabs(v) <= 1e300 && (!axis->log || v > 0);
}

/* The range as drawn: never of no width, with air around the data. */
static Range widened(const Axis *axis)
{
    Range r = axis->range;

    if (axis->name_count > 0)
        return (Range){-0.5, axis->name_count - 0.5};
    if (axis->log) {
        double low = log10(r.low), high = log10(r.high), air = (high - low) * 0.04;
        if (high - low < 1e-3)
            air = 0.3;
        else if (axis->tight)
            air = 0;
        return (Range){pow(10, fmax(low - air, -307)), pow(10, fmin(high + air, 307))};
    }
    double size = fmax(fabs(r.low), fabs(r.high)), air = (r.high - r.low) * 0.04;
    bool flat = r.high - r.low <= size * 1e-9;
    if (flat)
        air = size > 1e-300 ? size * 0.1 : 1;
    else if (axis->tight)
        return r;
    Range wide = {r.low - air, r.high + air};
    if (r.low >= 0 && (wide.low < 0 || axis->from_zero))
        wide.low = 0;
    if (axis->whole && flat)
        wide = (Range){r.low - 1, r.high + 1};
    return wide;
}

static double along(const Axis *axis, double v)
{
    if (axis->log)
        return (log10(v) - log10(axis->range.low)) /
               (log10(axis->range.high) - log10(axis->range.low));
    return (v - axis->range.low) / (axis->range.high - axis->range.low);
}

double axes_x(const Axes *a, double v)
{
    return a->box.x + a->box.w * along(&a->x, v);
}

double axes_y(const Axes *a, double v)
{
    return a->box.y + a->box.h * (1 - along(&a->y, v));
}

Point axes_point(const Axes *a, double x, double y)
{
    return (Point){axes_x(a, x), axes_y(a, y)};
}

/* ---- markers and legend ---- */

void marker_draw(Canvas *c, Point at, int index, double radius, Color color)
{
    double s = radius * 0.9, d = radius * 1.25;
    Pen edge = {COLOR_WHITE, 0.5, DASH_SOLID};

    switch (index % 4) {
    case 0:
        canvas_circle(c, at, radius, color, edge);
        break;
    case 1:
        canvas_rect(c, (Box){at.x - s, at.y - s, 2 * s, 2 * s}, color, edge);
        break;
    case 2:
        canvas_polygon(c, (Point[]){{at.x, at.y - d}, {at.x + d, at.y + s}, {at.x - d, at.y + s}},
                       3, color, edge);
        break;
    default:
        canvas_polygon(
            c, (Point[]){{at.x, at.y - d}, {at.x + d, at.y}, {at.x, at.y + d}, {at.x - d, at.y}}, 4,
            color, edge);
    }
}

static void draw_sample(Canvas *c, double x, double y, const Key *key)
{
    if (key->kind == KEY_BOX)
        canvas_rect(c, (Box){x + 4, y - 4, 10, 8}, key->color, (Pen){0});
    else {
        canvas_line(c, (Point){x, y}, (Point){x + SWATCH, y}, (Pen){key->color, 1.5, key->dash});
        if (key->marker)
            marker_draw(c, (Point){x + SWATCH / 2, y}, key->marker - 1, 2.4, key->color);
    }
}

double legend_draw(Canvas *c, Box box, const Key *keys, int count)
{
    Font font = {.size = FONT_TICK, .max_width = fmax(20, box.w - SWATCH - GAP)};
    double x = box.x, y = box.y + LINE / 2;

    if (count == 0)
        return 0;
    for (int i = 0; i < count; i++) {
        double width = SWATCH + GAP + text_width(font, keys[i].name);
        if (x > box.x && x + width > box.x + box.w) {
            x = box.x;
            y += LINE;
        }
        if (c) {
            draw_sample(c, x, y, &keys[i]);
            canvas_text(c, x + SWATCH + GAP, y + text_middle(font.size), font, keys[i].name);
        }
        x += width + 12;
    }
    return y + LINE / 2 - box.y;
}

/* ---- the frame ---- */

static Ticks ticks_of(const Axis *axis, int want)
{
    Ticks none = {0};

    if (axis->name_count > 0)
        return none;
    return axis->log ? ticks_log(axis->range, want) : ticks_linear(axis->range, want, axis->whole);
}

static double widest(const Ticks *t)
{
    double width = 0;

    for (int i = 0; i < t->count; i++)
        width = fmax(width, text_width((Font){.size = FONT_TICK}, t->text[i]));
    return width;
}

/* As many ticks on x as stand side by side without touching. */
static Ticks x_ticks(const Axis *axis, double width)
{
    int want = (int)fmax(2, fmin(12, width / 40));
    Ticks t = ticks_of(axis, want);

    while (want > 2) {
        int named = 0;
        for (int i = 0; i < t.count; i++)
            named += t.text[i][0] != 0;
        if (named * (widest(&t) + 8) <= width)
            break;
        t = ticks_of(axis, --want);
    }
    return t;
}

static double widest_name(const Axis *axis)
{
    double width = 0;
    int looked_at = axis->name_count < 200 ? axis->name_count : 200;

    for (int i = 0; i < looked_at; i++)
        width = fmax(width, text_width((Font){.size = FONT_TICK}, axis->names[i]));
    return fmin(width, NAME_LIMIT);
}

static bool names_are_slanted(const Axis *axis, double width)
{
    return axis->name_count > 0 && widest_name(axis) > width / axis->name_count - 3;
}

static void draw_names(const Axes *a, bool slanted)
{
    double slot = a->box.w / a->x.name_count;
    int every = slanted ? (int)ceil(17 / slot) : 1; /* only so many as there is room for */
    Font font = {.size = FONT_TICK, .align = ALIGN_CENTRE, .max_width = NAME_LIMIT};

    if (slanted) {
        font.align = ALIGN_RIGHT;
        font.angle_deg = NAMES_SLANT_DEG;
    }
    for (int i = 0; i < a->x.name_count; i += every)
        canvas_text(a->canvas, axes_x(a, i) + (slanted ? 3 : 0),
                    a->box.y + a->box.h + GAP + FONT_TICK * 0.8, font, a->x.names[i]);
}

static void draw_x_axis(const Axes *a, const Ticks *t, Pen grid, Pen frame)
{
    Font font = {.size = FONT_TICK, .align = ALIGN_CENTRE};
    double foot = a->box.y + a->box.h;

    for (int i = 0; i < t->count; i++) {
        double x = axes_x(a, t->at[i]);
        if (t->text[i][0])
            canvas_line(a->canvas, (Point){x, a->box.y}, (Point){x, foot}, grid);
        canvas_line(a->canvas, (Point){x, foot}, (Point){x, foot + (t->text[i][0] ? 3 : 1.5)},
                    frame);
        canvas_text(a->canvas, x, foot + GAP + FONT_TICK * 0.85, font, t->text[i]);
    }
}

static void draw_y_axis(const Axes *a, const Ticks *t, Pen grid, Pen frame)
{
    Font font = {.size = FONT_TICK, .align = ALIGN_RIGHT};

    for (int i = 0; i < t->count; i++) {
        double y = axes_y(a, t->at[i]);
        if (t->text[i][0])
            canvas_line(a->canvas, (Point){a->box.x, y}, (Point){a->box.x + a->box.w, y}, grid);
        canvas_line(a->canvas, (Point){a->box.x - (t->text[i][0] ? 3 : 1.5), y},
                    (Point){a->box.x, y}, frame);
        canvas_text(a->canvas, a->box.x - GAP - 1, y + text_middle(FONT_TICK), font, t->text[i]);
    }
}

/* A line of text centred on x that stays inside `outer`. */
static void draw_centred(Canvas *c, double x, double y, Box outer, Font font, const char *text)
{
    font.align = ALIGN_CENTRE;
    font.max_width = 2 * fmin(x - outer.x, outer.x + outer.w - x) - 4;
    canvas_text(c, x, y, font, text);
}

static void draw_labels(const Axes *a, Box outer, const AxesSpec *spec, double label_x)
{
    Canvas *c = a->canvas;
    double foot = outer.y + outer.h - (spec->note ? LINE : 0), x = a->box.x + a->box.w / 2;
    Font title = {.size = FONT_TITLE, .bold = true}, label = {.size = FONT_LABEL};
    Font note = {.size = FONT_NOTE, .italic = true, .color = COLOR_SOFT};

    draw_centred(c, x, outer.y + FONT_TITLE, outer, title, spec->title);
    draw_centred(c, x, foot - 3, outer, label, a->x.label);
    draw_centred(c, outer.x + outer.w / 2, outer.y + outer.h - 2, outer, note, spec->note);
    if (a->empty)
        page_no_data(c, x, a->box.y + a->box.h / 2);
    label.align = ALIGN_CENTRE;
    label.angle_deg = 90;
    label.max_width = a->box.h;
    canvas_text(c, label_x, a->box.y + a->box.h / 2, label, a->y.label);
}

static bool has_text(const char *text)
{
    return text && *text;
}

typedef struct Frame {
    Box box; /* for the data */
    double legend_h;
    double numbers_w; /* width of y's numbers */
    bool slanted;     /* how the categories' names are written */
} Frame;

static Frame lay_out(Box outer, const AxesSpec *spec, const Axes *a)
{
    double top = (has_text(spec->title) ? LINE + 6 : 4), bottom = GAP + 4, left, right = 8;
    double height = outer.h - top - 2 * LINE;
    Ticks y = ticks_of(&a->y, (int)fmax(2, height / 30));
    Frame f = {.numbers_w = a->empty ? 0 : widest(&y) + 5};

    left = fmax(GAP + f.numbers_w, spec->left);
    if (has_text(spec->y.label))
        left += LINE + 2;
    if (has_text(spec->x.label))
        bottom += LINE;
    if (has_text(spec->note))
        bottom += LINE;
    f.slanted = !a->empty && names_are_slanted(&a->x, outer.w - left - right);
    if (f.slanted) {
        double turn = NAMES_SLANT_DEG * 3.14159265358979 / 180, width = widest_name(&a->x);
        bottom += width * sin(turn) + 6;
        left = fmax(left, width * cos(turn) - (outer.w - left) / a->x.name_count / 2);
    } else
        bottom += FONT_TICK;
    if (a->x.name_count == 0 && !a->empty) { /* the last number may stick out */
        Ticks x = ticks_of(&a->x, 5);
        right = fmax(right, widest(&x) / 2 + 2);
    }
    f.legend_h =
        legend_draw(NULL, (Box){0, 0, outer.w - left - right, 0}, spec->keys, spec->key_count);
    top += f.legend_h;
    if (spec->key_count)
        top += GAP;
    f.box = (Box){outer.x + left, outer.y + top, fmax(10, outer.w - left - right),
                  fmax(10, outer.h - top - bottom)};
    return f;
}

Axes axes_draw(Canvas *c, Box outer, const AxesSpec *spec)
{
    Axes a = {.canvas = c, .x = spec->x, .y = spec->y};
    Pen grid = {COLOR_GRID, 0.6, DASH_SOLID}, frame = {COLOR_SOFT, 0.8, DASH_SOLID};

    a.empty = (a.x.name_count == 0 && range_is_empty(a.x.range)) || range_is_empty(a.y.range);
    if (!a.empty) {
        a.x.range = widened(&a.x);
        a.y.range = widened(&a.y);
    }
    Frame f = lay_out(outer, spec, &a);
    a.box = f.box;
    if (!a.empty) {
        Ticks x = x_ticks(&a.x, a.box.w), y = ticks_of(&a.y, (int)fmax(2, a.box.h / 30));
        draw_x_axis(&a, &x, grid, frame);
        draw_y_axis(&a, &y, grid, frame);
        if (a.x.name_count > 0)
            draw_names(&a, f.slanted);
    }
    legend_draw(c, (Box){a.box.x, a.box.y - GAP - f.legend_h, a.box.w, 0}, spec->keys,
                spec->key_count);
    canvas_polyline(c,
                    (Point[]){{a.box.x, a.box.y},
                              {a.box.x, a.box.y + a.box.h},
                              {a.box.x + a.box.w, a.box.y + a.box.h}},
                    3, frame);
    draw_labels(&a, outer, spec, a.box.x - fmax(f.numbers_w, spec->left) - GAP - 3);
    return a;
}
