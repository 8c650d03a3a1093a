/* A side is a straight run of ink along one axis that may drift a little across it: found by trying all drifts and places on a
 * map whose steps along the axis are few (Duda and Hart 1972), the longest run first. */
#include "image/frames.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/lines.h"
#include "image/parts.h"

enum {
    STEPS = 128,     /* along a side, at most */
    HOLE = 2,        /* steps without ink that do not end a run */
    SIDES_LIMIT = 8, /* of each axis */
    TRIES = 100,     /* of runs that may be sides */
    BOXES_LIMIT = 16,
    LEAST_SIDE = 16, /* pixels */
    OUTSIDE = 3      /* pixels beyond a side */
};

static const float inked = 0.25f, part_ink = 0.3f;
static const float most_drift = 0.07f; /* rise over run, either way */
static const float faintest = 0.15f;   /* of the sides' level: the least level of writing */
static const float little_clear = 0.25f; /* of a line: digits touch the rest */
static const float faint_rule = 0.08f; /* depth of a rule, of the level */
static const float least_share = 0.4f; /* of the map, that a side goes along */

/* ---- sides ---- */

/* Of lines with the same middle the one whose run has most ink. */
typedef struct Best {
    int drift, inked;
} Best;

/* Room for the work on one map. */
typedef struct Work {
    float *lengths; /* (the longer side) */
    uint8_t *votes; /* (the longer side) */
    Best *best;     /* (the longer side) */
    uint8_t *mask, *spare; /* (h,w) */
    float *rest;           /* (h,w) */
} Work;

/* The map seen along an axis: `along` steps of `factor` pixels, `across` pixels; inked within one pixel across. */
typedef struct View {
    int along, across, factor;
    uint8_t *inked; /* (along, across) */
} View;

typedef struct Side {
    Line line;
    int first, last; /* pixels along it that it takes up */
} Side;

static bool view_make(View *v, const float *ink, int w, int h, bool upright)
{
    int pixels = upright ? h : w, along_step = upright ? w : 1, across_step = upright ? 1 : w;

    v->factor = (pixels + STEPS - 1) / STEPS;
    v->along = (pixels + v->factor - 1) / v->factor;
    v->across = upright ? w : h;
    v->inked = calloc((size_t)v->along * v->across + 1, 1);
    for (int u = 0; v->inked && u < v->along; u++) {
        const float *from = ink + (size_t)(u * v->factor) * along_step;
        uint8_t *row = v->inked + (size_t)u * v->across;

        for (int k = 0; k < v->across; k++)
            if (from[(size_t)k * across_step] > inked)
                row[k > 0 ? k - 1 : 0] = row[k] = row[k + 1 < v->across ? k + 1 : k] = 1;
    }
    return v->inked;
}

static int shift_at(const View *v, int drift, int u)
{
    return v->along > 1 ? (int)lroundf((float)drift * ((float)u / (float)(v->along - 1) - 0.5f)) : 0;
}

/* Steps of a run, and how many of them are inked. */
typedef struct Run {
    int first, last, inked;
} Run;

/* The run with most ink on the line through `middle` with these shifts. */
static Run longest_run(const View *v, const int *shifts, int middle)
{
    Run best = {0}, run = {0};

    for (int u = 0; u < v->along; u++) {
        int k = middle + shifts[u];

        if (k < 0 || k >= v->across || !v->inked[(size_t)u * v->across + k])
            continue;
        if (run.inked && u - run.last > HOLE + 1)
            run.inked = 0;
        if (!run.inked)
            run.first = u;
        run.last = u;
        run.inked++;
        best = run.inked > best.inked ? run : best;
    }
    return best;
}

static void take_run(View *v, const int *shifts, int middle, Run run, int reach)
{
    for (int u = run.first; u <= run.last; u++)
        for (int k = middle + shifts[u] - reach; k <= middle + shifts[u] + reach; k++)
            if (k >= 0 && k < v->across)
                v->inked[(size_t)u * v->across + k] = 0;
}

/* votes[k] = how many steps of the line through k are inked. */
static void count_votes(const View *v, const int *shifts, uint8_t *votes)
{
    memset(votes, 0, (size_t)v->across);
    for (int u = 0; u < v->along; u++) {
        int shift = shifts[u], from = shift < 0 ? -shift : 0, to = shift > 0 ? v->across - shift : v->across;
        const uint8_t *row = v->inked + (size_t)u * v->across;

        for (int k = from; k < to; k++)
            votes[k] += row[k + shift];
    }
}

static void set_shifts(const View *v, int drift, int *shifts)
{
    for (int u = 0; u < v->along; u++)
        shifts[u] = shift_at(v, drift, u);
}

/* For each middle the drift whose line has the run with most ink, of those with `least` or more. */
static void find_best(const View *v, int least, uint8_t *votes, Best *best)
{
    int most = (int)(most_drift * (float)(v->along * v->factor)), shifts[STEPS];

    for (int k = 0; k < v->across; k++)
        best[k] = (Best){0, least - 1};
    for (int i = 0; i <= 2 * most; i++) {
        int drift = i % 2 ? (i + 1) / 2 : -i / 2; /* the straightest first */

        set_shifts(v, drift, shifts);
        count_votes(v, shifts, votes);
        for (int k = 0; k < v->across; k++) {
            int ink = votes[k] > best[k].inked ? longest_run(v, shifts, k).inked : 0;

            if (ink > best[k].inked)
                best[k] = (Best){drift, ink};
        }
    }
}

static int middle_with_most(const View *v, const Best *best)
{
    int most = 0;

    for (int k = 1; k < v->across; k++)
        most = best[k].inked > best[most].inked ? k : most;
    return most;
}

/* The line of a run, if it is thin and straight. */
static bool make_side(const View *v, const float *ink, int w, int h, bool upright, const int *shifts, int middle, Run run, float *lengths,
                      Side *out)
{
    int pixels = upright ? h : w, last = (run.last + 1) * v->factor - 1;

    *out = (Side){.line = {.upright = upright, .start = (float)(middle + shifts[0]), .end = (float)(middle + shifts[v->along - 1])},
                  .first = run.first * v->factor,
                  .last = last < pixels ? last : pixels - 1};
    return line_fit(ink, w, h, out->first, out->last, 2, LINES_CLEAR, lengths, &out->line);
}

/* The thin and straight lines of a view, which loses them: those with most ink first. */
static int find_sides(View *v, const float *ink, int w, int h, bool upright, const Work *work, Side *sides)
{
    int share = (int)(least_share * (float)v->along), shortest = (LEAST_SIDE + v->factor - 1) / v->factor;
    int least = share > shortest ? share : shortest, count = 0, shifts[STEPS];

    find_best(v, least, work->votes, work->best);
    for (int tries = 0; tries < TRIES && count < SIDES_LIMIT; tries++) {
        int middle = middle_with_most(v, work->best);
        Best *best = &work->best[middle];
        Run run;

        if (best->inked < least)
            break;
        set_shifts(v, best->drift, shifts);
        run = longest_run(v, shifts, middle);
        if (run.inked < best->inked) { /* another line took some of it */
            best->inked = run.inked;
            continue;
        }
        best->inked = 0;
        take_run(v, shifts, middle, run, 3);
        if (!make_side(v, ink, w, h, upright, shifts, middle, run, work->lengths, &sides[count]))
            continue;
        take_run(v, shifts, middle, run, 3 + (int)(0.5f * sides[count].line.thickness));
        count++;
    }
    return count;
}

/* Where a side is at a pixel along it. */
static float side_at(const Side *s, float along, int pixels)
{
    return s->line.start + (s->line.end - s->line.start) * along / (float)(pixels - 1);
}

/* ---- boxes ---- */

typedef struct Box {
    const Side *sides[4]; /* top, bottom, left, right */
    float x0, y0, x1, y1; /* between the middles of its sides */
} Box;

/* Whether a side goes on between two places along it, about. */
static bool goes_along(const Side *s, float from, float to)
{
    float slack = 2 + 0.03f * (to - from);

    return (float)s->first <= from + slack && (float)s->last >= to - slack;
}

/* Whether a level side that goes on beyond an upright one meets there a line that goes on, too, or the map's rim: a 1 between two
 * rules does not. The sides' places where they meet are x and y; `before`, `above`: the box's corner is at their first ends. */
static bool is_corner(const Side *level, const Side *upright, float x, float y, bool before, bool above, int h)
{
    bool level_goes = before ? (float)level->first < x - 5 : (float)level->last > x + 5;
    bool upright_goes = above ? (float)upright->first < y - 3 || upright->first <= 1 : (float)upright->last > y + 3 || upright->last >= h - 2;

    return !level_goes || upright_goes;
}

static bool box_make(const Side *top, const Side *bottom, const Side *left, const Side *right, int w, int h, Box *out)
{
    float x = 0.5f * (float)(top->first + top->last), y = 0.5f * (float)(left->first + left->last);
    Box b = {{top, bottom, left, right}, side_at(left, y, h), side_at(top, x, w), side_at(right, y, h), side_at(bottom, x, w)};

    *out = b;
    for (int i = 0; i < 4; i++)
        if (!is_corner(i / 2 ? bottom : top, i % 2 ? right : left, i % 2 ? b.x1 : b.x0, i / 2 ? b.y1 : b.y0, i % 2 == 0, i / 2 == 0, h))
            return false;
    return b.x1 - b.x0 >= LEAST_SIDE && b.y1 - b.y0 >= LEAST_SIDE && goes_along(top, b.x0, b.x1) && goes_along(bottom, b.x0, b.x1) &&
           goes_along(left, b.y0, b.y1) && goes_along(right, b.y0, b.y1);
}

static float box_area(const Box *b)
{
    return (b->x1 - b->x0) * (b->y1 - b->y0);
}

static bool boxes_meet(const Box *a, const Box *b)
{
    return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

/* The largest box that meets none of `known`; false if there is none. */
static bool next_box(const Side *level, int levels, const Side *upright, int uprights, int w, int h, const Box *known, int count,
                     Box *out)
{
    float most = 0;
    Box b;

    for (int i = 0; i < levels * levels * uprights * uprights; i++) {
        const Side *top = &level[i % levels], *bottom = &level[i / levels % levels];
        const Side *left = &upright[i / levels / levels % uprights], *right = &upright[i / levels / levels / uprights];
        bool fresh = box_make(top, bottom, left, right, w, h, &b) && box_area(&b) > most;

        for (int k = 0; k < count && fresh; k++)
            fresh = !boxes_meet(&b, &known[k]);
        if (fresh) {
            most = box_area(&b);
            *out = b;
        }
    }
    return most > 0;
}

/* Raises mask (h,w) to 1 on the sides of a box, except where strokes pass through them. `spare` is as large. */
static void mark_box(const float *ink, int w, int h, const Box *b, uint8_t *spare, uint8_t *mask)
{
    Line lines[4];

    for (int i = 0; i < 4; i++)
        lines[i] = b->sides[i]->line;
    memset(spare, 0, (size_t)w * h);
    lines_mark(ink, w, h, lines, (const uint8_t[]){1, 1, 1, 1}, 4, spare);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            bool along_level = (float)x > b->x0 - 4 && (float)x < b->x1 + 4, along_upright = (float)y > b->y0 - 4 && (float)y < b->y1 + 4;

            if (along_level && along_upright)
                mask[(size_t)y * w + x] |= spare[(size_t)y * w + x];
        }
}

/* What a box holds. */
typedef struct Held {
    float height;       /* of its tallest part, inside and outside */
    bool sticks_out;    /* through a side */
} Held;

static Held look_inside(const Parts *p, const Box *b)
{
    Held held = {0};

    for (int i = 0; i < p->count; i++) {
        const Part *part = &p->list[i];
        bool meets = (float)part->x1 > b->x0 + 2 && (float)part->x0 < b->x1 - 2 && (float)part->y1 > b->y0 + 2 && (float)part->y0 < b->y1 - 2;
        bool beyond = (float)part->x0 < b->x0 - OUTSIDE || (float)part->x1 > b->x1 + OUTSIDE || (float)part->y0 < b->y0 - OUTSIDE ||
                      (float)part->y1 > b->y1 + OUTSIDE;

        if (meets)
            held.height = fmaxf(held.height, (float)part_height(part));
        held.sticks_out |= meets && beyond && !part->touches_edge;
    }
    return held;
}

/* Whether a box is one that writing is in, as high as writing is, and either lower than the box or through its sides: else readers do
 * better with the sides, which they know, than with digits whose ends went with them. An empty one may be a digit itself: a zero, an
 * eight with a bar. */
static bool is_around(Held held, const Box *b)
{
    float width = b->x1 - b->x0, height = b->y1 - b->y0;

    return (held.height > 0.25f * height || width > 0.9f * height) && (held.height < 0.8f * height || held.sticks_out);
}

/* Takes marked pixels out, and the faint ones beside them. */
static void erase(InkMap *m, const uint8_t *mask)
{
    int w = m->width, h = m->height;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            bool beside = false;

            for (int v = y > 0 ? y - 1 : 0; v <= y + 1 && v < h; v++)
                for (int u = x > 0 ? x - 1 : 0; u <= x + 1 && u < w; u++)
                    beside |= mask[(size_t)v * w + u];
            if (mask[(size_t)y * w + x] || (beside && m->ink[(size_t)y * w + x] < part_ink))
                m->depth[(size_t)y * w + x] = m->ink[(size_t)y * w + x] = 0;
        }
}

/* ---- what is beyond ---- */

/* Marks the parts that the rim cuts and that are all outside of a box. */
static void mark_outside(const Parts *p, int n, const Box *b, uint8_t *mask)
{
    for (int i = 0; i < n; i++)
        if (p->label[i] >= 0) {
            const Part *part = &p->list[p->label[i]];
            bool outside = (float)part->x1 < b->x0 || (float)part->x0 > b->x1 || (float)part->y1 < b->y0 || (float)part->y0 > b->y1;

            mask[i] |= outside && part->touches_edge;
        }
}

/* Whether a part is on the side of a rule that is nearer to the rim, which cuts it, about. It may touch the rule, and of what is above
 * or below up to half may hang across. */
static bool is_cut_off(const Part *p, const Line *rule, int w, int h)
{
    int across = rule->upright ? w : h, along = rule->upright ? h : w;
    int low = rule->upright ? p->x0 : p->y0, high = rule->upright ? p->x1 : p->y1;
    float from = (float)(rule->upright ? p->y0 : p->x0), to = (float)(rule->upright ? p->y1 : p->x1);
    float drift = (rule->end - rule->start) / (float)(along - 1), a = rule->start + drift * from, b = rule->start + drift * to;

    float slack = 2 + 0.5f * rule->thickness + (rule->upright ? 0 : 0.5f * (float)(high - low));
    int near = rule->upright ? 1 : 1 + across / 16;

    if (rule->start + rule->end < (float)(across - 1))
        return low <= near && (float)high < fminf(a, b) + slack;
    return high >= across - 1 - near && (float)low > fmaxf(a, b) - slack;
}

/* Whether a pixel is in a rule or beyond it, with the rule's blur. */
static bool is_behind(const Line *rule, int x, int y, int w, int h)
{
    int across = rule->upright ? w : h, along = rule->upright ? h : w;
    float at = rule->start + (rule->end - rule->start) * (float)(rule->upright ? y : x) / (float)(along - 1);
    float off = (float)(rule->upright ? x : y) - at, half = 0.5f * rule->thickness + 1.5f;

    return rule->start + rule->end < (float)(across - 1) ? off < half : off > -half;
}

/* What stays must be about as high as what goes, and whole: the bar and the stem of a 4 may be as long as rules. */
static bool may_go(const Parts *p, int h)
{
    int tallest = 0, dropped = 0;

    for (int k = 0; k < p->count; k++) {
        const Part *part = &p->list[k];
        int height = part_height(part);

        if (part->dropped)
            dropped = height > dropped ? height : dropped;
        else if (!part->touches_edge)
            tallest = height > tallest ? height : tallest;
    }
    return dropped && 2 * tallest > dropped && 4 * tallest > h;
}

/* Marks what rules cut off, with the rule: level ones, and upright ones where there is a level one besides, as tables have. Whether there
 * is anything. */
static bool mark_cut_off(Parts *p, const Line *rules, int count, int w, int h, uint8_t *mask)
{
    bool cuts[LINES_LIMIT] = {false}, level = false;

    for (int i = 0; i < count; i++)
        level |= !rules[i].upright;
    for (int k = 0; k < p->count; k++)
        for (int i = 0; i < count && level; i++)
            if (is_cut_off(&p->list[k], &rules[i], w, h))
                p->list[k].dropped = cuts[i] = true;
    if (!may_go(p, h))
        return false;
    for (int i = 0; i < w * h; i++) {
        const Part *part = p->label[i] >= 0 ? &p->list[p->label[i]] : NULL;

        mask[i] = part && part->dropped;
        for (int k = 0; k < count && !part; k++)
            mask[i] |= cuts[k] && is_behind(&rules[k], i % w, i / w, w, h);
    }
    return true;
}

/* Takes what rules from rim to rim cut off out; whether there was any. */
static int erase_cut_off(InkMap *m, Work *work, Err *e)
{
    Line rules[LINES_LIMIT];
    const uint8_t kinds[LINES_LIMIT] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    float full = fmaxf(faint_rule * m->level, 3 * m->noise);
    const size_t n = (size_t)m->width * (size_t)m->height;
    int count;
    bool any;
    Parts *p;

    for (size_t i = 0; i < n; i++) /* printed in a paler colour than what is written */
        work->rest[i] = fminf(1, m->depth[i] / full) > 0.99f;
    count = lines_find(work->rest, m->width, m->height, little_clear, rules, e);
    if (count <= 0)
        return count;
    memset(work->mask, 0, n);
    lines_mark(m->ink, m->width, m->height, rules, kinds, count, work->mask);
    for (size_t i = 0; i < n; i++)
        work->rest[i] = work->mask[i] ? 0 : m->ink[i];
    p = parts_find(work->rest, m->width, m->height, part_ink, e);
    if (!p)
        return -(int)ERR_MEMORY;
    any = mark_cut_off(p, rules, count, m->width, m->height, work->mask);
    parts_free(p);
    if (any)
        erase(m, work->mask);
    return any;
}

/* ---- all ---- */

/* Takes the marked sides of a box out if it is around writing, and what the rim cuts outside of it; whether it is. */
static int erase_box(InkMap *m, const Box *b, Work *work, Err *e)
{
    int n = m->width * m->height;
    Parts *p;
    bool around;

    for (int i = 0; i < n; i++)
        work->rest[i] = work->mask[i] ? 0 : m->ink[i];
    p = parts_find(work->rest, m->width, m->height, part_ink, e);
    if (!p)
        return -(int)ERR_MEMORY;
    around = is_around(look_inside(p, b), b);
    if (around) {
        mark_outside(p, n, b, work->mask);
        erase(m, work->mask);
    }
    parts_free(p);
    return around;
}

/* Returns how many there were. */
static int erase_boxes(InkMap *m, const Side *level, int levels, const Side *upright, int uprights, Work *work, Err *e)
{
    int w = m->width, h = m->height, count = 0, erased = 0;
    size_t size = (size_t)w * h;
    Box known[BOXES_LIMIT];

    while (count < BOXES_LIMIT && next_box(level, levels, upright, uprights, w, h, known, count, &known[count])) {
        const Box *b = &known[count++];
        int status;

        memset(work->mask, 0, size);
        mark_box(m->ink, w, h, b, work->spare, work->mask);
        status = erase_box(m, b, work, e);
        if (status < 0)
            return status;
        erased += status;
    }
    return erased;
}

static int find_and_erase(InkMap *m, Work *work, Err *e)
{
    Side sides[2][SIDES_LIMIT];
    int counts[2] = {0, 0};

    for (int upright = 0; upright < 2; upright++) {
        View v;
        bool made = view_make(&v, m->ink, m->width, m->height, upright);

        if (made)
            counts[upright] = find_sides(&v, m->ink, m->width, m->height, upright, work, sides[upright]);
        free(v.inked);
        if (!made)
            return err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", m->width, m->height);
        if (counts[upright] < 2)
            return 0;
    }
    return erase_boxes(m, sides[0], counts[0], sides[1], counts[1], work, e);
}

int frames_erase(InkMap *m, bool cell, Err *e)
{
    size_t size = (size_t)m->width * m->height, longer = (size_t)(m->width > m->height ? m->width : m->height);
    float level = m->level;
    Work work;
    int erased, cut_off;

    if (m->blank || m->width < LEAST_SIDE || m->height < LEAST_SIDE)
        return 0;
    work = (Work){malloc(longer * sizeof *work.lengths), malloc(longer), malloc(longer * sizeof *work.best), malloc(size), malloc(size),
                  malloc(size * sizeof *work.rest)};
    cut_off = 0;
    erased = work.lengths && work.votes && work.best && work.mask && work.spare && work.rest
                 ? find_and_erase(m, &work, e)
                 : err_set(e, ERR_MEMORY, "no memory for a map of %dx%d", m->width, m->height);
    if (erased >= 0 && cell)
        cut_off = erase_cut_off(m, &work, e);
    free(work.lengths);
    free(work.votes);
    free(work.best);
    free(work.mask);
    free(work.spare);
    free(work.rest);
    if (erased > 0 || cut_off > 0) {
        ink_level(m);
        m->blank |= m->level < faintest * level;
    }
    return erased < 0 ? erased : cut_off < 0 ? cut_off : 0;
}
