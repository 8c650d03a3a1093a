/* Both kinds of line are found by the same code, which sees the map as U steps along the line and V
 * across it; one pass counts the ink along all parallel lines at once. */
#include "image/lines.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/levels.h"

enum { SIDE = 80, LEAST_SIDE = 20, LEAST_STEPS = 4 };

static const float inked = 0.1f;         /* a pixel of a line has more ink */
static const float coverage = 0.88f;     /* the least share of a line that is inked */
static const float most_tilt = 0.08f;    /* rise over run, either way */
static const float straightness = 0.08f; /* deviation of a line's middle, of its thickness */
static const float thickest = 0.13f;     /* of the map's size across the line */

typedef struct View { /* the map seen along a direction */
    const float *ink;
    int along, across;           /* U, V */
    int along_step, across_step; /* between neighbours */
} View;

static View view_of(const float *ink, int w, int h, bool upright)
{
    return upright ? (View){ink, h, w, w, 1} : (View){ink, w, h, 1, w};
}

static float at(const View *s, int u, int v)
{
    return s->ink[u * s->along_step + v * s->across_step];
}

/* The map made small enough to count quickly: a pixel is 1 if any under it is inked. */
typedef struct Small {
    int u, v, factor;
    uint8_t *inked; /* (u,v) */
} Small;

static void fill_small(const View *s, Small *m)
{
    memset(m->inked, 0, (size_t)m->u * m->v);
    for (int u = 0; u < s->along; u++) {
        const float *from = s->ink + u * s->along_step;
        uint8_t *row = m->inked + u / m->factor * m->v;
        for (int v = 0, left = m->factor; v < s->across; v++) {
            *row |= from[v * s->across_step] > inked;
            if (--left == 0) {
                left = m->factor;
                row++;
            }
        }
    }
}

/* How far a line that drifts by `drift` in all is from its middle at step u. */
static int shift_at(const Small *m, int drift, int u)
{
    return (int)lroundf((float)drift * ((float)u / (float)(m->u - 1) - 0.5f));
}

/* votes[v] = how many steps of the line through v with this drift are inked. */
static void count_votes(const Small *m, int drift, uint8_t *votes)
{
    memset(votes, 0, (size_t)m->v);
    for (int u = 0; u < m->u; u++) {
        int shift = shift_at(m, drift, u);
        int from = shift < 0 ? -shift : 0, to = shift > 0 ? m->v - shift : m->v;
        const uint8_t *row = m->inked + u * m->v + shift;
        for (int v = from; v < to; v++)
            votes[v] += row[v];
    }
}

/* The best line of the small map: its vote, and drift and middle by reference. */
static int best_line(const Small *m, uint8_t *votes, int *drift, int *middle)
{
    int most = (int)(most_tilt * (float)m->u + 0.5f), best = 0;

    for (int k = 0; k <= 2 * most; k++) {
        int d = k % 2 ? (k + 1) / 2 : -k / 2; /* the straightest first */
        count_votes(m, d, votes);
        for (int v = 0; v < m->v; v++) {
            if (votes[v] > best) {
                best = votes[v];
                *drift = d;
                *middle = v;
            }
        }
    }
    return best;
}

static void erase_line(Small *m, int drift, int middle, int reach)
{
    for (int u = 0; u < m->u; u++) {
        int v0 = middle + shift_at(m, drift, u);
        for (int v = v0 - reach; v <= v0 + reach; v++)
            if (v >= 0 && v < m->v)
                m->inked[u * m->v + v] = 0;
    }
}

/* The run of ink across the line nearest to v0, no further than `reach`: [*a, *b). */
static bool run_near(const View *s, int u, float v0, int reach, int *a, int *b)
{
    int start = (int)lroundf(v0);

    for (int k = 0; k <= 2 * reach; k++) {
        int v = start + (k % 2 ? (k + 1) / 2 : -k / 2);
        if (v < 0 || v >= s->across || !(at(s, u, v) > inked))
            continue;
        for (*a = v; *a > 0 && at(s, u, *a - 1) > inked;)
            (*a)--;
        for (*b = v + 1; *b < s->across && at(s, u, *b) > inked;)
            (*b)++;
        return true;
    }
    return false;
}

static float line_at(const Line *line, const View *s, int u)
{
    return line->start + (line->end - line->start) * (float)u / (float)(s->along - 1);
}

/* The line's thickness is a lower quantile of its runs (crossing strokes only make some longer); its
 * ends come from a straight fit through the middles of runs that are not longer. */
bool line_fit(const float *ink, int w, int h, int first, int last, int reach, float clear, float *lengths, Line *line)
{
    const View view = view_of(ink, w, h, line->upright), *s = &view;
    int n = 0, m = 0, steps = last - first + 1, a, b;
    double su = 0, sv = 0, suu = 0, suv = 0, svv = 0;
    Levels levels;

    for (int u = first; u <= last; u++)
        if (run_near(s, u, line_at(line, s, u), reach, &a, &b))
            lengths[n++] = (float)(b - a);
    if (n < steps / 2)
        return false;
    levels_count(&levels, lengths, n, 0.5f, 0.5f + LEVELS_BINS); /* a bin a length */
    line->thickness = floorf(levels_quantile(&levels, clear) + 0.5f);
    for (int u = first; u <= last; u++) {
        if (!run_near(s, u, line_at(line, s, u), reach, &a, &b) ||
            (float)(b - a) > 1.3f * line->thickness + 1)
            continue;
        double v = 0.5 * (a + b - 1);
        su += u, sv += v, suu += (double)u * u, suv += u * v, svv += v * v;
        m++;
    }
    double spread = m * suu - su * su;
    if (m < steps / 4 || !(spread > 0))
        return false;
    double slope = (m * suv - su * sv) / spread, start = (sv - slope * su) / m;
    line->start = (float)start;
    line->end = (float)(start + slope * (s->along - 1));
    double off = (svv - sv * sv / m) - slope * (suv - su * sv / m); /* squares about the fit */
    return line->thickness <= fmaxf(thickest * (float)s->across, 2) &&
           sqrt(fmax(off, 0) / m) <= fmaxf(straightness * line->thickness, 0.7f);
}

/* A thick line is found again by its other edge. */
static bool is_known(const Line *line, const Line *lines, int count)
{
    float middle = 0.5f * (line->start + line->end);

    for (int i = 0; i < count; i++)
        if (lines[i].upright == line->upright &&
            fabsf(0.5f * (lines[i].start + lines[i].end) - middle) < lines[i].thickness)
            return true;
    return false;
}

/* Adds the lines of one direction to `lines`. */
static int find_along(const float *ink, int w, int h, bool upright, float clear, Small *m, uint8_t *votes, float *lengths,
                      Line lines[LINES_LIMIT], int count)
{
    const View s = view_of(ink, w, h, upright);
    int drift = 0, middle = 0, least = (int)ceilf(coverage * (float)m->u);

    fill_small(&s, m);
    for (int tries = 0; tries < LINES_LIMIT && count < LINES_LIMIT; tries++) {
        if (best_line(m, votes, &drift, &middle) < least)
            break;
        float factor = (float)m->factor, half = 0.5f * (factor - 1);
        Line line = {upright, false, factor * (float)(middle + shift_at(m, drift, 0)) + half,
                     factor * (float)(middle + shift_at(m, drift, m->u - 1)) + half, 1};
        if (line_fit(ink, w, h, 0, s.along - 1, 2 * m->factor, clear, lengths, &line) && !is_known(&line, lines, count))
            lines[count++] = line;
        erase_line(m, drift, middle, 1 + (int)(0.5f * line.thickness / factor + 0.5f));
    }
    return count;
}

/* No line can cross a map whose rims are bare. */
static bool rims_are_inked(const View *s)
{
    bool first = false, last = false;

    for (int v = 0; v < s->across; v++) {
        first |= at(s, 0, v) > inked || at(s, 1, v) > inked;
        last |= at(s, s->along - 1, v) > inked || at(s, s->along - 2, v) > inked;
    }
    return first && last;
}

int lines_find(const float *ink, int w, int h, float clear, Line lines[LINES_LIMIT], Err *e)
{
    int longer = w > h ? w : h, factor = (longer + SIDE - 1) / SIDE, count = 0;

    if (w < LEAST_SIDE || h < LEAST_SIDE)
        return 0;
    Small m = {.factor = factor, .inked = malloc((size_t)(w / factor + 1) * (h / factor + 1))};
    uint8_t *votes = malloc((size_t)longer);
    float *lengths = malloc((size_t)longer * sizeof *lengths);
    if (!m.inked || !votes || !lengths)
        count = err_set(e, ERR_MEMORY, "no memory for the lines of %d x %d pixels", w, h);
    for (int upright = 0; upright < 2 && count >= 0; upright++) {
        View s = view_of(ink, w, h, upright);
        m.u = (s.along + factor - 1) / factor;
        m.v = (s.across + factor - 1) / factor;
        if (m.u >= LEAST_STEPS && m.v >= LEAST_STEPS && rims_are_inked(&s))
            count = find_along(ink, w, h, upright, clear, &m, votes, lengths, lines, count);
    }
    free(m.inked);
    free(votes);
    free(lengths);
    return count;
}

static void mark(uint8_t *pixel, uint8_t value)
{
    *pixel = value > *pixel ? value : *pixel;
}

/* Which sides of the line a run of ink goes on at. */
enum { BEFORE = 1, AFTER = 2 };

static int sides_of(const Line *line, float v0, int a, int b)
{
    float half = 0.5f * line->thickness + 0.5f;

    if ((float)(b - a) <= 1.5f * line->thickness + 1)
        return 0;
    return (v0 - half - (float)a > 1 ? BEFORE : 0) | ((float)(b - 1) - v0 - half > 1 ? AFTER : 0);
}

static int sides_at(const View *s, const Line *line, int u)
{
    int search = (int)(0.5f * line->thickness + 1.5f), a, b;
    float v0 = line_at(line, s, u);

    return run_near(s, u, v0, search, &a, &b) ? sides_of(line, v0, a, b) : 0;
}

/* The side on which a stroke comes to the line next to step u; 0: none does within `reach`. */
static int side_near(const View *s, const Line *line, int u, int step, int reach)
{
    int sides = 0;

    for (int k = 1; k <= reach && !sides && u + k * step >= 0 && u + k * step < s->along; k++)
        sides = sides_at(s, line, u + k * step);
    return sides;
}

/* Whether a stroke that comes to the line at one side a little before step u, or there, leaves it at the other a
 * little behind: it runs in the line in between. */
static bool is_crossed_aslant(const View *s, const Line *line, int u)
{
    int reach = (int)line->thickness + 2, here = sides_at(s, line, u), other = (BEFORE | AFTER) ^ here;
    int left = side_near(s, line, u, -1, reach), right = side_near(s, line, u, 1, reach);

    if (here)
        return left == other || right == other; /* where both are, another line crosses */
    return left && right && (left | right) == (BEFORE | AFTER);
}

/* A run that is not much longer than the line is thick is the line; a longer one is cut at the line's
 * edges if it goes on at one side only, and left alone if it goes on at both. */
static void mark_one(const View *s, const Line *line, uint8_t value, uint8_t *mask)
{
    int reach = (int)(0.5f * line->thickness + 1.5f), a, b;
    float half = 0.5f * line->thickness + 0.5f;

    for (int u = 0; u < s->along; u++) {
        float v0 = line_at(line, s, u);
        if (!run_near(s, u, v0, reach, &a, &b) || is_crossed_aslant(s, line, u))
            continue;
        int sides = sides_of(line, v0, a, b);
        if (sides == (BEFORE | AFTER))
            continue;
        a = sides == BEFORE ? (int)lroundf(v0 - half) : a;
        b = sides == AFTER ? (int)lroundf(v0 + half) + 1 : b;
        for (int v = a; v < b; v++)
            mark(&mask[u * s->along_step + v * s->across_step], value);
    }
}

/* Where two lines cross each looks to the other like a stroke that passes through. */
static void mark_crossing(int w, int h, const Line *level, const Line *upright, uint8_t value,
                          uint8_t *mask)
{
    View rows = view_of(NULL, w, h, false), columns = view_of(NULL, w, h, true);
    float half_x = 0.5f * upright->thickness + 1, half_y = 0.5f * level->thickness + 1;
    float middle_y = 0.5f * (level->start + level->end);
    float x0 = line_at(upright, &columns, (int)fminf(fmaxf(middle_y, 0), (float)(h - 1)));
    float y0 = line_at(level, &rows, (int)fminf(fmaxf(x0, 0), (float)(w - 1)));

    for (int y = (int)fmaxf(0, y0 - half_y); y < h && (float)y <= y0 + half_y; y++)
        for (int x = (int)fmaxf(0, x0 - half_x); x < w && (float)x <= x0 + half_x; x++)
            mark(&mask[y * w + x], value);
}

/* What lies between a line and the rim nearest to it. */
static void mark_beyond(const View *s, const Line *line, uint8_t value, uint8_t *mask)
{
    bool first = line->start + line->end < (float)(s->across - 1);
    float half = 0.5f * line->thickness;

    for (int u = 0; u < s->along; u++) {
        int v0 = (int)lroundf(line_at(line, s, u) + (first ? -half : half));
        for (int v = first ? 0 : v0; v < (first ? v0 : s->across); v++)
            if (v >= 0)
                mark(&mask[u * s->along_step + v * s->across_step], value);
    }
}

void lines_mark(const float *ink, int w, int h, const Line *lines, const uint8_t *values, int count,
                uint8_t *mask)
{
    for (int i = 0; i < count; i++) {
        View s = view_of(ink, w, h, lines[i].upright);
        mark_one(&s, &lines[i], values[i], mask);
        if (lines[i].is_border)
            mark_beyond(&s, &lines[i], values[i], mask);
        for (int k = 0; k < count && !lines[i].upright; k++)
            if (lines[k].upright)
                mark_crossing(w, h, &lines[i], &lines[k],
                              values[i] < values[k] ? values[i] : values[k], mask);
    }
}
