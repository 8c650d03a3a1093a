/* Parallel coordinates. */
#include "plot/parallel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/figure.h"

#define TOP    58.0
#define HEIGHT 230.0
#define FOOT   22.0
#define SPACE  104.0 /* between two axes */
#define SIDE   50.0
#define BAND   0.7 /* of a name's slot that its runs fan out over */

typedef struct Study {
    Canvas *canvas;
    const ParallelAxis *axes;
    int axis_count, runs, best;
    Range range[PARALLEL_AXES];
    int *order; /* runs by result, those without one first */
    double *at; /* (axis_count, runs): 0 at the foot, 1 at the top; NaN: no place */
} Study;

static double left_of(const Study *s)
{
    return (canvas_width(s->canvas) - (s->axis_count - 1) * SPACE) / 2;
}

static double x_of(const Study *s, int axis)
{
    return left_of(s) + axis * SPACE;
}

static double y_of(double at)
{
    return TOP + HEIGHT * (1 - at);
}

static bool is_shown(const ParallelAxis *a, double v)
{
    if (a->names)
        return v >= 0 && v < a->name_count;
    return fabs(v) <= 1e300 && (!a->log || v > 0);
}

/* The runs' places on an axis of numbers. */
static void place_numbers(Study *s, int axis)
{
    const ParallelAxis *a = &s->axes[axis];
    Range r = range_empty();

    for (int i = 0; i < s->runs; i++)
        if (is_shown(a, a->values[i]))
            range_add(&r, a->log ? log10(a->values[i]) : a->values[i]);
    if (!range_is_empty(r) && r.high - r.low <= fmax(fabs(r.low), fabs(r.high)) * 1e-9) {
        double air = fmax(fabs(r.low) * 0.1, 1e-12);
        r = (Range){r.low - air, r.high + air};
    }
    s->range[axis] = r;
    for (int i = 0; i < s->runs; i++) {
        double v = a->values[i];
        s->at[axis * s->runs + i] =
            is_shown(a, v) ? ((a->log ? log10(v) : v) - r.low) / (r.high - r.low) : NAN;
    }
}

/* On an axis of names the runs of a name fan out by result, the order of which is known. */
static void place_names(Study *s, int axis)
{
    const ParallelAxis *a = &s->axes[axis];

    for (int name = 0; name < a->name_count; name++) {
        int held = 0, seen = 0;
        for (int i = 0; i < s->runs; i++)
            held += is_shown(a, a->values[i]) && (int)a->values[i] == name;
        for (int k = 0; k < s->runs && held; k++) {
            int run = s->order[k];
            if (!is_shown(a, a->values[run]) || (int)a->values[run] != name)
                continue;
            double spread = held > 1 ? (double)seen++ / (held - 1) - 0.5 : 0;
            s->at[axis * s->runs + run] = (name + 0.5 + spread * BAND) / a->name_count;
        }
    }
    for (int i = 0; i < s->runs; i++)
        if (!is_shown(a, a->values[i]))
            s->at[axis * s->runs + i] = NAN;
}

/* ---- order by result ---- */

typedef struct Ranked {
    double result;
    int run;
} Ranked;

static int by_result(const void *a, const void *b)
{
    const Ranked *p = a, *q = b;

    if (p->result != q->result)
        return p->result < q->result ? -1 : 1;
    return p->run - q->run;
}

static bool rank_runs(Study *s)
{
    const ParallelAxis *last = &s->axes[s->axis_count - 1];
    Ranked *r = calloc((size_t)s->runs + 1, sizeof *r);

    if (!r)
        return false;
    for (int i = 0; i < s->runs; i++)
        r[i] = (Ranked){is_shown(last, last->values[i]) ? last->values[i] : -HUGE_VAL, i};
    qsort(r, (size_t)s->runs, sizeof *r, by_result);
    for (int i = 0; i < s->runs; i++)
        s->order[i] = r[i].run;
    free(r);
    return true;
}

/* ---- drawing ---- */

static Color color_of(const Study *s, int run)
{
    double at = s->at[(s->axis_count - 1) * s->runs + run];

    return isnan(at) ? (Color){170, 170, 170, 255} : color_sequential(at * 0.92);
}

/* A line that leaves and reaches the axes level, so that its course can be followed. */
static void draw_run(const Study *s, int run, double width, double alpha)
{
    enum { STEPS = 16 };
    Color color = color_fade(color_of(s, run), alpha);

    for (int axis = 0; axis + 1 < s->axis_count; axis++) {
        double from = s->at[axis * s->runs + run], to = s->at[(axis + 1) * s->runs + run];
        Point p[STEPS + 1];
        for (int i = 0; i <= STEPS; i++) {
            double t = (double)i / STEPS, eased = t * t * (3 - 2 * t);
            p[i] = (Point){x_of(s, axis) + t * SPACE, y_of(from + (to - from) * eased)};
        }
        if (width > 2) /* the best one stands out by a white border */
            canvas_polyline(s->canvas, p, STEPS + 1, (Pen){COLOR_WHITE, width + 2, DASH_SOLID});
        canvas_polyline(s->canvas, p, STEPS + 1, (Pen){color, width, DASH_SOLID});
    }
}

/* A text on the axis over a pale ground, so that it is legible among the lines. */
static void draw_text(const Study *s, double x, double y, Font font, const char *text)
{
    double width = text_width(font, text);
    double left = font.align == ALIGN_RIGHT ? x - width : x;

    canvas_rect(s->canvas, (Box){left - 1, y - font.size * 0.5 - 1, width + 2, font.size + 2},
                color_fade(COLOR_WHITE, 0.88), (Pen){0});
    canvas_text(s->canvas, x, y + text_middle(font.size), font, text);
}

static void draw_values(const Study *s, int axis)
{
    const ParallelAxis *a = &s->axes[axis];
    double x = x_of(s, axis);
    Font font = {.size = FONT_TICK, .align = ALIGN_LEFT, .max_width = SPACE - 14};
    Pen pen = {COLOR_INK, 0.8, DASH_SOLID};

    if (a->names) {
        int every = 1 + a->name_count / 20;
        for (int i = 0; i < a->name_count; i += every)
            draw_text(s, x + 5, y_of((i + 0.5) / a->name_count), font, a->names[i]);
        for (int i = 0; i <= a->name_count && every == 1; i++) { /* where a name's slot ends */
            double y = y_of((double)i / a->name_count);
            canvas_line(s->canvas, (Point){x - 4, y}, (Point){x + 4, y}, pen);
        }
        return;
    }
    Range r = s->range[axis];
    if (range_is_empty(r))
        return;
    Ticks t =
        a->log ? ticks_log((Range){pow(10, r.low), pow(10, r.high)}, 6) : ticks_linear(r, 6, false);
    for (int i = 0; i < t.count; i++) {
        double v = a->log ? log10(t.at[i]) : t.at[i], y = y_of((v - r.low) / (r.high - r.low));
        canvas_line(s->canvas, (Point){x - 2, y}, (Point){x + 2, y}, pen);
        if (t.text[i][0])
            draw_text(s, x + 5, y, font, t.text[i]);
    }
}

/* Above its axis, on two lines where one is too narrow. */
static void draw_name(const Study *s, double x, const char *name)
{
    enum { LINE = 120 };
    Font font = {.size = FONT_LABEL, .bold = true, .align = ALIGN_CENTRE, .max_width = SPACE - 8};
    char first[LINE];
    const char *rest = name;

    if (name && text_width((Font){.size = FONT_LABEL, .bold = true}, name) > font.max_width)
        for (const char *p = strchr(name, ' '); p && p - name < LINE; p = strchr(p + 1, ' ')) {
            snprintf(first, sizeof first, "%.*s", (int)(p - name), name);
            if (rest == name ||
                text_width((Font){.size = FONT_LABEL, .bold = true}, first) <= font.max_width)
                rest = p + 1;
        }
    if (rest != name) {
        snprintf(first, sizeof first, "%.*s", (int)(rest - name - 1), name);
        canvas_text(s->canvas, x, TOP - 20, font, first);
    }
    canvas_text(s->canvas, x, TOP - 8, font, rest);
}

static void draw_axis(const Study *s, int axis)
{
    double x = x_of(s, axis);
    bool last = axis == s->axis_count - 1;

    canvas_line(s->canvas, (Point){x, TOP}, (Point){x, TOP + HEIGHT},
                (Pen){COLOR_INK, last ? 1.6 : 1, DASH_SOLID});
    draw_name(s, x, s->axes[axis].name);
    draw_values(s, axis);
}

static void draw_study(const Study *s)
{
    double alpha = s->runs <= 30 ? 0.95 : fmax(0.15, 30. / s->runs + 0.3);
    char note[120];
    int without = 0;

    for (int k = 0; k < s->runs; k++)
        if (s->order[k] != s->best)
            draw_run(s, s->order[k], 1.2, alpha);
    if (s->best >= 0 && s->best < s->runs)
        draw_run(s, s->best, 3, 1);
    for (int i = 0; i < s->axis_count; i++)
        draw_axis(s, i);
    for (int i = 0; i < s->runs; i++)
        without += isnan(s->at[(s->axis_count - 1) * s->runs + i]);
    snprintf(note, sizeof note, "%d runs, coloured by the last axis%s%s", s->runs,
             s->best >= 0 ? "; the thick line is the best" : "",
             without ? "; grey: no result" : "");
    page_foot(s->canvas, note);
}

static int check(int axis_count, int runs, Err *e)
{
    if (axis_count > PARALLEL_AXES)
        return err_set(e, ERR_LIMIT, "a study of %d axes is too large to plot: %d are allowed",
                       axis_count, PARALLEL_AXES);
    if (runs > PARALLEL_RUNS)
        return err_set(e, ERR_LIMIT, "a study of %d runs is too large to plot: %d are allowed",
                       runs, PARALLEL_RUNS);
    return 0;
}

Canvas *plot_parallel(const char *title, const ParallelAxis *axes, int axis_count, int runs,
                      int best, Err *e)
{
    Study s = {.axes = axes, .axis_count = axis_count, .runs = runs, .best = best};

    if (check(axis_count, runs, e))
        return NULL;
    double width = fmax(320, (axis_count - 1) * SPACE + 2 * SIDE + 20);
    s.canvas = canvas_new(width, TOP + HEIGHT + FOOT, e);
    if (!s.canvas)
        return NULL;
    page_title(s.canvas, title);
    if (axis_count <= 0 || runs <= 0) {
        page_no_data(s.canvas, width / 2, TOP + HEIGHT / 2);
        return s.canvas;
    }
    s.order = calloc((size_t)runs, sizeof *s.order);
    s.at = calloc((size_t)runs * (size_t)axis_count, sizeof *s.at);
    if (s.order && s.at && rank_runs(&s)) {
        for (int i = 0; i < axis_count; i++)
            if (axes[i].names)
                place_names(&s, i);
            else
                place_numbers(&s, i);
        draw_study(&s);
    } else {
        err_set(e, ERR_MEMORY, "no memory for a plot");
        canvas_free(s.canvas);
        s.canvas = NULL;
    }
    free(s.order);
    free(s.at);
    return s.canvas;
}
