/* Curves: ranges, thinning of long series, panels. */
#include "plot/curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot/figure.h"

#define FAR 1e5 /* points: outside of any page, inside of what Cairo counts */
enum {
    MARKER_LIMIT = 40, /* a longer series has no markers */
    CHUNK = 2048,      /* points of a polyline */
    SERIES_LIMIT = 64
};

static double x_of(const Series *s, size_t i)
{
    return s->x ? s->x[i] : (double)i + 1;
}

/* ---- the order of the points ---- */

typedef struct Ranked {
    double x;
    size_t index;
} Ranked;

static int by_x(const void *a, const void *b)
{
    const Ranked *p = a, *q = b;

    if (isnan(p->x) || isnan(q->x)) /* those come last: they are not drawn */
        return isnan(p->x) - isnan(q->x) ? isnan(p->x) - isnan(q->x)
                                         : (p->index > q->index) - (p->index < q->index);
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

/* The points by x, or NULL when they lie in that order already (or memory is gone). */
static Ranked *ranked(const Series *s)
{
    bool sorted = true;

    for (size_t i = 1; sorted && s->x && i < s->count; i++)
        sorted = s->x[i] >= s->x[i - 1] || isnan(s->x[i]) || isnan(s->x[i - 1]);
    if (sorted)
        return NULL;
    Ranked *r = calloc(s->count, sizeof *r);
    for (size_t i = 0; r && i < s->count; i++)
        r[i] = (Ranked){s->x[i], i};
    if (r)
        qsort(r, s->count, sizeof *r, by_x);
    return r;
}

/* ---- a curve that is thinned while it is drawn ---- */

typedef struct Brush {
    const Axes *axes;
    Pen pen;
    Point points[CHUNK];
    size_t count;
    bool open; /* a pixel column is under way */
    long column;
    Point first, low, high, last;
} Brush;

static void put_point(Brush *b, Point p)
{
    if (b->count > 0 && b->points[b->count - 1].x == p.x && b->points[b->count - 1].y == p.y)
        return;
    if (b->count == CHUNK) {
        canvas_polyline(b->axes->canvas, b->points, b->count, b->pen);
        b->points[0] = b->points[CHUNK - 1];
        b->count = 1;
    }
    b->points[b->count++] = p;
}

static void close_column(Brush *b)
{
    if (!b->open)
        return;
    bool falls = b->high.x < b->low.x;
    put_point(b, b->first);
    put_point(b, falls ? b->high : b->low);
    put_point(b, falls ? b->low : b->high);
    put_point(b, b->last);
    b->open = false;
}

static void extend(Brush *b, Point p)
{
    p.x = fmax(-FAR, fmin(p.x, FAR)); /* an axis may be far shorter than its data */
    p.y = fmax(-FAR, fmin(p.y, FAR));
    long column = lrint(floor(p.x * CANVAS_PNG_SCALE));

    if (b->open && column == b->column) {
        if (p.y > b->low.y)
            b->low = p;
        if (p.y < b->high.y)
            b->high = p;
        b->last = p;
        return;
    }
    close_column(b);
    b->open = true;
    b->column = column;
    b->first = b->low = b->high = b->last = p;
}

/* Ends the curve; a lonely point between two gaps becomes a dot. */
static void lift(Brush *b)
{
    close_column(b);
    if (b->count == 1)
        canvas_circle(b->axes->canvas, b->points[0], b->pen.width, b->pen.color, (Pen){0});
    else
        canvas_polyline(b->axes->canvas, b->points, b->count, b->pen);
    b->count = 0;
}

static bool shows(const Axes *a, const Series *s, size_t i)
{
    return axis_shows(&a->x, x_of(s, i)) && axis_shows(&a->y, s->y[i]);
}

static void draw_series(const Axes *a, const Series *s, int index)
{
    Brush b = {.axes = a, .pen = {color_series(index), 1.5, (Dash)(index % DASHES)}};
    Ranked *order = ranked(s);

    for (size_t k = 0; k < s->count; k++) {
        size_t i = order ? order[k].index : k;
        if (shows(a, s, i))
            extend(&b, axes_point(a, x_of(s, i), s->y[i]));
        else
            lift(&b);
    }
    lift(&b);
    for (size_t i = 0; s->count <= MARKER_LIMIT && i < s->count; i++)
        if (shows(a, s, i))
            marker_draw(a->canvas, axes_point(a, x_of(s, i), s->y[i]), index, 2.4, b.pen.color);
    free(order);
}

void curves_draw(const Axes *a, const Series *series, int count)
{
    if (a->empty)
        return;
    Box air = {a->box.x - 3, a->box.y - 3, a->box.w + 6, a->box.h + 6};
    canvas_clip(a->canvas, air);
    for (int i = 0; i < count; i++)
        draw_series(a, &series[i], i);
    canvas_unclip(a->canvas);
}

/* ---- panels ---- */

/* Both axes' ranges; returns how many points cannot be shown. */
static size_t find_ranges(const Curves *p, Axis *x, Axis *y)
{
    size_t hidden = 0;

    x->range = y->range = range_empty();
    for (int s = 0; s < p->series_count; s++)
        for (size_t i = 0; i < p->series[s].count; i++) {
            double vx = x_of(&p->series[s], i), vy = p->series[s].y[i];
            if (axis_shows(x, vx) && axis_shows(y, vy)) {
                range_add(&x->range, vx);
                range_add(&y->range, vy);
            } else
                hidden++;
        }
    return hidden;
}

static bool mark_is_shown(const Axes *a, const Curves *p)
{
    return !a->empty && p->mark && axis_shows(&a->x, *p->mark) && *p->mark >= a->x.range.low &&
           *p->mark <= a->x.range.high;
}

/* The legend: nothing for a single series, unless panels beside it have one. */
static int fill_keys(const Curves *p, bool all, Key keys[SERIES_LIMIT + 1])
{
    int n = 0;

    for (int i = 0; i < p->series_count && n < SERIES_LIMIT && (all || p->series_count > 1); i++)
        if (p->series[i].count > 0)
            keys[n++] = (Key){.name = p->series[i].name,
                              .color = color_series(i),
                              .dash = (Dash)(i % DASHES),
                              .marker = p->series[i].count <= MARKER_LIMIT ? 1 + i : 0};
    if (p->mark && p->mark_label)
        keys[n++] = (Key){.name = p->mark_label, .color = COLOR_SOFT, .dash = DASH_DOTTED};
    return n;
}

static void draw_panel(Canvas *c, Box box, const Curves *p, bool all_keys)
{
    Key keys[SERIES_LIMIT + 1];
    char note[96] = "";
    Axis x = {.label = p->x_label, .log = p->log_x, .whole = p->whole_x, .tight = true};
    Axis y = {.label = p->y_label, .log = p->log_y, .from_zero = p->from_zero};
    size_t hidden = find_ranges(p, &x, &y);

    if (p->x_range.low < p->x_range.high && !range_is_empty(x.range))
        x.range = p->x_range;
    if (hidden)
        snprintf(note, sizeof note, "%zu point%s not shown: not finite%s", hidden,
                 hidden > 1 ? "s" : "",
                 p->log_x || p->log_y ? ", or not above zero on a logarithmic axis" : "");
    Axes a = axes_draw(c, box,
                       &(AxesSpec){.title = p->title,
                                   .x = x,
                                   .y = y,
                                   .keys = keys,
                                   .key_count = fill_keys(p, all_keys, keys),
                                   .note = hidden ? note : NULL});
    if (mark_is_shown(&a, p))
        canvas_line(c, (Point){axes_x(&a, *p->mark), a.box.y},
                    (Point){axes_x(&a, *p->mark), a.box.y + a.box.h},
                    (Pen){COLOR_SOFT, 1.2, DASH_DOTTED});
    curves_draw(&a, p->series, p->series_count);
}

Canvas *plot_curves(const char *title, const Curves *panels, int count, Err *e)
{
    double width = count == 1 ? 440 : 300, height = count == 1 ? 290 : 235;
    Figure f = figure_new(title, count, 3, width, height, e);

    bool all_keys = false; /* so that frames side by side are equally high */

    for (int i = 0; count > 1 && i < count; i++)
        all_keys = all_keys || panels[i].series_count > 1;
    for (int i = 0; f.canvas && i < count; i++)
        draw_panel(f.canvas, figure_panel(&f, i), &panels[i], all_keys);
    return f.canvas;
}

/* ---- a training ---- */

/* Rates that span more than a factor 20 are read on a logarithmic axis; not those that sink to
 * nothing at the end, which would take all of it. */
static bool spans_decades(const double *v, size_t n)
{
    Range r = range_empty();

    for (size_t i = 0; i < n; i++)
        if (v[i] > 0)
            range_add(&r, v[i]);
    return !range_is_empty(r) && r.high > 20 * r.low && r.high < 1e5 * r.low;
}

/* Train is always the first series and validation the second: their colours stay. */
static Curves measure_panel(const Training *t, const Measure *m, Series room[2])
{
    room[0] = (Series){"train", t->epoch, m->train, m->train ? t->epochs : 0};
    room[1] = (Series){"validation", t->epoch, m->validation, m->validation ? t->epochs : 0};
    return (Curves){.y_label = m->name, .series = room, .series_count = 2};
}

Canvas *plot_training(const Training *t, Err *e)
{
    Curves panels[TRAINING_MEASURES + 1];
    Series series[TRAINING_MEASURES][2], rate = {"rate", t->epoch, t->rate, t->epochs};
    char kept[48];
    int count = 0;

    if (t->measure_count > TRAINING_MEASURES) {
        err_set(e, ERR_LIMIT, "a plot of %d measures is too large: %d are allowed",
                t->measure_count, TRAINING_MEASURES);
        return NULL;
    }
    for (; count < t->measure_count; count++)
        panels[count] = measure_panel(t, &t->measures[count], series[count]);
    if (t->rate)
        panels[count++] = (Curves){.y_label = "learning rate",
                                   .series = &rate,
                                   .series_count = 1,
                                   .log_y = spans_decades(t->rate, t->epochs)};
    snprintf(kept, sizeof kept, "kept: epoch %g", t->best_epoch);
    for (int i = 0; i < count; i++) {
        panels[i].x_label = "epoch";
        panels[i].whole_x = true;
        panels[i].mark = t->best_epoch > 0 ? &t->best_epoch : NULL;
        panels[i].mark_label = kept;
    }
    return plot_curves(t->title, panels, count, e);
}
