/* Reliability diagram and risk-coverage curve. */
#include "plot/reliability.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plot/curves.h"
#include "plot/figure.h"

/* ---- reliability ---- */

enum { BIN_LIMIT = 50 };

typedef struct Bin {
    double count, right, confidence; /* sums */
} Bin;

typedef struct Bins {
    Bin bin[BIN_LIMIT];
    int count;
    double all, ece;
    size_t bad;
} Bins;

static Bins fill_bins(const Scored *s, int bins)
{
    Bins b = {.count = bins <= 0 ? 10 : bins < BIN_LIMIT ? bins : BIN_LIMIT};

    for (size_t i = 0; i < s->count; i++) {
        double p = s->confidence[i];
        if (!(p >= 0 && p <= 1)) {
            b.bad++;
            continue;
        }
        int at = (int)(p * b.count);
        Bin *bin = &b.bin[at < b.count ? at : b.count - 1];
        bin->count++;
        bin->right += s->right[i];
        bin->confidence += p;
        b.all++;
    }
    for (int i = 0; i < b.count && b.all > 0; i++)
        b.ece += fabs(b.bin[i].right - b.bin[i].confidence) / b.all;
    return b;
}

/* Wilson's 95 % interval of k of n. */
static Range interval(double k, double n)
{
    double z = 1.96, p = k / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

    return (Range){fmax(0, middle - reach), fmin(1, middle + reach)};
}

static void draw_bin(const Axes *a, const Bins *b, int i)
{
    const Bin *bin = &b->bin[i];
    double left = axes_x(a, (double)i / b->count), right = axes_x(a, (i + 1.) / b->count);

    if (bin->count == 0)
        return;
    double top = axes_y(a, bin->right / bin->count), zero = axes_y(a, 0),
           middle = (left + right) / 2;
    canvas_rect(a->canvas, (Box){left + 0.5, top, right - left - 1, zero - top},
                color_mix(COLOR_WHITE, COLOR_BLUE, 0.75), (Pen){0});
    double said = axes_y(a, bin->confidence / bin->count);
    canvas_line(a->canvas, (Point){left + 0.5, said}, (Point){right - 0.5, said},
                (Pen){COLOR_VERMILION, 2, DASH_SOLID});
    Range r = interval(bin->right, bin->count);
    Pen pen = {COLOR_INK, 0.9, DASH_SOLID};
    double low = axes_y(a, r.low), high = axes_y(a, r.high);
    canvas_line(a->canvas, (Point){middle, low}, (Point){middle, high}, pen);
    canvas_line(a->canvas, (Point){middle - 3, low}, (Point){middle + 3, low}, pen);
    canvas_line(a->canvas, (Point){middle - 3, high}, (Point){middle + 3, high}, pen);
}

static void draw_calibration(Canvas *c, Box box, const Bins *b)
{
    Key keys[] = {{.name = "accuracy, 95 % interval",
                   .kind = KEY_BOX,
                   .color = color_mix(COLOR_WHITE, COLOR_BLUE, 0.75)},
                  {.name = "mean confidence", .color = COLOR_VERMILION},
                  {.name = "perfectly calibrated", .color = COLOR_SOFT, .dash = DASH_DASHED}};
    Range unit = b->all > 0 ? (Range){0, 1} : range_empty();
    Axes a = axes_draw(
        c, box,
        &(AxesSpec){.x = {.range = unit, .tight = true},
                    .keys = keys,
                    .key_count = 3,
                    .left = 36,
                    .y = {.label = "accuracy (share right)", .range = unit, .tight = true}});

    if (a.empty)
        return;
    for (int i = 0; i < b->count; i++)
        draw_bin(&a, b, i);
    canvas_line(c, axes_point(&a, 0, 0), axes_point(&a, 1, 1), (Pen){COLOR_SOFT, 1, DASH_DASHED});
}

/* How many readings each bin holds, on a logarithmic axis: the last one has nearly all. */
static void draw_counts(Canvas *c, Box box, const Bins *b, const char *note)
{
    Axis y = {.label = "readings", .log = true, .range = range_empty(), .tight = true};
    Range unit = b->all > 0 ? (Range){0, 1} : range_empty();

    for (int i = 0; i < b->count; i++)
        if (b->bin[i].count > 0)
            range_add(&y.range, b->bin[i].count * 1.3);
    if (!range_is_empty(y.range))
        range_add(&y.range, 0.7);
    Axes a = axes_draw(c, box,
                       &(AxesSpec){.x = {.label = "confidence (probability of what was read)",
                                         .range = unit,
                                         .tight = true},
                                   .y = y,
                                   .note = note,
                                   .left = 36});
    for (int i = 0; !a.empty && i < b->count; i++) {
        double left = axes_x(&a, (double)i / b->count), right = axes_x(&a, (i + 1.) / b->count);
        if (b->bin[i].count == 0)
            continue;
        double top = axes_y(&a, b->bin[i].count);
        canvas_rect(c, (Box){left + 0.5, top, right - left - 1, a.box.y + a.box.h - top},
                    COLOR_SOFT, (Pen){0});
    }
}

Canvas *plot_reliability(const char *title, const Scored *s, int bins, Err *e)
{
    Bins b = fill_bins(s, bins);
    Figure f = figure_new(title, 1, 1, 380, 430, e);
    char note[160] = "", all[TICK_TEXT];

    if (!f.canvas)
        return NULL;
    number_text(all, b.all, 0);
    int at = snprintf(note, sizeof note, "expected calibration error %.2f %% over %s readings",
                      b.ece * 100, all);
    if (b.bad)
        snprintf(note + at, sizeof note - (size_t)at, "; %zu are no probabilities and left out",
                 b.bad);
    Box box = figure_panel(&f, 0), upper = box, lower = box;
    upper.h = 300;
    lower.y += upper.h + 4;
    lower.h -= upper.h + 4;
    draw_calibration(f.canvas, upper, &b);
    draw_counts(f.canvas, lower, &b, note);
    return f.canvas;
}

/* ---- risk and coverage ---- */

enum { CURVE_LIMIT = 16 };

typedef struct Vote {
    float confidence;
    bool right;
} Vote;

static int by_confidence(const void *a, const void *b)
{
    const Vote *p = a, *q = b;

    return (p->confidence < q->confidence) - (p->confidence > q->confidence);
}

/* Coverage and risk in per cent after each distinct confidence, into x and y; how many there are.
 * The area is the mean risk over all coverages. */
static size_t risk_curve(const Scored *s, Vote *votes, double *x, double *y, double *area)
{
    size_t n = 0, points = 0;
    double wrong = 0;

    for (size_t i = 0; i < s->count; i++)
        if (s->confidence[i] >= 0 && s->confidence[i] <= 1)
            votes[n++] = (Vote){s->confidence[i], s->right[i]};
    qsort(votes, n, sizeof *votes, by_confidence);
    *area = 0;
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        wrong += !votes[i].right;
        if (i + 1 < n && votes[i + 1].confidence == votes[i].confidence)
            continue; /* equals are accepted together */
        x[points] = 100. * (double)(i + 1) / (double)n;
        y[points] = 100. * wrong / (double)(i + 1);
        *area += y[points] * (double)(i + 1 - from) / (double)n;
        from = i + 1;
        points++;
    }
    return points;
}

static Canvas *draw_curves(const char *title, const Scored *s, int count, double *numbers,
                           Vote *votes, Err *e)
{
    Series series[CURVE_LIMIT];
    char names[CURVE_LIMIT][120], text[TICK_TEXT];

    for (int i = 0; i < count; i++) {
        double area, *x = numbers, *y = numbers + s[i].count;
        size_t points = risk_curve(&s[i], votes, x, y, &area);
        number_short(text, area);
        snprintf(names[i], sizeof names[i], "%.60s (area %s %%)", s[i].name ? s[i].name : "", text);
        series[i] = (Series){names[i], x, y, points};
        numbers += 2 * s[i].count;
    }
    Curves p = {.x_label = "coverage (% of the readings accepted, most confident first)",
                .y_label = "risk (% wrong of those accepted)",
                .series = series,
                .series_count = count,
                .from_zero = true,
                .x_range = {0, 100},
                .title = count == 1 ? names[0] : NULL};
    return plot_curves(title, &p, 1, e);
}

Canvas *plot_risk_coverage(const char *title, const Scored *s, int count, Err *e)
{
    size_t all = 0, most = 0;

    if (count > CURVE_LIMIT) {
        err_set(e, ERR_LIMIT, "a plot of %d risk curves is too large: %d are allowed", count,
                CURVE_LIMIT);
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        all += s[i].count;
        most = s[i].count > most ? s[i].count : most;
    }
    double *numbers = calloc(2 * all + 1, sizeof *numbers);
    Vote *votes = calloc(most + 1, sizeof *votes);
    Canvas *c = NULL;
    if (numbers && votes)
        c = draw_curves(title, s, count, numbers, votes, e);
    else
        err_set(e, ERR_MEMORY, "no memory for a plot");
    free(numbers);
    free(votes);
    return c;
}
