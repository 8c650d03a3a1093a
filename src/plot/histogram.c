/* Histograms. */
#include "plot/histogram.h"

#include <math.h>
#include <stdio.h>

#include "plot/figure.h"

enum { BIN_LIMIT = 100, SAMPLE_LIMIT = 7 };

typedef struct Bins {
    Range range;
    int count;
    double share[SAMPLE_LIMIT][BIN_LIMIT]; /* per cent */
    size_t outside, bad;                   /* beyond the range; not finite */
    size_t counted;
    double mean, deviation; /* of the first sample */
} Bins;

static Range data_range(const Histogram *p, int samples)
{
    Range r = range_empty();

    for (int s = 0; s < samples; s++)
        for (size_t i = 0; i < p->samples[s].count; i++)
            range_add(&r, p->samples[s].values[i]);
    if (!range_is_empty(r) && r.high - r.low <= fmax(fabs(r.low), fabs(r.high)) * 1e-9) {
        double air = fmax(0.5, fabs(r.low) * 0.1); /* all numbers are the same */
        r = (Range){r.low - air, r.high + air};
    }
    return r;
}

/* Rice's rule, 2 n^(1/3), by the largest sample. */
static int chosen_bins(const Histogram *p, int samples)
{
    size_t most = 0;

    for (int s = 0; s < samples; s++)
        most = p->samples[s].count > most ? p->samples[s].count : most;
    int bins = p->bins > 0 ? p->bins : (int)fmax(10, fmin(60, ceil(2 * cbrt((double)most))));
    return bins < BIN_LIMIT ? bins : BIN_LIMIT;
}

static void fill_sample(Bins *b, int index, const Sample *s)
{
    double width = (b->range.high - b->range.low) / b->count, sum = 0, squares = 0;
    size_t inside = 0, finite = 0;

    for (size_t i = 0; i < s->count; i++) {
        double v = s->values[i];
        if (!isfinite(v)) {
            b->bad++;
            continue;
        }
        finite++;
        sum += v;
        if (v < b->range.low || v > b->range.high) {
            b->outside++;
            continue;
        }
        int at = (int)((v - b->range.low) / width);
        b->share[index][at < b->count ? at : b->count - 1]++;
        inside++;
    }
    b->counted += inside;
    double mean = finite ? sum / (double)finite : 0;
    for (size_t i = 0; index == 0 && i < s->count; i++)
        if (isfinite(s->values[i]))
            squares += (s->values[i] - mean) * (s->values[i] - mean);
    if (index == 0) {
        b->mean = mean;
        b->deviation = finite ? sqrt(squares / (double)finite) : 0;
    }
    for (int i = 0; i < b->count; i++)
        b->share[index][i] *= inside ? 100. / (double)inside : 0;
}

static void draw_sample(const Axes *a, const Bins *b, int index)
{
    Point outline[2 * BIN_LIMIT + 2];
    size_t n = 0;
    double width = (b->range.high - b->range.low) / b->count;
    Color color = color_series(index);

    outline[n++] = axes_point(a, b->range.low, 0);
    for (int i = 0; i < b->count; i++) {
        outline[n++] = axes_point(a, b->range.low + i * width, b->share[index][i]);
        outline[n++] = axes_point(a, b->range.low + (i + 1) * width, b->share[index][i]);
    }
    outline[n++] = axes_point(a, b->range.high, 0);
    canvas_polygon(a->canvas, outline, n, color_fade(color, 0.25), (Pen){0});
    canvas_polyline(a->canvas, outline, n, (Pen){color, 1.2, DASH_SOLID});
}

/* What the reader has to know below the panel; true when there is something. */
static bool write_note(char *out, size_t size, const Histogram *p, const Bins *b)
{
    int at = 0;

    if (p->sample_count == 1 && b->counted > 0) {
        char count[TICK_TEXT], mean[TICK_TEXT], deviation[TICK_TEXT];
        number_short(mean, b->mean);
        number_short(deviation, b->deviation);
        number_text(count, (double)(b->counted + b->outside), 0);
        at = snprintf(out, size, "%s numbers, mean %s, deviation %s", count, mean, deviation);
    }
    if (b->outside)
        at +=
            snprintf(out + at, size - (size_t)at, "%s%zu lie outside", at ? "; " : "", b->outside);
    if (b->bad)
        at += snprintf(out + at, size - (size_t)at, "%s%zu not finite", at ? "; " : "", b->bad);
    return at > 0;
}

static void draw_panel(Canvas *c, Box box, const Histogram *p)
{
    int samples = p->sample_count < SAMPLE_LIMIT ? p->sample_count : SAMPLE_LIMIT;
    Bins b = {.count = chosen_bins(p, samples)};
    Key keys[SAMPLE_LIMIT];
    char note[200];
    AxesSpec spec = {.title = p->title,
                     .x = {.label = p->x_label, .tight = true, .range = range_empty()},
                     .y = {.label = "share (%)", .from_zero = true, .range = range_empty()},
                     .keys = keys,
                     .key_count = samples > 1 ? samples : 0};

    b.range = p->low < p->high ? (Range){p->low, p->high} : data_range(p, samples);
    if (range_is_empty(b.range))
        b.range = (Range){0, 1};
    for (int s = 0; s < samples; s++) {
        fill_sample(&b, s, &p->samples[s]);
        keys[s] = (Key){.name = p->samples[s].name, .kind = KEY_BOX, .color = color_series(s)};
        for (int i = 0; i < b.count && b.counted; i++)
            range_add(&spec.y.range, b.share[s][i]);
    }
    if (b.counted) {
        spec.x.range = b.range;
        range_add(&spec.y.range, 0);
    }
    spec.note = write_note(note, sizeof note, p, &b) ? note : NULL;
    Axes a = axes_draw(c, box, &spec);
    for (int s = 0; !a.empty && s < samples; s++)
        draw_sample(&a, &b, s);
}

Canvas *plot_histograms(const char *title, const Histogram *panels, int count, Err *e)
{
    double width = count == 1   ? 440
                   : count <= 6 ? 290
                                : 210,
           height = count == 1   ? 290
                    : count <= 6 ? 220
                                 : 185;
    Figure f = figure_new(title, count, count <= 6 ? 3 : 5, width, height, e);

    for (int i = 0; f.canvas && i < count; i++)
        draw_panel(f.canvas, figure_panel(&f, i), &panels[i]);
    return f.canvas;
}
